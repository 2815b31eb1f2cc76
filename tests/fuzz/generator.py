"""Random programs over the registered ops, as a hypothesis strategy.

While a program is drawn its steps are built with minitf, with known shapes, so that later steps can
be chosen to fit the dtypes and shapes of earlier ones. Most steps fit; some are left to chance, for
errors are compared too.
"""

import numpy as np
from case_runner import Raw, parts
from hypothesis import strategies as st

import minitf as tf
from fuzz.templates import (
    BAD, BINARY, BOOLEAN, COMPLEX, INTEGER, ROUGH, SMOOTH, SMOOTH_BINARY, STRING)

FLOATS = ("float32", "float64")
_DTYPES = ("float32",) * 6 + ("float64", "float64", "int32", "int32", "complex64", "bool", "int64",
                              "float16", "complex128", "int8", "uint8", "int16", "uint16",
                              "string")

_REDUCTIONS = ("reduce_sum", "reduce_mean", "reduce_max", "reduce_min", "reduce_prod",
               "reduce_logsumexp")
_UNARY = {"float": SMOOTH + ROUGH, "int": INTEGER, "complex": COMPLEX, "bool": BOOLEAN,
          "string": STRING}
_SMOOTH_REDUCTIONS = ("reduce_sum", "reduce_mean", "reduce_prod", "reduce_logsumexp")


class _Pool:
    """The values that steps may use: names with dtype and known shape."""

    def __init__(self):
        self.names = {"tf": tf, "np": np, "raw": Raw(tf)}
        self.tensors = {}

    def add(self, name, value):
        self.names[name] = value
        flat = [part for part in parts(tf, value) if isinstance(part, tf.Tensor)]
        whole = isinstance(value, tf.Tensor)
        for i, tensor in enumerate(flat if len(flat) > 1 or whole else ()):
            if whole:
                self.tensors[name] = tensor
            elif isinstance(value, (list, tuple)):
                self.tensors[f"{name}[{i}]"] = tensor

    def kind(self, name):
        dtype = self.tensors[name].dtype
        for kind, test in (("float", dtype.is_floating), ("int", dtype.is_integer),
                           ("complex", dtype.is_complex), ("bool", dtype.is_bool),
                           ("string", dtype == tf.string)):
            if test:
                return kind
        return "other"

    def rank(self, name):
        return self.tensors[name].shape.ndims

    def dims(self, name):
        shape = self.tensors[name].shape
        return shape.as_list() if shape.is_fully_defined() else None


@st.composite
def shapes(draw):
    """A shape of few and small dimensions."""
    longest = draw(st.sampled_from([2, 3, 3, 4, 5]))
    return draw(st.lists(st.sampled_from([1, 2, 3, 2, 3, 4, 0]), max_size=longest))


def _relative(draw, base):
    """A shape that mostly broadcasts with ``base``."""
    start = draw(st.integers(0, len(base)))
    return [1 if draw(st.integers(0, 3)) == 0 else size for size in base[start:]]


def _inputs(draw, smooth):
    base = draw(shapes())
    specs = []
    for name in "abc"[:draw(st.integers(1, 3))]:
        shape = base if not specs else _relative(draw, base)
        if smooth:
            shape = [size or 2 for size in shape]
        dtype = "float64" if smooth else draw(st.sampled_from(_DTYPES))
        if specs and not smooth and draw(st.booleans()):
            dtype = specs[0]["dtype"]
        kind = draw(st.sampled_from(["known", "known", "partly", "unknown"]))
        static = shape if kind == "known" or smooth else None
        if kind == "partly" and not smooth:
            static = [None if draw(st.booleans()) else size for size in shape]
        specs.append({"name": name, "dtype": dtype, "shape": shape, "static": static,
                      "seed": draw(st.integers(0, 5))})
    return specs


def _unary(draw, pool, smooth):
    name = draw(st.sampled_from(sorted(pool.tensors)))
    table = SMOOTH if smooth else _UNARY.get(pool.kind(name), ("tf.identity({0})",))
    return draw(st.sampled_from(table)).format(name)


def _binary(draw, pool, smooth):
    name = draw(st.sampled_from(sorted(pool.tensors)))
    alike = [other for other in sorted(pool.tensors)
             if pool.tensors[other].dtype == pool.tensors[name].dtype]
    other = draw(st.sampled_from(alike))
    table = SMOOTH_BINARY if smooth else BINARY.get(pool.kind(name), ("tf.equal({0}, {1})",))
    return draw(st.sampled_from(table)).format(name, other)


def _axis(draw, rank):
    """An axis, mostly one that exists."""
    if rank:
        return draw(st.integers(-rank, rank - 1))
    return draw(st.sampled_from([0, -1]))


def _reduction(draw, pool, smooth):
    name = draw(st.sampled_from(sorted(pool.tensors)))
    rank = pool.rank(name) or 0
    axis = draw(st.one_of(st.none(), st.just("one"), st.just("two"), st.just("tensor")))
    if axis == "one":
        axis = _axis(draw, rank)
    elif axis == "two":
        axis = sorted({_axis(draw, rank) % max(rank, 1) for _ in range(2)})
    elif axis == "tensor":
        axis = f"tf.constant({[_axis(draw, rank)]})"
    function = draw(st.sampled_from(_SMOOTH_REDUCTIONS if smooth else _REDUCTIONS))
    if not smooth and draw(st.integers(0, 3)) == 0:
        function = draw(st.sampled_from(["argmax", "cumsum", "cumprod", "argmin", "math.reduce_std",
                                         "math.reduce_variance", "math.reduce_euclidean_norm"]))
        if "reduce" not in function:
            return f"tf.{function}({name}, {_axis(draw, rank)})"
    keep = draw(st.sampled_from(["", ", keepdims=True"]))
    return f"tf.{function}({name}, {axis}{keep})"


def _factors(draw, size):
    """A shape with that many elements."""
    result = []
    for factor in (2, 3):
        if size and size % factor == 0 and draw(st.booleans()):
            result.append(factor)
            size //= factor
    result.append(draw(st.sampled_from([size, -1])) if size else size)
    return result


def _rearrangement(draw, pool, smooth):
    name = draw(st.sampled_from(sorted(pool.tensors)))
    dims = pool.dims(name)
    if dims is None:
        return f"tf.identity({name})"
    rank = len(dims)
    ways = ["reshape", "expand", "transpose", "slice", "squeeze", "tile", "pad", "reverse", "stack",
            "concat", "split", "gather", "unstack", "index", "roll", "matrix_transpose", "batch",
            "segment", "band", "set_diag", "scatter", "gather_nd", "repeat", "one_slice",
            "tensor_slice", "bad", "where", "dynamic", "strided"]
    way = draw(st.sampled_from(ways))
    axis = _axis(draw, rank)
    if way == "reshape":
        return f"tf.reshape({name}, {_factors(draw, int(np.prod(dims)))})"
    if way == "expand":
        return f"tf.expand_dims({name}, {draw(st.integers(-rank - 1, rank))})"
    if way == "transpose":
        return f"tf.transpose({name}, {draw(st.permutations(range(rank)))})"
    if way == "slice":
        texts = [draw(st.sampled_from([":", "1:", ":-1", "::2", "::-1", "0", "-1", "tf.newaxis",
                                       "..."])) for _ in range(draw(st.integers(1, 3)))]
        return f"{name}[{', '.join(texts)}]"
    if way == "tensor_slice":
        others = sorted(other for other in pool.tensors if pool.kind(other) == "int") or ["1"]
        texts = [draw(st.sampled_from(["{0}", ":{0}", "{0}:", "::{0}", ":", "...", "tf.size({1})"]))
                 .format(draw(st.sampled_from(others)), name)
                 for _ in range(draw(st.integers(1, 3)))]
        return f"{name}[{', '.join(texts)}]"
    if way == "strided":
        begins, ends = ([draw(st.integers(-2, 3)) for _ in dims[:2]] for _ in range(2))
        strides = [draw(st.sampled_from([1, 2, -1])) for _ in dims[:2]]
        mask = draw(st.sampled_from(["begin_mask", "end_mask", "shrink_axis_mask", "new_axis_mask",
                                     "ellipsis_mask"]))
        return f"tf.strided_slice({name}, {begins}, {ends}, {strides}, {mask}=1)"
    if way == "bad":
        return draw(st.sampled_from(BAD)).format(name)
    if way == "where":
        return f"tf.where(tf.ones_like({name}, tf.bool), {name}, tf.zeros_like({name}))"
    if way == "dynamic":
        return (f"tf.reshape({name}, tf.concat([tf.shape({name})[:1], [-1]], 0))"
                if rank else f"tf.reshape({name}, tf.stack([1, tf.size({name})]))")
    if way == "one_slice":
        sizes = [draw(st.integers(0, size)) for size in dims]
        begins = [draw(st.integers(0, size - taken)) for size, taken in zip(dims, sizes)]
        return f"tf.slice({name}, {begins}, {sizes})" if rank else f"tf.identity({name})"
    if way == "tile":
        return f"tf.tile({name}, {[draw(st.integers(1, 2)) for _ in dims]})"
    if way == "pad":
        paddings = [[draw(st.integers(0, 1)), draw(st.integers(0, 1))] for _ in dims]
        mode = draw(st.sampled_from(["CONSTANT", "REFLECT", "SYMMETRIC"]))
        return f"tf.pad({name}, {np.reshape(paddings, [rank, 2]).tolist()}, '{mode}')" \
            if rank else f"tf.identity({name})"
    if way == "split":
        size = dims[axis] if rank else 1
        return f"tf.split({name}, {draw(st.sampled_from([1, max(size, 1)]))}, {axis})"
    if way == "gather":
        limit = max(dims[axis] if rank else 1, 1)
        indices = draw(st.lists(st.integers(0, limit - 1), min_size=1, max_size=3))
        return f"tf.gather({name}, {indices}, axis={axis})"
    if way == "gather_nd":
        index = [draw(st.integers(0, max(size - 1, 0))) for size in dims[:draw(st.integers(1, 3))]]
        return f"tf.gather_nd({name}, {[index, index]})"
    if way == "index":
        return f"{name}[{draw(st.integers(-1, 1))}]"
    if way == "segment":
        size = dims[0] if rank else 1
        ids = sorted(draw(st.integers(0, 2)) for _ in range(size))
        return f"tf.unsorted_segment_sum({name}, np.array({ids}, np.int32), 3)"
    if way == "scatter":
        size = dims[0] if rank else 1
        ids = [[draw(st.integers(0, 3))] for _ in range(size)]
        return f"tf.scatter_nd(np.array({ids}, np.int32), {name}, {[4] + dims[1:]})"
    alike = [other for other in sorted(pool.tensors)
             if pool.tensors[other].dtype == pool.tensors[name].dtype]
    other = draw(st.sampled_from(alike))
    return {"squeeze": f"tf.squeeze({name})", "reverse": f"tf.reverse({name}, [{axis}])",
            "stack": f"tf.stack([{name}, {name}], {axis})",
            "concat": f"tf.concat([{name}, {other}], {axis})",
            "unstack": f"tf.unstack({name}, axis={axis})",
            "roll": f"tf.roll({name}, {draw(st.integers(-2, 2))}, {axis})",
            "matrix_transpose": f"tf.matrix_transpose({name})",
            "batch": f"tf.broadcast_to({name}, {[2] + dims})",
            "band": f"tf.matrix_band_part({name}, {draw(st.integers(-1, 1))}, 0)",
            "set_diag": f"tf.matrix_diag_part({name})",
            "repeat": f"tf.repeat({name}, 2, axis={axis})"}[way]


def _product(draw, pool, smooth):
    name = draw(st.sampled_from(sorted(pool.tensors)))
    alike = [other for other in sorted(pool.tensors)
             if pool.tensors[other].dtype == pool.tensors[name].dtype]
    other = draw(st.sampled_from(alike))
    flags = draw(st.sampled_from(["", ", transpose_b=True", ", transpose_a=True",
                                  ", adjoint_b=True"]))
    table = [f"tf.matmul({name}, {other}{flags})", f"tf.matmul({name}, {name}, transpose_b=True)",
             f"tf.matmul({name}, {name}, transpose_a=True)", f"tf.tensordot({name}, {other}, 1)",
             f"tf.tensordot({name}, {other}, 0)", f"tf.linalg.matvec({name}, {other})"]
    return draw(st.sampled_from(table))


@st.composite
def programs(draw, smooth=False, without=()):
    """Programs of up to three inputs and six steps.

    Args:
      smooth: only float64 and functions that central differences can judge; steps that fail are
        left out.
      without: texts that no step may have.
    """
    specs = _inputs(draw, smooth)
    steps = []
    with tf.Graph().as_default():
        pool = _Pool()
        for spec in specs:
            pool.add(spec["name"], tf.placeholder(spec["dtype"], spec["shape"], spec["name"]))
        for _ in range(draw(st.integers(1, 6))):
            make = draw(st.sampled_from([_unary, _binary, _reduction, _rearrangement, _product,
                                         _unary, _binary, _rearrangement]))
            expression = make(draw, pool, smooth)
            if any(text in expression for text in without):
                continue
            name = f"t{len(steps)}"
            try:
                value = eval(expression, pool.names)
            except AttributeError:  # a function that is not there (yet) is no difference
                continue
            except Exception:
                if not smooth:
                    steps.append(f"{name} = {expression}")
                continue
            steps.append(f"{name} = {expression}")
            pool.add(name, value)
    result = {"inputs": specs, "steps": steps}
    if not smooth and draw(st.booleans()):
        result["gradients"] = {"grad_ys": draw(st.booleans()), "twice": draw(st.booleans()),
                               "stop": draw(st.sampled_from(["a", "t0", "t1", None]))}
    return result
