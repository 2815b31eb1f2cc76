"""Arithmetic, functions, comparisons, casts against NumPy in every dtype; errors and operators."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import minitf as tf
from minitf.framework import errors, registry
from minitf.ops import math_ops
from minitf.ops.common_shapes import broadcast_shape


def run(*fetches):
    """The values of tensors of one graph; of one tensor, its value."""
    with tf.Session(graph=fetches[0].graph) as session:
        values = session.run(list(fetches))
    return values[0] if len(values) == 1 else values


def fed(array):
    """A tensor whose value no static rule knows."""
    array = np.asarray(array)
    return tf.placeholder_with_default(tf.constant(array), [None] * array.ndim)


@pytest.fixture(autouse=True)
def _fresh_graph():
    with tf.Graph().as_default():
        yield


# ---- elementwise ----

FLOATS = ["float16", "float32", "float64"]
UNARY = {
    "abs": np.abs, "acos": np.arccos, "acosh": lambda x: np.arccosh(x + 1), "asin": np.arcsin,
    "asinh": np.arcsinh, "atan": np.arctan, "atanh": np.arctanh, "ceil": np.ceil, "cos": np.cos,
    "cosh": np.cosh, "exp": np.exp, "expm1": np.expm1, "floor": np.floor, "log": np.log,
    "log1p": np.log1p, "negative": np.negative, "reciprocal": np.reciprocal, "rint": np.rint,
    "round": np.rint, "rsqrt": lambda x: 1 / np.sqrt(x), "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "sign": np.sign, "sin": np.sin, "sinh": np.sinh, "sqrt": np.sqrt, "square": np.square,
    "tan": np.tan, "tanh": np.tanh,
}
BINARY = {
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide,
    "floordiv": lambda x, y: np.floor(x / y), "floormod": np.mod, "pow": np.power,
    "maximum": np.maximum, "minimum": np.minimum, "atan2": np.arctan2,
    "squared_difference": lambda x, y: (x - y) ** 2, "div_no_nan": np.divide,
    "truncatemod": np.fmod,
}


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", sorted(UNARY))
@pytest.mark.parametrize("shape", [(), (3,), (2, 1, 2)], ids=str)
def test_unary(name, dtype, shape):
    x = np.random.RandomState(0).uniform(0.1, 0.9, shape).astype(dtype)
    argument = fed(x) + 1 if name == "acosh" else fed(x)
    y = getattr(math_ops, name)(argument)
    value = run(y)
    assert value.dtype == dtype and np.shape(value) == shape
    np.testing.assert_allclose(value, UNARY[name](x.astype(np.float64)),
                               rtol=20 * np.finfo(dtype).eps)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", sorted(BINARY))
@pytest.mark.parametrize("shapes", [((), ()), ((2, 3), (3,)), ((2, 1), (1, 3)), ((0, 3), (3,))],
                         ids=str)
def test_binary(name, dtype, shapes):
    rng = np.random.RandomState(1)
    x, y = (rng.uniform(0.5, 2, shape).astype(dtype) for shape in shapes)
    value = run(getattr(math_ops, name)(fed(x), fed(y)))
    expected = BINARY[name](x.astype(np.float64), y.astype(np.float64))
    assert value.dtype == dtype and np.shape(value) == expected.shape
    if name == "floordiv":
        assert np.all(np.abs(value - expected) <= 1)  # x / y is rounded before its floor is taken
        expected = np.floor(np.divide(x, y))
    np.testing.assert_allclose(value, expected, rtol=20 * np.finfo(dtype).eps,
                               atol=4 * np.finfo(dtype).eps)


@settings(max_examples=60, deadline=None)
@given(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3), st.data())
def test_static_broadcast_shape_is_the_run_time_one(shapes, data):
    full = [tf.TensorShape(shape) for shape in shapes.input_shapes]
    assert broadcast_shape(*full).as_list() == list(shapes.result_shape)
    hidden = [[None if data.draw(st.booleans()) else dim for dim in shape]
              for shape in shapes.input_shapes]
    static = broadcast_shape(*map(tf.TensorShape, hidden))
    assert static.is_compatible_with(shapes.result_shape)


@settings(max_examples=25, deadline=None)
@given(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3))
def test_gradients_have_the_inputs_shapes(shapes):
    with tf.Graph().as_default():
        x, y = (fed(np.full(shape, 1.5)) for shape in shapes.input_shapes)
        z = x * y
        values = run(z, *tf.gradients(z, [x, y]))
    assert [np.shape(value) for value in values] == [shapes.result_shape, *shapes.input_shapes]
    size = np.prod(shapes.result_shape, dtype=int)
    for value, shape in zip(values[1:], shapes.input_shapes):
        np.testing.assert_allclose(value, 1.5 * size / max(np.prod(shape, dtype=int), 1))


@pytest.mark.parametrize("x, y, remainder, quotient", [
    (-1e-20, 1.0, 1.0, -1.0), (-4.0, 2.0, -0.0, -2.0), (4.0, -2.0, 0.0, -2.0),
    (5.5, -2.0, -0.5, -3.0), (np.inf, 2.0, np.nan, np.inf), (-1.0, np.inf, np.inf, -0.0),
    (1.0, np.inf, 1.0, 0.0)])
def test_floor_division_of_floats(x, y, remainder, quotient):
    x, y = fed(np.float32(x)), fed(np.float32(y))
    np.testing.assert_equal(run(x % y, x // y), [np.float32(remainder), np.float32(quotient)])


@pytest.mark.parametrize("name, x, y, expected", [
    ("mul_no_nan", [np.inf, np.nan, 2, 0], [0, 0, 3, np.inf], [0, 0, 6, np.nan]),
    ("div_no_nan", [np.inf, np.nan, 2, 0], [0, 0, 3, np.inf], [0, 0, 2 / 3, 0]),
    ("xdivy", [0, np.nan, 2, 0], [0, 0, 0, np.nan], [0, np.nan, np.inf, 0]),
    ("xlogy", [0, np.nan, 2, 0], [0, 0, 0, np.nan], [0, np.nan, -np.inf, 0]),
])
def test_zero_wins(name, x, y, expected):
    value = run(getattr(math_ops, name)(fed(np.float64(x)), fed(np.float64(y))))
    np.testing.assert_allclose(value, expected, rtol=1e-12)


def test_sign_of_nan_is_zero():
    value = run(tf.sign(fed(np.float32([np.nan, -0.0, 2, -3]))))
    np.testing.assert_array_equal(value, [0, 0, 1, -1])


def test_strings_are_joined():
    s = fed(np.array([b"a", b"b"], object))
    assert run(s + "c").tolist() == [b"ac", b"bc"]
    assert run(tf.constant("x") + tf.constant("y")) == b"xy"
    assert (s + "c").op.type == "Add"


# ---- integers ----


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32", "int64"])
@pytest.mark.parametrize("name, function", [
    ("add", np.add), ("subtract", np.subtract), ("multiply", np.multiply),
    ("floordiv", np.floor_divide), ("truncatediv", lambda x, y: np.trunc(x / y)),
    ("div", np.floor_divide)])
def test_integers_wrap_and_keep_their_dtype(name, function, dtype):
    rng = np.random.RandomState(2)
    info = np.iinfo(dtype)
    x = rng.randint(max(info.min // 2, -2**40), min(info.max // 2, 2**40), 20).astype(dtype)
    y = np.where(rng.rand(20) < 0.5, 3, 5).astype(dtype)
    y = -y if info.min < 0 else y
    value = run(getattr(math_ops, name)(fed(x), fed(y)))
    assert value.dtype == dtype
    np.testing.assert_array_equal(value, function(x, y).astype(dtype))


@pytest.mark.parametrize("function", [
    lambda x, y: x // y, lambda x, y: x % y, tf.div])
def test_integer_division_by_zero(function):
    y = function(fed([1, 2]), fed([1, 0]))
    with pytest.raises(errors.InvalidArgumentError, match="Integer division by zero"):
        run(y)


@pytest.mark.parametrize("function", [tf.truncatediv, tf.truncatemod])
def test_truncating_division_by_zero_is_an_internal_error(function):
    y = function(fed([1, 2]), fed([1, 0]))
    with pytest.raises(errors.InternalError, match="only integer div and mod should have errors"):
        run(y)


def test_integer_quotients_are_floats():
    assert (tf.constant([1]) / 2).dtype == tf.float64
    assert (tf.constant([1], tf.int8) / tf.constant([2], tf.int8)).dtype == tf.float32


def test_negative_powers_of_integers():
    with pytest.raises(errors.InvalidArgumentError,
                       match="Integers to negative integer powers are not allowed"):
        run(fed([2, 3]) ** fed([-1, 2]))


# ---- casts ----


@pytest.mark.parametrize("source", ["bool", "uint8", "int32", "int64", "float16", "float32",
                                    "float64", "complex64"])
@pytest.mark.parametrize("target", ["bool", "uint8", "int8", "int32", "int64", "float16", "float32",
                                    "float64", "complex128"])
@pytest.mark.filterwarnings("ignore:Casting complex")
def test_cast(source, target):
    x = np.array([0, 1, 3, 100]).astype(source)
    value = run(tf.cast(fed(x), target))
    assert value.dtype == target
    np.testing.assert_array_equal(value, x.real.astype(target))


def test_casts_of_what_does_not_fit():
    x = fed(np.float32([1e10, -1e10, np.nan, -1.9, 2.9]))
    least = np.iinfo(np.int32).min
    assert run(tf.cast(x, tf.int32)).tolist() == [least, least, least, -1, 2]
    assert run(tf.saturate_cast(x, tf.uint8)).tolist()[:2] == [255, 0]
    assert run(tf.cast(fed([300, -1]), tf.uint8)).tolist() == [44, 255]


@pytest.mark.parametrize("x, dtype, message", [
    ([b"a"], tf.float32, "Cast string to float is not supported"),
    ([1.0], tf.string, "Cast double to string is not supported")])
def test_strings_are_not_cast(x, dtype, message):
    with pytest.raises(errors.UnimplementedError, match=message):
        run(tf.cast(fed(x), dtype))


def test_cast_to_the_same_dtype_adds_nothing():
    x = tf.constant([1.0])
    assert tf.cast(x, tf.float32) is x
    assert tf.cast([1, 2], tf.float32).op.type == "Cast"


def test_truncating_cast():
    value = math_ops.Cast(fed(np.float32([1.0009, -1.0009, 0.5])), DstT=tf.float16, Truncate=True)
    assert run(value).tolist() == [1.0, -1.0, 0.5]


# ---- operators ----


@pytest.mark.parametrize("operator, op_type", sorted({
    "__add__": "AddV2", "__sub__": "Sub", "__mul__": "Mul", "__truediv__": "RealDiv",
    "__floordiv__": "FloorDiv", "__mod__": "FloorMod", "__pow__": "Pow", "__lt__": "Less",
    "__le__": "LessEqual", "__gt__": "Greater", "__ge__": "GreaterEqual", "__rsub__": "Sub",
    "__rtruediv__": "RealDiv", "__div__": "RealDiv"}.items()))
def test_operators(operator, op_type):
    y = getattr(tf.constant([1.0, 2.0]), operator)(2)
    assert y.op.type == op_type
    assert [x.dtype for x in y.op.inputs] == [tf.float32, tf.float32]
    assert set(math_ops.OPERATORS) >= {operator}


def test_numpy_on_the_left():
    x = tf.constant([1.0, 2.0])
    for y in (np.ones(2, np.float32) + x, np.float32(1) + x):
        assert y.op.type == "AddV2" and run(y).tolist() == [2.0, 3.0]


class Foreign:
    """Knows how to add itself to a tensor."""

    def __radd__(self, other):
        return "handled"


def test_operators_leave_strangers_to_themselves():
    assert tf.constant(1.0) + Foreign() == "handled"


@pytest.mark.parametrize("function, message", [
    (lambda: tf.constant([1, 2]) + 1.5, "Input 'y' of 'AddV2' Op has type float32 that does not "
                                        "match type int32 of argument 'x'"),
    (lambda: tf.constant([1.0]) / tf.constant([1]), "x and y must have the same dtype"),
    (lambda: tf.constant([True]) / True, "Invalid dtype tf.bool in __truediv__"),
    (lambda: tf.constant([True]) + True, "Value passed to parameter 'x' has DataType bool not in"),
    (lambda: tf.complex(1.0, tf.constant(2.0, tf.float64)), "real and imag have incorrect types"),
    (lambda: tf.conj(tf.constant("a")), "Expected numeric or variant tensor"),
])
def test_type_errors(function, message):
    with pytest.raises(TypeError, match=message):
        function()


@pytest.mark.parametrize("function, message", [
    (lambda: tf.constant([1.0, 2]) + tf.constant([1.0, 2, 3]),
     "Dimensions must be equal, but are 2 and 3 for 'add'"),
    (lambda: tf.scalar_mul([1.0, 2.0], tf.constant([1.0])), "Only scalar multiply works"),
    (lambda: tf.add_n([]), "inputs must be a list of at least one Tensor/IndexedSlices"),
    (lambda: tf.add_n([tf.zeros([2]), tf.zeros([3])]), "From merging shape 0 with other shapes"),
    (lambda: tf.accumulate_n([tf.zeros([2]), tf.zeros([2], tf.int32)]), "at least one Tensor with"),
])
def test_value_errors(function, message):
    with pytest.raises(ValueError, match=message):
        function()


def test_run_time_shapes_that_do_not_broadcast():
    with pytest.raises(errors.InvalidArgumentError,
                       match=r"Incompatible shapes: \[3\] vs. \[2\]"):
        run(fed([1, 2, 3]) + fed([1, 2]))


def test_sums_of_lists():
    x = fed([1.0, 2.0])
    assert tf.add_n([x]) is x
    assert run(tf.add_n([x, x, x])).tolist() == [3, 6]
    assert run(tf.accumulate_n([x, x])).tolist() == [2, 4]
    with pytest.raises(errors.InvalidArgumentError, match=r"Input 0: \[2\] != input 1: \[3\]"):
        run(tf.add_n([x, fed([1.0, 2.0, 3.0])]))


# ---- comparisons, selection ----


def test_equality_of_shapes_that_do_not_fit():
    x, y = fed([1, 2, 3]), fed([1, 2])
    assert not run(math_ops.Equal(x, y, incompatible_shape_error=False))
    assert run(math_ops.NotEqual(x, y, incompatible_shape_error=False))
    with pytest.raises(errors.InvalidArgumentError, match="Incompatible shapes"):
        run(tf.equal(x, y))


@pytest.mark.parametrize("condition, expected", [
    (True, [[1, 2], [3, 4]]), ([True, False], [[1, 2], [7, 8]]),
    ([[True, False], [False, True]], [[1, 6], [7, 4]])])
def test_select(condition, expected):
    value = run(math_ops.select(fed(condition), fed([[1, 2], [3, 4]]), fed([[5, 6], [7, 8]])))
    assert value.tolist() == expected


@pytest.mark.parametrize("condition, x, y, message", [
    ([True, False, True], [[1], [2]], [[1], [2]], "Number of batches of 'then' must match size of "
                                                  "'cond', but saw: 2 vs. 3"),
    ([[True]], [[1], [2]], [[1], [2]], r"Input 0: \[1,1\] != input 1: \[2,1\]"),
    (True, [1], [1, 2], "'then' and 'else' must have the same size"),
    ([True], 1, 2, "'then' must be at least a vector, but saw shape: "),
])
def test_select_errors(condition, x, y, message):
    free = [tf.placeholder_with_default(tf.constant(value), None) for value in (condition, x, y)]
    with pytest.raises(errors.InvalidArgumentError, match=message):
        run(math_ops.select(*free))


# ---- gradients of infinite values ----


@pytest.mark.parametrize("function", [tf.rsqrt, tf.reciprocal, tf.sqrt])
def test_no_gradient_comes_from_none(function):
    """At 0 the derivative is infinite; where no gradient comes in, it is 0 all the same."""
    x = fed(np.float32([0.0, 4.0]))
    gradient = run(tf.gradients(function(x), x, tf.constant([0.0, 1.0]))[0])
    assert gradient[0] == 0 and np.isfinite(gradient[1])


# ---- what the generated program says ----


@pytest.mark.parametrize("name", ["AddV2", "Sub", "Mul", "Less", "Exp", "Neg"])
def test_expressions_compute_what_kernels_compute(name):
    op_type = registry.get(name)
    values = dict(zip("xy", (np.float32([1.5, -2]), np.float32([0.5, 3]))))
    names = [arg.name for arg in op_type.inputs]
    text = op_type.expression_rule(*names)
    expected = op_type.kernel_rule(*(values[item] for item in names))
    np.testing.assert_array_equal(eval(text, {"np": np}, values), expected)
