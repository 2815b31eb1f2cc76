"""From Python values to tensors: the conversion functions, by type and priority."""

import numpy as np

from minitf.framework import dtypes, tensor_shape
from minitf.framework.graph import is_dense_tensor_like, name_scope
from minitf.framework.indexed_slices import IndexedSlices, SparseTensorBase
from minitf.framework.operation import Tensor

# {priority: [(types, function)]}; types are looked up by isinstance, in order of priority.
_FUNCTIONS = {}
_CACHE = {}


def register_tensor_conversion_function(base_type, conversion_func, priority=100):
    """Registers a function that makes tensors of objects of ``base_type``.

    Args:
      base_type: a type, or a tuple of types.
      conversion_func: ``f(value, dtype=None, name=None, as_ref=False)`` -> a Tensor, or
        NotImplemented to leave the value to the next function.
      priority: functions of lower priority are tried first.

    Raises:
      TypeError: the arguments are not a type (or types) and a function.
    """
    types = base_type if isinstance(base_type, tuple) else (base_type,)
    if not all(isinstance(item, type) for item in types):
        raise TypeError("base_type must be a type or a tuple of types.")
    if not callable(conversion_func):
        raise TypeError("conversion_func must be callable.")
    _FUNCTIONS.setdefault(priority, []).append((types, conversion_func))
    _CACHE.clear()


def _functions_for(type_):
    functions = _CACHE.get(type_)
    if functions is None:
        functions = _CACHE[type_] = [
            function for priority in sorted(_FUNCTIONS) for types, function in _FUNCTIONS[priority]
            if issubclass(type_, types)]
    return functions


def convert_to_tensor(value, dtype=None, name=None, preferred_dtype=None, dtype_hint=None):
    """``value`` as a Tensor: tensors pass, Python and NumPy values become constants.

    Args:
      value: a tensor, variable, number, string, (nested) list, NumPy array, shape, ...
      dtype: the dtype asked for; a tensor of another dtype is refused, not cast.
      name: the name of a constant that is made.
      preferred_dtype: the dtype to try first when ``dtype`` is None.
      dtype_hint: the same.

    Raises:
      TypeError: no conversion is registered for the type, or the dtype does not suit the value.
      ValueError: the value cannot be a tensor of that dtype.
    """
    return internal_convert_to_tensor(value, dtype, name,
                                      dtype_hint if preferred_dtype is None else preferred_dtype)


def internal_convert_to_tensor(value, dtype=None, name=None, preferred_dtype=None, as_ref=False):
    """``convert_to_tensor``; with ``as_ref`` a variable gives its mutable tensor, not its value."""
    if dtype is not None:
        dtype = dtypes.as_dtype(dtype)
    if type(value) is Tensor:
        if dtype is not None and not dtype.is_compatible_with(value.dtype):
            raise ValueError(f"Tensor conversion requested dtype {dtype.name} for Tensor with "
                             f"dtype {value.dtype.name}: {value!r}")
        return value
    for function in _functions_for(type(value)):
        result = NotImplemented
        if dtype is None and preferred_dtype is not None:
            preferred = dtypes.as_dtype(preferred_dtype)
            try:
                result = function(value, dtype=preferred, name=name, as_ref=as_ref)
            except (TypeError, ValueError):
                result = NotImplemented
            else:
                if (result is not NotImplemented
                        and result.dtype.base_dtype is not preferred.base_dtype):
                    raise TypeError(f"convert_to_tensor did not convert to the preferred dtype: "
                                    f"{result.dtype.base_dtype} vs {preferred.base_dtype} ")
        if result is NotImplemented:
            result = function(value, dtype=dtype, name=name, as_ref=as_ref)
        if result is NotImplemented:
            continue
        if not isinstance(result, Tensor):
            raise RuntimeError(f"{_prefix(name)}Conversion function {function!r} for type "
                               f"{type(value)} returned non-Tensor: {result!r}")
        if dtype is not None and not dtype.is_compatible_with(result.dtype):
            raise RuntimeError(
                f"{_prefix(name)}Conversion function {function!r} for type {type(value)} returned "
                f"incompatible dtype: requested = {dtype.base_dtype.name}, "
                f"actual = {result.dtype.base_dtype.name}")
        return result
    raise TypeError(f"{_prefix(name)}Cannot convert {value!r} with type {type(value)} to Tensor: "
                    "no conversion function registered.")


def _prefix(name):
    return f"Error converting {name}: " if name else ""


def convert_n_to_tensor(values, dtype=None, name=None, preferred_dtype=None, as_ref=False):
    """Each of ``values`` as a tensor; constants are named ``name_0``, ``name_1``, ..."""
    if not isinstance(values, (list, tuple)):
        raise TypeError("values must be a sequence.")
    return [internal_convert_to_tensor(
        value, dtype=dtype, name=None if name is None else f"{name}_{i}",
        preferred_dtype=preferred_dtype, as_ref=as_ref)
            for i, value in enumerate(values)]


def convert_to_tensor_or_indexed_slices(value, dtype=None, name=None):
    """``value`` itself when it is IndexedSlices or a SparseTensor, else as a tensor.

    Raises:
      ValueError: a sparse value of another dtype than ``dtype``.
    """
    return internal_convert_to_tensor_or_indexed_slices(value, dtype, name)


def internal_convert_to_tensor_or_indexed_slices(value, dtype=None, name=None, as_ref=False):
    """The same; with ``as_ref`` a variable gives its mutable tensor, not its value."""
    if isinstance(value, (IndexedSlices, SparseTensorBase)):
        if dtype and not dtypes.as_dtype(dtype).is_compatible_with(value.dtype):
            raise ValueError(f"Tensor conversion requested dtype {dtypes.as_dtype(dtype).name} for "
                             f"Tensor with dtype {value.dtype.name}: {str(value)!r}")
        return value
    return internal_convert_to_tensor(value, dtype=dtype, name=name, as_ref=as_ref)


def convert_n_to_tensor_or_indexed_slices(values, dtype=None, name=None, as_ref=False):
    """Each of ``values`` as a tensor or IndexedSlices; None stays None."""
    if not isinstance(values, (list, tuple)):
        raise TypeError("values must be a sequence.")
    return [value if value is None else
            internal_convert_to_tensor_or_indexed_slices(
                value, dtype, None if name is None else f"{name}_{i}", as_ref)
            for i, value in enumerate(values)]


# ---- the conversions ----


def _from_tensor(value, dtype=None, name=None, as_ref=False):
    if dtype is not None and not dtype.is_compatible_with(value.dtype):
        raise ValueError(f"Tensor conversion requested dtype {dtype.name} for Tensor with dtype "
                         f"{value.dtype.name}: {value!r}")
    return value


def _from_value(value, dtype=None, name=None, as_ref=False):
    from minitf.ops.constant_op import constant

    return constant(value, dtype=dtype, name=name or "Const")


def _from_shape(shape, dtype=None, name=None, as_ref=False):
    from minitf.ops.constant_op import constant

    if not shape.is_fully_defined():
        raise ValueError(f"Cannot convert a partially known TensorShape to a Tensor: {shape}")
    dims = shape.as_list()
    large = [dim for dim in dims if dim >= 2**31]
    if dtype is None:
        dtype = dtypes.int64 if large else dtypes.int32
    elif dtype not in (dtypes.int32, dtypes.int64):
        raise TypeError(f"Cannot convert a TensorShape to dtype: {dtype}")
    elif large and dtype == dtypes.int32:
        raise ValueError(f"Cannot convert a TensorShape to dtype {dtype}; a dimension is too large "
                         f"({large[0]})")
    return constant(dims, dtype=dtype, name=name or "shape_as_tensor")


def _from_dimension(dimension, dtype=None, name=None, as_ref=False):
    from minitf.ops.constant_op import constant

    if dimension.value is None:
        raise ValueError(f"Cannot convert an unknown Dimension to a Tensor: {dimension}")
    if dtype is None:
        dtype = dtypes.int32 if dimension.value < 2**31 else dtypes.int64
    elif dtype not in (dtypes.int32, dtypes.int64):
        raise TypeError(f"Cannot convert a TensorShape to dtype: {dtype}")
    return constant(dimension.value, dtype=dtype, name=name or "shape_as_tensor")


def _nested_dtype(values):
    """The base dtype of the first tensor in nested lists, or None when there is none."""
    stack = [iter(values)]
    while stack:
        for item in stack[-1]:
            if is_dense_tensor_like(item):
                return item.dtype.base_dtype
            if isinstance(item, (list, tuple)):
                stack.append(iter(item))
                break
        else:
            stack.pop()
    return None


def _from_list_with_tensors(values, dtype=None, name=None, as_ref=False):
    """Nested lists with tensors in them are packed: ``[x, [1, y]]``."""
    if as_ref:
        return NotImplemented
    found = _nested_dtype(values)
    if found is None:
        return NotImplemented
    if dtype is None:
        dtype = found
    elif dtype is not found:
        values = _cast_tensors(values, dtype)
    return _pack_nested(values, dtype, name or "packed")


def _cast_tensors(values, dtype):
    from minitf.ops.math_ops import cast

    if isinstance(values, (list, tuple)):
        return [_cast_tensors(value, dtype) for value in values]
    return cast(values, dtype) if is_dense_tensor_like(values) else values


def _pack_nested(values, dtype, name):
    from minitf.ops.array_ops import Pack
    from minitf.ops.constant_op import constant

    with name_scope(name) as scope:
        converted = []
        for i, item in enumerate(values):
            if is_dense_tensor_like(item):
                if dtype is not None and item.dtype.base_dtype is not dtype:
                    raise TypeError(f"Cannot convert a list containing a tensor of dtype "
                                    f"{item.dtype} to {dtype} (Tensor is: {item!r})")
            elif isinstance(item, (list, tuple)):
                item = _pack_nested(item, dtype, str(i))
            converted.append(item)
        if not any(is_dense_tensor_like(item) for item in converted):
            return converted
        tensors = [item if is_dense_tensor_like(item) else constant(item, dtype=dtype, name=str(i))
                   for i, item in enumerate(converted)]
        return Pack(tensors, name=scope)


def _from_indexed_slices(value, dtype=None, name=None, as_ref=False):
    """IndexedSlices as a dense tensor, with a warning when that may take much memory."""
    import warnings

    from minitf.ops.math_ops import unsorted_segment_sum

    if dtype is not None and not dtype.is_compatible_with(value.dtype):
        raise ValueError(f"Tensor conversion requested dtype {dtype.name} for IndexedSlices with "
                         f"dtype {value.dtype.name}")
    if value.dense_shape is None:
        raise ValueError("Tensor conversion requested for IndexedSlices without dense_shape: "
                         f"{value}")
    from minitf.framework.constant_folding import constant_value

    dense_shape = constant_value(value.dense_shape)
    if dense_shape is None:
        warnings.warn("Converting sparse IndexedSlices to a dense Tensor of unknown shape. This "
                      "may consume a large amount of memory.", stacklevel=2)
    elif np.prod(dense_shape) >= 100_000_000:
        warnings.warn("Converting sparse IndexedSlices to a dense Tensor with "
                      f"{np.prod(dense_shape)} elements. This may consume a large amount of "
                      "memory.", stacklevel=2)
    return unsorted_segment_sum(value.values, value.indices, value.dense_shape[0], name=name)


register_tensor_conversion_function(Tensor, _from_tensor, 0)
register_tensor_conversion_function((list, tuple), _from_list_with_tensors, 99)
register_tensor_conversion_function(tensor_shape.TensorShape, _from_shape, 100)
register_tensor_conversion_function(tensor_shape.Dimension, _from_dimension, 100)
register_tensor_conversion_function(IndexedSlices, _from_indexed_slices, 100)
register_tensor_conversion_function(object, _from_value, 200)
