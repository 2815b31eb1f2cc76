"""Traced runs: what StepStats say, what Timeline makes of them; runs whose time is limited."""

import json
import threading

import numpy as np
import pytest

import minitf as tf
from minitf.timeline import Timeline

CPU = "/job:localhost/replica:0/task:0/device:CPU:0"


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def traced(sess, fetches, feed_dict=None, level=tf.RunOptions.SOFTWARE_TRACE, **options):
    """The fetched values and the RunMetadata of a traced run."""
    metadata = tf.RunMetadata()
    values = sess.run(fetches, feed_dict, tf.RunOptions(trace_level=level, **options), metadata)
    return values, metadata


def nodes_of(metadata):
    """{node name: its NodeExecStats, of all times it ran}, on the CPU."""
    nodes = {}
    for node in metadata.step_stats.dev_stats[-1].node_stats:
        nodes.setdefault(node.node_name, []).append(node)
    return nodes


@pytest.fixture
def step():
    x = tf.placeholder(tf.float32, [4, 3], name="x")
    w = tf.get_variable("w", [3, 2], initializer=tf.ones_initializer())
    product = tf.matmul(x, w, name="product")
    loss = tf.reduce_sum(tf.nn.relu(product, name="relu"), name="loss")
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        yield sess, x, loss, train


def test_values_and_updates_are_those_of_a_plain_run(step):
    sess, x, loss, train = step
    feed = {x: np.ones((4, 3))}
    (value, _), _ = traced(sess, [loss, train], feed)
    assert value == 24.0
    np.testing.assert_allclose(sess.run(loss, feed), traced(sess, loss, feed)[0])
    assert sess.run(loss, feed) < value


def test_nodes_labels_outputs_and_times(step):
    sess, x, loss, train = step
    _, metadata = traced(sess, [loss, train], {x: np.ones((4, 3))})
    (device,) = metadata.step_stats.dev_stats
    assert device.device == CPU
    nodes = nodes_of(metadata)
    assert nodes["product"][0].timeline_label == "product = MatMul(_arg_x_0_0, w/read)"
    assert nodes["_arg_x_0_0"][0].timeline_label == "_arg_x_0_0 = _Arg()"
    assert nodes["w"][0].timeline_label == "w = VariableV2()"
    assert nodes["_retval_loss_0_0"][0].timeline_label == "_retval_loss_0_0 = _Retval(loss)"
    update = nodes["GradientDescent/update_w/ApplyGradientDescent"][0]
    assert nodes["GradientDescent"][0].timeline_label == (
        f"GradientDescent = NoOp(^{update.node_name})")
    description = nodes["product"][0].output[0].tensor_description
    assert [dim.size for dim in description.shape.dim] == [4, 2] and description.dtype == 1
    assert description.allocation_description.requested_bytes == 32
    assert nodes["product"][0].memory[0].total_bytes == 32
    assert nodes["w"][0].memory_stats.persistent_memory_size == 24
    last = 0
    for node in device.node_stats:
        assert node.all_end_rel_nanos >= node.op_end_rel_nanos >= 0
        assert node.all_start_micros == node.all_start_nanos // 1000
        if not node.node_name.startswith(("_", "w")) and "Const" not in node.timeline_label:
            assert node.all_start_nanos >= last
            last = node.all_start_nanos


def test_memory_that_was_freed_is_noted(step):
    sess, x, loss, _ = step
    _, metadata = traced(sess, loss, {x: np.ones((4, 3))})
    records = nodes_of(metadata)["product"][0].memory[0].allocation_records
    assert sorted(record.alloc_bytes for record in records) == [-32, 32]


@pytest.mark.parametrize("level, devices", [
    (tf.RunOptions.SOFTWARE_TRACE, [CPU]), (tf.RunOptions.HARDWARE_TRACE, ["/host:CPU", CPU]),
    (tf.RunOptions.FULL_TRACE, ["/host:CPU", CPU])])
def test_levels(step, level, devices):
    sess, x, loss, _ = step
    _, metadata = traced(sess, loss, {x: np.ones((4, 3))}, level)
    assert [device.device for device in metadata.step_stats.dev_stats] == devices
    if len(devices) == 2:
        host = metadata.step_stats.dev_stats[0]
        assert "product:MatMul" in [node.node_name for node in host.node_stats]
        assert list(host.thread_names.values()) == ["tf_Compute"]


def test_without_tracing_metadata_is_emptied(step):
    sess, x, loss, _ = step
    _, metadata = traced(sess, loss, {x: np.ones((4, 3))})
    assert metadata.step_stats.dev_stats
    sess.run(loss, {x: np.ones((4, 3))}, run_metadata=metadata)
    assert not metadata.step_stats.dev_stats


def test_each_iteration_of_a_loop_is_a_record():
    total = tf.while_loop(lambda i: i < 3, lambda i: i + 1, [tf.constant(0)], name="loop")
    with tf.Session() as sess:
        value, metadata = traced(sess, total)
    counts = {name: len(its) for name, its in nodes_of(metadata).items()}
    assert value == 3
    assert [counts["loop/" + name] for name in
            ("Enter", "Merge", "LoopCond", "Switch", "add", "NextIteration", "Exit")] == [
                1, 4, 4, 4, 3, 3, 1]


def test_the_branch_not_taken_has_no_record():
    x = tf.placeholder(tf.float32, name="x")
    y = tf.cond(x > 0.0, lambda: tf.sin(x, name="up"), lambda: tf.cos(x, name="down"))
    with tf.Session() as sess:
        _, metadata = traced(sess, y, {x: 1.0})
    names = nodes_of(metadata)
    assert "cond/up" in names and "cond/down" not in names


def test_partition_graphs(step):
    sess, x, loss, _ = step
    _, metadata = traced(sess, loss, {x: np.ones((4, 3))}, output_partition_graphs=True)
    (graph_def,) = metadata.partition_graphs
    nodes = {node.name: node for node in graph_def.node}
    assert set(nodes) >= {"_arg_x_0_0", "w", "w/read", "product", "relu", "loss",
                          "_retval_loss_0_0"}
    assert list(nodes["product"].input) == ["_arg_x_0_0", "w/read"]
    assert {node.device for node in graph_def.node} == {CPU}


@pytest.mark.parametrize("wrong", [{"options": 3}, {"run_metadata": 3}])
def test_options_that_are_no_messages(step, wrong):
    sess, x, loss, _ = step
    with pytest.raises(AttributeError):
        sess.run(loss, {x: np.ones((4, 3))}, **wrong)


def test_errors_of_traced_runs_name_the_node():
    x = tf.placeholder(tf.float32, name="x")
    y = tf.reshape(x, [3, -1], name="rows")
    with tf.Session() as sess, pytest.raises(tf.errors.InvalidArgumentError) as info:
        traced(sess, y, {x: np.ones(4)})
    assert info.value.op is y.op


# ---- Timeline ----


@pytest.mark.parametrize("show_dataflow, show_memory", [(True, False), (False, True)])
def test_chrome_trace(step, show_dataflow, show_memory):
    sess, x, loss, train = step
    _, metadata = traced(sess, [loss, train], {x: np.ones((4, 3))})
    trace = json.loads(Timeline(metadata.step_stats).generate_chrome_trace_format(
        show_dataflow=show_dataflow, show_memory=show_memory))
    events = trace["traceEvents"]
    rows = [event["args"]["name"] for event in events if event["ph"] == "M"]
    assert rows == ["Allocators", CPU + " Compute", CPU + " Tensors"]
    bars = {event["args"]["name"]: event for event in events if event["ph"] == "X"}
    assert bars["product"]["name"] == "MatMul" and bars["product"]["cat"] == "Op"
    assert bars["product"]["args"] == {"name": "product", "op": "MatMul", "input0": "_arg_x_0_0",
                                       "input1": "w/read"}
    phases = {event["ph"] for event in events}
    assert phases <= {"M", "X", "s", "t", "N", "O", "D", "C"}
    assert ({"N", "O", "D", "C"} <= phases) == show_memory
    if not show_dataflow:
        assert not phases & {"s", "t"}


def test_timeline_tells_the_most_memory_in_use():
    metadata = tf.RunMetadata()
    device = metadata.step_stats.dev_stats.add(device=CPU)
    for name, start, duration, size, inputs in (
            ("a", 10, 5, 100, ""), ("b", 20, 5, 50, "a"), ("c", 30, 5, 10, "b")):
        node = device.node_stats.add(node_name=name, all_start_micros=start,
                                     all_end_rel_micros=duration,
                                     timeline_label=f"{name} = Op({inputs})")
        allocation = node.output.add().tensor_description.allocation_description
        allocation.allocator_name, allocation.requested_bytes = "cpu", size
    maximum = Timeline(metadata.step_stats).analyze_step_stats().allocator_maximums["cpu"]
    assert (maximum.timestamp, maximum.num_bytes, maximum.tensors) == (20, 150, {"a", "b"})


# ---- limited time ----


@pytest.fixture
def empty_queue():
    return tf.FIFOQueue(2, [tf.float32], shapes=[[]])


def test_run_that_waits_too_long(empty_queue):
    with tf.Session() as sess:
        with pytest.raises(tf.errors.DeadlineExceededError, match="Timed out waiting") as info:
            sess.run(empty_queue.dequeue(), options=tf.RunOptions(timeout_in_ms=50))
        assert info.value.op is None
        sess.run(empty_queue.enqueue(2.0))
        assert sess.run(empty_queue.dequeue(), options=tf.RunOptions(timeout_in_ms=5000)) == 2.0


def test_timeout_of_a_session(empty_queue):
    with tf.Session(config=tf.ConfigProto(operation_timeout_in_ms=50)) as sess:
        for _ in range(2):
            with pytest.raises(tf.errors.DeadlineExceededError):
                sess.run(empty_queue.dequeue())
        assert sess.run(tf.constant(1.0) + 1.0) == 2.0


def test_loop_that_takes_too_long():
    total = tf.while_loop(lambda i: i < 10**9, lambda i: i + 1, [tf.constant(0)])
    with tf.Session() as sess, pytest.raises(tf.errors.DeadlineExceededError):
        sess.run(total, options=tf.RunOptions(timeout_in_ms=50))


def test_closing_is_no_timeout(empty_queue):
    sess = tf.Session()
    threading.Timer(0.1, sess.close).start()
    with pytest.raises(tf.errors.CancelledError):
        sess.run(empty_queue.dequeue(), options=tf.RunOptions(timeout_in_ms=20000))
