"""Under which conditions an operation runs: what the Switches before it decide.

Dataflow conditionals have no `if`: a Switch leaves one of its outputs dead, and what needs a dead
tensor is dead, too, up to the Merge that takes the other branch's value. Walking forward in running
order tells the same as a guard: a tuple of (predicate, branch) pairs, all of which must hold.
"""

from minitf.session.frames import EXITS, MERGES, NEXTS, SWITCHES, is_loop_part

NEVER = None  # the guard of an operation that needs both branches of one conditional


class Guards:
    """The guards of operations that are given in running order.

    Args:
      order: operations, each after what it depends on.
      fed: the tensors that are fed: they are alive whatever their producers do.
    """

    def __init__(self, order, fed):
        self.fed = fed
        self._position = {op: i for i, op in enumerate(order)}
        self._of_op = {}
        self.predicates = set()  # all tensors that conditions are about
        for op in order:
            self._of_op[op] = self._guard(op)

    def of(self, op):
        """The guard of an operation: () for one that always runs, NEVER for one that cannot."""
        return self._of_op[op]

    def of_tensor(self, tensor):
        """The guard under which a tensor is alive."""
        op = tensor.op
        if tensor in self.fed or op not in self._of_op:
            return ()
        guard = self._of_op[op]
        if guard is NEVER or op.type not in SWITCHES:
            return guard
        predicate = self.predicate(op.inputs[1])
        self.predicates.add(predicate)
        return self._joined([guard, ((predicate, tensor.value_index == 1),)])

    def predicate(self, tensor):
        """The tensor that decides: a predicate seen through identities and outer Switches."""
        while tensor not in self.fed and tensor.op.type in ("Identity", "Switch"):
            tensor = tensor.op.inputs[0]
        return tensor

    def _guard(self, op):
        parts = [self.of_tensor(tensor) for tensor in op.inputs]
        if op.type == "LoopCond":
            return parts[0]
        if op.type in EXITS and parts[0] is not NEVER:
            # What leaves a loop leaves its predicate behind.
            switch = op.inputs[0].op
            left = self.predicate(switch.inputs[1]) if switch.type in SWITCHES else None
            return tuple(item for item in parts[0] if item[0] is not left)
        if op.type in MERGES and is_loop_part(op):
            parts = [part for part, tensor in zip(parts, op.inputs) if tensor.op.type not in NEXTS]
        elif op.type in MERGES:
            alive = [part for part in parts if part is not NEVER]
            if not alive:
                return NEVER
            common = set.intersection(*map(set, alive))
            parts = [tuple(item for item in alive[0] if item in common)]
        parts += [self._of_op[other] for other in op.control_inputs if other in self._of_op]
        return self._joined(parts)

    def _joined(self, parts):
        """All conditions of several guards, those of outer conditionals first."""
        if not any(parts):
            return NEVER if NEVER in parts else ()
        if NEVER in parts:
            return NEVER
        conditions = dict(item for part in parts for item in part)
        for part in parts:
            for predicate, branch in part:
                if conditions[predicate] != branch:
                    return NEVER
        return tuple(sorted(conditions.items(),
                            key=lambda item: self._position.get(item[0].op, -1)))
