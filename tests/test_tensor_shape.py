"""TensorShape and Dimension against TensorFlow's."""

import types

import pytest
from record_framework import load, mismatches

from minitf.framework import dtypes, tensor_shape
from minitf.framework.tensor_shape import Dimension, TensorShape

NAMESPACE = types.SimpleNamespace(
    TensorShape=TensorShape,
    Dimension=Dimension,
    dimension_value=tensor_shape.dimension_value,
    dimension_at_index=tensor_shape.dimension_at_index,
    float32=dtypes.float32,
)


def test_as_tensorflow():
    assert mismatches(load("tensor_shape"), NAMESPACE) == []


def test_internal_constructor_agrees_with_the_public_one():
    shape = TensorShape._from_tuple((2, None))
    assert shape._dims == TensorShape([2, None])._dims == (2, None)
    assert TensorShape(shape)._dims is shape._dims


def test_dims_are_copies():
    shape = TensorShape([2, 3])
    shape.dims.append(Dimension(4))
    shape.as_list().append(4)
    assert shape.as_list() == [2, 3]


@pytest.mark.parametrize(
    "shape, expected",
    [
        (tensor_shape.unknown_shape(), None),
        (tensor_shape.unknown_shape(2), (None, None)),
        (tensor_shape.scalar(), ()),
        (tensor_shape.vector(None), (None,)),
        (tensor_shape.matrix(2, 3), (2, 3)),
        (tensor_shape.as_shape(4), (4,)),
    ],
)
def test_helpers(shape, expected):
    assert shape._dims == expected
