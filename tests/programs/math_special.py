"""Gamma, beta, zeta, error and Bessel functions, with gradients."""


from programs import run


def build(tf):
    x = tf.placeholder(tf.float64, [4], name="x")
    y = tf.placeholder(tf.float64, [4], name="y")
    feeds = {x: [0.3, 1.5, 2.5, 7.0], y: [0.2, 3.0, 4.0, 20.0]}
    functions = [
        tf.igamma(x, y), tf.igammac(x, y), tf.zeta(x + 1, y),
        tf.polygamma([0.0, 1.0, 2.0, 3.0] + 0 * x, y), tf.betainc(x, y, x / 10), tf.lbeta(x),
        tf.math.bessel_i0(x), tf.math.bessel_i1(x), tf.math.bessel_i0e(-x), tf.math.bessel_i1e(-x),
        tf.erf(x), tf.erfc(x), tf.lgamma(x), tf.digamma(x)]
    steps = []
    for i, z in enumerate(functions):
        gradients = [g for g in tf.gradients(z, [x, y]) if g is not None]
        steps.append(run(f"{i} {z.op.type}", [z, gradients], feeds))
    return steps


TOLERANCE = {"float64": 1e-9}
