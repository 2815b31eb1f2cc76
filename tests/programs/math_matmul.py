"""Matrix products of every rank, transposed and not, with gradients; and what does not fit."""

import numpy as np

from programs import fails, run


def build(tf):
    rng = np.random.RandomState(4)
    steps = []

    def tensor(shape, known=True):
        x = tf.placeholder(tf.float64, shape if known else None)
        feeds[x] = rng.uniform(-1, 1, shape)
        return x

    feeds = {}
    for known in (True, False):
        for a_shape, b_shape in (((2, 3), (3, 4)), ((5, 2, 3), (5, 3, 4)), ((5, 2, 3), (3, 4)),
                                 ((2, 1, 2, 3), (5, 3, 4))):
            for transpose_a, adjoint_b in ((False, False), (True, True)):
                a = tensor(a_shape[:-2] + a_shape[:-3:-1] if transpose_a else a_shape, known)
                b = tensor(b_shape[:-2] + b_shape[:-3:-1] if adjoint_b else b_shape, known)
                c = tf.matmul(a, b, transpose_a=transpose_a, adjoint_b=adjoint_b)
                steps.append(run(f"{a_shape} {b_shape} {transpose_a} {known}",
                                 [c] + tf.gradients(c, [a, b]), feeds))
    m, v = tensor((2, 3)), tensor((3,))
    s = tf.cast(m, tf.float32)
    sparse = tf.matmul(s, s, transpose_b=True, a_is_sparse=True)
    cube = tensor((2, 3, 3))
    results = [tf.linalg.matvec(m, v), sparse, tf.trace(cube), tf.cross(m, m + 1),
               tf.matmul(m, tf.transpose(m))]
    free, other = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    steps += [run("others", results, feeds)]
    steps += [run(f"gradients of others {i}", [g for g in tf.gradients(y, [m, v, cube])
                                                       if g is not None], feeds)
              for i, y in enumerate(results)]
    steps += [
        run("half", tf.matmul(tf.cast(m, tf.half), tf.cast(m, tf.half), transpose_a=True), feeds),
        run("nothing to sum", tf.matmul(tf.zeros([2, 0]), tf.zeros([0, 3]))),
        run("sizes", tf.matmul(free, other), {free: np.ones((2, 3)), other: np.ones((2, 3))},
            fails=True),
        run("batches", tf.matmul(free, other),
            {free: np.ones((2, 2, 3)), other: np.ones((3, 3, 4))}, fails=True),
        run("rank", tf.matmul(free, other), {free: np.ones(3), other: np.ones((3, 4))}, fails=True),
        fails("static sizes", lambda: tf.matmul(m, m)),
        fails("static rank", lambda: tf.matmul(v, m)),
        fails("static batches", lambda: tf.matmul(tf.zeros([2, 3, 4]), tf.zeros([3, 4, 5]))),
        fails("dtypes", lambda: tf.matmul(m, s)),
        fails("twice", lambda: tf.matmul(m, m, transpose_a=True, adjoint_a=True)),
    ]
    return steps


TOLERANCE = {"float64": 1e-12, "float32": 2e-6}
