"""The mel scale: spectrograms in bands as the ear hears them, and their cepstral coefficients."""

from minitf.framework import dtypes
from minitf.framework.constant_folding import constant_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.operation import Tensor
from minitf.ops import array_ops, math_ops
from minitf.ops.signal_dct_ops import dct
from minitf.ops.signal_frame_ops import frame


def _hertz_to_mel(hertz):
    """O'Shaughnessy's formula: ``1127 ln(1 + f / 700)``."""
    with name_scope(None, "hertz_to_mel", [hertz]):
        hertz = convert_to_tensor(hertz)
        return 1127.0 * math_ops.log(1.0 + (hertz / 700.0))


def linear_to_mel_weight_matrix(num_mel_bins=20, num_spectrogram_bins=129, sample_rate=8000,
                                lower_edge_hertz=125.0, upper_edge_hertz=3800.0,
                                dtype=dtypes.float32, name=None):
    """The matrix M such that ``spectrogram @ M`` is a mel spectrogram: triangles on the mel scale.

    Args:
      num_mel_bins: bands of the result.
      num_spectrogram_bins: frequencies of the spectrogram, from 0 to half the sample rate.
      sample_rate: samples a second, a number or constant tensor.
      lower_edge_hertz, upper_edge_hertz: the outer edges of the first and last band.
      dtype: a float dtype.
      name: the operation's name.

    Returns:
      [num_spectrogram_bins, num_mel_bins]

    Raises:
      ValueError: numbers that make no bands, or a sample rate that is not constant.
    """
    with name_scope(name, "linear_to_mel_weight_matrix") as scope:
        if isinstance(sample_rate, Tensor):
            sample_rate = constant_value(sample_rate)
            if sample_rate is None:
                raise ValueError("`sample_rate` was a non-constant Tensor. Must be a Python float "
                                 "or a constant Tensor.")
        _check_bands(num_mel_bins, sample_rate, lower_edge_hertz, upper_edge_hertz, dtype)
        sample_rate = convert_to_tensor(sample_rate, dtype, name="sample_rate")
        lower_edge_hertz = convert_to_tensor(lower_edge_hertz, dtype, name="lower_edge_hertz")
        upper_edge_hertz = convert_to_tensor(upper_edge_hertz, dtype, name="upper_edge_hertz")
        zero = convert_to_tensor(0.0, dtype)
        nyquist = sample_rate / 2.0
        # The constant part of a spectrum, bin 0, belongs to no band.
        frequencies = math_ops.linspace(zero, nyquist, num_spectrogram_bins)[1:]
        bins = array_ops.expand_dims(_hertz_to_mel(frequencies), 1)
        lower, center, upper = _band_edges(lower_edge_hertz, upper_edge_hertz, num_mel_bins)
        rising = (bins - lower) / (center - lower)
        falling = (upper - bins) / (upper - center)
        weights = math_ops.maximum(zero, math_ops.minimum(rising, falling))
        return array_ops.pad(weights, [[1, 0], [0, 0]], name=scope)


def _band_edges(lower_edge_hertz, upper_edge_hertz, num_mel_bins):
    """(lower edges, centers, upper edges) in mel, each [1, num_mel_bins]: three a band."""
    edges = math_ops.linspace(_hertz_to_mel(lower_edge_hertz), _hertz_to_mel(upper_edge_hertz),
                              num_mel_bins + 2)
    bands = frame(edges, frame_length=3, frame_step=1)
    return [array_ops.reshape(t, [1, num_mel_bins]) for t in array_ops.split(bands, 3, axis=1)]


def _check_bands(num_mel_bins, sample_rate, lower_edge_hertz, upper_edge_hertz, dtype):
    if num_mel_bins <= 0:
        raise ValueError(f"num_mel_bins must be positive. Got: {num_mel_bins}")
    if sample_rate <= 0.0:
        raise ValueError(f"sample_rate must be positive. Got: {sample_rate}")
    if lower_edge_hertz < 0.0:
        raise ValueError(f"lower_edge_hertz must be non-negative. Got: {lower_edge_hertz}")
    if lower_edge_hertz >= upper_edge_hertz:
        raise ValueError(f"lower_edge_hertz {lower_edge_hertz:.1f} >= upper_edge_hertz "
                         f"{upper_edge_hertz:.1f}")
    if upper_edge_hertz > sample_rate / 2:
        raise ValueError("upper_edge_hertz must not be larger than the Nyquist frequency "
                         f"(sample_rate / 2). Got: {upper_edge_hertz} for sample_rate: "
                         f"{sample_rate}")
    if not dtype.is_floating:
        raise ValueError(f"dtype must be a floating point type. Got: {dtype}")


def mfccs_from_log_mel_spectrograms(log_mel_spectrograms, name=None):
    """Mel-frequency cepstral coefficients: the DCT-II of log mel spectrograms, scaled as HTK does.

    Args:
      log_mel_spectrograms: float32, [..., num_mel_bins].
      name: the name scope.

    Raises:
      ValueError: there are no bands.
    """
    with name_scope(name, "mfccs_from_log_mel_spectrograms", [log_mel_spectrograms]):
        x = convert_to_tensor(log_mel_spectrograms, dtype=dtypes.float32)
        if x.shape.ndims and x.shape.dims[-1].value is not None:
            bands = x.shape.dims[-1].value
            if bands == 0:
                raise ValueError(f"num_mel_bins must be positive. Got: {x}")
        else:
            bands = array_ops.shape(x)[-1]
        return dct(x, type=2) * math_ops.rsqrt(math_ops.cast(bands, dtypes.float32) * 2.0)
