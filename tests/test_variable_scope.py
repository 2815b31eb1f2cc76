"""Variable scopes: names, sharing, defaults, custom getters, partitioned variables."""

import numpy as np
import pytest

import minitf as tf
from minitf.partitioned_variables import PartitionInfo, slices
from minitf.variable_scope import _scope_state as get_variable_scope_state


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def test_names_of_variables_and_ops():
    with tf.variable_scope("a"):
        with tf.variable_scope("b"):
            v = tf.get_variable("v", [])
            x = tf.zeros([], name="x")
    with tf.variable_scope("a"), tf.name_scope("n"):
        w = tf.get_variable("w", [])
        y = tf.zeros([], name="y")
    assert [t.name for t in (v, x, w, y)] == ["a/b/v:0", "a/b/x:0", "a/w:0", "a_1/n/y:0"]


@pytest.mark.parametrize("reuse, exists, outcome", [
    (None, False, "new"), (None, True, "already exists, disallowed"),
    (False, True, "already exists, disallowed"), (True, False, "does not exist"),
    (True, True, "same"), (tf.AUTO_REUSE, False, "new"), (tf.AUTO_REUSE, True, "same")])
def test_reuse(reuse, exists, outcome):
    first = None
    if exists:
        with tf.variable_scope("s"):
            first = tf.get_variable("v", [2])
    with tf.variable_scope("s", reuse=reuse):
        if outcome in ("new", "same"):
            v = tf.get_variable("v", [2])
            assert (v is first) == (outcome == "same") and v.name == "s/v:0"
        else:
            with pytest.raises(ValueError, match=f"Variable s/v {outcome}"):
                tf.get_variable("v", [2])


def test_the_error_says_where_the_variable_is_from():
    tf.get_variable("v", [2])
    with pytest.raises(ValueError, match="Originally defined at:\n\n") as caught:
        tf.get_variable("v", [2])
    assert "test_variable_scope.py" in str(caught.value)
    assert "test_the_error_says_where" in str(caught.value)


def test_reuse_is_inherited_and_cannot_be_switched_off():
    with tf.variable_scope("a"):
        v = tf.get_variable("v", [])
    with tf.variable_scope("", reuse=True):
        with tf.variable_scope("a", reuse=False) as scope:
            assert scope.reuse is True and tf.get_variable("v") is v
    with tf.variable_scope("a") as scope:
        scope.reuse_variables()
        assert tf.get_variable("v") is v
    assert tf.get_variable_scope().reuse is False


@pytest.mark.parametrize("shape, dtype, text", [
    ([3], tf.float32, r"specified shape \(3,\) and found shape \(2,\)"),
    ([2], tf.float64, "specified dtype float64 and found dtype float32_ref")])
def test_sharing_needs_the_same_shape_and_dtype(shape, dtype, text):
    tf.get_variable("v", [2])
    with tf.variable_scope("", reuse=True), pytest.raises(ValueError, match=text):
        tf.get_variable("v", shape, dtype)


def test_a_scope_that_raises_is_left(graph):
    with pytest.raises(KeyError):
        with tf.variable_scope("a"):
            raise KeyError
    assert tf.get_variable_scope().name == "" and graph.get_name_scope() == ""
    with pytest.raises(TypeError):
        with tf.variable_scope(3):
            raise AssertionError("not reached")
    assert tf.get_default_graph() is graph and graph.get_name_scope() == ""


def test_scopes_must_nest():
    with pytest.raises(RuntimeError, match="Improper nesting of variable_scope"):
        with tf.variable_scope("a"):
            get_variable_scope_state().current = tf.VariableScope(False, "elsewhere")


def test_each_graph_has_its_own_scopes():
    with tf.variable_scope("a"):
        tf.get_variable("v", [])
        with tf.Graph().as_default():
            assert tf.get_variable("v", []).name == "v:0"


def test_default_names_are_unique_per_scope():
    def names():
        result = []
        for _ in range(2):
            with tf.variable_scope(None, "layer") as scope:
                result.append(scope.name)
        return result

    assert names() == ["layer", "layer_1"]
    with tf.variable_scope("outer"):
        assert names() == ["outer/layer", "outer/layer_1"]
    with tf.variable_scope("outer"):
        assert names() == ["outer/layer", "outer/layer_1"]
    assert names() == ["layer_2", "layer_3"]


def test_defaults_of_a_scope():
    with tf.variable_scope("a", dtype=tf.float64, initializer=tf.ones_initializer(),
                           use_resource=True):
        with tf.variable_scope("b", dtype=tf.int32) as inner:
            v = tf.get_variable("v", [2])
    assert v.dtype == tf.int32 and inner.use_resource
    assert v.initial_value.op.name == "a/b/v/Initializer/ones"
    assert tf.get_variable_scope().dtype == tf.float32


def test_custom_getters_nest_from_inside_out():
    calls = []

    def getter(label):
        def custom(getter, name, **kwargs):
            calls.append((label, "constraint" in kwargs))
            return getter(name, **kwargs)
        return custom

    def plain(getter, name, shape, dtype, initializer, regularizer, reuse, trainable, collections,
              caching_device, partitioner, validate_shape, use_resource, synchronization,
              aggregation):
        calls.append(("plain", False))
        return getter(name, shape, dtype)

    with tf.variable_scope("a", custom_getter=getter("outer")):
        with tf.variable_scope("b", custom_getter=getter("inner")):
            tf.get_variable("v", [])
    tf.get_variable("w", [], custom_getter=plain)
    assert calls == [("inner", True), ("outer", True), ("plain", False)]


def test_creators_call_each_other():
    calls = []

    def creator(label):
        def make(next_creator, **kwargs):
            calls.append(label)
            return next_creator(**kwargs)
        return make

    with tf.variable_creator_scope(creator("outer")):
        with tf.variable_creator_scope(creator("inner")):
            tf.Variable(1.0)
        tf.get_variable("v", [])
    tf.Variable(1.0)
    assert calls == ["inner", "outer", "outer"]


@pytest.fixture
def resource_by_default():
    tf.enable_resource_variables()
    yield
    tf.disable_resource_variables()


def test_resource_by_default(resource_by_default):
    assert tf.resource_variables_enabled()
    assert tf.Variable(1.0).op.type == tf.get_variable("v", []).op.type == "VarHandleOp"
    with tf.variable_scope("a", use_resource=False):
        assert tf.Variable(1.0).op.type == tf.get_variable("v", []).op.type == "VariableV2"


def test_regularizers():
    with tf.variable_scope("a", regularizer=lambda v: tf.reduce_sum(v, name="loss")):
        tf.get_variable("v", [2])
        tf.get_variable("w", [2], regularizer=tf.no_regularizer)
    assert [t.name for t in tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)] == [
        "a/v/Regularizer/loss:0"]


@pytest.mark.parametrize("initializer, expected", [
    (3.0, 3.0), (np.float64([1, 2]), [1, 2]), (lambda: tf.constant([5]), [5]),
    (lambda: [1.5], [1.5]), (tf.zeros_initializer, [0, 0]),
    (lambda shape, dtype, partition_info=None: tf.fill(shape, 4.0), [4, 4])])
def test_initializers_of_all_forms(initializer, expected):
    takes_shape = initializer is tf.zeros_initializer or getattr(
        getattr(initializer, "__code__", None), "co_argcount", 0)
    v = tf.get_variable("v", [2] if takes_shape else None, initializer=initializer)
    with tf.Session() as sess:
        sess.run(v.initializer)
        np.testing.assert_array_equal(sess.run(v), expected)


# ---- partitioned variables ----


@pytest.mark.parametrize("shape, partitions, expected", [
    ([5, 2], [2, 1], [([0, 0], [3, 2]), ([3, 0], [2, 2])]),
    ([2, 4], [1, 2], [([0, 0], [2, 2]), ([0, 2], [2, 2])]),
    ([3], [1], [([0], [3])]),
    ([7], [3], [([0], [3]), ([3], [2]), ([5], [2])])])
def test_slices(shape, partitions, expected):
    assert slices(shape, partitions) == expected


def test_partition_info():
    info = PartitionInfo([4, 6], [0, 2])
    assert info.single_slice_dim([4, 3]) == 1 and info.single_offset([4, 3]) == 2
    assert PartitionInfo([4], [0]).single_offset([4]) == 0
    for shape, text in [([4], "equal length"), ([4, 5], "would exceed"), ([2, 2], "either")]:
        with pytest.raises(ValueError, match=text):
            info.single_slice_dim(shape)


@pytest.mark.parametrize("partitioner, shape, expected", [
    (tf.fixed_size_partitioner(3), [7, 2], [3, 1]), (tf.fixed_size_partitioner(9), [7], [7]),
    (tf.variable_axis_size_partitioner(16), [10, 2], [5, 1]),
    (tf.variable_axis_size_partitioner(16, max_shards=2), [10, 2], [2, 1]),
    (tf.variable_axis_size_partitioner(1, axis=1), [2, 3], [1, 3]),
    (tf.min_max_variable_partitioner(4, 0, 16), [10, 2], [4, 1]),
    (tf.min_max_variable_partitioner(9, 0, 40), [10, 2], [2, 1])])
def test_partitioners(partitioner, shape, expected):
    assert partitioner(shape=tf.TensorShape(shape), dtype=tf.float32) == expected


def test_partitioned_initializers_see_the_whole():
    v = tf.get_variable("v", [300, 2], partitioner=tf.fixed_size_partitioner(3),
                        initializer=tf.variance_scaling_initializer(distribution="uniform", seed=1))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        value = sess.run(tf.convert_to_tensor(v))
    limit = np.sqrt(3 / 300)
    assert value.shape == (300, 2) and 0.9 * limit < np.abs(value).max() < limit


def test_partitioned_assignment():
    v = tf.get_variable("v", [5], partitioner=tf.fixed_size_partitioner(2))
    updates = [v.assign(np.float32([1, 2, 3, 4, 5])), v.assign_add([[1.0, 1.0, 1.0], [2.0, 2.0]]),
               v.assign_sub(v)]
    expected = [[1, 2, 3, 4, 5], [2, 3, 4, 6, 7], [0] * 5]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for update, value in zip(updates, expected):
            np.testing.assert_array_equal(np.concatenate(sess.run(update)), value)
    with pytest.raises(ValueError, match="has 2 slices, got 1 values"):
        v.assign([1.0])


# ---- the global step ----


def test_global_step():
    assert tf.train.get_global_step() is None
    step = tf.train.get_or_create_global_step()
    assert step is tf.train.get_or_create_global_step() is tf.train.get_global_step()
    assert step.dtype.base_dtype == tf.int64 and not step.trainable and step.name == "global_step:0"
    with pytest.raises(ValueError, match='"global_step" already exists'):
        tf.train.create_global_step()
    with tf.Session() as sess:
        sess.run(step.initializer)
        assert tf.train.global_step(sess, step) == 0


@pytest.mark.parametrize("make, text", [
    (lambda: tf.constant(1.0), "does not have integer type"),
    (lambda: tf.constant([1, 2]), "is not scalar"), (lambda: 3, "must be a Variable or Tensor")])
def test_what_cannot_be_a_global_step(make, text):
    with pytest.raises(TypeError, match=text):
        tf.train.assert_global_step(make())


def test_the_global_step_by_name():
    step = tf.constant(3, name="global_step")
    assert tf.train.get_global_step() is step
