"""tf.image: values judged by NumPy, files by Pillow, hostile files, properties."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

import minitf as tf
from minitf.ops import image_nms_ops, png_files

RNG = np.random.RandomState(0)
PIXELS = RNG.randint(0, 256, (6, 5, 3)).astype(np.uint8)


def run(function, *arrays):
    with tf.Graph().as_default(), tf.Session() as session:
        return session.run(function(*map(tf.constant, arrays)))


def file_of(pixels, kind, **options):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, **options)
    return stream.getvalue()


def with_png_size(data, width, height):
    header = bytearray(data)
    struct.pack_into(">II", header, 16, width, height)
    header[29:33] = struct.pack(">I", zlib.crc32(bytes(header[12:29])))
    return bytes(header)


# ---- files ----


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("shape", [(7, 5), (1, 9), (9, 1), (1, 1), (40, 300)])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_png_comes_back(shape, channels, dtype):
    image = RNG.randint(0, np.iinfo(dtype).max + 1, (*shape, channels)).astype(dtype)
    decoded = run(lambda x: tf.image.decode_png(tf.image.encode_png(x), dtype=tf.as_dtype(dtype)),
                  image)
    np.testing.assert_array_equal(decoded, image)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_pillow_reads_our_png(channels):
    image = RNG.randint(0, 256, (6, 5, channels)).astype(np.uint8)
    read = np.asarray(Image.open(io.BytesIO(png_files.encode(image))))
    np.testing.assert_array_equal(read.reshape(image.shape), image)


def test_animated_gif():
    frames = [Image.fromarray(RNG.randint(0, 256, (6, 5, 3)).astype(np.uint8)).convert("P")
              for _ in range(3)]
    stream = io.BytesIO()
    frames[0].save(stream, "GIF", save_all=True, append_images=frames[1:])
    decoded = run(tf.image.decode_gif, stream.getvalue())
    np.testing.assert_array_equal(decoded, [np.asarray(f.convert("RGB")) for f in frames])
    with pytest.raises(tf.errors.InvalidArgumentError, match="Got 3 frames"):
        run(tf.image.decode_png, stream.getvalue())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP"])
def test_decode_image_knows_the_format(kind):
    decoded = run(tf.image.decode_image, file_of(PIXELS, kind))
    expected = np.asarray(Image.open(io.BytesIO(file_of(PIXELS, kind))).convert("RGB"))
    np.testing.assert_array_equal(decoded[0] if kind == "GIF" else decoded, expected)


PNG, JPEG, GIF, BMP = (file_of(PIXELS, kind) for kind in ("PNG", "JPEG", "GIF", "BMP"))
HOSTILE = {
    "png claims 100000x100000": with_png_size(PNG, 100000, 100000),
    "png claims 10000x10000": with_png_size(PNG, 10000, 10000),
    "png of no width": with_png_size(PNG, 0, 5),
    "png cut": PNG[:-20], "png header only": PNG[:33], "png signature only": PNG[:8],
    "jpeg cut": JPEG[:-50], "jpeg start only": JPEG[:10],
    "jpeg claims 65000x65000": JPEG.replace(struct.pack(">HH", 6, 5),
                                            struct.pack(">HH", 65000, 65000), 1),
    "gif cut": GIF[:30], "gif start only": b"GIF89a",
    "text": b"no image at all, but some text", "empty": b""}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(name):
    for decode in (tf.image.decode_png, tf.image.decode_jpeg, tf.image.decode_gif,
                   tf.image.decode_image):
        with pytest.raises(tf.errors.InvalidArgumentError):
            run(decode, HOSTILE[name])


@pytest.mark.parametrize("data, message", [
    (BMP[:-10], "Incomplete bmp content"), (b"BM", "at least 32 bytes"),
    (BMP[:18] + struct.pack("<ii", 100000, 100000) + BMP[26:], "less than 2\\^30"),
    (BMP[:18] + struct.pack("<ii", -5, 6) + BMP[26:], "Invalid bmp header")])
def test_hostile_bmp(data, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        run(tf.image.decode_bmp, data)


def test_flipped_bytes_never_crash():
    for data in (PNG, JPEG, GIF, BMP):
        for place in range(0, len(data), 7):
            damaged = bytearray(data)
            damaged[place] ^= 0xFF
            try:
                decoded = run(tf.image.decode_image, bytes(damaged))
                assert decoded.dtype == np.uint8
            except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError):
                pass


# ---- sizes ----


@pytest.mark.parametrize("method", range(4))
def test_resizing_a_constant_keeps_it(method):
    image = np.full([1, 5, 7, 2], 3.0, np.float32)
    resized = run(lambda x: tf.image.resize_images(x, [4, 11], method), image)
    np.testing.assert_allclose(resized, 3.0, rtol=1e-6)


def test_area_averages_blocks():
    image = RNG.rand(2, 6, 8, 3).astype(np.float32)
    resized = run(lambda x: tf.image.resize_area(x, [3, 2]), image)
    np.testing.assert_allclose(resized, image.reshape(2, 3, 2, 2, 4, 3).mean((2, 4)), rtol=1e-6)


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("name", ["ResizeBilinear", "ResizeBicubic", "ResizeNearestNeighbor"])
def test_resize_gradient_is_the_adjoint(name, half):
    image, weights = (RNG.rand(*shape).astype(np.float32)
                      for shape in ((2, 4, 5, 3), (2, 7, 3, 3)))

    def both(x, w):
        y = getattr(tf.raw_ops, name)(images=x, size=[7, 3], half_pixel_centers=half)
        return tf.reduce_sum(y * w), tf.reduce_sum(x * tf.gradients(y, x, w)[0])

    forward, backward = run(both, image, weights)
    np.testing.assert_allclose(backward, forward, rtol=1e-5)


def test_crop_of_the_whole_image():
    image = RNG.rand(1, 4, 5, 2).astype(np.float32)
    crop = run(lambda x: tf.image.crop_and_resize(x, [[0.0, 0, 1, 1]], [0], [4, 5]), image)
    np.testing.assert_allclose(crop, image, rtol=1e-5)


# ---- places ----


def test_turns_and_flips():
    image = RNG.rand(4, 5, 3).astype(np.float32)
    for k in range(-1, 5):
        np.testing.assert_array_equal(run(lambda x, k=k: tf.image.rot90(x, k), image),
                                      np.rot90(image, k))
    np.testing.assert_array_equal(run(tf.image.flip_left_right, image), image[:, ::-1])
    np.testing.assert_array_equal(run(tf.image.transpose_image, image), image.swapaxes(0, 1))


def test_crop_or_pad():
    image = RNG.rand(4, 7, 1).astype(np.float32)
    result = run(lambda x: tf.image.resize_image_with_crop_or_pad(x, 6, 3), image)
    np.testing.assert_array_equal(result[1:5], image[:, 2:5])
    assert not result[[0, 5]].any()


# ---- colours and measures ----


def test_hsv_comes_back():
    colors = RNG.rand(50, 3).astype(np.float32)
    back = run(lambda x: tf.image.hsv_to_rgb(tf.image.rgb_to_hsv(x)), colors)
    np.testing.assert_allclose(back, colors, atol=1e-6)


def test_measures_of_equal_images():
    image = RNG.rand(2, 16, 16, 3).astype(np.float32)
    np.testing.assert_allclose(run(lambda x: tf.image.ssim(x, x, 1.0), image), 1, rtol=1e-5)
    assert np.isinf(run(lambda x: tf.image.psnr(x, x, 1.0), image)).all()


def test_total_variation():
    image = RNG.rand(2, 6, 5, 3)
    expected = abs(np.diff(image, axis=1)).sum((1, 2, 3)) + abs(np.diff(image, axis=2)).sum(
        (1, 2, 3))
    np.testing.assert_allclose(run(tf.image.total_variation, image), expected)


# ---- boxes ----


def test_selected_boxes_do_not_overlap():
    corners = RNG.rand(200, 2)
    boxes = np.concatenate([corners, corners + 0.3 * RNG.rand(200, 2)], 1).astype(np.float32)
    scores = RNG.rand(200).astype(np.float32)
    chosen = run(lambda b, s: tf.image.non_max_suppression(b, s, 200, 0.4), boxes, scores)
    assert (np.diff(scores[chosen]) <= 0).all()
    for i, index in enumerate(chosen):
        assert (image_nms_ops.overlaps_with(boxes[index], boxes[chosen[:i]]) < 0.4).all()
    dropped = np.setdiff1d(np.arange(200), chosen)
    for index in dropped:
        better = chosen[scores[chosen] > scores[index]]
        assert (image_nms_ops.overlaps_with(boxes[index], boxes[better]) >= 0.4).any()


def test_sampled_part_holds_enough_of_the_box():
    box = [[[0.3, 0.3, 0.6, 0.7]]]
    with tf.Graph().as_default(), tf.Session() as session:
        part = tf.image.sample_distorted_bounding_box([60, 80, 3], box, seed=1,
                                                      min_object_covered=0.9)
        for _ in range(20):
            begin, size, _ = session.run(part)
            top, left = np.maximum(begin[:2], [18, 24])
            bottom, right = np.minimum(begin[:2] + size[:2], [36, 56])
            assert (bottom - top) * (right - left) >= 0.9 * 18 * 32
