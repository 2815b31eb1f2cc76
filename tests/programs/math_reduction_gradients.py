"""Gradients of reductions: by axis, with axes kept, and for shapes that are not known."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(3)
    value = rng.uniform(-1, 1, (2, 3))
    steps = []
    axis = tf.placeholder_with_default(np.array([1], np.int32), [1], name="axis")
    for shape, reductions in (
            ([2, 3], [tf.reduce_sum, tf.reduce_mean, tf.reduce_prod, tf.reduce_max, tf.reduce_min]),
            ([None, 3], [tf.reduce_sum, tf.reduce_mean, tf.reduce_logsumexp]),
            (None, [tf.reduce_sum, tf.reduce_max])):
        x = tf.placeholder(tf.float64, shape)
        for i, reduction in enumerate(reductions):
            for axes, keep in ((None, False), (0, True), (axis, False)):
                y = reduction(x, axes, keepdims=keep)
                steps.append(run(f"{i} {shape} {axes is axis or axes} {keep}",
                                 [y] + tf.gradients(y, x), {x: value}))
    x = tf.placeholder(tf.float32, [2, 3])
    free = tf.placeholder(tf.float32, None)
    steps += [
        seen("shapes", [str(tf.reduce_sum(x, axis).shape), str(tf.reduce_sum(x, axis, True).shape),
                        str(tf.reduce_sum(free).shape), str(tf.reduce_sum(x, []).shape),
                        str(tf.reduce_sum(free, keepdims=True).shape)]),
        run("old names", [tf.reduce_sum(x, reduction_indices=0),
                          tf.reduce_mean(x, 1, keep_dims=True)], {x: value}),
        run("nothing", [tf.reduce_sum(free, 0), tf.reduce_max(free, 0), tf.reduce_prod(free, 0),
                        tf.reduce_mean(free, 0)], {free: np.zeros((0, 2))}),
        run("logic", [tf.reduce_all(x > 0, 1), tf.reduce_any(x > 0), tf.count_nonzero(x, 0)],
            {x: value}),
        run("no such axis", tf.reduce_sum(free, 3), {free: value}, fails=True),
        fails("no axis 2", lambda: tf.reduce_sum(x, 2)),
        fails("axes of rank 2", lambda: tf.reduce_sum(x, [[0]])),
        fails("both names", lambda: tf.reduce_sum(x, axis=0, reduction_indices=0)),
        fails("argmax", lambda: tf.argmax(x, 2)),
        run("argmax of nothing", tf.argmax(free, 0), {free: np.zeros((0, 2))}, fails=True),
        run("argmax axis", tf.argmax(free, axis[0]), {free: [1.0]}, fails=True),
    ]
    return steps


TOLERANCE = {"float64": 1e-12, "float32": 2e-6}
