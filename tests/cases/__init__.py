"""The case table: calls that must do under minitf what they do under TensorFlow 1.15.5.

A row is a call, written as the text of an expression, and its inputs::

    row("tf.reduce_sum(x, [0, 2], keepdims=True)", x=N(2, 3, 4))
    row("tf.add(x, y)", "float32 float64 int32 complex64", x=N(2, 3), y=N(3))
    bad("tf.matmul(x, y)", x=N(2, 3), y=N(2, 3))

From a row follow, without further words: the graph of the call and of its gradients with inputs of
known, partly known (first dimension None) and unknown shape; the values of both, for each dtype;
the numeric check of the gradients. A ``bad`` row must fail, building or running; its error is
compared.

In the expression ``tf`` is the module, ``np`` NumPy, ``T`` the dtype of the row, ``raw.X(...)``
adds the op X with inputs and attributes by keyword, and the row's inputs have their names. Inputs
are placeholders: N, P, U, I and V make them. Var and ResVar make variables (ref and resource),
whose value after the call is compared too.

Rows are written for Python 3.7, which TensorFlow 1.15 runs on.
"""

import importlib
import os
import pkgutil
import re
import textwrap
import zlib
from collections import namedtuple

import numpy as np

Row = namedtuple("Row", "call dtypes inputs fails shapes grads numeric tol graph random")

SHAPES = ("known", "partly", "unknown")


class Input:
    """How to make one input: ``make(name, dtype)`` returns the array.

    ``fixed`` is the input's dtype when it is not the row's; ``variable`` is None, "ref" or
    "resource".
    """

    def __init__(self, text, make, fixed=None, variable=None):
        self.text = text
        self.make = make
        self.fixed = fixed
        self.variable = variable

    def array(self, name, dtype):
        return self.make(name, self.fixed or dtype)


def _random(name, shape):
    return np.random.RandomState(zlib.crc32(f"{name}{list(shape)}".encode()) & 0x7FFFFFFF)


def _drawn(letter, shape, low, high, ints, dtype):
    def make(name, row_dtype):
        kind = np.dtype(row_dtype).kind
        random = _random(name, shape)
        if kind in "iu":
            first, last = ints
            values = random.randint(max(first, 0) if kind == "u" else first, last, shape)
        elif kind == "b":
            values = random.randint(0, 2, shape)
        else:
            values = np.round(random.uniform(low, high, shape), 2)
            if kind == "c":
                values = values + 1j * np.round(random.uniform(low, high, shape), 2)
        return np.array(values).astype(row_dtype)

    text = "{}({})".format(letter, ", ".join(map(str, shape)))
    return Input(text if dtype is None else f"{text} {dtype}", make, dtype)


def N(*shape, dtype=None):
    """Numbers between -2 and 2; integers between -5 and 5; booleans; complex numbers."""
    return _drawn("N", shape, -2, 2, (-5, 6), dtype)


def P(*shape, dtype=None):
    """Positive numbers between 0.2 and 2; integers between 1 and 7."""
    return _drawn("P", shape, 0.2, 2, (1, 8), dtype)


def U(*shape, dtype=None):
    """Numbers between -0.9 and 0.9; integers between -1 and 1."""
    return _drawn("U", shape, -0.9, 0.9, (-1, 2), dtype)


def I(*shape, below, dtype="int32"):  # noqa: E743
    """Integers from 0 up to and without ``below``."""
    return Input("I({}, below={}) {}".format(", ".join(map(str, shape)), below, dtype),
                 lambda name, _: _random(name, shape).randint(0, below, shape).astype(dtype), dtype)


def V(values, dtype=None):
    """These values, in the row's dtype or another; booleans and bytes are what they are."""
    text = repr(values)
    kind = np.array(values).dtype.kind
    fixed = {"b": "bool", "S": "object"}.get(kind, dtype)
    return Input(text if dtype is None else f"{text} {dtype}",
                 lambda name, row_dtype: np.array(values).astype(row_dtype), fixed)


def Var(values):
    """A tf.Variable (of the ref kind) with the values of this input."""
    return Input(f"Var({values.text})", values.make, values.fixed, "ref")


def ResVar(values):
    """A tf.Variable with ``use_resource=True`` with the values of this input."""
    return Input(f"ResVar({values.text})", values.make, values.fixed, "resource")


def row(call, dtypes="float32 float64", shapes=SHAPES, grads=True, numeric=True, tol=None,
        graph=True, random=False, **inputs):
    """A call that works.

    Args:
      call: the text of the expression.
      dtypes: dtypes of the inputs that have none of their own. The first is tried with all kinds of
        shapes, and its graphs are compared line by line; the others run with known shapes.
      shapes: which of SHAPES to try.
      grads: whether the gradients are recorded.
      numeric: whether gradients are checked numerically in float64 (if "float64" is a dtype);
        1 checks the first order only.
      tol: relative tolerance of float32 values, if not the family's.
      graph: whether graphs are compared (False where their texts are not meant to be equal).
      random: the values are random and unseeded: only dtypes and shapes are compared.
      **inputs: by name.
    """
    dtypes = dtypes.split()
    if re.search(r"\bT\b", call) is None and all(spec.fixed for spec in inputs.values()):
        dtypes = dtypes[:1]
    if not inputs:
        shapes = "known"
    return Row(call, dtypes, inputs, False, _shapes(shapes), grads, numeric, tol, graph, random)


def bad(call, dtypes="float32", shapes=("known", "unknown"), **inputs):
    """A call that fails, when built or when run, with the recorded kind of error."""
    return Row(call, dtypes.split(), inputs, True, _shapes(shapes), False, False, None, False,
               False)


def rows(calls, *args, **options):
    """Several calls that share all else: a list of rows, one for each line of ``calls``.

    A line that is indented further continues the one before.
    """
    return [row(call, *args, **options) for call in _calls(calls)]


def bads(calls, *args, **options):
    """Several calls that fail and share all else: one for each line of ``calls``."""
    return [bad(call, *args, **options) for call in _calls(calls)]


def _calls(text):
    return re.sub(r"\n +", " ", textwrap.dedent(text).strip("\n")).rstrip().split("\n")


def _shapes(shapes):
    return tuple(shapes.split()) if isinstance(shapes, str) else tuple(shapes)


def row_id(one):
    """The row's name: its call and its inputs."""
    inputs = [f"{name}={one.inputs[name].text}" for name in one.inputs]
    text = " ".join(["bad" if one.fails else "", one.call, "|", ", ".join(inputs)]).strip(" |")
    return text if one.fails or one.dtypes[0] == "float32" else f"{text} {one.dtypes[0]}"


def families():
    """Names of the modules with rows."""
    folder = os.path.dirname(os.path.abspath(__file__))
    return sorted(module.name for module in pkgutil.iter_modules([folder]))


def load(family):
    """The rows of a family by their names, and its float32 tolerance.

    Raises:
      ValueError: two rows have one name.
    """
    module = importlib.import_module("cases." + family)
    listed = [(row_id(one), one) for one in flat(module.ROWS)]
    table = dict(listed)
    if len(table) < len(listed):
        names = [name for name, _ in listed]
        twice = sorted(name for name in table if names.count(name) > 1)
        raise ValueError(f"cases/{family}.py has rows twice: {twice}")
    return table, getattr(module, "TOLERANCE", 1e-6)


def flat(items):
    """Rows of lists of rows."""
    for item in items:
        if isinstance(item, Row):
            yield item
        else:
            yield from flat(item)
