"""tf.TensorArray: an array of tensors, written and read element by element, also in loops."""

import contextlib

from minitf.framework import dtypes, tensor_shape
from minitf.framework.constant_folding import constant_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import colocate_with, control_dependencies, device, name_scope
from minitf.framework.operation import Tensor
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_ops, data_flow_ops, math_ops


class TensorArray:
    """An array of tensors of one dtype, each of which is written once.

    A write returns a new TensorArray object, in the state after the write: its ``flow`` tensor
    makes what is read from it wait for the write. The last object must be used from there
    on. In loops a TensorArray is a loop variable like a tensor. Gradients flow through all
    operations.

    Args:
      dtype: the elements' dtype.
      size: an int32 scalar, the number of elements.
      dynamic_size: writing beyond the end makes the array longer.
      clear_after_read: whether reading an element frees it (then it can be read once); True when
        None.
      tensor_array_name: a name for messages at run time.
      handle, flow: an array that there is already and a tensor that stands for its state,
        instead of ``size``.
      infer_shape: all elements have one shape, that of the first written.
      element_shape: what is known of that shape.
      colocate_with_first_write_call: place writes with the first value written.
      name: the name scope.

    Raises:
      ValueError: both a handle and what makes a new array are given, or neither.
      TypeError: ``handle`` is no tensor.
    """

    def __init__(self, dtype, size=None, dynamic_size=None, clear_after_read=None,
                 tensor_array_name=None, handle=None, flow=None, infer_shape=True,
                 element_shape=None, colocate_with_first_write_call=True, name=None):
        if handle is None and size is None:
            raise ValueError("Size must be provided if handle is not provided")
        if handle is not None:
            if tensor_array_name:
                raise ValueError("Cannot construct with both handle and tensor_array_name")
            if not isinstance(handle, Tensor):
                raise TypeError("Handle must be a Tensor")
            for argument, value in (("size", size), ("element_shape", element_shape),
                                    ("dynamic_size", dynamic_size),
                                    ("clear_after_read", clear_after_read)):
                if value is not None:
                    raise ValueError(f"Cannot provide both a handle and {argument} at the same "
                                     "time")
        self._dtype = dtypes.as_dtype(dtype).base_dtype
        self._dynamic_size = dynamic_size or False
        self._infer_shape = infer_shape
        # Objects for states of one array share what they learn of it in these lists of one.
        self._element_shape = [tensor_shape.as_shape(element_shape)]
        self._colocate_with = [] if colocate_with_first_write_call else None
        with name_scope(name, "TensorArray", [handle, size, flow]) as scope:
            if handle is None:
                anywhere = contextlib.ExitStack()
                with anywhere:
                    if colocate_with_first_write_call:
                        anywhere.enter_context(device(None))
                        anywhere.enter_context(colocate_with(None, ignore_existing=True))
                    handle, flow = data_flow_ops.TensorArrayV3(
                        size, dtype=dtype, element_shape=element_shape,
                        identical_element_shapes=infer_shape, dynamic_size=self._dynamic_size,
                        clear_after_read=clear_after_read is None or clear_after_read,
                        tensor_array_name=tensor_array_name or "", name=scope)
            elif flow is None:
                raise ValueError("flow must not be None if handle is not None.")
        self._handle = handle
        self._flow = flow

    @property
    def flow(self):
        """A scalar that stands for the array's state: it waits for all that was done."""
        return self._flow

    @property
    def dtype(self):
        return self._dtype

    @property
    def handle(self):
        """A tensor that refers to the array."""
        return self._handle

    @property
    def element_shape(self):
        """What is known of the shape of an element."""
        return self._element_shape[0]

    @property
    def dynamic_size(self):
        return self._dynamic_size

    def with_flow(self, flow):
        """The same array in the state for which the tensor ``flow`` stands."""
        array = TensorArray(self._dtype, handle=self._handle, flow=flow,
                            infer_shape=self._infer_shape)
        array._dynamic_size = self._dynamic_size
        array._colocate_with = self._colocate_with
        array._element_shape = self._element_shape
        return array

    def _merge_element_shape(self, shape):
        """Checks the shape of a new element, and takes note of it.

        Raises:
          ValueError: it contradicts what is known.
        """
        if not shape.is_compatible_with(self.element_shape):
            raise ValueError(f"Inconsistent shapes: saw {shape} but expected {self.element_shape} ")
        if self._infer_shape:
            self._element_shape[0] = self.element_shape.merge_with(shape)

    def _colocated(self, value):
        """A scope that places writes with the value that was written first."""
        if self._colocate_with is None:
            return contextlib.nullcontext()
        if not self._colocate_with:
            self._colocate_with.append(value)
        return colocate_with(self._colocate_with[0])

    # ---- operations ----

    def identity(self):
        """The same array, in a state that waits for the control dependencies in force."""
        return self.with_flow(array_ops.identity(self._flow))

    def grad(self, source, flow=None, name=None):
        """The array of the elements' gradients for the call of tf.gradients named ``source``."""
        flow = self._flow if flow is None else flow
        with name_scope(name, "TensorArrayGrad", [self._handle]), colocate_with(self._handle):
            handle, _ = data_flow_ops.TensorArrayGradV3(self._handle, flow, source=source,
                                                        name=name)
            with control_dependencies([handle]):
                flow = array_ops.identity(flow, name="gradient_flow")
            array = TensorArray(self._dtype, handle=handle, flow=flow,
                                infer_shape=self._infer_shape,
                                colocate_with_first_write_call=False)
            array._element_shape = self._element_shape
            return array

    def read(self, index, name=None):
        """The element at ``index``, an int32 scalar (TF op: TensorArrayReadV3)."""
        value = data_flow_ops.TensorArrayReadV3(self._handle, index, self._flow, dtype=self._dtype,
                                                name=name)
        value.set_shape(self.element_shape)
        return value

    def write(self, index, value, name=None):
        """Writes ``value`` at ``index``; returns the array after it (TF op: TensorArrayWriteV3).

        Raises:
          ValueError: the shape of ``value`` is not that of the other elements.
        """
        with name_scope(name, "TensorArrayWrite", [self._handle, index, value]):
            value = convert_to_tensor(value, name="value", preferred_dtype=self._dtype)
            self._merge_element_shape(value.shape)
            with self._colocated(value):
                flow = data_flow_ops.TensorArrayWriteV3(self._handle, index, value, self._flow,
                                                        name=name)
            return self.with_flow(flow)

    def stack(self, name=None):
        """All elements, stacked along a new first axis."""
        with colocate_with(self._handle), name_scope(name, "TensorArrayStack", [self._handle]):
            return self.gather(math_ops.range(0, self.size()), name=name)

    def gather(self, indices, name=None):
        """The elements at ``indices``, stacked on a new first axis (TF op: TensorArrayGatherV3)."""
        value = data_flow_ops.TensorArrayGatherV3(self._handle, indices, self._flow,
                                                  dtype=self._dtype,
                                                  element_shape=self.element_shape, name=name)
        if self.element_shape:
            value.set_shape([None] + self.element_shape.as_list())
        return value

    def concat(self, name=None):
        """All elements, joined along their first axis (TF op: TensorArrayConcatV3)."""
        value, _ = data_flow_ops.TensorArrayConcatV3(self._handle, self._flow, dtype=self._dtype,
                                                     element_shape_except0=self.element_shape[1:],
                                                     name=name)
        if self.element_shape:
            value.set_shape([None] + self.element_shape.as_list()[1:])
        return value

    def unstack(self, value, name=None):
        """Writes the rows of ``value`` to the elements in turn; returns the array after it."""
        with name_scope(name, "TensorArrayUnstack", [self._handle, value]):
            count = array_ops.shape(value)[0]
            return self.scatter(math_ops.range(0, count), value, name=name)

    def scatter(self, indices, value, name=None):
        """Writes the rows of ``value`` to the elements at ``indices``; returns the array after it.

        TF op: TensorArrayScatterV3.

        Raises:
          ValueError: the shape of a row is not that of the other elements.
        """
        with name_scope(name, "TensorArrayScatter", [self._handle, value, indices]):
            value = convert_to_tensor(value, name="value", preferred_dtype=self._dtype)
            self._merge_element_shape(value.shape[1:])
            with self._colocated(value):
                flow = data_flow_ops.TensorArrayScatterV3(self._handle, indices, value, self._flow,
                                                          name=name)
            return self.with_flow(flow)

    def split(self, value, lengths, name=None):
        """Cuts ``value`` along its first axis, and writes the pieces; returns the array after it.

        Args:
          value: what to cut.
          lengths: a vector, the number of rows for each element.

        TF op: TensorArraySplitV3.
        """
        with name_scope(name, "TensorArraySplit", [self._handle, value, lengths]):
            value = convert_to_tensor(value, dtype=self._dtype, name="value")
            with self._colocated(value):
                lengths = math_ops.cast(lengths, dtypes.int64)
                known = constant_value(lengths)
                if value.shape.dims is not None and known is not None \
                        and known.shape and known.max() == known.min():
                    self._merge_element_shape(TensorShape([int(known[0])]).concatenate(
                        value.shape[1:]))
                flow = data_flow_ops.TensorArraySplitV3(self._handle, value, lengths, self._flow,
                                                        name=name)
            return self.with_flow(flow)

    def size(self, name=None):
        """The number of elements, an int32 scalar (TF op: TensorArraySizeV3)."""
        return data_flow_ops.TensorArraySizeV3(self._handle, self._flow, name=name)

    def close(self, name=None):
        """An operation after which the array cannot be used (TF op: TensorArrayCloseV3)."""
        return data_flow_ops.TensorArrayCloseV3(self._handle, name=name)
