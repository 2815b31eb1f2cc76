"""Binary ops between shapes that are known, partly known and unknown, and the gradients' shapes."""

import numpy as np

from programs import run, seen


def build(tf):
    rng = np.random.RandomState(5)
    shapes = {"scalar": [], "row": [4], "column": [3, 1], "matrix": [3, 4], "ones": [1, 1]}
    known = {name: tf.constant(rng.uniform(1, 2, shape).astype(np.float32), name=name)
             for name, shape in sorted(shapes.items())}
    batch = tf.placeholder(tf.float32, [None, 4], name="batch")
    unknown = tf.placeholder(tf.float32, name="unknown")
    feeds = {batch: rng.uniform(1, 2, (3, 4)), unknown: rng.uniform(1, 2, (2, 1, 4))}
    steps = []
    ops = [("add", tf.add), ("subtract", tf.subtract), ("multiply", tf.multiply),
           ("divide", tf.divide), ("maximum", tf.maximum), ("pow", tf.pow),
           ("squared_difference", tf.squared_difference), ("minimum", tf.minimum)]
    others = sorted(known.values(), key=lambda t: t.name)
    for i, (name, op) in enumerate(ops):
        lefts = [known["matrix"], known["row"], batch, batch, unknown, known["column"]]
        rights = [others[i % 5], known["column"], others[(i + 1) % 5], unknown, known["matrix"],
                  known["column"]]
        results = [op(a, b) for a, b in zip(lefts, rights)]
        grads = [tf.gradients(y, [a, b]) for y, a, b in zip(results, lefts, rights)]
        steps.append(seen(name + " shapes", [[str(t.shape) for t in [y] + list(g)]
                                             for y, g in zip(results, grads)]))
        steps.append(run(name, [results, grads], feeds))
    return steps


TOLERANCE = {"float32": 3e-6}
