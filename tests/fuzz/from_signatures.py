"""Random programs of single ops: inputs and attributes drawn from the op's signature alone.

Few calls fit, so that it is mostly what ops refuse, and how, that is compared.
"""

from hypothesis import strategies as st

import minitf as tf
from minitf.framework import registry

_LEFT_OUT = ("Random", "Sampler", "Multinomial", "Truncated", "Placeholder", "PyFunc", "Print",
             "Switch", "Merge", "Enter", "Exit", "NextIteration", "LoopCond", "TensorArray",
             "Stack", "Const", "Parse",
             "Poisson", "AccidentalHits", "BatchNormGrad", "erBound", "Svd", "Qr",
             "Timestamp", "StringFormat", "Assert")


def _is_pure(op_type):
    """Whether the op has no state and no inputs of kinds that cannot be fed."""
    if op_type.is_stateful and op_type.name not in ("CheckNumerics", "GuaranteeConst"):
        return False
    if any(word in op_type.name for word in _LEFT_OUT):
        return False
    unfed = (tf.resource, tf.variant)
    return bool(op_type.inputs) and not any(arg.is_ref or arg.dtype in unfed
                                            for arg in op_type.inputs)


# Of these TensorFlow reads beyond the shorter input, or refuses; no public function makes them so.
_SAME_SHAPES = ("InvGrad", "ReciprocalGrad", "RsqrtGrad", "SqrtGrad", "SigmoidGrad", "TanhGrad",
                "ReluGrad", "Relu6Grad", "LeakyReluGrad",
                "SoftplusGrad", "SoftsignGrad", "EluGrad", "SeluGrad")

OPS = sorted(name for name, op_type in registry.registered().items() if _is_pure(op_type))

_USABLE = {tf.float32, tf.float64, tf.float16, tf.int8, tf.int16, tf.int32, tf.int64, tf.uint8,
           tf.uint16, tf.uint32, tf.uint64, tf.complex64, tf.complex128, tf.bool, tf.string}


def _draw_dtype(draw, attr):
    allowed = [dtype for dtype in attr.allowed or _USABLE if dtype in _USABLE]
    preferred = [dtype for dtype in (tf.float32, tf.int32, tf.int64) if dtype in allowed]
    choices = sorted(allowed, key=lambda dtype: dtype.as_datatype_enum)
    return draw(st.sampled_from(preferred[:1] * len(choices) + choices)) if choices else tf.float32


def _draw_shape(draw, base):
    if draw(st.integers(0, 2)):
        return base
    return draw(st.one_of(st.just([]), st.lists(st.integers(0, 4), max_size=5)))


def _attr_text(draw, attr):
    """The text of a value for an attribute that inputs do not tell."""
    if attr.type.startswith("list("):
        count = draw(st.integers(1, 4))
        element = attr.type[5:-1]
        items = [_element_text(draw, attr, element) for _ in range(count)]
        return f"[{', '.join(items)}]"
    return _element_text(draw, attr, attr.type)


def _element_text(draw, attr, kind):
    if kind == "type":
        return f"'{_draw_dtype(draw, attr).name}'"
    if kind == "string":
        choices = [item.decode() for item in attr.allowed or (b"", b"a")]
        return repr(draw(st.sampled_from(choices)))
    if kind == "int":
        return str(draw(st.integers(0, 3)))
    if kind == "float":
        return str(draw(st.sampled_from([0.0, 0.5, 1.0, 2.0])))
    if kind == "bool":
        return str(draw(st.booleans()))
    return str(draw(st.lists(st.sampled_from([None, 1, 2, 3]), max_size=3)))


@st.composite
def op_programs(draw, without=()):
    """A call of one op with random inputs and attributes, and what to ask of its gradients."""
    name = draw(st.sampled_from([name for name in OPS
                                 if not any(text in name for text in without)]))
    op_type = registry.get(name)
    base = draw(st.lists(st.sampled_from([1, 2, 3, 4]), max_size=4))
    types, specs, arguments = {}, [], []

    def add(dtype):
        shape = base if name in _SAME_SHAPES else _draw_shape(draw, base)
        kind = draw(st.sampled_from(["known", "known", "partly", "unknown"]))
        static = list(shape) if kind == "known" else None
        if kind == "partly":
            static = [None if draw(st.booleans()) else size for size in shape]
        specs.append({"name": f"x{len(specs)}", "dtype": dtype.name, "shape": list(shape),
                      "static": static, "seed": draw(st.integers(0, 5)),
                      "positive": draw(st.booleans())})
        return specs[-1]["name"]

    for arg in op_type.inputs:
        if arg.type_list_attr:
            attr = op_type.attr_by_name[arg.type_list_attr]
            values = [add(_draw_dtype(draw, attr)) for _ in range(draw(st.integers(1, 2)))]
        else:
            if arg.type_attr and arg.type_attr not in types:
                types[arg.type_attr] = _draw_dtype(draw, op_type.attr_by_name[arg.type_attr])
            dtype = arg.dtype or types[arg.type_attr]
            if dtype not in _USABLE:
                dtype = tf.float32
            count = draw(st.integers(1, 3)) if arg.number_attr else 1
            values = [add(dtype) for _ in range(count)]
        listed = arg.number_attr or arg.type_list_attr
        arguments.append(f"{arg.name}=" + (f"[{', '.join(values)}]" if listed else values[0]))
    for attr in op_type._free_attrs:
        if attr.name == "Tout" and name in ("Real", "Imag", "Angle", "ComplexAbs"):
            part = "float32" if types["T"] == tf.complex64 else "float64"
            arguments.append(f"Tout='{part}'")  # TensorFlow takes others, and mixes up the bytes
        elif not attr.has_default or draw(st.integers(0, 3)) == 0:
            arguments.append(f"{attr.name}={_attr_text(draw, attr)}")
    return {"inputs": specs, "steps": [f"t0 = raw.{name}({', '.join(arguments)})"],
            "gradients": {"grad_ys": draw(st.booleans())}, "messages": False}
