"""Sessions: what can be fetched and fed, what is refused and how, and what compiling remembers."""

import collections
import threading

import numpy as np
import pytest

import minitf as tf

Point = collections.namedtuple("Point", "x y")


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


@pytest.fixture
def sess(graph):
    with tf.Session() as session:
        yield session


# ---- fetching ----


def test_fetches_rebuild_any_structure(sess):
    vector = tf.constant([1.0, 2.0])
    variable = tf.Variable(3.0)
    sess.run(variable.initializer)
    ordered = collections.OrderedDict([("b", vector), ("a", (variable, Point(vector, "Const:0")))])
    result = sess.run([vector, [variable], ordered, {"op": variable.initializer}])
    assert isinstance(result[2], collections.OrderedDict) and list(result[2]) == ["b", "a"]
    assert result[1] == [3.0] and result[3] == {"op": None}
    assert isinstance(result[2]["a"][1], Point)
    np.testing.assert_array_equal(result[2]["a"][1].y, [1, 2])


@pytest.mark.parametrize("build, kind, value", [
    (lambda: tf.constant(1.5), np.float32, 1.5),
    (lambda: tf.constant(7), np.int32, 7),
    (lambda: tf.constant("hi"), bytes, b"hi"),
    (lambda: tf.constant(True), np.bool_, True),
    (lambda: tf.constant(1.0) + 2.0, np.float32, 3.0),
])
def test_rank_zero_gives_scalars(sess, build, kind, value):
    result = sess.run(build())
    assert isinstance(result, kind) and result == value


def test_empty_structures(sess):
    tf.constant(1)
    assert sess.run([]) == [] and sess.run({}) == {} and sess.run(()) == ()


def test_indexed_slices(sess):
    slices = tf.IndexedSlices(tf.constant([1.0]), tf.constant([2]), tf.constant([5]))
    result = sess.run(slices)
    assert isinstance(result, tf.IndexedSlicesValue)
    np.testing.assert_array_equal(result.dense_shape, [5])


def test_a_fetched_array_is_the_callers_own(sess):
    constant = tf.constant([1.0, 2.0])
    variable = tf.Variable([1.0, 2.0])
    fed = tf.placeholder(tf.float32, [2])
    sess.run(variable.initializer)
    mine = np.array([5, 6], np.float32)
    for tensor in (constant, tf.identity(constant), variable, variable.value(), tf.identity(fed),
                   tf.reshape(variable, [2, 1])):
        fetched = sess.run(tensor, {fed: mine})
        fetched += 100
        np.testing.assert_array_equal(sess.run(constant), [1, 2])
        np.testing.assert_array_equal(sess.run(variable), [1, 2])
        np.testing.assert_array_equal(mine, [5, 6])


def test_assigned_feeds_are_copied(sess):
    fed = tf.placeholder(tf.float32, [2])
    variable = tf.Variable([0.0, 0.0])
    mine = np.array([5, 6], np.float32)
    sess.run(variable.assign(fed), {fed: mine})
    mine[:] = 0
    np.testing.assert_array_equal(sess.run(variable), [5, 6])


@pytest.mark.parametrize("fetch, error, words", [
    (None, TypeError, "Fetch argument None has invalid type"),
    ([None], TypeError, "Fetch argument None has invalid type"),
    (3, TypeError,
     "must be a string or Tensor. (Can not convert a int into a Tensor or Operation.)"),
    ("nope:0", ValueError, "The operation, 'nope', does not exist in the graph."),
    ("nope", ValueError, "refers to an Operation not in the graph."),
    ("c:5", ValueError, "exists but only has 1 outputs."),
    ("c:x", ValueError, "looks a like a Tensor name, but is not a valid one"),
])
def test_fetches_that_cannot_be(sess, fetch, error, words):
    tf.constant(1, name="c")
    with pytest.raises(error) as info:
        sess.run(fetch)
    assert words in str(info.value)


def test_fetch_of_another_graph(sess):
    tf.constant(1)
    with tf.Graph().as_default():
        other = tf.constant(2)
    with pytest.raises(ValueError, match="is not an element of this graph"):
        sess.run(other)


# ---- feeding ----


def test_feeds_by_tensor_name_and_intermediate(sess):
    x = tf.placeholder(tf.float32, [2], name="x")
    y = x * 2.0
    z = y + 1.0
    np.testing.assert_array_equal(sess.run(z, {x: [1, 2]}), [3, 5])
    np.testing.assert_array_equal(sess.run(z, {"x:0": [1, 2]}), [3, 5])
    np.testing.assert_array_equal(sess.run(z, {y: [10, 20]}), [11, 21])
    np.testing.assert_array_equal(sess.run(y, {y: [1, 2.5]}), [1, 2.5])
    np.testing.assert_array_equal(sess.run(z, {(x, y): (np.zeros(2), np.ones(2))}), [2, 2])


@pytest.mark.parametrize("dtype, shape, value, error, words", [
    (tf.float32, [2], [1, 2, 3], ValueError,
     "Cannot feed value of shape (3,) for Tensor 'x:0', which has shape '(2,)'"),
    (tf.float32, [2], 1.0, ValueError, "Cannot feed value of shape ()"),
    (tf.float32, [None, 2], [[1, 2, 3]], ValueError, "which has shape '(?, 2)'"),
    (tf.int32, None, 2**40, TypeError, "is not compatible with Tensor type"),
    (tf.int32, None, "a", ValueError, "invalid literal for int()"),
    (tf.float32, None, "a", ValueError, "could not convert string to float"),
    (tf.float32, None, [[1], [2, 3]], ValueError, "setting an array element with a sequence"),
])
def test_feeds_that_do_not_fit(sess, dtype, shape, value, error, words):
    x = tf.placeholder(dtype, shape, name="x")
    with pytest.raises(error) as info:
        sess.run(x, {x: value})
    assert words in str(info.value)


def test_feed_of_a_tensor(sess):
    x = tf.placeholder(tf.float32, [2])
    with pytest.raises(TypeError, match="The value of a feed cannot be a tf.Tensor object"):
        sess.run(x, {x: tf.constant([1.0, 2.0])})


def test_feed_keys_that_cannot_be(sess):
    x = tf.placeholder(tf.float32, name="x")
    for key, words in ((3, "Can not convert a int into a Tensor"),
                       ("x", "refers to an Operation, not a Tensor"),
                       (x.op, "Can not convert a Operation into a Tensor")):
        with pytest.raises(TypeError) as info:
            sess.run(x, {key: 1})
        assert "Cannot interpret feed_dict key as Tensor" in str(info.value)
        assert words in str(info.value)
    with pytest.raises(TypeError, match="input must be a dictionary"):
        sess.run(x, [1])


def test_prevent_feeding(sess, graph):
    x = tf.placeholder(tf.float32)
    graph.prevent_feeding(x)
    assert not graph.is_feedable(x)
    with pytest.raises(ValueError, match="may not be fed"):
        sess.run(x, {x: 1})


def test_a_feed_cuts_off_what_is_behind_it(sess):
    x = tf.placeholder(tf.float32, name="x")
    y = tf.sqrt(x)
    assert sess.run(y + 1.0, {y: 2.0}) == 3.0


# ---- errors while running ----


def test_unfed_placeholder(sess):
    x = tf.placeholder(tf.float32, [2, None], name="x")
    with pytest.raises(tf.errors.InvalidArgumentError) as info:
        sess.run(x * 2.0)
    assert ("You must feed a value for placeholder tensor 'x' with dtype float and shape [2,?]"
            in info.value.message)
    assert info.value.op is x.op and info.value.error_code == tf.errors.INVALID_ARGUMENT


@pytest.mark.parametrize("use_resource, words", [
    (False, "Attempting to use uninitialized value v"),
    (True, "Error while reading resource variable v from Container: localhost"),
])
def test_uninitialised_variable(sess, use_resource, words):
    v = tf.get_variable("v", [2], use_resource=use_resource)
    with pytest.raises(tf.errors.FailedPreconditionError) as info:
        sess.run(v + 1.0)
    assert words in str(info.value)


def test_runtime_error_names_node_and_the_users_line(sess):
    a, b = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    total = tf.add(a, b, name="total")
    with pytest.raises(tf.errors.InvalidArgumentError) as info:
        sess.run(total, {a: [1, 2], b: [1, 2, 3]})
    assert "Incompatible shapes: [2] vs. [3]" in info.value.message
    assert "[[node total (defined at " in info.value.message and __file__ in info.value.message
    assert info.value.op is total.op and info.value.node_def.name == "total"
    assert "Original stack trace for 'total'" in str(info.value)


def test_closed_session(graph):
    x = tf.constant(1)
    session = tf.Session()
    session.close()
    with pytest.raises(RuntimeError, match="Attempted to use a closed Session."):
        session.run(x)


def test_empty_graph():
    with pytest.raises(RuntimeError, match="The Session graph is empty"):
        tf.Session(graph=tf.Graph()).run("x:0")


@pytest.mark.parametrize("arguments, words", [
    ({"graph": 3}, "graph must be a tf.Graph, but got <class 'int'>"),
    ({"config": 3}, "config must be a tf.ConfigProto, but got <class 'int'>"),
    ({"target": 3}, "target must be a string, but got <class 'int'>"),
])
def test_arguments_of_session(arguments, words):
    with pytest.raises(TypeError) as info:
        tf.Session(**arguments)
    assert words in str(info.value)


def test_config_is_a_protobuf_message():
    config = tf.ConfigProto(allow_soft_placement=True,
                            gpu_options=tf.GPUOptions(allow_growth=True))
    config.intra_op_parallelism_threads = 1
    with tf.Session(config=config) as session:
        assert session.run(tf.constant(2)) == 2


# ---- default sessions ----


def test_eval_and_run_use_the_default_session():
    x = tf.constant(2.0)
    v = tf.Variable(1.0)
    with pytest.raises(ValueError, match="Cannot evaluate tensor using `eval\\(\\)`: No default"):
        x.eval()
    with pytest.raises(ValueError, match="Cannot execute operation using `run\\(\\)`: No default"):
        v.initializer.run()
    with tf.Session() as session:
        assert tf.get_default_session() is session
        v.initializer.run()
        assert (x + v).eval() == 3.0
        assert v.eval() == 1.0
    assert tf.get_default_session() is None
    other = tf.Session(graph=tf.Graph())
    with pytest.raises(ValueError, match="graph is different from the session's graph"):
        x.eval(session=other)


def test_session_context_is_not_reentrant():
    session = tf.Session()
    with session:
        with pytest.raises(RuntimeError, match="not re-entrant"):
            session.__enter__()


def test_interactive_session():
    x = tf.constant(4)
    session = tf.InteractiveSession()
    assert x.eval() == 4
    session.close()
    assert tf.get_default_session() is None


def test_as_default_does_not_close():
    session = tf.Session()
    with session.as_default():
        assert tf.constant(1).eval() == 1
    assert session.run(tf.constant(2)) == 2


# ---- state, order and plans ----


def test_reads_come_before_the_update_that_was_built_after_them(sess):
    v = tf.Variable(1.0)
    before = v * 10.0
    update = v.assign_add(1.0)
    sess.run(v.initializer)
    assert sess.run([update, before]) == [2.0, 10.0]


def test_control_dependencies_order_reads(sess):
    v = tf.Variable(1.0)
    with tf.control_dependencies([v.assign_add(1.0)]):
        after = v.read_value() * 10.0
    sess.run(v.initializer)
    assert sess.run(after) == 20.0


def test_sessions_have_variables_of_their_own(sess):
    v = tf.Variable(1.0)
    other = tf.Session()
    sess.run(v.initializer)
    other.run(v.initializer)
    sess.run(v.assign(5.0))
    assert other.run(v) == 1.0 and sess.run(v) == 5.0


def test_plans_follow_the_graph(sess):
    x = tf.constant(1.0)
    y = x + 1.0
    assert sess.run(y) == 2.0
    with tf.control_dependencies(None):
        z = y * 3.0
    assert sess.run([y, z]) == [2.0, 6.0]
    y.op._update_input(0, tf.constant(5.0))
    assert sess.run([y, z]) == [6.0, 18.0]


def test_plan_is_compiled_once(sess):
    x = tf.placeholder(tf.float32)
    y = x + 1.0
    sess.run(y, {x: 1})
    plans = dict(sess._plans)
    sess.run(y, {x: 2})
    assert sess._plans == plans


def test_make_callable(sess):
    x = tf.placeholder(tf.float32, [2])
    double = sess.make_callable({"y": x * 2.0}, [x])
    np.testing.assert_array_equal(double([1, 2])["y"], [2, 4])
    with pytest.raises(ValueError, match="Cannot feed value of shape"):
        double([1, 2, 3])
    with pytest.raises(tf.errors.InvalidArgumentError, match="You must feed a value"):
        double()
    with pytest.raises(TypeError, match="must be a list or tuple"):
        sess.make_callable(x, x)


def test_a_long_chain_needs_no_recursion(sess):
    x = y = tf.constant(1.0)
    for _ in range(5000):
        y = y + 1.0
    (grad,) = tf.gradients(y, x)
    assert sess.run([y, grad]) == [5001.0, 1.0]


def test_a_deep_diamond_is_computed_once_a_node(sess):
    y = tf.constant(1.0)
    for _ in range(60):
        y = y + y
    assert sess.run(y) == 2.0**60


def test_threads_run_one_session(sess):
    v = tf.Variable(np.zeros(4, np.float32))
    x = tf.placeholder(tf.float32)
    y = tf.reduce_sum(v) + x
    sess.run(v.initializer)
    failures = []

    def work(value):
        for i in range(200):
            if sess.run(y, {x: value + i}) != value + i:
                failures.append((value, i))

    threads = [threading.Thread(target=work, args=(1000 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


# ---- explain ----


def test_explain_tells_the_walk_the_order_and_the_program(sess):
    x = tf.placeholder(tf.float32, [2, 2], name="x")
    y = tf.matmul(x, tf.constant([[1.0], [2.0]], name="w"), name="y")
    told = sess.explain(y)
    assert [op.name for op in told.found] == ["y", "x", "w"][:1] + ["w"]
    assert [op.name for op in told.order] == ["w", "y"]
    assert "y = x @ w" in told.program
    assert "def step(x):" in str(told)
    assert "<details" in told._repr_html_()
