"""How images vary, and how they differ: total variation, gradients, PSNR, SSIM."""

import numpy as np

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import control_dependencies, name_scope
from minitf.image.colors import convert_image_dtype
from minitf.ops import (
    activation_ops, array_ops, cond_ops, constant_op, depthwise_ops, math_ops, pool_ops,
    softmax_ops)

# ---- variation ----


def total_variation(images, name=None):
    """The sum of absolute differences of neighbouring pixels, a scalar for each image.

    Args:
      images: a tensor [height, width, channels], or [batch, height, width, channels].
      name: the name scope.

    Raises:
      ValueError: the rank is not 3 or 4.
    """
    with name_scope(name, "total_variation"):
        rank = images.shape.ndims
        if rank == 3:
            down = images[1:, :, :] - images[:-1, :, :]
            along = images[:, 1:, :] - images[:, :-1, :]
            axes = None
        elif rank == 4:
            down = images[:, 1:, :, :] - images[:, :-1, :, :]
            along = images[:, :, 1:, :] - images[:, :, :-1, :]
            axes = [1, 2, 3]
        else:
            raise ValueError("'images' must be either 3 or 4-dimensional.")
        return (math_ops.reduce_sum(math_ops.abs(down), axis=axes)
                + math_ops.reduce_sum(math_ops.abs(along), axis=axes))


def image_gradients(image):
    """Differences to the next row and to the next column; 0 in the last ones.

    Args:
      image: a tensor [batch, height, width, channels].

    Returns:
      A tuple (dy, dx) of tensors of the same shape.

    Raises:
      ValueError: the rank is not 4.
    """
    if image.shape.ndims != 4:
        raise ValueError("image_gradients expects a 4D tensor [batch_size, h, w, d], not %s.",
                         image.shape)
    shape = array_ops.shape(image)
    batch, height, width, depth = array_ops.unstack(shape)
    dy = image[:, 1:, :, :] - image[:, :-1, :, :]
    dx = image[:, :, 1:, :] - image[:, :, :-1, :]
    last = array_ops.zeros(array_ops.stack([batch, 1, width, depth]), image.dtype)
    dy = array_ops.reshape(array_ops.concat([dy, last], 1), shape)
    last = array_ops.zeros(array_ops.stack([batch, height, 1, depth]), image.dtype)
    dx = array_ops.reshape(array_ops.concat([dx, last], 2), shape)
    return dy, dx


_SOBEL = [[[-1, -2, -1], [0, 0, 0], [1, 2, 1]], [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]]


def sobel_edges(image):
    """Sobel's differences along height and width, smoothed across.

    Args:
      image: a tensor [batch, height, width, channels] of float32 or float64; height and width are
        2 or more.

    Returns:
      [batch, height, width, channels, 2]: by height, by width.
    """
    static_shape = image.shape
    shape = array_ops.shape(image)
    count = len(_SOBEL)
    kernels = np.expand_dims(np.transpose(np.asarray(_SOBEL), (1, 2, 0)), -2)
    kernels = constant_op.constant(kernels, dtype=image.dtype)
    kernels = array_ops.tile(kernels, [1, 1, shape[-1], 1], name="sobel_filters")
    padded = array_ops.pad(image, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="REFLECT")
    edges = depthwise_ops.depthwise_conv2d(padded, kernels, [1, 1, 1, 1], "VALID")
    edges = array_ops.reshape(edges, shape=array_ops.concat([shape, [count]], 0))
    edges.set_shape(static_shape.concatenate([count]))
    return edges


# ---- peak signal to noise ratio ----


def _compared_shapes(img1, img2):
    """The shapes of two images as tensors, and asserts that they can be compared.

    Raises:
      ValueError: they are known to be incompatible.
    """
    shape1 = img1.shape.with_rank_at_least(3)
    shape2 = img2.shape.with_rank_at_least(3)
    shape1[-3:].assert_is_compatible_with(shape2[-3:])
    if shape1.ndims is not None and shape2.ndims is not None:
        for dim1, dim2 in zip(reversed(shape1.dims[:-3]), reversed(shape2.dims[:-3])):
            if not (dim1 == 1 or dim2 == 1 or dim1.is_compatible_with(dim2)):
                raise ValueError(f"Two images are not compatible: {shape1} and {shape2}")
    shape1, shape2 = array_ops.shape_n([img1, img2])
    checks = [
        cond_ops.Assert(math_ops.greater_equal(array_ops.size(shape1), 3), [shape1, shape2],
                        summarize=10)]
    checks.append(
        cond_ops.Assert(math_ops.reduce_all(math_ops.equal(shape1[-3:], shape2[-3:])),
                        [shape1, shape2], summarize=10))
    return shape1, shape2, checks


def psnr(a, b, max_val, name=None):
    """The peak signal to noise ratio of images, in decibels: 10 log10(max_val^2 / MSE).

    Args:
      a, b: tensors [..., height, width, channels] of one shape.
      max_val: the largest value less the smallest that images of this dtype have.
      name: the name scope.

    Returns:
      float32 [...]: one number for each image.
    """
    with name_scope(name, "PSNR", [a, b]):
        max_val = convert_image_dtype(math_ops.cast(max_val, a.dtype), dtypes.float32)
        a = convert_image_dtype(a, dtypes.float32)
        b = convert_image_dtype(b, dtypes.float32)
        mse = math_ops.reduce_mean(math_ops.squared_difference(a, b), [-3, -2, -1])
        peak = 20 * math_ops.log(max_val) / math_ops.log(10.0)
        value = math_ops.subtract(peak, np.float32(10 / np.log(10)) * math_ops.log(mse),
                                  name="psnr")
        _, _, checks = _compared_shapes(a, b)
        with control_dependencies(checks):
            return array_ops.identity(value)


# ---- structural similarity ----
#
# Z. Wang, A. Bovik, H. Sheikh, E. Simoncelli, "Image quality assessment: from error visibility to
# structural similarity", 2004; Z. Wang, E. Simoncelli, A. Bovik, "Multiscale structural similarity
# for image quality assessment", 2003.


def _luminance_and_structure(x, y, blur, max_val, k1, k2):
    """Two parts of SSIM at each place: of local means, and of local variances and covariance."""
    c1, c2 = (k1 * max_val)**2, (k2 * max_val)**2
    mean_x, mean_y = blur(x), blur(y)
    product = mean_x * mean_y * 2.0
    squares = math_ops.square(mean_x) + math_ops.square(mean_y)
    luminance = (product + c1) / (squares + c1)
    covariance = blur(x * y) * 2.0
    variances = blur(math_ops.square(x) + math_ops.square(y))
    c2 *= 1.0
    structure = (covariance - product + c2) / (variances - squares + c2)
    return luminance, structure


def _gaussian(size, sigma):
    """A Gaussian window [size, size, 1, 1] that sums to 1."""
    size = convert_to_tensor(size, dtypes.int32)
    sigma = convert_to_tensor(sigma)
    at = math_ops.cast(math_ops.range(size), sigma.dtype)
    at -= math_ops.cast(size - 1, sigma.dtype) / 2.0
    exponents = math_ops.square(at)
    exponents *= -0.5 / math_ops.square(sigma)
    exponents = (array_ops.reshape(exponents, shape=[1, -1])
                 + array_ops.reshape(exponents, shape=[-1, 1]))
    window = softmax_ops.softmax(array_ops.reshape(exponents, shape=[1, -1]))
    return array_ops.reshape(window, shape=[size, size, 1, 1])


def _ssim_per_channel(img1, img2, max_val, filter_size, filter_sigma, k1, k2):
    """SSIM and its structure part of each channel, [..., channels]."""
    filter_size = constant_op.constant(filter_size, dtype=dtypes.int32)
    filter_sigma = constant_op.constant(filter_sigma, dtype=img1.dtype)
    shape1, shape2 = array_ops.shape_n([img1, img2])
    checks = [cond_ops.Assert(
        math_ops.reduce_all(math_ops.greater_equal(shape[-3:-1], filter_size)),
        [shape, filter_size], summarize=8) for shape in (shape1, shape2)]
    with control_dependencies(checks):
        img1 = array_ops.identity(img1)
    kernel = _gaussian(filter_size, filter_sigma)
    kernel = array_ops.tile(kernel, multiples=[1, 1, shape1[-1], 1])

    def blur(x):
        shape = array_ops.shape(x)
        x = array_ops.reshape(x, shape=array_ops.concat([[-1], shape[-3:]], 0))
        y = depthwise_ops.depthwise_conv2d(x, kernel, strides=[1, 1, 1, 1], padding="VALID")
        return array_ops.reshape(y, array_ops.concat([shape[:-3], array_ops.shape(y)[1:]], 0))

    luminance, structure = _luminance_and_structure(img1, img2, blur, max_val, k1, k2)
    axes = constant_op.constant([-3, -2], dtype=dtypes.int32)
    similarity = math_ops.reduce_mean(luminance * structure, axes)
    return similarity, math_ops.reduce_mean(structure, axes)


def ssim(img1, img2, max_val, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03):
    """The structural similarity of images, 1 for equal ones.

    Args:
      img1, img2: tensors [..., height, width, channels] of one shape, not smaller than the filter.
      max_val: the largest value less the smallest that images of this dtype have.
      filter_size, filter_sigma: of the Gaussian window.
      k1, k2: keep denominators from 0.

    Returns:
      float32 [...]: one number for each image, the mean over channels.
    """
    _, _, checks = _compared_shapes(img1, img2)
    img1, img2, max_val = _checked_floats(img1, img2, max_val, checks)
    similarity, _ = _ssim_per_channel(img1, img2, max_val, filter_size, filter_sigma, k1, k2)
    return math_ops.reduce_mean(similarity, [-1])


def _checked_floats(img1, img2, max_val, checks):
    """Images and their range as float32, behind checks."""
    with control_dependencies(checks):
        img1 = array_ops.identity(img1)
    max_val = convert_image_dtype(math_ops.cast(max_val, img1.dtype), dtypes.float32)
    return (convert_image_dtype(img1, dtypes.float32), convert_image_dtype(img2, dtypes.float32),
            max_val)


_MSSSIM_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def ssim_multiscale(img1, img2, max_val, power_factors=_MSSSIM_WEIGHTS, filter_size=11,
                    filter_sigma=1.5, k1=0.01, k2=0.03):
    """The structural similarity of images over scales, each half the size of the one before.

    Args:
      img1, img2, max_val, filter_size, filter_sigma, k1, k2: see ``ssim``; the filter must fit in
        the images of the last scale.
      power_factors: the weights of the scales, exponents of their product.
    """
    with name_scope(None, "MS-SSIM", [img1, img2]):
        img1 = convert_to_tensor(img1, name="img1")
        img2 = convert_to_tensor(img2, name="img2")
        shape1, shape2, checks = _compared_shapes(img1, img2)
        img1, img2, max_val = _checked_floats(img1, img2, max_val, checks)
        images, shapes = [img1, img2], [shape1, shape2]
        heads = [shape[:-3] for shape in shapes]
        tails = [shape[-3:] for shape in shapes]
        halves = constant_op.constant([2, 2, 1], dtype=dtypes.int32)
        parts = []
        for scale in range(len(power_factors)):
            with name_scope(None, f"Scale{scale}", images):
                if scale > 0:
                    images, tails = _halved(images, heads, tails, halves)
                similarity, structure = _ssim_per_channel(
                    *images, max_val=max_val, filter_size=filter_size, filter_sigma=filter_sigma,
                    k1=k1, k2=k2)
                parts.append(activation_ops.relu(structure))
        # The last scale counts with its luminance too.
        parts[-1:] = [activation_ops.relu(similarity)]
        product = math_ops.reduce_prod(
            math_ops.pow(array_ops.stack(parts, axis=-1), power_factors), [-1])
        return math_ops.reduce_mean(product, [-1])


def _halved(images, heads, tails, halves):
    """Images at half the size, and their last three dimensions; odd sizes are padded before."""
    flat = [array_ops.reshape(image, array_ops.concat([[-1], tail], 0))
            for image, tail in zip(images, tails)]
    remainder = tails[0] % halves
    is_odd = math_ops.reduce_any(math_ops.not_equal(remainder, 0))
    padded = cond_ops.cond(is_odd, lambda: _padded(flat, remainder), lambda: flat)
    smaller = [pool_ops.avg_pool(image, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="VALID")
               for image in padded]
    tails = [shape[1:] for shape in array_ops.shape_n(smaller)]
    images = [array_ops.reshape(image, array_ops.concat([head, tail], 0))
              for image, head, tail in zip(smaller, heads, tails)]
    return images, tails


def _padded(images, remainder):
    paddings = array_ops.pad(array_ops.expand_dims(remainder, -1), [[1, 0], [1, 0]])
    return [array_ops.pad(image, paddings, mode="SYMMETRIC") for image in images]
