"""Strings: values judged by Python's own functions, messages of errors, round trips."""

import base64
import csv
import io
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minitf as tf
from minitf.ops import (
    parsing_ops,
    regex,
    string_format_ops,
    string_hash_ops,
    string_ops,
    string_split_ops,
    string_unicode_ops,
    summarize,
)

WORDS = [[b"Ab c ", b" d\tE\n"], [b"", "fé".encode()]]


def run(build, feeds=None):
    """The value of what ``build()`` gives, in a graph of its own."""
    with tf.Graph().as_default(), tf.Session() as session:
        return session.run(build(), feeds)


def each(function, dtype=object):
    return np.array([[function(word) for word in row] for row in WORDS], dtype=dtype)


@pytest.mark.parametrize("function, python, dtype", [
    (string_ops.string_lower, bytes.lower, object),
    (string_ops.string_upper, bytes.upper, object),
    (string_ops.string_strip, bytes.strip, object),
    (string_ops.string_length, len, np.int32),
    (lambda x: string_ops.string_length(x, unit="UTF8_CHAR"), lambda w: len(w.decode()), np.int32),
    (lambda x: string_ops.string_upper(x, "utf-8"), lambda w: w.decode().upper().encode(), object),
    (string_ops.encode_base64, lambda w: base64.urlsafe_b64encode(w).rstrip(b"="), object),
    (lambda x: string_ops.encode_base64(x, pad=True), base64.urlsafe_b64encode, object),
    (lambda x: string_ops.string_join(["<", x, ">"]), lambda w: b"<" + w + b">", object),
    (lambda x: string_ops.regex_replace(x, r"\s+", "_"),
     lambda w: re.sub(rb"\s+", b"_", w), object),
    (lambda x: string_ops.regex_full_match(x, "[a-z A-Z]*"),
     lambda w: re.fullmatch(rb"[a-z A-Z]*", w) is not None, bool),
])
def test_elementwise_functions_are_pythons(function, python, dtype):
    got = run(lambda: function(tf.constant(WORDS)))
    assert got.dtype == dtype
    np.testing.assert_array_equal(got, each(python, dtype))


@pytest.mark.parametrize("unit, text", [("BYTE", "fünf Größen".encode()),
                                        ("UTF8_CHAR", "fünf Größen")])
@pytest.mark.parametrize("start, length", [(0, 3), (2, 100), (-4, 2), (3, 0), (1, -1), (-6, 6)])
def test_substr_is_a_slice(unit, text, start, length):
    data = text if unit == "BYTE" else text.encode()
    begin = start % len(text)
    expected = text[begin:begin + max(length, 0)]
    got = run(lambda: string_ops.substr(data, start, length, unit=unit))
    assert got == (expected if unit == "BYTE" else expected.encode())


@settings(max_examples=25, deadline=None)
@given(st.lists(st.binary(max_size=20), min_size=1, max_size=4))
def test_base64_round_trip(items):
    got = run(lambda: string_ops.decode_base64(string_ops.encode_base64(tf.constant(items))))
    assert got.tolist() == items


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(width=32, allow_nan=False), min_size=1, max_size=4))
def test_numbers_survive_as_text(values):
    def build():
        text = string_ops.as_string(tf.constant(values, tf.float32), precision=8, scientific=True)
        return string_ops.string_to_number(text)

    np.testing.assert_array_equal(run(build), np.float32(values))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text("ab ,", max_size=6), min_size=1, max_size=4),
       st.sampled_from([" ", ",", "ab"]))
def test_split_is_pythons(lines, separator):
    got = run(lambda: string_split_ops.strings_split(tf.constant(lines), separator))
    pieces = [line.split(separator) for line in lines]
    assert [v.decode() for v in got.values] == [piece for row in pieces for piece in row]
    assert got.dense_shape.tolist() == [len(lines), max(map(len, pieces))]
    assert got.indices.tolist() == [[i, j] for i, row in enumerate(pieces) for j in range(len(row))]


@pytest.mark.parametrize("axis, expected", [
    ([0], [b"ad", b"be", b"cf"]), ([1], [b"abc", b"def"]), ([0, 1], b"adbecf"), ([1, 0], b"abcdef"),
    ([-1], [b"abc", b"def"]), ([], [[b"a", b"b", b"c"], [b"d", b"e", b"f"]])])
def test_reduce_join(axis, expected):
    table = [["a", "b", "c"], ["d", "e", "f"]]
    got = run(lambda: string_split_ops.reduce_join(table, axis))
    assert np.asarray(got).tolist() == expected


# ---- hashes ----


@pytest.mark.parametrize("data, expected", [
    # The vectors of the reference implementation, with the key 00 01 02 ... 0f.
    (b"", 0x726fdb47dd0e0e31), (bytes(range(1)), 0x74f839c593dc67fd),
    (bytes(range(7)), 0xab0200f58b01d137), (bytes(range(8)), 0x93f5f5799a932462),
    (bytes(range(15)), 0xa129ca6149be45e5)])
def test_sip_hash(data, expected):
    key = [int.from_bytes(bytes(range(i, i + 8)), "little") for i in (0, 8)]
    assert string_hash_ops.sip_hash(data, key) == expected


def test_buckets_are_in_range_and_spread():
    words = [f"word {i}" for i in range(200)]
    for function in (string_hash_ops.string_to_hash_bucket,
                     string_hash_ops.string_to_hash_bucket_fast,
                     lambda x, n: string_hash_ops.string_to_hash_bucket_strong(x, n, [3, 4])):
        got = run(lambda function=function: function(words, 10))
        assert got.dtype == np.int64
        assert set(got.tolist()) == set(range(10))


def test_fingerprint_tells_rows_apart():
    rows = np.random.default_rng(0).integers(0, 5, (20, 3))
    got = run(lambda: string_hash_ops.fingerprint(rows))
    assert got.shape == (20, 8) and got.dtype == np.uint8
    same_rows = (rows[:, None] == rows[None]).all(-1)
    np.testing.assert_array_equal((got[:, None] == got[None]).all(-1), same_rows)


# ---- patterns ----


@pytest.mark.parametrize("pattern, text, matches", [
    ("[[:digit:]]+", "12", True), ("[[:^digit:]]+", "a-", True), (r"\Qa.b\E", "a.b", True),
    (r"\Qa.b\E", "axb", False), ("a$", "a\n", False), (r"a\z", "a", True), (".", "é", True),
    (r"\w", "é", False), ("(?i)AB", "ab", True), ("[]a]+", "]a", True), ("(?P<n>a)b", "ab", True)])
def test_patterns_of_re2(pattern, text, matches):
    assert regex.full_match(pattern.encode())(text.encode()) is matches


def test_unicode_classes_are_refused_by_name():
    with pytest.raises(tf.errors.UnimplementedError, match="Unicode classes"):
        regex.compiled(rb"\pL+")


# ---- decode_raw ----


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.int64, np.float32, np.float64,
                                   np.complex64, np.bool_, np.float16])
@pytest.mark.parametrize("little_endian", [True, False])
def test_decode_raw_reads_bytes(dtype, little_endian):
    values = np.array([[0, 1], [2, 100]]).astype(dtype)
    order = "<" if little_endian else ">"
    data = [row.astype(np.dtype(dtype).newbyteorder(order)).tobytes() for row in values]
    got = run(lambda: parsing_ops.decode_raw(data, tf.as_dtype(dtype), little_endian))
    assert got.dtype == dtype
    np.testing.assert_array_equal(got, values)


def test_decode_padded_raw():
    got = run(lambda: parsing_ops.DecodePaddedRaw([b"ab", b"abcdef"], 4, out_type=tf.uint8))
    assert got.tolist() == [[97, 98, 0, 0], [97, 98, 99, 100]]


# ---- decode_csv ----


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(-9, 9), st.floats(width=32, allow_nan=False),
                          st.text("a,\" b", min_size=1, max_size=5)), min_size=1, max_size=4))
def test_csv_that_python_writes_is_read(rows):
    lines = []
    for row in rows:
        stream = io.StringIO()
        csv.writer(stream, lineterminator="").writerow(row)
        lines.append(stream.getvalue())
    got = run(lambda: parsing_ops.decode_csv(tf.constant(lines), [[0], [0.0], [""]]))
    assert [column.dtype for column in got] == [np.int32, np.float32, object]
    for column, expected in zip(got, zip(*rows)):
        read = [x.decode() if isinstance(x, bytes) else x for x in column.tolist()]
        assert read == list(expected)


@pytest.mark.parametrize("line, words", [
    ("1", "Expect 2 fields but have 1 in record 0"),
    ("x,1", "Field 0 in record 0 is not a valid int32"),
    (",1", "Field 0 is required but missing in record 0"), ('1,a"', "Unquoted fields cannot have"),
    ('1,"a', "Quoted field has to end"), ('1,"a"b"', "has to be escaped by another quote")])
def test_bad_csv(line, words):
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        run(lambda: parsing_ops.decode_csv([line], [tf.constant([], tf.int32), "d"]))


# ---- Unicode ----


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
       st.sampled_from(["UTF-8", "UTF-16-BE", "UTF-32-BE"]))
def test_transcoding_is_pythons(text, encoding):
    got = run(lambda: string_unicode_ops.unicode_transcode(
        tf.constant([text.encode("utf-16-be")]), "UTF-16-BE", encoding))
    assert got[0] == text.encode(encoding)


# ---- texts of arrays ----


@pytest.mark.parametrize("array, limit, expected", [
    (np.arange(10), 3, "0 1 2..."), (np.arange(6).reshape(2, 3), 4, "[0 1 2][3...]..."),
    (np.float32(0.1), 3, "0.1"), (np.float64(1 / 3), 3, "0.33333333333333331"),
    (np.array([True, False]), 3, "1 0"), (np.array([b'a"', b"\n"], object), 3, 'a\\" \\n'),
    (np.zeros((2, 0)), 3, ""), (np.array([1 + 2j]), 3, "?"), (np.arange(3), -1, "0 1 2")])
def test_first_elements(array, limit, expected):
    assert summarize.first_elements(array, limit) == expected


@pytest.mark.parametrize("array, limit, expected", [
    (np.arange(10), 2, "[0 1 ... 8 9]"), (np.arange(4).reshape(2, 2), 3, "[[0 1]\n [2 3]]"),
    (np.array(b"x", object), 3, '"x"'), (np.array([], np.float32), 3, "[]"),
    (np.arange(7), -1, "[0 1 2 3 4 5 6]"), (np.arange(7), 0, "[ ...]")])
def test_both_ends(array, limit, expected):
    assert summarize.both_ends(array, limit) == expected


def test_format_puts_values_in_places():
    got = run(lambda: string_format_ops.string_format("a {} b {}", [tf.constant([1, 2]), 0.5]))
    assert got == b"a [1 2] b 0.5"


# ---- errors ----


@pytest.mark.parametrize("build, words", [
    (lambda: string_ops.substr("abc", 7, 1), "pos 7 out of range for string b'abc' at index 0"),
    (lambda: string_ops.decode_base64("a"), "Base64 string length cannot be 1 modulo 4"),
    (lambda: string_ops.regex_replace("a", "(", "b"), r"Invalid pattern: \(, error: missing \)"),
    (lambda: string_ops.string_to_number("x"), "could not correctly convert string: x"),
    (lambda: string_ops.as_string(1, precision=1), "precision not supported for datatype int32"),
    (lambda: string_ops.string_lower("a", "utf-16"), "only utf-8 or '' .* received utf-16"),
    (lambda: string_hash_ops.string_to_hash_bucket_strong("a", 3, [1]), "Key must have 2 elements"),
    (lambda: string_hash_ops.fingerprint(["a"], "md5"), "Unsupported fingerprint method: md5"),
    (lambda: parsing_ops.decode_raw(["a", "bc"], tf.uint8), "all be the same size, but element 1"),
    (lambda: string_split_ops.unsorted_segment_join(["a"], [5], 2), "not allowed to exceed"),
])
def test_bad_values_at_run_time(build, words):
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        run(build)


@pytest.mark.parametrize("build, words", [
    (lambda: string_split_ops.strings_split("a"), "RaggedTensor"),
    (lambda: string_split_ops.string_split(["a"], result_type="RaggedTensor"), "RaggedTensor"),
])
def test_what_needs_ragged_tensors_says_so(build, words):
    with pytest.raises(tf.errors.UnimplementedError, match=words):
        run(build)
