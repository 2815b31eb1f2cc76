"""Files of images: decoding and encoding JPEG, PNG, GIF and BMP.

Files are read and written by Pillow, which is imported when the first one comes by; where it cannot
do what TensorFlow does, ``png_files`` does.
"""

import io
import struct
import zlib

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.constant_folding import static_value
from minitf.framework.registry import op
from minitf.ops import common_shapes, png_files
from minitf.ops.common_shapes import shape_of, with_rank, with_value
from minitf.ops.elementwise import list_text
from minitf.ops.string_values import scalar_string

# TensorFlow decodes no image with more bytes than this.
_MOST_BYTES = 1 << 29

# Deflate makes at most this many bytes of one.
_DEFLATE_RATIO = 1032


def _invalid(message):
    return errors.InvalidArgumentError(None, None, message)


def _check(holds, message):
    if not holds:
        raise _invalid(message)


def _contents(contents):
    """The bytes of a file, a scalar string."""
    if np.ndim(contents):
        raise _invalid(f"contents must be scalar, got shape {list_text(np.shape(contents))}")
    return scalar_string(contents)


def _decoded_shape(contents, channels):
    with_rank(contents.shape, 0)
    if channels < 0:
        raise ValueError(f"channels must be non-negative, got {channels}")
    return shape_of([None, None, channels or None])


# ---- any format ----
#
# TensorFlow's ops for JPEG, PNG and GIF read each other's files: the bytes decide.


def _decode(data, channels, dtype=np.uint8, ratio=1, recover=False):
    """A file of any of the three formats: [height, width, channels], or frames of these."""
    if data[:3] == b"\xff\xd8\xff":
        _check(channels in (0, 1, 3), f"channels must be 0, 1, or 3 for JPEG, got {channels}")
        return _decode_jpeg(data, channels, ratio, recover).astype(dtype)
    if data[:8] == png_files.SIGNATURE:
        return _decode_png(data, channels, dtype)
    if data[:4] == b"GIF8":
        _check(channels in (0, 3), f"channels must be 0 or 3 for GIF, got {channels}")
        return _decode_gif(data)
    if not data:
        raise _invalid("Expected image (JPEG, PNG, or GIF), got empty file")
    raise _invalid("Expected image (JPEG, PNG, or GIF), got unknown format starting with "
                   f"'{_escaped(data[:16])}'")


def _escaped(data):
    """Bytes as C writes them in a string."""
    names = {9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 39: "\\'", 92: "\\\\"}
    return "".join(names.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}")
                   for byte in data)


def _check_channels(channels):
    _check(channels in (0, 1, 3, 4), f"channels must be 0, 1, 3, or 4, got {channels}")


def _one_image(image):
    """A file that must hold a single image."""
    if image.ndim == 4:
        _check(len(image) == 1, f"Got {len(image)} frames, but animated gifs can only be decoded by"
               " tf.image.decode_gif or tf.image.decode_image")
        return image[0]
    return image


def _with_depth(array):
    return array[..., None] if array.ndim == 2 else array


# ---- DecodeJpeg, DecodeAndCropJpeg ----


def decode_jpeg(contents, channels=0, ratio=1, fancy_upscaling=True, try_recover_truncated=False,
                acceptable_fraction=1, dct_method="", name=None):
    """The pixels of a JPEG file (TF op: DecodeJpeg); PNG and single GIF images are read too.

    Args:
      contents: a scalar string, the file's bytes.
      channels: 0 (as the file has it), 1 (grey) or 3 (RGB).
      ratio: 1, 2, 4 or 8: the image is reduced by this factor while it is decoded.
      fancy_upscaling: colour planes of half the size are smoothed when they are enlarged.
      try_recover_truncated, acceptable_fraction: what to do with a file that ends early.
      dct_method: "", "INTEGER_FAST" or "INTEGER_ACCURATE". Pixels are always those of the accurate
        one, from which TensorFlow's default, the fast one, differs by a few levels of 255.
      name: the operation's name.

    Returns:
      uint8 [height, width, channels].

    Raises:
      InvalidArgumentError: at run time, the bytes are no image, or end early.
      UnimplementedError: at run time, a truncated file is to be recovered, or colours enlarged
        without smoothing.
    """
    return DecodeJpeg(contents, channels=channels, ratio=ratio, fancy_upscaling=fancy_upscaling,
                      try_recover_truncated=try_recover_truncated,
                      acceptable_fraction=acceptable_fraction, dct_method=dct_method, name=name)


_JPEG_ATTRS = ("channels: int = 0, ratio: int = 1, fancy_upscaling: bool = True,"
               " try_recover_truncated: bool = False, acceptable_fraction: float = 1.0,"
               " dct_method: string = ''")

DecodeJpeg = op(f"DecodeJpeg(contents: string; {_JPEG_ATTRS}) -> (image: uint8)"
                ).not_differentiable()
DecodeJpeg.shape(_decoded_shape)


def _check_jpeg_attrs(channels, ratio, fancy_upscaling, dct_method):
    _check_channels(channels)
    _check(ratio in (1, 2, 4, 8), f"ratio must be 1, 2, 4, or 8, got {ratio}")
    _check(dct_method in (b"", b"INTEGER_FAST", b"INTEGER_ACCURATE"),
           "dct_method must be one of {'', 'INTEGER_FAST', 'INTEGER_ACCURATE'}")
    if not fancy_upscaling:
        raise errors.UnimplementedError(
            None, None, "DecodeJpeg with fancy_upscaling=False is not supported")


@DecodeJpeg.kernel
def _(contents, channels, ratio, fancy_upscaling, try_recover_truncated, dct_method):
    _check_jpeg_attrs(channels, ratio, fancy_upscaling, dct_method)
    image = _decode(_contents(contents), channels, ratio=ratio, recover=try_recover_truncated)
    return _one_image(image)


def _decode_jpeg(data, channels, ratio, recover):
    from PIL import Image

    try:
        file = Image.open(io.BytesIO(data), formats=["JPEG"])
        if file.width * file.height * 3 > _MOST_BYTES:
            raise ValueError("too large")
        file.draft("L" if channels == 1 else None, (file.width // ratio, file.height // ratio))
        file.load()
    except Exception as error:  # Pillow's decoders raise many kinds for damaged files
        if recover:
            raise errors.UnimplementedError(
                None, None, "DecodeJpeg does not support recovering a truncated file") from error
        raise _invalid(f"Invalid JPEG data or crop window, data size {len(data)}") from error
    mode = {0: "L" if file.mode == "L" else "RGB", 1: "L", 3: "RGB"}[channels]
    return _with_depth(np.asarray(file if file.mode == mode else file.convert(mode)))


def decode_and_crop_jpeg(contents, crop_window, channels=0, ratio=1, fancy_upscaling=True,
                         try_recover_truncated=False, acceptable_fraction=1, dct_method="",
                         name=None):
    """A part of the image of a JPEG file (TF op: DecodeAndCropJpeg).

    Args:
      contents: a scalar string, the file's bytes.
      crop_window: int32 [y, x, height, width].
      channels, ratio, fancy_upscaling, try_recover_truncated, acceptable_fraction, dct_method: see
        ``decode_jpeg``.
      name: the operation's name.

    Raises:
      InvalidArgumentError: at run time, the bytes are no image, or the window leaves it.
    """
    return DecodeAndCropJpeg(contents, crop_window, channels=channels, ratio=ratio,
                             fancy_upscaling=fancy_upscaling,
                             try_recover_truncated=try_recover_truncated,
                             acceptable_fraction=acceptable_fraction, dct_method=dct_method,
                             name=name)


DecodeAndCropJpeg = op(f"DecodeAndCropJpeg(contents: string, crop_window: int32; {_JPEG_ATTRS})"
                       " -> (image: uint8)").not_differentiable()


@DecodeAndCropJpeg.shape
def _(contents, crop_window, channels):
    with_rank(contents.shape, 0)
    depth = _decoded_shape(contents, channels)._dims[2]
    dims = with_rank(crop_window.shape, 1)._dims
    with_value(dims[0], 4)
    window = static_value(crop_window)
    height, width = [None, None] if window is None else [int(window[2]), int(window[3])]
    return shape_of([height, width, depth])


@DecodeAndCropJpeg.kernel
def _(contents, crop_window, channels, ratio, fancy_upscaling, try_recover_truncated, dct_method):
    _check_jpeg_attrs(channels, ratio, fancy_upscaling, dct_method)
    data = _contents(contents)
    _check(np.shape(crop_window) == (4,), "crop_window must have four elements"
           f"{list_text(np.shape(crop_window))}")
    y, x, height, width = (int(item) for item in crop_window)
    _check(data[:3] == b"\xff\xd8\xff", f"Invalid JPEG data or crop window, data size {len(data)}")
    image = _decode(data, channels, ratio=ratio, recover=try_recover_truncated)
    inside = (min(y, x) >= 0 and min(height, width) > 0 and y + height <= image.shape[0]
              and x + width <= image.shape[1])
    _check(inside, f"Invalid JPEG data or crop window, data size {len(data)}")
    return np.ascontiguousarray(image[y:y + height, x:x + width])


# ---- ExtractJpegShape ----


def extract_jpeg_shape(contents, output_type=dtypes.int32, name=None):
    """[height, width, channels] of a JPEG file, without decoding it (TF op: ExtractJpegShape).

    Args:
      contents: a scalar string, the file's bytes.
      output_type: int32 or int64.
      name: the operation's name.
    """
    return ExtractJpegShape(contents, output_type=output_type, name=name)


ExtractJpegShape = op("ExtractJpegShape(contents: string; output_type: type = int32)"
                      " -> (image_shape: output_type)",
                      output_type="int32 int64").not_differentiable()


@ExtractJpegShape.shape
def _(contents):
    with_rank(contents.shape, 0)
    return shape_of([3])


@ExtractJpegShape.kernel
def _(contents, output_type):
    data = _contents(contents)
    shape = _jpeg_shape(data)
    _check(shape is not None, f"Invalid JPEG data, size {len(data)}")
    return np.array(shape, output_type.as_numpy_dtype)


def _jpeg_shape(data):
    """[height, width, channels] from the segments before the pixels, None if they are damaged."""
    if data[:2] != b"\xff\xd8":
        return None
    at, shape = 2, None
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = struct.unpack_from(">BH", data, at + 1)
        if marker == _START_OF_PIXELS:
            return shape
        if marker in _FRAME_HEADERS and at + 10 <= len(data):
            height, width, channels = struct.unpack_from(">HHB", data, at + 5)
            shape = [height, width, channels] if height and width else None
        at += 2 + length
    return None


_START_OF_PIXELS = 0xDA
_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


# ---- DecodePng ----


def decode_png(contents, channels=0, dtype=dtypes.uint8, name=None):
    """The pixels of a PNG file (TF op: DecodePng); JPEG and single GIF images are read too.

    Args:
      contents: a scalar string, the file's bytes.
      channels: 0 (as the file has it), 1 (grey), 3 (RGB) or 4 (RGBA).
      dtype: uint8 or uint16.
      name: the operation's name.

    Returns:
      [height, width, channels] of ``dtype``; samples of another size are converted.

    Raises:
      InvalidArgumentError: at run time, the bytes are no image, or end early.
    """
    return DecodePng(contents, channels=channels, dtype=dtype, name=name)


DecodePng = op("DecodePng(contents: string; channels: int = 0, dtype: type = uint8)"
               " -> (image: dtype)", dtype="uint8 uint16").not_differentiable()
DecodePng.shape(_decoded_shape)


@DecodePng.kernel
def _(contents, channels, dtype):
    _check_channels(channels)
    dtype = dtype.as_numpy_dtype
    return _one_image(_decode(_contents(contents), channels, dtype)).astype(dtype, copy=False)


def _decode_png(data, channels, dtype):
    try:
        width, height, bits, color_type, interlaced = png_files.header(data)
    except ValueError as error:
        raise _invalid(f"Invalid PNG header, data size {len(data)}") from error
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(color_type, 1)
    _check(width * height * max(channels, samples, 3) * np.dtype(dtype).itemsize < _MOST_BYTES,
           f"PNG size too large for int: {width} by {height}")
    enough = width * height * samples * bits / 8 <= len(data) * _DEFLATE_RATIO
    _check(width and height and enough and png_files.is_whole(data),
           f"Invalid PNG data, size {len(data)}")
    if bits == 16 and not interlaced and color_type != 3:
        try:
            pixels = png_files.decode_16_bits(data)
        except (ValueError, zlib.error, KeyError) as error:
            raise _invalid(f"Invalid PNG data, size {len(data)}") from error
        pixels = _in_channels(pixels, channels)
        return (pixels >> 8).astype(np.uint8) if dtype == np.uint8 else pixels
    if bits == 16:
        raise errors.UnimplementedError(
            None, None, "DecodePng does not support interlaced files of 16 bits a sample")
    pixels = _in_channels(_png_bytes(data), channels)
    return pixels.astype(np.uint16) * np.uint16(257) if dtype == np.uint16 else pixels


def _png_bytes(data):
    """The samples of a PNG file of up to 8 bits, uint8 [height, width, channels]."""
    from PIL import Image

    try:
        file = Image.open(io.BytesIO(data), formats=["PNG"])
        file.load()
    except Exception as error:
        raise _invalid(f"Invalid PNG data, size {len(data)}") from error
    transparent = "transparency" in file.info
    mode = {"1": "L", "P": "RGB"}.get(file.mode, file.mode)
    if transparent:
        mode = {"L": "LA", "RGB": "RGBA"}.get(mode, mode)
    return _with_depth(np.asarray(file if file.mode == mode else file.convert(mode)))


def _in_channels(pixels, channels):
    """Samples (grey, grey and alpha, RGB or RGBA) as 1, 3 or 4 channels; 0 leaves them."""
    have = pixels.shape[-1]
    if channels in (0, have):
        return pixels
    alpha = pixels[..., -1:] if have in (2, 4) else np.full_like(pixels[..., :1],
                                                                 np.iinfo(pixels.dtype).max)
    colors = pixels[..., :have - 1] if have in (2, 4) else pixels
    if channels == 1 and colors.shape[-1] == 3:
        colors = _png_grey(colors)
    elif channels >= 3 and colors.shape[-1] == 1:
        colors = np.repeat(colors, 3, axis=-1)
    return np.concatenate([colors, alpha], axis=-1) if channels == 4 else colors


def _png_grey(colors):
    """Grey of RGB in libpng's integers: 0.299 red + 0.587 green + 0.114 blue, 1 is 2**15.

    It rounds samples of 16 bits, and cuts those of 8.
    """
    weights = np.array([9797, 19234, 32768 - 9797 - 19234], np.int64)
    half = 1 << 14 if colors.dtype == np.uint16 else 0
    return ((colors.astype(np.int64) @ weights + half) >> 15).astype(colors.dtype)[..., None]


# ---- DecodeGif ----


def decode_gif(contents, name=None):
    """The frames of a GIF file (TF op: DecodeGif).

    Args:
      contents: a scalar string, the file's bytes.
      name: the operation's name.

    Returns:
      uint8 [frames, height, width, 3]; of a JPEG or PNG file, one frame.
    """
    return DecodeGif(contents, name=name)


DecodeGif = op("DecodeGif(contents: string) -> (image: uint8)").not_differentiable()


@DecodeGif.shape
def _(contents):
    with_rank(contents.shape, 0)
    return shape_of([None, None, None, 3])


@DecodeGif.kernel
def _(contents):
    image = _decode(_contents(contents), 0)
    return image if image.ndim == 4 else _in_channels(image, 3)[None]


def _decode_gif(data):
    from PIL import Image, ImageSequence

    damaged = f"Invalid GIF data (size {len(data)}), failed to "
    try:
        file = Image.open(io.BytesIO(data), formats=["GIF"])
    except Exception as error:
        raise _invalid(damaged + "open gif file: No screen descriptor detected") from error
    try:
        size = file.width * file.height * 3
        frames, total = [], 0
        for frame in ImageSequence.Iterator(file):
            total += size
            if total > _MOST_BYTES:
                raise ValueError("too large")
            frames.append(np.asarray(frame.convert("RGB")))
    except Exception as error:
        raise _invalid(damaged + "slurp gif file: Failed to read from given file") from error
    return np.stack(frames)


# ---- DecodeBmp ----


def decode_bmp(contents, channels=0, name=None):
    """The pixels of an uncompressed BMP file (TF op: DecodeBmp).

    Args:
      contents: a scalar string, the file's bytes.
      channels: 0, or the number of channels that the file must have: 1, 3 or 4.
      name: the operation's name.

    Returns:
      uint8 [height, width, channels].
    """
    return DecodeBmp(contents, channels=channels, name=name)


DecodeBmp = op("DecodeBmp(contents: string; channels: int = 0) -> (image: uint8)"
               ).not_differentiable()
DecodeBmp.shape(_decoded_shape)


@DecodeBmp.kernel
def _(contents, channels):
    _check_channels(channels)
    data = _contents(contents)
    _check(len(data) >= 32, "Incomplete bmp content, requires at least 32 bytes to find the header "
           f"size, width, height, and bpp, got {len(data)} bytes")
    start, width, height, bits = (struct.unpack_from("<i", data, at)[0] for at in (10, 18, 22, 28))
    in_file = int(bits / 8)  # C's division, towards zero
    _check(channels in (0, in_file), f"channels attribute {channels} does not match bits per pixel "
           f"from file {in_file}")
    _check(in_file in (1, 3, 4), f"Number of channels must be 1, 3 or 4, was {in_file}")
    rows = abs(height)
    _check(width > 0 and rows > 0 and start >= 0,
           f"Invalid bmp header: {width} by {height} pixels from byte {start}")
    _check(width * rows * in_file < 1 << 30, "Total possible pixel bytes must be less than 2^30")
    row_size = (in_file * width + 3) // 4 * 4
    needed = start + (rows - 1) * row_size + width * in_file
    _check(needed <= len(data), f"Incomplete bmp content, requires at least {needed} bytes, got "
           f"{len(data)} bytes")
    pixels = np.lib.stride_tricks.as_strided(
        np.frombuffer(data, np.uint8, offset=start), (rows, width, in_file),
        (row_size, in_file, 1), writeable=False)
    if height > 0:  # the last row comes first
        pixels = pixels[::-1]
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[in_file]
    return np.ascontiguousarray(pixels[..., order])


# ---- EncodePng ----


def encode_png(image, compression=-1, name=None):
    """An image as a PNG file (TF op: EncodePng).

    Args:
      image: uint8 or uint16 [height, width, channels]: 1 (grey), 2 (grey and alpha), 3 (RGB) or 4
        (RGBA).
      compression: from 0 (none) to 9 (slow); -1 is the default.
      name: the operation's name.

    Returns:
      A scalar string.
    """
    return EncodePng(image, compression=compression, name=name)


EncodePng = op("EncodePng(image: T; compression: int = -1, T: type = uint8) -> (contents: string)",
               T="uint8 uint16").not_differentiable()


@EncodePng.shape
def _(image):
    with_rank(image.shape, 3)
    return common_shapes.SCALAR


def _check_image(image):
    _check(np.ndim(image) == 3, f"image must be 3-dimensional{list_text(np.shape(image))}")


@EncodePng.kernel
def _(image, compression):
    _check_image(image)
    _check(image.shape[2] in (1, 2, 3, 4),
           f"image must have 1, 2, 3, or 4 channels, got {image.shape[2]}")
    _check(image.size, f"an image of shape {list_text(image.shape)} has no pixels to encode")
    return np.array(png_files.encode(image, compression), object)


# ---- EncodeJpeg, EncodeJpegVariableQuality ----


def encode_jpeg(image, format="", quality=95, progressive=False, optimize_size=False,
                chroma_downsampling=True, density_unit="in", x_density=300, y_density=300,
                xmp_metadata="", name=None):
    """An image as a JPEG file (TF op: EncodeJpeg).

    Args:
      image: uint8 [height, width, 1 or 3 channels].
      format: "" (by the channels), "grayscale" or "rgb".
      quality: 0 to 100.
      progressive: the file can be shown while it is loaded.
      optimize_size: takes more time for fewer bytes.
      chroma_downsampling: colours are stored at half the resolution.
      density_unit, x_density, y_density: pixels per "in" or "cm".
      xmp_metadata: text that the file also holds.
      name: the operation's name.

    Returns:
      A scalar string.
    """
    return EncodeJpeg(image, format=format, quality=quality, progressive=progressive,
                      optimize_size=optimize_size, chroma_downsampling=chroma_downsampling,
                      density_unit=density_unit, x_density=x_density, y_density=y_density,
                      xmp_metadata=xmp_metadata, name=name)


EncodeJpeg = op(
    "EncodeJpeg(image: uint8; format: string in {'', 'grayscale', 'rgb'} = '', quality: int = 95,"
    " progressive: bool = False, optimize_size: bool = False, chroma_downsampling: bool = True,"
    " density_unit: string in {'in', 'cm'} = 'in', x_density: int = 300, y_density: int = 300,"
    " xmp_metadata: string = '') -> (contents: string)").not_differentiable()


@EncodeJpeg.shape
def _(image):
    with_rank(image.shape, 3)
    return common_shapes.SCALAR


@EncodeJpeg.kernel
def _(image, format, quality, progressive, optimize_size, chroma_downsampling, density_unit,
      x_density, y_density, xmp_metadata):
    _check(0 <= quality <= 100, f"quality must be in [0,100], got {quality}")
    _check_image(image)
    channels = {b"grayscale": 1, b"rgb": 3}.get(format)
    if channels is None:
        _check(image.shape[2] in (1, 3),
               f"image must have 1 or 3 channels, got {list_text(image.shape)}")
    else:
        _check(image.shape[2] == channels, f"format {format.decode()} expects {channels} channels, "
               f"got {list_text(image.shape)}")
    data = _jpeg(image, quality, progressive=progressive, optimize=optimize_size,
                 full_colors=not chroma_downsampling)
    return np.array(_with_jpeg_header(data, 1 if density_unit == b"in" else 2, x_density, y_density,
                                      xmp_metadata), object)


def _jpeg(image, quality, full_colors=False, **options):
    from PIL import Image

    if not 0 < min(image.shape[:2]) <= max(image.shape[:2]) <= 65500:
        raise errors.InternalError(None, None, "JPEG encoding failed")
    is_grey = image.shape[2] == 1
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(image[..., 0] if is_grey else image)).save(
        stream, "JPEG", quality=max(quality, 1), subsampling=0 if is_grey or full_colors else 2,
        **options)
    return stream.getvalue()


def _with_jpeg_header(data, unit, x_density, y_density, xmp):
    """Writes the density in the header, JFIF's first segment, and a segment of metadata after."""
    segment = b""
    if xmp:
        body = b"http://ns.adobe.com/xap/1.0/\0" + xmp
        segment = b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    return data[:13] + struct.pack(">BHH", unit, x_density, y_density) + data[18:20] + segment \
        + data[20:]


EncodeJpegVariableQuality = op("EncodeJpegVariableQuality(images: uint8, quality: int32)"
                               " -> (contents: string)").not_differentiable()


@EncodeJpegVariableQuality.shape
def _(images, quality):
    with_rank(images.shape, 3)
    with_rank(quality.shape, 0)
    return common_shapes.SCALAR


@EncodeJpegVariableQuality.kernel
def _(images, quality):
    _check_image(images)
    _check(np.ndim(quality) == 0, f"quality must be scalar: {list_text(np.shape(quality))}")
    _check(images.shape[2] in (1, 3),
           f"image must have 1 or 3 channels, got {list_text(images.shape)}")
    data = _jpeg(images, min(max(int(quality), 0), 100))
    return np.array(_with_jpeg_header(data, 1, 300, 300, b""), object)
