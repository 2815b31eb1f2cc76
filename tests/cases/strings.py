"""Strings, checks, printing, Python functions."""

from cases import N, V, bad, bads, row, rows

S = V([b"a b", b"", b"Hello", b"x1"])

ROWS = [
    rows("""
        tf.strings.length(x)
        tf.strings.lower(x)
        tf.strings.upper(x)
        tf.strings.strip(x)
        tf.strings.substr(x, 0, 0)
        tf.strings.regex_replace(x, "[a-z]+", "_")
        tf.strings.regex_full_match(x, "[A-Z].*")
        tf.strings.join([x, x], "-")
        tf.string_join([x, "!"])
        tf.reduce_join(x)
        tf.reduce_join(x, 0, separator=",")
        tf.string_split(x)
        tf.string_split(x, "l", skip_empty=False)
        tf.strings.to_hash_bucket(x, 10)
        tf.string_to_hash_bucket_fast(x, 1000)
        tf.string_to_hash_bucket_strong(x, 1000, [1, 2])
        tf.encode_base64(x)
        tf.encode_base64(x, pad=True)
        tf.decode_base64(tf.encode_base64(x))
    """, "float32", shapes="known unknown", x=S),
    row("tf.strings.split(x)", "float32", shapes="known", x=S),
    rows("""
        tf.as_string(x)
        tf.as_string(x, precision=2)
        tf.as_string(x, scientific=True)
        tf.as_string(x, shortest=True)
        tf.as_string(x, width=8, fill="0")
        tf.strings.as_string(x)
    """, "float32 float64", x=V([1.5, -2.25, 0.0, 100.0, 1e10])),
    row("tf.as_string(x)", "int32 int64 bool complex64", x=V([1, 0, 3])),
    row("tf.string_to_number(x)", x=V([b"1.5", b"-2", b"1e3"])),
    row("tf.string_to_number(x, tf.int32)", x=V([b"15", b"-2"])),
    row("tf.strings.to_number(x, tf.float64)", x=V([b"1.5"])),
    bad("tf.string_to_number(x)", x=V([b"a"])),
    bad("tf.strings.substr(x, 5, 1)", x=V([b"a"])),
    row("tf.strings.substr(x, [1, 0], [1, 3])", x=V([b"abc", b"defg"])),
    row("tf.reduce_join(x, 1)", x=V([[b"a", b"b"], [b"c", b"d"]])),
    row("tf.reduce_join(x, [0, 1])", x=V([[b"a", b"b"], [b"c", b"d"]])),
    row("tf.decode_raw(x, tf.int16)", x=V([b"abcd", b"efgh"])),
    row("tf.decode_raw(x, tf.uint8)", x=V([b"ab", b"ef"])),
    row("tf.strings.format('x = {}', x)", "float32 int32", x=V([1, 2])),
    row("tf.strings.unsorted_segment_join(x, [1, 0, 1, 1], 2)", "float32", x=S),

    row("tf.strings.regex_replace(x, p, '_')", "float32", x=S, p=V(b"[a-z]+")),
    row("tf.strings.regex_full_match(x, p)", "float32", x=S, p=V(b"[A-Z].*")),
    row("raw.DecodePaddedRaw(input_bytes=x, fixed_length=4, out_type=tf.uint8)", x=V([b"abcd",
        b"efgh"])),
    row("tf.decode_csv(x, [[1.5], [0], ['a']])", "float32",
        x=V([b"2.5,3,b", b",,", b"1,2,\"x,y\""])),
    row("tf.strings.unicode_transcode(x, 'UTF-8', 'UTF-16-BE')", "float32", x=S),
    rows("""
        tf.strings.unicode_decode(x, "UTF-8")
        tf.strings.unicode_decode(x, "UTF-8", "ignore", name="n")
        tf.strings.unicode_decode_with_offsets(x, "UTF-8")
        tf.strings.unicode_decode_with_offsets(x, "UTF-8", "ignore")
        tf.strings.unicode_decode(x, "ISO-8859-1", replacement_char=63)
        tf.strings.unicode_decode_with_offsets(x, "UTF-8", replace_control_characters=True)
    """, "float32", shapes="known",
        x=V(b"a\xc3\xa9\xff\n\xf0\x9f\x98\x80b\xe2\x82")),
    rows("""
        tf.strings.unicode_encode(x, "UTF-8")
        tf.strings.unicode_encode(x, "UTF-16-BE", "ignore", name="n")
        tf.strings.unicode_encode(x, "UTF-32-BE", replacement_char=63)
    """, "float32", shapes="known partly", x=V([97, 233, 128512, 1114112, -1], "int32")),
    bad("tf.strings.unicode_decode(x, 'UTF-8', 'strict')", shapes="known", x=V(b"a\xff")),
    bad("tf.strings.unicode_decode(x, 'UTF-8')", shapes="unknown", x=V(b"a")),
    bad("tf.strings.unicode_encode(x, 'UTF-8', 'strict')", shapes="known",
        x=V([97, 1114112], "int32")),
    bad("tf.strings.unicode_encode(x, 'UTF-8')", shapes="known unknown", x=V(97, "int32")),
    rows("""
        tf.sets.set_size(tf.SparseTensor([[0, 0], [0, 1], [2, 0]], [1, 1, 2], [3, 2]))
        tf.sets.set_intersection([[1, 2]], [[2, 3]])
        tf.sets.set_union([[1, 2]], [[2, 3]])
        tf.sets.set_difference([[1, 2]], [[2, 3]])
        tf.sets.set_difference([[1, 2]], [[2, 3]], aminusb=False)
        tf.sets.set_union([[1, 2]], tf.SparseTensor([[0, 0]], [5], [1, 1]))
        tf.sets.set_union(tf.SparseTensor([[0, 0]], [4], [1, 1]),
            tf.SparseTensor([[0, 0]], [5], [1, 1]))
    """),
    row("tf.timestamp()", random=True),
    row("tf.sparse_to_dense([[0, 1], [2, 0]], [3, 2], x, -1.0)", "float32", shapes="known", x=N(2)),
    row("raw.SparseSliceGrad(backprop_val_grad=x, input_indices=[[0, 1], [1, 0], [2, 2]], "
        "input_start=[0, 0], output_indices=[[0, 1], [1, 0]])", "float32", grads=False, x=N(2)),

    # ---- checks ----
    rows("""
        tf.assert_equal(x, x)
        tf.assert_less(x, x + 1.0)
        tf.assert_positive(x + 5.0)
        tf.assert_rank(x, 2)
        tf.assert_rank_at_least(x, 1)
        tf.assert_rank_in(x, [1, 2])
        tf.assert_type(x, tf.float32)
        tf.is_numeric_tensor(x)
        tf.is_non_decreasing(x)
        tf.is_strictly_increasing(x)
        tf.debugging.assert_all_finite(x, "m")
        tf.verify_tensor_all_finite(x, "m")
        tf.debugging.assert_near(x, x)
        tf.Print(x, [x], "m")
        tf.print(x, "m")
        tf.py_func(lambda a: a * 2, [x], tf.float32)
        tf.py_func(lambda a: (a, a.sum()), [x], [tf.float32, tf.float32], stateful=False)
    """, "float32", shapes="known unknown", graph=False, x=N(2, 3)),
    bads("""
        tf.assert_equal(x, x + 1.0)
        tf.assert_less(x, x)
        tf.assert_positive(x)
        tf.assert_rank(x, 3)
        tf.assert_type(x, tf.int32)
        tf.verify_tensor_all_finite(x / 0.0, "m")
        tf.Assert(False, [x])
    """, "float32", shapes="known", x=N(2, 3)),
]
