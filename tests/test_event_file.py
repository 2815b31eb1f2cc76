"""tf.summary.FileWriter, and tf.train.summary_iterator, which reads what it wrote."""

import logging
import os
import pathlib
import subprocess
import sys
import time

import pytest
from tensorboardX.record_writer import RecordWriter

from minitf import summary
from minitf.framework import dtypes, errors, meta_graph, protos
from minitf.framework.graph import Graph
from minitf.ops import array_ops, math_ops
from minitf.summary.reader import summary_iterator

# Written by TensorFlow 1.15.5: the file's version, a summary at step 3, a session log at step 4.
TENSORFLOW_FILE = bytes.fromhex(
    "1800000000000000a37f4b2209000080e7a0c0da411a0d627261696e2e4576656e743a32bbd747fc1a000000000000"
    "00129bd82d0949a1b0e7a0c0da4110032a0d0a0b0a046c6f7373150000003f6b9d475c0f000000000000006d532b09"
    "09dba4b0e7a0c0da4110043a020802784dcbc8"
)
RECORD_STARTS = (0, 40, 82)


def scalar(tag, value, **metadata):
    result = summary.Summary.Value(tag=tag, simple_value=value)
    if metadata:
        result.metadata.CopyFrom(protos.SummaryMetadata(**metadata))
    return summary.Summary(value=[result])


def files(logdir):
    return list(pathlib.Path(logdir).glob("events.out.tfevents.*"))


def events(logdir):
    """What the only event file of `logdir` holds after its version."""
    (path,) = files(logdir)
    version, *others = summary_iterator(path)
    assert version.file_version == "brain.Event:2"
    return others


@pytest.fixture
def graph():
    with Graph().as_default() as graph:
        a = array_ops.placeholder(dtypes.float32, (10, 2), name="a")
        b = array_ops.placeholder(dtypes.float32, (2, 1), name="b")
        graph.add_to_collection("losses", math_ops.matmul(a, b, name="loss"))
        graph.add_to_collection("notes", "text")
        yield graph


# ---- Writing ----
def test_summaries_as_messages_and_as_bytes(tmp_path):
    before = time.time()
    with summary.FileWriter(tmp_path / "new" / "train") as writer:
        writer.add_summary(scalar("loss", 1.5), 7.0)
        writer.add_summary(scalar("loss", 2.5).SerializeToString(), global_step=8)
        writer.add_summary(scalar("loss", 3.5))
    written = events(tmp_path / "new" / "train")
    assert [event.step for event in written] == [7, 8, 0]
    assert [event.summary.value[0].simple_value for event in written] == [1.5, 2.5, 3.5]
    assert before <= written[0].wall_time <= written[1].wall_time <= time.time()


def test_a_tag_keeps_its_metadata_once(tmp_path):
    message = scalar("a", 1, display_name="first")
    message.MergeFrom(scalar("a", 2, display_name="second"))
    with summary.FileWriter(tmp_path) as writer:
        writer.add_summary(message)
        writer.add_summary(scalar("a", 3, display_name="third").SerializeToString())
        writer.add_summary(scalar("b", 4))
        writer.add_summary(scalar("b", 5, display_name="late"))  # its tag was seen without
        writer.add_summary(scalar("c", 6, display_name="c"))
    values = [value for event in events(tmp_path) for value in event.summary.value]
    assert [value.simple_value for value in values] == [1, 2, 3, 4, 5, 6]
    names = [value.metadata.display_name for value in values if value.HasField("metadata")]
    assert names == ["first", "c"]
    assert message.value[1].metadata.display_name == "second"


def test_a_graph_is_followed_by_its_meta_graph(tmp_path, graph):
    summary.FileWriter(tmp_path, graph).close()
    graph_event, meta_graph_event = events(tmp_path)
    graph_def = protos.GraphDef.FromString(graph_event.graph_def)
    assert graph_def == graph.as_graph_def(add_shapes=True)
    assert [node.name for node in graph_def.node] == ["a", "b", "loss"]
    shapes = graph_def.node[0].attr["_output_shapes"].list.shape
    assert [[dim.size for dim in shape.dim] for shape in shapes] == [[10, 2]]
    meta = protos.MetaGraphDef.FromString(meta_graph_event.meta_graph_def)
    assert meta == meta_graph.create_meta_graph_def(graph=graph)
    assert set(meta.collection_def) == {"losses", "notes"}


def test_add_graph_adds_the_graph_alone(tmp_path, graph):
    with summary.FileWriter(tmp_path) as writer:
        writer.add_graph(graph, global_step=5)
    (event,) = events(tmp_path)
    assert event.step == 5
    assert protos.GraphDef.FromString(event.graph_def) == graph.as_graph_def(add_shapes=True)


def test_collections_come_from_the_default_graph(tmp_path, graph):
    with Graph().as_default() as other:
        other.add_to_collection("others", "text")
        summary.FileWriter(tmp_path, graph).close()
    meta = protos.MetaGraphDef.FromString(events(tmp_path)[1].meta_graph_def)
    assert [node.name for node in meta.graph_def.node] == ["a", "b", "loss"]
    assert set(meta.collection_def) == {"others"}


@pytest.mark.parametrize("swap", [False, True])
def test_the_deprecated_graph_def_argument(tmp_path, graph, swap, caplog):
    graph_def = graph.as_graph_def()
    if swap:  # users put either in either place
        summary.FileWriter(tmp_path, graph_def).close()
        assert "Passing a `GraphDef` to the SummaryWriter is deprecated." in caplog.text
    else:
        summary.FileWriter(tmp_path, graph_def=graph).close()
        assert "please use the `graph` named argument" in caplog.text
        graph_def = graph.as_graph_def(add_shapes=True)
    graph_event, meta_graph_event = events(tmp_path)
    assert protos.GraphDef.FromString(graph_event.graph_def) == graph_def
    assert protos.MetaGraphDef.FromString(meta_graph_event.meta_graph_def).graph_def == graph_def


def test_run_metadata(tmp_path):
    metadata = protos.RunMetadata()
    metadata.step_stats.dev_stats.add(device="/cpu:0")
    with summary.FileWriter(tmp_path) as writer:
        writer.add_run_metadata(metadata, "step 1", 1)
        with pytest.raises(ValueError, match="The provided tag was already used for this event"):
            writer.add_run_metadata(metadata, "step 1", 2)
    (event,) = events(tmp_path)
    assert (event.step, event.tagged_run_metadata.tag) == (1, "step 1")
    assert protos.RunMetadata.FromString(event.tagged_run_metadata.run_metadata) == metadata


def test_session_logs_and_whole_events(tmp_path):
    whole = summary.Event(wall_time=12.5, step=3, log_message=protos.LogMessage(message="hello"))
    tensor = protos.TensorProto(dtype=protos.DT_UINT32, uint32_val=[7])
    value = summary.Summary.Value(tag="t", tensor=tensor)
    with summary.FileWriter(tmp_path) as writer:
        writer.add_session_log(summary.SessionLog(status=summary.SessionLog.START), 2)
        writer.add_event(whole)
        writer.add_summary(summary.Summary(value=[value]))
    log, copy, tensor_event = events(tmp_path)
    assert (log.step, log.session_log.status) == (2, summary.SessionLog.START)
    assert copy == whole
    # tensorboardX, which writes the events, does not know this field.
    assert list(tensor_event.summary.value[0].tensor.uint32_val) == [7]


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda w, g: w.add_graph(3), TypeError, "must be an instance of `Graph`"),
        (lambda w, g: w.add_graph(None), TypeError, "must be an instance of `Graph`"),
        (lambda w, g: w.add_graph(g, graph_def=g), ValueError, "Please pass only graph, or graph_"),
        (lambda w, g: w.add_meta_graph(g), TypeError, "must be type MetaGraphDef, saw type: <"),
        (lambda w, g: w.add_event(3), TypeError, "Expected an Event message, but got <class 'int'"),
        (lambda w, g: w.add_summary("text"), TypeError, "Summary"),
        (lambda w, g: w.add_session_log(3), TypeError, "SessionLog"),
        (lambda w, g: summary.FileWriter(w.get_logdir(), session=g), NotImplementedError,
         r"FileWriter\(session=...\) shares a writer resource"),
    ],
)
def test_wrong_arguments(tmp_path, graph, call, error, message):
    with summary.FileWriter(tmp_path) as writer, pytest.raises(error, match=message):
        call(writer, graph)
    assert files(tmp_path) == []


# ---- The life of the file ----
def test_the_file_appears_with_the_first_event(tmp_path):
    writer = summary.FileWriter(tmp_path, filename_suffix=".v1")
    assert writer.get_logdir() == str(tmp_path)
    writer.flush()
    assert files(tmp_path) == []
    writer.add_summary(scalar("a", 1))
    writer.close()
    (path,) = files(tmp_path)
    prefix, seconds_and_host = path.name.split(".tfevents.")
    assert prefix == "events.out" and seconds_and_host.endswith(".v1")
    assert abs(int(seconds_and_host.split(".")[0]) - time.time()) < 60


def test_flush_waits_for_all_events(tmp_path):
    writer = summary.FileWriter(tmp_path, max_queue=2)
    for step in range(1, 200):
        writer.add_summary(scalar("a", 1), step)
        if step % 50 == 0:
            writer.flush()
            assert events(tmp_path)[-1].step == step
    writer.close()
    assert len(events(tmp_path)) == 199


def test_the_first_event_is_visible_without_flush(tmp_path):
    writer = summary.FileWriter(tmp_path)
    writer.add_summary(scalar("a", 1), 1)
    (path,) = files(tmp_path)
    deadline = time.time() + 10
    while path.stat().st_size == 0 and time.time() < deadline:
        time.sleep(0.01)
    assert [event.step for event in summary_iterator(path)] == [0, 1]
    writer.close()


def test_a_closed_writer_warns_and_drops(tmp_path):
    writer = summary.FileWriter(tmp_path)
    writer.add_summary(scalar("a", 1), 1)
    writer.close()
    writer.close()
    for use in (
        lambda: writer.add_summary(scalar("a", 1), 2),
        lambda: writer.add_event(summary.Event(step=3)),
        lambda: writer.flush(),
    ):
        with pytest.warns(UserWarning, match="Attempting to use a closed FileWriter") as caught:
            use()
        assert caught[0].filename == __file__
    assert [event.step for event in events(tmp_path)] == [1]


def test_reopen_starts_a_new_file_and_keeps_the_old_one(tmp_path):
    writer = summary.FileWriter(tmp_path)
    for step in range(1, 4):
        writer.reopen()
        writer.add_summary(scalar("a", 1), step)
        writer.close()
    contents = [[event.step for event in summary_iterator(path)] for path in files(tmp_path)]
    assert sorted(contents) == [[0, 1], [0, 2], [0, 3]]


def test_writers_of_one_second_do_not_overwrite_each_other(tmp_path):
    for step in range(1, 4):
        with summary.FileWriter(tmp_path, filename_suffix=".s") as writer:
            writer.add_summary(scalar("a", 1), step)
    assert len(files(tmp_path)) == 3
    assert all(path.name.endswith(".s") for path in files(tmp_path))


def test_failure_to_write_is_raised_by_flush_and_close(tmp_path, monkeypatch):
    writer = summary.FileWriter(tmp_path)
    writer.add_summary(scalar("a", 1), 1)
    writer.flush()

    def fail(self, data):
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(RecordWriter, "write", fail)
        for _ in range(20):  # more than the queue holds: the writing thread lives on
            writer.add_summary(scalar("a", 1), 2)
        with pytest.raises(OSError, match="No space left"):
            writer.flush()
    writer.add_summary(scalar("a", 1), 3)
    writer.close()
    assert [event.step for event in events(tmp_path)] == [1, 3]


def test_an_unclosed_writer_loses_nothing_at_exit(tmp_path):
    code = (
        "from minitf import summary\n"
        "from minitf.framework.graph import Graph\n"
        f"writer = summary.FileWriter({str(tmp_path)!r}, Graph())\n"
        "for step in range(1, 30):\n"
        "    writer.add_session_log(summary.SessionLog(status=1), step)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    written = events(tmp_path)
    assert [event.WhichOneof("what") for event in written[:2]] == ["graph_def", "meta_graph_def"]
    assert [event.step for event in written[2:]] == list(range(1, 30))


def test_the_cache_has_one_writer_a_directory(tmp_path, graph):
    first = summary.FileWriterCache.get(str(tmp_path / "a"))
    assert summary.FileWriterCache.get(str(tmp_path / "a")) is first
    assert summary.FileWriterCache.get(str(tmp_path / "b")) is not first
    summary.FileWriterCache.clear()
    graph_event, _ = events(tmp_path / "a")
    assert len(protos.GraphDef.FromString(graph_event.graph_def).node) == 3
    with pytest.warns(UserWarning, match="closed FileWriter"):
        first.flush()
    assert summary.FileWriterCache.get(str(tmp_path / "a")) is not first
    summary.FileWriterCache.clear()


def test_tensorboard_reads_it(tmp_path, graph):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    with summary.FileWriter(tmp_path, graph) as writer:
        writer.add_summary(scalar("loss", 0.5), 3)
    logging.getLogger("tensorboard").setLevel(logging.ERROR)
    run = accumulator.EventAccumulator(str(tmp_path)).Reload()
    (point,) = run.Scalars("loss")
    assert (point.step, point.value) == (3, 0.5)
    assert [node.name for node in run.Graph().node] == ["a", "b", "loss"]
    assert run.MetaGraph().meta_info_def.tensorflow_version == "1.15.5"


def test_summary_is_light_to_import():
    code = (
        "import sys, minitf.summary as summary\n"
        "assert 'FileWriter' in dir(summary) and not hasattr(summary, 'FileWriters')\n"
        "print([m for m in ('google.protobuf', 'tensorboardX') if m in sys.modules])\n"
        "summary.FileWriter, summary.Summary\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.stdout, result.stderr) == ("[]\n", "")


# ---- Reading ----
def read(tmp_path, data):
    """The steps of the events in a file of these bytes, and the error that ended it, if any."""
    path = tmp_path / "file"
    path.write_bytes(data)
    steps = []
    try:
        for event in summary_iterator(str(path)):
            steps.append(event.step)
    except errors.DataLossError as error:
        return steps, str(error)
    return steps, None


def test_a_file_of_tensorflow(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(TENSORFLOW_FILE)
    version, loss, log = summary_iterator(path)
    assert version.file_version == "brain.Event:2"
    assert (loss.step, loss.summary) == (3, scalar("loss", 0.5))
    assert (log.step, log.session_log.status) == (4, summary.SessionLog.STOP)


@pytest.mark.parametrize(
    "size, steps, error",
    [
        (0, [], None),
        (5, [], None),
        (RECORD_STARTS[2], [0, 3], None),
        (RECORD_STARTS[2] + 11, [0, 3], None),
        (RECORD_STARTS[2] + 12, [0, 3], "truncated record at 82"),
        (RECORD_STARTS[2] + 20, [0, 3], "truncated record at 82"),
        (len(TENSORFLOW_FILE) - 1, [0, 3], "truncated record at 82"),
        (len(TENSORFLOW_FILE), [0, 3, 4], None),
    ],
)
def test_truncated_files(tmp_path, size, steps, error):
    assert read(tmp_path, TENSORFLOW_FILE[:size]) == (steps, error)


@pytest.mark.parametrize(
    "position, error",
    [
        (RECORD_STARTS[1], "corrupted record at 40"),
        (RECORD_STARTS[1] + 9, "corrupted record at 40"),
        (RECORD_STARTS[1] + 13, "corrupted record at 52"),
        (RECORD_STARTS[2] - 1, "corrupted record at 52"),
    ],
    ids=["length", "checksum of the length", "data", "checksum of the data"],
)
def test_damaged_files(tmp_path, position, error):
    data = bytearray(TENSORFLOW_FILE)
    data[position] ^= 1
    assert read(tmp_path, bytes(data)) == ([0], error)


def test_files_that_cannot_be_opened(tmp_path):
    with pytest.raises(errors.NotFoundError, match="absent; No such file or directory"):
        list(summary_iterator(os.path.join(tmp_path, "absent")))
    with pytest.raises(errors.FailedPreconditionError, match="; Is a directory"):
        list(summary_iterator(str(tmp_path)))
