"""Array ops against NumPy: values, static shapes that agree with them, gradients, all slices."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minitf as tf
from minitf.framework import registry
from minitf.ops import array_ops
from minitf.testing import check_gradients

A = np.arange(6.0).reshape(2, 3)
CUBE = np.arange(24.0).reshape(2, 3, 4)
IMAGE = np.arange(32.0).reshape(2, 4, 2, 2)


def evaluate(function, *arrays, shapes=None):
    """Builds ``function`` of placeholders, checks the static shapes, and returns the values.

    ``shapes`` are what the placeholders know of their shapes; by default everything.
    """
    arrays = [np.asarray(array) for array in arrays]
    shapes = [array.shape for array in arrays] if shapes is None else shapes
    with tf.Graph().as_default(), tf.Session() as sess:
        inputs = [tf.placeholder(tf.as_dtype(array.dtype), shape)
                  for array, shape in zip(arrays, shapes)]
        outputs = function(*inputs)
        flat = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        values = sess.run(list(flat), dict(zip(inputs, arrays)))
    for tensor, value in zip(flat, values):
        assert tensor.shape.is_compatible_with(np.shape(value))
        assert np.asarray(value).dtype == tensor.dtype.as_numpy_dtype
    return values if isinstance(outputs, (list, tuple)) else values[0]


VALUES = {
    "reshape": (lambda x: tf.reshape(x, [3, -1]), A.reshape(3, 2)),
    "expand_dims": (lambda x: tf.expand_dims(x, -2), A[:, None]),
    "squeeze": (lambda x: tf.squeeze(x[:1, None]), A[0]),
    "transpose": (lambda x: tf.transpose(x), A.T),
    "transpose perm": (lambda x: tf.transpose(x[None], [1, 0, 2]), A[:, None]),
    "matrix_transpose": (lambda x: tf.matrix_transpose(x[None]), A.T[None]),
    "broadcast_to": (lambda x: tf.broadcast_to(x, [2, 2, 3]), np.broadcast_to(A, (2, 2, 3))),
    "tile": (lambda x: tf.tile(x, [2, 3]), np.tile(A, [2, 3])),
    "pad": (lambda x: tf.pad(x, [[1, 0], [0, 2]]), np.pad(A, [[1, 0], [0, 2]])),
    "pad value": (lambda x: tf.pad(x, [[1, 0], [0, 2]], constant_values=9),
                  np.pad(A, [[1, 0], [0, 2]], constant_values=9)),
    "pad reflect": (lambda x: tf.pad(x, [[1, 0], [0, 2]], "reflect"),
                    np.pad(A, [[1, 0], [0, 2]], "reflect")),
    "pad symmetric": (lambda x: tf.pad(x, [[2, 1], [3, 2]], "SYMMETRIC"),
                      np.pad(A, [[2, 1], [3, 2]], "symmetric")),
    "reverse": (lambda x: tf.reverse(x, [-1]), A[:, ::-1]),
    "reverse_sequence": (lambda x: tf.reverse_sequence(x, [2, 3], seq_axis=1),
                         [[1, 0, 2], [5, 4, 3]]),
    "roll": (lambda x: tf.roll(x, [1, -1], [0, 1]), np.roll(A, [1, -1], [0, 1])),
    "stack": (lambda x: tf.stack([x, -x], axis=-1), np.stack([A, -A], -1)),
    "unstack": (lambda x: tf.unstack(x, axis=1)[2], A[:, 2]),
    "parallel_stack": (lambda x: tf.parallel_stack([x, -x]), np.stack([A, -A])),
    "concat": (lambda x: tf.concat([x, -x], -1), np.concatenate([A, -A], -1)),
    "concat of one": (lambda x: tf.concat(x, 0), A),
    "split": (lambda x: tf.split(x, 3, 1)[1], A[:, 1:2]),
    "split sizes": (lambda x: tf.split(x, [1, -1], 1)[1], A[:, 1:]),
    "slice": (lambda x: tf.slice(x, [1, 0], [-1, 2]), A[1:, :2]),
    "strided_slice": (lambda x: tf.strided_slice(x, [0, 2], [2, 0], [1, -1]), A[:, 2:0:-1]),
    "gather": (lambda x: tf.gather(x, [[0, 1], [1, 1]]), A[[[0, 1], [1, 1]]]),
    "gather axis": (lambda x: tf.gather(x, [2, 0], axis=1), A[:, [2, 0]]),
    "gather batch": (lambda x: tf.gather(x, [[0], [2]], batch_dims=1), [[0], [5]]),
    "gather_nd": (lambda x: tf.gather_nd(x, [[0, 1], [1, 2]]), [1, 5]),
    "gather_nd rows": (lambda x: tf.gather_nd(x, [[1], [1]]), A[[1, 1]]),
    "gather_nd of nothing": (lambda x: tf.gather_nd(x, np.zeros([2, 0], np.int32)), [A, A]),
    "scatter_nd": (lambda x: tf.scatter_nd([[2], [2]], x, [4, 3]),
                   [[0] * 3, [0] * 3, A.sum(0), [0] * 3]),
    "scatter_nd of nothing": (lambda x: tf.scatter_nd(np.zeros([2, 0], np.int32), x, [3]),
                              A.sum(0)),
    "tensor_scatter_update": (lambda x: tf.tensor_scatter_update(x, [[0, 1]], [9.0]),
                              [[0, 9, 2], [3, 4, 5]]),
    "tensor_scatter_add": (lambda x: tf.tensor_scatter_add(x, [[0, 1], [0, 1]], [9.0, 1.0]),
                           [[0, 11, 2], [3, 4, 5]]),
    "tensor_scatter_sub": (lambda x: tf.tensor_scatter_sub(x, [[0, 1]], [9.0]),
                           [[0, -8, 2], [3, 4, 5]]),
    "boolean_mask": (lambda x: tf.boolean_mask(x, A > 2), A[A > 2]),
    "boolean_mask axis": (lambda x: tf.boolean_mask(x, [True, False, True], axis=1), A[:, [0, 2]]),
    "dynamic_partition": (lambda x: tf.dynamic_partition(x, [1, 0], 2)[0], A[1:]),
    "dynamic_stitch": (lambda x: tf.dynamic_stitch([[1, 0], 2], [x, x[0]]),
                       [A[1], A[0], A[0]]),
    "dynamic_stitch last": (lambda x: tf.dynamic_stitch([[0, 0]], [x]), A[1:]),
    "diag": (lambda x: tf.diag(x[0]), np.diag(A[0])),
    "diag_part": (lambda x: tf.diag_part(x[:, :2]), [0, 4]),
    "matrix_diag": (lambda x: tf.matrix_diag(x), [np.diag(A[0]), np.diag(A[1])]),
    "matrix_diag_part": (lambda x: tf.matrix_diag_part(x), [0, 4]),
    "matrix_set_diag": (lambda x: tf.matrix_set_diag(x, [8.0, 9.0]), [[8, 1, 2], [3, 9, 5]]),
    "matrix_band_part": (lambda x: tf.matrix_band_part(x, 0, 1), [[0, 1, 0], [0, 4, 5]]),
    "space_to_batch": (lambda x: tf.space_to_batch(tf.reshape(x, [1, 2, 3, 1]),
                                                   [[0, 0], [0, 1]], 2),
                       np.reshape([[0, 2], [1, 0], [3, 5], [4, 0]], [4, 1, 2, 1])),
    "ensure_shape": (lambda x: tf.ensure_shape(x, [None, 3]), A),
    "where": (lambda x: tf.where(x > 2), np.argwhere(A > 2)),
    "one_hot": (lambda x: tf.one_hot(tf.cast(x[0], tf.int32), 3), np.eye(3)),
    "one_hot axis": (lambda x: tf.one_hot([0, 2], 3, axis=0), np.eye(3)[[0, 2]].T),
    "sequence_mask": (lambda x: tf.sequence_mask([1, 3, 0]), np.arange(3) < [[1], [3], [0]]),
    "eye": (lambda x: tf.eye(2, 3, batch_shape=[2]), [np.eye(2, 3)] * 2),
    "invert_permutation": (lambda x: tf.invert_permutation([2, 0, 1]), [1, 2, 0]),
    "repeat": (lambda x: tf.repeat(x, [2, 0, 1], axis=1), np.repeat(A, [2, 0, 1], 1)),
    "setdiff1d": (lambda x: tf.setdiff1d([5, 1, 5, 2], [1])[1], [0, 2, 3]),
    "searchsorted": (lambda x: tf.searchsorted(x, x, side="right"), [[1, 2, 3]] * 2),
    "unravel_index": (lambda x: tf.unravel_index([1, 5], [2, 3]), np.unravel_index([1, 5], (2, 3))),
    "zeros_like": (lambda x: tf.zeros_like(x), 0 * A),
    "ones": (lambda x: tf.ones(tf.shape(x)), np.ones_like(A)),
    "size": (lambda x: tf.size(x), 6),
}


@pytest.mark.parametrize("known", ["whole shape", "rank", "nothing"])
@pytest.mark.parametrize("name", VALUES)
def test_values_are_numpys(name, known):
    function, expected = VALUES[name]
    if known == "rank" and name in ("unstack", "parallel_stack", "space_to_batch") or (
            known == "nothing" and name in ("unstack", "parallel_stack", "boolean_mask", "repeat",
                                            "boolean_mask axis", "gather batch")):
        pytest.skip("it needs to know more of the shape")
    shape = {"whole shape": (2, 3), "rank": (None, None), "nothing": None}[known]
    np.testing.assert_array_equal(evaluate(function, A, shapes=[shape]), expected)


@pytest.mark.parametrize("block", [1, 2])
def test_blocks_go_and_come_back(block):
    def there_and_back(x):
        batch = tf.space_to_batch_nd(x, [block, 1], [[0, 0], [1, 0]])
        depth = tf.space_to_depth(x, 2)
        return [tf.batch_to_space_nd(batch, [block, 1], [[0, 0], [1, 0]]),
                tf.depth_to_space(depth, 2)]

    for value in evaluate(there_and_back, IMAGE):
        np.testing.assert_array_equal(value, IMAGE)


def test_channels_first_is_the_same_in_another_order():
    last = evaluate(lambda x: tf.space_to_depth(x, 2), IMAGE)
    first = evaluate(lambda x: tf.space_to_depth(x, 2, data_format="NCHW"),
                     IMAGE.transpose(0, 3, 1, 2))
    np.testing.assert_array_equal(first, last.transpose(0, 3, 1, 2))


@pytest.mark.parametrize("dtype", [np.int32, np.float32, object])
def test_unique_keeps_the_order_of_appearance(dtype):
    x = np.array([b"b", b"a", b"b", b"c"] if dtype is object else [7, 1, 7, 3], dtype)
    y, index, count = evaluate(lambda x: tf.unique_with_counts(x), x)
    assert y.tolist() == [x[0], x[1], x[3]]
    np.testing.assert_array_equal(y[index], x)
    assert count.tolist() == [2, 1, 1]


@pytest.mark.parametrize("indexing", ["xy", "ij"])
def test_meshgrid_is_numpys(indexing):
    got = evaluate(lambda: tf.meshgrid([1, 2, 3], [4, 5], indexing=indexing))
    for mine, expected in zip(got, np.meshgrid([1, 2, 3], [4, 5], indexing=indexing)):
        np.testing.assert_array_equal(mine, expected)


WORDS = np.array([[b"a", b"bb", b""], [b"c", b"d", b"e"]], object)


@pytest.mark.parametrize("function, expected", [
    (lambda x: tf.reshape(x, [3, 2]), WORDS.reshape(3, 2)),
    (lambda x: tf.transpose(x)[1:], WORDS.T[1:]),
    (lambda x: tf.tile(tf.concat([x, x], 1), [2, 1]), np.tile(WORDS, [2, 2])),
    (lambda x: tf.gather(tf.reverse(x, [1]), [1]), WORDS[1:, ::-1]),
    (lambda x: tf.pad(x, [[0, 1], [0, 0]])[2:], [[b"", b"", b""]]),
    (lambda x: tf.scatter_nd([[1], [1]], x, [2, 3]), [[b""] * 3, [b"ac", b"bbd", b"e"]]),
    (lambda x: tf.fill([2], x[0, 1]), [b"bb", b"bb"]),
    (lambda x: tf.zeros_like(x), [[b""] * 3] * 2),
    (lambda x: tf.one_hot([1], 2, on_value=x[0, 0], off_value="no"), [[b"no", b"a"]]),
    (lambda x: tf.dynamic_stitch([[2, 0]], [x]), [WORDS[1], [b""] * 3, WORDS[0]]),
    (lambda x: tf.boolean_mask(tf.stack([x, x]), [False, True]), [WORDS]),
], ids=range(11))
def test_strings(function, expected):
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.placeholder(tf.string, [2, 3])
        value = sess.run(function(x), {x: WORDS})
    assert value.tolist() == np.array(expected, object).tolist()


@pytest.mark.parametrize("shape", [(0, 3), (2, 0)])
@pytest.mark.parametrize("function, expected", [
    (lambda x: tf.reshape(x, [0, -1]), None),
    (lambda x: tf.reshape(x, [-1, 1]), (0, 1)),
    (lambda x: tf.tile(x, [2, 1]), None),
    (lambda x: tf.concat([x, x], 0), None),
    (lambda x: tf.gather(x, tf.zeros([0], tf.int32)), None),
    (lambda x: tf.reverse(x, [0, 1]), None),
    (lambda x: tf.where(x), (0, 2)),
    (lambda x: tf.unique(tf.reshape(x, [-1]))[0], (0,)),
    (lambda x: tf.diag(x), None),
    (lambda x: tf.repeat(x, 2, axis=0), None),
    (lambda x: tf.scatter_nd(tf.zeros([0, 1], tf.int32), x[:0], [4, tf.shape(x)[1]]), None),
], ids=range(11))
def test_nothing_in_it(function, expected, shape):
    value = evaluate(function, np.zeros(shape, np.float32), shapes=[None])
    assert value.size == 0 or not value.any()
    assert expected is None or value.shape == expected


@pytest.mark.parametrize("array, dtype", [
    (np.arange(6, dtype=np.float32).reshape(2, 3), np.int32),
    (np.arange(6, dtype=np.float32).reshape(2, 3).T, np.uint8),
    (np.arange(16, dtype=np.uint8).reshape(2, 2, 4), np.float32),
    (np.array(1.5), np.uint8)])
def test_bitcast_keeps_the_bits(array, dtype):
    value = evaluate(lambda x: array_ops.bitcast(x, tf.as_dtype(dtype)), array)
    assert value.dtype == dtype and value.tobytes() == np.ascontiguousarray(array).tobytes()


def slow_levenshtein(a, b):
    if not a or not b:
        return len(a) + len(b)
    return min(slow_levenshtein(a[1:], b) + 1, slow_levenshtein(a, b[1:]) + 1,
               slow_levenshtein(a[1:], b[1:]) + (a[0] != b[0]))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 2), max_size=5), st.lists(st.integers(0, 2), max_size=5))
def test_edit_distance_is_the_least_number_of_changes(a, b):
    def sparse(items):
        indices = np.array([[0, i] for i in range(len(items))], np.int64).reshape(-1, 2)
        return tf.SparseTensor(indices, tf.constant(items, tf.int32, [len(items)]), [1, 6])

    plain, normal = evaluate(
        lambda: [array_ops.edit_distance(sparse(a), sparse(b), normalize=False),
                 array_ops.edit_distance(sparse(a), sparse(b))])
    assert plain.tolist() == [slow_levenshtein(a, b) if a or b else 0]
    expected = plain[0] / len(b) if b else np.inf if a else 0
    np.testing.assert_allclose(normal, [expected])


# ---- gradients ----

NOT_DIFFERENTIABLE = {
    "where", "one_hot", "one_hot axis", "sequence_mask", "eye", "invert_permutation", "setdiff1d",
    "searchsorted", "unravel_index", "zeros_like", "ones", "size", "parallel_stack"}

# TensorFlow gives every repetition of an index the whole gradient, though only the last one counts.
NOT_DIFFERENTIABLE.add("dynamic_stitch last")


@pytest.mark.parametrize("name", [name for name in VALUES if name not in NOT_DIFFERENTIABLE])
def test_gradients(name):
    function, expected = VALUES[name]

    def dense(x):
        result = function(tf.reshape(x, [2, 3]))  # through which IndexedSlices come out as a tensor
        result.set_shape(np.shape(expected))
        return result

    check_gradients(dense, [A + 0.5])


@pytest.mark.parametrize("function, arrays", [
    (lambda i, u: tf.scatter_nd([[0], [2]], u, [3]) + i, [np.ones(3), np.ones(2)]),
    (lambda x, u: tf.tensor_scatter_update(x, [[0], [2]], u), [np.ones(3), np.ones(2)]),
    (lambda x, u: tf.tensor_scatter_sub(x, [[0], [2]], u), [np.ones(3), np.ones(2)]),
    (lambda x, y: tf.concat([x, y], 1), [A, A[:, :1]]),
    (lambda x, y: tf.matrix_set_diag(x, y), [A, A[:, 0]]),
    (lambda x, y: tf.dynamic_stitch([[0, 2], [1]], [x, y]), [A, A[:1]]),
    (lambda x: tf.gather(x, [[0, 1], [2, 2]], batch_dims=1), [CUBE]),
    (lambda x: tf.batch_gather(x, [[[0], [1], [2]]] * 2), [CUBE]),
    (lambda x: tf.gather_nd(x, [[[0]], [[1]]], batch_dims=1), [CUBE]),
    (lambda x: tf.fill([2, 3], x), [np.array(2.0)]),
    (lambda x: tf.space_to_batch_nd(x, [2, 1], [[0, 0], [1, 0]]), [IMAGE]),
    (lambda x: tf.depth_to_space(tf.tile(x, [1, 1, 1, 2]), 2), [IMAGE]),
    (lambda x: tf.concat([x] * 17, 0), [A]),
], ids=["scatter_nd", "update", "sub", "concat", "set_diag", "stitch", "gather", "batch_gather",
        "batch_gather_nd", "fill", "space_to_batch", "depth_to_space", "concat of many"])
def test_gradients_of_several_inputs(function, arrays):
    check_gradients(function, arrays, max_elements=6)


@pytest.mark.parametrize("name, build", [
    ("where", lambda x: tf.where(x)), ("unique", lambda x: tf.unique(x[0])[0])])
def test_ops_without_gradient_say_so(name, build):
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [2, 3])
        y = tf.cast(build(x), tf.float32) if name == "where" else build(x)
        if name == "where":
            assert tf.gradients(y, x) == [None]
        else:
            with pytest.raises(LookupError, match="No gradient defined for operation 'Unique'"):
                tf.gradients(y, x)


def test_prevented_gradient():
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32)
        with pytest.raises(LookupError, match="Gradient explicitly disabled. Reason: .*too hard"):
            tf.gradients(array_ops.prevent_gradient(x, message="too hard"), x)


# ---- slices ----

BOUND = st.one_of(st.none(), st.integers(-6, 6))
ITEM = st.one_of(
    st.builds(slice, BOUND, BOUND, st.sampled_from([None, 1, 2, 3, -1, -2])),
    st.integers(-2, 1), st.just(Ellipsis), st.just(None))


@settings(max_examples=150, deadline=None)
@given(key=st.lists(ITEM, max_size=4).filter(lambda key: key.count(Ellipsis) < 2),
       unknown=st.booleans())
def test_indexing_is_numpys(key, unknown):
    key = tuple(key)
    try:
        expected = CUBE[key]
    except IndexError:
        with tf.Graph().as_default(), pytest.raises(ValueError):
            tf.constant(CUBE)[key]
        return
    if not key:
        key = (Ellipsis,)
    got = evaluate(lambda x: x[key], CUBE, shapes=[(2, None, None) if unknown else (2, 3, 4)])
    np.testing.assert_array_equal(got, expected)


@settings(max_examples=60, deadline=None)
@given(key=st.lists(st.one_of(st.builds(slice, BOUND, BOUND, st.sampled_from([None, 2, -1])),
                              st.integers(-2, 1)), min_size=1, max_size=3))
def test_static_shapes_of_slices(key):
    with tf.Graph().as_default():
        assert tf.constant(CUBE)[tuple(key)].shape.as_list() == list(CUBE[tuple(key)].shape)


def test_indices_may_be_tensors():
    i = np.int32(1)
    np.testing.assert_array_equal(
        evaluate(lambda x, i: x[i, i:, -i], CUBE, i), CUBE[1, 1:, -1])
    np.testing.assert_array_equal(evaluate(lambda x, i: x[:i], CUBE, np.int64(1)), CUBE[:1])


@pytest.mark.parametrize("key", [1.5, "a", [[0, 1]], (slice(1.5),), np.array([0, 1])])
def test_what_is_no_index_is_refused(key):
    with tf.Graph().as_default():
        x = tf.constant(CUBE)
        with pytest.raises(TypeError, match="Only integers, slices"):
            x[key]


# ---- broadcasting ----

DIMS = st.lists(st.sampled_from([1, 2, 3, None]), max_size=4)


@settings(max_examples=200, deadline=None)
@given(DIMS, DIMS)
def test_broadcast_static_shape_covers_all_cases(x, y):
    """What is told of an unknown shape holds for every known shape that it may be."""
    def known(dims):
        choices = [[1, 2, 3] if dim is None else [dim] for dim in dims]
        return itertools.islice(itertools.product(*choices), 9)

    try:
        told = tf.broadcast_static_shape(tf.TensorShape(x), tf.TensorShape(y))
    except ValueError:
        told = None
    for a, b in itertools.product(known(x), known(y)):
        try:
            result = np.broadcast_shapes(a, b)
        except ValueError:
            continue
        assert told is not None and told.is_compatible_with(result)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([1, 2, 3]), max_size=4), st.data())
def test_broadcast_axes_undo_a_broadcast(shape, data):
    small = [data.draw(st.sampled_from([1, dim])) for dim in shape]
    small = small[data.draw(st.integers(0, len(small))):]
    mine, other = array_ops.broadcast_axes(np.array(small, np.int32), np.array(shape, np.int32))
    x = np.random.RandomState(0).rand(*small)
    summed = np.broadcast_to(x, shape).sum(tuple(mine.tolist())).reshape(small)
    np.testing.assert_allclose(summed, x * np.prod(shape) / max(np.prod(small), 1))
    assert set(other.tolist()) <= set(range(len(shape)))


# ---- run-time errors ----

FAILURES = {
    "reshape": (lambda x, i: tf.reshape(x, i), [2, 2],
                "Input to reshape is a tensor with 6 values, but the requested shape has 4"),
    "expand_dims": (lambda x, i: tf.expand_dims(x, i), 4,
                    "Tried to expand dim index 4 for tensor with 2 dimensions."),
    "squeeze": (lambda x, i: tf.squeeze(x, [0]), 0,
                r"Can not squeeze dim\[0\], expected a dimension of 1, got 2"),
    "transpose length": (lambda x, i: tf.transpose(x, i), [0],
                         "transpose expects a vector of size 2"),
    "transpose range": (lambda x, i: tf.transpose(x, i), [0, -1], r"-1 is out of range \[0 .. 2\)"),
    "transpose twice": (lambda x, i: tf.transpose(x, i), [1, 1], r"0 is missing from \{1,1\}."),
    "concat": (lambda x, i: tf.concat([x, x], i), 2,
               r"Expected concatenating dimensions in the range \[-2, 2\), but got 2"),
    "stack": (lambda x, i: tf.stack([x, x[:i]]), 1,
              r"values\[0\].shape = \[2,3\] != values\[1\].shape"),
    "unstack": (lambda x, i: tf.unstack(x, 3), 1,
                r"Input shape axis 0 must equal 3, got shape \[2,3\]"),
    "split": (lambda x, i: tf.split(x, 2, i), 1, r"split_dim 1 \(size = 3\) and num_split 2"),
    "split sizes": (lambda x, i: tf.split(x, i, num=2), [1, 2],
                    "Determined shape must either match"),
    "tile": (lambda x, i: tf.tile(x, i), [1, -1], r"Expected multiples\[1\] >= 0, but got -1"),
    "pad": (lambda x, i: tf.pad(x, i), [[1, 1]],
            "The first dimension of paddings must be the rank"),
    "reflect": (lambda x, i: tf.pad(x, i, "REFLECT"), [[2, 0], [0, 0]],
                "paddings must be less than the dimension size: 2, 0 not less than 2"),
    "reverse": (lambda x, i: tf.reverse(x, i), [0, 0], "axis 0 specified more than once."),
    "slice": (lambda x, i: tf.slice(x, i, [1, 1]), [0, 3],
              r"Expected size\[1\] in \[0, 0\], but got 1"),
    "index": (lambda x, i: x[i], 2, "slice index 2 of dimension 0 out of bounds."),
    "gather": (lambda x, i: tf.gather(x, i), [0, 2], r"indices\[1\] = 2 is not in \[0, 2\)"),
    "gather negative": (lambda x, i: tf.gather(x, i), [[-1]],
                        r"indices\[0,0\] = -1 is not in \[0, 2\)"),
    "gather_nd": (lambda x, i: tf.gather_nd(x, i), [[0, 0], [1, 3]],
                  r"indices\[1\] = \[1, 3\] does not index into param shape \[2,3\]"),
    "scatter_nd": (lambda x, i: tf.scatter_nd(i, x, [2, 3]), [[0], [2]],
                   r"indices\[1\] = \[2\] does not index into shape \[2,3\]"),
    "one_hot": (lambda x, i: tf.one_hot([1], i), -1, "depth must be non-negative, got: -1"),
    "dynamic_partition": (lambda x, i: tf.dynamic_partition(x, i, 2), [0, 2],
                          r"partitions\[1\] = 2 is not in \[0, 2\)"),
    "invert_permutation": (lambda x, i: tf.invert_permutation(i), [0, 2],
                           "2 is not between 0 and 2"),
    "broadcast_to": (lambda x, i: tf.broadcast_to(x, i), [3, 3],
                     r"Incompatible shapes: \[2,3\] vs. \[3,3\]"),
    "roll": (lambda x, i: tf.roll(x, 1, i), 2, "axis 2 is out of range"),
    "set_diag": (lambda x, i: tf.matrix_set_diag(x, x[0]), 0, r"Expected diagonal shape: \[2\]"),
    "band": (lambda x, i: tf.matrix_band_part(x, i, 0), 3,
             "num_lower must be negative or less or equal"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_run_time_errors_say_what_is_wrong(name):
    function, index, message = FAILURES[name]
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        evaluate(function, A, np.array(index, np.int32), shapes=[None, None])


def test_kernels_do_not_share_memory_with_what_they_must_not_change():
    array = np.ones((2, 2))
    update = registry.get("TensorScatterUpdate").kernel_rule
    update(array, np.array([[0, 0]]), np.array([5.0]))
    assert (array == 1).all()
