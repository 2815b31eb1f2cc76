"""tf.image: files, sizes, places, colours and measures of images."""
# ruff: noqa: F401 - a namespace

from minitf.image.colors import (
    adjust_brightness, adjust_contrast, adjust_gamma, adjust_hue, adjust_jpeg_quality,
    adjust_saturation, convert_image_dtype, grayscale_to_rgb, per_image_standardization,
    random_brightness, random_contrast, random_hue, random_jpeg_quality, random_saturation,
    rgb_to_grayscale, rgb_to_yiq, rgb_to_yuv, yiq_to_rgb, yuv_to_rgb)
from minitf.image.decoding import decode_image, is_jpeg
from minitf.image.geometry import (
    central_crop, crop_to_bounding_box, flip_left_right, flip_up_down, pad_to_bounding_box,
    random_flip_left_right, random_flip_up_down, resize_image_with_crop_or_pad, rot90, transpose)
from minitf.image.geometry import resize_image_with_crop_or_pad as resize_with_crop_or_pad
from minitf.image.geometry import transpose as transpose_image
from minitf.image.measures import (
    image_gradients, psnr, sobel_edges, ssim, ssim_multiscale, total_variation)
from minitf.image.resizing import ResizeMethod, resize_image_with_pad, resize_images
from minitf.image.resizing import resize_images as resize
from minitf.ops.image_box_ops import draw_bounding_boxes, sample_distorted_bounding_box
from minitf.ops.image_codec_ops import (
    decode_and_crop_jpeg, decode_bmp, decode_gif, decode_jpeg, decode_png, encode_jpeg, encode_png,
    extract_jpeg_shape)
from minitf.ops.image_color_ops import hsv_to_rgb, rgb_to_hsv
from minitf.ops.image_crop_ops import crop_and_resize, extract_glimpse
from minitf.ops.image_nms_ops import (
    combined_non_max_suppression, non_max_suppression, non_max_suppression_overlaps,
    non_max_suppression_padded, non_max_suppression_with_scores)
from minitf.ops.image_resize_ops import (
    resize_area, resize_bicubic, resize_bilinear, resize_nearest_neighbor)
from minitf.ops.patches_ops import extract_image_patches
from minitf.ops.patches_ops import extract_image_patches_v2 as extract_patches
from minitf.ops.random_ops import random_crop
