"""Constants: bytes, arrays and errors of make_tensor_proto and make_ndarray as TensorFlow's."""

import pathlib
import types
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from record_framework import array_of_message, load, message_maker, mismatches

from minitf.framework import compat, dtypes, protos
from minitf.framework.tensor_shape import Dimension, TensorShape
from minitf.framework.tensor_value import (
    from_proto,
    make_ndarray,
    make_tensor_proto,
    make_tensor_value,
)

NAMESPACE = types.SimpleNamespace(**vars(dtypes), TensorShape=TensorShape, Dimension=Dimension)


# Where minitf differs on purpose. TensorFlow reads missing strings back as str among bytes, and
# shows dictionary and NumPy errors as they are.
RAGGED = {"error": "ValueError", "message": None}
DIFFERENT = {
    "constant([], tf.string, [2])": {"value": ["0807120412020802", ["object", [2], "[b'', b'']"]]},
    "constant([], tf.string, [])": {"value": ["08071200", ["object", [], "b''"]]},
    "array_of(message(20, [], float_val=[]))": {
        "error": "TypeError", "message": "Unsupported tensor type: 20"
    },
    **{
        f"constant({values}, tf.complex{bits})": RAGGED
        for values in ("[[1], [2, 3]]", "[1, [2]]", "[[1], 2]", "[[], [1]]",
                       "[[[1, 2], [3]], [[4], [5]]]")
        for bits in (64, 128)
    },
}


def constant(*arguments):
    value = make_tensor_value(*arguments)
    data = value.proto().SerializeToString()
    array = array_of_message(make_ndarray, protos.TensorProto.FromString(data))
    assert array == array_of_message(lambda value: value.array, value)
    return [data.hex(), array]


def constant_unread(*arguments):
    return [make_tensor_value(*arguments).proto().SerializeToString().hex(), None]


def check(goldens, constant):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # overflow is none of the user's business, as in TensorFlow
        warnings.simplefilter("ignore", getattr(np, "exceptions", np).ComplexWarning)
        found = mismatches(
            goldens,
            NAMESPACE,
            constant=constant,
            message=message_maker(protos.TensorProto),
            array_of=lambda message: array_of_message(make_ndarray, message),
        )
    assert found == []


GOLDENS = {
    expression: golden
    for expression, golden in {**load("tensor_value"), **DIFFERENT}.items()
    if "bfloat16" not in expression
}
# TensorFlow's make_ndarray cannot read everything that its make_tensor_proto writes.
UNREAD = {
    expression: golden
    for expression, golden in GOLDENS.items()
    if golden.get("value", [0, 0])[1] is None
}


def test_as_tensorflow():
    check({key: golden for key, golden in GOLDENS.items() if key not in UNREAD}, constant)


def test_as_tensorflow_writes_it():
    check(UNREAD, constant_unread)


def test_bfloat16_as_tensorflow():
    pytest.importorskip("ml_dtypes")
    goldens = {key: value for key, value in load("tensor_value").items() if "bfloat16" in key}
    assert len(goldens) == 3
    check(goldens, constant)


def test_all_differences_are_recorded_expressions():
    assert set(DIFFERENT) <= set(load("tensor_value"))


NUMPY_TYPES = [
    dtype.as_numpy_dtype
    for dtype in map(dtypes.as_dtype, (1, 2, 3, 4, 5, 6, 8, 9, 10, 17, 18, 19, 22, 23))
]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(NUMPY_TYPES).flatmap(
        lambda numpy_type: npst.arrays(numpy_type, npst.array_shapes(min_dims=0, max_side=4))
    )
)
def test_any_array_survives_the_message(array):
    result = make_ndarray(make_tensor_proto(array))
    assert result.dtype == array.dtype
    assert result.shape == array.shape
    assert result.tobytes() == array.tobytes()


@settings(max_examples=100, deadline=None)
@given(st.recursive(st.binary(max_size=5), lambda inner: st.lists(inner, min_size=2, max_size=2)))
def test_any_nest_of_strings_survives_the_message(values):
    try:
        array = make_tensor_value(values).array
    except (TypeError, ValueError):  # ragged
        return
    assert array.tolist() == values
    assert make_ndarray(make_tensor_proto(values)).tolist() == values


def test_a_value_is_a_copy_and_cannot_be_changed():
    source = np.array([1.0, 2.0])
    value = make_tensor_value(source)
    source[0] = 5
    assert value.array.tolist() == [1, 2]
    with pytest.raises(ValueError, match="read-only"):
        value.array[0] = 5
    copied = make_ndarray(value.proto())
    copied[0] = 5
    assert value.array.tolist() == [1, 2]


def test_one_element_and_a_shape_take_the_room_of_one():
    value = make_tensor_value(0.5, shape=[1000, 1000])
    assert value.shape == value.array.shape == (1000, 1000)
    assert value.array.strides == (0, 0)
    assert len(value.proto().SerializeToString()) < 30


def test_big_endian_arrays_are_written_in_native_order():
    value = make_tensor_value(np.array([1, 2], ">i4"))
    assert value.dtype is dtypes.int32
    assert value.proto().tensor_content == np.array([1, 2], np.int32).tobytes()


def test_a_message_is_kept_as_it_was():
    # TensorFlow itself would write these two elements as tensor_content.
    proto = protos.TensorProto(dtype=1, float_val=[1.0, 2.0])
    proto.tensor_shape.dim.add(size=2)
    value = from_proto(proto)
    assert value.array.tolist() == [1, 2]
    assert value.proto() == proto
    proto.float_val[0] = 9
    assert value.proto().float_val[0] == 1
    assert make_tensor_value(proto).array.tolist() == [9, 2]
    assert make_tensor_proto(proto) is proto


@pytest.mark.parametrize("name", ["uint32", "uint64"])
def test_unsigned_fields_are_read_back(name):
    value = make_tensor_value([7, 2**32 - 1], dtype=name, shape=[3])
    assert make_ndarray(value.proto()).tolist() == [7, 2**32 - 1, 2**32 - 1]


@pytest.mark.parametrize("name", ["qint8", "quint8", "qint16", "quint16", "qint32"])
def test_quantized_fields_are_read_back(name):
    value = make_tensor_value([(3,), (4,)], dtype=name, shape=[3])
    array = make_ndarray(value.proto())
    assert array.dtype == dtypes.as_dtype(name).as_numpy_dtype
    assert array.tolist() == [(3,), (4,), (4,)]


@pytest.mark.parametrize(
    "proto, match",
    [
        (protos.TensorProto(dtype=21), "Unsupported tensor type: 21"),
        (protos.TensorProto(dtype=20, resource_handle_val=[{}]), "Unsupported tensor type: 20"),
        (protos.TensorProto(), "Cannot convert value 0 to a TensorFlow DType"),
    ],
)
def test_messages_without_an_array(proto, match):
    with pytest.raises(TypeError, match=match):
        make_ndarray(proto)


class Celsius:
    """What pandas and others do to be taken for an array."""

    def __array__(self, dtype=None, copy=None):
        return np.array([20.5, 21.0], dtype)


def test_objects_that_convert_to_arrays():
    value = make_tensor_value(Celsius())
    assert value.dtype is dtypes.float64
    assert value.array.tolist() == [20.5, 21.0]


@pytest.mark.parametrize(
    "values, dtype, message",
    [
        (lambda tensor: tensor, None, "List of Tensors when single Tensor expected"),
        (lambda tensor: [tensor, 2], None, "List of Tensors when single Tensor expected"),
        (lambda tensor: tensor, "int32", "Expected int32, got <tf.Tensor .* of type 'Tensor' inst"),
        (lambda tensor: [1, tensor], "float32", "Expected float32, got <tf.Tensor .* instead."),
    ],
)
def test_tensors_are_no_values(values, dtype, message):
    operation = pytest.importorskip("minitf.framework.operation")
    op = types.SimpleNamespace(name="x")
    tensor = operation.Tensor(op, 0, dtypes.float32, TensorShape([]))
    with pytest.raises(TypeError, match=message):
        make_tensor_value(values(tensor), dtype)


def test_more_than_a_message_holds(monkeypatch):
    monkeypatch.setattr("minitf.framework.tensor_value._MAX_BYTES", 80)
    make_tensor_value(np.zeros(9))
    with pytest.raises(ValueError, match="content is larger than 2GB"):
        make_tensor_value(np.zeros(10))


@pytest.mark.parametrize(
    "function, value, expected",
    [
        (compat.as_bytes, "h\u00e9", b"h\xc3\xa9"),
        (compat.as_bytes, b"a\xff", b"a\xff"),
        (compat.as_bytes, bytearray(b"ab"), b"ab"),
        (compat.as_text, b"h\xc3\xa9", "h\u00e9"),
        (compat.as_str, "a", "a"),
        (compat.as_str_any, b"a", "a"),
        (compat.as_str_any, 1.5, "1.5"),
        (compat.path_to_str, pathlib.PurePosixPath("a/./b"), "a/b"),
        (compat.path_to_str, 3, 3),
    ],
)
def test_text_and_bytes(function, value, expected):
    result = function(value)
    assert (type(result), result) == (type(expected), expected)


@pytest.mark.parametrize("function", [compat.as_bytes, compat.as_text])
def test_neither_text_nor_bytes(function):
    with pytest.raises(TypeError, match="Expected binary or unicode string, got 3"):
        function(3)


@pytest.mark.parametrize(
    "types_, accepted, refused",
    [
        (compat.integral_types, [1, True, np.int8(1), np.uint64(1)], [1.0, np.float32(1), "1"]),
        (compat.real_types, [1, 1.5, np.float16(1), np.int8(1)], [1j, np.complex64(1), "1"]),
        (compat.complex_types, [1, 1.5, 1j, np.complex64(1)], ["1", None]),
        (compat.bytes_or_text_types, ["a", b"a", np.str_("a")], [bytearray(b"a"), 1]),
    ],
)
def test_types_for_isinstance(types_, accepted, refused):
    assert all(isinstance(value, types_) for value in accepted)
    assert not any(isinstance(value, types_) for value in refused)
