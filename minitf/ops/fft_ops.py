"""Fourier transforms over the last one, two or three axes, of complex and of real tensors."""

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.constant_folding import constant_value_as_shape, static_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import op
from minitf.ops import array_ops, math_ops
from minitf.ops.common_shapes import shape_of, with_rank, with_rank_at_least, with_value

# ---- FFT, IFFT: complex to complex ----


def fft(input, name=None):
    """The discrete Fourier transform over the last axis (TF op: FFT).

    ``y[k] = sum_n x[n] exp(-2 pi i k n / N)``; complex64 and complex128.
    """
    return FFT(input, name=name)


def ifft(input, name=None):
    """The inverse of fft, which divides by N (TF op: IFFT)."""
    return IFFT(input, name=name)


def fft2d(input, name=None):
    """The discrete Fourier transform over the last two axes (TF op: FFT2D)."""
    return FFT2D(input, name=name)


def ifft2d(input, name=None):
    """The inverse of fft2d (TF op: IFFT2D)."""
    return IFFT2D(input, name=name)


def fft3d(input, name=None):
    """The discrete Fourier transform over the last three axes (TF op: FFT3D)."""
    return FFT3D(input, name=name)


def ifft3d(input, name=None):
    """The inverse of fft3d (TF op: IFFT3D)."""
    return IFFT3D(input, name=name)


def _complex_transform(op_type, rank, transform):
    axes = tuple(range(-rank, 0))

    def shape(input):
        return with_rank_at_least(input.shape, rank)

    def kernel(input):
        if np.ndim(input) < rank:
            raise errors.InvalidArgumentError(
                None, None, f"Input must have rank of at least {rank} but got: "
                            f"[{','.join(map(str, np.shape(input)))}]")
        if input.size == 0:
            return input
        return transform(input, axes=axes).astype(input.dtype, copy=False)

    op_type.shape(shape)
    op_type.kernel(kernel)
    return op_type


FFT = _complex_transform(op("FFT(input: Tcomplex; Tcomplex: type = complex64)"
                            " -> (output: Tcomplex)", Tcomplex="complex64 complex128"), 1,
                         np.fft.fftn)
IFFT = _complex_transform(op("IFFT(input: Tcomplex; Tcomplex: type = complex64)"
                             " -> (output: Tcomplex)", Tcomplex="complex64 complex128"),
                          1, np.fft.ifftn)
FFT2D = _complex_transform(op("FFT2D(input: Tcomplex; Tcomplex: type = complex64)"
                              " -> (output: Tcomplex)", Tcomplex="complex64 complex128"),
                           2, np.fft.fftn)
IFFT2D = _complex_transform(op("IFFT2D(input: Tcomplex; Tcomplex: type = complex64)"
                               " -> (output: Tcomplex)", Tcomplex="complex64 complex128"),
                            2, np.fft.ifftn)
FFT3D = _complex_transform(op("FFT3D(input: Tcomplex; Tcomplex: type = complex64)"
                              " -> (output: Tcomplex)", Tcomplex="complex64 complex128"),
                           3, np.fft.fftn)
IFFT3D = _complex_transform(op("IFFT3D(input: Tcomplex; Tcomplex: type = complex64)"
                               " -> (output: Tcomplex)", Tcomplex="complex64 complex128"),
                            3, np.fft.ifftn)


def _size(tensor, rank):
    """The number of elements of the last axes."""
    return math_ops.reduce_prod(array_ops.shape(tensor)[-rank:])


def _fft_gradient(rank, inverse):
    def rule(op, grad):
        size = math_ops.cast(_size(grad, rank), grad.dtype)
        return inverse(grad) * size

    return rule


def _ifft_gradient(rank, forward):
    def rule(op, grad):
        size = math_ops.cast(_size(grad, rank), grad.dtype.real_dtype)
        rsize = math_ops.cast(1.0 / size, grad.dtype)
        return forward(grad) * rsize

    return rule


for _rank, (_forward, _forward_op, _inverse, _inverse_op) in enumerate(
        [(fft, FFT, ifft, IFFT), (fft2d, FFT2D, ifft2d, IFFT2D),
         (fft3d, FFT3D, ifft3d, IFFT3D)], 1):
    _forward_op.gradient(_fft_gradient(_rank, _inverse))
    _inverse_op.gradient(_ifft_gradient(_rank, _forward))


# ---- RFFT: real to complex ----


def rfft(input_tensor, fft_length=None, name=None):
    """The first half of the Fourier transform of real numbers over the last axis (TF op: RFFT).

    Args:
      input_tensor: float32.
      fft_length: a vector with the length; shorter axes are filled with zeros, longer ones cut.
        None: the length of the axis.
      name: the name scope.

    Returns:
      complex64, with the last dimension ``fft_length // 2 + 1``.
    """
    return _rfft(RFFT, 1, "rfft", input_tensor, fft_length, name)


def rfft2d(input_tensor, fft_length=None, name=None):
    """rfft over the last two axes (TF op: RFFT2D); ``fft_length`` has two numbers."""
    return _rfft(RFFT2D, 2, "rfft2d", input_tensor, fft_length, name)


def rfft3d(input_tensor, fft_length=None, name=None):
    """rfft over the last three axes (TF op: RFFT3D); ``fft_length`` has three numbers."""
    return _rfft(RFFT3D, 3, "rfft3d", input_tensor, fft_length, name)


def irfft(input_tensor, fft_length=None, name=None):
    """The inverse of rfft: from the first half of a spectrum to real numbers (TF op: IRFFT).

    Args:
      input_tensor: complex64, with the last dimension ``fft_length // 2 + 1``.
      fft_length: a vector with the length of the result; None: ``2 * (last dimension - 1)``.
      name: the name scope.
    """
    return _irfft(IRFFT, 1, "irfft", input_tensor, fft_length, name)


def irfft2d(input_tensor, fft_length=None, name=None):
    """The inverse of rfft2d (TF op: IRFFT2D)."""
    return _irfft(IRFFT2D, 2, "irfft2d", input_tensor, fft_length, name)


def irfft3d(input_tensor, fft_length=None, name=None):
    """The inverse of rfft3d (TF op: IRFFT3D)."""
    return _irfft(IRFFT3D, 3, "irfft3d", input_tensor, fft_length, name)


def _rfft(op_type, rank, default_name, input_tensor, fft_length, name):
    with name_scope(name, default_name, [input_tensor, fft_length]) as scope:
        x = convert_to_tensor(input_tensor, dtypes.float32)
        x.shape.with_rank_at_least(rank)
        if fft_length is None:
            known = x.shape[-rank:]
            fft_length = (known.as_list() if known.is_fully_defined()
                          else array_ops.shape(x)[-rank:])
        fft_length = convert_to_tensor(fft_length, dtypes.int32)
        return op_type(_padded(x, rank, fft_length), fft_length, name=scope)


def _irfft(op_type, rank, default_name, input_tensor, fft_length, name):
    with name_scope(name, default_name, [input_tensor, fft_length]) as scope:
        x = convert_to_tensor(input_tensor, dtypes.complex64)
        x.shape.with_rank_at_least(rank)
        fft_length = (_length_of_inverse(x, rank) if fft_length is None
                      else convert_to_tensor(fft_length, dtypes.int32))
        return op_type(_padded(x, rank, fft_length, of_spectrum=True), fft_length, name=scope)


def _length_of_inverse(x, rank):
    known = x.shape[-rank:]
    if known.is_fully_defined():
        lengths = known.as_list()
        if lengths:
            lengths[-1] = max(0, 2 * (lengths[-1] - 1))
        return convert_to_tensor(lengths, dtypes.int32)
    lengths = array_ops.unstack(array_ops.shape(x)[-rank:])
    lengths[-1] = math_ops.maximum(0, 2 * (lengths[-1] - 1))
    return array_ops.stack(lengths)


def _padded(x, rank, fft_length, of_spectrum=False):
    """``x`` with zeros behind, so that its last axes are at least as long as ``fft_length``."""
    wanted = constant_value_as_shape(fft_length)
    if x.shape._dims is not None and 0 in x.shape._dims:
        return x
    if wanted.is_fully_defined() and x.shape.ndims is not None:
        present = x.shape[-wanted.ndims:]
        if present.is_fully_defined():
            lengths = wanted.as_list()
            if of_spectrum:
                lengths[-1] = lengths[-1] // 2 + 1
            paddings = [[0, max(a - b, 0)] for a, b in zip(lengths, present.as_list())]
            if any(after for _, after in paddings):
                outer = [[0, 0]] * max(x.shape.ndims - wanted.ndims, 0)
                return array_ops.pad(x, outer + paddings)
            return x
    present_rank = array_ops.rank(x)
    present = array_ops.shape(x)[-rank:]
    outer_dims = math_ops.maximum(0, present_rank - rank)
    outer = array_ops.zeros([outer_dims], fft_length.dtype)
    if of_spectrum:
        fft_length = array_ops.concat([fft_length[:-1], fft_length[-1:] // 2 + 1], 0)
    after = math_ops.maximum(0, fft_length - present)
    paddings = array_ops.concat([outer, after], 0)
    paddings = array_ops.stack([array_ops.zeros_like(paddings), paddings], axis=1)
    return array_ops.pad(x, paddings)


def _real_transform(op_type, rank, forward):
    axes = tuple(range(-rank, 0))

    def shape(input, fft_length):
        with_rank_at_least(input.shape, rank)
        length = with_rank(fft_length.shape, 1)
        with_value(length._dims[0], rank)
        if input.shape._dims is None:
            return shape_of(None)
        known = static_value(fft_length)
        lengths = [None] * rank if known is None else known.tolist()
        if forward and lengths[-1]:
            lengths[-1] = lengths[-1] // 2 + 1
        return shape_of([*input.shape._dims[:-rank], *lengths])

    def kernel(input, fft_length):
        if np.shape(fft_length) != (rank,):
            raise ValueError(f"fft_length must have shape [{rank}]")
        lengths = np.asarray(fft_length).tolist()
        _check_lengths(np.shape(input), lengths, rank, forward)
        dtype = np.complex64 if forward else np.float32
        if 0 in lengths or 0 in input.shape:
            last = lengths[-1] // 2 + 1 if forward and lengths[-1] else lengths[-1]
            return np.zeros((*input.shape[:-rank], *lengths[:-1], last), dtype)
        transform = np.fft.rfftn if forward else np.fft.irfftn
        return transform(input, s=lengths, axes=axes).astype(dtype, copy=False)

    op_type.shape(shape)
    op_type.kernel(kernel)
    return op_type


def _check_lengths(shape, lengths, rank, forward):
    """The input has what the transform reads."""
    message = None
    if len(shape) < rank:
        message = (f"Input must have rank of at least {rank} but got: "
                   f"[{','.join(map(str, shape))}]")
    elif len(lengths) != rank:
        message = f"fft_length must have shape [{rank}]"
    elif min(lengths) < 0:
        message = "fft_length[" + str(lengths.index(min(lengths))) + "] must >= 0, but got: " + str(
            min(lengths))
    else:
        for i, length in enumerate(lengths):
            least = length // 2 + 1 if not forward and i == rank - 1 else length
            size = shape[len(shape) - rank + i]
            if size and size < least:
                message = (f"Input dimension {len(shape) - rank + i} must have length of at least "
                           f"{least} but got: {size}")
                break
    if message is not None:
        raise errors.InvalidArgumentError(None, None, message)


RFFT = _real_transform(op("RFFT(input: float, fft_length: int32) -> (output: complex64)"), 1, True)
IRFFT = _real_transform(op("IRFFT(input: complex64, fft_length: int32) -> (output: float)"), 1,
                        False)
RFFT2D = _real_transform(op("RFFT2D(input: float, fft_length: int32) -> (output: complex64)"), 2,
                         True)
IRFFT2D = _real_transform(op("IRFFT2D(input: complex64, fft_length: int32) -> (output: float)"), 2,
                          False)
RFFT3D = _real_transform(op("RFFT3D(input: float, fft_length: int32) -> (output: complex64)"), 3,
                         True)
IRFFT3D = _real_transform(op("IRFFT3D(input: complex64, fft_length: int32) -> (output: float)"), 3,
                          False)


# ---- gradients of the real transforms ----


def _signs(length):
    """1, -1, 1, ... as complex numbers."""
    return math_ops.cast(1 - 2 * (math_ops.range(length) % 2), dtypes.complex64)


def _rfft_gradient(rank, inverse):
    """The left-out half of the spectrum mirrors the other, but for its first and last element.

    So the gradient is the inverse transform, with what these two contribute counted apart.
    """
    def rule(op, grad):
        fft_length = op.inputs[1]
        input_shape = array_ops.shape(op.inputs[0])
        is_even = math_ops.cast(1 - (fft_length[-1] % 2), dtypes.complex64)
        first = grad[..., 0:1]
        if rank == 1:
            last = grad[..., -1:]
            extra = first + is_even * last * _signs(input_shape[-1])
        else:
            extra = _extra_terms_2d(grad, first, input_shape, is_even)
        size = math_ops.cast(_size(op.inputs[0], rank), dtypes.float32)
        return 0.5 * (inverse(grad, fft_length) * size + math_ops.real(extra)), None

    return rule


def _extra_terms_2d(grad, first, input_shape, is_even):
    matrix = _tiled_like(_fourier_matrix(input_shape[-2]), first)
    extra = math_ops.matmul(matrix, math_ops.conj(first))
    last = grad[..., -1:]
    last_term = math_ops.matmul(matrix, math_ops.conj(last))
    width = input_shape[-1]
    ones = array_ops.ones([array_ops.rank(grad) - 1], dtypes.int32)
    last_term = array_ops.tile(last_term, array_ops.concat([ones, [width]], 0)) * _signs(width)
    return extra + is_even * last_term


def _fourier_matrix(length):
    columns = array_ops.tile(array_ops.expand_dims(math_ops.range(length), 0), (length, 1))
    rows = array_ops.transpose(columns, [1, 0])
    return math_ops.exp(-2j * np.pi * math_ops.cast(columns * rows, dtypes.complex64)
                        / math_ops.cast(length, dtypes.complex64))


def _tiled_like(matrix, tensor):
    """The matrix, repeated over the outer axes of ``tensor``."""
    ones = array_ops.ones([array_ops.rank(tensor) - 2], dtypes.int32)
    expanded = array_ops.reshape(matrix, array_ops.concat([ones, array_ops.shape(matrix)], 0))
    return array_ops.tile(expanded, array_ops.concat([array_ops.shape(tensor)[:-2], [1, 1]], 0))


def _irfft_gradient(rank, forward):
    """Each element of the spectrum stands for two, but for the first, and the last if N is even."""
    def rule(op, grad):
        fft_length = op.inputs[1]
        is_odd = math_ops.mod(fft_length[-1], 2)
        width = array_ops.shape(op.inputs[0])[-1]
        weights = array_ops.concat(
            [[1.0], 2.0 * array_ops.ones([width - 2 + is_odd]), array_ops.ones([1 - is_odd])], 0)
        rsize = math_ops.reciprocal(math_ops.cast(_size(grad, rank), dtypes.float32))
        spectrum = forward(grad, fft_length)
        return spectrum * math_ops.cast(rsize * weights, dtypes.complex64), None

    return rule


RFFT.gradient(_rfft_gradient(1, irfft))
RFFT2D.gradient(_rfft_gradient(2, irfft2d))
IRFFT.gradient(_irfft_gradient(1, rfft))
IRFFT2D.gradient(_irfft_gradient(2, rfft2d))


# ---- shifts ----


def fftshift(x, axes=None, name=None):
    """``x`` rolled so that the element of frequency 0 is in the middle of each axis.

    Args:
      x: a tensor whose shifted dimensions are known.
      axes: an axis or a list; None: all.
      name: the operation's name.
    """
    return _shifted(x, axes, name, "fftshift", 1)


def ifftshift(x, axes=None, name=None):
    """The inverse of fftshift."""
    return _shifted(x, axes, name, "ifftshift", -1)


def _shifted(x, axes, name, default_name, sign):
    with name_scope(name, default_name) as scope:
        x = convert_to_tensor(x)
        if axes is None:
            axes = tuple(range(x.shape.ndims))
            shift = [sign * int(dim // 2) for dim in x.shape]
        elif isinstance(axes, int):
            shift = sign * int(x.shape[axes] // 2)
        else:
            shift = [sign * int(x.shape[axis] // 2) for axis in axes]
        return array_ops.roll(x, shift, axes, scope)
