"""Placeholders of known, partly known and unknown shape: what may be fed, what is refused."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    free = tf.placeholder(tf.float32, name="free")
    rows = tf.placeholder(tf.float32, [None, 2], name="rows")
    exact = tf.placeholder(tf.int32, [2], name="exact")
    text = tf.placeholder(tf.string, [], name="text")
    flag = tf.placeholder(tf.bool, name="flag")
    count = tf.placeholder(tf.int32, [], name="count")
    default = tf.placeholder_with_default([1.0, 2.0], [None], name="default")
    results = [free * 2, rows * 2, exact * 2, tf.identity(text), tf.logical_not(flag), default * 2]
    return [
        seen("shapes", [str(t.shape) for t in [free, rows, exact, text, flag, default]]),
        seen("texts", [str(free), str(rows), repr(exact), str(rows.op.name)]),
        run("free", results[0], {free: 3}),
        run("free again", results[0], {free: [[1, 2], [3, 4]]}),
        run("rows", results[1], {rows: np.ones([3, 2])}),
        run("no rows", results[1], {rows: np.zeros([0, 2])}),
        run("exact", results[2], {exact: [1, 2]}),
        run("text", results[3], {text: "abc"}),
        run("bytes", results[3], {text: b"abc"}),
        run("flag", results[4], {flag: [True, False]}),
        run("default", results[5]),
        run("default fed", results[5], {default: [4, 5, 6]}),
        run("by name", "rows:0", {"rows:0": [[1, 2]]}),
        run("unfed", results[1], fails=True),
        run("unfed unknown", results[0], fails=True),
        run("wrong shape", results[1], {rows: np.ones([3, 3])}, fails=True),
        run("wrong rank", results[2], {exact: 1}, fails=True),
        run("truncated", results[2], {exact: [1.5, 2.5]}),
        run("truncated array", results[2], {exact: np.float32([1.5, -2.5])}),
        run("text as integer", results[2], {exact: ["a", "b"]}, fails=True, message=False),
        run("float as scalar", tf.identity(count), {count: 1.5}),
        run("too large scalar", tf.identity(count), {count: 2 ** 33}, fails=True),
        run("text as number", results[0], {free: "a"}, fails=True, message=False),
        run("tensor as feed", results[0], {free: tf.constant(1.0)}, fails=True),
        run("bad key", results[0], {3: 1.0}, fails=True),
        run("bad name", results[0], {"nothing:0": 1.0}, fails=True),
        run("none", results[0], {free: None}),
        fails("shape text", lambda: tf.placeholder(tf.float32, "a")),
        fails("negative", lambda: tf.placeholder(tf.float32, [-2])),
    ]
