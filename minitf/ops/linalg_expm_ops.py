"""The exponential of matrices, composed of products and one solution of a linear system."""

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.ops import array_ops, linalg_ops, math_ops, while_ops
from minitf.ops.constant_op import constant

# Coefficients of the numerators of Padé's approximants of exp, by degree; Higham 2005, (10.33).
_COEFFICIENTS = {
    3: [120.0, 60.0, 12.0],
    5: [30240.0, 15120.0, 3360.0, 420.0, 30.0],
    7: [17297280.0, 8648640.0, 1995840.0, 277200.0, 25200.0, 1512.0, 56.0],
    9: [17643225600.0, 8821612800.0, 2075673600.0, 302702400.0, 30270240.0, 2162160.0, 110880.0,
        3960.0, 90.0],
    13: [64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0,
         129060195264000.0, 10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0,
         40840800.0, 960960.0, 16380.0, 182.0],
}

# Norms up to which the approximants but the last are exact to rounding, and up to which the last is
# (Higham 2005, table 2.3); single precision needs lower degrees.
_SINGLE = ((3, 5, 7), (4.258730016922831e-001, 1.880152677804762e+000), 3.925724783138660)
_DOUBLE = ((3, 5, 7, 9, 13), (1.495585217958292e-002, 2.539398330063230e-001,
                              9.504178996162932e-001, 2.097847961257068e+000), 5.371920351148152)


def expm(input, name=None):
    """The exponential of (batches of) matrices: ``1 + x + x @ x / 2! + ...``.

    By scaling and squaring with Padé's approximants: N. J. Higham, "The scaling and squaring
    method for the matrix exponential revisited", SIAM J. Matrix Anal. Appl. 26 (2005).

    Args:
      input: a tensor of shape [..., M, M]; float16, 32 or 64, complex64 or 128.

    Raises:
      ValueError: another dtype.
    """
    with name_scope(name, "matrix_exponential", [input]):
        matrix = convert_to_tensor(input, name="input")
        if matrix.shape[-2:] == [0, 0]:
            return matrix
        batch_shape = matrix.shape[:-2]
        if not batch_shape.is_fully_defined():
            batch_shape = array_ops.shape(matrix)[:-2]
        matrix = array_ops.reshape(
            matrix, array_ops.concat(([-1], array_ops.shape(matrix)[-2:]), axis=0))
        result = _exponentials(matrix)
        if matrix.shape.is_fully_defined():
            return array_ops.reshape(result, batch_shape.concatenate(result.shape[-2:]))
        return array_ops.reshape(
            result, array_ops.concat((batch_shape, array_ops.shape(result)[-2:]), axis=0))


def _exponentials(matrix):
    """The exponentials of a tensor of shape [N, M, M]."""
    sizes = math_ops.abs(matrix)
    row_axis = array_ops.size(array_ops.shape(matrix)) - 2
    norm = math_ops.reduce_max(math_ops.reduce_sum(sizes, axis=row_axis), axis=-1)
    if matrix.dtype in (dtypes.float16, dtypes.float32, dtypes.complex64):
        degrees, bounds, largest = _SINGLE
    elif matrix.dtype in (dtypes.float64, dtypes.complex128):
        degrees, bounds, largest = _DOUBLE
    else:
        raise ValueError(f"tf.linalg.expm does not support matrices of type {matrix.dtype}")
    # exp(x) = exp(x / 2**s)**(2**s), with s such that the last approximant suits x / 2**s.
    halvings = math_ops.log(norm / constant(largest, norm.dtype))
    halvings = math_ops.floor(halvings / math_ops.log(constant(2.0, norm.dtype)))
    squarings = math_ops.maximum(halvings, 0)
    parts = [_approximant(matrix, degree) for degree in degrees[:-1]]
    scale = math_ops.pow(constant(2.0, dtype=matrix.dtype),
                         math_ops.cast(squarings, matrix.dtype))
    parts.append(_approximant(matrix / scale[..., None, None], degrees[-1]))
    odd = _first_that_suits(norm, bounds, [u for u, _ in parts])
    even = _first_that_suits(norm, bounds, [v for _, v in parts])
    numerator = odd + even
    denominator = -odd + even
    return _squared(linalg_ops.matrix_solve(denominator, numerator), squarings, norm.dtype)


def _first_that_suits(norm, bounds, cases):
    """Of each matrix the case of the first bound that its norm is below, or the last case."""
    if not bounds:
        return cases[0]
    # The condition is made before the cases after it.
    is_below = math_ops.less(norm, constant(bounds[0], norm.dtype))
    return array_ops.where(is_below, cases[0], _first_that_suits(norm, bounds[1:], cases[1:]))


def _approximant(matrix, degree):
    """The odd and the even part of the numerator; the denominator is their difference."""
    b = [constant(value, matrix.dtype) for value in _COEFFICIENTS[degree]]
    shape = array_ops.shape(matrix)
    identity = array_ops.eye(shape[-2], batch_shape=array_ops.shape(matrix)[:-2],
                             dtype=matrix.dtype)
    powers = [identity, math_ops.matmul(matrix, matrix)]  # even ones
    for _ in range(4, 7 if degree == 13 else degree, 2):
        powers.append(math_ops.matmul(powers[-1], powers[1]))
    if degree == 13:
        return _parts_of_13(matrix, b, powers)
    odd = math_ops.matmul(matrix, _polynomial(powers, b[1::2] + [None]))
    return odd, _polynomial(powers, b[0::2])


def _polynomial(powers, coefficients):
    """The sum of the powers times their coefficients, from the highest; None stands for 1."""
    total = None
    for power, coefficient in reversed(list(zip(powers, coefficients))):
        term = power if coefficient is None else coefficient * power
        total = term if total is None else total + term
    return total


def _parts_of_13(matrix, b, powers):
    """With powers up to 6, those up to 12 come from one product more."""
    sixth = powers[3]
    odd = math_ops.matmul(sixth, _polynomial(powers[1:], [b[9], b[11], None]))
    for power, coefficient in zip(reversed(powers), (b[7], b[5], b[3], b[1])):
        odd = odd + coefficient * power
    odd = math_ops.matmul(matrix, odd)
    even = math_ops.matmul(sixth, _polynomial(powers[1:], [b[8], b[10], b[12]]))
    for power, coefficient in zip(reversed(powers), (b[6], b[4], b[2], b[0])):
        even = even + coefficient * power
    return odd, even


def _squared(result, squarings, dtype):
    """Each matrix, squared as many times as ``squarings`` says."""
    most = math_ops.reduce_max(squarings)

    def squares_are_left(i, _):
        return math_ops.less(i, most)

    def square(i, power):
        return i + 1, array_ops.where(math_ops.less(i, squarings),
                                      math_ops.matmul(power, power), power)

    _, result = while_ops.while_loop(squares_are_left, square, [constant(0.0, dtype), result])
    return result
