"""Reductions, scans, ranges, segments and counts against NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minitf as tf
from minitf.framework import errors
from minitf.ops import math_ops
from minitf.ops.segment_ops import reduce_segments


def run(*fetches):
    """The values of tensors of one graph; of one tensor, its value."""
    with tf.Session(graph=fetches[0].graph) as session:
        values = session.run(list(fetches))
    return values[0] if len(values) == 1 else values


def fed(array, shape="free"):
    """A tensor whose value no static rule knows."""
    array = np.asarray(array)
    return tf.placeholder_with_default(tf.constant(array),
                                       [None] * array.ndim if shape == "free" else shape)


@pytest.fixture(autouse=True)
def _fresh_graph():
    with tf.Graph().as_default():
        yield


# ---- reductions ----

REDUCTIONS = {"sum": np.sum, "mean": np.mean, "prod": np.prod, "max": np.max, "min": np.min,
              "std": np.std, "variance": np.var,
              "logsumexp": lambda x, **how: np.log(np.sum(np.exp(x), **how)),
              "euclidean_norm": lambda x, **how: np.sqrt(np.sum(x * x, **how))}


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_reductions(data):
    name = data.draw(st.sampled_from(sorted(REDUCTIONS)))
    shape = tuple(data.draw(st.lists(st.integers(1, 3), max_size=3)))
    axes = data.draw(st.none() | st.lists(st.integers(0, max(len(shape) - 1, 0)), unique=True,
                                          max_size=len(shape)))
    if axes is not None:
        axes = [axis - len(shape) * data.draw(st.booleans()) for axis in axes]
    keepdims = data.draw(st.booleans())
    dtype = data.draw(st.sampled_from(["float32", "float64"]))
    x = np.random.RandomState(0).uniform(0.5, 2, shape).astype(dtype)
    expected = REDUCTIONS[name](x.astype(np.float64), axis=None if axes is None else tuple(axes),
                                keepdims=keepdims)
    with tf.Graph().as_default():
        known, unknown = tf.constant(x), fed(x, None)
        for argument in (known, unknown):
            y = getattr(math_ops, "reduce_" + name)(argument, axes, keepdims)
            value = run(y)
            assert value.dtype == dtype
            assert y.shape.is_compatible_with(np.shape(value))
            assert np.shape(value) == expected.shape
            np.testing.assert_allclose(value, expected, rtol=2e-5 if dtype == "float32" else 1e-12,
                                       atol=1e-6)
        assert known.shape.is_fully_defined()


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "float16"])
@pytest.mark.parametrize("name", ["sum", "mean", "prod", "max", "min"])
def test_reductions_keep_the_dtype(name, dtype):
    value = run(getattr(tf, "reduce_" + name)(fed(np.array([[200, 100], [1, 3]], dtype)), 0))
    assert value.dtype == dtype


@pytest.mark.parametrize("x, expected", [([1, 2, 4], 2), ([-1, -2, -4], -2), ([1, -2], 0)])
def test_integer_means_are_cut(x, expected):
    assert run(tf.reduce_mean(fed(x))) == expected


@pytest.mark.parametrize("name, dtype, expected", [
    ("sum", "float32", 0), ("prod", "float32", 1), ("max", "float32", -np.inf),
    ("min", "float32", np.inf), ("mean", "float32", np.nan), ("mean", "int32", 0),
    ("max", "int32", np.iinfo(np.int32).min), ("min", "int32", np.iinfo(np.int32).max)])
def test_reductions_of_nothing(name, dtype, expected):
    value = run(getattr(tf, "reduce_" + name)(fed(np.zeros((0, 2), dtype)), 0))
    np.testing.assert_array_equal(value, np.full(2, expected, dtype))


def test_repeated_axes_count_once():
    assert run(math_ops.Sum(fed([[1, 2]]), fed([0, -2]))).tolist() == [1, 2]


def test_axes_out_of_range():
    with pytest.raises(errors.InvalidArgumentError, match=r"Invalid reduction dimension \(2 for "
                                                          r"input with 2 dimension"):
        run(math_ops.Sum(fed([[1, 2]]), fed([2])))
    with pytest.raises(ValueError, match="Invalid reduction dimension 2 for input with 2 dimens"):
        tf.reduce_sum(tf.zeros([2, 3]), 2)


def test_logic_and_counts():
    p = fed([[True, False], [True, True]])
    assert [value.tolist() for value in run(tf.reduce_all(p, 1), tf.reduce_any(p, 0))] == [
        [False, True], [True, True]]
    assert run(tf.count_nonzero(p)) == 3
    assert run(tf.count_nonzero(fed(np.array([b"", b"a"], object)))) == 1


@pytest.mark.parametrize("names", [{"axis": 0, "reduction_indices": 0},
                                   {"keepdims": True, "keep_dims": True}])
def test_one_name_at_a_time(names):
    with pytest.raises(ValueError, match="Cannot specify both"):
        tf.reduce_sum(tf.zeros([2]), **names)


@pytest.mark.parametrize("x, axis, expected", [
    ([3.0, 1, 3], 0, 0), ([np.nan, 1, 2], 0, 2), ([[1, 5], [7, 2]], 1, [1, 0]),
    ([[1, 5], [7, 2]], -2, [1, 0])])
def test_argmax(x, axis, expected):
    x = fed(x)
    value, other = run(tf.argmax(x, axis), tf.argmin(-x, axis, output_type=tf.int32))
    assert value.dtype == np.int64 and other.dtype == np.int32
    assert value.tolist() == other.tolist() == expected


@pytest.mark.parametrize("x, axis, message", [
    ([1.0], 1, r"Expected dimension in the range \[-1, 1\), but got 1"),
    (np.zeros((0, 2)), 0, r"Reduction axis 0 is empty in shape \[0,2\]")])
def test_argmax_errors(x, axis, message):
    with pytest.raises(errors.InvalidArgumentError, match=message):
        run(tf.argmax(fed(x, None), axis))


# ---- scans and ranges ----


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=3), st.data())
def test_scans(shape, data):
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    exclusive, reverse = data.draw(st.booleans()), data.draw(st.booleans())
    x = np.random.RandomState(0).randint(1, 5, shape)
    with tf.Graph().as_default():
        for function, scan, start in ((tf.cumsum, np.cumsum, 0), (tf.cumprod, np.cumprod, 1)):
            value = run(function(fed(x), axis, exclusive, reverse))
            source = np.flip(x, axis) if reverse else x
            expected = scan(source, axis)
            if exclusive and x.size:
                first = np.full_like(np.take(expected, [0], axis), start)
                rest = np.delete(expected, -1, axis)
                expected = np.concatenate([first, rest], axis)
            np.testing.assert_array_equal(value, np.flip(expected, axis) if reverse else expected)


def test_small_integers_wrap_in_scans():
    assert run(tf.cumsum(fed(np.int8([100, 100])))).tolist() == [100, -56]


def test_scan_axis_errors():
    with pytest.raises(errors.InvalidArgumentError,
                       match=r"ScanOp: Expected scan axis in the range \[-1, 1\), but got 1"):
        run(tf.cumsum(fed([1, 2]), fed(1)))
    with pytest.raises(errors.InvalidArgumentError, match=r"axis must be a scalar, not \[2\]"):
        run(tf.cumsum(fed([1, 2]), fed([0, 1])))


@settings(max_examples=60, deadline=None)
@given(st.integers(-20, 20), st.integers(-20, 20), st.integers(1, 7))
def test_ranges_of_integers(start, limit, step):
    step = step if limit >= start else -step
    with tf.Graph().as_default():
        known, free = tf.range(start, limit, step), tf.range(fed(start), limit, step)
        assert free.shape.as_list() == [None]
        expected = list(range(start, limit, step))
        assert known.shape.as_list() == [len(expected)]
        assert [value.tolist() for value in run(known, free)] == [expected, expected]


def test_ranges_add_up_step_by_step():
    value = run(tf.range(0.0, 2.0, 0.1))
    total, expected = np.float32(0), []
    for _ in range(20):
        expected.append(total)
        total = np.float32(total + np.float32(0.1))
    assert value.tolist() == expected


@pytest.mark.parametrize("arguments, dtype", [
    ((3,), tf.int32), ((3.0,), tf.float32), ((0, 3.5), tf.float32), ((np.int64(3),), tf.int64),
    ((0, np.float64(3), 1), tf.float64)])
def test_the_widest_dtype_of_a_range(arguments, dtype):
    assert tf.range(*arguments).dtype == dtype


@pytest.mark.parametrize("arguments, message", [
    ((5, 2), "Requires start <= limit when delta > 0: 5/2"),
    ((2, 5, -1), "Requires start >= limit when delta < 0: 2/5"),
    ((0, 5, 0), "Requires delta != 0")])
def test_range_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        tf.range(*arguments)
    with pytest.raises(errors.InvalidArgumentError, match=message):
        run(tf.range(*map(fed, arguments)))


@pytest.mark.parametrize("num", [1, 2, 8])
def test_linspace(num):
    np.testing.assert_allclose(run(tf.linspace(-3.3, 7.1, num)), np.linspace(-3.3, 7.1, num),
                               rtol=1e-6, atol=1e-6)


# ---- segments ----


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-1, 4), max_size=8), st.sampled_from([np.add, np.multiply, np.maximum]),
       st.lists(st.integers(0, 2), max_size=2))
def test_reduce_segments(ids, ufunc, inner):
    rows = np.random.RandomState(0).randint(1, 5, (len(ids), *inner))
    result = reduce_segments(ufunc, rows, np.array(ids, int), 5, 0)
    for i in range(5):
        members = [row for row, item in zip(rows, ids) if item == i]
        expected = ufunc.reduce(members, axis=0) if members else np.zeros(inner)
        np.testing.assert_array_equal(result[i], expected)


@pytest.mark.parametrize("name, expected", [
    ("sum", [[4, 6], [0, 0], [5, 6]]), ("mean", [[2, 3], [0, 0], [5, 6]]),
    ("prod", [[3, 8], [1, 1], [5, 6]]), ("max", [[3, 4], [0, 0], [5, 6]]),
    ("min", [[1, 2], [0, 0], [5, 6]])])
def test_sorted_segments(name, expected):
    data = fed(np.float32([[1, 2], [3, 4], [5, 6]]))
    assert run(getattr(tf, "segment_" + name)(data, fed([0, 0, 2]))).tolist() == expected


@pytest.mark.parametrize("name, dtype, empty", [
    ("sum", "float32", 0), ("prod", "float32", 1), ("max", "float32", np.finfo(np.float32).min),
    ("min", "float32", np.finfo(np.float32).max), ("max", "int32", np.iinfo(np.int32).min)])
def test_unsorted_segments_without_elements(name, dtype, empty):
    data = fed(np.array([[1, 2], [3, 4]], dtype))
    value = run(getattr(tf, "unsorted_segment_" + name)(data, fed([1, -1]), 2))
    np.testing.assert_array_equal(value, np.array([[empty, empty], [1, 2]], dtype))


@pytest.mark.parametrize("ids, message", [
    ([0, 3, 0], "segment ids are not increasing"), ([0, 0], "should be the same size as dimension"),
    ([-1, 0, 0], "Segment id -1 out of range"), ([[0, 0, 0]], "segment_ids should be a vector")])
def test_segment_errors(ids, message):
    with pytest.raises(errors.InvalidArgumentError, match=message):
        run(tf.segment_sum(fed([1.0, 2.0, 3.0]), fed(ids, None)))


@pytest.mark.parametrize("ids, count, message", [
    ([2, 5, 2], 3, r"segment_ids\[1\] = 5 is out of range \[0, 3\)"),
    ([2, 1], 3, r"data.shape = \[3\] does not start with segment_ids.shape = \[2\]"),
    ([0, 0, 0], -3, "Input num_segments == -3 must not be negative")])
def test_unsorted_segment_errors(ids, count, message):
    with pytest.raises(errors.InvalidArgumentError, match=message):
        run(tf.unsorted_segment_sum(fed([1.0, 2.0, 3.0]), fed(ids, None), fed(count)))


@pytest.mark.parametrize("arr, how, expected", [
    ([1, 1, 4], {}, [0, 2, 0, 0, 1]), ([1, 1, 4], {"maxlength": 3}, [0, 2, 0]),
    ([1], {"minlength": 3}, [0, 1, 0]), ([], {}, []),
    ([1, 1], {"weights": [0.5, 2.0]}, [0, 2.5])])
def test_bincount(arr, how, expected):
    assert run(tf.bincount(fed(np.array(arr, np.int32)), **how)).tolist() == expected


@pytest.mark.parametrize("values", [[-1.0, 0, 1.5, 2, 5, 15], [0.1, 0.9, 2.5]])
def test_histograms(values):
    value, bins = run(tf.histogram_fixed_width(fed(np.float32(values)), [0.0, 5.0], 5),
                      tf.histogram_fixed_width_bins(fed(np.float32(values)), [0.0, 5.0], 5))
    np.testing.assert_array_equal(value, np.histogram(np.clip(values, 0, 5), 5, (0, 5))[0])
    np.testing.assert_array_equal(np.bincount(bins, minlength=5), value)
