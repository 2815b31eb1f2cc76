"""What a layer expects of its inputs."""

from minitf import nest
from minitf.framework.dtypes import as_dtype


class InputSpec:
    """The dtype, rank and sizes that an input of a layer is to have.

    Args:
      dtype: the dtype, or None for any.
      shape: a shape as a tuple, with None for any size; or None for any shape.
      ndim: the rank, or None; ``shape`` implies it.
      max_ndim, min_ndim: limits of the rank, or None.
      axes: a dictionary from axis to size (None for any).

    Raises:
      TypeError: an axis is no integer.
      ValueError: an axis that the rank does not have.
    """

    def __init__(self, dtype=None, shape=None, ndim=None, max_ndim=None, min_ndim=None, axes=None):
        self.dtype = None if dtype is None else as_dtype(dtype).name
        self.shape = shape
        self.ndim = ndim if shape is None else len(shape)
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        try:
            self.axes = {int(axis): size for axis, size in (axes or {}).items()}
        except (ValueError, TypeError):
            raise TypeError("The keys in axes must be integers.") from None
        if self.axes and (self.ndim is not None or max_ndim is not None):
            last = (self.ndim or max_ndim) - 1
            if max(self.axes) > last:
                raise ValueError(f"Axis {max(self.axes)} is greater than the maximum allowed "
                                 f"value: {last}")

    def __repr__(self):
        fields = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        texts = [f"{field}={getattr(self, field)}" for field in fields if getattr(self, field)]
        return f"InputSpec({', '.join(texts)})"

    def get_config(self):
        """The constructor's arguments, as a dictionary."""
        return {"dtype": self.dtype, "shape": self.shape, "ndim": self.ndim,
                "max_ndim": self.max_ndim, "min_ndim": self.min_ndim, "axes": self.axes}

    @classmethod
    def from_config(cls, config):
        """The specification that ``get_config`` described."""
        return cls(**config)


def check_inputs(specs, inputs, layer_name):
    """Checks inputs against an InputSpec, or a nest of them (None: anything).

    Raises:
      ValueError: an input does not fit, or there are more or fewer of them.
    """
    if not specs:
        return
    inputs, specs = nest.flatten(inputs), nest.flatten(specs)
    if len(inputs) != len(specs):
        raise ValueError(f"Layer {layer_name} expects {len(specs)} inputs, but it received "
                         f"{len(inputs)} input tensors. Inputs received: {inputs}")
    for index, (x, spec) in enumerate(zip(inputs, specs)):
        problem = None if spec is None else _problem(x, spec)
        if problem is not None:
            raise ValueError(f"Input {index} of layer {layer_name} is incompatible with the layer: "
                             + problem)
        if spec is not None and spec.shape is not None:
            _check_shape(x, spec, index, layer_name)


def _problem(x, spec):
    """What is wrong with an input, or None."""
    rank = x.shape.ndims
    if rank is None:
        if any(limit is not None for limit in (spec.ndim, spec.min_ndim, spec.max_ndim)):
            return "its rank is undefined, but the layer requires a defined rank."
    else:
        full_shape = f". Full shape received: {x.shape.as_list()}"
        if spec.ndim is not None and rank != spec.ndim:
            return f"expected ndim={spec.ndim}, found ndim={rank}{full_shape}"
        if spec.max_ndim is not None and rank > spec.max_ndim:
            return f"expected max_ndim={spec.max_ndim}, found ndim={rank}"
        if spec.min_ndim is not None and rank < spec.min_ndim:
            return f": expected min_ndim={spec.min_ndim}, found ndim={rank}{full_shape}"
    if spec.dtype is not None and x.dtype != spec.dtype:
        return f"expected dtype={spec.dtype}, found dtype={x.dtype}"
    if spec.axes:
        sizes = x.shape.as_list()
        for axis, size in spec.axes.items():
            size = getattr(size, "value", size)
            if size is not None and sizes[axis] not in (size, None):
                return (f"expected axis {axis} of input shape to have value {size} but received "
                        f"input with shape {sizes}")
    return None


def _check_shape(x, spec, index, layer_name):
    sizes = x.shape.as_list()
    for expected, found in zip(spec.shape, sizes):
        if None not in (expected, found) and expected != found:
            raise ValueError(f"Input {index} is incompatible with layer {layer_name}: expected "
                             f"shape={spec.shape}, found shape={sizes}")
