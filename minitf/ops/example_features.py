"""What to read from Example messages: the classes that describe a feature, and their checks."""

import collections
import re

import numpy as np

from minitf import tf_logging
from minitf.framework import dtypes, tensor_shape
from minitf.framework.convert import convert_to_tensor
from minitf.framework.operation import Tensor
from minitf.ops import array_ops
from minitf.ops.constant_op import constant

_FixedLen = collections.namedtuple("FixedLenFeature", ["shape", "dtype", "default_value"])
_FixedLenSequence = collections.namedtuple(
    "FixedLenSequenceFeature", ["shape", "dtype", "allow_missing", "default_value"])
_Sparse = collections.namedtuple(
    "SparseFeature", ["index_key", "value_key", "dtype", "size", "already_sorted"])


class FixedLenFeature(_FixedLen):
    """A feature with the same number of values in each example: a dense tensor.

    Args:
      shape: of the feature in one example, all dimensions known.
      dtype: float32, int64 or string.
      default_value: for examples without the feature, of that shape; None: it must be there.
    """

    def __new__(cls, shape, dtype, default_value=None):
        return super().__new__(cls, shape, dtype, default_value)


class FixedLenSequenceFeature(_FixedLenSequence):
    """A feature with a varying number of items of one shape: a dense tensor, padded at the end.

    Args:
      shape: of one item.
      dtype: float32, int64 or string.
      allow_missing: examples may lack the feature: that counts as no items.
      default_value: a scalar to pad with; None: 0, or "".
    """

    def __new__(cls, shape, dtype, allow_missing=False, default_value=None):
        return super().__new__(cls, shape, dtype, allow_missing, default_value)


class VarLenFeature(collections.namedtuple("VarLenFeature", ["dtype"])):
    """A feature with a varying number of values: a SparseTensor.

    Args:
      dtype: float32, int64 or string.
    """


class SparseFeature(_Sparse):
    """Two features that make one SparseTensor: places, and the values there.

    Args:
      index_key: the feature with the places; a list of features for several dimensions.
      value_key: the feature with the values.
      dtype: of the values, float32, int64 or string.
      size: of the dimension, or a list of sizes.
      already_sorted: the places of each example are in order.
    """

    def __new__(cls, index_key, value_key, dtype, size, already_sorted=False):
        return super().__new__(cls, index_key, value_key, dtype, size, already_sorted)


class Request:
    """Features by the way in which ops read them, each kind in the order of the keys.

    Attributes:
      sparse_keys, sparse_types: features that give SparseTensors.
      dense_keys, dense_types, dense_shapes: features that give tensors.
      dense_defaults: {key: default value} where there is one.
    """

    def __init__(self, features, kinds):
        """Sorts out ``features``, {key: description}, which may be of the classes ``kinds``.

        Raises:
          ValueError: a description that is not complete, contradicts another or is not allowed.
        """
        self.sparse_keys, self.sparse_types = [], []
        self.dense_keys, self.dense_types, self.dense_shapes = [], [], []
        self.dense_defaults = {}
        for key in sorted(features or ()):
            feature = features[key]
            kind = next((one for one in _KINDS if isinstance(feature, one)), None)
            if kind is None:
                raise ValueError(f"Invalid feature {key}:{feature}.")
            if kind not in kinds:
                raise ValueError(f"Unsupported {kind.__name__} {feature}.")
            if kind is SparseFeature:
                self._add_sparse_feature(key, feature)
                continue
            if not feature.dtype:
                raise ValueError(f"Missing type for feature {key}.")
            if kind is VarLenFeature:
                self.sparse_keys.append(key)
                self.sparse_types.append(feature.dtype)
            else:
                self._add_dense(key, feature)
        both = set(self.dense_keys) & set(self.sparse_keys)
        if both:
            raise ValueError(f"Dense and sparse keys must not intersect; intersection: {both}")

    def _add_dense(self, key, feature):
        if feature.shape is None:
            raise ValueError(f"Missing shape for feature {key}.")
        if isinstance(feature, FixedLenFeature):
            _check_known(key, feature.shape)
        elif feature.allow_missing:
            self.dense_defaults[key] = None
        self.dense_keys.append(key)
        self.dense_shapes.append(tensor_shape.as_shape(feature.shape))
        self.dense_types.append(feature.dtype)
        if feature.default_value is not None:
            self.dense_defaults[key] = feature.default_value

    def _add_sparse_feature(self, key, feature):
        for part in ("index_key", "value_key"):
            if not getattr(feature, part):
                raise ValueError(f"Missing {part} for SparseFeature {feature}.")
        if not feature.dtype:
            raise ValueError(f"Missing type for feature {key}.")
        index_keys = _listed(feature.index_key)
        if len(index_keys) > 1:
            tf_logging.warning("A SparseFeature of several dimensions is seldom needed: "
                               "VarLenFeature may do.")
        for index_key in sorted(index_keys):
            self._add_part(index_key, dtypes.int64, "int64")
        self._add_part(feature.value_key, feature.dtype, feature.dtype)

    def _add_part(self, key, dtype, text):
        """A feature that several SparseFeatures may read."""
        if key not in self.sparse_keys:
            self.sparse_keys.append(key)
            self.sparse_types.append(dtype)
            return
        known = self.sparse_types[self.sparse_keys.index(key)]
        if known != dtype:
            raise ValueError(f"Conflicting type {known} vs {text} for feature {key}.")

    def default_tensors(self, reshape=True):
        """The defaults of dense features as the ops take them: empty where there is none."""
        return [self._default_tensor(*entry, reshape)
                for entry in zip(self.dense_keys, self.dense_types, self.dense_shapes)]

    def _default_tensor(self, key, dtype, shape, reshape):
        value = self.dense_defaults.get(key)
        text = name_of(key)
        if shape._dims and shape._dims[0] is None:
            if value is None:
                return convert_to_tensor("" if dtype == dtypes.string else 0, dtype=dtype)
            value = convert_to_tensor(value, dtype=dtype, name=f"padding_{text}")
            return array_ops.reshape(value, [])
        if value is None:
            return constant([], dtype=dtype)
        if isinstance(value, Tensor):
            return value
        value = convert_to_tensor(value, dtype=dtype, name=f"key_{text}")
        return array_ops.reshape(value, shape) if reshape else value


_KINDS = (VarLenFeature, SparseFeature, FixedLenFeature, FixedLenSequenceFeature)


def _check_known(key, shape):
    known = tensor_shape.as_shape(shape)
    if known._dims and known._dims[0] is None:
        raise ValueError(f"First dimension of shape for feature {key} unknown. Consider using "
                         "FixedLenSequenceFeature.")
    if not known.is_fully_defined():
        raise ValueError(f"All dimensions of shape for feature {key} need to be known but received "
                         f"{shape}.")


def _listed(keys):
    return [keys] if isinstance(keys, str) else keys


def name_of(key):
    """A feature's key as a part of an operation's name."""
    return re.sub(r"[^A-Za-z0-9_.\-/]", "_", key)


def with_unknown_length(features):
    """The features, with a first dimension of unknown size for sequences.

    Raises:
      ValueError: a sequence that may not be missing.
    """
    changed = dict(features)
    for key, feature in features.items():
        if isinstance(feature, FixedLenSequenceFeature):
            if not feature.allow_missing:
                raise ValueError("Unsupported: FixedLenSequenceFeature requires allow_missing to "
                                 "be True.")
            changed[key] = feature._replace(shape=[None, *feature.shape])
    return changed


def with_sparse_features(features, tensors):
    """The results by the keys of ``features``: two read features merged for a SparseFeature."""
    from minitf.ops.sparse_shape_ops import sparse_merge

    tensors = dict(tensors)
    for key in sorted(features):
        feature = features[key]
        if isinstance(feature, SparseFeature):
            ids = (tensors[feature.index_key] if isinstance(feature.index_key, str)
                   else [tensors[index_key] for index_key in feature.index_key])
            tensors[key] = sparse_merge(ids, tensors[feature.value_key], vocab_size=feature.size,
                                        already_sorted=feature.already_sorted)
    return {key: value for key, value in tensors.items() if key in features}


# ---- values out of messages ----

_LISTS = {dtypes.float32: "float_list", dtypes.int64: "int64_list", dtypes.string: "bytes_list"}
_KIND_TEXTS = {"float_list": "float", "int64_list": "int64", "bytes_list": "string"}


def feature_values(features, key, dtype, mismatch):
    """The values of a feature as a list, None when it is not there.

    Args:
      features: the map of a Features message.
      key: the feature.
      dtype: what it must be.
      mismatch: ``mismatch(text of the dtype that it has)`` -> the error to raise.
    """
    if key not in features:
        return None
    feature = features[key]
    kind = feature.WhichOneof("kind")
    if kind is None:
        return None
    if kind != _LISTS[dtype]:
        raise mismatch(_KIND_TEXTS[kind])
    return getattr(feature, kind).value


def values_array(values, dtype, shape=(-1,)):
    """Values of a feature (a list) as an array of that shape."""
    if dtype == dtypes.string:
        array = np.empty(len(values), dtype=object)
        array[:] = list(values)
        return array.reshape(shape)
    return np.array(values, dtype=dtype.as_numpy_dtype).reshape(shape)
