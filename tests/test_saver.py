"""tf.train.Saver and its files: names, numbers, deletion, messages, interrupted saves."""

import os
import time

import numpy as np
import pytest

import minitf as tf
from minitf.framework import files, protos


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty current directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def session(folder):
    """A session with variables v = [1, 2] and w = 3."""
    with tf.Graph().as_default(), tf.Session() as session:
        tf.get_variable("v", initializer=[1.0, 2.0])
        tf.get_variable("w", initializer=3)
        session.run(tf.global_variables_initializer())
        yield session


def _state(path="checkpoint"):
    with open(path) as stream:
        return stream.read()


def _names(folder, ending):
    return sorted(name for name in os.listdir(folder) if name.endswith(ending))


# ---- which checkpoints there are ----


def test_old_checkpoints_are_deleted(session):
    saver = tf.train.Saver(max_to_keep=2)
    paths = [saver.save(session, "model", global_step=step) for step in range(4)]
    assert paths == ["model-0", "model-1", "model-2", "model-3"]
    assert saver.last_checkpoints == paths[2:]
    assert sorted(os.listdir()) == ["checkpoint"] + [
        f"model-{step}.{ending}" for step in (2, 3)
        for ending in ("data-00000-of-00001", "index", "meta")]
    assert _state() == ('model_checkpoint_path: "model-3"\n'
                        'all_model_checkpoint_paths: "model-2"\n'
                        'all_model_checkpoint_paths: "model-3"\n')


@pytest.mark.parametrize("keep", [None, 0])
def test_all_checkpoints_are_kept(session, keep):
    saver = tf.train.Saver(max_to_keep=keep)
    for step in range(7):
        saver.save(session, "model", global_step=step, write_meta_graph=False)
    assert len(_names(".", ".index")) == 7
    assert saver.last_checkpoints == []
    assert _state().count("model-6") == 2


def test_one_checkpoint_in_an_hour_stays(session):
    saver = tf.train.Saver(max_to_keep=1, keep_checkpoint_every_n_hours=0.01 / 3600)
    saver.save(session, "model", global_step=0, write_meta_graph=False)
    for step in range(1, 5):
        time.sleep(0.02)
        saver.save(session, "model", global_step=step, write_meta_graph=False)
    assert len(_names(".", ".index")) > 2


def test_the_same_name_again(session):
    saver = tf.train.Saver(max_to_keep=2)
    for step in (1, 2, 1):
        saver.save(session, "model", global_step=step, write_meta_graph=False)
    assert saver.last_checkpoints == ["model-2", "model-1"]
    assert len(_names(".", ".index")) == 2


def test_recovered_checkpoints_are_deleted_in_turn(session):
    first = tf.train.Saver()
    for step in range(3):
        first.save(session, "model", global_step=step, write_meta_graph=False)
    saver = tf.train.Saver(max_to_keep=3)
    state = tf.train.get_checkpoint_state(".")
    saver.recover_last_checkpoints([*state.all_model_checkpoint_paths, "none"])
    assert saver.last_checkpoints == ["./model-0", "./model-1", "./model-2"]
    saver.save(session, "model", global_step=3, write_meta_graph=False)
    assert _names(".", ".index") == ["model-1.index", "model-2.index", "model-3.index"]


@pytest.mark.parametrize("options, step, path", [
    ({"pad_step_number": True}, 12, "model-00000012"), ({}, np.int64(5), "model-5"),
    ({}, -1, "model--1"), ({}, None, "model")])
def test_names(session, options, step, path):
    assert tf.train.Saver(**options).save(session, "model", global_step=step) == path
    assert os.path.exists(path + ".meta")


def test_step_from_a_tensor(session):
    step = tf.train.get_or_create_global_step()
    session.run(tf.assign(step, 42))
    saver = tf.train.Saver()
    assert saver.save(session, "model", global_step=step) == "model-42"


@pytest.mark.parametrize("relative", [False, True])
def test_paths_in_the_state(session, folder, relative):
    saver = tf.train.Saver(save_relative_paths=relative)
    saver.save(session, str(folder / "sub" / "model"))
    expected = "model" if relative else f"{folder}/sub/model"
    assert f'model_checkpoint_path: "{expected}"' in _state("sub/checkpoint")
    assert tf.train.latest_checkpoint(str(folder / "sub")) == str(folder / "sub" / "model")


@pytest.mark.parametrize("text, latest", [
    ('model_checkpoint_path: "gone"', None), ("nonsense", None), ("\xff", None), (None, None)])
def test_no_latest_checkpoint(folder, text, latest):
    if text is not None:
        (folder / "checkpoint").write_bytes(text.encode("latin1"))
    assert tf.train.latest_checkpoint(".") is latest


def test_state_without_a_checkpoint(folder):
    (folder / "checkpoint").write_text("")
    with pytest.raises(ValueError, match="Invalid checkpoint state loaded from ."):
        tf.train.latest_checkpoint(".")


def test_other_names_of_files(session):
    tf.train.Saver().save(session, "model", latest_filename="latest", meta_graph_suffix="graph")
    assert os.path.exists("model.graph")
    assert tf.train.latest_checkpoint(".", "latest") == "./model"
    assert tf.train.latest_checkpoint(".") is None


def test_times_of_the_state(folder):
    tf.train.update_checkpoint_state(".", "b", ["a", "b"],
                                     all_model_checkpoint_timestamps=[1.5, 2.0],
                                     last_preserved_timestamp=0.5)
    state = protos.CheckpointState(
        model_checkpoint_path="./b", all_model_checkpoint_paths=["./a", "./b"],
        all_model_checkpoint_timestamps=[1.5, 2.0], last_preserved_timestamp=0.5)
    assert tf.train.get_checkpoint_state(".") == state
    with pytest.raises(ValueError, match="timestamps, if provided, must match"):
        tf.train.update_checkpoint_state(".", "b", ["a", "b"],
                                         all_model_checkpoint_timestamps=[1.5])


def test_state_and_checkpoint_of_one_name(folder):
    with pytest.raises(RuntimeError, match="conflicts with path used for checkpoint state"):
        tf.train.update_checkpoint_state(str(folder), str(folder / "checkpoint"))


def test_times_and_removal(session):
    tf.train.Saver().save(session, "model")
    written, = tf.train.get_checkpoint_mtimes(["model", "none"])
    assert abs(time.time() - written) < 60
    assert tf.train.checkpoint_exists("model")
    tf.train.remove_checkpoint("model")
    assert not tf.train.checkpoint_exists("model")
    assert os.listdir() == ["checkpoint"]
    with pytest.raises(tf.errors.NotFoundError, match="none; No such file or directory"):
        tf.train.checkpoint_exists("none/model")


# ---- saving and restoring ----


def test_values_come_back(session):
    saver = tf.train.Saver()
    path = saver.save(session, "model")
    v, w = tf.global_variables()
    session.run([v.assign([8.0, 9.0]), w.assign(7)])
    saver.restore(session, path)
    np.testing.assert_array_equal(session.run(v), [1, 2])
    assert session.run(w) == 3


def test_path_objects(session, folder):
    saver = tf.train.Saver()
    saver.save(session, "model")
    saver.restore(session, folder / "model")


@pytest.mark.parametrize("change, error, message", [
    (lambda: tf.get_variable("new", [1]), tf.errors.NotFoundError, "Key new not found in"),
    (lambda: tf.get_variable("v", [3]), tf.errors.InvalidArgumentError,
     r"Assign requires shapes of both tensors to match. lhs shape= \[3\] rhs shape= \[2\]"),
    (lambda: tf.get_variable("v", [2], dtype=tf.float64), tf.errors.InvalidArgumentError,
     "tensor_name = v; expected dtype double does not equal original dtype float")])
def test_another_graph(session, change, error, message):
    tf.train.Saver().save(session, "model", write_meta_graph=False)
    with tf.Graph().as_default(), tf.Session() as other:
        change()
        with pytest.raises(error, match="(?s)Restoring from checkpoint failed.*" + message):
            tf.train.Saver().restore(other, "model")


@pytest.mark.parametrize("path, error, message", [
    (None, ValueError, "Can't load save_path when it is None."),
    ("none", ValueError, "The passed save_path is not a valid checkpoint: none"),
    ("none/none", tf.errors.NotFoundError, "none; No such file or directory")])
def test_restoring_from_nothing(session, path, error, message):
    with pytest.raises(error, match=message):
        tf.train.Saver().restore(session, path)


def test_damaged_checkpoint(session):
    saver = tf.train.Saver()
    saver.save(session, "model")
    with open("model.data-00000-of-00001", "r+b") as file:
        file.write(b"\xff")
    with pytest.raises(tf.errors.DataLossError, match="Checksum does not match"):
        saver.restore(session, "model")


@pytest.mark.parametrize("arguments, error, message", [
    ({"save_path": "a/b/c"}, ValueError, "Parent directory of a/b/c doesn't exist, can't save."),
    ({"save_path": "checkpoint"}, ValueError, "'latest_filename' collides with 'save_path'"),
    ({"save_path": "m", "latest_filename": "a/b"}, ValueError, "must not contain path components"),
    ({"save_path": "m", "sess": None}, TypeError, "'sess' must be a Session; None")])
def test_saving_that_cannot_be(session, arguments, error, message):
    with pytest.raises(error, match=message):
        tf.train.Saver().save(**{"sess": session, **arguments})
    assert os.listdir() == []


@pytest.mark.parametrize("arguments, error, message", [
    (lambda v: {"var_list": [v, v]}, ValueError, "At least two variables have the same name: v"),
    (lambda v: {"var_list": {"a": v, "b": v}}, ValueError, "restored with two names: b"),
    (lambda v: {"var_list": v}, TypeError, "should be passed in a dict or a list"),
    (lambda v: {"var_list": [v + 1]}, TypeError, "Variable to save is not a Variable"),
    (lambda v: {"var_list": {"a": v + 1}}, TypeError, "Not a variable"),
    (lambda v: {"var_list": {1: v}}, TypeError, "Name is not a string: 1"),
    (lambda v: {"var_list": [v], "defer_build": True}, ValueError, "build cannot be deferred"),
    (lambda v: {"saver_def": protos.SaverDef()}, ValueError, "must specify the save_tensor_name"),
    (lambda v: {"saver_def": 3}, ValueError, "saver_def must be a saver_pb2.SaverDef"),
    (lambda v: {"var_list": []}, ValueError, "No variables to save")])
def test_savers_that_cannot_be(session, arguments, error, message):
    with pytest.raises(error, match=message):
        tf.train.Saver(**arguments(tf.global_variables()[0]))


def test_nothing_to_save(folder):
    with tf.Graph().as_default(), tf.Session() as session:
        tf.constant(1)
        saver = tf.train.Saver(allow_empty=True)
        assert saver.save(session, "model") is None
        saver.restore(session, "model")
        assert os.listdir() == ["model.meta"]


def test_deferred_saver(session):
    saver = tf.train.Saver(defer_build=True)
    with pytest.raises(RuntimeError, match="should be called before save"):
        saver.save(session, "model")
    tf.get_variable("late", initializer=5.0).initializer.run()
    saver.build()
    saver.build()
    saver.save(session, "model")
    assert [name for name, _ in tf.train.list_variables("model")] == ["late", "v", "w"]


def test_saver_of_an_imported_graph(session):
    tf.train.Saver(max_to_keep=3).save(session, "model")
    with tf.Graph().as_default(), tf.Session() as other:
        saver = tf.train.import_meta_graph("model.meta", import_scope="again")
        saver.restore(other, "model")
        assert other.run("again/w:0") == 3
        assert saver.saver_def.max_to_keep == 3
        assert saver.save(other, "copy") == "copy"
    assert [name for name, _ in tf.train.list_variables("copy")] == ["v", "w"]


def test_scopes_of_protos(session):
    with tf.name_scope("scope"):
        saver = tf.train.Saver()
    message = saver.to_proto("scope")
    assert message.restore_op_name == "save/restore_all"
    assert saver.to_proto("other") is None
    assert tf.train.Saver.from_proto(message, "scope").as_saver_def() == saver.saver_def


def test_finalized_graph(session):
    saver = tf.train.Saver()
    session.graph.finalize()
    saver.restore(session, saver.save(session, "model"))


def test_saveable_objects_of_the_graph(session):
    from minitf.train.saveable import SaveableObject, SaveSpec

    v = tf.global_variables()[0]

    class Doubled(SaveableObject):
        def __init__(self):
            super().__init__(v, [SaveSpec(v * 2, "", "doubled")], "doubled")

        def restore(self, restored_tensors, restored_shapes):
            return tf.assign(v, restored_tensors[0] / 2)

    tf.add_to_collection(tf.GraphKeys.SAVEABLE_OBJECTS, Doubled())
    saver = tf.train.Saver(tf.get_collection(tf.GraphKeys.SAVEABLE_OBJECTS))
    saver.save(session, "model")
    np.testing.assert_array_equal(tf.train.load_variable("model", "doubled"), [2, 4])
    session.run(v.assign([0.0, 0.0]))
    saver.restore(session, "model")
    np.testing.assert_array_equal(session.run(v), [1, 2])


@pytest.mark.parametrize("step", ["data", "state", "meta"])
def test_an_interrupted_save_loses_nothing(session, monkeypatch, step):
    """Ctrl-C in the middle of a save: the checkpoint before is there, and is the latest."""
    saver = tf.train.Saver(max_to_keep=1)
    saver.save(session, "model", global_step=1)
    session.run(tf.global_variables()[1].assign(4))
    ending = {"data": "model-2.index", "state": "checkpoint", "meta": "model-2.meta"}[step]
    real = os.replace

    def replace(source, target):
        if str(target).endswith(ending):
            raise KeyboardInterrupt
        real(source, target)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(files.os, "replace", replace)
        saver.save(session, "model", global_step=2)
    latest = tf.train.latest_checkpoint(".")
    assert latest == ("./model-1" if step != "meta" else "./model-2")
    with tf.Graph().as_default(), tf.Session() as other:
        w = tf.get_variable("w", [], tf.int32)
        tf.train.Saver().restore(other, latest)
        assert other.run(w) == (3 if step != "meta" else 4)
    assert not [name for name in os.listdir() if "temp" in name or "tmp" in name]


# ---- looking into checkpoints ----


def test_reader(session):
    tf.train.Saver().save(session, "model")
    reader = tf.train.NewCheckpointReader("model")
    assert reader.get_variable_to_shape_map() == {"v": [2], "w": []}
    assert reader.get_variable_to_dtype_map() == {"v": tf.float32, "w": tf.int32}
    assert reader.has_tensor("v")
    assert not reader.has_tensor("x")
    assert reader.debug_string() == b"v (DT_FLOAT) [2]\nw (DT_INT32) []\n"
    assert tf.train.list_variables(".") == [("v", [2]), ("w", [])]
    assert tf.train.load_variable("model", "w:0") == 3
    with pytest.raises(tf.errors.NotFoundError, match="Key x not found in checkpoint"):
        tf.train.load_variable(".", "x")


def test_iterator(session):
    saver = tf.train.Saver()
    saver.save(session, "model", global_step=1)
    found = []
    for path in tf.train.checkpoints_iterator(".", timeout=0):
        found.append(path)
        if len(found) < 3:
            saver.save(session, "model", global_step=len(found) + 1)
    assert found == ["./model-1", "./model-2", "./model-3"]
    calls = []
    assert list(tf.train.checkpoints_iterator(
        "none", timeout=0, timeout_fn=lambda: calls.append(1) or len(calls) > 2)) == []
    assert len(calls) == 3


def test_object_based_checkpoint(session):
    """A checkpoint whose keys are those of tf.train.Checkpoint, in a Saver that goes by names."""
    graph = protos.TrackableObjectGraph()
    node = graph.nodes.add()
    for name in "vw":
        node.attributes.add(name="VARIABLE_VALUE", full_name=name, checkpoint_key=f"{name}/.KEY")
    v, w = tf.global_variables()
    message = tf.Variable(graph.SerializeToString(), name="message")
    session.run(message.initializer)
    tf.train.Saver({"v/.KEY": v, "w/.KEY": w, "_CHECKPOINTABLE_OBJECT_GRAPH": message}).save(
        session, "model")
    session.run(w.assign(0))
    saver = tf.train.Saver([v, w])
    saver.restore(session, "model")
    saver.restore(session, "model")
    assert session.run(w) == 3
    with pytest.raises(tf.errors.NotFoundError, match="variables not in the checkpoint: message"):
        tf.train.Saver().restore(session, "model")
