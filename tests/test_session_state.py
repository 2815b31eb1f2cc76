"""Sessions besides run: partial runs, handles, devices, resets, threads, interruptions."""

import _thread
import collections
import gc
import threading
import warnings

import numpy as np
import pytest

import minitf as tf
from minitf.framework import protos
from minitf.session.fetches import register_session_run_conversion_functions


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


@pytest.fixture
def sess(graph):
    with tf.Session() as session:
        yield session


# ---- partial runs ----


def test_partial_run_runs_each_operation_once(sess):
    x, y = tf.placeholder(tf.float32, name="x"), tf.placeholder(tf.float32, name="y")
    count = tf.Variable(0.0)
    sess.run(count.initializer)
    with tf.control_dependencies([count.assign_add(1.0)]):
        first = x * 2.0
    second, third = first + y, first - y
    handle = sess.partial_run_setup([first, second, third], [x, y])
    assert sess.partial_run(handle, first, {x: 3.0}) == 6.0
    assert sess.run(count) == 1.0
    assert sess.partial_run(handle, [second, third], {y: 1.0}) == [7.0, 5.0]
    assert sess.run(count) == 1.0


def test_partial_run_of_a_loop_and_random_numbers(sess):
    x = tf.placeholder(tf.int32, [], name="x")
    noise = tf.random_uniform([3])
    total = tf.while_loop(lambda i: i < 10, lambda i: i + 1, [x])
    result = noise + tf.cast(total, tf.float32)
    handle = sess.partial_run_setup([noise, result], [x])
    before = sess.partial_run(handle, noise)
    np.testing.assert_allclose(sess.partial_run(handle, result, {x: 3}), before + 10.0)


def test_partial_run_of_sparse_tensors(sess):
    sparse = tf.sparse_placeholder(tf.float32)
    total = tf.sparse_reduce_sum(sparse)
    handle = sess.partial_run_setup([total], [sparse])
    value = tf.SparseTensorValue([[0, 1]], [4.0], [2, 2])
    assert sess.partial_run(handle, total, {sparse: value}) == 4.0


def test_failed_operation_ends_a_partial_run(sess):
    x, y = tf.placeholder(tf.float32, name="x"), tf.placeholder(tf.float32, name="y")
    rows = tf.reshape(x, [3, -1])
    handle = sess.partial_run_setup([rows, rows + y], [x, y])
    with pytest.raises(tf.errors.InvalidArgumentError, match="requires a multiple of 3"):
        sess.partial_run(handle, rows, {x: np.ones(4)})
    with pytest.raises(tf.errors.InvalidArgumentError, match="Must run 'setup'"):
        sess.partial_run(handle, rows)


# ---- handles ----


def test_forgotten_handles_are_deleted(sess):
    handle = tf.get_session_handle(tf.constant([1.0, 2.0]) * 2.0)
    for _ in range(25):
        last = sess.run(handle)
    gc.collect()
    assert len(sess._state.tensors._values) < 12
    np.testing.assert_array_equal(last.eval(), [2, 4])


def test_raw_handle_is_the_callers(sess):
    kept = sess.run(tf.get_session_handle(tf.constant([1, 2]) + 1))
    raw = kept.get_raw_handle()
    for use in (kept.eval, kept.delete):
        with pytest.raises(TypeError, match="may have already been deleted"):
            use()
    holder, value = tf.get_session_tensor(raw, tf.int32)
    np.testing.assert_array_equal(sess.run(value, {holder: raw}), [2, 3])


def test_kept_tensor_is_not_changed_by_who_reads_it(sess):
    v = tf.Variable([1.0, 2.0])
    sess.run(v.initializer)
    kept = sess.run(tf.get_session_handle(tf.identity(v)))
    sess.run(v.assign_add([10.0, 10.0]))
    first = kept.eval()
    first += 5
    np.testing.assert_array_equal(kept.eval(), [1, 2])


def test_handle_of_another_dtype(sess):
    kept = sess.run(tf.get_session_handle(tf.constant([1.0])))
    x = tf.placeholder(tf.int32)
    with pytest.raises(tf.errors.InvalidArgumentError,
                       match=r"Expects arg\[0\] to be int32 but float is provided"):
        sess.run(x, {x: kept})


# ---- what is fetched and fed ----


class Pair:
    """Two tensors that sessions know how to fetch and feed."""

    def __init__(self, a, b):
        self.a, self.b = a, b


def test_registered_types(sess):
    register_session_run_conversion_functions(
        Pair, lambda pair: ([pair.a, pair.b], tuple),
        lambda pair, value: [(pair.a, value[0]), (pair.b, value[1])],
        lambda pair: [pair.a, pair.b])
    pair = Pair(tf.placeholder(tf.float32), tf.placeholder(tf.float32))
    total = pair.a + pair.b
    assert sess.run(total, {pair: (1, 2)}) == 3.0
    assert sess.run([pair], {pair: (1, 2)}) == [(1.0, 2.0)]
    assert sess.partial_run(sess.partial_run_setup(total, pair), total, {pair: (1, 2)}) == 3.0
    with pytest.raises(ValueError, match="has already been registered so ignore it"):
        register_session_run_conversion_functions(Pair, None)


def test_nested_keys_of_feeds(sess):
    x, y = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    slices = tf.IndexedSlices(x, tf.placeholder(tf.int32))
    Keys = collections.namedtuple("Keys", "y slices")
    values = sess.run([x + y, slices], {Keys(y, (slices.values, slices.indices)): (1, ([2], [0]))})
    np.testing.assert_array_equal(values[0], [3])
    with pytest.raises(ValueError, match="Could not flatten dictionary. Key had 2 elements, but"):
        sess.run(x, {(x, y): (1,)})


def test_callable_from_options(sess):
    x = tf.placeholder(tf.float32, name="x")
    v = tf.Variable(1.0, name="v")
    sess.run(v.initializer)
    total = tf.add(x, v, name="total")
    call = sess._make_callable_from_options(protos.CallableOptions(
        feed=["x:0"], fetch=["total:0", "x:0"], target=["v/Assign"]))
    assert call(2.0) == [3.0, 2.0]
    assert sess.run(total, {x: 4.0}) == 5.0


# ---- devices ----


@pytest.mark.parametrize("device, count, soft, found", [
    ("", 1, False, True), ("/cpu:0", 1, False, True), ("/cpu:1", 1, False, False),
    ("/cpu:1", 2, False, True), ("/gpu:0", 1, False, False), ("/gpu:0", 1, True, True),
    ("/job:ps", 1, True, False), ("/job:localhost", 1, False, True),
    ("/device:XLA_CPU:0", 1, False, True), ("/task:1/gpu:0", 1, True, False)])
def test_placement(device, count, soft, found):
    with tf.device(device):
        x = tf.identity(tf.constant(1.0), name="x")
    config = tf.ConfigProto(device_count={"CPU": count}, allow_soft_placement=soft)
    with tf.Session(config=config) as sess:
        if found:
            assert sess.run(x) == 1.0
            return
        with pytest.raises(tf.errors.InvalidArgumentError) as info:
            sess.run(tf.constant(2.0))  # the whole graph is placed
    assert "Cannot assign a device for operation x: node x" in info.value.message
    assert f"was explicitly assigned to {x.device}" in info.value.message
    assert info.value.op is x.op
    assert info.value.message.count("CUDA is not enabled") == ("GPU" in x.device)


def test_placement_of_what_is_added_later(sess):
    assert sess.run(tf.constant(1.0)) == 1.0
    with tf.device("/gpu:0"):
        x = tf.no_op()
    with pytest.raises(tf.errors.InvalidArgumentError, match="Cannot assign a device"):
        sess.run(x)


def test_log_of_placement(capfd):
    x = tf.placeholder(tf.float32, name="x")
    y = tf.add(x, tf.constant(1.0, name="one"), name="y")
    with tf.Session(config=tf.ConfigProto(log_device_placement=True)) as sess:
        sess.run(y, {x: 1})
        sess.run(y, {x: 2})
    out, err = capfd.readouterr()
    cpu = "/job:localhost/replica:0/task:0/device:CPU:0"
    assert out.splitlines()[-3:] == [f"y: (Add): {cpu}", f"x: (Placeholder): {cpu}",
                                     f"one: (Const): {cpu}"]
    assert [line.split("] ")[-1] for line in err.splitlines()][-3:] == out.splitlines()[-3:]


def test_devices_of_a_session():
    session = tf.Session(config=tf.ConfigProto(device_count={"CPU": 2}))
    assert [device.name[-12:] for device in session.list_devices()] == [
        "device:CPU:0", "device:CPU:1", "ce:XLA_CPU:0"]
    assert session.list_devices()[0].memory_limit_bytes == 268435456
    session.close()
    with pytest.raises(tf.errors.CancelledError, match="Session has been closed."):
        session.list_devices()


# ---- the life of a session ----


def test_reset_closes_sessions(sess):
    with tf.container("box"):
        v = tf.Variable(1.0)
    sess.run(v.initializer)
    tf.Session.reset("", ["box"])
    with pytest.raises(tf.errors.CancelledError, match="Session has been closed."):
        sess.run(v)
    other = tf.Session()
    other.run(v.initializer)
    assert other.run(v) == 1.0
    with pytest.raises(TypeError, match="Expected binary or unicode string, got 3"):
        tf.Session.reset(3)


def test_targets(graph):
    assert tf.Session().sess_str == b"" and tf.Session(None).sess_str is None
    with pytest.raises(TypeError, match=r'Did you do "Session\(config\)" instead of'):
        tf.Session(tf.ConfigProto())


def test_second_interactive_session_warns():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        first = tf.InteractiveSession()
        second = tf.InteractiveSession()
    assert [str(each.message)[:38] for each in caught] == ["An interactive session is already acti"]
    assert tf.get_default_session() is second
    second.close()
    second.close()
    assert tf.get_default_session() is first
    first.close()
    config = tf.ConfigProto()
    tf.InteractiveSession(config=config).close()
    assert config.graph_options.place_pruned_graph


def test_graph_def_has_shapes_if_asked():
    tf.constant([1.0], name="c")
    config = tf.ConfigProto(graph_options=tf.GraphOptions(infer_shapes=True))
    assert "_output_shapes" in tf.Session(config=config).graph_def.node[0].attr
    assert "_output_shapes" not in tf.Session().graph_def.node[0].attr


# ---- threads and Ctrl-C ----


def test_threads_run_while_others_build(graph):
    x = tf.placeholder(tf.float32, [])
    v = tf.Variable(0.0)
    add = v.assign_add(x, use_locking=True)
    y = tf.reduce_sum(tf.fill([4], x))
    session = tf.Session()
    session.run(v.initializer)
    failures = []

    def build(number):
        with graph.as_default():
            for i in range(40):
                z = tf.add(x * 2.0, float(i))
                if session.run(z, {x: number}) != 2 * number + i:
                    failures.append((number, i))

    def run(number):
        for _ in range(200):
            session.run(add, {x: 1.0})
            if session.run(y, {x: number}) != 4 * number:
                failures.append(number)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(2) for work in (build, run)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert session.run(v) == 400.0
    names = [op.name for op in graph.get_operations()]
    assert len(names) == len(set(names))


@pytest.mark.usefixtures("interrupts")
def test_interrupted_run_leaves_the_session_usable(sess):
    v = tf.Variable([1.0, 2.0])
    sess.run(v.initializer)
    endless = tf.while_loop(lambda i: i < 10**7, lambda i: i + 1, [tf.constant(0)])
    threading.Timer(0.2, _thread.interrupt_main).start()
    with pytest.raises(KeyboardInterrupt):
        sess.run(endless)
    np.testing.assert_array_equal(sess.run(v.assign_add([1.0, 1.0])), [2, 3])


def test_status_context():
    with tf.errors.raise_exception_on_not_ok_status() as status:
        assert status.code == tf.errors.OK
    with pytest.raises(tf.errors.NotFoundError, match="gone"):
        with tf.errors.raise_exception_on_not_ok_status() as status:
            status.code, status.message = tf.errors.NOT_FOUND, "gone"


@pytest.mark.parametrize("config", [None, "given"])
def test_the_log_of_placements_can_be_switched_on_for_sessions_without_config(config, capsys):
    tf.debugging.set_log_device_placement(True)
    try:
        assert tf.debugging.get_log_device_placement()
        with tf.Graph().as_default():
            x = tf.constant(1, name="logged")
            with tf.Session(config=tf.ConfigProto() if config else None) as sess:
                sess.run(x)
    finally:
        tf.debugging.set_log_device_placement(False)
    assert ("logged: (Const)" in capsys.readouterr().out) == (config is None)
