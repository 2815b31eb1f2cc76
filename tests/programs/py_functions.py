"""Python functions as operations: values, dtypes, strings, errors."""

import numpy as np

from programs import call, fails, run, seen


def build(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    words = tf.constant(["abc", "de"])
    feed = {x: [[1.0, 2.0, 3.0]]}
    calls = []

    def counted(a):
        calls.append(type(a).__name__)
        return a + 1

    def changes(a):
        a[0, 0] = 9.0
        return a

    def raising(error):
        def function(a):
            raise error
        return tf.py_func(function, [x], tf.float32)

    def one(function, dtype, inputs=(x,), **options):
        return tf.py_func(function, list(inputs), dtype, **options)

    doubled = one(lambda a: a * 2, tf.float32, name="doubled")
    pure = one(lambda a: a.sum(0), tf.float32, stateful=False)
    twice = one(counted, tf.float32, [doubled])
    good = [
        doubled, pure, twice, one(changes, tf.float32), x,
        one(lambda: 7, tf.int64, []), one(lambda a, b: [a.shape[0], b.shape], [tf.int64, tf.int64],
                                          [x, words]),
        one(lambda a: 1.5, tf.float64), one(lambda a: True, tf.bool),
        one(lambda a: np.float16(1), tf.float16), one(lambda a: np.complex64(1 + 2j), tf.complex64),
        one(lambda a: [[1, 2]], tf.int64), one(lambda a: ([1, 2], 3), [tf.int64, tf.int64])]
    strings = [
        one(lambda a: "abc", tf.string), one(lambda a: b"x\0", tf.string),
        one(lambda a: ["ab", b"c"], [tf.string, tf.string]),
        one(lambda a: np.array(["ab", "c"]), tf.string), one(lambda a: a[::-1], tf.string, [words]),
        one(lambda a: np.array([b"c\0\0", "d"], object), tf.string),
        one(lambda a: a.decode() + "\xe9", tf.string, [tf.constant("s")]),
        tf.numpy_function(lambda a: a[0], [words], tf.string)]
    nothing = one(lambda a: None, [])
    bad = [("dtype", one(lambda a: a, tf.float64)),
           ("two for one", one(lambda a: (a, a), [tf.float32])),
           ("one for two", one(lambda a: a, [tf.float32, tf.float32])),
           ("none for one", one(lambda a: None, tf.float32)),
           ("double", one(lambda a: 1.5, tf.float32)),
           ("int", one(lambda a: 3, tf.int32)),
           ("object", one(lambda a: np.array([{}]), tf.float32))]
    raised = [raising(error) for error in (
        ValueError("v"), TypeError("t"), StopIteration("s"), MemoryError("m"), KeyError("k"),
        NotImplementedError("n"), RuntimeError("r"), tf.errors.NotFoundError(None, None, "f"))]
    return [
        seen("shapes", [str(doubled.shape), doubled.op.type, pure.op.type, twice.name,
                        type(nothing).__name__]),
        seen("no gradient", tf.gradients(doubled, x)),
        fails("not callable", lambda: tf.py_func(3, [x], tf.float32)),
        fails("no list", lambda: tf.py_func(len, x, tf.float32)),
        fails("no dtype", lambda: tf.py_func(len, [x], "nonsense")),
        run("good", good, feed), run("strings", strings, feed), run("nothing", nothing, feed),
        call("calls", lambda session: len(calls)),
    ] + [run(label, fetch, feed, fails=True) for label, fetch in bad] + [
        run(f"raised {i}", fetch, feed, fails=True, message=False)
        for i, fetch in enumerate(raised)]
