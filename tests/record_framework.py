"""Records what TensorFlow's dtypes, shapes, errors, device names and constants do.

Run it with the Python that has the real TensorFlow 1.15.5:

    python tests/record_framework.py

It evaluates the expressions below and writes golden/{dtypes,tensor_shape,errors,device,
tensor_value}.json, each an object of expression: outcome. The tests evaluate the same expressions
with minitf as `tf`.
"""

import json
import os
import pickle

import numpy as np

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden")

# Errors with these beginnings have TensorFlow's own words; others have NumPy's or Python's, which
# change from version to version.
TENSORFLOW_WORDS = (
    "Ambiguous dimension", "Argument must be", "Cannot find m", "Cannot iterate",
    "Cannot specify", "Cannot take", "Dimension", "Expected", "Failed to convert",
    "Incompatible types", "List of Tensors", "None values", "Shape", "Steps are", "The inequality",
    "Too many elements", "Unknown attribute", "allow_broadcast", "as_list()", "unsupported operand",
)


class FakeOp:
    """As much of an Operation as an error's text is made of."""

    def __init__(self, name, traceback, original_op=None):
        self.name = name
        self.traceback = traceback
        self._original_op = original_op


FRAMES = {
    "main": ("/home/ann/work/main.py", 3, "<module>", "y = model(x)"),
    "model": ("/home/ann/work/net/model.py", 10, "model", "return layer(x)"),
    "layer": ("/home/ann/work/net/layer.py", 7, "layer", None),
    "system": ("/usr/lib/tool.py", 1, "<module>", "main()"),
}


def fake_op(name, frames, original_op=None):
    return FakeOp(name, [FRAMES[frame] for frame in frames.split()], original_op)


def evaluate(expression, tf, **names):
    """What `expression` gives, in a form that JSON can hold."""
    namespace = {"tf": tf, "np": np, "pickle": pickle, "fake_op": fake_op, **names}
    try:
        value = eval(expression, namespace)
    except Exception as error:
        return {"error": type(error).__name__, "message": str(error)}
    return json.loads(json.dumps({"value": value}, default=lambda scalar: scalar.item()))


def load(name):
    """The recorded {expression: outcome} of one file."""
    with open(os.path.join(GOLDEN, name + ".json"), encoding="utf-8") as stream:
        return json.load(stream)


def mismatches(goldens, tf, **names):
    """One line for each expression that does not give its golden outcome with minitf as `tf`.

    Errors whose words are not TensorFlow's are compared by class.
    """
    lines = []
    for expression, golden in goldens.items():
        outcome = evaluate(expression, tf, **names)
        if "error" in golden and golden["message"] is None and "error" in outcome:
            same = outcome["error"] == golden["error"]
        else:
            same = outcome == golden
        if not same:
            lines.append(f"{expression}: expected {golden}, got {outcome}")
    return lines


# ---- dtypes ----

ENUMS = [*range(1, 24), *range(101, 124)]
WITHOUT_NUMPY_TYPE = (14, 20, 21)  # bfloat16, resource, variant


def dtype_expressions():
    for enum in ENUMS:
        dtype = f"tf.as_dtype({enum})"
        yield f"[str({dtype}), repr({dtype}), {dtype}.name, {dtype}.as_datatype_enum]"
        yield (
            f"[{dtype}.is_bool, {dtype}.is_integer, {dtype}.is_floating, {dtype}.is_complex, "
            f"{dtype}.is_quantized, {dtype}.is_numpy_compatible, {dtype}._is_ref_dtype]"
        )
        yield f"[{dtype}.base_dtype.name, {dtype}.real_dtype.name, {dtype}._as_ref.name]"
        yield f"hash({dtype}) == {enum} and pickle.loads(pickle.dumps({dtype})) == {dtype}"
        yield f"[n for n in range(1, 24) if {dtype}.is_compatible_with(n)]"
        yield f"[n for n in {ENUMS!r} if {dtype} == n]"
        if enum % 100 != 14:
            yield f"{dtype}.is_unsigned"
            yield f"float({dtype}.min)"
            yield f"float({dtype}.max)"
        if enum % 100 not in WITHOUT_NUMPY_TYPE:
            yield f"np.dtype({dtype}.as_numpy_dtype).str + str({dtype}.size)"
            yield f"{dtype}.as_numpy_dtype in (bool, object)"
    for number in (1, 2, 3, 4, 5, 6, 9, 17, 22, 23, 101):
        yield f"tf.as_dtype({number}).limits"
    for value in (
        "float", "int", "bool", "str", "bytes", "object", "complex", "'float'", "'double'",
        "'half'", "'half_ref'", "'float32_ref'", "'float_ref'", "'int'", "'string'", "'bool'",
        "'foo'", "None", "1", "101", "0", "3.0", "True", "99", "tf.int32", "np.float32",
        "np.float16", "np.bool_", "np.object_", "np.str_", "np.bytes_", "np.intc", "np.uintc",
        "np.longlong", "np.ulonglong", "np.int_", "np.uint", "np.dtype('i4')", "np.dtype('>i4')",
        "np.dtype('>f8')", "np.dtype('S3')", "np.dtype('U2')", "np.dtype('O')", "np.dtype('q')",
        "np.dtype('?')", "np.dtype(('i4', 3))", "np.dtype('M8')", "np.dtype([('qint8', 'i1')])",
        "np.dtype([('quint16', 'u2')])", "np.dtype([('a', 'i1')])", "np.longdouble", "[1]",
    ):
        yield f"tf.as_dtype({value}).name"
        yield f"[tf.float32 == {value}, tf.float32 != {value}, tf.string == {value}]"
    yield "[np.float32 == tf.float32, np.float64 == tf.float32]"
    yield "[tf.half is tf.float16, tf.double is tf.float64]"
    yield "sorted(dtype.name for dtype in tf.QUANTIZED_DTYPES)"
    yield "tf.DType(1).name"
    yield "tf.DType(0)"
    yield "tf.DType(50)"
    yield "{tf.int32: 'a', tf.int64: 'b'}[tf.as_dtype('int64')]"


# ---- shapes ----

SHAPES = (
    "None", "[]", "[3]", "[None]", "[1]", "[0, 2]", "[2, 3]", "[None, 3]", "[2, None]",
    "[None, None]", "[2, 3, 4]", "[2, None, 4]",
)
SIZES = ("None", "0", "1", "3", "7")


def shape_expressions():
    for dims in SHAPES:
        shape = f"tf.TensorShape({dims})"
        for text in (
            "[str({0}), repr({0})]", "[{0}.rank, {0}.ndims, bool({0})]", "str({0}.dims)",
            "{0}.as_list()", "len({0})", "str(list({0}))", "[{0}.num_elements()]",
            "{0}.is_fully_defined()", "{0}.assert_is_fully_defined()",
            "{0}.as_proto().SerializeToString().hex()", "str(tf.TensorShape({0}.as_proto()))",
            "str(pickle.loads(pickle.dumps({0})))", "hash({0})", "(lambda s: s == s)({0})",
            "(lambda s: s != s)({0})", "{0} == 'a'", "{0} == object()",
            "[str({0}[0]), {0}[-1].value]", "str({0}[5])",
        ):
            yield text.format(shape)
        for part in (":", "1:", ":1", "1:2", "0:3", "-1:", ":-1", "2:1", "::2", "::-1"):
            yield f"str({shape}[{part}])"
        for rank in range(4):
            for method in (
                "with_rank", "with_rank_at_least", "with_rank_at_most", "assert_has_rank"
            ):
                yield f"str({shape}.{method}({rank}))"
        for other in SHAPES:
            for text in ("{0} == {1}", "{0} != {1}", "str({0} + {1})"):
                yield text.format(shape, f"tf.TensorShape({other})")
            for method in (
                "is_compatible_with", "assert_is_compatible_with", "merge_with", "concatenate",
                "most_specific_compatible_shape", "assert_same_rank",
            ):
                yield f"str({shape}.{method}({other}))"
            yield f"[{shape} == {other}]"
            yield f"str({other} + {shape})"
    for dims in (
        "3", "-1", "[-1]", "[2.0]", "[2.5]", "'ab'", "b'ab'", "['2']", "[True]", "(2, 3)",
        "range(3)", "np.array([2, 3])", "[np.int64(2)]", "[np.float32(2)]", "[[2]]",
        "[tf.Dimension(2), tf.Dimension(None)]", "tf.Dimension(4)", "np.int32(5)", "2.5",
        "[tf.float32]", "object()", "{3: 1}", "tf.TensorShape([1, 2])",
    ):
        yield f"str(tf.TensorShape({dims}))"


def dimension_expressions():
    values = ("None", "0", "3", "-1", "2.0", "2.5", "'2'", "'a'", "True", "np.int64(4)", "[]",
              "tf.Dimension(2)", "tf.float32")
    for value in values:
        yield f"str(tf.Dimension({value}).value)"
        for operator in ("==", "!=", "<", "+", "-", "*", "//", "%"):
            yield f"str(tf.Dimension(3) {operator} {value})"
        # str, list and np.int64 have operators of their own, which answer first.
        if value not in ("'2'", "'a'", "[]", "np.int64(4)", "tf.float32"):
            for operator in ("==", "!=", "<", "+", "-", "*", "//", "%"):
                yield f"str({value} {operator} tf.Dimension(3))"
    for size in SIZES:
        dimension = f"tf.Dimension({size})"
        for text in (
            "str({0})", "repr({0})", "int({0})", "list(range({0}))", "'abcdefghi'[{0}]",
            "hash({0})", "bool({0})", "repr(pickle.loads(pickle.dumps({0})))", "{0} / 2",
            "2 / {0}",
        ):
            yield text.format(dimension)
        for other in SIZES:
            for operator in ("==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "//", "%"):
                yield f"repr({dimension} {operator} tf.Dimension({other}))"
            for method in ("is_compatible_with", "assert_is_compatible_with", "merge_with"):
                yield f"repr({dimension}.{method}({other}))"
    for shape in SHAPES:
        yield f"repr(tf.dimension_at_index(tf.TensorShape({shape}), 0))"
    yield "[tf.dimension_value(x) for x in (tf.Dimension(3), tf.Dimension(None), 3, None)]"


# ---- errors ----

ERROR_NAMES = (
    "CancelledError", "UnknownError", "InvalidArgumentError", "DeadlineExceededError",
    "NotFoundError", "AlreadyExistsError", "PermissionDeniedError", "UnauthenticatedError",
    "ResourceExhaustedError", "FailedPreconditionError", "AbortedError", "OutOfRangeError",
    "UnimplementedError", "InternalError", "UnavailableError", "DataLossError",
)


def error_expressions():
    for name in ERROR_NAMES:
        cls = "tf.errors." + name
        yield f"[str({cls}(None, None, 'm')), repr({cls}(None, None, 'm'))]"
        yield f"{cls}(None, None, 'm').error_code"
        yield f"[base.__name__ for base in {cls}.__mro__]"
        yield f"tf.errors.error_code_from_exception_type({cls})"
        yield (
            "(lambda e: [e.message, e.error_code, type(e).__name__])"
            f"(pickle.loads(pickle.dumps({cls}(None, None, 'm'))))"
        )
    for code in range(1, 17):
        yield f"tf.errors.exception_type_from_error_code({code}).__name__"
    yield "tf.errors.exception_type_from_error_code(0)"
    yield "tf.errors.exception_type_from_error_code(17)"
    yield "sorted((v, n) for n, v in vars(tf.errors).items() if n.isupper() and n[0] != '_')"
    yield "tf.errors.OpError(None, None, 'm', 3).error_code"
    yield "tf.errors.UnknownError(None, None, 'm', 77).error_code"
    for op in (
        "fake_op('a', 'main model layer')",
        "fake_op('a', 'main')",
        "fake_op('a', 'main model system')",
        "fake_op('a', '')",
        "fake_op('a_grad', 'main model layer', fake_op('a', 'main model model'))",
        "fake_op('a_grad', 'main model layer main', fake_op('a', 'main model layer main'))",
        "fake_op('a_grad', 'main model layer main', fake_op('a', 'main model layer model'))",
        "fake_op('a_grad', 'main model layer main model', fake_op('a', 'main layer layer main'))",
        "fake_op('c', 'main model', fake_op('b', 'main model', fake_op('a', 'system main')))",
    ):
        yield f"str(tf.errors.NotFoundError(None, {op}, 'not there'))"


# ---- devices ----

DEVICE_NAMES = (
    "", "/cpu:0", "/gpu:1", "cpu", "/CPU:*", "/device:CPU:0", "/device:cpu:0", "/device:GPU:*",
    "/device:XLA_CPU:3", "/job:w/task:1", "/job:w/replica:0/task:0/cpu:0", "/replica:3/",
    "/cpu:0/job:a", "/job:", "/job:0w", "/cpu:-1", "/foo:1", "/cpu:x", "/cpu:0/gpu:0",
    "/job:a:b", "/task:x", "/device:GPU", "cpu:0:1", "/cpu:0/device:CPU:0", "/device",
)
NESTED_SCOPES = (
    ("/job:w", "/cpu:0"), ("/cpu:0", "/gpu:1"), ("/cpu:3", "/device:GPU:*"), ("/cpu:0", ""),
    ("/job:w/gpu:0", "/task:2"), ("/job:a", "/job:b/task:1", "/task:2"), ("/task:1", "/cpu:0", ""),
)


def device_expressions():
    parts = "[{0}.job, {0}.replica, {0}.task, {0}.device_type, {0}.device_index]"
    for name in DEVICE_NAMES:
        spec = f"tf.DeviceSpec.from_string({name!r})"
        yield spec + ".to_string()"
        yield parts.format(spec)
        yield f"tf.DeviceSpec(job='j', device_index=5).parse_from_string({name!r}).to_string()"
        yield f"placed({name!r})"
        if name in DEVICE_NAMES[:14]:
            for other in DEVICE_NAMES[:12]:
                yield f"{spec}.make_merged_spec(tf.DeviceSpec.from_string({other!r})).to_string()"
                yield f"{spec} == tf.DeviceSpec.from_string({other!r})"
    for scopes in NESTED_SCOPES:
        yield "placed({})".format(", ".join(map(repr, scopes)))
    yield "placed(tf.DeviceSpec(job='ps', device_type='cpu'), '/task:1')"
    for arguments in (
        "", "job='a'", "job=3, replica='2', task=1.0", "device_type='cpu', device_index='0'",
        "device_type='Cpu'", "device_index=1", "device_type='GPU'", "task='x'", "color=1",
    ):
        yield f"tf.DeviceSpec({arguments}).to_string()"
    for arguments in ("job='b'", "job=None", "device_type='gpu', device_index=None", "color=1"):
        yield f"tf.DeviceSpec('a', 0, 1, 'CPU', 2).replace({arguments}).to_string()"
    yield "tf.DeviceSpec(job='a') == '/job:a'"
    yield "hash(tf.DeviceSpec(job='a')) == hash(tf.DeviceSpec.from_string('/job:a'))"


def placed(*scopes):
    """The device of an op made in nested `tf.device` scopes."""
    import contextlib

    import tensorflow as tf

    with tf.Graph().as_default(), contextlib.ExitStack() as stack:
        for scope in scopes:
            stack.enter_context(tf.device(scope))
        return tf.no_op().device


# ---- constants ----

NUMERIC_DTYPES = (
    "float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16",
    "uint32", "uint64", "complex64", "complex128",
)
CONSTANT_DTYPES = (
    "None", *("tf." + name for name in NUMERIC_DTYPES), "tf.bool", "tf.string",
    "tf.float32._as_ref", "'float'", "np.int32",
)
CONSTANT_VALUES = (
    "0", "1", "-1", "300", "2**31", "-2**31 - 1", "2**40", "2**63", "-2**63", "2**64", "2**70",
    "0.5", "-0.0", "1e10", "1e300", "float('nan')", "float('-inf')", "True", "2j", "None", "'a'",
    "b'a\\x00b'", "'h\\u00e9'", "[]", "[[]]", "[[], []]", "[0]", "[1, 2, 3]", "(1, 2)",
    "[-1, 70000]", "[1, 2.5]", "[1.5]", "[0.1, 0.2]", "[True]", "[True, False]", "[True, 2]",
    "[True, 2.5]", "[1j, 2]", "[[1, 2], [3, 4]]", "[(1, 2), [3, 4]]", "[[[1.5]]]", "['a', 'bc']",
    "[b'a\\x00', 'b']", "[['a'], ['b']]", "[1, 'a']", "[1, None]", "[None]", "[[1], [2, 3]]",
    "[1, [2]]", "[[1], 2]", "[['a'], ['b', 'c']]", "[[[1, 2], [3]], [[4], [5]]]", "[[], [1]]",
    "[1, 2**40]", "[2**31]", "[-2**31]", "[2**63, 1]", "[-1, 2**63]", "[1.5, 2**70]", "range(3)",
    "bytearray(b'ab')", "[float('inf'), 1]", "[1e-46, 1e39]",
    "np.float64(1.5)", "np.float32(1.5)", "np.float16(1.5)", "np.int64(3)", "np.uint8(200)",
    "np.bool_(True)", "np.str_('a')", "np.bytes_(b'a')", "np.complex64(1j)", "np.zeros((2, 0))",
    "np.zeros((1, 1))", "np.arange(3)", "np.arange(6.).reshape(2, 3)", "np.array([1.7, -1.7])",
    "np.array([[1, 2], [3, 4]]).T", "np.arange(4)[::-2]", "np.array([1.5, 2], np.float16)",
    "np.array([1, 2], np.uint16)", "np.array([1, 2], np.uint32)", "np.array([1j, 2])",
    "np.array([True, False])", "np.array(['a', 'bc'])", "np.array([b'a', b'bc'])",
    "np.array('abc')", "np.array(['1', '2'])", "np.array(['a', b'b'], object)",
    "np.array([1, 'a'], object)", "np.array([None])", "np.array([2, 3], object)",
    "[np.float64(1.5)]", "[np.float32(1), 2.5]", "[np.float16(1), np.float16(2)]",
    "[np.int64(7)]", "[np.int8(1), 300]", "[np.str_('a')]", "[np.arange(2), np.arange(2)]",
    "[np.arange(2), np.arange(1)]", "np.longdouble(1)", "np.datetime64('2020-01-01')",
    "tf.TensorShape([1, 2])", "[tf.Dimension(3), 2]", "tf.Dimension(3)",
)
SHAPED_CONSTANTS = (
    "1, {}, [2, 3]", "1, {}, []", "[1], {}, []", "[], {}, [2]", "[], {}, []", "[1, 2], {}, [2, 2]",
    "[1, 2, 3], {}, [2]", "[1, 2], {}, (1, 2)", "[1, 2, 2], {}, [3, 2]", "5, {}, [0]",
    "5, {}, [2, 0]", "5, {}, tf.TensorShape([2, 3])", "5, {}, np.array([2])",
    "5, {}, [None]", "5, {}, tf.TensorShape([2, None])", "5, {}, tf.TensorShape(None)",
    "[1, 2], {}, [1, 2], True", "[1, 2], {}, [2], True", "1, {}, [2], True",
    "1, {}, [2], False, True", "[1], {}, [2], False, True", "[1, 2], {}, [4], False, True",
    "[1, 2], {}, [1, 2], False, True", "[1, 2], {}, [1, 2], True, True", "None, {}, [2]",
    "np.arange(4), {}, [2, 2]", "np.arange(3), {}, [2]", "np.arange(2), {}, [3]",
    "-0.0, {}, [3]", "True, {}, [3]", "'a', {}, [3]", "['a', 'b'], {}, [3]",
    "['a', 'b', 'c'], {}, [2]", "2j, {}, [2]", "[1j, 2], {}, [3]", "np.zeros(2), {}, [0]",
    "1e300, {}, [2]", "1, {}, [3, 0]", "[[1, 2], [3, 4]], {}, [4]",
)
OTHER_CONSTANTS = (
    "(1,), tf.qint8", "[(1,)], tf.qint8", "[(1,)], tf.quint8", "[(1,)], tf.qint32",
    "[(1,), (2,)], tf.qint8", "[(1,), (2,)], tf.quint8", "[(1,), (2,)], tf.qint16",
    "[(1,), (2,)], tf.quint16", "[(1,), (2,)], tf.qint32", "[1, 2], tf.qint8", "1, tf.qint32",
    "[(1.5,)], tf.qint8", "'a', tf.qint8", "np.array([1, 2]), tf.qint32",
    "np.array([1]), tf.qint8", "np.array([(1,)], tf.qint32.as_numpy_dtype)",
    "np.array([(1,), (2,)], tf.quint16.as_numpy_dtype)", "[(1,), (2,)], tf.qint32, [3]",
    "[[(1,)], [(2,)]], tf.quint8", "1.5, tf.resource", "1, tf.variant", "'a', tf.resource",
    "1, 'foo'", "1, int", "1, float", "5, None, 3", "{1: 2}, None", "{1: 2}, tf.float32",
    "'a', tf.string._as_ref", "True, tf.bool._as_ref",
)
BFLOAT16_CONSTANTS = ("1, tf.bfloat16", "[1.5, -2], tf.bfloat16", "[0.1], tf.bfloat16, [2]")


def constant_expressions():
    for value in CONSTANT_VALUES:
        for dtype in CONSTANT_DTYPES:
            # Which strings NumPy casts to bool and complex depends on its version.
            if not (dtype in ("tf.bool", "tf.complex64", "tf.complex128")
                    and value.startswith("np.") and "'" in value):
                yield f"constant({value}, {dtype})"
    for arguments in SHAPED_CONSTANTS:
        for dtype in ("None", "tf.float32", "tf.int64", "tf.float16", "tf.uint32", "tf.string",
                      "tf.bool", "tf.complex64"):
            if dtype != "tf.string" or "np." not in arguments:
                yield f"constant({arguments.format(dtype)})"
    for arguments in (*OTHER_CONSTANTS, *BFLOAT16_CONSTANTS):
        yield f"constant({arguments})"


PARTIAL_MESSAGES = (
    # dtype enum, shape, field, values
    (1, [2, 3], "float_val", [1.5, 2.5]), (1, [3], "float_val", []), (1, [], "float_val", [2.0]),
    (2, [2], "double_val", [0.1]), (3, [2, 2], "int_val", [7]), (4, [3], "int_val", [200, 3]),
    (5, [2], "int_val", [-5]), (6, [2], "int_val", [-5]), (17, [2], "int_val", [65535]),
    (9, [3], "int64_val", [2**40]), (10, [3], "bool_val", [True]), (10, [2], "bool_val", []),
    (19, [2], "half_val", [15872]), (8, [2], "scomplex_val", [1.0, 2.0]),
    (18, [2], "dcomplex_val", [1.0, 2.0, 3.0, 4.0]), (7, [3], "string_val", [b"a", b"b"]),
    (7, [0], "string_val", []), (7, [], "string_val", [b"abc"]), (3, [0, 2], "int_val", []),
    (1, [2], "tensor_content", b"\x00\x00\x80\x3f\x00\x00\x00\x40"),
    (10, [2], "tensor_content", b"\x01\x00"), (19, [1], "tensor_content", b"\x00\x3e"),
    (23, [1], "tensor_content", b"\x01" + 7 * b"\x00"), (22, [1], "tensor_content", b"\x01\0\0\0"),
    (11, [2], "tensor_content", b"\x01\x02"), (20, [], "float_val", []),
    (1, [1], "float_val", [1.0, 2.0]), (3, [3], "tensor_content", b"\x01\0\0\0"),
)


def message_expressions():
    for enum, shape, field, values in PARTIAL_MESSAGES:
        yield f"array_of(message({enum}, {shape}, {field}={values!r}))"


def array_of_message(make_ndarray, message):
    array = make_ndarray(message)
    # bfloat16's own scalars print in as many ways as there are implementations.
    values = array.astype(np.float32) if array.dtype.name == "bfloat16" else array
    return [str(array.dtype), list(array.shape), repr(values.tolist())]


def message_maker(tensor_proto):
    def message(enum, shape, **field):
        proto = tensor_proto(dtype=enum, **field)
        for size in shape:
            proto.tensor_shape.dim.add(size=size)
        return proto
    return message


def main():
    import tensorflow as tf
    from tensorflow.core.framework import tensor_pb2

    def constant(*arguments):
        proto = tf.make_tensor_proto(*arguments)
        try:
            array = array_of_message(tf.make_ndarray, proto)
        except (TypeError, ValueError):  # uint32, uint64 and quantized, by TensorFlow's omission
            array = None
        return [proto.SerializeToString().hex(), array]

    names = {
        "placed": placed,
        "constant": constant,
        "message": message_maker(tensor_pb2.TensorProto),
        "array_of": lambda message: array_of_message(tf.make_ndarray, message),
    }
    families = {
        "dtypes": [dtype_expressions],
        "tensor_shape": [shape_expressions, dimension_expressions],
        "errors": [error_expressions],
        "device": [device_expressions],
        "tensor_value": [constant_expressions, message_expressions],
    }
    for family, sources in families.items():
        outcomes = {}
        for expression in (text for source in sources for text in source()):
            outcome = evaluate(expression, tf, **names)
            own_words = outcome.get("message", "").startswith(TENSORFLOW_WORDS)
            # How a NumPy scalar or a class prints is not TensorFlow's choice either.
            own_words &= "np." not in expression and "<class 'tensorflow" not in str(outcome)
            if "error" in outcome and not own_words:
                outcome["message"] = None
            outcomes[expression] = outcome
        with open(os.path.join(GOLDEN, family + ".json"), "w", encoding="utf-8") as stream:
            json.dump(outcomes, stream, indent=0, sort_keys=False)
            stream.write("\n")


if __name__ == "__main__":
    main()
