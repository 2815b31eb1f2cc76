"""Serialized examples, tensors and sparse tensors; files; lookup tables; quantized numbers."""

from cases import I, N, V, bad, bads, row, rows

# Examples with the feature "a": 1 and 2, and 3; as a SequenceExample they are its context.
EXAMPLES = [b"\n\r\n\x0b\n\x01a\x12\x06\x1a\x04\n\x02\x01\x02",
            b"\n\x0c\n\n\n\x01a\x12\x05\x1a\x03\n\x01\x03"]
AT = V([[0, 1], [2, 0]], "int64")

ROWS = [
    # ---- examples ----
    rows("""
        tf.parse_example(x, {"a": tf.VarLenFeature(tf.int64)})
        tf.parse_example(x, {"b": tf.FixedLenFeature([2], tf.float32, [1.5, 2.5])}, name="p")
        tf.io.parse_sequence_example(x, {"a": tf.VarLenFeature(tf.int64)})
    """, "float32", x=V(EXAMPLES)),
    rows("""
        tf.parse_single_example(x, {"a": tf.FixedLenFeature([2], tf.int64)})
        tf.parse_single_sequence_example(x, {"a": tf.FixedLenFeature([2], tf.int64)})
    """, "float32", x=V(EXAMPLES[0])),
    bads("""
        tf.parse_example(x, {"a": tf.FixedLenFeature([2], tf.int64)})
        tf.parse_example(x, {"a": tf.VarLenFeature(tf.string)})
        tf.parse_single_example(x, {"a": tf.FixedLenFeature([2], tf.int64)})
    """, shapes="known", x=V(EXAMPLES)),

    # ---- tensors as strings ----
    row("tf.serialize_tensor(x)", "float32 int64 bool", x=N(2, 3)),
    row("tf.parse_tensor(tf.serialize_tensor(x), T)", "float32 int32", x=N(2, 3)),
    row("tf.serialize_sparse(tf.SparseTensor(i, x, [3, 4]))", i=AT, x=N(2)),
    row("tf.io.serialize_many_sparse(tf.SparseTensor(i, x, [3, 4]))", i=AT, x=N(2)),
    rows("""
        tf.deserialize_many_sparse(tf.serialize_many_sparse(tf.SparseTensor(i, x, [3, 4])), T)
        tf.deserialize_many_sparse([tf.serialize_sparse(tf.SparseTensor(i, x, [3, 4]))] * 2, T, 2)
        raw.DeserializeSparse(dtype=T,
            serialized_sparse=tf.serialize_sparse(tf.SparseTensor(i, x, [3, 4])))
    """, "float32 int32", shapes="known unknown", i=AT, x=N(2)),
    bad("tf.parse_tensor(tf.serialize_tensor(x), tf.int32)", x=N(2)),
    bad("tf.parse_tensor(x, tf.int32)", x=V(b"abc")),

    # ---- files and bytes ----
    row("tf.decode_compressed(x)", "float32", x=V([b"ab", b""])),
    row("tf.decode_compressed(x, 'ZLIB')", "float32", x=V([b"x\x9c\xcbH\xcd\xc9\xc9\x07\x00\x06,"
        b"\x02\x15"])),
    row("tf.parse_example(tf.decode_json_example(x), {'a': tf.VarLenFeature(tf.int64)})", "float32",
        shapes="known", x=V([b'{"features": {"feature": {"a": {"int64List": {"value": [7]}}}}}'])),
    row("tf.matching_files(x)", "float32", x=V([b"/dev/nul[l]", b"/dev/no such file"])),
    row("tf.read_file(x)", "float32", x=V(b"/dev/null")),
    row("tf.write_file(x, 'text')", "float32", x=V(b"/dev/null")),
    bads("""
        tf.read_file(x)
        tf.decode_compressed(x, "GZIP")
        tf.matching_files(x + "/*")
    """, x=V(b"/no/such/file")),

    # ---- lookup tables ----
    rows("""
        tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(k, x), 1, "t").size()
        tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(k, x), 1).initializer
    """, "float32", shapes="known unknown", k=V([b"a", b"b"]), x=N(2)),
    row("raw.InitializeTableV2(table_handle=raw.HashTableV2(key_dtype=tf.string, value_dtype=T),"
        " keys=k, values=x)", "float32", shapes="known", k=V([b"a", b"b"]), x=N(2)),
    row("tf.lookup.StaticHashTable(tf.lookup.TextFileInitializer('/dev/null', tf.string, -2,"
        " tf.int64, -1), -1).size()", "float32"),
    bads("""
        tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(k, [1, 2]), 1).lookup(k)
        tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(k, [1, 2]), 1).export()
    """, k=V([b"a", b"b"])),
    bad("tf.lookup.StaticHashTable(tf.lookup.TextFileInitializer('/no/such/file', tf.string, -2,"
        " tf.int64, -1), -1).initializer"),
    row("raw.LookupTableSizeV2(table_handle=raw.MutableHashTableV2(key_dtype=tf.string,"
        " value_dtype=T))", "float32"),
    row("raw.LookupTableFindV2(table_handle=raw.MutableHashTableOfTensorsV2(key_dtype=tf.string,"
        " value_dtype=T, value_shape=[2]), keys=k, default_value=x)", "float32", grads=False,
        k=V([b"a", b"b"]), x=N(2)),
    rows("""
        raw.LookupTableInsertV2(keys=k, values=x, table_handle=raw.MutableHashTableV2(
            key_dtype=tf.string, value_dtype=T))
        raw.LookupTableImportV2(keys=k, values=x, table_handle=raw.MutableHashTableV2(
            key_dtype=tf.string, value_dtype=T))
        raw.LookupTableRemoveV2(keys=k, table_handle=raw.MutableHashTableV2(
            key_dtype=tf.string, value_dtype=T))
        raw.LookupTableExportV2(Tkeys=tf.string, Tvalues=T, table_handle=raw.MutableHashTableV2(
            key_dtype=tf.string, value_dtype=T))
    """, "float32", shapes="known", grads=False, k=V([b"a", b"b"]), x=N(2)),
    bad("raw.LookupTableInsertV2(keys=k, values=x, table_handle=raw.MutableHashTableV2("
        "key_dtype=tf.string, value_dtype=T))", k=V([b"a", b"b"]), x=N(3)),

    # ---- quantized numbers ----
    rows("""
        tf.quantize(x, -1.0, 1.5, tf.qint8)
        tf.quantize(x, -1.0, 1.5, tf.quint8, mode="MIN_FIRST", name="q")
        tf.quantize_v2(x, -1.0, 1.5, tf.qint16, "SCALED", round_mode="HALF_TO_EVEN")
        tf.quantize(x, 0.0, 2.0, tf.qint32)
        tf.dequantize(tf.quantize(x, -1.0, 1.5, tf.quint8)[0], -1.0, 1.5)
        tf.quantization.dequantize(tf.quantize(x, -1.0, 1.5, tf.qint8, "SCALED")[0], -1.0, 1.5,
            "SCALED")
        tf.dequantize(tf.quantize(x, 0.0, 1.5, tf.quint16, "MIN_FIRST")[0], 0.0, 1.5, "MIN_FIRST")
        tf.quantized_concat(0, [tf.quantize(x, 0.0, 2.0, tf.quint8)[0],
            tf.quantize(x, -1.0, 3.0, tf.quint8)[0]], [0.0, -1.0], [2.0, 3.0])
    """, "float32", x=N(2, 3)),
    bads("""
        tf.quantize(x, 2.0, 1.0, tf.qint8)
        tf.quantize(x, 0.0, 1.0, tf.qint8, round_mode="HALF_TO_EVEN")
        tf.quantize(x, 0.0, 1.0, tf.qint8, mode="NONE")
        tf.quantize(x, [0.0], 1.0, tf.qint8)
        tf.dequantize(x, 0.0, 1.0)
    """, x=N(2, 3)),
    row("tf.nn.safe_embedding_lookup_sparse(x, tf.SparseTensor(i, ids, [3, 4]))", "float32",
        shapes="known", x=N(5, 2), i=AT, ids=I(2, below=5, dtype="int64")),
]
