"""Transforms, frames, patches, quantization and sets, judged by NumPy and SciPy."""

import numpy as np
import pytest
import scipy.fft
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

import minitf as tf
from minitf import sets, signal
from minitf.ops import fake_quant_ops, patches_ops, quantize_ops, sparse_ops
from minitf.testing import check_gradients

RNG = np.random.default_rng(4)


def run(build, feeds=None):
    """The value of what ``build()`` gives, in a graph of its own."""
    with tf.Graph().as_default(), tf.Session() as session:
        return session.run(build(), feeds)


# ---- Fourier transforms ----


@pytest.mark.parametrize("dtype, tolerance", [(np.complex64, 1e-5), (np.complex128, 1e-12)])
@pytest.mark.parametrize("name", ["fft", "ifft", "fft2d", "ifft2d", "fft3d", "ifft3d"])
def test_complex_transforms_are_numpys(name, dtype, tolerance):
    x = (RNG.normal(size=(2, 3, 4, 5)) + 1j * RNG.normal(size=(2, 3, 4, 5))).astype(dtype)
    rank = int(name[-2]) if name.endswith("d") else 1
    transform = np.fft.ifftn if name.startswith("i") else np.fft.fftn
    got = run(lambda: getattr(signal, name)(tf.constant(x)))
    assert got.dtype == dtype
    np.testing.assert_allclose(got, transform(x, axes=range(-rank, 0)), rtol=tolerance,
                               atol=tolerance * 10)


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("lengths", [None, [4, 6, 7], [2, 3, 4]])
def test_real_transforms_are_numpys_and_invert(rank, lengths):
    x = RNG.normal(size=(2, 3, 4, 6)).astype(np.float32)
    lengths = lengths and lengths[-rank:]
    name = "rfft" if rank == 1 else f"rfft{rank}d"
    axes = range(-rank, 0)
    got = run(lambda: getattr(signal, name)(x, lengths))
    assert got.dtype == np.complex64
    np.testing.assert_allclose(got, np.fft.rfftn(x, lengths, axes), rtol=1e-4, atol=1e-4)
    back = run(lambda: getattr(signal, "i" + name)(got, lengths or x.shape[-rank:]))
    expected = np.fft.irfftn(np.fft.rfftn(x, lengths, axes), lengths or x.shape[-rank:], axes)
    np.testing.assert_allclose(back, expected, atol=1e-5)


@pytest.mark.parametrize("transform", [signal.fft, signal.ifft, signal.fft2d, signal.ifft3d])
def test_gradients_of_transforms(transform):
    def parts(a, b):
        y = transform(tf.complex(a, b))
        return [tf.real(y), tf.imag(y) * tf.real(y)]

    check_gradients(parts, [RNG.normal(size=(2, 2, 3)) for _ in range(2)])


@pytest.mark.parametrize("type_, norm", [(1, None), (2, None), (2, "ortho"), (3, None),
                                         (3, "ortho")])
def test_cosine_transforms_are_scipys(type_, norm):
    x = RNG.normal(size=(3, 8)).astype(np.float32)
    got = run(lambda: signal.dct(tf.constant(x), type=type_, norm=norm))
    np.testing.assert_allclose(got, scipy.fft.dct(x, type=type_, norm=norm), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ["hann", "hamming"])
@pytest.mark.parametrize("length", [1, 2, 7, 8])
def test_windows_are_scipys(name, length):
    got = run(lambda: getattr(signal, f"{name}_window")(length))
    # Of odd lengths TensorFlow's periodic windows are the symmetric ones.
    expected = scipy.signal.get_window(name, length, fftbins=length % 2 == 0)
    np.testing.assert_allclose(got, expected, atol=1e-6)


# ---- frames ----


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 20), st.integers(1, 8), st.integers(1, 8), st.booleans())
def test_frames(samples, length, step, pad_end):
    x = np.arange(1, samples + 1)
    got = run(lambda: signal.frame(x, length, step, pad_end))
    count = -(-samples // step) if pad_end else max(0, 1 + (samples - length) // step)
    padded = np.append(x, np.zeros(length + step * count, int))
    expected = [padded[i * step:i * step + length] for i in range(count)]
    np.testing.assert_array_equal(got, np.reshape(expected, (count, length)))


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_overlap_and_add(step):
    frames = RNG.normal(size=(5, 4))
    expected = np.zeros(4 + step * 4)
    for i, frame in enumerate(frames):
        expected[i * step:i * step + 4] += frame
    np.testing.assert_allclose(run(lambda: signal.overlap_and_add(frames, step)), expected)


def test_inverse_stft_gives_the_signal_back():
    x = RNG.normal(size=40).astype(np.float32)

    def build():
        spectrum = signal.stft(x, 8, 4)
        return signal.inverse_stft(spectrum, 8, 4, window_fn=signal.inverse_stft_window_fn(4))

    np.testing.assert_allclose(run(build)[4:-4], x[4:-4], atol=1e-5)


def test_mel_bands_are_triangles():
    weights = run(lambda: signal.linear_to_mel_weight_matrix(6, 65, 8000, 100.0, 3500.0))
    assert weights.shape == (65, 6) and weights.min() == 0 and 0.5 < weights.max() <= 1
    assert (np.diff(weights.argmax(axis=0)) > 0).all()  # the bands are in order
    assert not weights[0].any()


# ---- patches ----


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize("ksize, stride, rate", [((2, 3), (1, 1), (1, 1)), ((3, 2), (2, 1), (1, 1)),
                                                 ((2, 2), (1, 2), (2, 1))])
def test_image_patches_are_windows(ksize, stride, rate, padding):
    x = RNG.normal(size=(2, 5, 6, 3))
    arguments = [[1, *pair, 1] for pair in (ksize, stride, rate)]
    got = run(lambda: patches_ops.extract_image_patches(x, *arguments, padding))
    spans = [(k - 1) * r + 1 for k, r in zip(ksize, rate)]
    if padding == "SAME":
        counts = [-(-size // s) for size, s in zip(x.shape[1:3], stride)]
        missing = [max((c - 1) * s + span - size, 0)
                   for c, s, span, size in zip(counts, stride, spans, x.shape[1:3])]
        x = np.pad(x, [(0, 0), *[(m // 2, m - m // 2) for m in missing], (0, 0)])
    for i in range(got.shape[1]):
        for j in range(got.shape[2]):
            top, left = i * stride[0], j * stride[1]
            window = x[:, top:top + spans[0]:rate[0], left:left + spans[1]:rate[1]]
            np.testing.assert_array_equal(got[:, i, j], window.reshape(2, -1))


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_gradients_of_patches(padding):
    check_gradients(lambda x: patches_ops.extract_image_patches(
        x, [1, 2, 2, 1], [1, 2, 1, 1], [1, 1, 2, 1], padding), [RNG.normal(size=(1, 3, 4, 2))])
    check_gradients(lambda x: patches_ops.extract_volume_patches(
        x, [1, 2, 2, 1, 1], [1, 1, 2, 1, 1], padding), [RNG.normal(size=(1, 2, 3, 2, 1))])


# ---- sparse ----


@pytest.mark.parametrize("adjoint_a", [False, True])
@pytest.mark.parametrize("adjoint_b", [False, True])
def test_sparse_matmul_is_dense_matmul(adjoint_a, adjoint_b):
    a = RNG.normal(size=(3, 4)) * (RNG.uniform(size=(3, 4)) > 0.5)
    b = RNG.normal(size=(3 if adjoint_a else 4, 2))
    places = np.argwhere(a)

    def product(values, dense):
        return sparse_ops.sparse_tensor_dense_matmul(
            tf.SparseTensor(places, values, a.shape), dense, adjoint_a, adjoint_b)

    dense = b.T if adjoint_b else b
    got = run(lambda: product(a[tuple(places.T)], dense))
    np.testing.assert_allclose(got, (a.T if adjoint_a else a) @ b)
    check_gradients(product, [a[tuple(places.T)], dense], order=1)


def test_sparse_slice_and_its_gradient():
    dense = np.arange(12.0).reshape(3, 4)
    places = np.argwhere(dense > 1)

    def values(items):
        whole = tf.SparseTensor(places, items, dense.shape)
        return tf.reshape(sparse_ops.sparse_slice(whole, [1, 1], [5, 2]).values, [4])

    items = dense[tuple(places.T)]
    np.testing.assert_array_equal(run(lambda: values(items)), dense[1:, 1:3].ravel())
    check_gradients(values, [items])


def test_dense_add_and_its_gradient():
    check_gradients(lambda values, dense: sparse_ops.SparseTensorDenseAdd(
        np.int64([[0, 1], [1, 0]]), values, np.int64([2, 2]), dense),
        [RNG.normal(size=2), RNG.normal(size=(2, 2))])


# ---- fake quantization ----


@pytest.mark.parametrize("bits", [2, 4, 8, 16])
@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("low, high", [(-1.0, 1.0), (-0.3, 2.0), (0.5, 1.5), (-3.0, -1.0)])
def test_fake_quantization_rounds_to_steps(bits, narrow, low, high):
    x = np.linspace(-4, 4, 101).astype(np.float32)
    fixed, learned, channels = run(lambda: [
        fake_quant_ops.fake_quant_with_min_max_args(x, low, high, bits, narrow),
        fake_quant_ops.fake_quant_with_min_max_vars(x, low, high, bits, narrow),
        fake_quant_ops.fake_quant_with_min_max_vars_per_channel(x[:, None], [low], [high], bits,
                                                                narrow)])
    step = (high - low) / (2 ** bits - 1 - narrow)
    assert fixed.dtype == np.float32
    np.testing.assert_allclose(fixed / step, np.rint(fixed / step), atol=2e-3 * 2 ** bits / 16)
    inside = (x > low + step) & (x < high - step) if low < 0 < high else np.zeros_like(x, bool)
    assert np.abs(fixed - x)[inside].max(initial=0) <= step * 0.51
    np.testing.assert_allclose(learned, fixed, atol=step * 1.01)
    np.testing.assert_array_equal(channels[:, 0], learned)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("bits", [3, 8])
def test_quantize_and_dequantize(bits, signed, dtype):
    x = np.linspace(0 if not signed else -3, 5, 50).astype(dtype)
    got = run(lambda: quantize_ops.quantize_and_dequantize(x, 0.0, 0.0, signed, bits))
    step = 5 / (2 ** (bits - signed) - 1)
    assert got.dtype == dtype
    np.testing.assert_allclose(got, np.rint(x / step) * step, atol=step * 1e-3)


# ---- sets ----


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3), min_size=1, max_size=3),
       st.sampled_from(["union", "intersection", "difference"]))
def test_sets_are_pythons(rows, name):
    others = [[x // 2 for x in row] for row in rows]
    got = run(lambda: getattr(sets, name)(np.array(rows), np.array(others)))
    expected = [sorted(getattr(set(a), name)(b)) for a, b in zip(rows, others)]
    assert got.values.tolist() == [x for row in expected for x in row]
    assert got.indices.tolist() == [[i, j] for i, row in enumerate(expected)
                                    for j in range(len(row))]
    assert got.dense_shape.tolist() == [len(rows), max(map(len, expected))]


# ---- errors ----


@pytest.mark.parametrize("build, kind, words", [
    (lambda: signal.dct(tf.zeros([3]), type=5), ValueError, "Only Types I, II and III"),
    (lambda: signal.rfft(tf.zeros([4]), [2, 2]), ValueError, "Dimension must be 1 but is 2"),
    (lambda: signal.fft2d(tf.zeros([4], tf.complex64)), ValueError,
     "at least rank 2 but is rank 1"),
    (lambda: signal.irfft3d(tf.zeros([2], tf.complex64)), ValueError, "must have rank at least 3"),
    (lambda: fake_quant_ops.fake_quant_with_min_max_args([1.0], 2, 1),
     tf.errors.InvalidArgumentError, "min has to be smaller than max, was: 2 >= 1"),
    (lambda: fake_quant_ops.fake_quant_with_min_max_vars([1.0], 0.0, 1.0, num_bits=17),
     tf.errors.InvalidArgumentError, "num_bits must be between 2 and 16"),
    (lambda: sets.union([[1.0]], [[1.0]]), TypeError, "'a' invalid dtype"),
    (lambda: sets.size(tf.SparseTensor([[0, 1], [0, 0]], [1, 2], [1, 2])),
     tf.errors.InvalidArgumentError, "out of order"),
])
def test_bad_arguments(build, kind, words):
    with pytest.raises(kind, match=words):
        run(build)
