"""DType and as_dtype against TensorFlow's, and what the recorded table leaves out."""

import copy
import subprocess
import sys

import numpy as np
import pytest
from record_framework import load, mismatches

from minitf.framework import dtypes


def test_as_tensorflow():
    assert mismatches(load("dtypes"), dtypes) == []


def test_one_object_per_type():
    assert dtypes.as_dtype("float32") is dtypes.float32
    assert dtypes.DType(101) is dtypes.float32_ref
    assert copy.deepcopy(dtypes.int32) is dtypes.int32
    assert dtypes.float32._as_ref is dtypes.float32_ref
    assert dtypes.float32_ref._as_ref is dtypes.float32_ref
    assert dtypes.float32_ref.base_dtype is dtypes.float32


def test_opdef_names():
    enums = {name: dtype.as_datatype_enum for name, dtype in dtypes.OPDEF_NAMES.items()}
    assert enums == {
        "float": 1, "double": 2, "int32": 3, "uint8": 4, "int16": 5, "int8": 6, "string": 7,
        "complex64": 8, "int64": 9, "bool": 10, "qint8": 11, "quint8": 12, "qint32": 13,
        "bfloat16": 14, "qint16": 15, "quint16": 16, "uint16": 17, "complex128": 18, "half": 19,
        "resource": 20, "variant": 21, "uint32": 22, "uint64": 23,
    }


@pytest.mark.parametrize("dtype", [dtypes.resource, dtypes.variant, dtypes.variant_ref])
def test_types_without_numpy_type_say_so(dtype):
    with pytest.raises(TypeError, match=f"tf.{dtype.name} has no NumPy type"):
        dtype.as_numpy_dtype  # noqa: B018


@pytest.mark.parametrize("dtype", [dtypes.bool, dtypes.string, dtypes.float16, dtypes.complex64])
def test_types_without_limits_say_so(dtype):
    with pytest.raises(TypeError, match="Cannot find limits of"):
        dtype.limits  # noqa: B018


def test_unknown_attribute():
    with pytest.raises(AttributeError, match="no attribute 'foo'"):
        dtypes.float32.foo  # noqa: B018


BFLOAT16_WITHOUT_PACKAGE = """
import sys
sys.modules["ml_dtypes"] = None
from minitf.framework import dtypes
assert dtypes.bfloat16.size == 2 and dtypes.bfloat16.is_floating
try:
    dtypes.bfloat16.as_numpy_dtype
except TypeError as error:
    print(error)
"""


def test_bfloat16_names_the_package_that_it_needs():
    done = subprocess.run(
        [sys.executable, "-c", BFLOAT16_WITHOUT_PACKAGE], capture_output=True, text=True, check=True
    )
    assert "'ml_dtypes', which is not installed" in done.stdout


def test_bfloat16_with_its_package():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    assert dtypes.bfloat16.as_numpy_dtype is ml_dtypes.bfloat16
    assert dtypes.as_dtype(ml_dtypes.bfloat16) is dtypes.bfloat16
    assert dtypes.as_dtype(np.dtype(ml_dtypes.bfloat16)) is dtypes.bfloat16
    assert float(dtypes.bfloat16.max) == 3.3895313892515355e38
    assert not dtypes.bfloat16.is_unsigned
