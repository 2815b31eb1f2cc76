"""tf.constant of every dtype and shape: which values and types are made of which Python values."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    values = [
        1, 1.5, True, "text", b"bytes", 1j, -1, 0, [1, 2, 3], [1.0, 2.0], [[1], [2]], [], [[]],
        [[], []], [True, False], ["a", "bc", ""], [1, 2.5], (1, 2), np.int32(3), np.float64(1.5),
        np.float32(2.5), np.arange(4), np.arange(6.0).reshape(2, 3), np.zeros([0, 3], np.float32),
        np.array(b"x"), np.array(["u", "v"]), np.float16([1.5, 65504]), np.uint8([0, 255]),
        np.int8(-128), np.uint16(65535), np.int16([-1, 2]), np.int64(2 ** 40), np.complex64(1 + 2j),
        np.array([1 - 1j], np.complex128), np.bool_(True), np.array([True]), 2 ** 31 - 1, -2 ** 31,
        [np.float32(1), np.float32(2)], np.float32([[0.1, np.nan], [np.inf, -0.0]]),
        "\u00e9", np.uint32(7), np.uint64([8, 9]),
    ]
    results = [tf.constant(value, name=f"v{i}") for i, value in enumerate(values)]
    dtypes = [tf.half, tf.float32, tf.float64, tf.int8, tf.uint8, tf.int16, tf.uint16, tf.int32,
              tf.int64, tf.complex64, tf.complex128, tf.bool, tf.uint32, tf.uint64]
    typed = [tf.constant([0, 1, 1], dtype=dtype) for dtype in dtypes if dtype != tf.bool]
    splats = [tf.constant(1.0, shape=[2, 3]), tf.constant(7, tf.int64, [2]),
              tf.constant(0, shape=[0]), tf.constant("s", shape=[2]),
              tf.constant([1, 2], shape=[4]), tf.constant(True, shape=[]),
              tf.constant([1, 2, 3, 4], shape=[2, 2]), tf.constant(2.5, tf.half, [3]),
              tf.constant(1j, tf.complex64, [2])]
    filled = [tf.zeros([2, 3]), tf.ones([2], tf.int32), tf.fill([2, 2], 7.0), tf.zeros([]),
              tf.zeros([2], tf.string), tf.ones([2], tf.bool), tf.zeros([40, 30])]
    return [
        seen("types", [[t.dtype.name, str(t.shape)] for t in results + typed + splats + filled]),
        run("values", results),
        run("typed", typed),
        run("splats", splats),
        run("filled", filled),
        fails("none", lambda: tf.constant(None)),
        fails("mixed", lambda: tf.constant([1, "a"])),
        fails("float as int", lambda: tf.constant(1.5, tf.int32)),
        fails("text as float", lambda: tf.constant("a", tf.float32)),
        fails("number as text", lambda: tf.constant(1, tf.string)),
        fails("ragged", lambda: tf.constant([[1, 2], [3]])),
        fails("too many", lambda: tf.constant([1, 2, 3], shape=[2])),
        seen("large", tf.constant(2 ** 40).dtype.name),
        run("too large", tf.constant(2 ** 40 + 3, tf.int32)),
        fails("far too large", lambda: tf.constant(2 ** 70)),
        fails("number as bool", lambda: tf.constant(1, tf.bool)),
        fails("object", lambda: tf.constant(object())),
        fails("none in list", lambda: tf.constant([1, None])),
    ]
