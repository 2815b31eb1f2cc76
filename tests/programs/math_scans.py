"""Cumulative sums, products and logarithms of sums, forward and back; ranges; what has no axis."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    x = tf.placeholder(tf.float64, [2, 3], name="x")
    feeds = {x: np.random.RandomState(6).uniform(0.5, 1, (2, 3))}
    steps = []
    for exclusive in (False, True):
        for reverse in (False, True):
            for function in (tf.cumsum, tf.cumprod, tf.math.cumulative_logsumexp):
                y = function(x, 1, exclusive=exclusive, reverse=reverse)
                fetches = [y]
                if not (exclusive and y.op.type == "CumulativeLogsumexp"):
                    fetches += tf.gradients(y * x, x)
                steps.append(run(f"{y.op.type} {exclusive} {reverse}", fetches, feeds))
    n = tf.placeholder(tf.int32, [], name="n")
    ranges = [tf.range(0.0, 2.0, 0.1), tf.range(0, 3.5, 1), tf.range(np.int64(4)),
              tf.range(0, n, 3), tf.linspace(-3.3, 7.1, 11), tf.linspace(1.0, 2.0, 1),
              tf.lin_space(0.0, 1.0, n)]
    return steps + [
        seen("shapes", [str(y.shape) for y in ranges]),
        run("ranges", ranges, {n: 7}),
        run("small integers", tf.cumsum(tf.constant([100, 100], tf.int8))),
        run("no axis", tf.cumsum(x, n), {**feeds, n: 2}, fails=True),
        run("wrong way", tf.range(0, n), {n: -1}, fails=True),
        run("no step", tf.range(0, 5, n), {n: 0}, fails=True),
        fails("static wrong way", lambda: tf.range(5, 2)),
        fails("static no step", lambda: tf.range(0, 5, 0)),
        fails("no scalar", lambda: tf.range([1], 5)),
        fails("no points", lambda: tf.linspace(0.0, 1.0, 0)),
    ]


TOLERANCE = {"float64": 1e-12}
