"""Random programs from the rows of the case table: other dtypes, shapes and values.

A row of tests/cases knows arguments that make sense for its op. Here its inputs are bent: most
still fit, some must be refused as TensorFlow refuses them.
"""

import re

import cases
import numpy as np
from hypothesis import strategies as st

# Rows of these families carry state from call to call, or call Python by a number of the process.
_LEFT_OUT = ("flow",)

# Values that nobody can know; for batch normalization a gradient of the gradient whose operations
# have other names than TensorFlow's; tf.repeat, which TensorFlow fails to build for unknown ranks.
_UNFIT = ("py_func", "Print", "print", "summary", "timestamp", "random", "sampler", "multinomial",
          "Sampler", "Random", "dropout", "Timestamp", "shuffle", "Truncated", "Placeholder",
          "placeholder", "BatchNormGrad", "lookup", "Table", "Stack",
          "while_loop", "TemporaryVariable", "StringFormat",
          "repeat(x, [")

_OTHER_DTYPES = ("float32", "float64", "float16", "int32", "int64", "int8", "uint8", "int16",
                 "uint16", "complex64", "complex128", "bool")


def _rows():
    listed = []
    for family in cases.families():
        if family in _LEFT_OUT:
            continue
        table, _ = cases.load(family)
        listed += [one for one in table.values()
                   if not one.random and one.inputs
                   and not any(word in one.call for word in _UNFIT)]
    return listed


ROWS = _rows()


def _bent(draw, array):
    """The array as it is, or with another shape."""
    ways = ["same"] * 6 + ["batch", "drop", "empty", "longer", "one", "scalar"]
    way = draw(st.sampled_from(ways))
    shape = list(array.shape)
    axis = draw(st.integers(0, len(shape) - 1)) if shape else None
    if way == "batch":
        shape.insert(0, draw(st.sampled_from([1, 2])))
    elif way == "scalar":
        shape = []
    elif shape and way == "drop":
        del shape[axis]
    elif shape and way != "same":
        shape[axis] = {"empty": 0, "longer": shape[axis] + 1, "one": 1}[way]
    return np.resize(array, shape) if array.size else array


def _values(array):
    """The text of a list of an array's elements."""
    return repr(array.ravel().tolist())


def _keeps_shapes(one):
    """Whether TensorFlow would read beyond what it was given, for it checks no shapes here."""
    unchecked = ("Grad(", "batch_norm", "BatchNorm", "batch_dims", "erBound(")
    if any(spec.variable for spec in one.inputs.values()):
        unchecked += ("catter",)
    return any(word in one.call for word in unchecked)


def _spec(draw, name, spec, dtype, shuffle, bend):
    array = np.asarray(spec.array(name, dtype))
    if bend:
        array = _bent(draw, array)
    if shuffle and array.dtype != object:
        flat = array.ravel().copy()
        np.random.RandomState(draw(st.integers(0, 9))).shuffle(flat)
        array = flat.reshape(array.shape)
    kind = draw(st.sampled_from(["known", "known", "partly", "unknown"]))
    static = list(array.shape) if kind == "known" else None
    if kind == "partly":
        static = [None if draw(st.booleans()) else size for size in array.shape]
    result = {"name": name, "dtype": "string" if array.dtype == object else array.dtype.name,
              "shape": list(array.shape), "static": static, "values": _values(array)}
    if spec.variable:
        result["variable"] = spec.variable
    return result


def _dtype(draw, one):
    if draw(st.integers(0, 3)):
        return draw(st.sampled_from(list(one.dtypes)))
    return draw(st.sampled_from(_OTHER_DTYPES))


@st.composite
def row_programs(draw, without=()):
    """A row of the case table with bent inputs, and what to ask of its gradients."""
    one = draw(st.sampled_from([one for one in ROWS
                                if not any(text in one.call for text in without)]))
    dtype = _dtype(draw, one)
    shuffle = draw(st.booleans()) and not one.fails
    specs = []
    for name, spec in one.inputs.items():
        kind = dtype if draw(st.integers(0, 9)) else _dtype(draw, one)
        specs.append(_spec(draw, name, spec, kind, shuffle, not _keeps_shapes(one)))
    call = one.call
    steps = [f"T = tf.as_dtype('{dtype}')", f"t0 = {call}"]
    return {"inputs": specs, "steps": steps if re.search(r"\bT\b", call) else steps[1:],
            "gradients": {"grad_ys": draw(st.booleans()),
                          "twice": draw(st.booleans()) and "batch_norm" not in call
                          and "BatchNorm" not in call}}
