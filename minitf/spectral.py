"""tf.spectral: the transforms of tf.signal under their older name."""
# ruff: noqa: F401 - a namespace

from minitf.ops.fft_ops import (
    fft,
    fft2d,
    fft3d,
    ifft,
    ifft2d,
    ifft3d,
    irfft,
    irfft2d,
    irfft3d,
    rfft,
    rfft2d,
    rfft3d,
)
from minitf.ops.signal_dct_ops import dct, idct
