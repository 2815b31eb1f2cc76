"""What the elements of a dataset are made of: specifications, and the tensors that carry them.

An element is a structure (``data/nest.py``) of tensors, sparse tensors and datasets. Each leaf has
a TypeSpec and travels as one tensor: a sparse tensor and a dataset as variants.
"""

from minitf.data import nest
from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.indexed_slices import IndexedSlices
from minitf.framework.operation import Tensor
from minitf.framework.sparse_tensor import SparseTensor, SparseTensorValue
from minitf.framework.tensor_shape import TensorShape, as_shape
from minitf.ops import serialize_ops
from minitf.type_specs import SparseTensorSpec, TensorSpec, TypeSpec


class DatasetSpec(TypeSpec):
    """What is known of a dataset that is an element of another one.

    Args:
      element_spec: the specification of its elements.
      dataset_shape: the shape of a tensor of such datasets.
    """

    def __init__(self, element_spec, dataset_shape=()):
        self._element_spec = element_spec
        self._dataset_shape = as_shape(dataset_shape)

    @property
    def value_type(self):
        from minitf.data.dataset import Dataset

        return Dataset

    @classmethod
    def _of(cls, value):
        return cls(value.element_spec)

    @staticmethod
    def from_value(value):
        """The specification of a dataset."""
        return DatasetSpec(value.element_spec)

    def _serialize(self):
        return self._element_spec, self._dataset_shape

    def __repr__(self):
        return f"DatasetSpec({self._element_spec!r}, {self._dataset_shape!r})"

    def __hash__(self):
        return hash(DatasetSpec)

    def __eq__(self, other):
        return isinstance(other, DatasetSpec) and self._serialize() == other._serialize()


# ---- from values to specifications and tensors ----


def spec_of(value):
    """The specification of an element: a structure of TypeSpecs.

    Raises:
      TypeError: a value that can be no tensor.
    """
    return nest.map_structure(_leaf_spec, value)


def _leaf_spec(value):
    if isinstance(value, TypeSpec):
        return value
    if hasattr(value, "element_spec") and hasattr(value, "_variant_tensor"):
        return DatasetSpec(value.element_spec)
    if isinstance(value, (SparseTensor, SparseTensorValue)):
        tensor = SparseTensor.from_value(value)
        return SparseTensorSpec(tensor.shape, tensor.dtype)
    if value is None or isinstance(value, IndexedSlices):
        raise TypeError(f"Could not build a TypeSpec for {value!r} with type "
                        f"{type(value).__name__}")
    tensor = convert_to_tensor(value)
    return TensorSpec(tensor.shape, tensor.dtype.base_dtype)


def normalize(element):
    """An element whose leaves are tensors, sparse tensors or datasets; constants are made."""
    leaves = []
    with name_scope("normalize_element"):
        for i, value in enumerate(nest.flatten(element)):
            if isinstance(value, SparseTensorValue):
                value = SparseTensor.from_value(value)
            elif not (isinstance(value, SparseTensor) or hasattr(value, "_variant_tensor")):
                value = convert_to_tensor(value, name=f"component_{i}")
            leaves.append(value)
    return nest.pack(element, leaves)


def tensors_of(element, batched=False):
    """The tensors that carry an element, one for each leaf.

    Args:
      element: what ``normalize`` gives, or a function's result.
      batched: whether the sparse tensors are taken apart along their first axis.
    """
    return [_leaf_tensor(value, batched) for value in nest.flatten(element)]


def _leaf_tensor(value, batched):
    if isinstance(value, SparseTensor):
        serialize = serialize_ops.serialize_many_sparse if batched else (
            serialize_ops.serialize_sparse)
        return serialize(value, out_type=dtypes.variant)
    if hasattr(value, "_variant_tensor"):
        return value._variant_tensor
    return convert_to_tensor(value)


def from_tensors(spec, tensors):
    """The element of a specification that ``tensors`` carry."""
    return nest.pack(spec, [_leaf_value(leaf, tensor)
                            for leaf, tensor in zip(nest.flatten(spec), tensors)])


def _leaf_value(spec, tensor):
    if isinstance(spec, SparseTensorSpec):
        indices, values, shape = serialize_ops.DeserializeSparse(tensor, dtype=spec.dtype)
        indices.set_shape([None, spec.shape.ndims])
        shape.set_shape([spec.shape.ndims])
        return SparseTensor(indices, values, shape)
    if isinstance(spec, DatasetSpec):
        from minitf.data.dataset import Dataset

        return Dataset(tensor, spec._element_spec)
    return tensor


# ---- what the tensors are ----


def flat_types(spec):
    """The dtypes of the tensors that carry an element."""
    return [leaf.dtype if isinstance(leaf, TensorSpec) else dtypes.variant
            for leaf in nest.flatten(spec)]


def flat_shapes(spec):
    """The static shapes of the tensors that carry an element."""
    return [_tensor_shape(leaf) for leaf in nest.flatten(spec)]


def _tensor_shape(spec):
    if isinstance(spec, TensorSpec):
        return spec.shape
    if isinstance(spec, SparseTensorSpec):  # a batch of sparse tensors may have any rank
        return TensorShape(None)
    return spec._dataset_shape


def flat_attributes(spec):
    """The attributes of an op of datasets: ``output_types`` and ``output_shapes``."""
    return {"output_types": flat_types(spec), "output_shapes": flat_shapes(spec)}


def batched_spec(spec, size):
    """The specification of batches: a new first axis, of ``size`` (or None)."""
    def batched(leaf):
        if isinstance(leaf, DatasetSpec):
            return DatasetSpec(leaf._element_spec, TensorShape([size]).concatenate(
                leaf._dataset_shape))
        return type(leaf)(TensorShape([size]).concatenate(leaf.shape), leaf.dtype)

    return nest.map_structure(batched, spec)


def unbatched_spec(spec):
    """The specification of what is in a batch: without the first axis.

    Raises:
      ValueError: a leaf without axes.
    """
    def unbatched(leaf):
        if leaf.shape.ndims == 0:
            raise ValueError(f"{leaf} has insufficient rank for batching.")
        return type(leaf)(leaf.shape[1:], leaf.dtype)

    return nest.map_structure(unbatched, spec)


# ---- as types, shapes and classes ----


def output_types(spec):
    """The dtypes of an element, in its structure."""
    return nest.map_structure(lambda leaf: getattr(leaf, "dtype", leaf), spec)


def output_shapes(spec):
    """The shapes of an element, in its structure."""
    return nest.map_structure(lambda leaf: getattr(leaf, "shape", leaf), spec)


def output_classes(spec):
    """The classes of an element's leaves, in its structure."""
    def cls(leaf):
        if isinstance(leaf, DatasetSpec):
            return leaf
        return SparseTensor if isinstance(leaf, SparseTensorSpec) else Tensor

    return nest.map_structure(cls, spec)


def spec_from_legacy(types, shapes, classes=None):
    """The specification that types, shapes and classes, in the same structure, describe."""
    flat_dtypes = nest.flatten(types)
    flat_dims = nest.flatten_up_to(types, shapes)
    flat_classes = [Tensor] * len(flat_dtypes) if classes is None else nest.flatten(classes)
    leaves = []
    for dtype, dims, cls in zip(flat_dtypes, flat_dims, flat_classes):
        if isinstance(dtype, TypeSpec):
            leaves.append(dtype)
        elif cls is SparseTensor:
            leaves.append(SparseTensorSpec(dims, dtype))
        else:
            leaves.append(TensorSpec(dims, dtype))
    return nest.pack(types, leaves)


def common_spec(first, second):
    """The specification of elements that are of the one or of the other; dtypes are equal."""
    def merged(a, b):
        if isinstance(a, DatasetSpec):
            return a
        dims, others = a.shape._dims, b.shape._dims
        if dims is None or others is None or len(dims) != len(others):
            shape = TensorShape(None)
        else:
            shape = TensorShape([m if m == n else None for m, n in zip(dims, others)])
        return type(a)(shape, a.dtype)

    leaves = [merged(a, b) for a, b in zip(nest.flatten(first), nest.flatten(second))]
    return nest.pack(first, leaves)
