"""Checkpoint files: the formats, byte for byte, damaged files, and what TensorFlow wrote."""

import io
import json
import os
import shutil
import struct

import numpy as np
import pytest
from checkpoint_samples import EXACT, MESSAGES, read, write
from record_checkpoints import GOLDEN, golden_contents, read_live

import minitf as tf
from minitf.checkpoint import bundle, legacy, slices, table
from minitf.checkpoint.reader import CheckpointReader
from minitf.framework import dtypes, errors, files, protos
from minitf.framework.crc32c import crc32c, mask, masked_crc32c
from minitf.summary.reader import read_records

# ---- checksums ----


@pytest.mark.parametrize("data, expected", [
    (b"", 0), (b"123456789", 0xE3069283), (b"\0" * 32, 0x8A9136AA), (b"\xff" * 32, 0x62A8AB43),
    (bytes(range(32)), 0x46DD794E)])
def test_crc_of_rfc_3720(data, expected):
    assert crc32c(data) == expected


def _bit_by_bit(data):
    state = 0xFFFFFFFF
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = state >> 1 ^ 0x82F63B78 * (state & 1)
    return state ^ 0xFFFFFFFF


@pytest.mark.parametrize("size", [1023, 1024, 1025, 4099, 70001])
def test_crc_of_long_data(size):
    data = np.random.RandomState(size).bytes(size)
    assert crc32c(data) == _bit_by_bit(data)
    assert crc32c(data[size // 3:], crc32c(data[:size // 3])) == crc32c(data)
    assert crc32c(memoryview(np.frombuffer(data, np.uint8))) == crc32c(data)


def test_crc_of_several_chunks(monkeypatch):
    monkeypatch.setattr("minitf.framework.crc32c._CHUNK", 3000)
    data = np.random.RandomState(1).bytes(10000)
    assert crc32c(data) == _bit_by_bit(data)


# ---- tables ----


def _table(items):
    file = io.BytesIO()
    table.write_table(file, items)
    return file.getvalue()


def test_table_of_many_blocks():
    items = [(b"key%06d" % i, os.urandom(40)) for i in range(20000)]
    assert list(table.read_table(_table(items))) == items


@pytest.mark.parametrize("items", [[], [(b"", b"x")], [(b"", b""), (b"\xff\xff", b"y" * 300)]])
def test_small_tables(items):
    assert list(table.read_table(_table(items))) == items


@pytest.mark.parametrize("keys", [[b"b", b"a"], [b"a", b"a"]])
def test_keys_out_of_order(keys):
    with pytest.raises(errors.DataLossError, match="out of order"):
        list(table.read_table(_table([(key, b"") for key in keys])))


def test_keys_that_expand(monkeypatch):
    monkeypatch.setattr(table, "_RESTART_INTERVAL", 10 ** 6)
    data = _table([(b"k" * 2000 + b"%06d" % i, b"") for i in range(2000)])
    with pytest.raises(errors.DataLossError, match="too long for its size"):
        list(table.read_table(data))


def test_compressed_table():
    data = bytearray(_table([(b"a", b"b")]))
    end = _blocks(bytes(data))[1]
    data[end[0] + end[1]] = 1
    with pytest.raises(errors.UnimplementedError, match="Snappy"):
        list(table.read_table(_sealed(bytes(data))))


def _blocks(data):
    """(offset, size) of the index and of the blocks of a table."""
    index = table._index_handle(data)
    blocks = [index]
    for _, handle in table._block_entries(data[index[0]:index[0] + index[1]]):
        offset, position = table.read_varint(handle, 0)
        blocks.append((offset, table.read_varint(handle, position)[0]))
    return blocks


def _sealed(data):
    """A table of which each block is again what its checksum says: damage that was meant."""
    if not table.is_table(data):
        return data
    try:
        blocks = _blocks(data)
    except errors.DataLossError:
        return data
    result = bytearray(data)
    for offset, size in blocks:
        end = offset + size + 1
        if end + 4 <= len(data):
            result[end:end + 4] = struct.pack("<I", masked_crc32c(bytes(result[offset:end])))
    return bytes(result)


@pytest.mark.parametrize("value", [0, 1, 127, 128, 300, 2 ** 32, 2 ** 64 - 1])
def test_varints(value):
    data = table.varint(value)
    assert table.read_varint(data, 0) == (value, len(data))


@pytest.mark.parametrize("data", [b"", b"\x80", b"\xff" * 11, b"\xff" * 9 + b"\x02"])
def test_bad_varints(data):
    with pytest.raises(errors.DataLossError):
        table.read_varint(data, 0)


# ---- slices ----


def _numbers():
    around = [0, 1, 63, 64, 65, 8191, 8192, 2 ** 20, 2 ** 40, 2 ** 62, 2 ** 63 - 1]
    return sorted({sign * x + d for x in around for sign in (1, -1) for d in (0, -1)
                   if -2 ** 63 <= sign * x + d})


def test_keys_sort_as_what_they_encode():
    numbers = _numbers()
    assert sorted(numbers, key=slices._signed) == numbers
    names = [b"", b"\0", b"\0\0", b"\0\1", b"a", b"a\0", b"ab", b"\xff", b"\xff\xff"]
    assert sorted(names, key=slices._text) == names


def test_key_as_tensorflow_writes_it():
    part = slices.TensorSlice([(0, -1), (2, 64)])
    assert slices.key(b"v\0", part) == b"\0v\0\xff\0\x01\x01\x02\x80\x7f\x82\xc0\x40"


@pytest.mark.parametrize("text, shape, part_shape", [
    ("5 2 0,3:-", (5, 2), (3, 2)), ("4 1,2", (4,), (2,)), ("0 3 -:0,3", (0, 3), (0, 3))])
def test_slice_notation(text, shape, part_shape):
    assert slices.parse(text)[::2] == (shape, part_shape)
    assert str(slices.parse(text)[1]) == text.split(" ")[-1]


# ---- files of a bundle ----


def _tensor(name, array, part=""):
    array = np.asarray(array)
    return name.encode(), part, array, dtypes.as_dtype(array.dtype)


def test_slices_are_put_together(tmp_path):
    whole = np.arange(24.0).reshape(4, 6)
    parts = [("0,3:0,2", whole[:3, :2]), ("0,3:2,4", whole[:3, 2:]), ("3,1:-", whole[3:])]
    prefix = str(tmp_path / "a")
    bundle.write_bundle(prefix, [_tensor("v", part, "4 6 " + text) for text, part in parts])
    with bundle.BundleReader(prefix) as reader:
        np.testing.assert_array_equal(reader.read(b"v"), whole)
        np.testing.assert_array_equal(
            reader.read_slice(b"v", slices.TensorSlice([(1, 3), (1, 4)])), whole[1:4, 1:5])
    legacy.write_legacy(prefix, [_tensor("v", part, "4 6 " + text) for text, part in parts])
    np.testing.assert_array_equal(legacy.LegacyReader(prefix).read("v"), whole)


@pytest.mark.parametrize("array", [
    np.arange(12).reshape(3, 4).T, np.arange(10)[::-2], np.array(5.0), np.zeros((2, 0)),
    np.arange(5, dtype=">i4")])
def test_arrays_of_any_layout(tmp_path, array):
    prefix = str(tmp_path / "a")
    little = array.astype(array.dtype.newbyteorder("="))
    bundle.write_bundle(prefix, [_tensor("v", little)])
    got = CheckpointReader(prefix).get_tensor("v")
    np.testing.assert_array_equal(got, array)
    assert got.dtype == little.dtype


@pytest.mark.parametrize("tensors, message", [
    ([_tensor("a", 1), _tensor("a", 2)], "Adding duplicate key: a"),
    ([_tensor("a", [1, 2], "9 0,4")], "does not match the shape of the tensor to  save"),
    ([_tensor("a", [1, 2], "9 0,2"), _tensor("a", [1, 2])], "Adding duplicate key: a")])
def test_tensors_that_cannot_be_saved(tmp_path, tensors, message):
    with pytest.raises(errors.InvalidArgumentError, match=message):
        bundle.write_bundle(str(tmp_path / "a"), tensors)
    assert os.listdir(tmp_path) == []


def test_merged_bundles_may_not_share_a_tensor(tmp_path):
    for name in "ab":
        bundle.write_bundle(str(tmp_path / name), [_tensor("v", 1.0)])
    with pytest.raises(errors.InvalidArgumentError, match="Duplicate tensor keyed by v"):
        bundle.merge_bundles([str(tmp_path / "a"), str(tmp_path / "b")], str(tmp_path / "c"))
    assert CheckpointReader(str(tmp_path / "a")).get_tensor("v") == 1.0


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_a_write_that_fails_changes_nothing(tmp_path, error):
    path = tmp_path / "a"
    path.write_bytes(b"before")
    with pytest.raises(error), files.atomic_write(str(path)) as file:
        file.write(b"half")
        raise error
    assert os.listdir(tmp_path) == ["a"]
    assert path.read_bytes() == b"before"


def test_a_save_that_is_interrupted_leaves_the_earlier_checkpoint(tmp_path, monkeypatch):
    prefix = str(tmp_path / "a")
    bundle.write_bundle(prefix, [_tensor("v", 1.0)])
    monkeypatch.setattr(bundle, "write_table", lambda *args: _interrupt())
    with pytest.raises(KeyboardInterrupt):
        bundle.write_bundle(prefix, [_tensor("v", 2.0)])
    assert sorted(os.listdir(tmp_path)) == ["a.data-00000-of-00001", "a.index"]
    assert CheckpointReader(prefix).get_tensor("v") == 1.0


def _interrupt():
    raise KeyboardInterrupt


# ---- what TensorFlow wrote, and what it reads ----


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The samples, written by minitf."""
    folder = tmp_path_factory.mktemp("samples")
    write(tf, str(folder))
    return str(folder)


def _same(expected, got):
    assert json.dumps(got, sort_keys=True) == json.dumps(expected, sort_keys=True)


def test_tensorflows_files_are_read():
    _same(golden_contents(), read(tf, GOLDEN))


def test_our_files_are_read(written):
    _same(golden_contents(), read(tf, written))


@pytest.mark.parametrize("name", EXACT)
def test_our_files_are_tensorflows_byte_for_byte(written, name):
    got, expected = (_content(os.path.join(folder, name)) for folder in (written, GOLDEN))
    assert got == expected


def _content(path):
    with open(path, "rb") as file:
        return file.read()


@pytest.mark.parametrize("name", MESSAGES)
def test_our_messages_are_tensorflows(written, name):
    kind = protos.SavedModel if name.endswith(".pb") else protos.MetaGraphDef
    got, expected = (kind.FromString(_content(os.path.join(folder, name)))
                     for folder in (written, GOLDEN))
    assert str(got) == str(expected)


@pytest.mark.oracle
@pytest.mark.skipif(not os.environ.get("MINITF_ORACLE"),
                    reason="MINITF_ORACLE names no interpreter")
def test_tensorflow_reads_our_files(written):
    _same(golden_contents(), read_live(os.environ["MINITF_ORACLE"], written))


# ---- damaged and hostile files ----

# What may come of a damaged file. Some damage is in bytes that nobody looks at.
_EXPECTED = (errors.DataLossError, errors.NotFoundError, errors.InvalidArgumentError,
             errors.UnimplementedError)


def _mutate(data, random):
    """Bytes with some damage: a flip, a cut, a hole, a repetition, a number."""
    data = bytearray(data)
    at = random.randint(len(data))
    kind = random.randint(5)
    if kind == 0:
        data[at] ^= 1 << random.randint(8)
    elif kind == 1:
        del data[at:]
    elif kind == 2:
        data[at:at + random.randint(1, 20)] = b""
    elif kind == 3:
        data[at:at] = data[at:at + random.randint(1, 20)]
    else:
        data[at:at + 4] = random.bytes(4)
    return bytes(data)


def _read_everything(prefix):
    reader = CheckpointReader(prefix)
    for name in reader.get_variable_to_shape_map():
        reader.get_tensor(name)
    reader.debug_string()


def _check_mutated(folder, sample, seed, seal=lambda data: data):
    """Reads a copy of a sample with damage in one file: an error that says so, or nothing."""
    random = np.random.RandomState(seed)
    names = [name for name in os.listdir(GOLDEN)
             if name.startswith(sample) and not name.endswith(".meta")]
    for name in names:
        shutil.copy(os.path.join(GOLDEN, name), folder)
    target = os.path.join(folder, sorted(names)[random.randint(len(names))])
    with open(target, "rb+") as file:
        data = seal(_mutate(file.read(), random))
        file.seek(0)
        file.truncate()
        file.write(data)
    prefix = os.path.join(folder, sample)
    try:
        _read_everything(prefix + "-?????-of-00002" if sample == "olds" else prefix)
    except _EXPECTED as error:
        assert error.message
    finally:
        for name in names:
            os.remove(os.path.join(folder, name))


SAMPLES = ["model-7", "sharded", "old", "olds"]


@pytest.mark.parametrize("sample", SAMPLES)
def test_damaged_files(tmp_path, sample):
    for seed in range(100):
        _check_mutated(str(tmp_path), sample, seed)


@pytest.mark.parametrize("sample", SAMPLES)
def test_hostile_files(tmp_path, sample):
    """Damage behind which the checksums are right."""
    for seed in range(100):
        _check_mutated(str(tmp_path), sample, seed, _sealed)


def _write_entries(prefix, entries, data=b"", **header):
    items = [(b"", protos.BundleHeaderProto(**{"num_shards": 1, **header}).SerializeToString())]
    items += [(name, entry.SerializeToString()) for name, entry in sorted(entries.items())]
    with open(prefix + ".index", "wb") as file:
        file.write(_table(items))
    with open(prefix + ".data-00000-of-00001", "wb") as file:
        file.write(data)


def _entry(dims, dtype=1, extents=(), **fields):
    entry = protos.BundleEntryProto(dtype=dtype, **fields)
    for size in dims:
        entry.shape.dim.add(size=size)
    for start, length in extents:
        entry.slices.add().extent.add(start=start, length=length)
    return entry


@pytest.mark.parametrize("entry", [
    _entry([2 ** 40], size=2 ** 42), _entry([2 ** 40], dtype=7, size=4), _entry([-1], size=4),
    _entry([2 ** 62, 2 ** 62], size=4), _entry([2], size=8, offset=2 ** 60), _entry([1], size=8),
    _entry([1], size=4, shard_id=1), _entry([1], size=4, shard_id=-1), _entry([1], dtype=0, size=4),
    _entry([1], dtype=20, size=4), _entry([1], dtype=999, size=4), _entry([1], size=4),
    _entry([2 ** 40], extents=[(0, 2 ** 40)]), _entry([4], extents=[(0, 2), (1, 2)]),
    _entry([4], extents=[(0, 9)]), _entry([4], extents=[(-1, 2), (1, 3)])])
def test_entries_that_lie(tmp_path, entry):
    prefix = str(tmp_path / "a")
    _write_entries(prefix, {b"v": entry}, b"\0" * 8)
    with pytest.raises((errors.DataLossError, errors.NotFoundError)) as failure:
        CheckpointReader(prefix).get_tensor("v")
    assert not isinstance(failure.value, errors.NotFoundError) or "v" in failure.value.message


def test_header_of_another_version(tmp_path):
    prefix = str(tmp_path / "a")
    _write_entries(prefix, {}, version=protos.VersionDef(producer=9, min_consumer=2))
    with pytest.raises(errors.InvalidArgumentError, match="min consumer version 2"):
        CheckpointReader(prefix)


def test_header_of_a_big_endian_machine(tmp_path):
    prefix = str(tmp_path / "a")
    _write_entries(prefix, {}, endianness=1)
    with pytest.raises(errors.UnimplementedError, match="endianness"):
        CheckpointReader(prefix)


@pytest.mark.parametrize("change, error, message", [
    (lambda data: data[:-8], errors.DataLossError, "Read less bytes than requested"),
    (lambda data: b"\xff" + data[1:], errors.DataLossError, "Checksum does not match: stored")])
def test_damaged_data(tmp_path, change, error, message):
    prefix = str(tmp_path / "a")
    bundle.write_bundle(prefix, [_tensor("v", np.arange(4.0))])
    path = bundle.data_file(prefix, 0, 1)
    data = _content(path)
    with open(path, "wb") as file:
        file.write(change(data))
    with pytest.raises(error, match=message):
        CheckpointReader(prefix).get_tensor("v")


def test_data_that_is_missing(tmp_path):
    prefix = str(tmp_path / "a")
    bundle.write_bundle(prefix, [_tensor("v", np.arange(4.0))])
    os.remove(bundle.data_file(prefix, 0, 1))
    with pytest.raises(errors.NotFoundError, match="a.data-00000-of-00001; No such file"):
        CheckpointReader(prefix).get_tensor("v")


def test_records_use_the_same_checksum(tmp_path):
    length = struct.pack("<Q", 3)
    record = length + struct.pack("<I", masked_crc32c(length)) + b"abc"
    (tmp_path / "r").write_bytes(record + struct.pack("<I", mask(crc32c(b"abc"))))
    assert list(read_records(str(tmp_path / "r"))) == [b"abc"]
