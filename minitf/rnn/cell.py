"""RNNCell, the base of recurrent cells."""

from minitf import nest
from minitf.framework import dtypes
from minitf.framework.constant_folding import constant_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.operation import Tensor
from minitf.layers.base import Layer
from minitf.ops import array_ops
from minitf.partitioned_variables import PartitionedVariable
from minitf.rnn.sizes import zero_states
from minitf.variable_scope import get_variable_scope, variable_scope
from minitf.variables import trainable_variables


class RNNCell(Layer):
    """The base of recurrent cells: layers from inputs and a state to outputs and the next state.

    A subclass gives ``state_size`` and ``output_size`` and returns ``(output, new_state)`` from
    ``call(inputs, state)``. Its weights come from ``build``, or from ``tf.get_variable`` in
    ``call``; they are shared by all calls of the cell.

    Args:
      trainable, name, dtype, further arguments: those of ``tf.layers.Layer``.
    """

    def __init__(self, trainable=True, name=None, dtype=None, **kwargs):
        super().__init__(trainable=trainable, name=name, dtype=dtype, **kwargs)
        self._cell_scope = None

    @property
    def state_size(self):
        """The size of the state, a shape, or a nest of these; without the batch's size."""
        raise NotImplementedError("Abstract method")

    @property
    def output_size(self):
        """The size of the output, a shape, or a nest of these; without the batch's size."""
        raise NotImplementedError("Abstract method")

    def build(self, _):
        """Nothing: by default weights are made in ``call``."""

    def __call__(self, inputs, state, scope=None):
        """One step.

        Args:
          inputs: a tensor [batch_size, input_size], or what the cell takes instead.
          state: tensors of the structure of ``state_size``.
          scope: the variable scope of the cell, by default named after it.

        Returns:
          ``(output, new_state)``, of the structures of ``output_size`` and ``state_size``.
        """
        if scope is not None:
            with variable_scope(scope, custom_getter=self._noted_variable) as scope:
                return super().__call__(inputs, state, scope=scope)
        if self._cell_scope is None:
            self._cell_scope = variable_scope(get_variable_scope(),
                                              custom_getter=self._noted_variable)
        with self._cell_scope:
            return super().__call__(inputs, state)

    def _noted_variable(self, getter, *args, **kwargs):
        """A custom getter that takes note of the variables that ``call`` gets."""
        variable = getter(*args, **kwargs)
        first = list(variable)[0] if isinstance(variable, PartitionedVariable) else variable
        is_trained = any(first is other for other in trainable_variables())
        known = self._trainable_weights if is_trained else self._non_trainable_weights
        if all(variable is not other for other in known):
            known.append(variable)
        return variable

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        """A state of zeros, for the batch's size and dtype of ``inputs`` or as they are given.

        Raises:
          ValueError: they contradict each other, or are given nowhere.
        """
        if inputs is not None:
            inputs = convert_to_tensor(inputs, name="inputs")
            size = inputs.shape[0].value
            if batch_size is not None:
                known = (constant_value(batch_size, partial=True)
                         if isinstance(batch_size, Tensor) else batch_size)
                if size != known:
                    raise ValueError("batch size from input tensor is different from the input "
                                     f"param. Input tensor batch: {size}, batch_size: {batch_size}")
            if dtype is not None and inputs.dtype != dtype:
                raise ValueError("dtype from input tensor is different from the input param. Input "
                                 f"tensor dtype: {inputs.dtype}, dtype: {dtype}")
            batch_size = size or array_ops.shape(inputs)[0]
            dtype = inputs.dtype
        if batch_size is None or dtype is None:
            raise ValueError("batch_size and dtype cannot be None while constructing initial "
                             f"state: batch_size={batch_size}, dtype={dtype}")
        return self.zero_state(batch_size, dtype)

    def zero_state(self, batch_size, dtype):
        """A state of zeros, in the structure of ``state_size``.

        Args:
          batch_size: an integer, or a scalar tensor.
          dtype: the dtype.
        """
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            return zero_states(self.state_size, batch_size, dtype)

    def get_config(self):
        """The arguments of the constructor that all cells have; subclasses add theirs."""
        return super().get_config()


class LayerRNNCell(RNNCell):
    """The base of cells that make their weights in ``build``, as other layers do.

    Their variable scope is the one that is current when they are first called, as for any layer;
    no further name scope is opened around their operations.
    """

    def __call__(self, inputs, state, scope=None, *args, **kwargs):
        return Layer.__call__(self, inputs, state, *args, scope=scope, **kwargs)


def check_dtype(dtype):
    """Checks that a dtype, or None, is one that cells compute with.

    Raises:
      ValueError: integers, bools or strings.
    """
    if dtype is None:
        return
    dtype = dtypes.as_dtype(dtype)
    if not (dtype.is_floating or dtype.is_complex):
        raise ValueError(f"RNN cell only supports floating point inputs, but saw dtype: {dtype}")


def check_dtypes_of(tensors):
    """``check_dtype`` for all tensors of a nest."""
    for tensor in nest.flatten(tensors):
        check_dtype(tensor.dtype)
