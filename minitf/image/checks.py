"""What functions on images check: ranks and sizes, while building where known, else at run time."""

from minitf.framework.operation import Tensor
from minitf.ops import array_ops, check_ops, control_flow_ops
from minitf.ops.cond_ops import Assert
from minitf.variable_base import Variable

_POSITIVE = "all dims of 'image.shape' must be > 0."


def is_tensor(x):
    return isinstance(x, (Tensor, Variable))


def require(condition, message):
    """Asserts for a condition: none when it is a Python value that holds, one when it is a tensor.

    Raises:
      ValueError: a Python value does not hold.
    """
    if is_tensor(condition):
        return [Assert(condition, [message])]
    if not condition:
        raise ValueError(message)
    return []


def image_checks(image):
    """Asserts that an image has three dimensions or more, none of them 0.

    Raises:
      ValueError: it is known to be otherwise.
    """
    try:
        shape = image.shape
        shape = shape.with_rank(3) if shape.ndims is None else shape.with_rank_at_least(3)
    except ValueError:
        raise ValueError("'image' must be at least three-dimensional.") from None
    if any(dim == 0 for dim in shape):
        raise ValueError(f"all dims of 'image.shape' must be > 0: {shape}")
    if shape.is_fully_defined():
        return []
    return [check_ops.assert_positive(array_ops.shape(image), [_POSITIVE]),
            check_ops.assert_greater_equal(array_ops.rank(image), 3,
                                           message="'image' must be at least three-dimensional.")]


def checked_image(image):
    """An image behind its checks."""
    return control_flow_ops.with_dependencies(image_checks(image), image)


def grey_checks(image):
    """Asserts that an image has one channel.

    Raises:
      ValueError: it is known to be otherwise.
    """
    try:
        shape = image.shape
        shape = shape.with_rank(2) if shape.ndims is None else shape.with_rank_at_least(2)
    except ValueError:
        raise ValueError("A grayscale image must be at least two-dimensional.") from None
    if shape.is_fully_defined():
        if shape[-1] != 1:
            raise ValueError("Last dimension of a grayscale image should be size 1.")
        return []
    return [check_ops.assert_equal(
                array_ops.shape(image)[-1], 1,
                message="Last dimension of a grayscale image should be size 1."),
            check_ops.assert_greater_equal(
                array_ops.rank(image), 3,
                message="A grayscale image must be at least two-dimensional.")]


def dimensions(image, rank):
    """An image's dimensions: ints where they are known, scalar tensors where not."""
    if image.shape.is_fully_defined():
        return image.shape.as_list()
    known = image.shape.with_rank(rank).as_list()
    return [given if static is None else static for static, given in zip(
        known, array_ops.unstack(array_ops.shape(image), rank))]


def as_batch(image):
    """An image as a batch, and whether it was one: [height, width, depth] becomes a batch of one.

    Raises:
      ValueError: its rank is known, and neither 3 nor 4.
    """
    rank = image.shape.ndims
    if rank == 4:
        return image, True
    if rank not in (3, None):
        raise ValueError("'image' must have either 3 or 4 dimensions.")
    image = array_ops.expand_dims(image, 0)
    if rank is None:
        image.set_shape([None] * 4)
    return image, False


def from_batch(image, is_batch):
    """What ``as_batch`` did, undone."""
    return image if is_batch else array_ops.squeeze(image, axis=[0])


def wrong_rank():
    return ValueError("'image' must have either 3 or 4 dimensions.")
