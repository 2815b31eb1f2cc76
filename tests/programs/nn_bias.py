"""Biases and small layers, with both data formats and second derivatives."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(2)
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    image = tf.placeholder(tf.float32, [2, 3, 4, 5], name="image")
    w = tf.constant(rng.uniform(-1, 1, (3, 4)), tf.float32, name="w")
    b = tf.constant(rng.uniform(-1, 1, 4), tf.float32, name="b")
    last, second = tf.constant([1., 2, 3, 4, 5]), tf.constant([1., 2, 3])
    feeds = {x: rng.uniform(-1, 1, (6, 3)), image: rng.uniform(-1, 1, (2, 3, 4, 5))}
    layers = [tf.nn.xw_plus_b(x, w, b), tf.nn.relu_layer(x, w, b, name="layer")]
    biased = [tf.nn.bias_add(image, last), tf.nn.bias_add(image, second, data_format="NCHW"),
              tf.nn.bias_add(image, last, data_format="NHWC", name="named")]
    first = tf.gradients([tf.square(y) for y in layers + biased], [x, w, b, image, last, second])
    channels = tf.gradients([g * g for g in first[-2:]], [image])
    return [
        seen("shapes", [str(y.shape) for y in layers + biased]),
        run("layers", layers, feeds), run("biased", biased, feeds),
        run("gradients", first, feeds), run("second", channels, feeds),
        run("integers", tf.nn.bias_add([[1, 2]], [3, 4])),
        fails("rank", lambda: tf.nn.bias_add([1.], [1.])),
        fails("size", lambda: tf.nn.bias_add([[1.]], [1., 2.])),
        fails("matrix", lambda: tf.nn.bias_add([[1.]], [[1.]])),
        fails("format", lambda: tf.nn.bias_add([[1.]], [1.], data_format="C")),
        fails("NCHW rank", lambda: tf.nn.bias_add([[1.]], [1.], data_format="NCHW")),
        run("unknown size", tf.nn.bias_add(tf.placeholder_with_default([[1., 2.]], None), second),
            fails=True),
    ]


TOLERANCE = {"float32": 5e-6}
