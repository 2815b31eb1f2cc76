"""tf.signal: Fourier and cosine transforms, frames, windows, the mel scale."""
# ruff: noqa: F401 - a namespace

from minitf.ops.fft_ops import (
    fft,
    fft2d,
    fft3d,
    fftshift,
    ifft,
    ifft2d,
    ifft3d,
    ifftshift,
    irfft,
    irfft2d,
    irfft3d,
    rfft,
    rfft2d,
    rfft3d,
)
from minitf.ops.signal_dct_ops import dct, idct
from minitf.ops.signal_frame_ops import (
    frame,
    inverse_stft,
    inverse_stft_window_fn,
    overlap_and_add,
    stft,
)
from minitf.ops.signal_mel_ops import (
    linear_to_mel_weight_matrix,
    mfccs_from_log_mel_spectrograms,
)
from minitf.ops.signal_window_ops import hamming_window, hann_window
