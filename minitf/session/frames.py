"""Loops, recovered from dataflow: which operations belong to which, and in what order they run.

A while loop in a graph is a frame: values come in by Enter, go around from NextIteration to Merge,
and leave by Exit when the predicate (LoopCond) is false. Here every frame becomes one item of the
block around it, with a block of its own; so loops nest as they do in a program.
"""

import heapq

from minitf.framework import errors

ENTERS = frozenset(["Enter", "RefEnter"])
EXITS = frozenset(["Exit", "RefExit"])
MERGES = frozenset(["Merge", "RefMerge"])
NEXTS = frozenset(["NextIteration", "RefNextIteration"])
SWITCHES = frozenset(["Switch", "RefSwitch"])

_WAITING = ("QueueDequeue", "ReaderRead")


class Frame:
    """One loop.

    Attributes:
      name: the frame's name.  parent: the frame around it, or None.
      enters, exits, merges, nexts: its operations of these kinds (merges: of loop variables only).
      loop_cond: the LoopCond operation.
      items: its operations and inner frames, in running order.
    """

    def __init__(self, name, parent):
        self.name = name
        self.parent = parent
        self.depth = 1 if parent is None else parent.depth + 1
        self.enters, self.exits, self.merges, self.nexts = [], [], [], []
        self.loop_cond = None
        self.items = []


def arrange(ops, feeds):
    """The running order of ``ops``, as a list of operations and Frames.

    Among items that are free to run, the one whose operation was created first comes first (but see
    ``_turn``). So reads that were written before an update run before it, as in the program that
    built the graph.

    Raises:
      ValueError: the operations depend on each other in a circle that is no loop.
    """
    sources = {op: _sources(op, feeds) for op in ops}
    if not any(op.type in ENTERS for op in ops):
        return _ordered([(_turn(op), op) for op in ops], lambda op: op, sources)
    frame_of = _frames_of(ops, sources)
    for op in ops:
        frame = frame_of[op]
        if frame is None:
            continue
        if op.type in ENTERS:
            frame.enters.append(op)
        elif op.type in EXITS:
            frame.exits.append(op)
        elif op.type in NEXTS:
            frame.nexts.append(op)
        elif op.type in MERGES and any(t.op.type in NEXTS for t in op.inputs):
            _check_types(op)
            frame.merges.append(op)
        elif op.type == "LoopCond":
            if frame.loop_cond is not None:
                raise errors.InvalidArgumentError(
                    None, None, f'Invalid loop structure: Loop "{frame.name}" has more than one '
                    f"LoopCond node: node {op.name} and node {frame.loop_cond.name}. Graphs that "
                    "were imported twice cannot both run in one step.")
            frame.loop_cond = op
    return _arranged(None, ops, frame_of, sources)


def _turn(op):
    """When an operation runs, among those that are free to: as they were created.

    What waits for an element comes last: another operation of the same run may be what adds it.
    """
    return op.type.startswith(_WAITING), op._id


def _check_types(merge):
    """A loop variable has one dtype; what the body returns is only known when the loop is closed.

    Raises:
      errors.InvalidArgumentError: the next value has another dtype.
    """
    dtype = merge.outputs[0].dtype
    for index, tensor in enumerate(merge.inputs):
        if tensor.dtype.base_dtype is not dtype.base_dtype:
            raise errors.InvalidArgumentError(
                None, None, f"Input {index} of node {merge.name} was passed "
                f"{tensor.dtype.opdef_name} from {tensor.name} incompatible with expected "
                f"{dtype.opdef_name}.")


def flat(items):
    """All operations of a list of items, in running order; a loop's parts as they come."""
    for item in items:
        if isinstance(item, Frame):
            yield from item.enters
            yield from item.merges
            yield from flat(item.items)
            yield from item.nexts
            yield from item.exits
        else:
            yield item


def is_loop_part(op):
    """Whether an operation is part of a loop's frame, not one that computes."""
    return (op.type in ENTERS or op.type in EXITS or op.type in NEXTS
            or (op.type in MERGES and any(t.op.type in NEXTS for t in op.inputs)))


def _sources(op, feeds):
    """What an operation waits for; a loop's Merge does not wait for the iteration before."""
    if op.type in MERGES:
        return {t.op for t in op.inputs if t not in feeds and t.op.type not in NEXTS}.union(
            op.control_inputs)
    return {tensor.op for tensor in op.inputs if tensor not in feeds}.union(op.control_inputs)


def _ordered(items, item_of, sources, members=None):
    """Items (priority, item) by dependencies, then by priority."""
    inside = {item for _, item in items}
    priority = {item: number for number, item in items}
    waiting, readers = {}, {}
    for _, item in items:
        before = set()
        for op in (members[item] if members else (item,)):
            before.update(item_of(source) for source in sources[op] if source in sources)
        before = {other for other in before if other in inside and other is not item}
        waiting[item] = len(before)
        for other in before:
            readers.setdefault(other, []).append(item)
    ready = [(number, i, item) for i, (number, item) in enumerate(items) if not waiting[item]]
    heapq.heapify(ready)
    order, count = [], len(ready)
    while ready:
        _, _, item = heapq.heappop(ready)
        order.append(item)
        for reader in readers.get(item, ()):
            waiting[reader] -= 1
            if not waiting[reader]:
                count += 1
                heapq.heappush(ready, (priority[reader], count + len(items), reader))
    if len(order) < len(items):
        stuck = next(item for _, item in items if waiting[item])
        raise ValueError(f"Graph has a cycle through operation '{stuck.name}'")
    return order


def _frames_of(ops, sources):
    """{operation: its innermost Frame, or None}; Enter and Exit belong to the loop itself."""
    frames, frame_of = {}, {}
    for op in _ordered([(_turn(op), op) for op in ops], lambda op: op, sources):
        around = None
        for source in sources[op]:
            if source not in frame_of:
                continue
            frame = frame_of[source]
            if source.type in EXITS:
                frame = frame.parent
            if frame is not None and (around is None or frame.depth > around.depth):
                around = frame
        if op.type in ENTERS:
            key = (op._attrs["frame_name"], around)
            if key not in frames:
                frames[key] = Frame(op._attrs["frame_name"].decode(), around)
            around = frames[key]
        frame_of[op] = around
    return frame_of


def _arranged(block, ops, frame_of, sources):
    """The items of one block (a Frame, or None for the outermost) in running order."""
    members = {}
    for op in ops:
        item = _item_in(block, op, frame_of)
        if item is not None:
            members.setdefault(item, []).append(op)
    items = []
    for item, inside in members.items():
        if isinstance(item, Frame):
            item.items = _arranged(item, inside, frame_of, sources)
            items.append((min(map(_turn, inside)), item))
        elif block is None or not is_loop_part(item):
            items.append((_turn(item), item))
    return _ordered(items, lambda op: _item_in(block, op, frame_of), sources, members)


def _item_in(block, op, frame_of):
    """What stands for an operation in a block: itself, the inner loop that has it, or None."""
    frame = frame_of[op]
    if frame is block:
        return op
    while frame is not None and frame.parent is not block:
        frame = frame.parent
    return frame
