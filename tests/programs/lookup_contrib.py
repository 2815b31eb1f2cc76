"""tf.contrib.lookup: index tables with and without hash buckets, tables that change."""

from programs import fails, run, seen


def build(tf):
    lookup = tf.contrib.lookup
    words, ids = tf.constant(["a", "z", "c"]), tf.constant([0, 1, 5], tf.int64)
    sparse = tf.SparseTensor([[0, 0]], ["c"], [1, 1])
    to_ids = lookup.index_table_from_tensor
    plain = to_ids(["a", "b", "c"])
    buckets = to_ids(tf.constant(["a", "b", "c"]), num_oov_buckets=3, name="vocabulary")
    numbers = to_ids([5, 7], 2, dtype=tf.int32)
    strong = to_ids(["a"], 2, hasher_spec=lookup.StrongHashSpec([1, 2]))
    from_file = lookup.index_table_from_file("words.txt", num_oov_buckets=2)
    to_words = lookup.index_to_string_table_from_tensor(["x", "y"], "??")
    file_words = lookup.index_to_string_table_from_file("words.txt", vocab_size=2)
    shared = lookup.HashTable(lookup.KeyValueTensorInitializer(["a", "b"], [1, 2]), -1, "shared")
    hashed = lookup.IdTableWithHashBuckets(None, 4)
    wrapped = lookup.IdTableWithHashBuckets(plain, 0, key_dtype=tf.string)
    found = [plain.lookup(words), buckets.lookup(words), buckets.lookup(sparse), buckets.size(),
             numbers.lookup(tf.constant([7, 6])), strong.lookup(words), to_words.lookup(ids),
             shared.lookup(words), hashed.lookup(words), hashed.size(), wrapped.lookup(words)]
    unfilled = [from_file.lookup(words), file_words.lookup(ids), shared.export("export")]
    table = lookup.MutableHashTable(tf.string, tf.int64, -1)
    rows = lookup.MutableHashTable(tf.string, tf.float32, [0.0, 0.5], "rows", checkpoint=False)
    insert = [table.insert(tf.constant(["k", "l"]), tf.constant([3, 4], tf.int64)),
              rows.insert(["p"], [[1.0, 2.0]])]
    remove = table.remove(tf.constant(["k"]))
    asked = [table.lookup(tf.constant(["k", "l", "m"])), table.size(), rows.lookup([["p", "q"]])]
    keys = tf.GraphKeys
    return [
        seen("names", [plain.name, buckets.name, shared.name, hashed.name, table.name]),
        seen("shapes", [str(tensor.shape) for tensor in found + unfilled[:2] + asked]),
        seen("collections", [len(tf.get_collection(keys.TABLE_INITIALIZERS)),
                             len(tf.get_collection(keys.SAVEABLE_OBJECTS))]),
        run("fill", [part.initializer for part in (plain, buckets, numbers, strong, to_words,
                                                   shared)]),
        run("found", found), run("before", asked), run("insert", insert), run("asked", asked),
        run("rows", rows.export()), run("remove", remove), run("after", asked),
        run("left", table.export()),
        run("other length", table.insert(["a"], tf.constant([1, 2], tf.int64)), fails=True),
        fails("no words", lambda: to_ids(None)), fails("buckets", lambda: to_ids(["a"], -1)),
        fails("numbers", lambda: to_ids([1])),
        fails("words", lambda: to_ids(["a"], dtype=tf.int64)),
        fails("file", lambda: lookup.index_table_from_file("")),
        fails("size", lambda: lookup.index_table_from_file("words.txt", vocab_size=0)),
        fails("no ids", lambda: lookup.index_to_string_table_from_tensor(None)),
        fails("key", lambda: lookup.StrongHashSpec([1])),
        fails("no buckets", lambda: lookup.IdTableWithHashBuckets(None, 0)),
        fails("dtype", lambda: buckets.lookup(tf.constant([1]))),
        fails("removed dtype", lambda: table.remove(tf.constant([1]))),
    ]
