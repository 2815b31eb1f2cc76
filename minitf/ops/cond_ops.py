"""Conditionals: cond and case, as dataflow of Switch and Merge; and Assert."""

import functools

import numpy as np

from minitf import nest
from minitf.framework import dtypes, errors
from minitf.framework.convert import convert_n_to_tensor, convert_to_tensor
from minitf.framework.graph import GraphKeys, add_to_collection, control_dependencies, name_scope
from minitf.framework.operation import Tensor
from minitf.framework.registry import op
from minitf.ops import array_ops, control_flow_ops, math_ops
from minitf.ops.constant_op import constant
from minitf.ops.control_flow_context import CondContext
from minitf.ops.elementwise import list_text
from minitf.ops.summarize import first_elements
from minitf.ops.switch_ops import merge, switch


def cond(pred, true_fn=None, false_fn=None, strict=False, name=None, fn1=None, fn2=None):
    """The result of ``true_fn()`` or of ``false_fn()``, whichever ``pred`` says.

    Both functions build their graph; when it runs, only the operations of the branch taken run.
    What the functions use from outside goes through Switch operations (TF ops: Switch, Merge).

    Args:
      pred: a boolean scalar tensor.
      true_fn, false_fn: functions without arguments that return equal structures of tensors.
      strict: keep lists of one element as lists.
      name: the name scope.
      fn1, fn2: old names of ``true_fn`` and ``false_fn``.

    Raises:
      TypeError: ``pred`` is a Python bool, a function is missing or returns another structure.
      ValueError: the functions return nothing, or other dtypes.
    """
    true_fn = _one_of(true_fn, fn1, "true_fn", "fn1")
    false_fn = _one_of(false_fn, fn2, "false_fn", "fn2")
    for function, argument in ((true_fn, "true_fn"), (false_fn, "false_fn")):
        if not callable(function):
            raise TypeError(f"{argument} must be callable.")
    with name_scope(name, "cond", [pred]):
        if isinstance(pred, bool):
            raise TypeError("pred must not be a Python bool")
        when_false, when_true = switch(pred, pred)
        pivot_true = array_ops.identity(when_true, name="switch_t")
        pivot_false = array_ops.identity(when_false, name="switch_f")
        pred = array_ops.identity(pred, name="pred_id")
        for tensor in (when_true, when_false, pivot_true, pivot_false, pred):
            tensor.graph.prevent_fetching(tensor.op)
        context_t, original_t, result_t = _branch(pred, pivot_true, 1, true_fn, "true_fn", strict)
        context_f, original_f, result_f = _branch(
            pred, pivot_false, 0, false_fn, "false_fn", strict)
        _check_same_structure(original_t, original_f)
        if not result_t:
            raise ValueError("true_fn and false_fn must return at least one result.")
        flat_t = nest.flatten(result_t, expand_composites=True)
        flat_f = nest.flatten(result_f, expand_composites=True)
        for x, y in zip(flat_t, flat_f):
            if x.dtype.base_dtype != y.dtype.base_dtype:
                raise ValueError("Outputs of true_fn and false_fn must have the same type: "
                                 f"{x.dtype.name}, {y.dtype.name}")
        merges = [merge(pair)[0] for pair in zip(flat_f, flat_t)]
        if context_t.outer_context is None:
            add_to_collection(GraphKeys.COND_CONTEXT, context_t)
            add_to_collection(GraphKeys.COND_CONTEXT, context_f)
        merges = nest.pack_sequence_as(original_t, merges, expand_composites=True)
        return merges if strict else _unpacked(merges)


def _one_of(value, old_value, name, old_name):
    """An argument that has an old name, too."""
    if old_value is None:
        if value is None:
            raise TypeError(f"cond(): {name} argument required")
        return value
    if value is not None:
        raise TypeError(f"cond(): {name} and {old_name} may not be set simultaneously.")
    return old_value


def _branch(pred, pivot, branch, function, argument, strict):
    """Builds one branch; returns its context, what the function returned, and that as tensors."""
    context = CondContext(pred, pivot, branch)
    context.Enter()
    try:
        original, result = context.BuildCondBranch(function)
        if original is None:
            raise ValueError(f"{argument} must have a return value.")
        context.ExitResult(result)
    finally:
        context.Exit()
    return context, original if strict else _unpacked(original), result


def _unpacked(result):
    """The element of a list of one."""
    return result[0] if isinstance(result, (list, tuple)) and len(result) == 1 else result


def _check_same_structure(a, b):
    try:
        nest.assert_same_structure(a, b, expand_composites=True)
    except TypeError as error:
        raise TypeError(f"Incompatible return types of true_fn and false_fn: {error}") from None
    except ValueError as error:
        raise ValueError(f"Incompatible return values of true_fn and false_fn: {error}") from None


# ---- case ----


def case(pred_fn_pairs, default=None, exclusive=False, strict=False, name="case"):
    """The result of the first function whose predicate is true: nested conds.

    Args:
      pred_fn_pairs: a list of (boolean scalar tensor, function), or a dict.
      default: the function for no true predicate; without it that is an error when it runs.
      exclusive: check that at most one predicate is true.
      strict: as in ``cond``.
      name: the name scope.

    Raises:
      TypeError: the arguments are not as described.
    """
    predicates, actions = _checked_pairs(pred_fn_pairs, exclusive)
    with name_scope(name, "case", [predicates]):
        if default is None:
            default, predicates, actions = _default_action(predicates, actions)
        if not callable(default):
            raise TypeError(f"default must be callable, got {default}")
        function = default
        for predicate, action in reversed(list(zip(predicates, actions))):
            function = functools.partial(cond, predicate, true_fn=action, false_fn=function,
                                         strict=strict)
        if not exclusive:
            return function()
        with control_dependencies([_assert_at_most_n_true(predicates, 1,
                                                          "Input error: exclusive=True")]):
            return function()


def _checked_pairs(pairs, exclusive):
    if not isinstance(pairs, (list, tuple, dict)):
        raise TypeError("fns must be a list, tuple, or dict")
    if isinstance(pairs, dict):
        import collections
        import warnings

        if not isinstance(pairs, collections.OrderedDict) and not exclusive:
            warnings.warn("The predicates are evaluated in the order of their names.")
        pairs = (list(pairs.items()) if isinstance(pairs, collections.OrderedDict)
                 else sorted(pairs.items(), key=lambda item: item[0].name))
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError("Each entry in pred_fn_pairs must be a 2-tuple")
        pred, function = pair
        if not isinstance(pred, Tensor):
            raise TypeError(f"pred must be Tensor, got {type(pred)}")
        if pred.dtype != dtypes.bool:
            raise TypeError(f"pred must be of type bool: {pred.name}")
        if not callable(function):
            raise TypeError(f"fn for pred {pred.name} must be callable.")
    return [pred for pred, _ in pairs], [function for _, function in pairs]


def _default_action(predicates, actions):
    """Without a default the last action is it, after a check that its predicate is the true one."""
    last = len(predicates) - 1
    others = predicates[:last]

    def action():
        message = ("Implementation error: selected default action #%d was called, but some of "
                   "other predicates are True: " % last)
        none_true = ("Input error: None of conditions evaluated as True:",
                     array_ops.stack(predicates, name="preds_c"))
        with control_dependencies([_assert_at_most_n_true(others, 0, message),
                                   Assert(predicates[last], data=none_true)]):
            return actions[last]()

    return action, others, actions[:last]


def _assert_at_most_n_true(predicates, n, message):
    stacked = array_ops.stack(predicates, name="preds_c")
    count = math_ops.reduce_sum(math_ops.cast(stacked, dtypes.int32), name="num_true_conds")
    condition = math_ops.less_equal(count, constant(n, name="n_true_conds"))
    names = ", ".join(getattr(predicate, "name", "?") for predicate in predicates)
    data = [f"{message}: more than {n} conditions ({names}) evaluated as True:", stacked]
    return Assert(condition, data=data, summarize=len(predicates))


# ---- Assert ----


def Assert(condition, data, summarize=None, name=None):  # noqa: N802 - TensorFlow's name
    """An operation that fails, and prints ``data``, when ``condition`` is false (TF op: Assert).

    Args:
      condition: a boolean scalar tensor.
      data: a list of tensors to print.
      summarize: how many elements of each to print; by default 3.
      name: the name scope.

    Raises (when it runs):
      errors.InvalidArgumentError: ``condition`` is false.
    """
    options = {} if summarize is None else {"summarize": summarize}
    with name_scope(name, "Assert", [condition, data]):
        tensors = convert_n_to_tensor(data)
        if all(tensor.dtype in (dtypes.string, dtypes.int32) for tensor in tensors):
            return _AssertOp(condition, data, name="Assert", **options)
        condition = convert_to_tensor(condition, name="Condition")
        guarded = cond(condition, control_flow_ops.no_op,
                       lambda: _AssertOp(condition, data, name="Assert", **options),
                       name="AssertGuard")
        return guarded.op


_AssertOp = op("Assert(condition: bool, data: T; T: list(type) >= 1, summarize: int = 3) -> ()",
               stateful=True).not_differentiable()


@_AssertOp.kernel
def _(condition, data, summarize):
    if np.ndim(condition):
        raise errors.InvalidArgumentError(
            None, None, f"In[0] should be a scalar: {list_text(np.shape(condition))}")
    if not condition:
        parts = " ".join(f"[{first_elements(value, summarize)}]" for value in data)
        raise errors.InvalidArgumentError(None, None, f"assertion failed: {parts}")
