"""Checkpoints and a SavedModel that TensorFlow and minitf write and read alike.

``write(tf, folder)`` makes them, ``read(tf, folder)`` tells what is in them. Runs on TensorFlow
1.15's Python too.
"""

import os
import uuid
from unittest import mock

import numpy as np

# Files whose bytes must be TensorFlow's; the others hold maps, whose order is open.
EXACT = [
    "checkpoint", "model-7.index", "model-7.data-00000-of-00001", "sharded.index",
    "sharded.data-00000-of-00002", "sharded.data-00001-of-00002", "old", "olds-00000-of-00002",
    "olds-00001-of-00002", "saved/variables/variables.index",
    "saved/variables/variables.data-00000-of-00001", "saved/assets/words.txt",
]
MESSAGES = ["model-7.meta", "saved/saved_model.pb"]

TENSORS = {
    "float": np.float32([[1.5, -2, 3e10], [0, 1e-30, -0.0]]),
    "double": np.float64(np.pi),
    "half": np.float16([1, 2, 65504]),
    "int64": np.int64([-1, 0, 2 ** 62]),
    "int8": np.int8([-128, 127]),
    "uint8": np.uint8([[255]]),
    "bool": np.array([True, False, True]),
    "complex": np.complex64([1 + 2j, -3j]),
    "empty": np.zeros([0, 3], np.float32),
    "text": np.array([[b"", b"one"], [b"\0\xff\n", b"x" * 300]], object),
    "layer/kernel": np.arange(6, dtype=np.int32).reshape(3, 2),
}


def _variables(tf):
    made = [tf.get_variable(name, initializer=tf.constant(value))
            for name, value in TENSORS.items()]
    made.append(tf.get_variable("resource", initializer=tf.constant([2.5]), use_resource=True))
    whole = tf.reshape(tf.range(10.0), [5, 2])
    with tf.device("/cpu:1"):
        made.append(tf.get_variable(
            "cut", [5, 2], partitioner=tf.fixed_size_partitioner(2),
            initializer=lambda shape, dtype, partition_info: tf.slice(
                whole, partition_info.var_offset, shape)))
    return made


def _session(tf):
    return tf.Session(config=tf.ConfigProto(device_count={"CPU": 2}))


def write(tf, folder):
    """Writes all samples into an empty folder, which becomes the current directory meanwhile."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        with mock.patch.object(uuid, "uuid4", return_value=mock.Mock(hex="0" * 32)):
            _write_checkpoints(tf)
            _write_saved_model(tf)
    finally:
        os.chdir(before)


def _write_checkpoints(tf):
    with tf.Graph().as_default():
        _variables(tf)
        savers = {"sharded": tf.train.Saver(sharded=True, name="s"),
                  "old": tf.train.Saver(write_version=tf.train.SaverDef.V1, name="o"),
                  "olds": tf.train.Saver(write_version=tf.train.SaverDef.V1, sharded=True,
                                         name="p")}
        saver = tf.train.Saver()
        with _session(tf) as session:
            session.run(tf.global_variables_initializer())
            for name, other in savers.items():
                other.save(session, name, write_meta_graph=False, write_state=False)
            saver.save(session, "model", global_step=7)


def _write_saved_model(tf):
    with open("words.txt", "w") as stream:
        stream.write("one\ntwo\n")
    with tf.Graph().as_default(), _session(tf) as session:
        x = tf.placeholder(tf.float32, [None, 2], name="x")
        w = tf.get_variable("w", initializer=tf.constant([[2.0], [3.0]]))
        words = tf.constant("words.txt", name="words")
        tf.add_to_collection(tf.GraphKeys.ASSET_FILEPATHS, words)
        path = tf.get_variable("path", initializer="", collections=["unsaved"])
        y = tf.matmul(x, w, name="y")
        session.run(tf.global_variables_initializer())
        tf.saved_model.simple_save(session, "saved", {"x": x}, {"y": y},
                                   legacy_init_op=tf.group(tf.assign(path, words)))


def read(tf, folder):
    """What the samples in a folder hold, as numbers, texts and lists."""
    found = {name: _tensors(tf, os.path.join(folder, name)) for name in ("model-7", "sharded")}
    found["old"] = _restored(tf, os.path.join(folder, "old"), ["float", "text", "cut", "resource"])
    found["olds"] = _restored(tf, os.path.join(folder, "olds-?????-of-00002"), ["int8", "cut"])
    found["model-7 restored"] = _restored(
        tf, os.path.join(folder, "model-7"), list(TENSORS) + ["cut", "resource"])
    found["meta"] = _imported(tf, os.path.join(folder, "model-7"))
    found["saved"] = _loaded(tf, os.path.join(folder, "saved"))
    return found


def _plain(value):
    value = np.asarray(value)
    return [str(value.dtype), list(value.shape), [repr(x) for x in value.ravel().tolist()]]


def _tensors(tf, path):
    reader = tf.train.NewCheckpointReader(path)
    return {name: [shape, reader.get_variable_to_dtype_map()[name].name,
                   _plain(reader.get_tensor(name))]
            for name, shape in tf.train.list_variables(path)}


def _restored(tf, path, names):
    with tf.Graph().as_default(), _session(tf) as session:
        variables = {v.op.name: v for v in _variables(tf)[:-1]}
        variables["cut"] = tf.get_variable("part", [2, 2])
        variables["cut"]._set_save_slice_info(
            tf.Variable.SaveSliceInfo("cut", [5, 2], [2, 0], [2, 2]))
        saver = tf.train.Saver({name: [variables[name]] if name == "cut" else variables[name]
                                for name in names})
        saver.restore(session, path)
        return {name: _plain(session.run(variables[name])) for name in names}


def _imported(tf, path):
    with tf.Graph().as_default() as graph, _session(tf) as session:
        tf.train.import_meta_graph(path + ".meta", clear_devices=True).restore(session, path)
        return [[v.name, _plain(session.run(v))] for v in tf.global_variables()] + [
            sorted(graph.get_all_collection_keys())]


def _loaded(tf, path):
    with tf.Session(graph=tf.Graph()) as session:
        message = tf.saved_model.loader.load(session, [tf.saved_model.tag_constants.SERVING], path)
        signature = message.signature_def["serving_default"]
        y = session.run(signature.outputs["y"].name,
                        {signature.inputs["x"].name: [[1.0, 10.0], [0.5, 0.0]]})
        asset = session.run("path:0").decode()
        return [_plain(y), os.path.relpath(asset, path), signature.method_name]
