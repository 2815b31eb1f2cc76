"""The fused updates of optimizers on resource variables, op by op."""

from programs.opt_kernels import TOLERANCE, cases  # noqa: F401 - the tolerance is the program's


def build(tf):
    return (cases(tf, sparse=False, resource=True, dtypes=["float64"])
            + cases(tf, sparse=True, resource=True, dtypes=["float64"]))
