"""Tensors and sparse tensors as strings and back; files; compressed bytes."""

import gzip
import os
import tempfile
import zlib

import numpy as np
from programs import call, fails, run, seen


def build(tf):
    arrays = [np.float32([[1, 2]]), np.int64(3), np.array([b"a", b"bcd"], object),
              np.array([True, False]), np.float16([1.5]), np.zeros((0, 2), np.int32),
              np.array(b"x", object), np.complex64([1 + 2j])]
    strings = [tf.serialize_tensor(array) for array in arrays]
    back = [tf.parse_tensor(string, tf.as_dtype(array.dtype) if array.dtype != object else
                            tf.string) for string, array in zip(strings, arrays)]
    sparse = tf.SparseTensor([[0, 1], [2, 0]], [1.5, 2.5], [3, 4])
    words = tf.SparseTensor([[0, 1], [2, 0]], ["a", "bc" * 100], [3, 4])
    ones = [tf.serialize_sparse(sparse), tf.io.serialize_sparse(words, name="words")]
    many = [tf.serialize_many_sparse(sparse), tf.io.serialize_many_sparse(words)]
    read = [tf.deserialize_many_sparse(many[0], tf.float32, rank=2),
            tf.io.deserialize_many_sparse(many[1], tf.string, name="read"),
            tf.deserialize_many_sparse(tf.stack([ones[0], ones[0]]), tf.float32)]
    text = tf.placeholder(tf.string, name="text")
    pattern = tf.placeholder(tf.string, name="pattern")
    free = tf.placeholder(tf.string, name="free")
    parsed = tf.parse_tensor(text, tf.int32)
    rows = tf.deserialize_many_sparse(free, tf.int32)
    plain = tf.decode_compressed([zlib.compress(b"hello"), zlib.compress(b"")], "ZLIB")
    unzipped = tf.io.decode_compressed(text, "GZIP")
    contents, found = tf.read_file(text), tf.io.matching_files(pattern)
    write = tf.write_file(text, "written", name="write")
    folder = tempfile.mkdtemp()
    for name in ("b.txt", "a.txt", "c.dat", ".hidden.txt"):
        with open(os.path.join(folder, name), "w") as stream:
            stream.write(name)
    os.mkdir(os.path.join(folder, "sub"))

    def path(*parts):
        return os.path.join(folder, *parts)

    def matches(sess, patterns):
        paths = sess.run(found, {pattern: [path(item) for item in patterns]})
        return [os.path.relpath(item.decode(), folder) for item in paths]

    def write_and_read(sess):
        sess.run(write, {text: path("sub", "new", "x.txt")})
        return sess.run(contents, {text: path("sub", "new", "x.txt")})

    json = tf.decode_json_example(text)
    example = tf.parse_example(json, {"a": tf.VarLenFeature(tf.int64),
                                      "b": tf.FixedLenFeature([], tf.string),
                                      "c": tf.FixedLenFeature([2], tf.float32)})
    lines = ['{"features": {"feature": {"a": {"int64_list": {"value": [1, "2"]}}, "b": {"bytesList"'
             ': {"value": ["YWI="]}}, "c": {"float_list": {"value": [1.5, 2]}}}}}']
    return [
        seen("shapes", [str(t.shape) for t in strings[:1] + back[:1] + ones[:1] + many[:1]
                        + [read[0].indices, read[1].indices, plain, unzipped, found, json]]),
        run("strings", strings), run("back", back), run("one", ones), run("many", many),
        run("read", read), run("plain", plain),
        run("unzipped", unzipped, {text: [gzip.compress(b"hello")]}),
        run("json", example, {text: lines}),
        call("file", lambda sess: sess.run(contents, {text: path("a.txt")})),
        call("written", write_and_read),
        call("matches", lambda sess: matches(sess, ["*.txt", "*/*", "[ab].txt", "?.dat", "c.dat",
                                                    "*.none"])),
        run("other type", tf.parse_tensor(strings[0], tf.int32), fails=True),
        run("garbage", parsed, {text: b"abc"}, fails=True),
        run("empty", parsed, {text: b""}, fails=True),
        run("several", parsed, {text: [b"", b""]}, fails=True),
        run("sparse type", tf.deserialize_many_sparse(many[0], tf.int32), fails=True),
        run("sparse garbage", rows, {free: [[b"a", b"b", b"c"]]}, fails=True),
        run("no rows", rows, {free: np.zeros((0, 3), object)}, fails=True),
        run("rank 1", tf.serialize_many_sparse(tf.SparseTensor([[0]], [1], [2])), fails=True),
        run("not zipped", unzipped, {text: b"hello"}, fails=True),
        run("compression", tf.decode_compressed("a", "X"), fails=True),
        run("no file", contents, {text: "/no/such/file"}, fails=True),
        run("folder", contents, {text: "/"}, fails=True),
        run("no folder", found, {pattern: "/no/such/*"}, fails=True),
        run("no JSON", json, {text: '{"features":'}, fails=True, message=False),
        fails("sparse rank", lambda: tf.deserialize_many_sparse(["a", "b"], tf.int32)),
        fails("three", lambda: tf.deserialize_many_sparse([["a", "b"]], tf.int32)),
        fails("files", lambda: tf.read_file(["a"])),
        fails("contents", lambda: tf.write_file("a", ["a"])),
        fails("patterns", lambda: tf.matching_files([["a"]])),
    ]
