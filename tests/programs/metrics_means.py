"""tf.metrics that are means, over two batches, and started over."""

import numpy as np

from programs import fails, run

LABELS = np.array([[1.0, 2.0, 3.0], [2.0, 0.5, 1.0]], np.float32)
PREDICTIONS = np.array([[1.0, 1.5, 2.0], [3.0, 0.5, -1.0]], np.float32)


def build(tf):
    y = tf.placeholder(tf.float32, [2, 3], name="y")
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    w = tf.constant([[1.0], [0.5]], name="w")
    made = [
        tf.metrics.mean(x, metrics_collections="values", updates_collections=["updates"]),
        tf.metrics.mean(x, weights=w, name="weighted"),
        tf.metrics.mean(x, weights=[1.0, 2.0], name="vector"),
        tf.metrics.mean_tensor(y, weights=w),
        tf.metrics.accuracy(y, x),
        tf.metrics.accuracy(tf.cast(y, tf.int32), x, weights=0.5, name="cast"),
        tf.metrics.mean_absolute_error(y, x),
        tf.metrics.mean_squared_error(y, x, weights=w),
        tf.metrics.root_mean_squared_error(y, x, updates_collections="updates"),
        tf.metrics.mean_relative_error(y, x, tf.constant(LABELS), name="relative"),
        tf.metrics.mean_cosine_distance(y, x, dim=1, metrics_collections="values"),
        tf.metrics.percentage_below(x, 1.75, weights=w),
    ]
    values, updates = [pair[0] for pair in made], [pair[1] for pair in made]
    start = tf.local_variables_initializer()
    feeds = [{x: PREDICTIONS, y: LABELS}, {x: LABELS - 1, y: LABELS}]
    return [
        run("start", start), run("empty", values), run("first", updates, feeds[0]),
        run("first values", values), run("second", updates, feeds[1]),
        run("second values", values), run("again", start), run("empty again", values),
        fails("shapes", lambda: tf.metrics.accuracy(y, tf.zeros([2, 2]))),
        fails("weights", lambda: tf.metrics.mean(y, weights=tf.zeros([3, 3])))]
