"""Circulant matrices, and nested blocks of them: diagonal after a Fourier transform."""

import numpy as np

from minitf.framework import dtypes
from minitf.framework.constant_folding import constant_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.tensor_shape import TensorShape
from minitf.linear_operators import broadcasting
from minitf.linear_operators.operator import LinearOperator
from minitf.ops import array_ops, check_ops, fft_ops, linalg_ops, math_ops

_FFT = {1: fft_ops.fft, 2: fft_ops.fft2d, 3: fft_ops.fft3d}
_IFFT = {1: fft_ops.ifft, 2: fft_ops.ifft2d, 3: fft_ops.ifft3d}


def to_complex(x):
    """``x`` in the complex dtype of its precision."""
    if x.dtype.is_complex:
        return x
    return math_ops.cast(x, dtypes.complex128 if x.dtype == dtypes.float64 else dtypes.complex64)


class _Circulant(LinearOperator):
    """``inverse(F) @ diag(spectrum) @ F``, with F the Fourier transform over ``block_depth`` axes.

    Products and solutions take O(N log N) a vector.
    """

    def __init__(self, spectrum, block_depth, input_output_dtype, is_non_singular,
                 is_self_adjoint, is_positive_definite, is_square, name):
        self._name = name
        self._block_depth = block_depth
        with name_scope(name, values=[spectrum]):
            self._spectrum = convert_to_tensor(spectrum, name="spectrum")
            rank = self._spectrum.shape.ndims
            if rank is not None and rank < block_depth:
                raise ValueError(f"Argument spectrum must have at least {block_depth} dimensions."
                                 f"  Found: {self._spectrum}")
            if not self._spectrum.dtype.is_complex:
                if is_self_adjoint is False:
                    raise ValueError(
                        "A real spectrum always corresponds to a self-adjoint operator.")
                is_self_adjoint = True
            if is_square is False:
                raise ValueError("A [[nested] block] circulant operator is always square.")
            self._block_shape_tensor = array_ops.shape(self._spectrum)[-block_depth:]
            self._spectrum_complex = to_complex(self._spectrum)
            self._abs_spectrum = math_ops.abs(self._spectrum)
            self._conj_spectrum = math_ops.conj(self._spectrum_complex)
            super().__init__(
                dtypes.as_dtype(input_output_dtype), graph_parents=[self._spectrum],
                is_non_singular=is_non_singular, is_self_adjoint=is_self_adjoint,
                is_positive_definite=is_positive_definite, is_square=True, name=name)

    # ---- properties ----

    @property
    def block_depth(self):
        """1 for circulant matrices, 2 for blocks of them, 3 for blocks of blocks."""
        return self._block_depth

    def block_shape_tensor(self):
        """The lengths of the axes of the Fourier transform, as an int32 tensor."""
        return self._block_shape_tensor

    @property
    def block_shape(self):
        """The static lengths of the axes of the Fourier transform."""
        return self.spectrum.shape[-self.block_depth:]

    @property
    def spectrum(self):
        """The eigenvalues: the Fourier transform of the first column."""
        return self._spectrum

    def convolution_kernel(self, name="convolution_kernel"):
        """The kernel, with which a product is a circular convolution: ``ifft(spectrum)``."""
        with self._name_scope(name):
            return math_ops.cast(_IFFT[self.block_depth](self._spectrum_complex), self.dtype)

    def _shape(self):
        batch = self._spectrum.shape[:-self.block_depth]
        block = self.block_shape
        side = int(np.prod(block.as_list())) if block.is_fully_defined() else None
        return batch.concatenate(TensorShape([side, side]))

    def _shape_tensor(self):
        shape = array_ops.shape(self._spectrum)
        batch, block = shape[:-self.block_depth], shape[-self.block_depth:]
        side = math_ops.reduce_prod(block)
        return array_ops.concat((batch, [side, side]), 0)

    # ---- checks when run ----

    def assert_hermitian_spectrum(self, name="assert_hermitian_spectrum"):
        """An operation that fails unless the convolution kernel, and so the matrix, is real."""
        dtype = self.dtype.real_dtype
        eps = np.finfo(dtype.as_numpy_dtype).eps
        with self._name_scope(name):
            largest = eps * math_ops.cast(self.domain_dimension_tensor(), dtype)
            imaginary = math_ops.imag(self.convolution_kernel())
            return check_ops.assert_less(math_ops.abs(imaginary), largest,
                                         message="Spectrum was not Hermitian")

    def _assert_non_singular(self):
        return broadcasting.assert_no_zeros(
            self.spectrum, message="Singular operator:  Spectrum contained zero values.")

    def _assert_positive_definite(self):
        return check_ops.assert_positive(
            math_ops.real(self.spectrum),
            message="Not positive definite:  Real part of spectrum was not all positive.")

    def _assert_self_adjoint(self):
        return broadcasting.assert_real(
            self.spectrum,
            message="Not self-adjoint:  The spectrum contained non-zero imaginary part.")

    # ---- products and solutions ----

    def _vectors_as_blocks(self, matrix):
        """The columns of matrices, last axis first, each in the shape of the blocks."""
        vectors = _rotated(matrix, 1)
        if vectors.shape.is_fully_defined() and self.block_shape.is_fully_defined():
            shape = vectors.shape[:-1].concatenate(self.block_shape)
        else:
            shape = array_ops.concat((array_ops.shape(vectors)[:-1], self.block_shape_tensor()), 0)
        return array_ops.reshape(vectors, shape)

    def _blocks_as_columns(self, blocks):
        if blocks.shape.is_fully_defined():
            shape = blocks.shape.as_list()
            shape = shape[:-self.block_depth] + [np.prod(shape[-self.block_depth:])]
        else:
            shape = array_ops.shape(blocks)
            leading, block = shape[:-self.block_depth], shape[-self.block_depth:]
            shape = array_ops.concat((leading, [math_ops.reduce_prod(block)]), 0)
        return _rotated(array_ops.reshape(blocks, shape), -1)

    def _broadcast(self, x, spectrum):
        """``x`` and the spectrum with equal batch dimensions."""
        columns = array_ops.reshape(
            spectrum, array_ops.concat((self.batch_shape_tensor(), [-1, 1]), axis=0))
        x, columns = broadcasting.broadcast_batches((x, columns))
        batch = array_ops.shape(x)[:-2]
        return x, array_ops.reshape(
            columns, array_ops.concat((batch, self.block_shape_tensor()), axis=0))

    def _transformed(self, x):
        return _FFT[self.block_depth](to_complex(self._vectors_as_blocks(x)))

    def _restored(self, blocks):
        columns = self._blocks_as_columns(_IFFT[self.block_depth](to_complex(blocks)))
        return math_ops.cast(columns, self.dtype)

    def _matmul(self, x, adjoint=False, adjoint_arg=False):
        x = linalg_ops.adjoint(x) if adjoint_arg else x
        spectrum = self._conj_spectrum if adjoint else self._spectrum_complex
        x, spectrum = self._broadcast(math_ops.cast(x, spectrum.dtype), spectrum)
        transformed = self._transformed(x)
        return self._restored(spectrum * transformed)

    def _solve(self, rhs, adjoint=False, adjoint_arg=False):
        rhs = linalg_ops.adjoint(rhs) if adjoint_arg else rhs
        spectrum = self._conj_spectrum if adjoint else self._spectrum_complex
        rhs, spectrum = self._broadcast(rhs, spectrum)
        return self._restored(self._transformed(rhs) / spectrum)

    # ---- determinant and diagonal ----

    def _determinant(self):
        axis = [-(i + 1) for i in range(self.block_depth)]
        return math_ops.cast(math_ops.reduce_prod(self.spectrum, axis=axis), self.dtype)

    def _log_abs_determinant(self):
        axis = [-(i + 1) for i in range(self.block_depth)]
        result = math_ops.reduce_sum(math_ops.log(self._abs_spectrum), axis=axis)
        return math_ops.cast(result, self.dtype)

    def _diag_part(self):
        if self.shape.is_fully_defined():
            shape, side = self.shape[:-1], self.domain_dimension.value
        else:
            shape, side = self.shape_tensor()[:-1], self.domain_dimension_tensor()
        ones = array_ops.ones(shape, dtype=self.dtype)
        value = self.trace() / math_ops.cast(side, self.dtype)
        return value[..., None] * ones

    def _trace(self):
        if self.spectrum.shape.is_fully_defined():
            rank = self.spectrum.shape.ndims
            axis = np.arange(rank - self.block_depth, rank, dtype=np.int32)
        else:
            rank = array_ops.rank(self.spectrum)
            axis = math_ops.range(rank - self.block_depth, rank)
        real = math_ops.reduce_sum(math_ops.real(self.spectrum), axis=axis)
        if not self.dtype.is_complex:
            return math_ops.cast(real, self.dtype)
        if self.is_self_adjoint:
            imaginary = array_ops.zeros_like(real)
        else:
            imaginary = math_ops.reduce_sum(math_ops.imag(self.spectrum), axis=axis)
        return math_ops.cast(math_ops.complex(real, imaginary), self.dtype)


def _rotated(x, shift):
    """``x`` with its axes moved on by ``shift``, the last becoming the first for 1."""
    with name_scope("rotate_transpose", values=[x, shift]):
        shift = convert_to_tensor(shift, name="shift")
        check_ops.assert_integer(shift)
        rank = x.shape.ndims
        if rank is not None:
            return array_ops.transpose(x, perm=np.roll(np.arange(rank), constant_value(shift)))
        rank = array_ops.rank(x)
        shift = array_ops.where_v2(math_ops.less(shift, 0), math_ops.mod(-shift, rank),
                                   rank - math_ops.mod(shift, rank))
        first = math_ops.range(0, shift)
        last = math_ops.range(shift, rank)
        return array_ops.transpose(x, perm=array_ops.concat([last, first], 0))


class LinearOperatorCirculant(_Circulant):
    """A circulant matrix: each row is the one above it, moved on by one.

    Args:
      spectrum: its eigenvalues, a tensor of shape [..., N], real or complex: the Fourier transform
        of the first column.
      input_output_dtype: the dtype of the operator.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: hints.
      name: prefix of names.

    Raises:
      ValueError: ``spectrum`` is a scalar, or a hint denies that the matrix is square, or that
        one of real spectrum is self-adjoint.
    """

    def __init__(self, spectrum, input_output_dtype=dtypes.complex64, is_non_singular=None,
                 is_self_adjoint=None, is_positive_definite=None, is_square=True,
                 name="LinearOperatorCirculant"):
        super().__init__(spectrum, 1, input_output_dtype, is_non_singular, is_self_adjoint,
                         is_positive_definite, is_square, name)

    def _adjoint(self):
        spectrum = self.spectrum
        if spectrum.dtype.is_complex:
            spectrum = math_ops.conj(spectrum)
        return LinearOperatorCirculant(spectrum, **{**self._hints(), "is_square": True})

    def _inverse(self):
        return LinearOperatorCirculant(1.0 / self.spectrum,
                                       **{**self._hints(), "is_square": True})


class LinearOperatorCirculant2D(_Circulant):
    """A block circulant matrix of circulant blocks: circular convolution in two dimensions.

    Args:
      spectrum: a tensor of shape [..., N0, N1], whose product is the side.
      input_output_dtype, the hints, name: as for LinearOperatorCirculant.
    """

    def __init__(self, spectrum, input_output_dtype=dtypes.complex64, is_non_singular=None,
                 is_self_adjoint=None, is_positive_definite=None, is_square=True,
                 name="LinearOperatorCirculant2D"):
        super().__init__(spectrum, 2, input_output_dtype, is_non_singular, is_self_adjoint,
                         is_positive_definite, is_square, name)


class LinearOperatorCirculant3D(_Circulant):
    """Block circulant twice over: circular convolution in three dimensions.

    Args:
      spectrum: a tensor of shape [..., N0, N1, N2], whose product is the side.
      input_output_dtype, the hints, name: as for LinearOperatorCirculant.
    """

    def __init__(self, spectrum, input_output_dtype=dtypes.complex64, is_non_singular=None,
                 is_self_adjoint=None, is_positive_definite=None, is_square=True,
                 name="LinearOperatorCirculant3D"):
        super().__init__(spectrum, 3, input_output_dtype, is_non_singular, is_self_adjoint,
                         is_positive_definite, is_square, name)
