"""TFRecord files: what is written is read; damaged files are refused."""

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minitf as tf
from minitf.framework.crc32c import masked_crc32c

RECORDS = [b"", b"one", bytes(range(256)) * 50]
OPTIONS = [None, "GZIP", "ZLIB", tf.python_io.TFRecordOptions("GZIP", compression_level=1),
           tf.python_io.TFRecordOptions(tf.python_io.TFRecordCompressionType.ZLIB)]


def write(path, records=RECORDS, options=None):
    with tf.python_io.TFRecordWriter(str(path), options) as writer:
        for record in records:
            writer.write(record)
    return str(path)


def read(path, options=None):
    return list(tf.python_io.tf_record_iterator(str(path), options))


@pytest.mark.parametrize("options", OPTIONS)
def test_round_trip(tmp_path, options):
    assert read(write(tmp_path / "r", options=options), options) == RECORDS


def test_a_path_object(tmp_path):
    with tf.io.TFRecordWriter(tmp_path / "r") as writer:
        writer.write(b"x")
    assert list(tf.io.tf_record_iterator(tmp_path / "r")) == [b"x"]


@pytest.mark.parametrize("options", [None, "GZIP"])
def test_what_is_flushed_can_be_read(tmp_path, options):
    writer = tf.python_io.TFRecordWriter(str(tmp_path / "r"), options)
    writer.write(b"first")
    writer.flush()
    assert read(tmp_path / "r", options) == [b"first"]
    writer.close()
    writer.close()
    for use in (lambda: writer.write(b"x"), writer.flush):
        with pytest.raises(tf.errors.FailedPreconditionError, match="previously closed"):
            use()


def test_two_compressed_files_in_one(tmp_path):
    data = open(write(tmp_path / "r", options="GZIP"), "rb").read()
    (tmp_path / "twice").write_bytes(data * 2)
    assert read(tmp_path / "twice", "GZIP") == RECORDS * 2


def test_errors(tmp_path):
    with pytest.raises(tf.errors.NotFoundError, match="No such file"):
        read(tmp_path / "none")
    with pytest.raises(tf.errors.FailedPreconditionError, match="Is a directory"):
        read(tmp_path)
    with pytest.raises(tf.errors.NotFoundError):
        tf.python_io.TFRecordWriter(str(tmp_path / "none" / "r"))
    with pytest.raises(ValueError, match="Not a valid compression_type"):
        tf.python_io.TFRecordOptions("BZIP")
    with pytest.raises(TypeError, match="expected bytes, str found"):
        tf.python_io.TFRecordWriter(str(tmp_path / "r")).write("text")
    with pytest.raises(tf.errors.DataLossError, match="incorrect header check"):
        read(write(tmp_path / "r"), "GZIP")


def test_a_length_that_no_file_has(tmp_path):
    length = struct.pack("<Q", 1 << 60)
    (tmp_path / "r").write_bytes(length + struct.pack("<I", masked_crc32c(length)) + b"data")
    with pytest.raises(tf.errors.DataLossError, match="truncated record at 0"):
        read(tmp_path / "r")


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from([None, "ZLIB"]))
def test_damaged_files(tmp_path_factory, data, options):
    folder = tmp_path_factory.mktemp("damaged")
    records = [b"record %d" % i for i in range(5)]
    content = bytearray(open(write(folder / "r", records, options), "rb").read())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    (folder / "r").write_bytes(content[:data.draw(st.integers(place, len(content)))])
    found = []
    try:
        for record in tf.python_io.tf_record_iterator(str(folder / "r"), options):
            found.append(record)
    except tf.errors.DataLossError:
        pass
    assert found == records[:len(found)]


def test_zlib_is_zlibs(tmp_path):
    data = open(write(tmp_path / "r"), "rb").read()
    (tmp_path / "z").write_bytes(zlib.compress(data))
    assert read(tmp_path / "z", "ZLIB") == RECORDS
