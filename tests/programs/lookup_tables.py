"""Lookup tables: static ones from tensors and files, mutable ones, vocabularies with buckets."""

import os
import tempfile

import numpy as np
from programs import call, fails, run, seen


def build(tf):
    lookup = tf.lookup
    key_values, static = lookup.KeyValueTensorInitializer, lookup.StaticHashTable
    from_file, index = lookup.TextFileInitializer, lookup.TextFileIndex
    folder = tempfile.mkdtemp()

    def file(name, content):
        path = os.path.join(folder, name)
        with open(path, "w") as stream:
            stream.write(content)
        return path

    path = tf.placeholder(tf.string, [], name="path")
    words = tf.placeholder(tf.string, name="words")
    rows = tf.placeholder(tf.string, [None, 2], name="rows")
    sparse = tf.SparseTensor([[0, 1], [1, 0]], ["b", "z"], [2, 2])
    ids = static(key_values(["a", "b", "c"], [10, 11, 12]), -1)
    names = static(key_values([3, 1], ["x", "y"], tf.int64, tf.string, name="fill"), "?", "names")
    lines = static(from_file(path, tf.string, index.WHOLE_LINE, tf.int64, index.LINE_NUMBER), -1)
    columns = static(from_file(path, tf.string, 0, tf.float32, 1, vocab_size=2, delimiter=" ",
                               name="columns"), -1.0)
    with tf.name_scope("outer"):
        vocabulary = lookup.StaticVocabularyTable(
            key_values(["a", "b"], tf.constant([0, 1], tf.int64)), 3)
    numbers = lookup.StaticVocabularyTable(
        key_values(tf.constant([5, 7], tf.int64), tf.constant([0, 1], tf.int64)), 2, tf.int32)
    buckets = lookup.StaticVocabularyTable(None, 4, name="only/buckets")
    found = [ids.lookup(words), ids.lookup(rows, name="found"), ids.lookup(sparse), ids.size(),
             names.lookup(tf.constant([1, 9], tf.int64)), lines.lookup(words), lines.size("count"),
             columns.lookup(words), vocabulary.lookup(words), vocabulary.lookup(sparse),
             vocabulary.size(), numbers.lookup(tf.constant([7, 6, 1])), buckets.lookup(words),
             buckets.size()]
    letters = static(key_values(["x"], [1.5]), -1.0)
    exported = letters.export()
    static(from_file("words.txt", tf.string, 0, tf.int64, 1), -1)  # which is not there
    fill = [table.initializer for table in (ids, names, vocabulary, numbers, letters)]
    unfilled = tf.Graph()
    with unfilled.as_default():
        asked = static(key_values(["a"], [1]), -1).lookup(tf.constant(["a"]))

    def bad(file_path, key=index.WHOLE_LINE, value=index.LINE_NUMBER, **options):
        with tf.Graph().as_default() as graph, tf.Session(graph=graph) as sess:
            static(from_file(file_path, tf.string, key, tf.int64, value, **options), -1)
            sess.run(tf.tables_initializer())

    def twice():
        with tf.Graph().as_default() as graph, tf.Session(graph=graph) as sess:
            static(key_values(["a", "a"], [1, 2]), -1)
            sess.run(tf.tables_initializer())

    def ask_unfilled(sess):
        with tf.Session(graph=unfilled) as other:
            other.run(asked)

    feeds = {words: np.array([["a", "z"], ["c", "b"]], object), rows: [["b", "q"]]}
    keys = tf.GraphKeys
    return [
        seen("names", [ids.name, names.name, vocabulary.name, buckets.name]),
        seen("dtypes", [str(ids.key_dtype), str(ids.value_dtype), str(buckets.key_dtype)]),
        seen("collections", [len(tf.get_collection(keys.TABLE_INITIALIZERS)),
                             len(tf.get_collection(keys.ASSET_FILEPATHS))]),
        seen("shapes", [str(t.shape) for t in found[:2] + exported]
             if isinstance(exported, list) else [str(t.shape) for t in (*found[:2], *exported)]),
        run("all", tf.tables_initializer(), {path: "/no/such/file"}, fails=True, message=False),
        run("fill", fill), run("again", fill), run("none", buckets.initializer),
        run("lines", lines.initializer, {path: file("lines.txt", "a\nb\nc\n")}),
        run("columns", columns.initializer, {path: file("columns.txt", "a 3.5 x\nb 4 y\n")}),
        seen("older name", tf.initialize_all_tables("again").name),
        run("found", found, feeds), run("exported", exported),
        call("not filled", ask_unfilled, fails=True),
        call("two values", lambda sess: twice(), fails=True),
        call("no file", lambda sess: bad("/no/such/file"), fails=True),
        call("empty line", lambda sess: bad(file("empty.txt", "a\n\nb\n")), fails=True,
             message=False),
        call("short", lambda sess: bad(file("short.txt", "a\nb\n"), vocab_size=5), fails=True,
             message=False),
        call("columns of one", lambda sess: bad(file("one.txt", "a\nb\n"), 0, 1), fails=True,
             message=False),
        call("number", lambda sess: bad(file("text.txt", "a\tq\n"), 0, 1), fails=True),
        fails("no name", lambda: from_file("", tf.string, 0, tf.int64, 1)),
        fails("key index", lambda: from_file("f", tf.string, -3, tf.int64, 1)),
        fails("line keys", lambda: from_file("f", tf.string, -1, tf.int64, 1)),
        fails("whole keys", lambda: from_file("f", tf.float32, -2, tf.int64, 1)),
        fails("line values", lambda: from_file("f", tf.string, 0, tf.string, -1)),
        fails("whole values", lambda: from_file("f", tf.string, 0, tf.int64, -2)),
        fails("sizes", lambda: from_file("f", tf.string, 0, tf.int64, 1, vocab_size=0)),
        fails("key dtype", lambda: ids.lookup(tf.constant([1]))),
        fails("default", lambda: static(key_values(["a"], [1]), [1, 2])),
        fails("lengths", lambda: static(key_values(["a"], [1, 2]), 1)),
        fails("ranks", lambda: static(key_values([["a"]], [[1]]), 1)),
        fails("buckets", lambda: lookup.StaticVocabularyTable(None, 0)),
        fails("ids", lambda: lookup.StaticVocabularyTable(key_values(["a"], [1]), 1)),
        fails("kinds", lambda: lookup.StaticVocabularyTable(
            key_values(["a"], tf.constant([1], tf.int64)), 1, tf.int64)),
    ]
