"""What a plan need not compute: constants, known when it is compiled, and values nobody reads.

Much of a gradient's graph is arithmetic on shapes. Where static shapes are known, that arithmetic
has the same result in every run: ``Folding`` does it once, and the function has the result as a
global. What only led to such results, or was there for a control dependency alone, has no line at
all. TensorFlow's Grappler does both, too.
"""

import numpy as np

from minitf.framework.operation import Tensor, rule_arguments
from minitf.session.frames import ENTERS, EXITS, MERGES, NEXTS, SWITCHES

# Dtypes of references to state, or to what keeps it.
_OPAQUE = frozenset(["resource", "variant"])

_CONTROL_FLOW = ENTERS | EXITS | MERGES | NEXTS | SWITCHES | {"LoopCond"}

# Ops that look at nothing but the shapes of their inputs.
_OF_SHAPES = frozenset(["Shape", "ShapeN", "Size", "Rank"])

_PLACEHOLDERS = frozenset(["Placeholder", "PlaceholderV2", "PlaceholderWithDefault"])

# Ops that run for what they raise, though OpDefs do not call them stateful.
_CHECKS = frozenset(["Placeholder", "PlaceholderV2", "CheckNumerics", "Assert", "EnsureShape"])

# Constants of more bytes are made in each run, rather than kept as long as the plan.
_LARGEST = 1 << 18


class Folding:
    """The constants of a plan, and the operations that it has to run.

    Args:
      order: the plan's operations, each after what it depends on.
      fed: the set of tensors that are fed.
      fetches: the tensors and operations that are fetched.
      guards: the operations' Guards.

    Attributes:
      values: {tensor: its value}, for those that are the same in every run.
      alive: the set of operations that run.
    """

    def __init__(self, order, fed, fetches, guards):
        self._fed = fed
        self.values = {}
        doubtful = _doubtful_shapes(order, fed)
        for op in order:
            self._fold(op, doubtful)
        self.alive = self._alive(order, fetches, guards)

    def _fold(self, op, doubtful):
        """Notes the outputs of ``op``, if they are known."""
        if op.type == "Const":
            results = [op._attrs["value"].array]
        elif op.type in SWITCHES or (op.type in ENTERS and op._attrs["is_constant"]):
            if op.inputs[0] not in self.values or op.outputs[0].dtype._is_ref_dtype:
                return
            results = [self.values[op.inputs[0]]] * len(op.outputs)
        elif _is_pure(op) and all(map(_is_small, op.outputs)):
            inputs = self._inputs(op, doubtful)
            if inputs is None:
                return
            try:
                with np.errstate(all="ignore"):
                    results = _results(op, inputs)
            except Exception:  # noqa: BLE001 - raised where it belongs, when the operation runs
                return
        else:
            return
        for tensor, value in zip(op.outputs, results):
            if tensor not in self._fed:
                self.values[tensor] = _read_only(value)

    def _inputs(self, op, doubtful):
        """The inputs' values, or arrays that have their shapes where these alone matter."""
        inputs = []
        for tensor in op.inputs:
            if tensor in self.values:
                inputs.append(self.values[tensor])
            elif op.type in _OF_SHAPES and tensor not in doubtful and _is_shape_known(tensor):
                inputs.append(np.broadcast_to(False, tensor.shape._dims))
            else:
                return None
        return inputs

    def _alive(self, order, fetches, guards):
        """The operations that are fetched, have effects, or are read by those that run."""
        inside = set(order)
        alive = {element for element in fetches if element in inside}
        alive.update(op for op in order if not self._is_droppable(op))
        queue = list(alive)

        def read(tensors):
            for tensor in tensors:
                op = tensor.op
                if (op not in alive and op in inside and tensor not in self._fed
                        and tensor not in self.values):
                    alive.add(op)
                    queue.append(op)

        for element in fetches:
            if isinstance(element, Tensor):
                read([element, *_predicates(guards.of_tensor(element))])
        for op in queue:  # grows while it is walked
            read(op.inputs)
            read(_predicates(guards.of(op)))
            if op.type in MERGES:
                for tensor in op.inputs:
                    read(_predicates(guards.of_tensor(tensor)))
        return alive

    def _is_droppable(self, op):
        """Whether an operation does nothing but give values, which here nobody may need."""
        if op.outputs and all(tensor in self.values for tensor in op.outputs):
            return True
        return _is_pure(op) and op.type not in _CHECKS


def _predicates(guard):
    return [predicate for predicate, _ in guard or ()]


def _is_pure(op):
    """Whether an operation only computes its outputs from its inputs."""
    op_type = op.op_type
    if (op_type.is_stateful or op_type.hoisted or op.type in _CONTROL_FLOW or not op.inputs
            or not op.outputs or op_type.kernel_rule is None
            or "ctx" in op_type.kernel_parameters):
        return False
    for tensor in (*op.inputs, *op.outputs):
        if tensor.dtype._is_ref_dtype or tensor.dtype.name in _OPAQUE:
            return False
    return True


def _is_shape_known(tensor):
    dims = tensor.shape._dims
    return dims is not None and None not in dims


def _is_small(tensor):
    """Whether the value of a tensor is known to be small enough to be kept with the plan."""
    if not _is_shape_known(tensor):
        return False
    return tensor.shape.num_elements() * (tensor.dtype.size or 8) <= _LARGEST


def _results(op, values):
    """The outputs of a pure operation, in order."""
    op_type = op.op_type
    names = op_type.kernel_parameters
    result = op_type.kernel_rule(**dict(zip(names, rule_arguments(op, names, values)))) if (
        hasattr(op_type.kernel_rule, "__code__")) else op_type.kernel_rule(*values)
    return [result] if len(op_type.outputs) == 1 and not op_type.outputs[0].is_list else result


def _read_only(value):
    """The value, as an array that is written to by mistake only with an error."""
    if type(value) is np.ndarray and value.flags.writeable:
        value = value.view()
        value.flags.writeable = False
    return value


# ---- static shapes that may be wrong ----


def _doubtful_shapes(order, fed):
    """The tensors whose run-time shape may be another than the static one.

    These are, and what follows from them: tensors whose shape the program set; variables that an
    operation may give any shape; and what is computed with a value fed in place of one that shape
    inference may have used.
    """
    inside = set(order)
    doubtful = {tensor for tensor in fed if tensor.op.type not in _PLACEHOLDERS}
    for op in order:
        doubtful.update(tensor for tensor in op.outputs if tensor in op.graph._set_shapes
                        or (tensor.dtype._is_ref_dtype and _may_change_shape(tensor)))
    queue = list(doubtful)
    for tensor in queue:  # grows while it is walked
        for reader in tensor._consumers:
            if reader in inside:
                new = [output for output in reader.outputs if output not in doubtful]
                doubtful.update(new)
                queue.extend(new)
    return doubtful


def _may_change_shape(ref):
    return any(op.type == "Assign" and not op._attrs["validate_shape"] for op in ref._consumers)
