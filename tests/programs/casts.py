"""tf.cast among dtypes, how numbers are rounded, and where gradients pass."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    x = tf.constant([1.7, -1.7, 0.0, 3.5], name="x")
    i = tf.constant([1, -2, 0, 300], name="i")
    b = tf.constant([True, False])
    c = tf.constant([1 + 2j, -3j], name="c")
    dtypes = [tf.half, tf.float32, tf.float64, tf.int8, tf.uint8, tf.int16, tf.int32, tf.int64,
              tf.bool, tf.complex64]
    from_int = [tf.cast(i, dtype) for dtype in dtypes]
    from_float = [tf.cast(x, dtype) for dtype in (tf.half, tf.float64, tf.int32, tf.int64, tf.bool,
                                                  tf.complex128)]
    others = [tf.cast(b, tf.float32), tf.cast(b, tf.int32), tf.to_float(i), tf.to_int32(x),
              tf.to_double(x), tf.to_int64(i), tf.cast(x, "float64"), tf.cast([1, 2], np.float32),
              tf.cast(3, tf.int64), tf.saturate_cast(i, tf.uint8), tf.round(x), tf.floor(x),
              tf.ceil(x), tf.sign(x), tf.real(c), tf.imag(c), tf.cast(x, tf.float32)]
    y = tf.cast(tf.cast(x, tf.float64) * 2, tf.float32)
    return [
        seen("names", [t.name for t in from_int + from_float + others]),
        seen("no op", tf.cast(x, tf.float32) is x),
        run("from int", from_int),
        run("from float", from_float),
        run("others", others),
        run("gradient", tf.gradients(y, x)),
        seen("through int", tf.gradients(tf.cast(tf.cast(x, tf.int32), tf.float32), x) == [None]),
        run("text", tf.cast("a", tf.float32), fails=True),
        fails("unknown", lambda: tf.cast(x, "nothing")),
    ]
