"""Conditionals: cond and case, as dataflow of Switch and Merge; and Assert."""

import collections
import functools

import numpy as np

from minitf import nest, tf_logging
from minitf.framework import dtypes, errors
from minitf.framework.convert import convert_n_to_tensor, convert_to_tensor
from minitf.framework.graph import GraphKeys, add_to_collection, control_dependencies, name_scope
from minitf.framework.indexed_slices import IndexedSlices
from minitf.framework.operation import Tensor
from minitf.framework.registry import op
from minitf.ops import array_ops, control_flow_ops, math_ops
from minitf.ops.constant_op import constant
from minitf.ops.control_flow_context import CondContext, with_array
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
        _check_same_structure(original_t, original_f, result_t, result_f)
        if not result_t:
            raise ValueError("true_fn and false_fn must return at least one result.")
        flat_t = nest.flatten(result_t, expand_composites=True)
        flat_f = nest.flatten(result_f, expand_composites=True)
        for x, y in zip(flat_t, flat_f):
            if x.dtype.base_dtype != y.dtype.base_dtype:
                raise ValueError("Outputs of true_fn and false_fn must have the same type: "
                                 f"{x.dtype.name}, {y.dtype.name}")
        merges = [merge(pair)[0] for pair in zip(flat_f, flat_t)]
        merges = [with_array(*pair) for pair in
                  zip(nest.flatten(original_t, expand_composites=True), merges)]
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


def _check_same_structure(original_t, original_f, result_t, result_f):
    """The branches must return the same structure; indices of slices are made of one dtype."""
    if not _differ(original_t, original_f):
        return
    nest.map_structure(_cast_indices, original_t, original_f)
    nest.map_structure(_cast_indices, result_t, result_f)
    error = _differ(original_t, original_f)
    if isinstance(error, TypeError):
        raise TypeError(f"Incompatible return types of true_fn and false_fn: {error}")
    if error is not None:
        raise ValueError(f"Incompatible return values of true_fn and false_fn: {error}")


def _differ(a, b):
    """The error that tells how two structures differ, or None."""
    try:
        nest.assert_same_structure(a, b, expand_composites=True)
        nest.map_structure(_check_indices, a, b)
    except (TypeError, ValueError) as error:
        return error
    return None


def _index_types_differ(a, b):
    return (isinstance(a, IndexedSlices) and isinstance(b, IndexedSlices)
            and a.indices.dtype != b.indices.dtype)


def _check_indices(a, b):
    if _index_types_differ(a, b):
        raise TypeError(f"{a.indices.dtype.name} and {b.indices.dtype.name} indices")


def _cast_indices(a, b):
    if _index_types_differ(a, b):
        a._indices = math_ops.cast(a.indices, dtypes.int64)
        b._indices = math_ops.cast(b.indices, dtypes.int64)


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
    predicates, actions = _checked_pairs(pred_fn_pairs, exclusive, name)
    with name_scope(name, "case", [predicates]):
        if default is None:
            default, predicates, actions = _default_action(predicates, actions)
        function = default
        for predicate, action in reversed(list(zip(predicates, actions))):
            function = functools.partial(cond, predicate, true_fn=action, false_fn=function,
                                         strict=strict)
        if not exclusive:
            return function()
        with control_dependencies([_assert_at_most_n_true(predicates, 1,
                                                          "Input error: exclusive=True")]):
            return function()


def _checked_pairs(pairs, exclusive, name):
    if not isinstance(pairs, (list, tuple, dict)):
        raise TypeError("fns must be a list, tuple, or dict")
    if isinstance(pairs, collections.OrderedDict):
        pairs = list(pairs.items())
    elif isinstance(pairs, dict):
        pairs = sorted(pairs.items(), key=lambda item: item[0].name)
        if not exclusive:
            tf_logging.warning(
                "%s: An unordered dictionary of predicate/fn pairs was provided, but "
                "exclusive=False. The order of conditional tests is deterministic but not "
                "guaranteed.", name)
    if not pairs:
        raise ValueError("case needs at least one pair of a predicate and a function")
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError("Each entry in pred_fn_pairs must be a 2-tuple")
        pred, function = pair
        if not isinstance(pred, Tensor):
            raise TypeError(f"pred must be a Tensor, got: {pred}")
        if pred.dtype != dtypes.bool:
            raise TypeError(f"pred must be Tensor of type bool: {pred.name}")
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


# ---- switch_case ----


def switch_case(branch_index, branch_fns, default=None, name="switch_case"):
    """The result of the function that an index chooses; of the last one when there is none for it.

    A chain of conds; TensorFlow has one ``Case`` operation, whose branches are functions.

    Args:
      branch_index: an integer scalar tensor.
      branch_fns: a list of functions without arguments, or a dict or list of pairs
        (index, function).
      default: the function for all other indices; by default that of the highest index.
      name: the name scope.

    Raises:
      TypeError: the arguments are not as described.
      ValueError: there are no functions, or their indices leave gaps.
    """
    functions = _checked_branches(branch_index, branch_fns)
    if default is not None:
        functions.append(default)
    with name_scope(name, "case", [branch_index]):
        function = functions[-1]
        for index, branch in reversed(list(enumerate(functions[:-1]))):
            function = functools.partial(
                _when_equal, branch_index, index, true_fn=branch, false_fn=function)
        return function()


def _when_equal(tensor, value, true_fn, false_fn):
    return cond(math_ops.equal(tensor, value), true_fn, false_fn, strict=True)


def _checked_branches(branch_index, branches):
    if not isinstance(branch_index, Tensor):
        raise TypeError(f"branch_index must a Tensor, got {type(branch_index)}")
    if not branch_index.dtype.is_integer:
        raise TypeError(f"branch_index must an integer Tensor, got {branch_index.dtype}")
    if not branches:
        raise ValueError("Must provide at least one item in branch_fns")
    if not isinstance(branches, (list, tuple, dict)):
        raise TypeError("branch_fns must be a list, tuple, or dict")
    pairs = list(branches.items() if isinstance(branches, dict) else branches)
    if all(callable(function) for function in pairs):
        pairs = list(enumerate(pairs))
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError("Each entry in branch_fns must be a 2-tuple")
        key, function = pair
        if not isinstance(key, int):
            raise TypeError(f"key must be a Python `int`, got {type(key)}")
        if not callable(function):
            raise TypeError(f"fn for key {key} must be callable.")
    keys = sorted(key for key, _ in pairs)
    if keys != list(range(len(keys))):
        raise ValueError(f"branch indices (keys) must form contiguous range of [0 to {len(keys)}) "
                         f"but found {{{','.join(map(str, keys))}}}")
    return [function for _, function in sorted(pairs, key=lambda pair: pair[0])]


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
