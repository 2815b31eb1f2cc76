"""tf.image: files, resizing, colours, boxes, crops; the ops beneath.

JPEG files are decoded with the accurate transform, in which both sides' decoders agree.
"""

import numpy as np

from cases import N, V, bads, row, rows

TOLERANCE = 1e-5

_RANDOM = np.random.RandomState(0)
UNIT = V(np.round(_RANDOM.rand(2, 4, 5, 3), 2).tolist())
BYTES = V(_RANDOM.randint(0, 256, (5, 4, 3)).tolist(), dtype="uint8")
WORDS = V(_RANDOM.randint(0, 65536, (5, 4, 3)).tolist(), dtype="uint16")
SMOOTH = V((np.add.outer(np.arange(9) * 9, np.arange(8) * 7)[..., None]
            + np.array([0, 20, 40])).tolist(), dtype="uint8")
BOXES = V([[0.0, 0.0, 1.0, 1.0], [0.1, 0.2, 0.7, 0.9], [0.8, 0.9, 0.2, 0.1],
           [-0.3, 0.1, 0.6, 1.2]], dtype="float32")
RIVALS = V([[0.0, 0.0, 1.0, 1.0], [0.0, 0.1, 1.0, 1.0], [0.5, 0.5, 1.4, 1.5], [2.0, 2.0, 3.0, 3.0]],
           dtype="float32")
SCORES = V([0.6, 0.9, 0.5, 0.7], dtype="float32")

RESIZES = """
    raw.{op}(images=x, size=[3, 7])
    raw.{op}(images=x, size=[6, 2], align_corners=True)
"""
HALF = "    raw.{op}(images=x, size=[7, 3], half_pixel_centers=True)\n"


def _resizes(name, half=True):
    return (RESIZES + (HALF if half else "")).format(op=name)


ROWS = [
    # ---- resizing ----
    rows(_resizes("ResizeBilinear"), "float32", x=N(1, 4, 5, 2)),
    rows(_resizes("ResizeBicubic"), numeric=False, x=N(1, 4, 5, 2)),
    rows(_resizes("ResizeNearestNeighbor"), "float32 float64", x=N(1, 4, 5, 2)),
    rows(_resizes("ResizeArea", half=False), grads=False, x=N(1, 4, 5, 2)),
    rows("""
        tf.image.resize_bilinear(x, [3, 2])
        tf.image.resize_bicubic(x, [3, 2])
        tf.image.resize_nearest_neighbor(x, [3, 2])
        tf.image.resize_area(x, [3, 2])
    """, "uint8 int32", grads=False, x=N(1, 4, 5, 1)),
    row("raw.ResizeBilinearGrad(grads=x, original_image=y)", "float32", grads=False,
        x=N(1, 2, 3, 1), y=N(1, 4, 5, 1)),
    row("raw.ResizeBicubicGrad(grads=x, original_image=y)", "float32", grads=False, x=N(1, 2, 3, 1),
        y=N(1, 4, 5, 1)),
    row("raw.ResizeNearestNeighborGrad(grads=x, size=[4, 5])", "float32 int32", grads=False,
        x=N(1, 2, 3, 1)),
    bads("""
        tf.image.resize_bilinear(x, [0, 2])
        tf.image.resize_bilinear(x, [2])
        tf.image.resize_bilinear(x[0], [2, 2])
        raw.ResizeBilinear(images=x, size=[2, 2], align_corners=True, half_pixel_centers=True)
        tf.image.resize_images(x, [2, 2], method=7)
        tf.image.resize_images(x, [2, 2, 2])
    """, shapes="known", x=N(1, 4, 5, 2)),

    # ---- colours ----
    row("tf.image.rgb_to_hsv(x)", numeric=False, x=UNIT),
    row("tf.image.hsv_to_rgb(x)", "float32 float64", grads=False, x=UNIT),
    rows("""
        raw.AdjustHue(images=x, delta=0.3)
        raw.AdjustHue(images=x, delta=-0.7)
        raw.AdjustSaturation(images=x, scale=1.7)
        raw.AdjustSaturation(images=x, scale=0.2)
        raw.AdjustContrastv2(images=x, contrast_factor=1.6)
    """, "float32", grads=False, x=UNIT),
    bads("""
        tf.image.rgb_to_hsv(x[..., :2])
        raw.AdjustHue(images=x[..., :2], delta=0.1)
        raw.AdjustContrastv2(images=x, contrast_factor=[0.1])
    """, x=UNIT),

    # ---- files ----
    rows("""
        tf.image.encode_png(x)
        tf.image.encode_png(x, compression=9)
        tf.image.encode_jpeg(x, quality=50)
        tf.image.encode_jpeg(x, progressive=True, chroma_downsampling=False)
        tf.image.encode_jpeg(x, density_unit='cm', x_density=7, xmp_metadata='text')
        tf.image.decode_png(tf.image.encode_png(x), channels=1)
        tf.image.decode_png(tf.image.encode_png(x), channels=4, dtype=tf.uint16)
        tf.image.decode_jpeg(tf.image.encode_png(x))
        tf.image.decode_gif(tf.image.encode_png(x))
        tf.image.extract_jpeg_shape(tf.image.encode_jpeg(x), output_type=tf.int64)
        tf.image.decode_jpeg(tf.image.encode_jpeg(x), dct_method='INTEGER_ACCURATE')
        tf.image.decode_jpeg(tf.image.encode_jpeg(x), ratio=2, dct_method='INTEGER_ACCURATE')
        tf.image.decode_jpeg(tf.image.encode_jpeg(x), 1, dct_method='INTEGER_ACCURATE')
        tf.image.decode_and_crop_jpeg(tf.image.encode_jpeg(x), [0, 0, 3, 2],
                                      dct_method='INTEGER_ACCURATE')
        raw.EncodeJpegVariableQuality(images=x, quality=30)
    """, "uint8", grads=False, x=SMOOTH),
    row("tf.image.encode_png(x)", "uint16", grads=False, x=WORDS),
    rows("""
        tf.image.decode_png(tf.image.encode_png(x), dtype=tf.uint16)
        tf.image.decode_png(tf.image.encode_png(x))
        tf.image.decode_png(tf.image.encode_png(x), channels=1, dtype=tf.uint16)
    """, "uint16", grads=False, x=WORDS),
    row("tf.image.encode_png(x[..., :2])", "uint8", grads=False, x=BYTES),
    row("tf.image.decode_bmp(b'BM' + bytes(8) + b'\\x36' + bytes(7) + b'\\x02\\0\\0\\0' * 2"
        " + b'\\x01\\0\\x18\\0' + bytes(24) + bytes(range(16)))", "uint8"),
    bads("""
        tf.image.decode_png(tf.substr(tf.image.encode_png(x), 0, 40))
        tf.image.decode_png(tf.substr(tf.image.encode_png(x), 0, 10))
        tf.image.decode_jpeg(tf.substr(tf.image.encode_jpeg(x), 0, 300))
        tf.image.decode_png('no image at all')
        tf.image.decode_png('')
        tf.image.decode_gif('GIF89a')
        tf.image.decode_bmp('BM')
        tf.image.decode_png(tf.image.encode_png(x), channels=2)
        tf.image.decode_jpeg(tf.image.encode_jpeg(x), channels=4)
        tf.image.decode_jpeg(tf.image.encode_jpeg(x), ratio=3)
        tf.image.decode_and_crop_jpeg(tf.image.encode_jpeg(x), [0, 0, 30, 2])
        tf.image.extract_jpeg_shape('no image')
        tf.image.encode_jpeg(x, quality=101)
        tf.image.encode_jpeg(x, format='grayscale')
        tf.image.encode_png(tf.concat([x, x], -1))
        tf.image.encode_png(x[0])
    """, "uint8", shapes="known", x=BYTES),

    # ---- crops ----
    rows("""
        tf.image.crop_and_resize(x, b, [0, 1, 1, 0], [3, 2])
        tf.image.crop_and_resize(x, b, [0, 1, 1, 0], [1, 1], extrapolation_value=2.5)
        tf.image.crop_and_resize(x, b, [0, 1, 1, 0], [2, 3], method='nearest')
    """, "float32 float64", numeric=False, x=N(2, 4, 5, 2), b=BOXES),
    row("raw.CropAndResizeGradImage(grads=x, boxes=b, box_ind=[0, 1, 1, 0],"
        " image_size=[2, 4, 5, 2], T=tf.float32)", "float32", grads=False, x=N(4, 3, 2, 2),
        b=BOXES),
    row("raw.CropAndResizeGradBoxes(grads=x, image=y, boxes=b, box_ind=[0, 1, 1, 0])", "float32",
        grads=False, x=N(4, 3, 2, 2), y=N(2, 4, 5, 2), b=BOXES),
    rows("""
        raw.ExtractGlimpse(input=x, size=[2, 3], offsets=[[0.0, 0.0], [0.2, -0.1]])
        raw.ExtractGlimpse(input=x, size=[2, 2], offsets=[[1.0, 2.0], [0.9, 1.1]],
                           centered=False, normalized=False)
        raw.ExtractGlimpse(input=x, size=[3, 3], offsets=[[0.9, 0.0], [-0.9, 0.8]],
                           uniform_noise=False, noise='zero')
    """, "float32", grads=False, x=N(2, 5, 6, 1)),
    bads("""
        tf.image.crop_and_resize(x, b, [0, 1, 2, 0], [3, 2])
        tf.image.crop_and_resize(x, b, [0, 1], [3, 2])
        tf.image.crop_and_resize(x, b, [0, 1, 1, 0], [0, 2])
        raw.ExtractGlimpse(input=x, size=[3, 2], offsets=[[0.0, 0.0]] * 2, noise='zero')
    """, shapes="known", x=N(2, 4, 5, 2), b=BOXES),

    # ---- boxes ----
    rows("""
        tf.image.draw_bounding_boxes(x, [b, b])
        tf.image.draw_bounding_boxes(x, [b, b], colors=[[0.5, 0.6, 0.7], [1.0, 2.0, 3.0]])
    """, "float32", grads=False, x=UNIT, b=BOXES),
    rows("""
        raw.SampleDistortedBoundingBoxV2(image_size=[40, 50, 3], bounding_boxes=[b[:2]],
                                         min_object_covered=0.3, seed=3, seed2=4)
        raw.SampleDistortedBoundingBox(image_size=[40, 50, 3], bounding_boxes=[b[:2]], seed=5,
                                       seed2=0, area_range=[0.2, 0.9])
    """, grads=False, b=BOXES),
    rows("""
        raw.NonMaxSuppression(boxes=b, scores=s, max_output_size=3)
        raw.NonMaxSuppressionV2(boxes=b, scores=s, max_output_size=3, iou_threshold=0.3)
        tf.image.non_max_suppression(b, s, 3)
        tf.image.non_max_suppression(b, s, 3, iou_threshold=0.05, score_threshold=0.55)
        tf.image.non_max_suppression_padded(b, s, 4, pad_to_max_output_size=True)
        tf.image.non_max_suppression_with_scores(b, s, 4, soft_nms_sigma=0.5)
        tf.image.non_max_suppression_overlaps(b, s, 3, overlap_threshold=1.2)
        tf.image.combined_non_max_suppression([b[:, None]], [s[:, None]], 2, 3)
    """, grads=False, b=RIVALS, s=SCORES),
    row("tf.image.combined_non_max_suppression([tf.stack([b, b + 0.1], 1)],"
        " [tf.stack([s, 1 - s], 1)], 2, 9, pad_per_class=True, clip_boxes=False)", shapes="known",
        grads=False, b=RIVALS, s=SCORES),
    bads("""
        tf.image.non_max_suppression(b, s, 3, iou_threshold=1.5)
        tf.image.non_max_suppression(b, s[:3], 3)
        tf.image.non_max_suppression(b[:, :3], s, 3)
        raw.SampleDistortedBoundingBoxV2(image_size=[40, 50, 3], bounding_boxes=[b[2:]],
                                         min_object_covered=0.3, seed=3)
        tf.image.combined_non_max_suppression([b[:, None]], [s[:, None]], 2, 0)
    """, shapes="known", b=RIVALS, s=SCORES),
]
