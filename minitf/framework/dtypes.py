"""Element types of tensors: `tf.float32`, `tf.int32`, `tf.string`, ... and `tf.as_dtype`.

There is one `DType` object per type and one per *reference* type. A reference type
(`tf.float32_ref`) is what the output of a variable op has: a handle to a buffer that other ops may
assign to. Wherever a value is expected, a reference is read and its base type is used.
"""

import builtins
import sys

import numpy as np

_REF_OFFSET = 100  # a reference type's enum is its base type's plus this

_BY_ENUM = {}  # enum value -> DType
_BY_NAME = {}  # "float32", "float", "half_ref", ... -> DType
_BY_NUMPY_TYPE = {}  # np.float32, the structured quantized dtypes, ... -> DType

# Type names as OpDefs and op registrations spell them ("float", "double", "half") -> DType.
OPDEF_NAMES = {}


class DType:
    """The type of a tensor's elements.

    `DType(type_enum)` gives the one object for that value of TensorFlow's `DataType` enum;
    `tf.as_dtype` converts names, NumPy types and Python types.

    Attributes:
      name: `"float32"`, or `"float32_ref"` for a reference type.
      as_numpy_dtype: the NumPy type of the elements; `object` for strings. Reading it raises
        TypeError for `tf.resource` and `tf.variant`, which have none, and for `tf.bfloat16`
        when the package `ml_dtypes` is not installed.
      as_datatype_enum: the int value in TensorFlow's `DataType` enum.
      base_dtype: the type itself, or what a reference type refers to.
      size: bytes per element (of the pointer, for strings).
      is_bool, is_integer, is_floating, is_complex, is_quantized: the kind; exactly one of them
        is true for numeric types, none for string, resource and variant.
      is_numpy_compatible: whether NumPy has an equivalent.
      opdef_name: the name in OpDefs and in TF's run-time messages, "float" for float32.
    """

    __slots__ = (
        "name", "as_numpy_dtype", "as_datatype_enum", "base_dtype", "size", "is_bool",
        "is_integer", "is_floating", "is_complex", "is_quantized", "is_numpy_compatible",
        "opdef_name", "_is_ref_dtype", "_as_ref",
    )

    def __new__(cls, type_enum):
        dtype = _BY_ENUM.get(int(type_enum))
        if dtype is None:
            raise TypeError(f"type_enum is not a valid types_pb2.DataType: {type_enum}")
        return dtype

    def __getattr__(self, name):
        # Python comes here only for slots that hold nothing: the NumPy types that do not exist,
        # and bfloat16's, which is looked for on first use to keep the import light.
        if name != "as_numpy_dtype":
            raise AttributeError(f"'DType' object has no attribute {name!r}")
        if self.base_dtype is not bfloat16:
            raise TypeError(f"{self!r} has no NumPy type.")
        self.as_numpy_dtype = _bfloat16_numpy_type()
        return self.as_numpy_dtype

    @property
    def real_dtype(self):
        """The type of the real part: float32 for complex64, float64 for complex128, else self."""
        return _REAL_PARTS.get(self.base_dtype, self)

    @property
    def min(self):
        """Smallest finite value. Raises TypeError unless the type is an integer or a float."""
        return self._bounds("minimum")[0]

    @property
    def max(self):
        """Largest finite value. Raises TypeError unless the type is an integer or a float."""
        return self._bounds("maximum")[1]

    def _bounds(self, which):
        if self.base_dtype is bfloat16:
            return tuple(
                self.as_numpy_dtype(float.fromhex(bound)) for bound in ("-0x1.FEp127", "0x1.FEp127")
            )
        if self.is_floating:
            info = np.finfo(self.as_numpy_dtype)
        elif self.is_integer:
            info = np.iinfo(self.as_numpy_dtype)
        else:
            raise TypeError(f"Cannot find {which} value of {self}.")
        return info.min, info.max

    @property
    def limits(self):
        """`(0, largest intensity)` of an image of this type: 1 for float32 and float64.

        Raises TypeError for types that images do not have.
        """
        if self.base_dtype in (float32, float64):
            return 0, 1
        if self.is_integer:
            return 0, self.max
        raise TypeError(f"Cannot find limits of {self}.")

    @property
    def is_unsigned(self):
        """Whether this is an unsigned, non-quantized integer type."""
        return self.is_integer and self.min == 0

    def is_compatible_with(self, other):
        """Whether a tensor of type `other` is accepted where this type is asked for.

        True for the same type, and for a reference to it.
        """
        other = as_dtype(other)
        return self is other or self is other.base_dtype

    def __eq__(self, other):
        """Whether `other` is this type or converts to it: `x.dtype == np.float32` works."""
        if self is other:
            return True
        if other is None or other.__class__ is DType:
            return False
        try:
            return as_dtype(other) is self
        except TypeError:
            return False

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return self.as_datatype_enum

    def __repr__(self):
        return "tf." + self.name

    def __str__(self):
        return f"<dtype: {self.name!r}>"

    def __reduce__(self):
        return as_dtype, (self.name,)


def as_dtype(type_value):
    """Converts `type_value` to a `DType`.

    Args:
      type_value: a `DType`; a name (`"float32"`, `"half"`, `"int64_ref"`); a NumPy scalar type or
        `np.dtype`; the Python types `float` (float32), `bool` and `object` (string); or the int
        value of a `DataType` enum.

    Returns:
      The `DType`.

    Raises:
      TypeError: nothing corresponds to `type_value` (the Python type `int` is such a case: its
        width is not known).

    Source: TensorFlow `tf.as_dtype`.
    """
    if type_value.__class__ is DType:
        return type_value
    scalar_type = type_value
    if isinstance(type_value, np.dtype):
        # Byte order and string length belong to an np.dtype, not to its scalar type.
        scalar_type = type_value.type
        dtype = _BY_NUMPY_TYPE.get(scalar_type)
        if dtype is not None:
            return dtype
    try:
        return _CONVERSIONS[type_value]
    except (KeyError, TypeError):  # TypeError: not hashable
        pass
    ml_dtypes = sys.modules.get("ml_dtypes")
    if ml_dtypes is not None and scalar_type is ml_dtypes.bfloat16:
        return bfloat16
    raise TypeError(f"Cannot convert value {type_value!r} to a TensorFlow DType.")


def _bfloat16_numpy_type():
    try:
        from ml_dtypes import bfloat16 as numpy_type
    except ImportError:
        raise TypeError(
            "tf.bfloat16 has no NumPy type here: values of it need the package 'ml_dtypes', "
            "which is not installed."
        ) from None
    return numpy_type


def _define(enum, name, numpy_type, size, kind=None, alias=None):
    """Makes the DType of one value type and the reference type that goes with it."""
    base = object.__new__(DType)
    ref = object.__new__(DType)
    for dtype in (base, ref):
        dtype._is_ref_dtype = dtype is ref
        dtype._as_ref = ref
        dtype.base_dtype = base
        dtype.as_datatype_enum = enum + _REF_OFFSET if dtype is ref else enum
        dtype.name = name + "_ref" if dtype is ref else name
        dtype.opdef_name = (alias or name) + ("_ref" if dtype is ref else "")
        if numpy_type is not None:
            dtype.as_numpy_dtype = numpy_type
        dtype.size = size
        dtype.is_bool = kind == "bool"
        dtype.is_integer = kind == "integer"
        dtype.is_floating = kind == "floating"
        dtype.is_complex = kind == "complex"
        dtype.is_quantized = kind == "quantized"
        dtype.is_numpy_compatible = kind is not None or numpy_type is not None
        _BY_ENUM[dtype.as_datatype_enum] = dtype
        _BY_NAME[dtype.name] = dtype
        if alias:
            _BY_NAME[alias + "_ref" if dtype is ref else alias] = dtype
    if numpy_type is not None:
        _BY_NUMPY_TYPE[numpy_type] = base
    OPDEF_NAMES[alias or name] = base
    return base


def _define_quantized(enum, name, storage):
    # A structured type with one field, named as the DType, keeps quantized values apart from
    # the plain integers that store them.
    numpy_type = np.dtype([(name, storage)])
    return _define(enum, name, numpy_type, numpy_type.itemsize, "quantized")


float32 = _define(1, "float32", np.float32, 4, "floating", alias="float")
float64 = _define(2, "float64", np.float64, 8, "floating", alias="double")
int32 = _define(3, "int32", np.int32, 4, "integer")
uint8 = _define(4, "uint8", np.uint8, 1, "integer")
int16 = _define(5, "int16", np.int16, 2, "integer")
int8 = _define(6, "int8", np.int8, 1, "integer")
string = _define(7, "string", builtins.object, 8)
complex64 = _define(8, "complex64", np.complex64, 8, "complex")
int64 = _define(9, "int64", np.int64, 8, "integer")
bool = _define(10, "bool", builtins.bool, 1, "bool")
qint8 = _define_quantized(11, "qint8", np.int8)
quint8 = _define_quantized(12, "quint8", np.uint8)
qint32 = _define_quantized(13, "qint32", np.int32)
bfloat16 = _define(14, "bfloat16", None, 2, "floating")
qint16 = _define_quantized(15, "qint16", np.int16)
quint16 = _define_quantized(16, "quint16", np.uint16)
uint16 = _define(17, "uint16", np.uint16, 2, "integer")
complex128 = _define(18, "complex128", np.complex128, 16, "complex")
float16 = _define(19, "float16", np.float16, 2, "floating", alias="half")
resource = _define(20, "resource", None, 1)
variant = _define(21, "variant", None, 1)
uint32 = _define(22, "uint32", np.uint32, 4, "integer")
uint64 = _define(23, "uint64", np.uint64, 8, "integer")

half = float16
double = float64

float32_ref = float32._as_ref
float64_ref = float64._as_ref
int32_ref = int32._as_ref
uint8_ref = uint8._as_ref
int16_ref = int16._as_ref
int8_ref = int8._as_ref
string_ref = string._as_ref
complex64_ref = complex64._as_ref
int64_ref = int64._as_ref
bool_ref = bool._as_ref
qint8_ref = qint8._as_ref
quint8_ref = quint8._as_ref
qint32_ref = qint32._as_ref
bfloat16_ref = bfloat16._as_ref
qint16_ref = qint16._as_ref
quint16_ref = quint16._as_ref
uint16_ref = uint16._as_ref
complex128_ref = complex128._as_ref
float16_ref = float16._as_ref
resource_ref = resource._as_ref
variant_ref = variant._as_ref
uint32_ref = uint32._as_ref
uint64_ref = uint64._as_ref
half_ref = float16_ref
double_ref = float64_ref

QUANTIZED_DTYPES = frozenset(dtype for dtype in _BY_ENUM.values() if dtype.is_quantized)

_REAL_PARTS = {complex64: float32, complex128: float64}

_BY_NUMPY_TYPE.update(
    {np.bool_: bool, np.object_: string, np.bytes_: string, np.str_: string}
)
# C's integer types are NumPy types of their own on some platforms, where they share their width
# with a fixed-width type but are not identical to it.
for _c_type in (np.intc, np.uintc, np.int_, np.uint, np.longlong, np.ulonglong):
    _BY_NUMPY_TYPE.setdefault(_c_type, _BY_NAME[np.dtype(_c_type).name])

_CONVERSIONS = {
    **_BY_ENUM,
    **_BY_NAME,
    **_BY_NUMPY_TYPE,
    builtins.float: float32,
}
