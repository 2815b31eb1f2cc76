"""Sums, means, products and extrema of segments, with gradients; bincount; ids that are wrong."""

import numpy as np

from programs import fails, run


def build(tf):
    rng = np.random.RandomState(5)
    data = tf.placeholder(tf.float64, [5, 2], name="data")
    feeds = {data: rng.uniform(-1, 1, (5, 2))}
    ids = tf.constant([0, 0, 1, 1, 4], name="ids")
    mixed = tf.constant([3, 0, -1, 0, 3], name="mixed")
    indices = tf.constant([0, 2, 2, 1, 4], name="indices")
    steps = []

    def add(name, y, differentiable=True):
        gradients = tf.gradients(y, data) if differentiable else []
        steps.append(run(name, [y] + gradients, feeds))

    for name in ("sum", "mean", "max", "min", "prod"):
        add(name, getattr(tf, "segment_" + name)(data, ids), name != "prod")
    for name in ("sum", "max", "min", "prod"):
        add("unsorted " + name, getattr(tf, "unsorted_segment_" + name)(data, mixed, 4))
    for name in ("mean", "sqrt_n"):
        add("unsorted " + name, getattr(tf, "unsorted_segment_" + name)(data, ids, 6))
    places = tf.constant([[0, 1], [1, 1], [2, 0], [1, 1], [0, 0]])
    add("of elements", tf.unsorted_segment_sum(data, places, 3))
    for name in ("sum", "mean", "sqrt_n"):
        function = getattr(tf, "sparse_segment_" + name)
        add("sparse " + name, function(data, indices, ids))
        add("sparse counted " + name, function(data, indices, ids, num_segments=7))
    numbers = tf.constant([1, 1, 4])
    steps.append(run("bincount", [tf.bincount(numbers), tf.bincount(numbers, minlength=7),
                                  tf.bincount(numbers, maxlength=3),
                                  tf.bincount(numbers, dtype=tf.float32),
                                  tf.bincount(numbers, weights=tf.constant([0.5, 0.5, 2.0]))]))
    values = tf.constant([-1.0, 0.0, 1.5, 2.0, 5.0, 15.0])
    steps.append(run("histograms", [tf.histogram_fixed_width(values, [0.0, 5.0], nbins=5),
                                    tf.histogram_fixed_width_bins(values, [0.0, 5.0], nbins=5)]))
    some = tf.placeholder(tf.int32)
    wrong = {"not sorted": [0, 3, 0, 3, 3], "negative": [-1, 0, 0, 0, 0], "too few": [0, 0]}
    for name in sorted(wrong):
        steps.append(run(name, tf.segment_sum(data, some), {**feeds, some: wrong[name]},
                         fails=True))
    steps += [
        run("too large", tf.unsorted_segment_sum(data, some, 3), {**feeds, some: [0, 1, 2, 3, 0]},
            fails=True),
        run("no row", tf.sparse_segment_sum(data, some, ids), {**feeds, some: [0, 1, 7, 3, 0]},
            fails=True),
        fails("static sizes", lambda: tf.unsorted_segment_sum(data, numbers, 4)),
        fails("negative count", lambda: tf.unsorted_segment_sum(data, ids, -4)),
        fails("rank", lambda: tf.segment_sum(data, places)),
    ]
    return steps


TOLERANCE = {"float64": 1e-12}
