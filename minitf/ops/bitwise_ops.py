"""Bits of integers (tf.bitwise)."""

import numpy as np

from minitf.ops.elementwise import elementwise

_INTEGERS = "int8 int16 int32 int64 uint8 uint16 uint32 uint64"


def bitwise_and(x, y, name=None):
    """The bits set in both ``x`` and ``y`` (TF op: BitwiseAnd)."""
    return BitwiseAnd(x, y, name=name)


def bitwise_or(x, y, name=None):
    """The bits set in ``x`` or ``y`` (TF op: BitwiseOr)."""
    return BitwiseOr(x, y, name=name)


def bitwise_xor(x, y, name=None):
    """The bits set in exactly one of ``x`` and ``y`` (TF op: BitwiseXor)."""
    return BitwiseXor(x, y, name=name)


def invert(x, name=None):
    """All bits of ``x`` flipped (TF op: Invert)."""
    return Invert(x, name=name)


def left_shift(x, y, name=None):
    """``x`` shifted to the left by ``y`` bits (TF op: LeftShift).

    Distances below 0 count as 0, those above the width of ``x`` as its width less 1.
    """
    return LeftShift(x, y, name=name)


def right_shift(x, y, name=None):
    """``x`` shifted to the right by ``y`` bits; the sign is kept (TF op: RightShift).

    Distances are bounded as in ``left_shift``.
    """
    return RightShift(x, y, name=name)


def population_count(x, name=None):
    """The number of bits set (TF op: PopulationCount)."""
    return PopulationCount(x, name=name)


def _shifted(shift):
    def kernel(x, y):
        # C leaves other distances undefined; TF clamps them.
        return shift(x, np.clip(y, 0, x.dtype.itemsize * 8 - 1).astype(y.dtype))

    return kernel


def _population_count(x):
    octets = np.frombuffer(np.ascontiguousarray(x).tobytes(), np.uint8)
    bits = np.unpackbits(octets).reshape(*np.shape(x), x.dtype.itemsize * 8)
    return bits.sum(axis=-1, dtype=np.uint8)


BitwiseAnd = elementwise("BitwiseAnd(x: T, y: T) -> (z: T)", np.bitwise_and, commutative=True,
                         differentiable=False, T=_INTEGERS)
BitwiseOr = elementwise("BitwiseOr(x: T, y: T) -> (z: T)", np.bitwise_or, commutative=True,
                        differentiable=False, T=_INTEGERS)
BitwiseXor = elementwise("BitwiseXor(x: T, y: T) -> (z: T)", np.bitwise_xor, commutative=True,
                         differentiable=False, T=_INTEGERS)
Invert = elementwise("Invert(x: T) -> (y: T)", np.invert, differentiable=False, T=_INTEGERS)
LeftShift = elementwise("LeftShift(x: T, y: T) -> (z: T)", _shifted(np.left_shift),
                        differentiable=False, T=_INTEGERS)
RightShift = elementwise("RightShift(x: T, y: T) -> (z: T)", _shifted(np.right_shift),
                         differentiable=False, T=_INTEGERS)
PopulationCount = elementwise("PopulationCount(x: T) -> (y: uint8)", _population_count,
                              differentiable=False, T=_INTEGERS)
