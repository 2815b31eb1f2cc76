"""Hashes of strings, equal to TensorFlow's number for number, and fingerprints of arrays."""

import numpy as np

from minitf.framework import errors
from minitf.framework.constant_folding import static_value
from minitf.framework.registry import op
from minitf.ops.arguments import check_scalar, renamed_argument
from minitf.ops.common_shapes import shape_of, with_rank, with_rank_at_least
from minitf.ops.string_values import byte_strings, map_strings

_MASK = (1 << 64) - 1


def _fetch(data, at):
    return int.from_bytes(data[at:at + 8], "little")


def _rotate(value, bits):
    """Rotation to the right of 64 bits."""
    value &= _MASK
    return ((value >> bits) | (value << (64 - bits))) & _MASK


# ---- Hash64, TensorFlow's old hash: MurmurHash64A ----

_M = 0xc6a4a7935bd1e995


def hash64(data, seed=0xdecafcaffe):
    """MurmurHash64A of bytes (A. Appleby), with TensorFlow's seed."""
    h = seed ^ (len(data) * _M & _MASK)
    whole = len(data) & ~7
    for at in range(0, whole, 8):
        k = _fetch(data, at) * _M & _MASK
        k = (k ^ (k >> 47)) * _M & _MASK
        h = (h ^ k) * _M & _MASK
    if whole < len(data):
        h = (h ^ int.from_bytes(data[whole:], "little")) * _M & _MASK
    h = (h ^ (h >> 47)) * _M & _MASK
    return h ^ (h >> 47)


# ---- Fingerprint64: FarmHash ----

_K0, _K1, _K2 = 0xc3a5c85c97cb3127, 0xb492b66fbe98f273, 0x9ae16a3b2f90404f


def shift_mix(value):
    """A 64-bit number with its upper bits mixed into its lower ones."""
    value &= _MASK
    return value ^ (value >> 47)


def _mix(u, v, mul):
    """Two numbers to one."""
    a = shift_mix(((u ^ v) & _MASK) * mul)
    return shift_mix(((v ^ a) & _MASK) * mul) * mul & _MASK


def fingerprint64(data):
    """FarmHash's Fingerprint64 of bytes (G. Pike; farmhashna::Hash64)."""
    length = len(data)
    if length <= 16:
        return _fingerprint_to_16(data, length)
    if length <= 64:
        return _fingerprint_to_64(data, length)
    return _fingerprint_long(data, length)


def _fingerprint_to_16(data, length):
    mul = _K2 + length * 2
    if length >= 8:
        a, b = _fetch(data, 0) + _K2, _fetch(data, length - 8)
        return _mix(_rotate(b, 37) * mul + a & _MASK, (_rotate(a, 25) + b) * mul & _MASK, mul)
    if length >= 4:
        first = int.from_bytes(data[:4], "little")
        return _mix(length + (first << 3), int.from_bytes(data[length - 4:], "little"), mul)
    if length:
        y = data[0] + (data[length >> 1] << 8)
        z = length + (data[length - 1] << 2)
        return shift_mix(y * _K2 ^ z * _K0) * _K2 & _MASK
    return _K2


def _fingerprint_to_64(data, length):
    mul = _K2 + length * 2
    a = _fetch(data, 0) * (_K1 if length <= 32 else _K2)
    b, c, d = _fetch(data, 8), _fetch(data, length - 8) * mul, _fetch(data, length - 16) * _K2
    y = _rotate(a + b, 43) + _rotate(c, 30) + d & _MASK
    z = _mix(y, a + _rotate(b + _K2, 18) + c & _MASK, mul)
    if length <= 32:
        return z
    e, f = _fetch(data, 16) * mul, _fetch(data, 24)
    g = (y + _fetch(data, length - 32)) * mul
    h = (z + _fetch(data, length - 24)) * mul
    return _mix(_rotate(e + f, 43) + _rotate(g, 30) + h & _MASK,
                e + _rotate(f + a, 18) + g & _MASK, mul)


def _weak_32(data, at, a, b):
    """32 bytes from ``at`` on and two seeds, to two numbers."""
    w, x, y, z = (_fetch(data, at + 8 * i) for i in range(4))
    a += w
    b = _rotate(b + a + z, 21)
    c = a
    a += x + y
    b += _rotate(a, 44)
    return a + z & _MASK, b + c & _MASK


def _fingerprint_long(data, length):
    x, y = 81, (81 * _K1 + 113) & _MASK
    z = shift_mix(y * _K2 + 113) * _K2 & _MASK
    v, w = (0, 0), (0, 0)
    x = x * _K2 + _fetch(data, 0) & _MASK
    end = (length - 1) // 64 * 64
    for at in range(0, end, 64):
        x, y, z, v, w = _round(data, at, x, y, z, v, w, _K1, 1)
    mul = _K1 + ((z & 0xff) << 1)
    rest = (length - 1) & 63
    w = w[0] + rest, w[1]
    v = v[0] + w[0], v[1]
    w = w[0] + v[0], w[1]
    x, y, z, v, w = _round(data, end + rest - 63, x, y, z, v, w, mul, 9)
    return _mix(_mix(v[0], w[0], mul) + shift_mix(y) * _K0 + z & _MASK,
                _mix(v[1], w[1], mul) + x & _MASK, mul)


def _round(data, at, x, y, z, v, w, mul, weight):
    """64 bytes from ``at`` on, mixed into the state."""
    x = _rotate(x + y + v[0] + _fetch(data, at + 8), 37) * mul & _MASK
    y = _rotate(y + v[1] + _fetch(data, at + 48), 42) * mul & _MASK
    x ^= w[1] * weight & _MASK
    y = y + v[0] * weight + _fetch(data, at + 40) & _MASK
    z = _rotate(z + w[0], 33) * mul & _MASK
    v = _weak_32(data, at, v[1] * mul, x + w[0])
    w = _weak_32(data, at + 32, z + w[1], y + _fetch(data, at + 16))
    return z, y, x, v, w


# ---- SipHash-2-4 ----


def sip_hash(data, key):
    """SipHash-2-4 of bytes (Aumasson, Bernstein) with a key of two 64-bit numbers."""
    key = [k & _MASK for k in key]
    state = [key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
             key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573]
    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) & 0xff])
    for at in range(0, len(padded), 8):
        word = _fetch(padded, at)
        state[3] ^= word
        _sip_rounds(state, 2)
        state[0] ^= word
    state[2] ^= 0xff
    _sip_rounds(state, 4)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _sip_rounds(state, count):
    a, b, c, d = state
    for _ in range(count):
        a, c = (a + b) & _MASK, (c + d) & _MASK
        b, d = _rotate(b, 51) ^ a, _rotate(d, 48) ^ c
        a = _rotate(a, 32)
        c, a = (c + b) & _MASK, (a + d) & _MASK
        b, d = _rotate(b, 47) ^ c, _rotate(d, 43) ^ a
        c = _rotate(c, 32)
    state[:] = a, b, c, d


# ---- StringToHashBucket and its relatives ----


def string_to_hash_bucket(string_tensor=None, num_buckets=None, name=None, input=None):
    """The old hash of each string modulo ``num_buckets``, int64 (TF op: StringToHashBucket)."""
    string_tensor = renamed_argument("input", input, "string_tensor", string_tensor)
    return StringToHashBucket(string_tensor, num_buckets=num_buckets, name=name)


def string_to_hash_bucket_fast(input, num_buckets, name=None):
    """FarmHash's fingerprint of each string modulo ``num_buckets`` (TF: StringToHashBucketFast)."""
    return StringToHashBucketFast(input, num_buckets=num_buckets, name=name)


def string_to_hash_bucket_strong(input, num_buckets, key, name=None):
    """SipHash of each string modulo ``num_buckets`` (TF op: StringToHashBucketStrong).

    ``key`` is two numbers; who does not know them cannot make strings of one bucket.
    """
    return StringToHashBucketStrong(input, num_buckets=num_buckets, key=key, name=name)


StringToHashBucket = op(
    "StringToHashBucket(string_tensor: string; num_buckets: int >= 1) -> (output: int64)"
).not_differentiable()
StringToHashBucketFast = op(
    "StringToHashBucketFast(input: string; num_buckets: int >= 1) -> (output: int64)"
).not_differentiable()
StringToHashBucketStrong = op(
    "StringToHashBucketStrong(input: string; num_buckets: int >= 1, key: list(int))"
    " -> (output: int64)").not_differentiable()


@StringToHashBucket.shape
def _(string_tensor):
    return string_tensor.shape


def _same_shape(input):
    return input.shape


StringToHashBucketFast.shape(_same_shape)
StringToHashBucketStrong.shape(_same_shape)


@StringToHashBucket.kernel
def _(string_tensor, num_buckets):
    return map_strings(lambda item: hash64(item) % num_buckets, string_tensor, np.int64)


@StringToHashBucketFast.kernel
def _(input, num_buckets):
    return map_strings(lambda item: fingerprint64(item) % num_buckets, input, np.int64)


@StringToHashBucketStrong.kernel
def _(input, num_buckets, key):
    if len(key) != 2:
        raise errors.InvalidArgumentError(None, None, "Key must have 2 elements")
    return map_strings(lambda item: sip_hash(item, key) % num_buckets, input, np.int64)


# ---- Fingerprint ----


def fingerprint(data, method="farmhash64", name=None):
    """A fingerprint of 8 bytes of each row ``data[i]``: uint8 of shape [len(data), 8].

    Args:
      data: a tensor of rank 1 or more.
      method: "farmhash64", the one there is, or a scalar string tensor.
      name: the operation's name.
    """
    return Fingerprint(data, method, name=name)


Fingerprint = op("Fingerprint(data: T, method: string; T) -> (fingerprint: uint8)"
                 ).not_differentiable()


@Fingerprint.shape
def _(data, method):
    with_rank_at_least(data.shape, 1)
    with_rank(method.shape, 0)
    known = static_value(method)
    rows = None if data.shape._dims is None else data.shape._dims[0]
    return shape_of([rows, None if known is None else 8])


@Fingerprint.kernel
def _(data, method):
    check_scalar(method, "`method` should be a scalar string:")
    name = byte_strings(method)[0]
    if name != b"farmhash64":
        raise errors.InvalidArgumentError(None, None,
                                          f"Unsupported fingerprint method: {name.decode()}")
    data = np.asarray(data)
    rows = np.array([fingerprint64(_row_bytes(row)) for row in data], dtype="<u8")
    return rows.view(np.uint8).reshape(len(data), 8)


def _row_bytes(row):
    """What is hashed: numbers as they lie in memory; of several strings their fingerprints."""
    if not isinstance(row, (bytes, str)) and row.dtype != object:
        return row.tobytes()
    items = byte_strings(row)
    if len(items) == 1:
        return items[0]
    return b"".join(fingerprint64(item).to_bytes(8, "little") for item in items)
