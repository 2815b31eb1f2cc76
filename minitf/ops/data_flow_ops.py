"""Stacks and arrays of tensors that live for one run: the operations of StackV2, TensorArrayV3.

A handle is, at run time, the object itself: a Stack, or a TensorStore. A run makes them anew. What
happens to them is ordered by the graph: by control inputs for stacks, by the ``flow`` scalar that
each TensorArray operation takes and gives.
"""

import itertools

import numpy as np

from minitf.framework import errors
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape, merge_shapes
from minitf.ops import common_shapes
from minitf.ops.common_shapes import merge_dims, with_rank

_PAIR = TensorShape([2])  # a handle: container and name
_FLOW = np.float32(0.0)


def _invalid(message):
    return errors.InvalidArgumentError(None, None, message)


# ---- stacks ----


class Stack:
    """A stack of arrays, the last pushed on top.

    Args:
      name: for messages.
      limit: the number of elements that it may hold; negative for any.
    """

    __slots__ = ("name", "limit", "items")

    def __init__(self, name, limit):
        self.name = name
        self.limit = limit
        self.items = []

    def check_open(self):
        if self.items is None:
            raise _invalid(f"Stack[{self.name}] has already been closed.")


StackV2 = op("StackV2(max_size: int32; elem_type, stack_name: string = '') -> (handle: resource)",
             stateful=True).not_differentiable()


@StackV2.shape
def _():
    return _PAIR


@StackV2.kernel
def _(max_size, stack_name, ctx):
    return Stack(stack_name.decode() or ctx.op.name, int(max_size))


StackPushV2 = op("StackPushV2(handle: resource, elem: T; T, swap_memory: bool = False) "
                 "-> (output: T)", stateful=True).view().not_differentiable()


@StackPushV2.shape
def _(elem):
    return elem.shape


@StackPushV2.kernel
def _(handle, elem):
    if handle.items is None or len(handle.items) == handle.limit:
        handle.check_open()
        raise _invalid(f"Stack[{handle.name}] overflowed its max_size ({handle.limit})")
    handle.items.append(elem)
    return elem


StackPopV2 = op("StackPopV2(handle: resource; elem_type) -> (elem: elem_type)",
                stateful=True).not_differentiable()


@StackPopV2.kernel
def _(handle):
    if not handle.items:
        handle.check_open()
        raise _invalid(f"Stack[{handle.name}] is empty when calling Pop().")
    return handle.items.pop()


StackCloseV2 = op("StackCloseV2(handle: resource) -> ()", stateful=True).not_differentiable()


@StackCloseV2.kernel
def _(handle):
    handle.items = None


# ---- what a TensorArray's handle stands for ----

_UNWRITTEN, _WRITTEN, _READ, _CLEARED = range(4)

_numbers = itertools.count()


class TensorStore:
    """The elements of one TensorArray.

    Each element is written once, and can be read once when reading clears it. In the store of
    gradients, what is written to one element adds up. An element that was not written is zeros, if
    its shape is known.

    Args:
      name: for messages.
      dtype: a DType.
      size: the number of elements.
      element_shape: what is known of their shape, a tuple of sizes and None, or None.
      dynamic_size: writing beyond the end makes it longer.
      clear_after_read: an element can be read once.
      identical_shapes: all elements have the shape of the first written.
      adds_up: writing to an element again adds to it.
    """

    def __init__(self, name, dtype, size, element_shape, dynamic_size=False, clear_after_read=True,
                 identical_shapes=False, adds_up=False):
        self.name = f"{name}_{next(_numbers)}"
        self.dtype = dtype
        self.element_shape = element_shape
        self.dynamic_size = dynamic_size
        self.clear_after_read = clear_after_read
        self.identical_shapes = identical_shapes
        self.adds_up = adds_up
        self.values = [None] * size
        self.states = [_UNWRITTEN] * size
        self.zeros_shapes = {}  # index -> the shape of the zeros that an unwritten element is
        self.gradients = {}  # source -> TensorStore

    def check_open(self):
        if self.values is None:
            raise _invalid(f"TensorArray {self.name} has already been closed.")

    def write(self, index, value, dtype):
        """Puts ``value`` at ``index``, or adds it to what is there."""
        self.check_open()
        if dtype is not self.dtype:
            raise _invalid(f"TensorArray dtype is {self.dtype.opdef_name} but Op is trying to "
                           f"write dtype {dtype.opdef_name}.")
        size = len(self.values)
        if not 0 <= index < size:
            if index < 0 or not self.dynamic_size:
                raise _invalid(f"TensorArray {self.name}: Tried to write to index {index} but "
                               f"array is not resizeable and size is: {size}")
            self._grow(index + 1)
        self._check_element_shape(index, np.shape(value))
        state = self.states[index]
        if state == _UNWRITTEN:
            self.values[index] = value
            self.states[index] = _WRITTEN
            return
        if state != _WRITTEN or not self.adds_up:
            done = "written to" if state == _WRITTEN else "read"
            raise _invalid(f"TensorArray {self.name}: Could not write to TensorArray index {index} "
                           f"because it has already been {done}.")
        known = self.values[index]
        if np.shape(known) != np.shape(value):
            raise _invalid(f"TensorArray {self.name}: Could not aggregate to TensorArray index "
                           f"{index} because the existing shape is {_text(np.shape(known))} but "
                           f"the new input shape is {_text(np.shape(value))}.")
        self.values[index] = known + value

    def _grow(self, size):
        more = size - len(self.values)
        self.values.extend([None] * more)
        self.states.extend([_UNWRITTEN] * more)

    def _check_element_shape(self, index, shape):
        wanted = self.element_shape
        if wanted is not None and (len(wanted) != len(shape) or any(
                x is not None and x != y for x, y in zip(wanted, shape))):
            raise _invalid(f"TensorArray {self.name}: Could not write to TensorArray index "
                           f"{index} because the value shape is {_text(shape)} which is "
                           f"incompatible with the TensorArray's inferred element shape: "
                           f"{_text(wanted)} (consider setting infer_shape=False).")
        if self.identical_shapes:
            self.element_shape = shape

    def read(self, index, dtype):
        """The element at ``index``."""
        self.check_open()
        self._check_requested(dtype)
        if not 0 <= index < len(self.values):
            raise _invalid(f"Tried to read from index {index} but array size is: "
                           f"{len(self.values)}")
        state = self.states[index]
        if state == _CLEARED:
            raise _invalid(f"TensorArray {self.name}: Could not read index {index} twice because "
                           "it was cleared after a previous read (perhaps try setting "
                           "clear_after_read = false?).")
        value = self._zeros(index) if state == _UNWRITTEN else self.values[index]
        if self.clear_after_read:
            self.values[index] = None
            self.states[index] = _CLEARED
        else:
            self.values[index] = value
            self.states[index] = _READ
        return value

    def _check_requested(self, dtype):
        if dtype is not self.dtype:
            raise _invalid(f"TensorArray dtype is {self.dtype.opdef_name} but Op requested dtype "
                           f"{dtype.opdef_name}.")

    def _zeros(self, index):
        shape = self.zeros_shapes.get(index, self.element_shape)
        if shape is None or None in shape:
            raise _invalid(
                f"TensorArray {self.name}: Could not read from TensorArray index {index}.  "
                f"Furthermore, the element shape is not fully defined: {_text(shape)}.  It is "
                "possible you are working with a resizeable TensorArray and stop_gradients is not "
                "allowing the gradients to be written.  If you set the full element_shape property "
                "on the forward TensorArray, the proper all-zeros tensor will be returned instead "
                "of incurring this error.")
        return np.zeros(shape, self.dtype.as_numpy_dtype)

    def gradient(self, source):
        """The store of the elements' gradients, for the call of gradients named ``source``."""
        self.check_open()
        if source not in self.gradients:
            size = len(self.values)
            store = TensorStore(f"{self.name}@{source}", self.dtype, size, self.element_shape,
                                identical_shapes=self.identical_shapes, adds_up=True)
            store.zeros_shapes = {i: np.shape(value) for i, value in enumerate(self.values)
                                  if value is not None}
            self.gradients[source] = store
            self.dynamic_size = False  # gradients are for the elements that there are
        return self.gradients[source]

    def gather(self, indices, dtype, shape):
        """The elements at ``indices``, stacked; ``shape`` is what is known of theirs."""
        self.check_open()
        self._check_requested(dtype)
        self._merge_element_shape(shape)
        if not len(indices):
            if shape is None or None in shape:
                raise errors.UnimplementedError(
                    None, None, f"TensorArray has size zero, but element shape {_text(shape)} is "
                    "not fully defined. Currently only static shapes are supported when packing "
                    "zero-size TensorArrays.")
            return np.zeros((0, *shape), dtype.as_numpy_dtype)
        values = [self.read(index, dtype) for index in indices.tolist()]
        shape = np.shape(values[0])
        result = np.empty((len(values), *shape), dtype.as_numpy_dtype)
        for i, value in enumerate(values):
            if np.shape(value) != shape:
                raise _invalid("TensorArray has inconsistent shapes.  Index 0 has shape: "
                               f"{_text(shape)} but index {i} has shape: {_text(np.shape(value))}")
            result[i, ...] = value
        return result

    def _merge_element_shape(self, shape):
        known = self.element_shape
        if known is None or shape is None:
            self.element_shape = shape if known is None else known
            return
        if len(known) != len(shape) or any(x != y for x, y in zip(known, shape)
                                           if x is not None and y is not None):
            raise _invalid(f"Incompatible shapes: {_text(known)} vs. {_text(shape)}")
        self.element_shape = tuple(y if x is None else x for x, y in zip(known, shape))

    def concat(self, dtype, shape_except0):
        """All elements joined along their first axis, and their lengths."""
        self.check_open()
        self._check_requested(dtype)
        if not self.values:
            if shape_except0 is None or None in shape_except0:
                raise errors.UnimplementedError(
                    None, None, "TensorArray has size zero, but element_shape_except0 "
                    f"{_text(shape_except0)} is not fully defined. Currently only static shapes "
                    "are supported when concatenating zero-size TensorArrays.")
            return np.zeros((0, *shape_except0), dtype.as_numpy_dtype), np.zeros(0, np.int64)
        values = [self.read(index, dtype) for index in range(len(self.values))]
        for i, value in enumerate(values):
            shape = np.shape(value)
            if not shape:
                raise _invalid(f"Concat saw a scalar shape at index {i} but requires at least "
                               "vectors.  Did you mean to call pack?")
            if shape[1:] != np.shape(values[0])[1:]:
                raise _invalid("TensorArray has inconsistent shapes.  Index 0 has (excepting "
                               f"dimension 0) shape: {_text(np.shape(values[0])[1:])} but index "
                               f"{i} has (excepting dimension 0) shape: {_text(shape[1:])}")
        return np.concatenate(values), np.array([len(value) for value in values], np.int64)

    def scatter(self, indices, value, dtype):
        """Writes the rows of ``value`` to the elements at ``indices``."""
        self.check_open()
        if np.ndim(value) < 1:
            raise _invalid("Expected value to be at least a vector, but received shape: []")
        if len(indices) != len(value):
            raise _invalid("Expected len(indices) == values.shape[0], but saw: "
                           f"{len(indices)} vs. {len(value)}")
        if len(indices):
            size = len(self.values)
            if indices.max() >= size:
                if not self.dynamic_size:
                    raise _invalid("Max scatter index must be < array size "
                                   f"({indices.max()} vs. {size})")
                self._grow(int(indices.max()) + 1)
        for index, row in zip(indices.tolist(), value):
            self.write(index, row, dtype)

    def split(self, value, lengths, dtype):
        """Writes pieces of ``value``, cut along its first axis, to the elements in turn."""
        self.check_open()
        if np.ndim(value) < 1:
            raise _invalid("Expected value to be at least a vector, but received shape: []")
        if (lengths < 0).any():
            raise _invalid(f"Lengths must not be negative, but saw: {lengths.tolist()}")
        if lengths.sum() != len(value):
            raise _invalid("Expected sum of lengths to be equal to values.shape[0], but sum of "
                           f"lengths is {lengths.sum()} and value's shape is: "
                           f"{_text(np.shape(value))}")
        if len(lengths) != len(self.values):
            if not self.dynamic_size or len(lengths) < len(self.values):
                raise _invalid("TensorArray's size is not equal to the size of lengths "
                               f"({len(self.values)} vs. {len(lengths)}), and the TensorArray is "
                               "not marked as dynamically resizeable")
            self._grow(len(lengths))
        ends = np.cumsum(lengths).tolist()
        for index, (start, end) in enumerate(zip([0, *ends], ends)):
            self.write(index, value[start:end], dtype)


def _text(shape):
    """A shape as TensorFlow's C++ writes it."""
    if shape is None:
        return "<unknown>"
    return "[" + ",".join("?" if dim is None else str(dim) for dim in shape) + "]"


# ---- shapes that go with handles ----

_PASS_ON = frozenset(["Identity", "Enter", "Exit", "NextIteration", "Switch", "Merge",
                      "TensorArrayGradV3"])


def element_shape(handle):
    """What is known of the elements of the TensorArray that a handle refers to."""
    seen = set()
    while handle.op.type in _PASS_ON and handle not in seen:
        seen.add(handle)
        handle = handle.op.inputs[0]
    if handle.op.type == "TensorArrayV3" and handle.op._attrs["identical_element_shapes"]:
        return handle.op._attrs["element_shape"]
    return common_shapes.UNKNOWN


def _check_ranks(handle, *scalars):
    with_rank(handle.shape, 1)
    for tensor in scalars:
        with_rank(tensor.shape, 0)


# ---- TensorArrayV3 and its operations ----

TensorArrayV3 = op(
    "TensorArrayV3(size: int32; dtype, element_shape: shape = unknown, dynamic_size: bool = False, "
    "clear_after_read: bool = True, identical_element_shapes: bool = False, "
    "tensor_array_name: string = '') -> (handle: resource, flow: float)",
    stateful=True).not_differentiable()


@TensorArrayV3.shape
def _(size):
    with_rank(size.shape, 0)
    return [_PAIR, common_shapes.SCALAR]


@TensorArrayV3.kernel
def _(size, dtype, element_shape, dynamic_size, clear_after_read, identical_element_shapes,
      tensor_array_name, ctx):
    if size < 0:
        raise _invalid("Size should be >= 0.")
    return TensorStore(tensor_array_name.decode() or ctx.op.name, dtype, int(size),
                       element_shape._dims, dynamic_size, clear_after_read,
                       identical_element_shapes), _FLOW


TensorArrayGradV3 = op(
    "TensorArrayGradV3(handle: resource, flow_in: float; source: string) "
    "-> (grad_handle: resource, flow_out: float)", stateful=True).not_differentiable()


@TensorArrayGradV3.shape
def _(handle):
    _check_ranks(handle)
    return [_PAIR, common_shapes.SCALAR]


@TensorArrayGradV3.kernel
def _(handle, flow_in, source):
    return handle.gradient(source.decode()), flow_in


TensorArrayWriteV3 = op(
    "TensorArrayWriteV3(handle: resource, index: int32, value: T, flow_in: float; T) "
    "-> (flow_out: float)", stateful=True).view()


@TensorArrayWriteV3.shape
def _(handle, index, value, flow_in):
    _check_ranks(handle, index, flow_in)
    merge_shapes(element_shape(handle), value.shape)
    return common_shapes.SCALAR


@TensorArrayWriteV3.kernel
def _(handle, index, value, flow_in, T):
    handle.write(int(index), value, T)
    return flow_in


@TensorArrayWriteV3.gradient
def _(op, flow):
    array = _gradient_array(op, flow, op._attrs["T"], flow)
    return [None, None, array.read(op.inputs[1]), flow]


TensorArrayReadV3 = op(
    "TensorArrayReadV3(handle: resource, index: int32, flow_in: float; dtype) -> (value: dtype)",
    stateful=True)


@TensorArrayReadV3.shape
def _(handle, index, flow_in):
    _check_ranks(handle, index, flow_in)
    return element_shape(handle)


@TensorArrayReadV3.kernel
def _(handle, index, flow_in, dtype):
    return handle.read(int(index), dtype)


@TensorArrayReadV3.gradient
def _(op, grad):
    array = _gradient_array(op, grad, op._attrs["dtype"], op.inputs[2])
    return [None, None, array.write(op.inputs[1], grad).flow]


TensorArrayGatherV3 = op(
    "TensorArrayGatherV3(handle: resource, indices: int32, flow_in: float; dtype, "
    "element_shape: shape = unknown) -> (value: dtype)", stateful=True)


@TensorArrayGatherV3.shape
def _(handle, indices, flow_in):
    _check_ranks(handle, flow_in)
    count = with_rank(indices.shape, 1)._dims
    dims = globals()["element_shape"](handle)._dims  # the attribute has that name, too
    return common_shapes.UNKNOWN if dims is None else TensorShape._from_tuple((*count, *dims))


@TensorArrayGatherV3.kernel
def _(handle, indices, flow_in, dtype, element_shape):
    return handle.gather(indices, dtype, element_shape._dims)


@TensorArrayGatherV3.gradient
def _(op, grad):
    array = _gradient_array(op, grad, op._attrs["dtype"], op.inputs[2])
    return [None, None, array.scatter(op.inputs[1], grad).flow]


TensorArrayScatterV3 = op(
    "TensorArrayScatterV3(handle: resource, indices: int32, value: T, flow_in: float; T) "
    "-> (flow_out: float)", stateful=True).view()


@TensorArrayScatterV3.shape
def _(handle, indices, value, flow_in):
    _check_ranks(handle, flow_in)
    count = with_rank(indices.shape, 1)._dims[0]
    if value.shape._dims:
        merge_dims(value.shape._dims[0], count)
        merge_shapes(element_shape(handle), TensorShape._from_tuple(value.shape._dims[1:]))
    return common_shapes.SCALAR


@TensorArrayScatterV3.kernel
def _(handle, indices, value, flow_in, T):
    handle.scatter(indices, value, T)
    return flow_in


@TensorArrayScatterV3.gradient
def _(op, flow):
    array = _gradient_array(op, flow, op._attrs["T"], flow)
    return [None, None, array.gather(op.inputs[1]), flow]


TensorArrayConcatV3 = op(
    "TensorArrayConcatV3(handle: resource, flow_in: float; dtype, "
    "element_shape_except0: shape = unknown) -> (value: dtype, lengths: int64)", stateful=True)


@TensorArrayConcatV3.shape
def _(handle, flow_in):
    _check_ranks(handle, flow_in)
    return [common_shapes.UNKNOWN, TensorShape([None])]


@TensorArrayConcatV3.kernel
def _(handle, flow_in, dtype, element_shape_except0):
    return handle.concat(dtype, element_shape_except0._dims)


@TensorArrayConcatV3.gradient
def _(op, grad, _):
    array = _gradient_array(op, grad, op._attrs["dtype"], op.inputs[1])
    return [None, array.split(grad, lengths=op.outputs[1]).flow]


TensorArraySplitV3 = op(
    "TensorArraySplitV3(handle: resource, value: T, lengths: int64, flow_in: float; T) "
    "-> (flow_out: float)", stateful=True).view()


@TensorArraySplitV3.shape
def _(handle, lengths, flow_in):
    _check_ranks(handle, flow_in)
    with_rank(lengths.shape, 1)
    return common_shapes.SCALAR


@TensorArraySplitV3.kernel
def _(handle, value, lengths, flow_in, T):
    handle.split(value, lengths, T)
    return flow_in


@TensorArraySplitV3.gradient
def _(op, flow):
    array = _gradient_array(op, flow, op._attrs["T"], flow)
    return [None, array.concat(), None, flow]


TensorArraySizeV3 = op("TensorArraySizeV3(handle: resource, flow_in: float) -> (size: int32)",
                       stateful=True).not_differentiable()


@TensorArraySizeV3.shape
def _(handle):
    _check_ranks(handle)
    return common_shapes.SCALAR


@TensorArraySizeV3.kernel
def _(handle, flow_in):
    handle.check_open()
    return np.int32(len(handle.values))


TensorArrayCloseV3 = op("TensorArrayCloseV3(handle: resource) -> ()",
                        stateful=True).not_differentiable()


@TensorArrayCloseV3.shape
def _(handle):
    _check_ranks(handle)
    return []


@TensorArrayCloseV3.kernel
def _(handle):
    handle.values = None


# ---- gradients ----


def _gradient_array(op, grad, dtype, flow):
    """The TensorArray of gradients that belongs to the one that ``op`` works on.

    Args:
      grad: a gradient of ``op``: its name tells which call of tf.gradients asks. Each call has
        gradients of its own.
      flow: what the elements' number depends on.
    """
    from minitf.ops.tensor_array_ops import TensorArray

    array = TensorArray(dtype=dtype, handle=op.inputs[0], flow=flow,
                        colocate_with_first_write_call=False)
    return array.grad(source=gradient_source(grad), flow=flow)


def gradient_source(tensor):
    """The scope of the call of tf.gradients that made ``tensor``.

    Raises:
      ValueError: no part of its name starts with "gradients".
    """
    parts = tensor.name.split("/")
    ends = [i + 1 for i, part in enumerate(parts) if part.startswith("gradients")]
    if not ends:
        raise ValueError(
            f"Expected op/tensor name to start with gradients (excluding scope), got: "
            f"{tensor.name}. This means that a tf.gradients op with this op in its dependency path "
            "has a custom name that does not start with 'gradients'. Please make sure all calls to "
            "tf.gradients that have non-empty 'name' arguments use names that start with "
            "'gradients'.")
    return "/".join(parts[:ends[-1]])
