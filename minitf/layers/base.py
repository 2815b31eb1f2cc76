"""Layer, the base of all layers: weights by name, name scopes, losses and updates.

A layer is built when it is first called: ``build`` makes its weights with ``get_variable`` in the
layer's variable scope, then ``call`` adds the operations. The scope's name is settled by then, too:
``layers.dense(x, 3)`` opens ``dense``, the next one ``dense_1``. Each further call of the same
layer shares the weights, and its operations come under a new name scope.
"""

import copy
import inspect
import threading

import numpy as np

from minitf import nest
from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import (
    GraphKeys,
    get_collection,
    get_collection_ref,
    name_scope,
)
from minitf.framework.operation import Operation, Tensor
from minitf.layers import identifiers
from minitf.layers.input_spec import InputSpec, check_inputs
from minitf.layers.style import (
    in_keras_style,
    numbered_name,
    refuse_in_keras_style,
    snake_case,
)
from minitf.ops import array_ops, math_ops
from minitf.partitioned_variables import PartitionedVariable
from minitf.variable_base import Variable, VariableAggregation, VariableSynchronization
from minitf.variable_scope import VariableScope, get_variable, variable_scope
from minitf.variable_store import default_initializer

_OPTIONS = frozenset(["activity_regularizer", "autocast", "batch_input_shape", "batch_size",
                      "dynamic", "input_shape", "weights"])

# ---- the call that is going on ----


class _Calling(threading.local):
    """What inner layers take over from the layer whose ``call`` they are used in."""

    training = None


_calling = _Calling()


# ---- the layer ----


class Layer:
    """The base of layers.

    A subclass makes its weights in ``build(input_shape)`` with ``add_weight`` and returns the
    outputs from ``call(inputs)``::

        class Scale(tf.layers.Layer):
            def build(self, input_shape):
                self.factor = self.add_weight("factor", input_shape[-1:])
                super().build(input_shape)

            def call(self, inputs):
                return inputs * self.factor

    Args:
      trainable: whether the weights join GraphKeys.TRAINABLE_VARIABLES.
      name: the name, or a VariableScope; by default the class's, in snake case.
      dtype: the weights' dtype; None takes that of the first input.
      activity_regularizer: a function of an output; what it returns, divided by the batch's size,
        joins GraphKeys.REGULARIZATION_LOSSES.
      weights: arrays that the weights are set to when the layer is first called, in the session
        that is the default then.

    Attributes: name, dtype (a name, None before it is known), trainable, built, input_spec, and
    lists of variables: weights, trainable_weights, non_trainable_weights.

    Raises:
      TypeError: an argument that layers do not have.
    """

    def __init__(self, trainable=True, name=None, dtype=None, **kwargs):
        self._use_resource_variables = False
        scope = kwargs.pop("_scope", None)
        self._reuse = kwargs.pop("_reuse", None)
        for key in kwargs:
            if key not in _OPTIONS:
                raise TypeError("Keyword argument not understood:", key)
        self._trainable = trainable
        self.stateful = False
        self.built = False
        self.input_spec = None
        self.supports_masking = False
        self._set_name(name)
        self._activity_regularizer = kwargs.get("activity_regularizer")
        self._trainable_weights = []
        self._non_trainable_weights = []
        self._updates = []          # operations, with the inputs that each one may depend on
        self._losses = []           # tensors, and functions that make them; likewise
        self._autocast = kwargs.get("autocast", False)
        self._dtype = dtype
        self._initial_weights = kwargs.get("weights")
        self._keras_style = in_keras_style()
        if self._keras_style:
            refuse_in_keras_style("scope", scope)
            refuse_in_keras_style("reuse", self._reuse)
        self._scope = None
        self._current_scope = None
        if scope:
            with variable_scope(scope) as self._scope:
                pass

    def _set_name(self, name):
        """Settles the layer's name, and that from which its scope's will be made."""
        base_name = name.name if isinstance(name, VariableScope) else name
        if not name:
            base_name = snake_case(type(self).__name__)
        is_given = name and not isinstance(name, VariableScope)
        self._name = name if is_given else numbered_name(snake_case(type(self).__name__))
        self._base_name = base_name

    # ---- what it is ----

    @property
    def name(self):
        return self._name

    @property
    def dtype(self):
        return self._dtype

    @property
    def _dtype(self):
        return self._dtype_name

    @_dtype.setter
    def _dtype(self, dtype):
        self._dtype_name = dtypes.as_dtype(dtype).base_dtype.name if dtype else None

    @property
    def dynamic(self):
        return False

    @property
    def graph(self):
        """None: layers belong to no graph."""
        return None

    @property
    def trainable(self):
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        self._trainable = value

    @property
    def activity_regularizer(self):
        return self._activity_regularizer

    @activity_regularizer.setter
    def activity_regularizer(self, regularizer):
        self._activity_regularizer = regularizer

    @property
    def input_spec(self):
        return self._input_spec

    @input_spec.setter
    def input_spec(self, value):
        for spec in nest.flatten(value):
            if spec is not None and not isinstance(spec, InputSpec):
                raise TypeError("Layer input_spec must be an instance of InputSpec. "
                                f"Got: {spec}")
        self._input_spec = value

    @property
    def scope_name(self):
        """The variable scope's name.

        Raises:
          ValueError: the layer has not been called, which settles it.
        """
        if not self._scope:
            raise ValueError(f'No name available for layer scope because the layer "{self._name}" '
                             "has not been used yet. The scope name  is determined the first time "
                             "the layer instance is called. You must therefore call the layer "
                             "before querying `scope_name`.")
        return self._scope.name

    # ---- weights ----

    @property
    def trainable_weights(self):
        return list(self._trainable_weights) if self.trainable else []

    @property
    def non_trainable_weights(self):
        if self.trainable:
            return list(self._non_trainable_weights)
        return self._trainable_weights + self._non_trainable_weights

    @property
    def weights(self):
        return self.trainable_weights + self.non_trainable_weights

    @property
    def variables(self):
        return self.weights

    @property
    def trainable_variables(self):
        return self.trainable_weights

    @property
    def non_trainable_variables(self):
        return self.non_trainable_weights

    def add_weight(self, name, shape, dtype=None, initializer=None, regularizer=None,
                   trainable=None, constraint=None, use_resource=None,
                   synchronization=VariableSynchronization.AUTO,
                   aggregation=VariableAggregation.NONE, partitioner=None, **kwargs):
        """Makes a weight, or finds it when the layer shares its weights, and returns it.

        Args:
          name: the name within the layer's scope.
          shape: the shape.
          dtype: the dtype; by default the layer's, else float32.
          initializer, constraint, use_resource, partitioner, aggregation: those of
            ``get_variable``; initializers and constraints also by name.
          regularizer: a function of the weight; its result joins
            GraphKeys.REGULARIZATION_LOSSES, once for a weight that is shared.
          trainable: whether gradients train it; True unless ``synchronization`` is ON_READ. The
            weights of a layer that is not trainable are not, either.

        Raises:
          ValueError: trainable, and synchronized ON_READ; and what ``get_variable`` raises.
        """
        for key in kwargs:
            if key != "experimental_autocast":
                raise TypeError("Unknown keyword argument:", key)
        if synchronization == VariableSynchronization.ON_READ:
            if trainable:
                raise ValueError("Synchronization value can be set to "
                                 "VariableSynchronization.ON_READ only for non-trainable "
                                 "variables. You have specified trainable=True and "
                                 "synchronization=VariableSynchronization.ON_READ.")
            trainable = False
        elif trainable is None:
            trainable = True
        options = {"shape": () if shape is None else shape, "constraint": constraint,
                   "trainable": trainable and self.trainable, "partitioner": partitioner,
                   "synchronization": synchronization, "aggregation": aggregation}
        dtype = dtypes.as_dtype(dtype or self.dtype or dtypes.float32)
        if self.dtype is None:
            self._dtype = dtype
        if self._keras_style:
            return self._add_own_weight(name, dtype, initializer, regularizer, use_resource,
                                        options)
        existing = get_collection(GraphKeys.GLOBAL_VARIABLES)
        self._set_scope()
        with variable_scope(self._scope, reuse=self.built or self._reuse,
                            auxiliary_name_scope=False) as scope:
            self._current_scope = scope
            with name_scope(self._name_scope()):
                options["use_resource"] = (use_resource or self._use_resource_variables
                                           or scope.use_resource)
                options["initializer"] = self._initializer(
                    name, dtype, scope.initializer if initializer is None else initializer)
                options["constraint"] = identifiers.constraint(constraint)
                variable = get_variable(name, dtype=dtype, **options)
                if regularizer and not _is_any_of(variable, existing):
                    self._regularize(name, variable, regularizer)
        self._note_weight(variable, options["trainable"])
        return variable

    def _initializer(self, name, dtype, initializer):
        initializer = identifiers.initializer(initializer)
        if initializer is None:
            try:
                return default_initializer(name, dtype)
            except ValueError as error:
                raise ValueError(f"{error} for layer {self.name}") from None
        return initializer

    def _add_own_weight(self, name, dtype, initializer, regularizer, use_resource, options):
        """A weight in Keras style: a variable of this layer alone."""
        initializer = self._initializer(name, dtype, initializer)
        shape = options.pop("shape")
        options.pop("partitioner")
        options["constraint"] = identifiers.constraint(options["constraint"])
        value = (lambda: initializer(shape, dtype=dtype)) if callable(initializer) else initializer
        variable = Variable(value, name=name, dtype=dtype.base_dtype,
                            use_resource=True if use_resource is None else use_resource, **options)
        if regularizer is not None:
            self._regularize(variable.name[:variable.name.find(":")], variable, regularizer)
        self._note_weight(variable, options["trainable"])
        return variable

    def _note_weight(self, variable, trainable):
        # A custom getter may have decided that a variable is not trained.
        if trainable and not self._keras_style:
            trainable = _is_any_of(variable, get_collection(GraphKeys.TRAINABLE_VARIABLES))
        (self._trainable_weights if trainable else self._non_trainable_weights).append(variable)

    def add_variable(self, *args, **kwargs):
        """``add_weight`` under its older name."""
        return self.add_weight(*args, **kwargs)

    def count_params(self):
        """How many numbers the weights hold.

        Raises:
          ValueError: the layer has not been built.
        """
        if not self.built:
            raise ValueError(f"You tried to call `count_params` on {self.name}, but the layer "
                             "isn't built. You can build it manually via: "
                             f"`{self.name}.build(batch_input_shape)`.")
        return int(sum(np.prod(weight.shape.as_list()) for weight in self.weights))

    def get_weights(self):
        """The weights' values in the default session, arrays."""
        return _required_session().run(self.weights) if self.weights else []

    def set_weights(self, weights):
        """Sets the weights in the default session.

        Args:
          weights: an array for each of ``self.weights``.

        Raises:
          ValueError: their number or shapes are others.
        """
        variables = self.weights
        if len(variables) != len(weights):
            raise ValueError(f'You called `set_weights(weights)` on layer "{self.name}" with a  '
                             f"weight list of length {len(weights)}, but the layer was expecting "
                             f"{len(variables)} weights. Provided weights: {str(weights)[:50]}...")
        assigns, feeds = [], {}
        for variable, value in zip(variables, weights):
            value = np.asarray(value, variable.dtype.as_numpy_dtype)
            if not variable.shape.is_compatible_with(value.shape):
                raise ValueError(f"Layer weight shape {variable.shape} not compatible with "
                                 f"provided weight shape {value.shape}")
            placeholder, assign = self._setter(variable, value.ndim)
            assigns.append(assign)
            feeds[placeholder] = value
        if assigns:
            _required_session().run(assigns, feeds)

    def _setter(self, variable, rank):
        """The placeholder and the operation that set a weight; made once."""
        setters = self.__dict__.setdefault("_setters", {})
        if variable.name not in setters:
            placeholder = array_ops.placeholder(variable.dtype.base_dtype, [None] * rank)
            setters[variable.name] = placeholder, variable.assign(placeholder)
        return setters[variable.name]

    # ---- losses and updates ----

    @property
    def losses(self):
        """The losses. Those that were added as functions are built anew each time."""
        return [loss for loss, _ in self._made_losses()]

    def _made_losses(self):
        """The losses with what ``inputs`` they were added with: tensors first, then functions'."""
        made = [item for item in self._losses if not callable(item[0])]
        made += [(loss(), inputs) for loss, inputs in self._losses if callable(loss)]
        return [item for item in made if item[0] is not None]

    def add_loss(self, losses, inputs=None):
        """Adds losses to the layer's and to GraphKeys.REGULARIZATION_LOSSES.

        Args:
          losses: tensors, numbers, or functions without arguments that return such or None.
          inputs: inputs of the layer on which they depend; None: they depend on none.
        """
        functions, tensors = [], []
        for loss in nest.flatten(losses):
            if callable(loss):
                functions.append(_returning_tensor(loss))
            elif loss is not None:
                tensors.append(_as_loss(loss))
        self._losses += [(loss, inputs) for loss in tensors + functions]
        made = tensors + [function() for function in functions]
        _collect([loss for loss in made if loss is not None], GraphKeys.REGULARIZATION_LOSSES)

    def _regularize(self, name, variable, regularizer):
        """Adds the regularizer's loss of a weight, or of each part of a partitioned one."""
        def loss_of(part):
            def loss():
                with name_scope(name + "/Regularizer"):
                    return regularizer(part)

            return loss

        is_partitioned = isinstance(variable, PartitionedVariable)
        for part in variable if is_partitioned else [variable]:
            self.add_loss(loss_of(part))

    def _regularize_activity(self, inputs, outputs):
        if not self._activity_regularizer:
            return
        with name_scope("ActivityRegularizer"):
            for output in nest.flatten(outputs):
                loss = self._activity_regularizer(output)
                batch_size = math_ops.cast(array_ops.shape(output)[0], loss.dtype)
                self.add_loss(loss / batch_size, inputs=inputs)

    def get_losses_for(self, inputs):
        """Losses that depend on the given inputs; those that were added with none for None."""
        made = self._made_losses()
        if inputs is None:
            return [loss for loss, given in made if given is None]
        return [loss for loss, given in made if given is not None and _reaches(loss, inputs)]

    @property
    def updates(self):
        """Operations to run with each training step; none when the layer is not trainable."""
        if not self.trainable and not self.stateful:
            return []
        return [update for update, _ in self._updates]

    def add_update(self, updates, inputs=None):
        """Adds operations that are to run with each training step, such as moving averages.

        They join GraphKeys.UPDATE_OPS after the call.

        Args:
          updates: an operation, a tensor, a function without arguments that returns one, or a list.
          inputs: without effect, as dependencies are found in the graph.
        """
        for update in updates if isinstance(updates, list) else [updates]:
            if callable(update):
                update = update()
            if not isinstance(update, Operation):
                update = update.op if hasattr(update, "op") else convert_to_tensor(update)
            self._updates.append((update, self.__dict__.get("_inputs")))

    def get_updates_for(self, inputs):
        """Updates that depend on the given inputs; those that depend on none for None."""
        updates = self._updates if self.updates else []
        if inputs is None:
            return [update for update, given in updates if not _reaches(update, given)]
        return [update for update, given in updates
                if _reaches(update, given) and _reaches(update, inputs)]

    # ---- calling ----

    def build(self, input_shape):
        """Makes the weights. To be overridden; called once, before the first ``call``.

        Args:
          input_shape: the input's TensorShape, or a nest of them.
        """
        self.built = True

    def call(self, inputs, **kwargs):
        """Adds the layer's operations and returns the outputs. To be overridden."""
        return inputs

    def apply(self, inputs, *args, **kwargs):
        """Calls the layer."""
        return self.__call__(inputs, *args, **kwargs)

    def __call__(self, inputs, *args, **kwargs):
        """Builds the layer if it is not, adds its operations, and returns the outputs of ``call``.

        Args:
          inputs: a tensor, or a nest of tensors; numbers and arrays are converted.
          *args, **kwargs: further arguments of ``call``. ``scope`` names the variable scope of a
            layer that has none yet; ``training`` is taken over from the layer around it.

        Raises:
          ValueError: inputs that do not fit the layer, or ``call`` returned None.
        """
        scope = kwargs.pop("scope", None)
        if self._keras_style:
            refuse_in_keras_style("scope", scope)
            return self._call_in_name_scope(inputs, args, kwargs)
        self._set_scope(scope)
        with self._calling_scope() as scope:
            self._current_scope = scope
            if "scope" in _parameters(self.call):
                kwargs["scope"] = scope
            outputs = self._call_in_name_scope(inputs, args, kwargs)
        _collect(self.updates, GraphKeys.UPDATE_OPS)
        return outputs

    def _set_scope(self, scope=None):
        """Settles the layer's variable scope, once."""
        if self._scope is None:
            if self._reuse:
                opened = variable_scope(self._base_name if scope is None else scope)
            else:
                opened = variable_scope(scope, default_name=self._base_name)
            with opened as self._scope:
                pass

    def _calling_scope(self):
        if not self.built:
            return variable_scope(self._scope, reuse=self._reuse, auxiliary_name_scope=False)
        if "_sharing_scope" not in self.__dict__:
            self._sharing_scope = variable_scope(self._scope, reuse=True,
                                                 auxiliary_name_scope=False)
        return self._sharing_scope

    def _name_scope(self):
        """The name scope that the layer's operations come under."""
        return self._name if self._keras_style else self._current_scope.original_name_scope

    def _call_in_name_scope(self, inputs, args, kwargs):
        inputs = nest.map_structure(_as_tensor, inputs)
        training = self._training_value(args, kwargs)
        around = _calling.training
        _calling.training = training
        self._inputs = inputs
        try:
            check_inputs(self.input_spec, inputs, self.name)
            with name_scope(self._name_scope()):
                self._maybe_build(inputs)
                outputs = self.call(self._cast_inputs(inputs), *args, **kwargs)
                if outputs is None:
                    raise ValueError("A layer's `call` method should return a Tensor or a list of "
                                     f"Tensors, not None (layer: {self.name}).")
                self._regularize_activity(inputs, outputs)
        finally:
            _calling.training = around
            del self._inputs
        return outputs

    def _training_value(self, args, kwargs):
        """The ``training`` of this call; put into ``kwargs``, or taken out of them, as it needs."""
        parameters = _parameters(self.call)
        expects_it = "training" in parameters or _takes_any_keyword(self.call)
        passed = dict(zip(parameters[1:], args))
        if "training" in kwargs or "training" in passed:
            value = kwargs.get("training", passed.get("training"))
            if not expects_it:
                del kwargs["training"]
            return value
        value = _calling.training
        if expects_it and value is not None:
            is_tensor = isinstance(value, (Tensor, Variable))
            value = math_ops.cast(value, dtypes.bool) if is_tensor else bool(value)
            kwargs["training"] = value
        return value

    def _maybe_build(self, inputs):
        if not self.built:
            check_inputs(self.input_spec, inputs, self.name)
            tensors = nest.flatten(inputs)
            if tensors and self.dtype is None and hasattr(tensors[0], "dtype"):
                self._dtype = tensors[0].dtype.base_dtype.name
            shapes = None
            if all(hasattr(tensor, "shape") for tensor in tensors):
                shapes = nest.map_structure(lambda tensor: tensor.shape, inputs)
            self.build(shapes)
            self.built = True
        if self.__dict__.get("_initial_weights") is not None:
            self.set_weights(self._initial_weights)
            self._initial_weights = None

    def _cast_inputs(self, inputs):
        if not (self._autocast and self.dtype and dtypes.as_dtype(self.dtype).is_floating):
            return inputs

        def cast(x):
            floats = isinstance(x, Tensor) and x.dtype.is_floating
            return math_ops.cast(x, self.dtype) if floats else x

        return nest.map_structure(cast, inputs)

    def compute_output_shape(self, input_shape):
        """The outputs' shape for inputs of a shape, without building anything."""
        raise NotImplementedError

    # ---- describing and copying ----

    def get_config(self):
        """The constructor's arguments, as a dictionary.

        Raises:
          NotImplementedError: a subclass has further arguments and does not define this method.
        """
        config = {"name": self.name, "trainable": self.trainable, "dtype": self.dtype}
        if type(self).get_config is Layer.get_config:
            further = [name for name in _parameters(self.__init__) if name not in config]
            if further:
                raise NotImplementedError("Layers with arguments in `__init__` must override "
                                          "`get_config`.")
        return config

    @classmethod
    def from_config(cls, config):
        """The layer that ``get_config`` described."""
        return cls(**config)

    def __deepcopy__(self, memo):
        """A copy that shares tensors and variables; scopes are copied as they are."""
        result = type(self).__new__(type(self))
        memo[id(self)] = result
        for key, value in self.__dict__.items():
            if key in ("_scope", "_sharing_scope"):
                value = copy.copy(value)
            elif not _is_of_graph(value):
                value = copy.deepcopy(value, memo)
            setattr(result, key, value)
        return result


# ---- parts ----


def _parameters(function):
    """Names of the parameters that can be given by place."""
    code = inspect.signature(function).parameters.values()
    return [item.name for item in code
            if item.kind in (item.POSITIONAL_ONLY, item.POSITIONAL_OR_KEYWORD)]


def _takes_any_keyword(function):
    return any(item.kind is item.VAR_KEYWORD
               for item in inspect.signature(function).parameters.values())


def _as_tensor(value):
    return convert_to_tensor(value) if isinstance(value, (np.ndarray, float, int)) else value


def _as_loss(value):
    if isinstance(value, (Tensor, Variable)):
        return value
    return convert_to_tensor(value, dtype=dtypes.float32)


def _returning_tensor(function):
    def loss():
        value = function()
        return None if value is None else _as_loss(value)

    return loss


def _is_any_of(variable, variables):
    """Whether a variable, or one of its parts, is among others."""
    parts = list(variable) if isinstance(variable, PartitionedVariable) else [variable]
    return any(part is other for part in parts for other in variables)


def _is_of_graph(value):
    items = value if isinstance(value, (list, tuple)) else [value]
    return bool(items) and all(isinstance(item, (Tensor, Variable, Operation)) for item in items)


def _collect(items, key):
    """Adds to a collection what is not in it."""
    collection = get_collection_ref(key)
    for item in items:
        if not any(item is other for other in collection):
            collection.append(item)


def _reaches(item, inputs):
    """Whether an operation or a tensor is computed from one of the inputs."""
    sources = {id(tensor) for tensor in nest.flatten(inputs)}
    pending = list(item.inputs) if isinstance(item, Operation) else [item]
    seen = set()
    while pending:
        tensor = pending.pop()
        if id(tensor) in sources:
            return True
        if id(tensor) not in seen:
            seen.add(id(tensor))
            pending.extend(tensor.op.inputs)
    return False


def _required_session():
    from minitf.session import get_default_session

    session = get_default_session()
    if session is None:
        raise ValueError("Weights have values in a session only: there is no default session. Use "
                         "`with sess.as_default()`.")
    return session
