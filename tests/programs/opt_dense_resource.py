"""Each optimizer on resource variables with dense gradients, for 20 steps."""

from programs.opt_dense import TOLERANCE, dense  # noqa: F401 - the tolerance is the program's


def build(tf):
    return dense(tf, resource=True)
