"""PNG files (ISO/IEC 15948): writing all that tf.image.encode_png takes, reading 16-bit samples.

Pillow reads PNG files of 8 bits a sample, but cuts colours of 16 bits to 8, and writes none.

A row of a PNG file is *filtered* before it is compressed: bytes are replaced by their difference
from a prediction. The five filters predict nothing, the byte of the pixel to the left (a), above
(b), their mean, or Paeth's choice of whichever of a, b and the one above left (c) is nearest to
a + b - c.
"""

import struct
import zlib

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_COLOR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}
_CHANNELS = {color_type: channels for channels, color_type in _COLOR_TYPES.items()}

# libpng's buffer: the compressed data comes in chunks of at most this size.
_CHUNK_SIZE = 8192


# ---- writing ----


def encode(image, compression=-1):
    """An image, uint8 or uint16 [height, width, 1 to 4 channels], as the bytes of a PNG file.

    Each row has the filter whose differences are smallest in sum, as libpng chooses it; the bytes
    of small files (16 KB of pixels) are libpng's.
    """
    height, width, channels = image.shape
    depth = image.dtype.itemsize
    raw = image.astype(image.dtype.newbyteorder(">")).view(np.uint8).reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8 * depth, _COLOR_TYPES[channels], 0, 0, 0)
    data = _compress(_filter(raw, channels * depth, width).tobytes(), compression)
    chunks = [data[i:i + _CHUNK_SIZE] for i in range(0, len(data), _CHUNK_SIZE)]
    return b"".join([SIGNATURE, _chunk(b"IHDR", header),
                     *[_chunk(b"IDAT", chunk) for chunk in chunks], _chunk(b"IEND", b"")])


def _chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _compress(data, level):
    """zlib's format; its header asks the reader for no larger a window than the data needs."""
    packer = zlib.compressobj(level, zlib.DEFLATED, 15, 8, zlib.Z_FILTERED)
    packed = packer.compress(data) + packer.flush()
    bits = min(max((len(data) - 1).bit_length(), 8), 15) if len(data) <= 16384 else 15
    head = (bits - 8) << 4 | 8
    flags = packed[1] & 0xC0
    flags += 31 - (head * 256 + flags) % 31
    return bytes([head, flags]) + packed[2:]


def _filter(raw, pixel, width):
    """Rows with their filters' numbers in front, uint8 [height, 1 + bytes]."""
    height = len(raw)
    left, above, corner = (np.zeros_like(raw) for _ in range(3))
    left[:, pixel:] = raw[:, :-pixel]
    above[1:] = raw[:-1]
    corner[1:, pixel:] = raw[:-1, :-pixel]
    mean = ((left.astype(np.uint16) + above) >> 1).astype(np.uint8)
    rows = [raw, raw - left, raw - above, raw - mean, raw - _paeth(left, above, corner)]
    numbers = [0]
    if width > 1:
        numbers.append(1)
    if height > 1:
        numbers.append(2)
    if width > 1 and height > 1:
        numbers += [3, 4]
    costs = [np.where(rows[i] < 128, rows[i], 256 - rows[i].astype(np.int64)).sum(1)
             for i in numbers]
    chosen = np.array(numbers)[np.argmin(costs, axis=0)]
    result = np.stack(rows)[chosen, np.arange(height)]
    return np.concatenate([chosen[:, None].astype(np.uint8), result], axis=1)


def _paeth(left, above, corner):
    left, above, corner = (x.astype(np.int16) for x in (left, above, corner))
    from_left, from_above = abs(above - corner), abs(left - corner)
    from_corner = abs(left + above - 2 * corner)
    nearest = np.where((from_left <= from_above) & (from_left <= from_corner), left,
                       np.where(from_above <= from_corner, above, corner))
    return nearest.astype(np.uint8)


# ---- reading ----


def header(data):
    """(width, height, bits a sample, color type, interlaced) of the bytes of a PNG file.

    Raises:
      ValueError: there is no header.
    """
    if len(data) < 33 or data[:8] != SIGNATURE or data[12:16] != b"IHDR":
        raise ValueError("no PNG header")
    width, height, bits, color_type, _, _, interlaced = struct.unpack(">IIBBBBB", data[16:29])
    return width, height, bits, color_type, bool(interlaced)


def is_whole(data):
    """Whether all chunks of a PNG file are there and undamaged."""
    try:
        return all(True for _ in _chunks(data))
    except ValueError:
        return False


def decode_16_bits(data):
    """The samples of a PNG file of 16 bits a sample, uint16 [height, width, channels].

    Raises:
      ValueError, zlib.error: the file is damaged.
    """
    width, height, _, color_type, _ = header(data)
    channels = _CHANNELS[color_type]
    packed = b"".join(body for kind, body in _chunks(data) if kind == b"IDAT")
    size = height * (1 + 2 * channels * width)
    raw = zlib.decompressobj().decompress(packed, size)
    if len(raw) < size:
        raise ValueError("too little data")
    rows = np.frombuffer(raw, np.uint8).reshape(height, -1)
    pixels = _unfilter(rows[:, 0], rows[:, 1:].reshape(height, width, 2 * channels))
    return pixels.reshape(height, -1).view(">u2").reshape(height, width, channels).astype(np.uint16)


def _chunks(data):
    at = len(SIGNATURE)
    while True:
        if at + 8 > len(data):
            raise ValueError("the file ends early")
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        check = data[at + 8 + length:at + 12 + length]
        needed = kind[:1].isupper()  # small letters mark what a reader may do without
        if len(check) < 4 or needed and struct.unpack(">I", check)[0] != zlib.crc32(kind + body):
            raise ValueError("a chunk is damaged")
        yield kind, body
        if kind == b"IEND":
            return
        at += 12 + length


def _unfilter(filters, rows):
    """Undoes the filters of rows, uint8 [height, width, bytes a pixel].

    A pixel needs those to its left and above, so that all pixels of an antidiagonal are done at
    once: with row i moved i places to the right, antidiagonals are columns.
    """
    height, width, size = rows.shape
    if filters.max(initial=0) > 4:
        raise ValueError("unknown filter")
    slanted = np.zeros([height + 1, height + width + 1, size], np.uint8)
    row = np.arange(height)
    kind = filters.astype(np.int64)
    for step in range(height + width - 1):
        at = row[max(0, step - width + 1):step + 1]  # the rows that this antidiagonal crosses
        left = slanted[at + 1, step]
        above, corner = slanted[at, step], slanted[at, step - 1]
        # The first column of a slanted row has nothing to its left.
        start = at == step
        left[start] = 0
        corner[start] = 0
        mean = ((left.astype(np.uint16) + above) >> 1).astype(np.uint8)
        predicted = np.stack([np.zeros_like(left), left, above, mean,
                              _paeth(left, above, corner)])
        chosen = predicted[kind[at], np.arange(len(at))]
        slanted[at + 1, step + 1] = rows[at, step - at] + chosen
    return slanted[row[:, None] + 1, row[:, None] + 1 + np.arange(width)]
