"""Variables of both kinds: values through updates, scattered updates against loops, errors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minitf as tf
from minitf.framework import errors, protos
from minitf.framework.scope_names import prepend_scope, strip_scope
from minitf.ops import resource_variable_ops, scatter_ops, state_ops
from minitf.resource_variable import ResourceVariable, is_resource_variable
from minitf.session.state import VariableState
from minitf.variable_guard import guard_uninitialized_dependencies
from minitf.variables import RefVariable


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


@pytest.fixture
def sess(graph):
    with tf.Session() as session:
        yield session


both_kinds = pytest.mark.parametrize("use_resource", [False, True], ids=["ref", "resource"])


def initialized(sess, *values, use_resource):
    variables = [tf.Variable(value, use_resource=use_resource) for value in values]
    sess.run(tf.global_variables_initializer())
    return variables if len(variables) > 1 else variables[0]


# ---- what a variable is ----


@both_kinds
def test_kind(use_resource):
    v = tf.Variable([1.0, 2.0], name="v", use_resource=use_resource)
    assert isinstance(v, tf.Variable) and is_resource_variable(v) == use_resource
    assert type(v) is (ResourceVariable if use_resource else RefVariable)
    assert v.name == "v:0" and v.op.type == ("VarHandleOp" if use_resource else "VariableV2")
    assert v.dtype.base_dtype == tf.float32 and v.shape.as_list() == [2]
    assert v in {v} and v == v and not v == tf.Variable(1.0)


@both_kinds
@pytest.mark.parametrize("compute, expected", [
    (lambda v: v + 1.0, [3.0, 5.0]), (lambda v: 1.0 - v, [-1.0, -3.0]),
    (lambda v: v * v, [4.0, 16.0]), (lambda v: 8.0 / v, [4.0, 2.0]), (lambda v: -v, [-2.0, -4.0]),
    (lambda v: v ** 2.0, [4.0, 16.0]), (lambda v: v[1], 4.0), (lambda v: v > 3.0, [False, True]),
    (lambda v: np.float32([1, 1]) + v, [3.0, 5.0]), (lambda v: abs(v), [2.0, 4.0]),
    (lambda v: tf.stack([v, v]), [[2.0, 4.0]] * 2)])
def test_operators(sess, use_resource, compute, expected):
    v = initialized(sess, [2.0, 4.0], use_resource=use_resource)
    np.testing.assert_array_equal(sess.run(compute(v)), expected)


@both_kinds
def test_values_that_were_read_stay(sess, use_resource):
    v = initialized(sess, np.zeros(3, np.float32), use_resource=use_resource)
    before = sess.run(v)
    sess.run(v.assign_add(np.ones(3, np.float32)))
    np.testing.assert_array_equal(before, np.zeros(3))
    np.testing.assert_array_equal(sess.run(v), np.ones(3))


@both_kinds
def test_constants_do_not_change_with_the_variable(sess, use_resource):
    start = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    v = tf.Variable(start, use_resource=use_resource)
    rows = tf.IndexedSlices(tf.constant([[1.0, 1.0]]), tf.constant([0]))
    sess.run(v.initializer)
    sess.run(v.scatter_add(rows).op)
    sess.run(v.assign_sub(tf.ones([2, 2])).op)
    np.testing.assert_array_equal(sess.run(v), [[1, 2], [2, 3]])
    np.testing.assert_array_equal(sess.run(start), [[1, 2], [3, 4]])


@both_kinds
def test_each_session_has_its_own_value(graph, use_resource):
    v = tf.Variable(1.0, use_resource=use_resource)
    add = v.assign_add(1.0).op
    with tf.Session() as one, tf.Session() as other:
        one.run(v.initializer)
        one.run(add)
        other.run(v.initializer)
        assert one.run(v) == 2.0 and other.run(v) == 1.0


@both_kinds
def test_control_dependencies_order_reads(sess, use_resource):
    v = initialized(sess, 1.0, use_resource=use_resource)
    with tf.control_dependencies([v.assign_add(1.0).op]):
        after = v.read_value()
    assert sess.run(after) == 2.0


@both_kinds
def test_load_needs_a_session(use_resource):
    v = tf.Variable(1.0, use_resource=use_resource)
    with pytest.raises(ValueError, match="session argument"):
        v.load(2.0)
    with tf.Session():
        v.load(2.0)
        assert v.eval() == 2.0


@both_kinds
@pytest.mark.parametrize("dtype", [tf.float16, tf.float32, tf.float64, tf.int32, tf.int64, tf.uint8,
                                   tf.complex64])
def test_updates_keep_the_dtype(sess, use_resource, dtype):
    v = initialized(sess, tf.constant([3, 4], dtype), use_resource=use_resource)
    delta = tf.constant([1, 2], dtype)
    for update, expected in [(v.assign_add(delta), [4, 6]), (v.assign_sub(delta), [3, 4])]:
        result = sess.run(update)
        assert result.dtype == dtype.as_numpy_dtype
        np.testing.assert_array_equal(result, expected)


def test_scalar_updates_keep_the_dtype(sess):
    v = initialized(sess, np.float32(0.1), use_resource=False)
    assert sess.run(v.assign_add(0.2)).dtype == np.float32
    n = initialized(sess, np.int64(3), use_resource=False)
    assert sess.run(n.assign_sub(1)).dtype == np.int64


def test_strings(sess):
    v = initialized(sess, [b"a", b"bc"], use_resource=False)
    assert sess.run(v.assign(["x", "yz"])).tolist() == [b"x", b"yz"]


# ---- uninitialised variables ----


@pytest.mark.parametrize("read", [
    lambda v: v, lambda v: v + 1.0, lambda v: v.assign_add(1.0), lambda v: v.value()])
def test_uninitialised_ref(sess, read):
    v = tf.Variable(1.0, name="v")
    fetch = read(v)
    with pytest.raises(errors.FailedPreconditionError,
                       match="Attempting to use uninitialized value v"):
        sess.run(fetch)


@pytest.mark.parametrize("build, kind", [
    (lambda v: v, errors.FailedPreconditionError),
    (lambda v: v.assign_add(1.0).op, errors.NotFoundError),
    (lambda v: resource_variable_ops.VariableShape(v.handle), errors.NotFoundError),
    (lambda v: state_ops.count_up_to(tf.Variable(0, name="v2", use_resource=True), 3),
     errors.NotFoundError),
    (lambda v: resource_variable_ops.destroy_resource_op(v.handle, ignore_lookup_error=False),
     errors.NotFoundError)])
@pytest.mark.parametrize("others, text", [
    (False, "Container localhost does not exist."),
    (True, "Resource localhost/v.*/N10tensorflow3VarE does not exist.")])
def test_uninitialised_resource(sess, build, kind, others, text):
    v, other = (tf.Variable(1.0, name=name, use_resource=True) for name in ("v", "other"))
    fetch = build(v)
    if others:
        sess.run(other.initializer)
    with pytest.raises(kind, match=text):
        sess.run(fetch)


def test_destroyed(sess):
    v = initialized(sess, 1.0, use_resource=True)
    assert sess.run(v.is_initialized())
    sess.run(resource_variable_ops.destroy_resource_op(v.handle))
    assert not sess.run(v.is_initialized())
    sess.run(resource_variable_ops.destroy_resource_op(v.handle))


# ---- scattered updates, against loops ----

KINDS = {
    "Update": lambda old, new: new, "Add": lambda old, new: old + new,
    "Sub": lambda old, new: old - new, "Mul": lambda old, new: old * new,
    "Div": lambda old, new: (old / new if isinstance(old, float) else int(old / new)),
    "Min": min, "Max": max}


@settings(max_examples=60, deadline=None)
@given(st.data())
@pytest.mark.parametrize("kind", KINDS)
def test_rows_against_a_loop(kind, data):
    dtype = data.draw(st.sampled_from([np.float64, np.int32]))
    rows, width = data.draw(st.integers(1, 4)), data.draw(st.integers(0, 3))
    count = data.draw(st.integers(0, 5))
    numbers = st.integers(-9, 9).filter(bool)

    def array(*shape):
        size = int(np.prod(shape))
        return np.array(data.draw(st.lists(numbers, min_size=size, max_size=size)),
                        dtype).reshape(shape)
    params, updates = array(rows, width), array(count, width)
    indices = np.array(data.draw(st.lists(st.integers(0, rows - 1), min_size=count,
                                          max_size=count)), np.int64)
    expected = params.copy()
    for index, update in zip(indices, updates):
        for column in range(width):
            expected[index, column] = KINDS[kind](expected[index, column].item(),
                                                  update[column].item())
    before = params.copy()
    cell = VariableState("v")
    cell.assign(params)
    scatter_ops._update_rows(kind, cell, indices, updates)
    got = cell.value
    assert got.dtype == dtype
    np.testing.assert_array_equal(params, before)
    if kind == "Div" and dtype is np.float64:
        np.testing.assert_allclose(got, expected, rtol=1e-14)
    else:
        np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("kind, expected", [("Update", [[1, 1], [7, 8], [5, 6]]),
                                            ("Add", [[1, 2], [13, 15], [5, 6]]),
                                            ("Sub", [[1, 2], [-7, -7], [5, 6]])])
def test_slices_by_place(kind, expected):
    params = np.array([[1, 2], [3, 4], [5, 6]])
    updates = np.array([[3, 3], [7, 8]])
    if kind == "Update":
        updates, indices = np.array([[1, 1], [7, 8]]), np.array([[0], [1]])
    else:
        indices = np.array([[1], [1]])
    cell = VariableState("v")
    cell.assign(params)
    scatter_ops._update_elements(kind, cell, indices, updates)
    np.testing.assert_array_equal(cell.value, expected)


# ---- updates in place ----


def test_array_that_nobody_else_has_is_changed_in_place():
    cell = VariableState("v")
    cell.assign(np.zeros(3))
    address = cell.value.ctypes.data
    assert cell.writable().ctypes.data == address


@pytest.mark.parametrize("hold", [lambda array: array, lambda array: array[1:],
                                  lambda array: memoryview(array), lambda array: {"k": [array]}])
def test_array_that_somebody_has_is_copied(hold):
    cell = VariableState("v")
    cell.assign(np.zeros(3))
    held = hold(cell.value)
    address = cell.value.ctypes.data
    assert cell.writable().ctypes.data != address
    assert held is not None and cell.writable().ctypes.data != address


@pytest.mark.parametrize("array", [np.arange(6.0)[1:4], np.broadcast_to(np.float32(1), (3,)),
                                   np.frombuffer(bytes(8), np.int32), np.float32(2)])
def test_array_of_other_memory_is_copied(array):
    cell = VariableState("v")
    cell.assign(array)
    before = np.array(array)
    cell.writable()[...] += 1
    np.testing.assert_array_equal(array, before)
    np.testing.assert_array_equal(cell.value, before + 1)


def test_no_value_cannot_be_changed_in_place():
    with pytest.raises(tf.errors.FailedPreconditionError, match="uninitialized value v"):
        VariableState("v").writable()


@both_kinds
def test_scattering_keeps_what_was_fed_fetched_and_read(sess, use_resource):
    fed = np.zeros([3, 2], np.float32)
    source = tf.placeholder(tf.float32, [3, 2])
    v = initialized(sess, np.ones([3, 2], np.float32), use_resource=use_resource)
    sess.run(tf.assign(v, source), {source: fed})
    fetched = sess.run(v.value())
    read = tf.identity(v.value()) * 1
    with tf.control_dependencies([read]):
        update = tf.scatter_add(v, [0, 2], [[1.0, 2.0], [3.0, 4.0]])
        update = update if use_resource is False else update.op
    for count in (1, 2, 3):
        old, _ = sess.run([read, update])
        np.testing.assert_array_equal(old[2], [3 * (count - 1), 4 * (count - 1)])
        np.testing.assert_array_equal(sess.run(v), [[count, 2 * count], [0, 0],
                                                    [3 * count, 4 * count]])
    assert not fed.any() and not fetched.any()


@both_kinds
def test_batch_scatter_update(sess, use_resource):
    v = initialized(sess, np.zeros([2, 3], np.float32), use_resource=use_resource)
    rows = tf.IndexedSlices(tf.constant([[1.0, 2.0], [3.0, 4.0]]), tf.constant([[0, 2], [1, 0]]))
    np.testing.assert_array_equal(sess.run(v.batch_scatter_update(rows)), [[1, 0, 2], [4, 3, 0]])


@pytest.mark.parametrize("index", [-1, 3])
@both_kinds
def test_a_refused_update_changes_nothing(sess, use_resource, index):
    v = initialized(sess, np.arange(3.0), use_resource=use_resource)
    with pytest.raises(errors.InvalidArgumentError, match=rf"\[1\] = {index} is not in \[0, 3\)"):
        sess.run(tf.scatter_add(v, [0, index], tf.ones([2], tf.float64)).op)
    np.testing.assert_array_equal(sess.run(v), np.arange(3.0))


# ---- gathers ----


@pytest.mark.parametrize("batch_dims", [0, 1])
def test_resource_gather(sess, batch_dims):
    params = np.arange(24.0).reshape(2, 3, 4)
    v = initialized(sess, params, use_resource=True)
    indices = np.array([[0, 1], [1, 0]])
    fetch = resource_variable_ops.ResourceGather(v.handle, indices, dtype=tf.float64,
                                                 batch_dims=batch_dims)
    expected = params[indices] if batch_dims == 0 else np.stack(
        [params[0][indices[0]], params[1][indices[1]]])
    assert fetch.shape.as_list() == list(expected.shape)
    np.testing.assert_array_equal(sess.run(fetch), expected)


@pytest.mark.parametrize("indices", [[[0, 1], [2, 0], [0, 1]], [[1], [1]]])
def test_gather_nd_gradient(sess, indices):
    params = np.arange(6.0).reshape(3, 2)
    v = initialized(sess, params, use_resource=True)
    rows = v.gather_nd(indices)
    gradient = tf.convert_to_tensor(tf.gradients(tf.reduce_sum(rows * rows), v)[0])
    expected = np.zeros_like(params)
    for place in indices:
        expected[tuple(place)] += 2 * params[tuple(place)]
    np.testing.assert_array_equal(sess.run(gradient), expected)


# ---- counting, temporary variables ----


@both_kinds
def test_count_up_to(sess, use_resource):
    n = initialized(sess, np.int32(0), use_resource=use_resource)
    step = tf.count_up_to(n, 2)
    assert [sess.run(step), sess.run(step)] == [0, 1]
    with pytest.raises(errors.OutOfRangeError, match="Reached limit of 2"):
        sess.run(step)


def test_temporary_variable(sess):
    cell = state_ops.TemporaryVariable(shape=[2], dtype=tf.float32, var_name="t")
    filled = state_ops.assign(cell, [1.0, 2.0])
    added = state_ops.assign_add(filled, [1.0, 1.0])
    total = state_ops.DestroyTemporaryVariable(added, var_name="t")
    for _ in range(2):
        np.testing.assert_array_equal(sess.run(total), [2, 3])
    wrong = state_ops.DestroyTemporaryVariable(filled, var_name="u")
    with pytest.raises(errors.NotFoundError, match="__per_step_0/u"):
        sess.run(wrong)


def test_variable_of_the_first_version(sess):
    ref = state_ops.variable_op([2], tf.float32)
    assert ref.shape.as_list() == [2] and ref.op.type == "Variable"
    assert state_ops.variable_op([], tf.float32, set_shape=False).shape.ndims is None
    sess.run(state_ops.assign(ref, [1.0, 2.0]))
    np.testing.assert_array_equal(sess.run(ref), [1, 2])


# ---- assignments that do not fit ----


@pytest.mark.parametrize("build, error, text", [
    (lambda v, h: tf.assign(v, [1.0, 2.0, 3.0]), ValueError, "Dimension 0 in both shapes must be "),
    (lambda v, h: h.assign([1.0]), ValueError, r"Shapes \(2,\) and \(1,\) are incompatible"),
    (lambda v, h: tf.assign(v, tf.constant([1, 2])), TypeError,
     "type int32 that does not match type float32 of argument 'ref'"),
    (lambda v, h: state_ops.Assign(tf.constant(1.0), 1.0), TypeError, "be a mutable tensor"),
    (lambda v, h: resource_variable_ops.ReadVariableOp(h.handle, dtype=tf.int32), ValueError,
     "Trying to read variable with wrong dtype. Expected float got int32"),
    (lambda v, h: resource_variable_ops.AssignVariableOp(h.handle, [1, 2]), ValueError,
     "Expected float got int32"),
    (lambda v, h: v.scatter_add(tf.constant(1.0)), TypeError, "sparse_delta is not IndexedSlices"),
    (lambda v, h: h.__isub__(1.0), RuntimeError, "Variable -= value not supported"),
    (lambda v, h: tf.convert_to_tensor(v, tf.int32), ValueError, "type 'float32_ref'"),
    (lambda v, h: tf.Variable(lambda: tf.placeholder(tf.float32)), ValueError,
     "initial_value must have a shape specified"),
])
def test_refused(build, error, text):
    v, h = tf.Variable([1.0, 2.0]), tf.Variable([1.0, 2.0], use_resource=True)
    with pytest.raises(error, match=text):
        build(v, h)


def test_in_place_operators_of_refs_make_tensors(sess):
    v = initialized(sess, 3.0, use_resource=False)
    w = v
    w += 1.0
    assert isinstance(w, tf.Tensor) and sess.run([w, v]) == [4.0, 3.0]


def test_a_class_of_ones_own_defines_init():
    with pytest.raises(NotImplementedError, match="define __init__"):
        type("Mine", (tf.Variable,), {})(1.0)


# ---- initial values that hang on variables ----


def test_guard_leaves_values_alone(graph):
    value = tf.constant(1.0) + 2.0
    count = graph.version
    assert guard_uninitialized_dependencies("v/", value) is value and graph.version == count
    with pytest.raises(TypeError, match="initial_value needs to be a Tensor"):
        guard_uninitialized_dependencies("v/", 1.0)


@pytest.mark.parametrize("shape_of", ["chain", "diamonds"])
def test_guard_walks_long_graphs(shape_of):
    value = tf.constant(1.0)
    for _ in range(3000):
        value = tf.identity(value) if shape_of == "chain" else value + value
    assert guard_uninitialized_dependencies("v/", value) is value


def test_guard_makes_ops_again(graph, monkeypatch):
    v = tf.Variable([1.0, 2.0], name="v")
    monkeypatch.setattr(RefVariable, "initialized_value", lambda self: tf.zeros([2], name="safe"))
    x = v.value() * 3.0
    safe = guard_uninitialized_dependencies("w/", x)
    assert safe.name == "mul_w:0" and safe.op.inputs[0].name == "v/read_w:0"
    assert safe.op.inputs[0].op.inputs[0].name == "safe:0" and safe.op.inputs[1].name == "mul/y:0"


# ---- protos and names ----


@both_kinds
def test_protos(use_resource):
    with tf.name_scope("scope"):
        v = tf.Variable([1.0], name="v", use_resource=use_resource, trainable=False)
    v._set_save_slice_info(tf.Variable.SaveSliceInfo("scope/w", [4], [1], [1]))
    message = v.to_proto("scope")
    assert isinstance(message, protos.VariableDef)
    assert message.variable_name == "v:0" and message.is_resource == use_resource
    assert message.initializer_name == "v/Assign" and not message.trainable
    assert message.save_slice_info_def.full_name == "w"
    again = tf.Variable.from_proto(message, import_scope="scope")
    assert type(again) is type(v) and again.op is v.op and again.initializer is v.initializer
    assert again.initial_value is v.initial_value and not again.trainable
    assert again._get_save_slice_info().spec == "4 1,1"
    assert v.to_proto("elsewhere") is None


@pytest.mark.parametrize("name, scope, longer", [
    ("v:0", "a/b", "a/b/v:0"), ("^v", "a", "^a/v"), ("loc:@v", "a", "loc:@a/v"),
    ("v", "a/", "a/v"), ("v/w", None, "v/w"), ("v", "", "v")])
def test_scopes_of_names(name, scope, longer):
    assert prepend_scope(name, scope) == longer
    assert strip_scope(longer, scope) == name
    assert strip_scope("elsewhere/v", "a") == "elsewhere/v"


def test_collections_are_exported(graph):
    from minitf.framework import meta_graph

    v = tf.Variable(1.0, name="v")
    message = meta_graph.create_meta_graph_def()
    meta_graph.add_collection_def(message, tf.GraphKeys.GLOBAL_VARIABLES, graph)
    stored = message.collection_def["variables"].bytes_list.value
    assert [protos.VariableDef.FromString(item) for item in stored] == [v.to_proto()]


# ---- all variables ----


@both_kinds
def test_report_uninitialized(sess, use_resource):
    v, w = (tf.Variable(1.0, name=name, use_resource=use_resource) for name in "vw")
    report = tf.report_uninitialized_variables()
    assert sess.run(report).tolist() == [b"v", b"w"]
    sess.run(v.initializer)
    assert sess.run(report).tolist() == [b"w"]
    assert sess.run(tf.report_uninitialized_variables([v])).tolist() == []


def test_nothing_to_initialize(sess):
    assert sess.run(tf.global_variables_initializer()) is None
    assert tf.assert_variables_initialized() is None
    assert sess.run(tf.report_uninitialized_variables()).tolist() == []
