"""Lists of dtypes that many declarations allow, as OpDefs write them."""

# TensorFlow's "numbertype" and "realnumbertype".
NUMBERS = ("float double int32 uint8 int16 int8 complex64 int64 qint8 quint8 qint32 bfloat16 uint16"
           " complex128 half uint32 uint64")
REAL_NUMBERS = "float double int32 uint8 int16 int8 int64 bfloat16 uint16 half uint32 uint64"
INDICES = "int32 int64"
