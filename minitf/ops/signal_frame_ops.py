"""Signals in frames: cut, added up again, and the short-time Fourier transform of each frame."""

import math

import numpy as np

from minitf.framework import dtypes
from minitf.framework.constant_folding import constant_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.ops import array_ops, control_flow_ops, fft_ops, math_ops
from minitf.ops.constant_op import constant
from minitf.ops.signal_window_ops import hann_window

# ---- frame ----


def frame(signal, frame_length, frame_step, pad_end=False, pad_value=0, axis=-1, name=None):
    """Overlapping windows of a signal along an axis.

    Args:
      signal: a tensor of rank 1 or more.
      frame_length: samples in a frame.
      frame_step: samples from the start of a frame to that of the next.
      pad_end: frames begin as long as there are samples, and are filled with ``pad_value``.
      pad_value: a scalar.
      axis: the axis of the samples.
      name: the name scope.

    Returns:
      A tensor in which the axis is replaced by two, [frames, frame_length].
    """
    with name_scope(name, "frame", [signal, frame_length, frame_step, pad_value]):
        signal = convert_to_tensor(signal, name="signal")
        frame_length = convert_to_tensor(frame_length, name="frame_length")
        frame_step = convert_to_tensor(frame_step, name="frame_step")
        axis = convert_to_tensor(axis, name="axis")
        signal.shape.with_rank_at_least(1)
        for scalar in (frame_length, frame_step, axis):
            scalar.shape.assert_has_rank(0)
        known_shape = _frame_shape(signal, frame_length, frame_step, pad_end, axis)
        rank = array_ops.rank(signal)
        axis = math_ops.range(rank)[axis]
        shape = array_ops.shape(signal)
        outer, samples, inner = array_ops.split(shape, [axis, 1, rank - 1 - axis])
        samples = array_ops.reshape(samples, [])
        outer_rank, inner_rank = array_ops.size(outer), array_ops.size(inner)
        if pad_end:
            pad_value = convert_to_tensor(pad_value, signal.dtype)
            pad_value.shape.assert_has_rank(0)
            frames = -(-samples // frame_step)
            signal = _padded_at_end(signal, pad_value, samples, frames, frame_length, frame_step,
                                    outer_rank, inner_rank)
            shape = array_ops.shape(signal)
            samples = shape[axis]
        else:
            frames = math_ops.maximum(0, 1 + (samples - frame_length) // frame_step)
        result = _gathered_frames(signal, shape, outer, inner, axis, samples, frames, frame_length,
                                  frame_step)
        if known_shape:
            result.set_shape(known_shape)
        return result


def _padded_at_end(signal, pad_value, samples, frames, frame_length, frame_step, outer_rank,
                   inner_rank):
    missing = math_ops.maximum(0, frame_length + frame_step * (frames - 1) - samples)
    paddings = array_ops.concat([array_ops.zeros([outer_rank, 2], dtype=missing.dtype),
                                 [[0, missing]],
                                 array_ops.zeros([inner_rank, 2], dtype=missing.dtype)], 0)
    return array_ops.pad(signal, paddings, constant_values=pad_value)


def _gathered_frames(signal, shape, outer, inner, axis, samples, frames, frame_length, frame_step):
    """Frames put together of pieces as long as what divides both length and step."""
    piece = gcd(frame_length, frame_step)
    pieces_a_frame = frame_length // piece
    pieces_a_step = frame_step // piece
    pieces = samples // piece
    whole = array_ops.concat([outer, [pieces * piece], inner], 0)
    split = array_ops.concat([outer, [pieces, piece], inner], 0)
    pieces = array_ops.reshape(
        array_ops.strided_slice(signal, array_ops.zeros_like(shape), whole), split)
    starts = array_ops.reshape(math_ops.range(frames) * pieces_a_step, [frames, 1])
    within = array_ops.reshape(math_ops.range(pieces_a_frame), [1, pieces_a_frame])
    selector = starts + within
    return array_ops.reshape(array_ops.gather(pieces, selector, axis=axis),
                             array_ops.concat([outer, [frames, frame_length], inner], 0))


def _frame_shape(signal, frame_length, frame_step, pad_end, axis):
    """What is known of the result's shape, or None."""
    length, step, axis = (constant_value(item) for item in (frame_length, frame_step, axis))
    if signal.shape.ndims is None:
        return None
    if axis is None:
        return [None] * (signal.shape.ndims + 1)
    dims = signal.shape.as_list()
    samples, frames = dims[axis], None
    if samples is not None and step is not None:
        if pad_end:
            frames = max(0, -(-samples // step))
        elif length is not None:
            frames = max(0, (samples - length + step) // step)
    return dims[:axis] + [frames, length] + dims[axis:][1:]


def gcd(a, b, name=None):
    """The greatest common divisor of two integer scalars.

    Raises:
      ValueError: one has no integer dtype.
    """
    with name_scope(name, "gcd", [a, b]):
        a, b = convert_to_tensor(a), convert_to_tensor(b)
        a.shape.assert_has_rank(0)
        b.shape.assert_has_rank(0)
        for letter, item in (("a", a), ("b", b)):
            if not item.dtype.is_integer:
                raise ValueError(f"{letter} must be an integer type. Got: {item.dtype}")
        known = constant_value(a), constant_value(b)
        if None not in known:
            return convert_to_tensor(a.dtype.as_numpy_dtype(math.gcd(int(known[0]), int(known[1]))))
        a, b = control_flow_ops.while_loop(
            lambda _, b: math_ops.greater(b, array_ops.zeros_like(b)),
            lambda a, b: [b, math_ops.mod(a, b)], [a, b], back_prop=False)
        return a


# ---- overlap_and_add ----


def overlap_and_add(signal, frame_step, name=None):
    """Frames added up, each ``frame_step`` samples after the one before.

    Args:
      signal: [..., frames, frame_length].
      frame_step: an integer scalar, at most ``frame_length``.
      name: the name scope.

    Returns:
      [..., frame_length + frame_step * (frames - 1)]

    Raises:
      ValueError: ``frame_step`` has no integer dtype.
    """
    with name_scope(name, "overlap_and_add", [signal, frame_step]):
        signal = convert_to_tensor(signal, name="signal")
        signal.shape.with_rank_at_least(2)
        frame_step = convert_to_tensor(frame_step, name="frame_step")
        frame_step.shape.assert_has_rank(0)
        if not frame_step.dtype.is_integer:
            raise ValueError(f"frame_step must be an integer. Got {frame_step.dtype}")
        shape = array_ops.shape(signal)
        outer = shape[:-2]
        outer_rank = array_ops.size(outer)
        frame_length, frames = shape[-1], shape[-2]
        output_length = frame_length + frame_step * (frames - 1)
        known_step = constant_value(frame_step)
        if (known_step is not None and signal.shape.dims is not None
                and known_step == signal.shape.dims[-1].value):
            return array_ops.reshape(signal, array_ops.concat([outer, [output_length]], 0),
                                     name="fast_path")
        summed = _added_in_segments(signal, outer, outer_rank, frames, frame_length, frame_step)
        return summed[..., :output_length]


def _added_in_segments(signal, outer, outer_rank, frames, frame_length, frame_step):
    """Frames cut in segments of one step, moved by a reshape to where they belong, and added."""
    def full(inner):
        return array_ops.concat([outer, inner], 0)

    segments = -(-frame_length // frame_step)
    paddings = [[0, segments], [0, segments * frame_step - frame_length]]
    paddings = array_ops.concat([array_ops.zeros([outer_rank, 2], dtypes.int32), paddings], 0)
    signal = array_ops.pad(signal, paddings)
    signal = array_ops.reshape(signal, full([frames + segments, segments, frame_step]))
    perm = array_ops.concat([math_ops.range(outer_rank), outer_rank + [1, 0, 2]], 0)
    signal = array_ops.transpose(signal, perm)
    signal = array_ops.reshape(signal, full([(frames + segments) * segments, frame_step]))
    signal = signal[..., :(frames + segments - 1) * segments, :]
    signal = array_ops.reshape(signal, full([segments, frames + segments - 1, frame_step]))
    signal = math_ops.reduce_sum(signal, -3)
    return array_ops.reshape(signal, full([(frames + segments - 1) * frame_step]))


# ---- the short-time Fourier transform ----


def stft(signals, frame_length, frame_step, fft_length=None, window_fn=hann_window, pad_end=False,
         name=None):
    """The short-time Fourier transform: rfft of windowed frames.

    Args:
      signals: float32, [..., samples].
      frame_length, frame_step: as for frame.
      fft_length: the length of the transforms; by default the next power of two.
      window_fn: ``f(length, dtype=...)`` -> window, or None.
      pad_end: as for frame.
      name: the name scope.

    Returns:
      complex64, [..., frames, fft_length // 2 + 1].
    """
    with name_scope(name, "stft", [signals, frame_length, frame_step]):
        signals = convert_to_tensor(signals, name="signals")
        signals.shape.with_rank_at_least(1)
        frame_length = convert_to_tensor(frame_length, name="frame_length")
        frame_length.shape.assert_has_rank(0)
        frame_step = convert_to_tensor(frame_step, name="frame_step")
        frame_step.shape.assert_has_rank(0)
        fft_length = (_enclosing_power_of_two(frame_length) if fft_length is None
                      else convert_to_tensor(fft_length, name="fft_length"))
        frames = frame(signals, frame_length, frame_step, pad_end=pad_end)
        if window_fn is not None:
            frames *= window_fn(frame_length, dtype=frames.dtype)
        return fft_ops.rfft(frames, [fft_length])


def inverse_stft(stfts, frame_length, frame_step, fft_length=None, window_fn=hann_window,
                 name=None):
    """The inverse of stft: irfft of each frame, windowed and overlapped.

    To get the signal back, take ``inverse_stft_window_fn`` as ``window_fn``.

    Args:
      stfts: complex64, [..., frames, fft_length // 2 + 1].
      frame_length, frame_step, fft_length, window_fn, name: as for stft.

    Returns:
      float32, [..., samples].
    """
    with name_scope(name, "inverse_stft", [stfts]):
        stfts = convert_to_tensor(stfts, name="stfts")
        stfts.shape.with_rank_at_least(2)
        frame_length = convert_to_tensor(frame_length, name="frame_length")
        frame_length.shape.assert_has_rank(0)
        frame_step = convert_to_tensor(frame_step, name="frame_step")
        frame_step.shape.assert_has_rank(0)
        if fft_length is None:
            fft_length = _enclosing_power_of_two(frame_length)
        else:
            fft_length = convert_to_tensor(fft_length, name="fft_length")
            fft_length.shape.assert_has_rank(0)
        frames = _with_frame_length(fft_ops.irfft(stfts, [fft_length]), frame_length)
        if window_fn is not None:
            frames *= window_fn(frame_length, dtype=stfts.dtype.real_dtype)
        return overlap_and_add(frames, frame_step)


def _with_frame_length(frames, frame_length):
    """The last axis cut, or filled with zeros, to ``frame_length``."""
    wanted = constant_value(frame_length)
    present = None if frames.shape.ndims is None else frames.shape.as_list()[-1]
    if wanted is None or present is None:
        frames = frames[..., :frame_length]
        rank, shape = array_ops.rank(frames), array_ops.shape(frames)
        outer = array_ops.zeros([rank - 1, 2], dtype=frame_length.dtype)
        missing = math_ops.maximum(0, frame_length - shape[-1])
        frames = array_ops.pad(frames, array_ops.concat([outer, [[0, missing]]], 0))
    elif present > wanted:
        frames = frames[..., :wanted]
    elif present < wanted:
        outer = [[0, 0]] * (frames.shape.ndims - 1)
        frames = array_ops.pad(frames, [*outer, [0, wanted - present]])
    if wanted is not None and frames.shape.ndims is not None:
        frames.set_shape([None] * (frames.shape.ndims - 1) + [wanted])
    return frames


def inverse_stft_window_fn(frame_step, forward_window_fn=hann_window, name=None):
    """The window function with which inverse_stft undoes an stft with ``forward_window_fn``.

    The forward window, divided by the sum of the squares of all that overlap.
    """
    with name_scope(name, "inverse_stft_window_fn", [forward_window_fn]):
        frame_step = convert_to_tensor(frame_step, name="frame_step")
        frame_step.shape.assert_has_rank(0)

    def window(frame_length, dtype):
        with name_scope(name, "inverse_stft_window_fn", [forward_window_fn]):
            frame_length = convert_to_tensor(frame_length, name="frame_length")
            frame_length.shape.assert_has_rank(0)
            forward = forward_window_fn(frame_length, dtype=dtype)
            squares = math_ops.square(forward)
            overlaps = -(-frame_length // frame_step)
            squares = array_ops.pad(squares, [(0, overlaps * frame_step - frame_length)])
            squares = array_ops.reshape(squares, [overlaps, frame_step])
            total = math_ops.reduce_sum(squares, 0, keepdims=True)
            total = array_ops.tile(total, [overlaps, 1])
            total = array_ops.reshape(total, [overlaps * frame_step])
            return forward / total[:frame_length]

    return window


def _enclosing_power_of_two(value):
    known = constant_value(value)
    if known is not None:
        return constant(int(2 ** np.ceil(np.log(known) / np.log(2.0))), value.dtype)
    exponent = math_ops.ceil(math_ops.log(math_ops.cast(value, dtypes.float32)) / math_ops.log(2.0))
    return math_ops.cast(math_ops.pow(2.0, exponent), value.dtype)
