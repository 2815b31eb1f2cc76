"""Special functions."""

from cases import N, P, V, row, rows

TOLERANCE = 1e-5

ROWS = [
    rows("""
        tf.math.erf(x)
        tf.math.erfc(x)
        tf.math.bessel_i0e(x)
        tf.math.bessel_i1e(x)
        tf.math.bessel_i0(x)
        tf.math.bessel_i1(x)
        tf.math.softplus(x)
    """, x=N(2, 3)),
    rows("""
        tf.math.lgamma(x)
        tf.math.digamma(x)
        tf.lbeta(x)
    """, x=P(2, 3)),
    rows("""
        tf.math.igamma(x, y)
        tf.math.igammac(x, y)
    """, numeric=1, x=P(2, 3), y=P(3)),
    row("raw.IgammaGradA(a=x, x=y)", numeric=False, x=P(2, 3), y=P(3)),
    row("tf.math.zeta(x, y)", numeric=False, x=V([1.5, 2.0, 3.5]), y=P(2, 3)),
    row("tf.math.polygamma(x, y)", numeric=False, x=V([0.0, 1.0, 2.0]), y=P(2, 3)),
    row("tf.math.polygamma(x, y)", numeric=False, x=V([0.5, -1.0, 2.25]), y=P(3)),
    rows("""
        tf.math.igamma(x, y)
        tf.math.igammac(x, y)
        raw.IgammaGradA(a=x, x=y)
    """, numeric=False, grads=False, x=V([-1.0, 0.0, 1.5, -0.5]), y=V([0.0, 0.5, 0.0, 2.0])),
    row("tf.math.betainc(a, b, x)", numeric=False, a=P(3), b=P(3), x=V([0.1, 0.5, 0.9])),
    row("tf.betainc(a, b, x)", numeric=False, shapes="known", a=P(), b=P(), x=V([0.1, 0.5, 0.9])),
    row("tf.math.lgamma(x)", numeric=False, x=V([0.0, -1.0, -0.5, 1e10, float("inf")])),
    row("tf.math.digamma(x)", numeric=False, grads=False, x=V([-0.5, 1e10, 100.0])),
    row("tf.math.erf(x)", numeric=False, x=V([0.0, -10.0, 10.0, float("nan"), 1e-20])),
]
