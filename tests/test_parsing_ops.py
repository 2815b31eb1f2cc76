"""Examples, serialized tensors, files, lookup tables, quantized numbers: without TensorFlow."""

import gzip
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minitf as tf
from minitf.contrib import lookup as contrib_lookup


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as own:
        yield own


def run(fetches, feeds=None, init=False):
    with tf.Session() as session:
        if init:
            session.run(tf.tables_initializer())
        return session.run(fetches, feeds)


def feature(values):
    if isinstance(values[0], bytes):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))
    if isinstance(values[0], float):
        return tf.train.Feature(float_list=tf.train.FloatList(value=values))
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def example(**values):
    features = tf.train.Features(feature={key: feature(values[key]) for key in values})
    return tf.train.Example(features=features).SerializeToString()


# ---- examples ----


def test_a_batch_of_examples():
    batch = [example(x=[1.5, 2.5], s=[b"a"], n=[1]), example(x=[3.5, 4.5], n=[2, 3])]
    parsed = run(tf.parse_example(batch, {
        "x": tf.FixedLenFeature([2], tf.float32), "s": tf.FixedLenFeature([], tf.string, "none"),
        "n": tf.VarLenFeature(tf.int64),
        "m": tf.FixedLenSequenceFeature([], tf.int64, allow_missing=True)}))
    np.testing.assert_array_equal(parsed["x"], [[1.5, 2.5], [3.5, 4.5]])
    assert parsed["s"].tolist() == [b"a", b"none"]
    assert parsed["n"].indices.tolist() == [[0, 0], [1, 0], [1, 1]]
    assert parsed["n"].values.tolist() == [1, 2, 3]
    assert parsed["m"].shape == (2, 0)


def test_sequences_are_padded():
    batch = [example(n=[1, 2, 3, 4]), example(n=[5, 6])]
    wanted = tf.FixedLenSequenceFeature([2], tf.int64, allow_missing=True, default_value=-1)
    parsed = run(tf.parse_example(batch, {"n": wanted}))["n"]
    assert parsed.tolist() == [[[1, 2], [3, 4]], [[5, 6], [-1, -1]]]


def test_places_and_values_make_a_sparse_tensor():
    one = example(place=[3, 1], value=[0.5, 1.5])
    parsed = run(tf.parse_single_example(one, {
        "x": tf.SparseFeature("place", "value", tf.float32, 5)}))["x"]
    assert parsed.indices.tolist() == [[1], [3]]
    assert parsed.values.tolist() == [1.5, 0.5]
    assert parsed.dense_shape.tolist() == [5]


@pytest.mark.parametrize("wanted, message", [
    (tf.FixedLenFeature([2], tf.float32), "Values size: 1 but output shape"),
    (tf.FixedLenFeature([], tf.int64), "Data type: float but expected type: int64"),
    (tf.VarLenFeature(tf.string), "Expected type: string, Actual type: float")])
def test_other_values_are_refused(wanted, message):
    parsed = tf.parse_example([example(x=[1.5])], {"x": wanted})
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        run(parsed)


def test_a_missing_feature_is_named():
    parsed = tf.parse_example([example(x=[1.5])], {"y": tf.FixedLenFeature([], tf.int64)},
                              example_names=["first"])
    with pytest.raises(tf.errors.InvalidArgumentError, match="Name: first, Feature: y"):
        run(parsed)


def test_training_from_serialized_examples():
    rng = np.random.RandomState(0)
    rows = rng.uniform(-1, 1, (64, 2))
    batch = [example(x=row.tolist(), y=[float(row @ [2.0, -1.0] + 0.5)]) for row in rows]
    parsed = tf.parse_example(batch, {"x": tf.FixedLenFeature([2], tf.float32),
                                      "y": tf.FixedLenFeature([1], tf.float32)})
    weights, bias = tf.Variable(tf.zeros([2, 1])), tf.Variable(tf.zeros([1]))
    loss = tf.reduce_mean(tf.square(tf.matmul(parsed["x"], weights) + bias - parsed["y"]))
    train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(80):
            session.run(train)
        np.testing.assert_allclose(session.run(weights).ravel(), [2, -1], atol=1e-2)


# ---- tensors as strings ----


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(["float32", "int64", "bool", "complex64", "uint8"]),
       st.lists(st.integers(0, 3), max_size=3))
def test_tensors_come_back(dtype, shape):
    array = (np.arange(np.prod(shape, dtype=int)) % 2).reshape(shape).astype(dtype)
    with tf.Graph().as_default():
        back = run(tf.parse_tensor(tf.serialize_tensor(array), array.dtype))
    np.testing.assert_array_equal(back, array)
    assert back.dtype == array.dtype


@pytest.mark.parametrize("values", [[1.5, 2.5], ["a", "b" * 300], [True, False]])
def test_sparse_rows_come_back(values):
    x = tf.SparseTensor([[0, 1], [2, 0]], values, [3, 4])
    back = run([x, tf.deserialize_many_sparse(tf.serialize_many_sparse(x), x.dtype)])
    for original, copy in zip(*back):
        np.testing.assert_array_equal(original, copy)


@pytest.mark.parametrize("data", [b"\xff\xff", b"\x08\x07\x12\x04\x12\x02\x08\x02\"\x02\x09a",
                                  b"\x08\x01\x12\x04\x12\x02\x08\x05\"\x01a"])
def test_damaged_tensors_are_refused(data):
    with pytest.raises(tf.errors.InvalidArgumentError):
        run(tf.deserialize_many_sparse([[data, data, data]], tf.string))


# ---- files ----


def test_files_are_written_found_and_read(tmp_path):
    target = str(tmp_path / "new" / "a.txt")
    run(tf.write_file(target, "text"))
    found = run(tf.matching_files(str(tmp_path / "n?w" / "*.txt")))
    assert found.tolist() == [target.encode()]
    assert run(tf.read_file(target)) == b"text"
    with pytest.raises(tf.errors.NotFoundError, match="none; No such file"):
        run(tf.read_file(str(tmp_path / "none")))
    with pytest.raises(tf.errors.FailedPreconditionError, match="Is a directory"):
        run(tf.read_file(str(tmp_path)))


def test_compressed_bytes():
    packed = [gzip.compress(b"hello"), gzip.compress(b"")]
    assert run(tf.decode_compressed(packed, "GZIP")).tolist() == [b"hello", b""]
    with pytest.raises(tf.errors.DataLossError, match="inflate"):
        run(tf.decode_compressed(["hello"], "ZLIB"))


def test_json_examples():
    json = '{"features": {"feature": {"a": {"int64List": {"value": [1, 2]}}}}}'
    parsed = tf.parse_single_example(tf.decode_json_example(json),
                                     {"a": tf.FixedLenFeature([2], tf.int64)})
    assert run(parsed)["a"].tolist() == [1, 2]
    with pytest.raises(tf.errors.InvalidArgumentError, match="JSON"):
        run(tf.decode_json_example("{"))


# ---- lookup tables ----


def table_of(keys, values, default):
    return tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, values), default)


def test_a_table_keeps_the_shape_of_what_it_is_asked():
    table = table_of(["a", "b"], [1, 2], -1)
    assert run(table.lookup(tf.constant([["b", "z"], ["a", "a"]])), init=True).tolist() == [
        [2, -1], [1, 1]]


def test_a_table_must_be_filled():
    table = table_of(["a"], [1], -1)
    with pytest.raises(tf.errors.FailedPreconditionError, match="Table not initialized"):
        run(table.lookup(tf.constant(["a"])))


def test_sessions_share_no_table():
    table = table_of(["a"], [1], -1)
    with tf.Session() as first, tf.Session() as second:
        first.run(tf.tables_initializer())
        assert [first.run(table.size()), second.run(table.size())] == [1, 0]


def test_a_vocabulary_from_a_file(tmp_path):
    path = str(tmp_path / "words.txt")
    with open(path, "w") as stream:
        stream.write("the\ncat\nsat\n")
    to_ids = contrib_lookup.index_table_from_file(path, num_oov_buckets=2)
    to_words = contrib_lookup.index_to_string_table_from_file(path, default_value="?")
    ids = to_ids.lookup(tf.constant(["sat", "the", "dog"]))
    words = to_words.lookup(ids)
    ids, words = run([ids, words], init=True)
    assert ids[:2].tolist() == [2, 0]
    assert ids[2] in (3, 4)
    assert words.tolist() == [b"sat", b"the", b"?"]


@pytest.mark.parametrize("content, error, message", [
    (None, tf.errors.NotFoundError, "No such file"), ("", tf.errors.OutOfRangeError, "less bytes"),
    ("a\n\nb\n", tf.errors.InvalidArgumentError, "empty line"),
    ("a\na\n", tf.errors.FailedPreconditionError, "different value for same key")])
def test_bad_vocabularies(tmp_path, content, error, message):
    path = str(tmp_path / "words.txt")
    if content is not None:
        with open(path, "w") as stream:
            stream.write(content)
    contrib_lookup.index_table_from_file(path)
    with pytest.raises(error, match=message):
        run([], init=True)


def test_a_mutable_table_is_saved_and_restored(tmp_path):
    table = contrib_lookup.MutableHashTable(tf.string, tf.int64, -1)
    insert = table.insert(["a", "b"], tf.constant([1, 2], tf.int64))
    asked = table.lookup(["b", "c"])
    saver = tf.train.Saver()
    with tf.Session() as session:
        session.run(insert)
        path = saver.save(session, os.path.join(str(tmp_path), "model"))
    with tf.Session() as session:
        assert session.run(asked).tolist() == [-1, -1]
        saver.restore(session, path)
        assert session.run(asked).tolist() == [2, -1]


# ---- quantized numbers ----


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["MIN_COMBINED", "MIN_FIRST", "SCALED"]), st.booleans(),
       st.lists(st.floats(-2, 2, width=32), min_size=1, max_size=8))
def test_quantized_floats_come_back_nearly(mode, signed, values):
    dtype = tf.qint16 if signed or mode == "SCALED" else tf.quint16
    with tf.Graph().as_default():
        x = tf.constant(values, tf.float32)
        quantized, low, high = tf.quantize(x, -2.0, 2.0, dtype, mode=mode)
        back = run(tf.dequantize(quantized, low, high, mode=mode))
    np.testing.assert_allclose(back, values, atol=2e-4)


def test_sessions_return_the_integers_of_quantized_tensors():
    quantized = run(tf.quantize([0.0, 1.0, 2.0], 0.0, 2.0, tf.quint8)).output
    assert quantized.dtype == np.uint8
    assert quantized.tolist() == [0, 128, 255]
