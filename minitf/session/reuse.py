"""Memory used again: an elementwise result goes where an input was that nobody needs any more.

``add = MatMul + b`` becomes ``add = np.add(MatMul, b, out=MatMul)``. That saves memory and the time
that memory costs which is touched for the first time. It is decided when the line is written, from
what the text of the lines before it says: an array may be overwritten if a NumPy function has just
made it, and if nothing has read it but NumPy functions, which keep no reference to it.
"""

import re

import numpy as np

_UFUNC_OF = {"+": "add", "-": "subtract", "*": "multiply", "/": "true_divide", "**": "power"}
_OPERATION = re.compile(r"(\w+) (\+|-|\*|/|\*\*) (\w+)$")
_CALL = re.compile(r"np\.(\w+)\((\w+(?:, \w+)*)\)$")
_PRODUCT = re.compile(r"\w+(\.T)? @ \w+(\.T)?$")

# Elements below which an array is as well allocated anew.
_SMALLEST = 1 << 8


class Reuse:
    """Notes, while lines are written, which arrays may be overwritten."""

    def __init__(self):
        self._owned = set()  # tensors whose arrays nothing else refers to

    def written(self, op, text, dying):
        """The text of an operation's line, changed so that it uses memory again where it can.

        Args:
          op: the operation.
          text: the expression that computes it.
          dying: {tensor: its name in the text}, for those that it is the last to read.
        """
        function = _function(text)
        if function is None and not _PRODUCT.match(text):
            self.kept(op)
            return text
        if function is not None:
            for tensor, name in dying.items():
                if tensor in self._owned and _fits(op, tensor):
                    text = f"np.{function[0]}({function[1]}, out={name})"
                    break
        self._owned.update(op.outputs)
        return text

    def kept(self, op):
        """Notes that an operation may refer to its inputs' arrays from now on."""
        self._owned.difference_update(op.inputs)


def _function(text):
    """The name and the arguments of the one ufunc that an expression calls, or None."""
    match = _OPERATION.match(text)
    if match:
        return _UFUNC_OF[match[2]], f"{match[1]}, {match[3]}"
    match = _CALL.match(text)
    if match and isinstance(getattr(np, match[1], None), np.ufunc):
        return match[1], match[2]
    return None


def _fits(op, tensor):
    """Whether the result of an elementwise operation surely has the shape and dtype of an input."""
    dims = tensor.shape._dims
    if (dims is None or len(op.outputs) != 1 or op.outputs[0].dtype != tensor.dtype
            or np.prod([dim or 1 for dim in dims]) < _SMALLEST):
        return False
    for other in op.inputs:
        its = other.shape._dims
        if other is not tensor and (its is None or len(its) > len(dims) or any(
                a != 1 and (a is None or a != b) for a, b in zip(its[::-1], dims[::-1]))):
            return False
    return True
