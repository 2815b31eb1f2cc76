"""Fetches of every nesting, and feeds and fetches that are the same tensor."""

from collections import OrderedDict, namedtuple

import numpy as np

from programs import call, run

Pair = namedtuple("Pair", "first second")


def build(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    v = tf.Variable([1.0, 2.0], name="v")
    y = tf.add(x, v, name="y")
    z = tf.reduce_sum(y, name="z")
    slices = tf.IndexedSlices(tf.constant([[1.0, 2.0]]), tf.constant([3]), tf.constant([4, 2]))
    short = tf.IndexedSlices(tf.constant([5.0]), tf.constant([1]))
    text = tf.constant("abc")
    texts = tf.constant(["a", "b"])
    other = tf.Graph()
    with other.as_default():
        alien = tf.constant(1.0, name="alien")
    feeds = {x: np.float32([10, 20])}
    return [
        run("initialise", v.initializer),
        run("tensor", y, feeds),
        run("scalar", z, feeds),
        run("op", y.op, feeds),
        run("name", "y:0", feeds),
        run("op name", "y", feeds),
        run("variable", v),
        run("list", [y, z], feeds),
        run("tuple", (y, (z, [v])), feeds),
        run("dict", {"y": y, "more": [z, {"v": v}]}, feeds),
        run("ordered", OrderedDict([("z", z), ("y", y)]), feeds),
        run("namedtuple", Pair(z, Pair(y, v)), feeds),
        run("repeated", [z, z, y, z], feeds),
        run("empty", [[], (), {}]),
        run("slices", [slices, short]),
        run("strings", [text, texts]),
        run("mixed", [y.op, z, "y:0", v], feeds),
        run("fed", [x, y], feeds),
        run("fed intermediate", [y, z], {y: [1.0, 1.5]}),
        run("fed variable", [v, y], {v: [0.0, 0.5], x: [1.0, 1.0]}),
        run("fed constant", [text], {text: "other"}),
        run("fed slices", [slices, short.values],
            {slices: (np.float32([[9, 9]]), [1], [4, 2]), short.values: [6.0]}),
        run("none", None, fails=True),
        run("none in list", [None], fails=True),
        run("number", 1.5, fails=True),
        run("unknown name", "nothing:0", fails=True),
        run("unknown op", "nothing", fails=True),
        run("output out of range", "y:1", fails=True),
        run("other graph", alien, fails=True),
        run("feed of other graph", y, {alien: 1.0}, fails=True),
        call("eval", lambda session: z.eval(feeds)),
        call("run op", lambda session: v.initializer.run()),
        call("callable", lambda session: session.make_callable([y, z], [x])(np.float32([1, 2]))),
        call("callable op", lambda session: session.make_callable(v.initializer)()),
        call("other session", lambda session: tf.Session(graph=other).run("alien:0")),
        call("closed", lambda session: closed(tf), fails=True),
        call("empty graph", lambda session: tf.Session(graph=tf.Graph()).run([]), fails=True),
    ]


def closed(tf):
    session = tf.Session()
    session.close()
    return session.run("z:0")
