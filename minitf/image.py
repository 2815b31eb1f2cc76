"""tf.image: patches of images."""

from minitf.ops.patches_ops import extract_image_patches
from minitf.ops.patches_ops import extract_image_patches_v2 as extract_patches
