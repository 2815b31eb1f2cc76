"""Summaries that one looks at or listens to: images as PNG, sounds as WAV."""

import io

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import GraphKeys
from minitf.framework.registry import op
from minitf.ops import common_shapes
from minitf.ops.elementwise import list_text
from minitf.ops.string_values import scalar_string
from minitf.ops.summary_ops import check_scalar, collect, summary_scope

# ---- ImageSummary ----


def image(name, tensor, max_outputs=3, collections=None, family=None):
    """A summary of images (TF op: ImageSummary).

    Floats are scaled for each image: if all are positive, so that the largest is 255; otherwise so
    that 0 becomes 128 and the largest absolute value 1 or 255. Pixels that are not finite are red.

    Args:
      name: the operation's name; tags are "name/image", or "name/image/0" and so on.
      tensor: [batch, height, width, channels], uint8 or floating; channels are 1 (grey), 3 (RGB)
        or 4 (RGBA).
      max_outputs: how many images of the batch are kept.
      collections: graph collections to add it to; by default [GraphKeys.SUMMARIES].
      family: groups series; comes before the tag.

    Returns:
      A scalar string: a serialized Summary message.

    Raises:
      InvalidArgumentError: at run time, the tensor has another shape.
    """
    with summary_scope(name, family, values=[tensor]) as (tag, scope):
        value = ImageSummary(tag, tensor, max_images=max_outputs, name=scope)
        collect(value, collections, [GraphKeys.SUMMARIES])
    return value


ImageSummary = op(
    "ImageSummary(tag: string, tensor: T; max_images: int >= 1 = 3, T: type = float,"
    " bad_color: tensor = uint8([255, 0, 0, 255])) -> (summary: string)",
    T="uint8 float half double").not_differentiable()
ImageSummary.shape(lambda: common_shapes.SCALAR)


@ImageSummary.kernel
def _(tag, tensor, max_images, bad_color):
    from minitf.framework import protos

    check_scalar("Tags", tag)
    if np.ndim(tensor) != 4 or tensor.shape[3] not in (1, 3, 4):
        raise errors.InvalidArgumentError(
            None, None, "Tensor must be 4-D with last dim 1, 3, or 4, not "
            f"{list_text(np.shape(tensor))}")
    height, width, channels = tensor.shape[1:]
    color = bad_color.array.ravel()
    if color.size < channels:
        raise errors.InvalidArgumentError(
            None, None, f"expected depth <= bad_color.size: {channels} vs {color.size}")
    values = []
    for part, pixels in zip(_part_tags(tag, "image", max_images), tensor):
        if pixels.dtype != np.uint8:
            pixels = _as_bytes(pixels, color[:channels])
        values.append(protos.Summary.Value(tag=part, image=protos.Summary.Image(
            height=height, width=width, colorspace=channels,
            encoded_image_string=_png(pixels))))
    return protos.Summary(value=values).SerializeToString()


def _part_tags(tag, kind, most):
    """The tags of the parts of a batch: with numbers, if there may be several."""
    stem = f"{scalar_string(tag).decode()}/{kind}"
    return [stem] if most == 1 else [f"{stem}/{i}" for i in range(most)]


def _as_bytes(pixels, bad_color):
    """One image of floats scaled to uint8."""
    pixels = pixels.astype(np.promote_types(pixels.dtype, np.float32), copy=False)
    is_finite = np.isfinite(pixels).all(axis=-1)
    seen = pixels[is_finite]
    lowest = seen.min() if seen.size else np.inf
    highest = seen.max() if seen.size else -np.inf
    if lowest < 0:
        offset, span, range_ = 128, 127, max(abs(lowest), abs(highest))
    else:
        offset, span, range_ = 0, 255, highest
    # An image that is dark all over stays so, whatever noise there is in it.
    scale = pixels.dtype.type(0 if range_ < 1e-6 else span / range_)
    result = np.empty(pixels.shape, np.uint8)
    result[is_finite] = (seen * scale + pixels.dtype.type(offset)).astype(np.uint8)
    result[~is_finite] = bad_color
    return result


def _png(pixels):
    from PIL import Image

    if pixels.size == 0:
        raise errors.InvalidArgumentError(
            None, None, f"an image of shape {list_text(pixels.shape)} has no pixels to encode")
    stream = io.BytesIO()
    shown = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
    Image.fromarray(np.ascontiguousarray(shown)).save(stream, "PNG")
    return stream.getvalue()


# ---- AudioSummaryV2 ----


def audio(name, tensor, sample_rate, max_outputs=3, collections=None, family=None):
    """A summary of sounds (TF op: AudioSummaryV2).

    Args:
      name: the operation's name; tags are "name/audio", or "name/audio/0" and so on.
      tensor: float32 [batch, frames] or [batch, frames, channels], in [-1, 1].
      sample_rate: frames in a second (Hz), a float32 scalar.
      max_outputs: how many sounds of the batch are kept.
      collections: graph collections to add it to; by default [GraphKeys.SUMMARIES].
      family: groups series; comes before the tag.

    Returns:
      A scalar string: a serialized Summary message with sounds as 16-bit WAV.

    Raises:
      InvalidArgumentError: at run time, the tensor has another shape, or the rate is not positive.
    """
    with summary_scope(name, family=family, values=[tensor]) as (tag, scope):
        sample_rate = convert_to_tensor(sample_rate, dtype=dtypes.float32, name="sample_rate")
        value = AudioSummaryV2(tag, tensor, sample_rate, max_outputs=max_outputs, name=scope)
        collect(value, collections, [GraphKeys.SUMMARIES])
    return value


AudioSummaryV2 = op("AudioSummaryV2(tag: string, tensor: float, sample_rate: float;"
                    " max_outputs: int >= 1 = 3) -> (summary: string)").not_differentiable()
AudioSummaryV2.shape(lambda: common_shapes.SCALAR)


@AudioSummaryV2.kernel
def _(tag, tensor, sample_rate, max_outputs):
    from minitf.framework import protos

    check_scalar("Tag", tag)
    if np.ndim(tensor) not in (2, 3):
        raise errors.InvalidArgumentError(
            None, None, "Tensor must be 3-D or 2-D, got: "
            f"{list_text(np.shape(tensor))}")
    rate = float(sample_rate)
    if rate <= 0:
        raise errors.InvalidArgumentError(None, None, "sample_rate must be > 0")
    sounds = tensor.reshape(*tensor.shape[:2], -1 if tensor.size else 1)
    values = [
        protos.Summary.Value(tag=part, audio=protos.Summary.Audio(
            sample_rate=rate, num_channels=sound.shape[1], length_frames=sound.shape[0],
            content_type="audio/wav", encoded_audio_string=wav_bytes(sound, rate)))
        for part, sound in zip(_part_tags(tag, "audio", max_outputs), sounds)]
    return protos.Summary(value=values).SerializeToString()


def wav_bytes(sound, sample_rate):
    """A sound, float32 [frames, channels] in [-1, 1], as a WAV file with 16 bits a sample."""
    import wave

    scaled = sound.astype(np.float32) * np.float32(1 << 15)
    # Halves away from zero, as C++'s round.
    samples = np.clip(np.trunc(scaled + np.copysign(np.float32(0.5), scaled)), -32768, 32767)
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(sound.shape[1])
        file.setsampwidth(2)
        file.setframerate(int(sample_rate))
        file.writeframes(samples.astype("<i2").tobytes())
    return stream.getvalue()
