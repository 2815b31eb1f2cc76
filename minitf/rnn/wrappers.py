"""Cells made of cells: MultiRNNCell, DropoutWrapper, ResidualWrapper and DeviceWrapper."""

import hashlib
import numbers

from minitf import nest, tf_logging
from minitf.framework.constant_folding import constant_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import device, name_scope
from minitf.framework.tensor_shape import TensorShape
from minitf.layers.base import Layer
from minitf.ops import array_ops, dropout_ops, math_ops, random_ops
from minitf.ops.tensor_array_ops import TensorArray
from minitf.rnn.cell import RNNCell
from minitf.rnn.cells import LSTMStateTuple
from minitf.rnn.sizes import check_is_cell
from minitf.variable_scope import variable_scope

# ---- layers of cells ----


class MultiRNNCell(RNNCell):
    """Cells in layers: the output of each is the input of the next.

    Args:
      cells: the cells, a list; each its own object, as a cell's weights are shared by its calls.
      state_is_tuple: whether the state is a tuple of the cells' states; if not, these are
        concatenated along the columns.

    Raises:
      ValueError: no cells, or states that are tuples where ``state_is_tuple`` is False.
      TypeError: ``cells`` is no sequence.
    """

    def __init__(self, cells, state_is_tuple=True):
        super().__init__()
        if not cells:
            raise ValueError("Must specify at least one cell for MultiRNNCell.")
        if not nest.is_nested(cells):
            raise TypeError(f"cells must be a list or tuple, but saw: {cells}.")
        if len({id(cell) for cell in cells}) < len(cells):
            tf_logging.log_first_n(
                tf_logging.WARN, "At least two cells provided to MultiRNNCell are the same object "
                "and will share weights.", 1)
        self._cells = cells
        self._state_is_tuple = state_is_tuple
        if not state_is_tuple and any(nest.is_nested(cell.state_size) for cell in cells):
            raise ValueError("Some cells return tuples of states, but the flag state_is_tuple is "
                             f"not set.  State sizes are: {[cell.state_size for cell in cells]}")

    @property
    def state_size(self):
        sizes = tuple(cell.state_size for cell in self._cells)
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self):
        return self._cells[-1].output_size

    def zero_state(self, batch_size, dtype):
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            if self._state_is_tuple:
                return tuple(cell.zero_state(batch_size, dtype) for cell in self._cells)
            return super().zero_state(batch_size, dtype)

    def _weights_of_cells(self, kind):
        return [weight for cell in self._cells if isinstance(cell, Layer)
                for weight in getattr(cell, kind)]

    @property
    def trainable_weights(self):
        return self._weights_of_cells("trainable_weights") if self.trainable else []

    @property
    def non_trainable_weights(self):
        weights = self._weights_of_cells("non_trainable_weights")
        return weights if self.trainable else self._weights_of_cells("trainable_weights") + weights

    def call(self, inputs, state):
        new_states = []
        start = 0
        for i, cell in enumerate(self._cells):
            with variable_scope(f"cell_{i}"):
                if not self._state_is_tuple:
                    own_state = array_ops.slice(state, [0, start], [-1, cell.state_size])
                    start += cell.state_size
                elif not nest.is_nested(state):
                    raise ValueError(f"Expected state to be a tuple of length "
                                     f"{len(self.state_size)}, but received: {state}")
                else:
                    own_state = state[i]
                inputs, new_state = cell(inputs, own_state)
                new_states.append(new_state)
        if self._state_is_tuple:
            return inputs, tuple(new_states)
        return inputs, array_ops.concat(new_states, 1)


# ---- wrappers of one cell ----


class _Wrapper(RNNCell):
    """The base of cells that do something before or after another cell's step.

    They have no variable scope: the wrapped cell is called as if it were called directly.
    """

    def __init__(self, cell, **kwargs):
        super().__init__(**kwargs)
        check_is_cell("cell", cell)
        self.cell = cell

    @property
    def wrapped_cell(self):
        """The cell that is wrapped."""
        return self.cell

    @property
    def state_size(self):
        return self.cell.state_size

    @property
    def output_size(self):
        return self.cell.output_size

    def zero_state(self, batch_size, dtype):
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            return self.cell.zero_state(batch_size, dtype)

    def get_config(self):
        cell = {"class_name": type(self.cell).__name__, "config": self.cell.get_config()}
        return {**super().get_config(), "cell": cell}

    @classmethod
    def from_config(cls, config):
        """The wrapper that ``get_config`` described; ``config["cell"]`` must be a cell again.

        Raises:
          ValueError: it is not.
        """
        config = dict(config)
        cell = config.pop("cell")
        try:
            check_is_cell("cell", cell)
        except TypeError:
            raise ValueError("RNNCellWrapper cannot reconstruct the wrapped cell. Please overwrite "
                             "the cell in the config with a RNNCell instance.") from None
        return cls(cell, **config)


class DropoutWrapper(_Wrapper):
    """Dropout of a cell's inputs, states and outputs.

    Args:
      cell: the cell.
      input_keep_prob, output_keep_prob, state_keep_prob: the probabilities with which elements are
        kept, numbers or scalar tensors; with 1 nothing is done. Of an LSTM's state only ``h``
        takes part.
      variational_recurrent: the same elements are dropped at all steps of a run.
      input_size: the inputs' shapes without the batch's size, for variational dropout of inputs.
      dtype: of inputs, states and outputs, for variational dropout.
      seed: an integer, from which a seed for each dropout is made.
      dropout_state_filter_visitor: a function of a part of the state; what it returns, a bool or a
        structure of bools, tells which parts take part.

    Raises:
      TypeError: no cell; a filter that cannot be called.
      ValueError: a probability outside [0, 1]; variational dropout without dtype or input_size.

    Source: Gal and Ghahramani 2016, "A theoretically grounded application of dropout in recurrent
    neural networks" (variational).
    """

    def __init__(self, cell, input_keep_prob=1.0, output_keep_prob=1.0, state_keep_prob=1.0,
                 variational_recurrent=False, input_size=None, dtype=None, seed=None,
                 dropout_state_filter_visitor=None, **kwargs):
        super().__init__(cell, dtype=dtype, **kwargs)
        if dropout_state_filter_visitor is not None and not callable(dropout_state_filter_visitor):
            raise TypeError("dropout_state_filter_visitor must be callable")
        self._state_filter = dropout_state_filter_visitor or _drop_from_all_but_memories
        with name_scope("DropoutWrapperInit"):
            self._input_keep_prob = _probability(input_keep_prob, "input_keep_prob")
            self._state_keep_prob = _probability(state_keep_prob, "state_keep_prob")
            self._output_keep_prob = _probability(output_keep_prob, "output_keep_prob")
        self._variational_recurrent = variational_recurrent
        self._input_size = input_size
        self._seed = seed
        self._noises = {"input": None, "state": None, "output": None}
        if variational_recurrent:
            if dtype is None:
                raise ValueError("When variational_recurrent=True, dtype must be provided")
            if _drops(self._input_keep_prob):
                if input_size is None:
                    raise ValueError("When variational_recurrent=True and input_keep_prob < 1.0 "
                                     "or is unknown, input_size must be provided")
                self._noises["input"] = self._noise("input", input_size, dtype)
            self._noises["state"] = self._noise("state", cell.state_size, dtype)
            self._noises["output"] = self._noise("output", cell.output_size, dtype)

    def _noise(self, kind, sizes, dtype):
        """Uniform numbers [1, size] for a nest of sizes, drawn once in a run."""
        def noise(index, size):
            shape = array_ops.concat(([1], TensorShape(size).as_list()), 0)
            return random_ops.random_uniform(shape, seed=self._derived_seed(kind, index),
                                             dtype=dtype)

        return _numbered_map(noise, sizes)

    def _derived_seed(self, kind, index):
        """The seed of the dropout of the part of that number of inputs, states or outputs."""
        if self._seed is None:
            return None
        digest = hashlib.md5(f"{self._seed}{kind}_{index}".encode()).hexdigest()
        return int(digest[:8], 16) & 0x7FFFFFFF

    def __call__(self, inputs, state, scope=None):
        if _drops(self._input_keep_prob):
            inputs = self._dropout("input", inputs, inputs, self._input_keep_prob)
        output, new_state = self.cell(inputs, state, scope=scope)
        if _drops(self._state_keep_prob):
            parts = nest.shallow_structure(self._state_filter, new_state)
            new_state = self._dropout("state", parts, new_state, self._state_keep_prob)
        if _drops(self._output_keep_prob):
            output = self._dropout("output", output, output, self._output_keep_prob)
        return output, new_state

    def _dropout(self, kind, parts, values, keep_prob):
        """Dropout for each of ``values``, but where ``parts`` has a False in its place."""
        def plain(index, part, value):
            if part is False:
                return value
            return dropout_ops.dropout(value, rate=1.0 - keep_prob,
                                       seed=self._derived_seed(kind, index))

        def variational(index, part, value, noise):
            if part is False:
                return value
            mask = math_ops.floor(keep_prob + noise)
            result = math_ops.div(value, keep_prob) * mask
            result.set_shape(value.shape)
            return result

        if self._variational_recurrent:
            return _numbered_map(variational, parts, values, self._noises[kind])
        return _numbered_map(plain, parts, values)

    def get_config(self):
        return {**super().get_config(), "input_keep_prob": self._input_keep_prob,
                "output_keep_prob": self._output_keep_prob,
                "state_keep_prob": self._state_keep_prob,
                "variational_recurrent": self._variational_recurrent,
                "input_size": self._input_size, "seed": self._seed}


def _probability(value, name):
    """A probability as a float, or as a tensor if it is not constant."""
    tensor = convert_to_tensor(value)
    known = constant_value(tensor)
    if known is None:
        return tensor
    if not 0 <= known <= 1:
        raise ValueError(f"Parameter {name} must be between 0 and 1: {int(known)}")
    return float(known)


def _drops(keep_prob):
    return not isinstance(keep_prob, numbers.Real) or keep_prob < 1


def _drop_from_all_but_memories(part):
    """What drops by default: all tensors but the memories of LSTM cells."""
    if isinstance(part, LSTMStateTuple):
        return LSTMStateTuple(c=False, h=True)
    return not isinstance(part, TensorArray)


def _numbered_map(function, shallow, *trees):
    """``function(number, part, ...)`` for the leaves of ``shallow`` and what is in their places."""
    counted = iter(range(len(nest.flatten(shallow))))
    return nest.map_structure_up_to(shallow, lambda *parts: function(next(counted), *parts),
                                    shallow, *trees)


class ResidualWrapper(_Wrapper):
    """Adds the inputs to a cell's outputs.

    Args:
      cell: the cell.
      residual_fn: a function of inputs and outputs that returns the new outputs, instead.

    Raises, when called:
      TypeError, ValueError: inputs and outputs have different structures or shapes.

    Source: Wu et al. 2016, "Google's neural machine translation system".
    """

    def __init__(self, cell, residual_fn=None, **kwargs):
        super().__init__(cell, **kwargs)
        self._residual_fn = residual_fn

    def __call__(self, inputs, state, scope=None):
        outputs, new_state = self.cell(inputs, state, scope=scope)
        return (self._residual_fn or _sums)(inputs, outputs), new_state


def _sums(inputs, outputs):
    nest.assert_same_structure(inputs, outputs)
    nest.map_structure(lambda x, y: x.shape.assert_is_compatible_with(y.shape), inputs, outputs)
    return nest.map_structure(lambda x, y: x + y, inputs, outputs)


class DeviceWrapper(_Wrapper):
    """Runs a cell on a device.

    Args:
      cell: the cell.
      device: see ``tf.device``.
    """

    def __init__(self, cell, device, **kwargs):
        super().__init__(cell, **kwargs)
        self._device = device

    def zero_state(self, batch_size, dtype):
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            with device(self._device):
                return self.cell.zero_state(batch_size, dtype)

    def __call__(self, inputs, state, scope=None):
        with device(self._device):
            return self.cell(inputs, state, scope=scope)

    def get_config(self):
        return {**super().get_config(), "device": self._device}
