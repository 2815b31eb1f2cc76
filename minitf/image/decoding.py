"""Images of a format that shows only when the graph runs."""

from minitf.framework import dtypes
from minitf.framework.graph import control_dependencies, name_scope
from minitf.image.colors import convert_image_dtype
from minitf.ops import array_ops, cond_ops, image_codec_ops, math_ops, string_ops


def is_jpeg(contents, name=None):
    """Whether bytes, a scalar string, begin as a JPEG file does."""
    with name_scope(name, "is_jpeg"):
        start = string_ops.substr(contents, 0, 3)
        return math_ops.equal(start, b"\xff\xd8\xff", name=name)


def _is_png(contents):
    with name_scope(None, "is_png"):
        start = string_ops.substr(contents, 0, 3)
        return math_ops.equal(start, b"\x89PN")


def decode_image(contents, channels=None, dtype=dtypes.uint8, name=None, expand_animations=True):
    """The pixels of a JPEG, PNG, GIF or BMP file.

    Args:
      contents: a scalar string, the file's bytes.
      channels: 0 or None (as the file has it), 1, 3 or 4.
      dtype: the result's dtype, to which pixels are converted by ``convert_image_dtype``.
      name: the name scope.
      expand_animations: a GIF file gives all its frames; otherwise the first one.

    Returns:
      [height, width, channels]; of a GIF file [frames, height, width, 3], unless
      ``expand_animations`` is False. The static shape is unknown.

    Raises:
      ValueError: ``channels`` is another number.
      InvalidArgumentError: at run time, the bytes are no such file, or the format does not have
        so many channels.
    """
    with name_scope(name, "decode_image"):
        if channels not in (None, 0, 1, 3, 4):
            raise ValueError("channels must be in (None, 0, 1, 3, 4)")
        start = string_ops.substr(contents, 0, 3)
        wanted = channels or 0

        def bmp():
            is_bmp = math_ops.equal(string_ops.substr(contents, 0, 2), "BM", name="is_bmp")
            known = cond_ops.Assert(is_bmp, ["Unable to decode bytes as JPEG, PNG, GIF, or BMP"])
            good = math_ops.not_equal(wanted, 1, name="check_channels")
            possible = cond_ops.Assert(
                good, ["Channels must be in (None, 0, 3) when decoding BMP images"])
            with control_dependencies([known, possible]):
                return convert_image_dtype(image_codec_ops.decode_bmp(contents), dtype)

        def gif():
            good = math_ops.logical_and(
                math_ops.not_equal(wanted, 1, name="check_gif_channels"),
                math_ops.not_equal(wanted, 4, name="check_gif_channels"))
            possible = cond_ops.Assert(
                good, ["Channels must be in (None, 0, 3) when decoding GIF images"])
            with control_dependencies([possible]):
                frames = convert_image_dtype(image_codec_ops.decode_gif(contents), dtype)
                return frames if expand_animations else array_ops.gather(frames, 0)

        def gif_or_bmp():
            is_gif = math_ops.equal(start, b"GIF", name="is_gif")
            return cond_ops.cond(is_gif, gif, bmp, name="cond_gif")

        def png():
            read_as = dtypes.uint8 if dtype == dtypes.uint8 else dtypes.uint16
            return convert_image_dtype(
                image_codec_ops.decode_png(contents, wanted, dtype=read_as), dtype)

        def no_jpeg():
            return cond_ops.cond(_is_png(contents), png, gif_or_bmp, name="cond_png")

        def jpeg():
            good = math_ops.not_equal(wanted, 4, name="check_jpeg_channels")
            possible = cond_ops.Assert(
                good, ["Channels must be in (None, 0, 1, 3) when decoding JPEG images"])
            with control_dependencies([possible]):
                return convert_image_dtype(image_codec_ops.decode_jpeg(contents, wanted), dtype)

        return cond_ops.cond(is_jpeg(contents), jpeg, no_jpeg, name="cond_jpeg")
