"""Which operations a run needs, and in which order they run."""

import heapq

from minitf.framework.operation import Operation


def walk_back(elements, feeds):
    """The operations that ``elements`` need, in the order in which walking back finds them.

    The walk starts at the fetches and follows inputs and control inputs; it stops at fed tensors,
    whose producers are not needed.

    Args:
      elements: the tensors and operations fetched.
      feeds: the set of tensors that are fed.
    """
    fed_ops = {tensor.op for tensor in feeds}
    queue = []
    for element in elements:
        if isinstance(element, Operation):
            queue.append(element)
        elif element not in feeds:
            queue.append(element.op)
    found = dict.fromkeys(queue)
    queue = list(found)
    for op in queue:  # grows while it is walked
        for tensor in op.inputs:
            if tensor not in feeds and tensor.op not in found:
                found[tensor.op] = None
                queue.append(tensor.op)
        for other in op.control_inputs:
            if other not in fed_ops and other not in found:
                found[other] = None
                queue.append(other)
    return queue


def schedule(ops, feeds):
    """``ops`` in an order in which each runs after what it depends on.

    Among operations that are free to run, the one created first comes first. So reads that were
    written before an update run before it, as in the program that built the graph.

    Raises:
      ValueError: the operations depend on each other in a circle.
    """
    needed = set(ops)
    waiting, readers = {}, {}
    for op in ops:
        sources = {tensor.op for tensor in op.inputs if tensor not in feeds}
        sources.update(op.control_inputs)
        sources &= needed
        waiting[op] = len(sources)
        for source in sources:
            readers.setdefault(source, []).append(op)
    ready = [(op._id, op) for op in ops if not waiting[op]]
    heapq.heapify(ready)
    order = []
    while ready:
        _, op = heapq.heappop(ready)
        order.append(op)
        for reader in readers.get(op, ()):
            waiting[reader] -= 1
            if not waiting[reader]:
                heapq.heappush(ready, (reader._id, reader))
    if len(order) < len(ops):
        stuck = next(op for op in ops if waiting[op])
        raise ValueError(f"Graph has a cycle through operation '{stuck.name}'")
    return order
