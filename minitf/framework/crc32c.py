"""CRC-32C, the checksum of checkpoints and of TFRecord files, computed with NumPy.

A CRC is linear: the checksum of a concatenation follows from those of its parts. So a buffer is cut
into lanes of some hundred bytes; all lanes advance together, four bytes a step, by NumPy lookups
for all of them; and neighbours are then joined pairwise until one checksum is left.

Source: RFC 3720, appendix B.4, for the polynomial; zlib's crc32_combine for joining by matrices.
"""

import functools

import numpy as np

_POLYNOMIAL = 0x82F63B78  # Castagnoli's, with its bits reversed
_MASK_DELTA = 0xA282EAD8
_TINY, _SHORT = 48, 1024  # bytes; below them a loop in Python, a lookup for each byte is faster
_CHUNK = 1 << 22  # bytes in work at a time, which bounds the memory that is used
_BITS = np.arange(32, dtype=np.uint32)


def crc32c(data, crc=0):
    """The CRC-32C of bytes, or of ``crc``'s bytes and these.

    Args:
      data: bytes, or a contiguous buffer of bytes, such as a memoryview.
      crc: the checksum of what comes before.

    Returns:
      An int, below 2**32.
    """
    data = memoryview(data)
    if data.nbytes < _TINY:
        return _tiny(data.tobytes(), crc ^ 0xFFFFFFFF) ^ 0xFFFFFFFF
    array = np.frombuffer(data, np.uint8)
    if data.nbytes < _SHORT:
        return _short(array, crc ^ 0xFFFFFFFF) ^ 0xFFFFFFFF
    state = np.array([crc ^ 0xFFFFFFFF], np.uint32)
    for start in range(0, len(array), _CHUNK):
        chunk = array[start:start + _CHUNK]
        state = _multiply(_zeros_matrix(len(chunk)), state) ^ _chunk_state(chunk)
    return int(state[0]) ^ 0xFFFFFFFF


def mask(crc):
    """A checksum as files store it, so that checksums of data with checksums in it stay sound."""
    return (((crc >> 15) | (crc << 17)) + _MASK_DELTA) & 0xFFFFFFFF


def masked_crc32c(data):
    """``mask(crc32c(data))``."""
    return mask(crc32c(data))


def _tiny(data, state):
    table = _byte_table()
    for byte in data:
        state = table[(state ^ byte) & 0xFF] ^ (state >> 8)
    return state


@functools.cache
def _byte_table():
    return _table(8).tolist()


def _short(array, state):
    """Each byte adds what its place and its value say; the state counts as four bytes more."""
    first = array[:4] ^ np.frombuffer(state.to_bytes(4, "little"), np.uint8)
    array = np.concatenate([first, array[4:]])
    added = _place_table().take(array + _PLACES[-len(array):])
    return int(np.bitwise_xor.reduce(added))


_PLACES = np.arange(_SHORT)[::-1] * 256


@functools.cache
def _place_table():
    """What a byte adds when so many bytes follow it: at 256 * their number + the byte."""
    table = _table(8)
    rows = [table]
    for _ in range(_SHORT - 1):
        rows.append((rows[-1] >> np.uint32(8)) ^ table[rows[-1] & np.uint32(0xFF)])
    return np.concatenate(rows)


@functools.cache
def _table(bits):
    """What each value of the lowest bits becomes when as many zero bits went through."""
    values = np.arange(1 << bits, dtype=np.uint32)
    for _ in range(bits):
        values = (values >> np.uint32(1)) ^ (values & np.uint32(1)) * np.uint32(_POLYNOMIAL)
    return values


@functools.cache
def _low_table():
    """What each value of the lower 16 bits becomes when 32 zero bits went through."""
    table = _table(16)
    return table[table & np.uint32(0xFFFF)] ^ (table >> np.uint32(16))


def _chunk_state(chunk):
    """The state after a chunk of bytes, from state 0, as an array of one element."""
    lanes = 1 << (len(chunk).bit_length() * 3 // 5)
    width = -(-len(chunk) // (4 * lanes)) * 4
    padded = np.zeros(lanes * width, np.uint8)  # zeros in front leave state 0 as it is
    padded[len(padded) - len(chunk):] = chunk
    high, low, shift = _table(16), _low_table(), np.uint32(16)
    state = np.zeros(lanes, np.uint32)
    for words in np.ascontiguousarray(padded.view("<u4").reshape(lanes, -1).T):
        state ^= words
        state = low.take(state & np.uint32(0xFFFF)) ^ high.take(state >> shift)
    matrix = _zeros_matrix(width)
    while len(state) > 1:
        state = _multiply(matrix, state[0::2]) ^ state[1::2]
        matrix = _multiply(matrix, matrix)
    return state


# ---- advancing over zero bytes: matrices over GF(2), a column for each bit of the state ----


def _multiply(matrix, states):
    """A matrix times each of the states (or the columns of another matrix)."""
    bits = (states[:, None] >> _BITS) & np.uint32(1)
    return np.bitwise_xor.reduce(bits * matrix, axis=1)


@functools.lru_cache(maxsize=256)
def _zeros_matrix(count):
    """The matrix that advances a state over ``count`` zero bytes."""
    result = np.uint32(1) << _BITS
    for power in range(count.bit_length()):
        if count >> power & 1:
            result = _multiply(_power_matrix(power), result)
    return result


@functools.cache
def _power_matrix(power):
    """The matrix that advances a state over 2**power zero bytes."""
    if power:
        return _multiply(_power_matrix(power - 1), _power_matrix(power - 1))
    states = np.uint32(1) << _BITS
    return _table(8)[states & np.uint32(0xFF)] ^ (states >> np.uint32(8))
