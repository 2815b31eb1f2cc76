"""The ops: one family a file, each op one block (called, declared, shaped, run, differentiated).

``array_ops`` and ``math_ops`` are facades over modules that use each other through them, so they
are loaded first.
"""

from minitf.framework import op_builder  # noqa: F401 - op types add their nodes by it
from minitf.ops import array_ops, math_ops  # noqa: F401
