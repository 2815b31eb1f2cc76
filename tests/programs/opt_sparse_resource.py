"""Each optimizer on resource variables of which rows are gathered, for 20 steps."""

from programs.opt_dense import TOLERANCE  # noqa: F401 - the tolerance is the program's
from programs.opt_sparse import sparse


def build(tf):
    return sparse(tf, resource=True)
