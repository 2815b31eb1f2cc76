"""Windows over images: products, their transposes and pooling, against loops over the windows."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minitf.ops import windows as windows_module
from minitf.ops.windows import Windows


@st.composite
def cases(draw):
    """Windows over one or two axes, and a number of images."""
    rank = draw(st.integers(1, 2))
    sizes = tuple(draw(st.integers(1, 7)) for _ in range(rank))
    window = tuple(draw(st.integers(1, 3)) for _ in range(rank))
    dilations = tuple(draw(st.integers(1, 2)) for _ in range(rank))
    strides = tuple(draw(st.integers(1, 3)) for _ in range(rank))
    padding = draw(st.sampled_from([b"SAME", b"VALID", b"EXPLICIT"]))
    fits = all(size >= (width - 1) * dilation + 1
               for size, width, dilation in zip(sizes, window, dilations))
    if padding != b"SAME" and not fits:
        padding = b"SAME"
    explicit = [tuple(draw(st.integers(0, 4)) for _ in range(2)) for _ in range(rank)]
    made = Windows(sizes, window, strides, padding, dilations,
                   explicit if padding == b"EXPLICIT" else ())
    return made, draw(st.integers(0, 3))


def seen(made, x, fill):
    """What every window sees: {output: [batch, places, channels]}, by plain loops."""
    result = {}
    for output in itertools.product(*map(range, made.outputs)):
        columns = []
        for place in itertools.product(*map(range, made.window)):
            at = [o * s + p * d - pad[0] for o, s, p, d, pad in
                  zip(output, made.strides, place, made.dilations, made.pads)]
            inside = all(0 <= a < size for a, size in zip(at, made.sizes))
            columns.append(x[(slice(None), *at)] if inside
                           else np.full((len(x), x.shape[-1]), fill, x.dtype))
        result[output] = np.stack(columns, axis=1)
    return result


@pytest.fixture(autouse=True, params=[50, 1 << 19], ids=["several blocks", "one block"])
def block(request, monkeypatch):
    monkeypatch.setattr(windows_module, "_BLOCK", request.param)


@settings(max_examples=60, deadline=None)
@given(cases(), st.integers(1, 3), st.integers(1, 6))
def test_convolution_and_its_gradients(case, channels, output_channels):
    made, batch = case
    random = np.random.RandomState(batch)
    x = random.randn(batch, *made.sizes, channels)
    filter = random.randn(*made.window, channels, output_channels)
    grad = random.randn(batch, *made.outputs, output_channels)
    rows = filter.reshape(-1, channels, output_channels)
    expected = np.zeros(grad.shape)
    filter_gradient = np.zeros(rows.shape)
    for output, columns in seen(made, x, 0.0).items():
        at = (slice(None), *output)
        expected[at] = np.einsum("bpc,pco->bo", columns, rows)
        filter_gradient += np.einsum("bpc,bo->pco", columns, grad[at])
    np.testing.assert_allclose(made.convolve(x, filter), expected, atol=1e-9)
    np.testing.assert_allclose(made.filter_gradient(x, grad).reshape(rows.shape), filter_gradient,
                               atol=1e-9)
    # The input's gradient is the transpose of the convolution.
    input_gradient = made.input_gradient(filter, grad)
    assert input_gradient.shape == x.shape
    np.testing.assert_allclose(np.sum(input_gradient * x), np.sum(grad * expected), atol=1e-8)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_pooling_and_its_gradients(case):
    made, batch = case
    random = np.random.RandomState(batch + 1)
    x = random.randint(-3, 3, (batch, *made.sizes, 2)).astype(np.float32)
    grad = random.randn(batch, *made.outputs, 2).astype(np.float32)
    largest, found = made.largest(x), made.first_largest(x)
    for output, columns in seen(made, x, -np.inf).items():
        at = (slice(None), *output)
        if np.isneginf(columns).all():
            continue
        np.testing.assert_array_equal(largest[at], columns.max(axis=1))
        np.testing.assert_array_equal(found[at], columns.argmax(axis=1))
        np.testing.assert_array_equal(made.at_places(x, found)[at], columns.max(axis=1))
    spread = made.to_places(grad, found)
    assert spread.shape == x.shape
    np.testing.assert_allclose(np.sum(spread * x), np.sum(grad * made.at_places(x, found)),
                               rtol=1e-3, atol=1e-4)


def test_an_infinite_gradient_goes_to_one_element_only():
    made = Windows((2, 2), (2, 2), (2, 2), b"VALID")
    x = np.arange(4, dtype=np.float32).reshape(1, 2, 2, 1)
    grad = np.full((1, 1, 1, 1), np.inf, np.float32)
    got = made.to_places(grad, made.first_largest(x))
    np.testing.assert_array_equal(got.ravel(), [0, 0, 0, np.inf])


def test_half_precision_is_summed_as_single():
    made = Windows((1,), (1,), (1,), b"VALID")
    x = np.ones((1, 1, 4096), np.float16)
    assert made.convolve(x, np.ones((1, 4096, 1), np.float16)).ravel() == [4096]
