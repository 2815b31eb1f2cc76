"""tf.dtypes: dtypes and conversions between them."""
# ruff: noqa: A004, F401 - a namespace; some of TensorFlow's names are Python's too

from minitf.framework.dtypes import (
    DType, QUANTIZED_DTYPES, as_dtype, bfloat16, bool, complex128, complex64, double, float16,
    float32, float64, half, int16, int32, int64, int8, qint16, qint32, qint8, quint16, quint8,
    resource, string, uint16, uint32, uint64, uint8, variant)
from minitf.ops.cast_ops import cast, complex, saturate_cast
from minitf.ops.string_ops import as_string
