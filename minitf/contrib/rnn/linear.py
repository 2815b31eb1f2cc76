"""Linear: a product with weights that cells make when they are first called."""

from minitf import nest
from minitf.framework import dtypes
from minitf.initializers import constant_initializer
from minitf.ops import array_ops, math_ops
from minitf.ops.bias_ops import bias_add
from minitf.ops.constant_op import constant
from minitf.variable_scope import get_variable, get_variable_scope, variable_scope


class Linear:
    """``concat(args, 1) @ kernel + bias``, with weights made in the current variable scope.

    Args:
      args: a tensor [batch_size, n], or a list of such, of the sizes that will be given.
      output_size: the number of columns of the result.
      build_bias: whether there is a bias.

    Raises:
      ValueError: no tensors, or tensors that are not of rank 2, or of unknown size.
    """

    def __init__(self, args, output_size, build_bias):
        if args is None or (nest.is_nested(args) and not args):
            raise ValueError("`args` must be specified")
        self._build_bias = build_bias
        self._is_sequence = nest.is_nested(args)
        args = args if self._is_sequence else [args]
        rows = _columns([tensor.shape for tensor in args])
        dtype = args[0].dtype
        with variable_scope(get_variable_scope()) as scope:
            self._weights = get_variable("kernel", [rows, output_size], dtype=dtype)
            if build_bias:
                with variable_scope(scope) as bias_scope:
                    bias_scope.set_partitioner(None)
                    self._biases = get_variable("bias", [output_size], dtype=dtype,
                                                initializer=constant_initializer(0.0, dtype=dtype))

    def __call__(self, args):
        args = args if self._is_sequence else [args]
        if len(args) == 1:
            result = math_ops.matmul(args[0], self._weights)
        else:
            one = constant(1, dtype=dtypes.int32)
            result = math_ops.matmul(array_ops.concat(args, one), self._weights)
        return bias_add(result, self._biases) if self._build_bias else result


def _columns(shapes):
    """How many columns matrices of these shapes have together."""
    total = 0
    for shape in shapes:
        if shape.ndims != 2:
            raise ValueError(f"linear is expecting 2D arguments: {shapes}")
        if shape[1].value is None:
            raise ValueError(f"linear expects shape[1] to be provided for shape {shape}, but saw "
                             f"{shape[1]}")
        total += shape[1].value
    return total


def known_input_size(inputs):
    """The second dimension of a matrix.

    Raises:
      ValueError: it is not known.
    """
    size = inputs.shape.with_rank(2)[1].value
    if size is None:
        raise ValueError("Could not infer input size from inputs.get_shape()[-1]")
    return size
