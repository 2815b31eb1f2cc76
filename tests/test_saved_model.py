"""tf.saved_model: builder, loader, signatures, assets, and files that cannot be read."""

import os

import numpy as np
import pytest
from checkpoint_samples import MESSAGES
from google.protobuf.message import DecodeError
from record_checkpoints import GOLDEN

import minitf as tf
from minitf.framework import protos


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty current directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def session(folder):
    """A session with a placeholder x, a variable w and a tensor y = x * w."""
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None], name="x")
        w = tf.get_variable("w", initializer=3.0)
        tf.multiply(x, w, name="y")
        session.run(tf.global_variables_initializer())
        yield session


def _tensors(session):
    return [session.graph.get_tensor_by_name(name) for name in ("x:0", "y:0")]


def _save(session, path="saved", **options):
    x, y = _tensors(session)
    tf.saved_model.simple_save(session, path, {"x": x}, {"y": y}, **options)


def _load(tags=("serve",), path="saved", **options):
    session = tf.Session(graph=tf.Graph())
    return session, tf.saved_model.load(session, list(tags), path, **options)


@pytest.mark.parametrize("scope", [None, "scope"])
def test_saved_and_loaded(session, scope):
    _save(session)
    loaded, message = _load(import_scope=scope)
    signature = message.signature_def[tf.saved_model.DEFAULT_SERVING_SIGNATURE_DEF_KEY]
    assert tf.saved_model.is_valid_signature(signature)
    x, y = (tf.saved_model.get_tensor_from_tensor_info(info, loaded.graph, scope)
            for info in (signature.inputs["x"], signature.outputs["y"]))
    np.testing.assert_array_equal(loaded.run(y, {x: [1, 2]}), [3, 6])
    assert x.name == f"{scope}/x:0" if scope else "x:0"


def test_several_meta_graphs(session):
    builder = tf.saved_model.Builder("saved")
    builder.add_meta_graph_and_variables(session, ["train", "gpu"])
    with tf.Graph().as_default():
        tf.get_variable("w", initializer=0.0)
        builder.add_meta_graph([tf.saved_model.tag_constants.SERVING], strip_default_attrs=True)
    assert builder.save() == b"saved/saved_model.pb"
    assert builder.save(as_text=True) == b"saved/saved_model.pbtxt"
    assert _load()[0].run("w:0") == 3
    assert _load(["gpu", "train"])[0].run("y:0", {"x:0": [2]}) == [6]
    os.remove("saved/saved_model.pb")
    assert _load()[0].run("w:0") == 3


@pytest.mark.parametrize("tags", [["train"], [], ["serve", "gpu"]])
def test_other_tags(session, tags):
    _save(session)
    with pytest.raises(RuntimeError, match=r"(?s)could not be found in SavedModel.*{'serve'}"):
        _load(tags)


def test_main_op_runs(session):
    local = tf.get_local_variable("local", initializer=5)
    session.run(local.initializer)
    builder = tf.saved_model.builder.SavedModelBuilder("saved")
    builder.add_meta_graph_and_variables(session, ["serve"],
                                         main_op=tf.saved_model.main_op.main_op())
    builder.save()
    loaded, _ = _load()
    assert loaded.run("local:0") == 5
    with pytest.raises(ValueError, match="already contains one or more main ops"):
        builder.add_meta_graph(["again"], main_op=tf.no_op())
    with pytest.raises(TypeError, match="main_op needs to be an Operation"):
        builder.add_meta_graph(["again"], main_op="init")


def test_assets(session):
    for path, text in (("a/words", "one"), ("b/words", "two"), ("c/words", "one")):
        os.makedirs(os.path.dirname(path))
        with open(path, "w") as stream:
            stream.write(text)
    paths = [tf.constant(path) for path in ("a/words", "b/words", "a/words", "c/words")]
    for path in paths:
        tf.add_to_collection(tf.GraphKeys.ASSET_FILEPATHS, path)
    held = tf.get_local_variable("held", initializer=tf.constant(["", "", "", ""]))
    _save(session, legacy_init_op=tf.assign(held, paths).op)
    assert sorted(os.listdir("saved/assets")) == ["words", "words_1"]
    loaded, _ = _load()
    got = [os.path.relpath(path.decode(), "saved") for path in loaded.run("held:0")]
    assert got == ["assets/words", "assets/words_1", "assets/words", "assets/words"]


@pytest.mark.parametrize("make, error, message", [
    (lambda: "a", TypeError, "must be a Tensor"),
    (lambda: tf.identity("a"), TypeError, "must be of type constant"),
    (lambda: tf.constant(1), TypeError, "must be of dtype string"),
    (lambda: tf.constant(["a", "b"]), TypeError, "must be a scalar"),
    (lambda: tf.constant(""), ValueError, "Invalid asset filepath tensor")])
def test_what_is_no_asset(session, make, error, message):
    builder = tf.saved_model.Builder("saved")
    with pytest.raises(error, match=message):
        builder.add_meta_graph_and_variables(session, ["serve"], assets_collection=[make()])


def test_the_order_of_the_builder(session):
    builder = tf.saved_model.Builder("saved")
    with pytest.raises(AssertionError, match="has not been saved yet"):
        builder.add_meta_graph(["serve"])
    builder.add_meta_graph_and_variables(session, ["serve"])
    with pytest.raises(AssertionError, match="has already been saved"):
        builder.add_meta_graph_and_variables(session, ["train"])
    with pytest.raises(AssertionError, match="already exists, and isn't empty"):
        tf.saved_model.Builder("saved")


# ---- signatures ----


def _info(dtype=1, **fields):
    return protos.TensorInfo(**{"name": "t:0", "dtype": dtype, **fields})


@pytest.mark.parametrize("signatures, error, message", [
    ({"a": {"inputs": {"x": protos.TensorInfo(dtype=1)}}}, AssertionError, "'encoding' fields"),
    ({"a": {"outputs": {"x": _info(0)}}}, AssertionError, "the dtype field set"),
    ({"__saved_model_init_op": {}}, KeyError, "reserved for initialization"),
    ({"__saved_model_train_op": {}}, KeyError, "reserved for the train op")])
def test_signatures_that_cannot_be(session, signatures, error, message):
    made = {name: tf.saved_model.build_signature_def(**parts)
            for name, parts in signatures.items()}
    with pytest.raises(error, match=message):
        tf.saved_model.Builder("saved").add_meta_graph_and_variables(session, ["serve"], made)


def test_tensor_infos():
    with tf.Graph().as_default():
        dense = tf.placeholder(tf.int32, [None, 2])
        sparse = tf.sparse_placeholder(tf.string)
        for tensor in (dense, sparse):
            info = tf.saved_model.utils.build_tensor_info(tensor)
            again = tf.saved_model.utils.get_tensor_from_tensor_info(info)
            assert tf.saved_model.build_tensor_info(again) == info
        assert info.coo_sparse.values_tensor_name == sparse.values.name
        with pytest.raises(ValueError, match="Invalid TensorInfo.encoding: None"):
            tf.saved_model.get_tensor_from_tensor_info(protos.TensorInfo())


def test_kinds_of_signatures():
    with tf.Graph().as_default():
        text, number = tf.placeholder(tf.string, name="t"), tf.placeholder(tf.float32, name="n")
        made = tf.saved_model
        signatures = [
            made.regression_signature_def(text, number),
            made.classification_signature_def(text, text, None),
            made.classification_signature_def(text, text, number),
            made.predict_signature_def({"a": number}, {"b": number})]
        assert all(map(made.is_valid_signature, signatures))
        assert [signature.method_name for signature in signatures] == [
            "tensorflow/serving/regress", "tensorflow/serving/classify",
            "tensorflow/serving/classify", "tensorflow/serving/predict"]
        signatures[0].inputs["more"].CopyFrom(signatures[0].inputs["inputs"])
        signatures[1].outputs["classes"].dtype = 1
        signatures[2].outputs["other"].dtype = 1
        del signatures[3].outputs["b"]
        assert not any(map(made.is_valid_signature, [*signatures, None]))


@pytest.mark.parametrize("make, message", [
    (lambda m, t, n: m.regression_signature_def(None, n), "Regression examples cannot be None"),
    (lambda m, t, n: m.regression_signature_def("x", n), "examples must be a string Tensor"),
    (lambda m, t, n: m.regression_signature_def(n, n), "examples must be a string Tensor"),
    (lambda m, t, n: m.regression_signature_def(t, None), "predictions cannot be None"),
    (lambda m, t, n: m.regression_signature_def(t, t), "output must be a float Tensor"),
    (lambda m, t, n: m.classification_signature_def(t, None, None), "cannot both be None"),
    (lambda m, t, n: m.classification_signature_def(t, n, n), "classes must be a string Tensor"),
    (lambda m, t, n: m.classification_signature_def(t, t, t), "scores must be a float Tensor"),
    (lambda m, t, n: m.predict_signature_def({}, {"a": n}), "inputs cannot be None or empty"),
    (lambda m, t, n: m.predict_signature_def({"a": n}, None), "outputs cannot be None or empty")])
def test_tensors_of_the_wrong_type(make, message):
    with tf.Graph().as_default(), pytest.raises(ValueError, match=message):
        make(tf.saved_model, tf.placeholder(tf.string), tf.placeholder(tf.float32))


# ---- files ----


def test_whether_there_is_a_saved_model(session):
    _save(session)
    assert tf.saved_model.maybe_saved_model_directory("saved")
    assert tf.saved_model.contains_saved_model("saved")
    assert not tf.saved_model.loader.maybe_saved_model_directory(".")
    with pytest.raises(OSError, match="SavedModel file does not exist at: none/"):
        _load(path="none")


@pytest.mark.parametrize("name, content", [
    ("saved_model.pb", b"\xff\xff\xff"), ("saved_model.pbtxt", b"nothing {"),
    ("saved_model.pbtxt", b"\xff")])
def test_files_that_are_no_saved_models(folder, name, content):
    (folder / name).write_bytes(content)
    with pytest.raises(OSError, match="Cannot parse file"):
        _load(path=".")


def test_damaged_messages(folder):
    """Damage in a MetaGraph or a SavedModel: an error that names the cause, or none at all."""
    random = np.random.RandomState(0)
    for name in MESSAGES:
        with open(os.path.join(GOLDEN, name), "rb") as file:
            whole = file.read()
        for _ in range(60):
            data = bytearray(whole)
            at = random.randint(len(data))
            if random.randint(2):
                del data[at:]
            else:
                data[at] ^= 1 << random.randint(8)
            _read_message(folder, name, bytes(data))


def _read_message(folder, name, data):
    path = folder / os.path.basename(name)
    path.write_bytes(data)
    with tf.Graph().as_default(), tf.Session() as session:
        try:
            if name.endswith(".meta"):
                tf.train.import_meta_graph(str(path))
            else:
                tf.saved_model.load(session, ["serve"], str(folder))
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, DecodeError,
                tf.errors.OpError) as error:
            assert str(error)
