"""Random programs over the registered ops, as a hypothesis strategy.

While a program is drawn its steps are built with minitf, with known shapes, so that later steps can
be chosen to fit the dtypes and shapes of earlier ones. Most steps fit; some are left to chance, for
errors are compared too.
"""

import numpy as np
from case_runner import Raw, parts
from hypothesis import strategies as st

import minitf as tf

FLOATS = ("float32", "float64")
_DTYPES = ("float32",) * 5 + ("float64", "float64", "int32", "complex64", "bool", "int64",
                              "float16")

# Smooth functions of any real number, whose gradients central differences can judge.
SMOOTH = ("tf.tanh({0})", "tf.sigmoid({0})", "tf.sin({0})", "tf.cos({0})",
          "tf.exp(-tf.square({0}))",
          "tf.nn.softplus({0})", "tf.atan({0})", "tf.square({0})", "tf.negative({0})",
          "tf.math.erf({0})", "tf.log1p(tf.square({0}))", "tf.asinh({0})", "{0} * 0.5 + 1.0",
          "tf.nn.softmax(tf.reshape({0}, [-1]))", "tf.sqrt(tf.square({0}) + 1.0)", "{0} ** 2",
          "tf.nn.l2_loss({0})", "tf.identity({0})", "tf.math.rsqrt(tf.square({0}) + 1.0)",
          "tf.math.reciprocal(tf.square({0}) + 1.0)",
          "tf.nn.l2_normalize(tf.reshape({0}, [-1]) + 9., 0)")

ROUGH = ("tf.abs({0})", "tf.sign({0})", "tf.floor({0})", "tf.ceil({0})", "tf.round({0})",
         "tf.math.rint({0})", "tf.nn.relu({0})", "tf.nn.relu6({0})", "tf.nn.elu({0})",
         "tf.nn.selu({0})", "tf.nn.leaky_relu({0})", "tf.nn.softsign({0})", "tf.exp({0})",
         "tf.log(tf.abs({0}) + 0.5)", "tf.sinh({0})", "tf.cosh({0})", "tf.math.expm1({0})",
         "tf.clip_by_value({0}, -1., 1.)", "tf.is_nan({0})", "tf.is_finite({0})", "tf.is_inf({0})",
         "tf.stop_gradient({0})", "tf.cast({0}, tf.int32)", "tf.cast({0}, tf.bool)",
         "tf.to_float({0})", "tf.to_double({0})", "tf.cast({0}, tf.complex64)",
         "tf.lgamma({0} + 8.)",
         "tf.digamma({0} + 8.)", "tf.math.erfc({0})", "tf.acos(tf.tanh({0}))",
         "tf.atanh(tf.tanh({0}) * 0.5)", "tf.zeros_like({0})", "tf.ones_like({0})",
         "tf.log_sigmoid({0})", "tf.nn.log_softmax(tf.reshape({0}, [-1]))", "tf.tan({0} * 0.25)",
         "tf.unique(tf.reshape({0}, [-1]))", "tf.where({0} > 0.5)", "tf.rank({0})", "tf.size({0})",
         "tf.shape({0})", "tf.argsort(tf.reshape({0}, [-1]))", "tf.nn.l2_loss({0})",
         "tf.boolean_mask({0}, {0} > 0.)", "tf.count_nonzero({0})", "tf.check_numerics({0}, 'm')",
         "tf.clip_by_norm({0}, 2.)", "tf.nn.top_k({0}, 1)", "tf.bessel_i0e({0})",
         "tf.linalg.diag({0})", "tf.global_norm([{0}])", "tf.nn.softmax({0})", "tf.nn.crelu({0})",
         "tf.reverse_v2({0}, [0])", "tf.invert_permutation(tf.cast({0}, tf.int32))")

INTEGER = ("tf.abs({0})", "tf.negative({0})", "tf.square({0})", "tf.sign({0})", "{0} + 3",
           "{0} // 2",
           "{0} % 3", "7 - {0}", "{0} * {0}", "tf.to_float({0})", "tf.cast({0}, tf.float64)",
           "tf.one_hot(tf.cast({0}, tf.int32), 3)", "tf.cast({0}, tf.int8)",
           "tf.cast({0}, tf.uint8)",
           "tf.bitwise.invert({0})", "{0} / 2", "tf.sequence_mask(tf.abs({0}))", "{0} ** 2",
           "tf.bincount(tf.cast(tf.abs({0}), tf.int32))", "tf.unique(tf.reshape({0}, [-1]))",
           "tf.div({0}, 2)", "tf.truncatediv({0}, 2)", "10 // {0}",
           "tf.zeros(tf.abs(tf.reshape({0}, [-1])))")

COMPLEX = ("tf.real({0})", "tf.imag({0})", "tf.conj({0})", "tf.abs({0})", "tf.square({0})", "-{0}",
           "tf.exp({0})", "tf.angle({0})", "tf.reciprocal({0} + 9.)", "tf.tanh({0})", "tf.sin({0})")

BOOLEAN = ("~{0}", "tf.to_float({0})", "tf.reduce_all({0})", "tf.reduce_any({0}, 0)",
           "tf.where({0})",
           "tf.cast({0}, tf.int32)", "tf.logical_not({0})", "tf.count_nonzero({0})")

SMOOTH_BINARY = ("{0} + {1}", "{0} - {1}", "{0} * {1}", "tf.squared_difference({0}, {1})",
                 "{0} / (tf.square({1}) + 1.)")

BINARY = {
    "float": ("{0} + {1}", "{0} - {1}", "{0} * {1}", "{0} / {1}", "tf.maximum({0}, {1})",
              "tf.minimum({0}, {1})", "tf.squared_difference({0}, {1})", "tf.pow(tf.abs({0}), {1})",
              "tf.less({0}, {1})", "{0} >= {1}", "tf.equal({0}, {1})", "tf.not_equal({0}, {1})",
              "tf.div_no_nan({0}, {1})", "{0} // {1}", "{0} % {1}", "tf.atan2({0}, {1})",
              "tf.add_n([{0}, {1}])", "tf.math.xlogy({0}, tf.abs({1}))", "tf.math.xdivy({0}, {1})",
              "tf.where({0} > {1}, {0}, {1})", "tf.where_v2({0} > {1}, {0}, {1})",
              "tf.complex({0}, {1})", "tf.dynamic_stitch([0, 1], [{0}, {1}])", "tf.div({0}, {1})",
              "tf.nn.sigmoid_cross_entropy_with_logits(labels={0}, logits={1})",
              "tf.accumulate_n([{0}, {1}])", "tf.meshgrid({0}, {1})", "tf.stack([{0}, {1}], -1)",
              "tf.broadcast_to({0}, tf.shape({1}))", "tf.zeros_like({0}) + {1}", "tf.div({0}, {1})",
              "tf.cross({0}, {1})", "tf.nn.bias_add({0}, {1})", "tf.reshape({0}, tf.shape({1}))"),
    "int": ("{0} + {1}", "{0} - {1}", "{0} * {1}", "{0} // {1}", "{0} % {1}", "{0} / {1}",
            "tf.maximum({0}, {1})", "tf.minimum({0}, {1})", "{0} < {1}", "tf.equal({0}, {1})",
            "tf.bitwise.bitwise_and({0}, {1})", "tf.bitwise.bitwise_xor({0}, {1})",
            "tf.truncatediv({0}, {1})", "tf.truncatemod({0}, {1})", "tf.setdiff1d({0}, {1})",
            "tf.pow({0}, tf.abs({1}))", "tf.squared_difference({0}, {1})", "tf.reshape({0}, {1})",
            "tf.gather({0}, {1})", "tf.unsorted_segment_sum({0}, {1}, 3)", "tf.tile({0}, {1})"),
    "complex": ("{0} + {1}", "{0} * {1}", "{0} - {1}", "{0} / {1}", "tf.equal({0}, {1})"),
    "bool": ("{0} & {1}", "{0} | {1}", "{0} ^ {1}", "tf.equal({0}, {1})",
             "tf.logical_and({0}, {1})"),
}

_REDUCTIONS = ("reduce_sum", "reduce_mean", "reduce_max", "reduce_min", "reduce_prod",
               "reduce_logsumexp")
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
                           ("complex", dtype.is_complex), ("bool", dtype.is_bool)):
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
    return draw(st.lists(st.sampled_from([1, 2, 3, 2, 3, 4, 0]), max_size=3))


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
    table = SMOOTH if smooth else {"float": SMOOTH + ROUGH, "int": INTEGER, "complex": COMPLEX,
                                   "bool": BOOLEAN}.get(pool.kind(name), ("tf.identity({0})",))
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
            "segment", "band", "set_diag", "scatter", "gather_nd", "repeat", "one_slice"]
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
    return {"inputs": specs, "steps": steps}
