"""Loops: values and gradients judged by NumPy, contexts and their messages, stacks and arrays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minitf as tf
from minitf.framework import errors
from minitf.gradients import hessians
from minitf.ops import data_flow_ops
from minitf.ops.data_flow_ops import (StackCloseV2, StackPopV2, StackPushV2, StackV2,
                                      TensorArrayReadV3, TensorArrayWriteV3)
from minitf.ops.functional_ops import foldl, map_fn, scan
from minitf.ops.tensor_array_ops import TensorArray
from minitf.ops.while_context import WhileContext
from minitf.ops.while_ops import while_loop


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def evaluate(fetches, feeds=None):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return sess.run(fetches, feeds)


# ---- values and gradients ----


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_power_and_its_gradient(count):
    x = tf.placeholder(tf.float64, [])
    n = tf.placeholder(tf.int32, [])
    power = while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y * x),
                       [0, tf.constant(1.0, tf.float64)])[1]
    gradient = tf.gradients(power, x)[0]
    value, slope = evaluate([power, gradient], {x: 1.5, n: count})
    assert value == 1.5 ** count
    assert slope == pytest.approx(count * 1.5 ** (count - 1))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=0, max_size=4), st.floats(0.5, 1.5))
def test_nested_loops_agree_with_python(counts, start):
    """A loop that runs an inner loop as often as a table says, and branches inside."""
    def expected(x):
        y, slope = x, 1.0
        for i, count in enumerate(counts):
            for _ in range(count):
                if i % 2:
                    y, slope = y * x, slope * x + y
                else:
                    y, slope = np.sin(y), slope * np.cos(y)
        return y, slope

    with tf.Graph().as_default():
        x = tf.placeholder(tf.float64, [])
        table = tf.constant(counts + [0], tf.int32)

        def body(i, y):
            odd = tf.equal(i % 2, 1)
            return i + 1, while_loop(
                lambda j, z: j < table[i],
                lambda j, z: (j + 1, tf.cond(odd, lambda: z * x, lambda: tf.sin(z))), [0, y])[1]

        y = while_loop(lambda i, y: i < len(counts), body, [0, x])[1]
        got = evaluate([y, tf.gradients(y, x)[0]], {x: start})
    np.testing.assert_allclose(got, expected(start), rtol=1e-12)


def test_gradient_calls_have_loops_of_their_own():
    x = tf.constant(2.0)
    y = while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), [0, x])[1]
    first, second = tf.gradients(y, x)[0], tf.gradients(y * 2.0, x)[0]
    assert evaluate([first, second, first + second]) == [32.0, 64.0, 96.0]


def test_second_order_through_a_loop_is_none():
    x = tf.constant(2.0)
    y = while_loop(lambda i, y: i < 2, lambda i, y: (i + 1, y * y), [0, x])[1]
    assert tf.gradients(tf.gradients(y, x)[0], x) == [None]


def test_thousand_iterations_with_gradient():
    x = tf.constant(1.001, tf.float64)
    y = while_loop(lambda i, y: i < 1000, lambda i, y: (i + 1, y * x), [0, x])[1]
    value, slope = evaluate([y, tf.gradients(y, x)[0]])
    assert value == pytest.approx(1.001 ** 1001)
    assert slope == pytest.approx(1001 * 1.001 ** 1000)


@pytest.mark.parametrize("length", [1, 2, 5])
def test_functions_over_rows(length):
    rows = np.arange(2.0 * length).reshape(length, 2) - 1.5
    x = tf.placeholder(tf.float64, [None, 2])
    mapped = map_fn(lambda row: row * tf.reduce_sum(row), x)
    folded = foldl(lambda a, row: a * 0.5 + row, x)
    scanned = scan(lambda a, row: a * 0.5 + row, x)
    values = evaluate([mapped, folded, scanned], {x: rows})
    expected = [rows[0]]
    for row in rows[1:]:
        expected.append(expected[-1] * 0.5 + row)
    np.testing.assert_allclose(values[0], rows * rows.sum(1, keepdims=True))
    np.testing.assert_allclose(values[1], expected[-1])
    np.testing.assert_allclose(values[2], expected)


def test_hessian():
    x = tf.placeholder(tf.float64, [3])
    matrix, = hessians(tf.reduce_sum(x ** 3) + x[0] * x[1], x)
    at = np.array([0.5, -1.0, 2.0])
    expected = np.diag(6.0 * at)
    expected[0, 1] = expected[1, 0] = 1.0
    np.testing.assert_allclose(evaluate(matrix, {x: at}), expected)


# ---- what is built ----


def test_constants_of_the_body_wait_for_the_iteration():
    y = while_loop(lambda i: i < 2, lambda i: i + tf.constant(1, name="one"), [0])
    one = tf.get_default_graph().get_operation_by_name("while/one")
    assert [op.name for op in one.control_inputs] == ["while/Identity"]
    assert evaluate(y) == 2


def test_a_loop_variable_is_entered_once_and_a_capture_is_constant(graph):
    x = tf.constant(1.0)
    while_loop(lambda y: y < 3.0, lambda y: y + x + x * x, [tf.constant(0.0)])
    enters = [op for op in graph.get_operations() if op.type == "Enter"]
    assert [op.get_attr("is_constant") for op in enters] == [False, True]
    assert {op.get_attr("frame_name") for op in enters} == {b"while/while_context"}


def test_inner_operations_cannot_be_fetched():
    y = while_loop(lambda i: i < 3, lambda i: i + 1, [0])
    with tf.Session() as sess, pytest.raises(ValueError, match="not fetchable"):
        sess.run(y.op.inputs[0].op.inputs[0])


@pytest.mark.parametrize("restore", [False, True])
def test_gradients_of_contexts_that_were_read_again(graph, restore):
    """A context that went through its message builds the same gradient."""
    x = tf.placeholder(tf.float32, [])

    def body(i, y):
        return i + 1, tf.cond(y > 1.0, lambda: y * x,
                              lambda: while_loop(lambda z: z < 2.0, lambda z: z + x, [y]))

    y = while_loop(lambda i, y: i < 3, body, [0, x])[1]
    if restore:
        context, = tf.get_collection("while_context")
        again = WhileContext.from_proto(context.to_proto())
        assert y.op._control_flow_context is again
        assert again.to_proto() == context.to_proto()
    slope = tf.gradients(y, x)[0]
    assert evaluate([y, slope], {x: 0.75}) == [3 * 0.75 ** 3, 9 * 0.75 ** 2]


def test_body_is_checked():
    with pytest.raises(ValueError, match="enters the loop with shape .2,., but has shape .4,."):
        while_loop(lambda y: True, lambda y: tf.concat([y, y], 0), [tf.zeros([2])])


# ---- stacks ----


def pushed(stack, values):
    """The operation of the last of several pushes, each after the one before."""
    op = stack.op
    for value in values:
        with tf.control_dependencies([op]):
            op = StackPushV2(stack, value).op
    return op


def test_stack_gives_back_in_reverse():
    stack = StackV2(-1, elem_type=tf.float32)
    with tf.control_dependencies([pushed(stack, [1.0, [2.0, 3.0]])]):
        last = StackPopV2(stack, elem_type=tf.float32)
    with tf.control_dependencies([last]):
        first = StackPopV2(stack, elem_type=tf.float32)
    with tf.Session() as sess:
        for _ in range(2):  # a stack is made anew in each run
            values = sess.run([last, first])
            np.testing.assert_array_equal(values[0], [2.0, 3.0])
            assert values[1] == 1.0


def closed_stack():
    stack = StackV2(-1, elem_type=tf.float32)
    with tf.control_dependencies([StackCloseV2(stack)]):
        return StackPopV2(stack, elem_type=tf.float32)


@pytest.mark.parametrize("build, message", [
    (lambda: StackPopV2(StackV2(-1, elem_type=tf.float32), elem_type=tf.float32),
     r"Stack\[StackV2.*\] is empty when calling Pop"),
    (lambda: pushed(StackV2(1, elem_type=tf.float32), [1.0, 2.0]),
     r"Stack\[StackV2.*\] overflowed its max_size \(1\)"),
    (closed_stack, r"Stack\[StackV2.*\] has already been closed"),
])
def test_stack_errors(build, message):
    with pytest.raises(errors.InvalidArgumentError, match=message):
        evaluate(build())


# ---- arrays ----


def array(size=2, **options):
    return TensorArray(tf.float32, size, **options)


def read_twice():
    values = array().unstack([1.0, 2.0])
    with tf.control_dependencies([values.read(0)]):
        return values.read(0)


def write_after_read():
    values = array(clear_after_read=False).write(0, 1.0)
    with tf.control_dependencies([values.read(0)]):
        return values.write(0, 2.0).flow


def other_shape():
    values = array()
    flow = TensorArrayWriteV3(values.handle, 0, [1.0, 2.0], values.flow)
    return TensorArrayWriteV3(values.handle, 1, [1.0], flow)


@pytest.mark.parametrize("build, message", [
    (lambda: array().read(0), "Could not read from TensorArray index 0.  Furthermore, the element "
                              "shape is not fully defined: <unknown>"),
    (lambda: array().write(2, 1.0).flow,
     "Tried to write to index 2 but array is not resizeable and size is: 2"),
    (lambda: array(dynamic_size=True).write(-1, 1.0).flow, "Tried to write to index -1"),
    (lambda: array().unstack([1.0, 2.0]).read(3),
     "Tried to read from index 3 but array size is: 2"),
    (lambda: array().write(0, 1.0).write(0, 2.0).flow, "because it has already been written to"),
    (read_twice, r"Could not read index 0 twice .*clear_after_read = false"),
    (write_after_read, "because it has already been read"),
    (other_shape, r"the value shape is \[1\] which is incompatible with the TensorArray's inferred "
                  r"element shape: \[2\]"),
    (lambda: TensorArrayReadV3(array().handle, 0, 0.0, dtype=tf.int32),
     "TensorArray dtype is float but Op requested dtype int32"),
    (lambda: array().write(0, tf.constant(1)).flow,
     "TensorArray dtype is float but Op is trying to write dtype int32"),
    (lambda: array(infer_shape=False).write(0, [1.0]).write(1, [1.0, 2.0]).stack(),
     r"Index 0 has shape: \[1\] but index 1 has shape: \[2\]"),
    (lambda: array().scatter([0, 5], [1.0, 2.0]).flow,
     r"Max scatter index must be < array size \(5 vs. 2"),
    (lambda: array(3).split([1.0, 2.0, 3.0], [1, 2]).flow, r"size of lengths \(3 vs. 2\)"),
    (lambda: array().split([1.0, 2.0, 3.0], [1, 1]).flow, "sum of lengths is 2"),
    (lambda: array(1).write(0, 1.0).concat(), "Concat saw a scalar shape at index 0"),
    (lambda: array(-1).flow, "Size should be >= 0"),
])
def test_array_errors(build, message):
    with pytest.raises(errors.InvalidArgumentError, match=message):
        evaluate(build())


def test_empty_array_needs_a_shape():
    np.testing.assert_array_equal(evaluate(array(0, element_shape=[2]).stack()), np.zeros([0, 2]))
    with pytest.raises(errors.UnimplementedError, match="TensorArray has size zero"):
        evaluate(array(0).stack())


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(5)), st.lists(st.integers(0, 4), min_size=1, max_size=6))
def test_scatter_and_gather_are_permutations(order, picked):
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float64, [5, 2])
        values = TensorArray(tf.float64, 5, clear_after_read=False).scatter(order, x)
        gathered = values.gather(picked)
        gradient = tf.gradients(gathered, x)[0]
        rows = np.random.RandomState(0).rand(5, 2)
        got, slope = evaluate([gathered, gradient], {x: rows})
    where = np.argsort(order)
    np.testing.assert_array_equal(got, rows[where[picked]])
    expected = np.zeros((5, 2))
    np.add.at(expected, where[picked], 1.0)
    np.testing.assert_array_equal(slope, expected)


def test_reads_keep_what_was_written_when_a_variable_changes():
    v = tf.Variable([1.0, 2.0])
    values = array(1).write(0, v)
    with tf.control_dependencies([values.flow]):
        changed = tf.assign_add(v, [10.0, 10.0])
    with tf.control_dependencies([changed]):
        kept = values.identity().read(0)
    np.testing.assert_array_equal(evaluate(kept), [1.0, 2.0])


@pytest.mark.parametrize("name, source", [
    ("gradients/x:0", "gradients"), ("a/gradients_1/b/c:0", "a/gradients_1"),
    ("gradients/while/gradients_2/x:0", "gradients/while/gradients_2")])
def test_gradient_source(name, source):
    tensor = type("Named", (), {"name": name})
    assert data_flow_ops.gradient_source(tensor) == source


def test_gradient_source_needs_the_scope():
    with pytest.raises(ValueError, match="start with gradients"):
        data_flow_ops.gradient_source(tf.constant(1.0, name="other"))
