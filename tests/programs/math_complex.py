"""Complex numbers: arithmetic, functions, parts, and gradients through them."""

import numpy as np

from programs import fails, run


def build(tf):
    rng = np.random.RandomState(2)
    a = tf.placeholder(tf.float64, [2, 3], name="a")
    b = tf.placeholder(tf.float64, [3], name="b")
    feeds = {a: rng.uniform(0.5, 1, (2, 3)), b: rng.uniform(0.5, 1, 3)}
    z = tf.complex(a, b)
    w = tf.complex(b, b * b)
    results = [
        z, z + w, z - w, z * w, z / w, z ** w, -z, tf.conj(z), tf.abs(z), tf.angle(z), tf.real(z),
        tf.imag(z), tf.exp(z), tf.log(z), tf.sqrt(z), tf.sin(z), tf.tanh(z), tf.sigmoid(z),
        tf.rsqrt(z), tf.reciprocal(z), tf.square(z), tf.sign(z), tf.matmul(z, z, adjoint_b=True),
        tf.reduce_sum(z, 1), tf.reduce_mean(z), tf.cumsum(z, 1), tf.real(a), tf.imag(a),
        tf.angle(a), tf.conj(a), tf.equal(z, z), tf.cast(a, tf.complex64)]
    steps = [run("values", results, feeds)]
    for i, y in enumerate(results[:26]):
        incoming = y * y + y if y.dtype.is_complex else None
        gradients = [g for g in tf.gradients(y, [a, b], incoming) if g is not None]
        if gradients:
            steps.append(run(f"gradients {i} {y.op.type}", gradients, feeds))
    return steps + [
        fails("parts of two dtypes", lambda: tf.complex(a, tf.constant(1.0))),
        fails("no numbers", lambda: tf.conj(tf.constant("a"))),
    ]


TOLERANCE = {"float64": 1e-12, "complex128": 1e-12, "complex64": 1e-6}
