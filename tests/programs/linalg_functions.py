"""Functions of matrices: exponential, square root, pseudo-inverse, rank, norms of matrices."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(3)
    steps = []
    x = tf.placeholder(tf.float32, [2, 2, 2])
    value = rng.uniform(-1, 1, (2, 2, 2)) * [[[1]], [[3]]]
    free = tf.placeholder(tf.float64)
    z = tf.linalg.expm(free, name="exponential")
    for scale in (0.01, 0.1, 0.3, 1.0, 20.0):
        steps.append(run("expm %s" % scale, z, {free: value * scale}))
    m = tf.placeholder(tf.float64, [3, 2])
    part = tf.placeholder(tf.float32, [None, None, 2])
    feeds = {m: rng.uniform(-1, 1, (3, 2)), part: rng.uniform(-1, 1, (2, 3, 2)),
             free: np.eye(4)[:, :3]}
    inverses = [tf.linalg.pinv(m), tf.linalg.pinv(part, rcond=[0.1, 0.7]), tf.linalg.pinv(part),
                tf.linalg.pinv(free, validate_args=True)]
    ranks = [tf.linalg.matrix_rank(m), tf.linalg.matrix_rank(part, tol=0.5, name="rank"),
             tf.linalg.matrix_rank(free, validate_args=True), tf.linalg.matrix_rank([[1.0, 2.0]])]
    norms = [tf.norm(part, 2, axis=[0, -1], keepdims=True)]
    quotients = [tf.linalg.normalize(m), tf.linalg.normalize(part, 1, axis=-1, name="unit"),
                 tf.linalg.normalize(part, "fro", axis=[1, 2])]
    root = tf.linalg.sqrtm(x)
    positive = np.array([[[4.0, 1.0], [0.5, 2.0]], [[1.0, 0.25], [0.0, 3.0]]])
    steps += [
        seen("shapes", [str(t.shape) for t in inverses + ranks + norms + [z]]),
        run("inverses", [inverses, tf.gradients(inverses[0], m)], feeds),
        run("ranks", ranks, feeds),
        run("norms", norms, feeds),
        run("quotients", [quotients, tf.gradients(quotients[0][0] ** 2.0, m)], feeds),
        run("root", [root, tf.gradients(root, x)], {x: positive}),
        run("too small", inverses[-1], {free: np.ones(3)}, fails=True),
        fails("expm of ints", lambda: tf.linalg.expm([[1, 2], [3, 4]])),
        fails("pinv of complex", lambda: tf.linalg.pinv([[1j]])),
        fails("pinv of vector", lambda: tf.linalg.pinv([1.0])),
        fails("rank of vector", lambda: tf.linalg.matrix_rank([1.0])),
    ]
    return steps


TOLERANCE = {"float32": 1e-5, "float64": 1e-11}
