"""matmul: transposed, batched, of unknown shape, and the gradients of each."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(6)
    a = tf.constant(rng.normal(size=(2, 3)).astype(np.float32), name="a")
    b = tf.constant(rng.normal(size=(3, 2)).astype(np.float32), name="b")
    steps = []
    for transpose_a in (False, True):
        for transpose_b in (False, True):
            left = b if transpose_a else a
            right = a if transpose_b else b
            c = tf.matmul(left, right, transpose_a, transpose_b)
            grads = tf.gradients(c, [left, right], grad_ys=tf.constant([[1.0, 2.0], [3.0, 4.0]]))
            steps.append(run(f"{transpose_a} {transpose_b}", [c] + grads))
    free = tf.placeholder(tf.float32, [None, 3], name="free")
    unknown = tf.placeholder(tf.float32, name="unknown")
    batch = tf.constant(rng.normal(size=(4, 2, 3)), name="batch")
    other = tf.constant(rng.normal(size=(4, 2, 3)), name="other")
    results = [tf.matmul(free, b), tf.matmul(unknown, b, name="named"),
               tf.matmul(batch, other, transpose_b=True), tf.matmul(batch, other, adjoint_a=True),
               tf.matmul(tf.cast(a, tf.complex64), tf.cast(b, tf.complex64)),
               tf.matmul(tf.constant([[1, 2]]), tf.constant([[3], [4]])),
               tf.matmul(a, tf.matmul(b, a)),
               tf.matmul(np.float32([[1, 2, 3]]), b), a @ b]
    feeds = {free: rng.normal(size=(5, 3)), unknown: rng.normal(size=(1, 3))}
    steps += [
        seen("shapes", [[y.op.type, str(y.shape)] for y in results]),
        run("values", results, feeds),
        run("gradients", tf.gradients(results[:4], [free, unknown, batch, other, b]), feeds),
        fails("inner", lambda: tf.matmul(a, a)),
        fails("rank", lambda: tf.matmul(a, b[0])),
        fails("types", lambda: tf.matmul(a, tf.constant([[1], [2], [3]]))),
        fails("both", lambda: tf.matmul(a, b, transpose_a=True, adjoint_a=True)),
        run("at run time", results[0], {free: np.zeros([5, 4])}, fails=True),
        run("inner at run time", results[1], {unknown: np.zeros([1, 4])}, fails=True),
    ]
    return steps


TOLERANCE = {"float32": 3e-6, "complex64": 3e-6}
