"""tf.gradients: the chain rule, walked backwards over the graph.

``gradients(ys, xs)`` starts with dy/dy = 1 and visits operations from ``ys`` back to ``xs``, each
once all operations that use its outputs have been visited. A visit adds up the gradients that
arrived for each output, calls the op's gradient rule, and hands the results on to the inputs.
"""

import collections
import contextlib
import enum

from minitf.framework import dtypes, registry
from minitf.framework.convert import convert_n_to_tensor_or_indexed_slices
from minitf.framework.graph import device, get_default_graph, name_scope
from minitf.framework.indexed_slices import IndexedSlices
from minitf.framework.operation import Tensor
from minitf.ops import array_ops, control_flow_ops, loop_gradients, math_ops, while_ops
from minitf.ops.constant_op import constant
from minitf.ops.control_flow_context import is_loop_exit, is_loop_switch, is_switch
from minitf.ops.tensor_array_ops import TensorArray

_TRAINABLE = frozenset([dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64,
                        dtypes.complex64, dtypes.complex128, dtypes.resource, dtypes.variant])


class AggregationMethod:
    """How the gradients that meet at one tensor are added up.

    ADD_N waits for all and adds them in one op; EXPERIMENTAL_TREE adds two by two as they come;
    EXPERIMENTAL_ACCUMULATE_N adds more than two of a known shape by accumulate_n.
    """

    ADD_N = 0
    DEFAULT = ADD_N
    EXPERIMENTAL_TREE = 1
    EXPERIMENTAL_ACCUMULATE_N = 2


class UnconnectedGradients(enum.Enum):
    """What the gradient is with respect to an ``x`` that no ``y`` depends on: None, or zeros."""

    NONE = "none"
    ZERO = "zero"


# ---- gradients that users register ----

_registered = {}


class RegisterGradient:
    """A decorator that registers a gradient function under a name.

    The name is an op type, or any name that ``Graph.gradient_override_map`` then maps op types to.
    The function is ``f(op, *grads)`` and returns a gradient, or None, for each input.

    Raises:
      TypeError: the name is not a string.
      KeyError: the name is taken.
    """

    def __init__(self, op_type):
        if not isinstance(op_type, str):
            raise TypeError("op_type must be a string")
        self._op_type = op_type

    def __call__(self, f):
        _register(self._op_type, f)
        return f


def not_differentiable(op_type):
    """Says that no gradient flows through ops of that type (TF: tf.NotDifferentiable).

    Raises:
      TypeError: the name is not a string.  KeyError: it has a gradient already.
    """
    if not isinstance(op_type, str):
        raise TypeError("op_type must be a string")
    _register(op_type, None)


NotDifferentiable = not_differentiable
NoGradient = not_differentiable


def _register(name, function):
    known = registry.find(name)
    if name in _registered or (known is not None and (known.gradient_rule is not None
                                                      or not known.differentiable)):
        raise KeyError(f"Registering two gradient with name '{name}'!")
    _registered[name] = function


def get_gradient_function(op):
    """The gradient function of an operation, or None when no gradient flows through it.

    Raises:
      LookupError: its op type has none.
    """
    if not op.inputs:
        return None
    if op._gradient_function is not None:
        return op._gradient_function
    name = op._attrs.get("_gradient_op_type", b"").decode() or op.type
    if name in _registered:
        return _registered[name]
    op_type = registry.find(name)
    if op_type is None or (op_type.gradient_rule is None and op_type.differentiable):
        raise LookupError(f"gradient registry has no entry for: {name}")
    return op_type.gradient_rule


# ---- the walk ----


def gradients(ys, xs, grad_ys=None, name="gradients", colocate_gradients_with_ops=False,
              gate_gradients=False, aggregation_method=None, stop_gradients=None,
              unconnected_gradients=UnconnectedGradients.NONE):
    """The derivatives of the sum of ``ys`` with respect to each of ``xs``, as new graph.

    Args:
      ys: a tensor or list of tensors.
      xs: a tensor, variable, or list of them.
      grad_ys: the gradients to start with, one for each y; None stands for ones.
      name: the name scope.
      colocate_gradients_with_ops: place each gradient where its operation is.
      gate_gradients: let all gradients of one operation be ready before any of them is used.
      aggregation_method: one of AggregationMethod.
      stop_gradients: tensors that count as constants.
      unconnected_gradients: what to return for an x that no y depends on.

    Returns:
      A list with a Tensor, IndexedSlices or None for each x.

    Raises:
      LookupError: an operation on the way has no gradient.
      ValueError: arguments that do not fit.
      TypeError: a y that is complex and has no grad_y.
    """
    ys, xs = _as_list(ys), _as_list(xs)
    stop_gradients = [] if stop_gradients is None else _as_list(stop_gradients)
    grad_ys = [None] * len(ys) if grad_ys is None else _as_list(grad_ys)
    try:
        unconnected_gradients = UnconnectedGradients(unconnected_gradients)
    except ValueError:
        raise ValueError(
            f"Unknown value for unconnected_gradients: {unconnected_gradients!r}") from None
    with name_scope(name, "gradients", [*ys, *xs, *stop_gradients,
                                        *(g for g in grad_ys if g is not None)]):
        get_default_graph().unique_name("uid")  # TF takes this name for each call
        ys = convert_n_to_tensor_or_indexed_slices(ys, name="y")
        xs = convert_n_to_tensor_or_indexed_slices([_target(x) for x in xs], name="x", as_ref=True)
        stops = convert_n_to_tensor_or_indexed_slices([_target(x) for x in stop_gradients],
                                                      as_ref=True)
        colocate = (_colocate_with if colocate_gradients_with_ops
                    else lambda op: contextlib.nullcontext())
        grad_ys = _initial_gradients(grad_ys, ys, colocate)
        walk = _Walk(ys, xs, stops, colocate, gate_gradients, aggregation_method)
        walk.run(grad_ys)
    walk.finish()
    return [walk.gradient_of(x, unconnected_gradients) for x in xs]


def hessians(ys, xs, name="hessians", colocate_gradients_with_ops=False, gate_gradients=False,
             aggregation_method=None):
    """The matrices of second derivatives of the sum of ``ys`` with respect to each of ``xs``.

    A loop over the elements of the gradient takes the gradient of each.

    Args:
      ys: a tensor or list of tensors.
      xs: a tensor, variable, or list of them.
      name: of no effect, as in TensorFlow 1.15.
      colocate_gradients_with_ops, gate_gradients, aggregation_method: as in ``gradients``.

    Returns:
      A list with a tensor of shape ``x.shape + x.shape`` for each x.

    Raises:
      LookupError: an operation on the way has no gradient.
    """
    xs = _as_list(xs)
    firsts = gradients(ys, xs, colocate_gradients_with_ops=colocate_gradients_with_ops,
                       gate_gradients=gate_gradients, aggregation_method=aggregation_method)
    return [_hessian(grad, x) for grad, x in zip(firsts, xs)]


def _hessian(grad, x):
    """The derivatives of each element of ``grad`` with respect to ``x``."""
    grad = array_ops.reshape(grad, [-1])
    n = array_ops.size(x)
    _, rows = while_ops.while_loop(
        lambda j, _: j < n,
        lambda j, rows: (j + 1, rows.write(j, gradients(grad[j], x)[0])),
        [constant(0, dtypes.int32), TensorArray(x.dtype, n)])
    shape = array_ops.shape(x)
    return array_ops.reshape(rows.stack(), array_ops.concat((shape, shape), 0))


class _Walk:
    """One call of ``gradients``: what has been found so far."""

    def __init__(self, ys, xs, stops, colocate, gate_gradients, aggregation_method):
        self.ys = ys
        self.colocate = colocate
        self.gate_gradients = gate_gradients
        self.aggregation_method = _checked_aggregation_method(aggregation_method)
        self.grads = {}  # operation -> for each output the list of gradients, or their sum
        self.sources = [x.op for x in xs]
        self.stop_gradients = [tensor.op for tensor in stops]
        between, self.reachable = _between([y.op for y in ys], self.sources)
        self.loops = loop_gradients.loops_between(between, colocate)
        self.pending = _pending_counts(between)

    def run(self, grad_ys):
        for y, grad in zip(self.ys, grad_ys):
            self._add_gradient(y, grad)
        self.ready = collections.deque(dict.fromkeys(
            y.op for y in self.ys if not self.pending.get(y.op, 0) and y.op in self.reachable))
        if self.loops is not None:
            for tensor in self.loops.unused_exits(self.pending, set(self.ready)):
                if _is_trainable(tensor):
                    self._add_gradient(tensor, self.loops.zeros_for_exit(tensor))
                    self.ready.append(tensor.op)
        self.stops = {op for op in self.sources
                      if not any(self.pending.get(tensor.op, 0) > 0 for tensor in op.inputs)}
        self.stops.update(self.stop_gradients)
        while self.ready:
            op = self.ready.popleft()
            with self.colocate(op):
                self._visit(op)
            self._pass_on(op)

    def finish(self):
        """What is left to do outside of the name scope, as TensorFlow does it."""
        if self.loops is not None:
            self.loops.finish()

    def _visit(self, op):
        """Applies the chain rule at one operation."""
        with self._in_gradient_loop(op, before=True):
            out_grads = self._aggregated(op)
        rule = None
        if op not in self.stops and any(grad is not None for grad in out_grads):
            try:
                rule = get_gradient_function(op)
            except LookupError:
                raise LookupError(f"No gradient defined for operation '{op.name}' (op type: "
                                  f"{op.type})") from None
        with self._in_gradient_loop(op):
            if is_switch(op):
                self._check_not_of_initial_value(op)
            if rule is not None:
                self._apply(rule, op, out_grads)

    def _apply(self, rule, op, out_grads):
        """Calls the gradient function of ``op``, and hands the results on to the inputs."""
        out_grads = [self._zeros(op, i) if grad is None and _is_trainable(op.outputs[i]) else grad
                     for i, grad in enumerate(out_grads)]
        with name_scope(op.name + "_grad"), op.graph._original_op(op):
            in_grads = _as_list(rule(op, *out_grads))
            if len(in_grads) != len(op.inputs):
                raise ValueError(f"Num gradients {len(in_grads)} generated for op {op.node_def} do "
                                 f"not match num inputs {len(op.inputs)}")
            if self.gate_gradients and sum(grad is not None for grad in in_grads) > 1:
                with device(None), get_default_graph().colocate_with(None, ignore_existing=True):
                    in_grads = control_flow_ops.tuple(in_grads)
        for i, (tensor, grad) in enumerate(zip(op.inputs, in_grads)):
            if grad is not None:
                self._check_shape(op, i, tensor, grad)
                self._add_gradient(tensor, grad)

    def _zeros(self, op, index):
        """The gradient of an output that no y depends on, when other outputs have gradients."""
        if self.loops is not None:
            return self.loops.zeros_like(op, index)
        return control_flow_ops.zeros_like_outside_loop(op, index)

    def _in_gradient_loop(self, op, before=False):
        """A block in the loop that computes the gradient of the loop that ``op`` is in, if any."""
        if self.loops is None:
            return contextlib.nullcontext()
        return self.loops.gradient_loop(op, before)

    def _pass_on(self, op):
        """Visits next what was waiting for ``op`` only.

        A loop variable's Switch is visited twice: the first time it waits for the Exit alone. The
        exits of a loop are visited together.
        """
        for tensor in op.inputs:
            other = tensor.op
            left = self.pending[other] = self.pending.get(other, 0) - 1
            if left and not (self.loops is not None and left > 0 and is_loop_switch(other)):
                continue
            if not is_loop_exit(other):
                self.ready.append(other)
                continue
            exits, without_gradient = self.loops.exits_when_complete(tensor, self._has_gradient)
            for value in without_gradient:
                if _is_trainable(value):
                    self._add_gradient(value, self.loops.zeros_for_exit(value))
            self.ready.extend(value.op for value in exits)

    def _has_gradient(self, op):
        """Whether some gradient came to an output of ``op``."""
        return any(grad is not None for parts in self.grads.get(op, ())
                   for grad in (parts if isinstance(parts, list) else [parts]))

    def _check_not_of_initial_value(self, op):
        """A gradient that is taken inside of a loop cannot leave it by the loop variables.

        Raises:
          ValueError: ``op`` is the Switch of a variable of the loop that is being built.
        """
        context = op._control_flow_context
        if (context is None or not context.IsWhileContext()
                or context is not get_default_graph()._control_flow_context):
            return
        queue, seen = collections.deque([op]), set()
        while queue:
            target = queue.popleft()
            if target in self.sources:
                raise ValueError(
                    "Cannot compute gradient inside while loop with respect to op "
                    f"'{target.name}'. We do not support taking the gradient wrt or through the "
                    "initial value of a loop variable. Gradients can be computed through loop "
                    "invariants or wrt the input parameters to the loop body.")
            if target not in seen:
                seen.add(target)
                queue.extend(tensor.op for tensor in target.inputs)

    def _check_shape(self, op, index, tensor, grad):
        """The gradient has the shape of what it is the gradient of."""
        if not isinstance(grad, Tensor) or tensor.dtype == dtypes.resource:
            return
        try:
            grad.set_shape(tensor.shape)
        except ValueError:
            raise ValueError(
                "Incompatible shapes between op input and calculated input gradient.  Forward "
                f"operation: {op.name}.  Input index: {index}. Original input shape: "
                f"{tensor.shape}.  Calculated input gradient shape: {grad.shape}") from None

    def _add_gradient(self, tensor, grad):
        if tensor.op not in self.grads:
            self.grads[tensor.op] = [[] for _ in tensor.op.outputs]
        parts = self.grads[tensor.op]
        if isinstance(parts[tensor.value_index], list):
            parts[tensor.value_index].append(grad)
        else:  # a loop variable's Switch, which is visited for the second time
            parts[tensor.value_index] = grad

    def _aggregated(self, op):
        """For each output of ``op`` the sum of the gradients that arrived, or None."""
        grads = self.grads.get(op)
        if grads is None:
            return [None] * len(op.outputs)
        for i, parts in enumerate(grads):
            if not isinstance(parts, list):
                continue  # a loop variable's Switch: added up on the first visit
            if not all(isinstance(g, (Tensor, IndexedSlices)) for g in parts if g is not None):
                raise TypeError("gradients have to be either all Tensors or all IndexedSlices")
            if not parts:
                grads[i] = None
            elif len(parts) == 1:
                grads[i] = parts[0]
            elif all(isinstance(g, Tensor) for g in parts if g is not None):
                grads[i] = self._sum(op, parts)
            else:
                grads[i] = sum_indexed_slices(parts)
        return grads

    def _sum(self, op, parts):
        method = self.aggregation_method
        if method == AggregationMethod.ADD_N:
            return _add_n_by_device(parts)
        shape_known = any(grad.shape.is_fully_defined() for grad in parts)
        if (method == AggregationMethod.EXPERIMENTAL_ACCUMULATE_N and len(parts) > 2
                and shape_known):
            return math_ops.accumulate_n(parts)
        with name_scope(op.name + "_gradient_sum"):
            total = parts[0]
            for grad in parts[1:]:
                total = math_ops.add_n([total, grad])
        return total

    def gradient_of(self, x, unconnected_gradients):
        """The result for one x."""
        grads = self.grads.get(x.op)
        if grads:
            grad = grads[x.value_index]
            return None if isinstance(grad, list) else grad
        if unconnected_gradients is UnconnectedGradients.NONE:
            return None
        if x.dtype == dtypes.resource:
            return control_flow_ops.zeros_of_resource(x)
        return array_ops.zeros_like(x)


def _between(to_ops, from_ops):
    """The operations on the way from ``from_ops`` to ``to_ops``, back from these.

    Returns:
      (those operations, the set of those of ``to_ops`` that depend on ``from_ops``).
    """
    reached = set()
    queue = collections.deque(from_ops)
    while queue:
        op = queue.popleft()
        if op not in reached:
            reached.add(op)
            for output in op.outputs:
                if _is_trainable(output):
                    queue.extend(output._consumers)
    reachable = {op for op in to_ops if op in reached}
    between = []
    queue.extend(to_ops)
    while queue:
        op = queue.popleft()
        if op in reached:
            between.append(op)
            reached.discard(op)
            queue.extend(tensor.op for tensor in op.inputs)
    return between, reachable


def _pending_counts(ops):
    """{operation: how often its outputs are used} among ``ops``."""
    pending = dict.fromkeys(ops, 0)
    for op in ops:
        for tensor in op.inputs:
            if tensor.op in pending:
                pending[tensor.op] += 1
    return pending


def _initial_gradients(grad_ys, ys, colocate):
    """The gradients to start with: ones of each y's shape, or what was given."""
    if len(grad_ys) != len(ys):
        raise ValueError(f"Passed {len(grad_ys)} grad_ys for {len(ys)} ys")
    grad_ys = convert_n_to_tensor_or_indexed_slices(grad_ys, name="grad_y")
    result = []
    for i, (grad, y) in enumerate(zip(grad_ys, ys)):
        with colocate(y.op):
            if grad is None:
                if y.dtype.is_complex:
                    raise TypeError(
                        f"Gradients of complex tensors must set grad_ys (y.dtype = {y.dtype!r})")
                shape = array_ops.shape(y)
                result.append(array_ops.fill(shape, constant(1, dtype=y.dtype,
                                                             name=f"grad_ys_{i}")))
                continue
            _check_grad_y_dtype(grad, y)
            if isinstance(grad, IndexedSlices):
                parts = [part if part is None else array_ops.identity(part, f"grad_ys_{i}_{suffix}")
                         for part, suffix in ((grad.indices, "indices"), (grad.values, "values"),
                                              (grad.dense_shape, "shape"))]
                result.append(IndexedSlices(parts[1], parts[0], parts[2]))
            else:
                result.append(array_ops.identity(grad, name=f"grad_ys_{i}"))
    return result


def _check_grad_y_dtype(grad, y):
    if y.dtype.is_floating or y.dtype.is_integer:
        if not (grad.dtype.is_floating or grad.dtype.is_integer):
            raise TypeError(f"Gradient type {grad.dtype.name} generated for real or integer-valued "
                            f"tensor {y} with type {y.dtype.name} must be real or integer")
    elif y.dtype.is_complex:
        if not grad.dtype.is_complex:
            raise TypeError(f"Gradient type {grad.dtype.name} generated for complex-valued tensor "
                            f"{y} with type {y.dtype.name} must be real")
    elif y.dtype not in (dtypes.variant, dtypes.resource):
        raise TypeError(f"Tensor {y} with type {y.dtype.name} must be numeric to obtain a default "
                        "gradient")


def _add_n_by_device(parts):
    """The sum of tensors: first on each device that they are on, then of those sums."""
    by_device = {}
    for grad in parts:
        by_device.setdefault(grad.device, []).append(grad)
    sums = []
    for name in sorted(by_device):
        group = by_device[name]
        with get_default_graph().colocate_with(group[0].op, ignore_existing=True):
            sums.append(math_ops.add_n(group))
    return math_ops.add_n(sums)


def sum_indexed_slices(parts):
    """The sum of gradients of which some are IndexedSlices: slices joined, or all made dense."""
    parts = [part for part in parts if part is not None]
    if len(parts) < 2:
        return parts[0] if parts else None
    if any(isinstance(part, Tensor) for part in parts):
        return math_ops.add_n(parts)
    if len({part.indices.dtype for part in parts}) > 1:
        parts = [IndexedSlices(part.values, math_ops.cast(part.indices, dtypes.int64),
                               part.dense_shape)
                 if part.indices.dtype == dtypes.int32 else part for part in parts]
    values = array_ops.concat([part.values for part in parts], axis=0)
    indices = array_ops.concat([part.indices for part in parts], axis=0)
    return IndexedSlices(values, indices, parts[0].dense_shape)


def _checked_aggregation_method(method):
    if method is None:
        return AggregationMethod.DEFAULT
    if method not in (AggregationMethod.ADD_N, AggregationMethod.EXPERIMENTAL_TREE,
                      AggregationMethod.EXPERIMENTAL_ACCUMULATE_N):
        raise ValueError(f"Invalid aggregation_method specified {method}.")
    return method


def _colocate_with(op):
    return get_default_graph().colocate_with(op)


def _is_trainable(tensor):
    return tensor.dtype.base_dtype in _TRAINABLE


def _target(x):
    """What gradients of a resource variable are taken with respect to: its handle."""
    handle = getattr(x, "handle", None)
    return handle if isinstance(handle, Tensor) else x


def _as_list(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]
