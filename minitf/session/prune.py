"""Which operations a run needs."""

from minitf.framework.operation import Operation


def walk_back(elements, feeds, done=()):
    """The operations that ``elements`` need, in the order in which walking back finds them.

    The walk starts at the fetches and follows inputs and control inputs; it stops at fed tensors,
    whose producers are not needed.

    Args:
      elements: the tensors and operations fetched.
      feeds: the set of tensors that are fed.
      done: operations that have run before, and whose outputs are fed where they are needed.
    """
    fed_ops = {tensor.op for tensor in feeds}.union(done)
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
