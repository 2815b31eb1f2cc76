"""Variables: values that a session keeps from run to run, and that ops read and assign to.

``tf.Variable(...)`` makes one of two kinds. A RefVariable (the default) is a VariableV2 op whose
output is mutable: ops that update it take that tensor itself, ops that use it take ``b/read``, an
Identity of it. A ResourceVariable (``use_resource=True``) is a handle, which ReadVariableOp and
AssignVariableOp take: each read is an op of its own, with its own place in the order of things.
"""

import enum
import functools

from minitf.framework.graph import GraphKeys, get_default_graph, init_scope
from minitf.framework.indexed_slices import IndexedSlices
from minitf.framework.operation import Tensor
from minitf.framework.scope_names import prepend_scope, strip_scope
from minitf.ops import array_ops, control_flow_ops, state_ops


class VariableSynchronization(enum.Enum):
    """When copies of a distributed variable are brought together. Kept with the variable."""

    AUTO = 0
    NONE = 1
    ON_WRITE = 2
    ON_READ = 3


class VariableAggregation(enum.Enum):
    """How copies of a distributed variable are brought together. Kept with the variable."""

    NONE = 0
    SUM = 1
    MEAN = 2
    ONLY_FIRST_REPLICA = 3
    ONLY_FIRST_TOWER = 3  # the older name

    def __hash__(self):
        return hash(self.value)


def validated(synchronization, aggregation, trainable, name):
    """The three properties of a variable with their defaults put in for None.

    Raises:
      ValueError: not a mode of synchronization or aggregation.
    """
    modes = []
    for mode, value, kind in ((VariableSynchronization, synchronization, "synchronization"),
                              (VariableAggregation, aggregation, "aggregation")):
        try:
            modes.append(mode(value or 0))
        except ValueError:
            raise ValueError(
                f"Invalid variable {kind} mode: {value} for variable: {name}") from None
    if trainable is None:
        trainable = modes[0] != VariableSynchronization.ON_READ
    return modes[0], modes[1], trainable


# ---- which kind of variable is made ----


class _VariableType(type):
    """Makes ``Variable(...)`` ask the graph's variable creators, and then choose the kind."""

    def __call__(cls, *args, **kwargs):
        if cls is Variable:
            return _create_variable(*args, **kwargs)
        return super().__call__(*args, **kwargs)


def _create_variable(initial_value=None, trainable=None, collections=None, validate_shape=True,
                     caching_device=None, name=None, variable_def=None, dtype=None,
                     expected_shape=None, import_scope=None, constraint=None, use_resource=None,
                     synchronization=VariableSynchronization.AUTO,
                     aggregation=VariableAggregation.NONE, shape=None):
    arguments = dict(locals())
    if aggregation is None:
        arguments["aggregation"] = VariableAggregation.NONE
    creator = functools.partial(default_variable_creator, None)
    for custom in variable_creators():
        creator = functools.partial(custom, creator)
    return creator(**arguments)


def variable_creators():
    """The default graph's stack of variable creators, outermost first."""
    return get_default_graph()._scoped_state.setdefault("variable_creators", [])


def default_variable_creator(next_creator, use_resource=None, expected_shape=None, **arguments):
    """Makes a variable of the kind that the argument, the scope or the default asks for."""
    from minitf.ref_variable import RefVariable
    from minitf.resource_variable import ResourceVariable
    from minitf.variable_scope import get_variable_scope, resource_variables_enabled

    if use_resource is None:
        use_resource = get_variable_scope().use_resource
    if use_resource is None:
        use_resource = resource_variables_enabled()
    kind = ResourceVariable if use_resource else RefVariable
    return kind(**arguments)


# ---- what both kinds are ----


class Variable(metaclass=_VariableType):
    """A value that a session keeps from run to run.

    It is used like a tensor; ``assign`` and its relatives build ops that change it. It has a value
    only after ``initializer`` ran: see ``global_variables_initializer``.

    Args:
      initial_value: a tensor, a value that converts to one, or a function without arguments that
        returns one of these. Its shape must be known, unless ``validate_shape`` is False.
      trainable: optimizers change it by default: it joins GraphKeys.TRAINABLE_VARIABLES. By default
        True.
      collections: the collections that it joins; by default [GraphKeys.GLOBAL_VARIABLES].
      validate_shape: if False, the variable may be assigned values of other shapes.
      caching_device: the device on which reads are cached.
      name: by default "Variable", made unique.
      variable_def: a VariableDef; the variable is then one whose nodes are in the graph already,
        and of the other arguments only ``import_scope`` counts.
      dtype: what ``initial_value`` is converted to.
      expected_shape: not used.
      import_scope: a name scope to put before the names in ``variable_def``.
      constraint: a function that optimizers apply to the value after each update.
      use_resource: True makes a ResourceVariable, False a RefVariable, None what the variable scope
        says.
      synchronization, aggregation: kept with the variable.
      shape: the variable's static shape, if it is to know less than ``initial_value``'s.

    Raises:
      ValueError: no initial value, or one whose shape is not known; ``collections`` is no list;
        ``constraint`` is no function.
    """

    _is_dense_tensor_like = True
    # Above NumPy's, so that `array + variable` comes to Variable.__radd__.
    __array_priority__ = 100

    def __init__(self, initial_value=None, trainable=None, collections=None, validate_shape=True,
                 caching_device=None, name=None, variable_def=None, dtype=None,
                 expected_shape=None, import_scope=None, constraint=None, use_resource=None,
                 synchronization=VariableSynchronization.AUTO,
                 aggregation=VariableAggregation.NONE, shape=None):
        raise NotImplementedError("Variable(...) makes a RefVariable or a ResourceVariable; a "
                                  "class of your own has to define __init__")

    def _set_properties(self, trainable, synchronization, aggregation, name, constraint=None):
        self._synchronization, self._aggregation, self._trainable = validated(
            synchronization, aggregation, trainable, name)
        self._constraint = constraint
        self._save_slice_info = None

    def __repr__(self):
        return f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}>"

    @property
    def trainable(self):
        return self._trainable

    @property
    def synchronization(self):
        return self._synchronization

    @property
    def aggregation(self):
        return self._aggregation

    @property
    def constraint(self):
        """The function that optimizers apply after updates, or None."""
        return self._constraint

    @property
    def initializer(self):
        """The operation that gives the variable its initial value."""
        return self._initializer_op

    @property
    def initial_value(self):
        """The tensor that ``initializer`` assigns, as it was given (not guarded)."""
        return self._initial_value

    def initialized_value(self):
        """The variable's value if it has one, else its initial value (builds a ``cond``)."""
        with init_scope():
            return control_flow_ops.cond(state_ops.is_variable_initialized(self), self.read_value,
                                         lambda: self.initial_value)

    def get_shape(self):
        """Alias of ``shape``."""
        return self.shape

    @property
    def _shared_name(self):
        return self.name[:self.name.index(":")]

    def eval(self, session=None):
        """The value in ``session``, or in the default session."""
        return self._as_graph_element().eval(session=session)

    def load(self, value, session=None):
        """Sets the value in ``session`` (or the default one) at once, without adding to the graph.

        Raises:
          ValueError: there is no session.
        """
        if session is None:
            from minitf.session import get_default_session

            session = get_default_session()
            if session is None:
                raise ValueError("Either session argument should be provided or default session "
                                 "should be established")
        session.run(self.initializer, {self.initializer.inputs[1]: value})

    def _set_save_slice_info(self, save_slice_info):
        """Notes that this variable is a slice of a larger one, for checkpoints."""
        self._save_slice_info = save_slice_info

    def _get_save_slice_info(self):
        return self._save_slice_info

    def experimental_ref(self):
        """A wrapper that compares and hashes by the variable's identity."""
        return Reference(self)

    @staticmethod
    def from_proto(variable_def, import_scope=None):
        """The variable that a VariableDef describes, whose nodes are in the default graph."""
        from minitf.ref_variable import RefVariable
        from minitf.resource_variable import ResourceVariable

        kind = ResourceVariable if variable_def.is_resource else RefVariable
        return kind(variable_def=variable_def, import_scope=import_scope)

    def _describe(self, message, export_scope):
        """Fills in the fields of a VariableDef that both kinds have."""
        if self._initial_value is not None:
            message.initial_value_name = strip_scope(self._initial_value.name, export_scope)
        message.trainable = self.trainable
        message.synchronization = self.synchronization.value
        message.aggregation = self.aggregation.value
        message.initializer_name = strip_scope(self.initializer.name, export_scope)
        if self._save_slice_info:
            message.save_slice_info_def.MergeFrom(
                self._save_slice_info.to_proto(export_scope=export_scope))
        return message

    def _find_described(self, variable_def, import_scope):
        """Finds the nodes that ``_describe`` named."""
        graph = get_default_graph()
        self._initializer_op = graph.as_graph_element(
            prepend_scope(variable_def.initializer_name, import_scope))
        self._initial_value = None
        if variable_def.initial_value_name:
            self._initial_value = graph.as_graph_element(
                prepend_scope(variable_def.initial_value_name, import_scope))
        self._set_properties(variable_def.trainable, variable_def.synchronization,
                             variable_def.aggregation, variable_def.variable_name)
        if variable_def.HasField("save_slice_info_def"):
            self._save_slice_info = SaveSliceInfo(
                save_slice_info_def=variable_def.save_slice_info_def, import_scope=import_scope)

    def __getitem__(self, key):
        """``v.value()[key]``: a part of the value, as with tensors."""
        return array_ops.index_tensor(self.value(), key, variable=self)

    def __iter__(self):
        raise TypeError("'Variable' object is not iterable.")


def _install_operators():
    """Gives variables the operators of tensors: ``v + x`` is ``v.value() + x``."""
    both = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor",
            "div")
    names = [f"__{name}__" for name in both] + [f"__r{name}__" for name in both]
    names += ["__lt__", "__le__", "__gt__", "__ge__", "__invert__", "__neg__", "__abs__"]
    for name in names:
        setattr(Variable, name, _on_value(name))


def _on_value(operator):
    def apply(self, *args):
        method = getattr(Tensor, operator, None)
        return NotImplemented if method is None else method(self.value(), *args)

    apply.__name__ = operator
    return apply


_install_operators()


class Reference:
    """Holds an object, and compares and hashes by its identity."""

    __slots__ = ("_wrapped",)

    def __init__(self, wrapped):
        self._wrapped = wrapped

    def deref(self):
        """The object."""
        return self._wrapped

    def __eq__(self, other):
        return isinstance(other, Reference) and self._wrapped is other._wrapped

    def __hash__(self):
        return id(self._wrapped)

    def __repr__(self):
        return f"<Reference wrapping {self._wrapped!r}>"


class SaveSliceInfo:
    """Where a variable lies in a larger one that checkpoints hold as a whole.

    Attributes:
      full_name, full_shape: of the whole.
      var_offset, var_shape: this variable's place: lists with an int for each dimension.
    """

    def __init__(self, full_name=None, full_shape=None, var_offset=None, var_shape=None,
                 save_slice_info_def=None, import_scope=None):
        if save_slice_info_def is not None:
            full_name = prepend_scope(save_slice_info_def.full_name, import_scope)
            full_shape = list(save_slice_info_def.full_shape)
            var_offset = list(save_slice_info_def.var_offset)
            var_shape = list(save_slice_info_def.var_shape)
        self.full_name = full_name
        self.full_shape = full_shape
        self.var_offset = var_offset
        self.var_shape = var_shape

    @property
    def spec(self):
        """The slice in a checkpoint's notation: shape, then offset and length of each dimension."""
        return (" ".join(map(str, self.full_shape)) + " "
                + ":".join(f"{start},{size}"
                           for start, size in zip(self.var_offset, self.var_shape)))

    def to_proto(self, export_scope=None):
        """A SaveSliceInfoDef, or None when the whole is not under ``export_scope``."""
        from minitf.framework import protos

        if export_scope is not None and not self.full_name.startswith(export_scope):
            return None
        return protos.SaveSliceInfoDef(
            full_name=strip_scope(self.full_name, export_scope), full_shape=self.full_shape,
            var_offset=self.var_offset, var_shape=self.var_shape)


Variable.SaveSliceInfo = SaveSliceInfo


def checked_collections(collections, trainable, constraint):
    """The collections that a new variable joins.

    Raises:
      ValueError: ``collections`` is no list, or ``constraint`` no function.
    """
    if collections is None:
        collections = [GraphKeys.GLOBAL_VARIABLES]
    if not isinstance(collections, (list, tuple, set)):
        raise ValueError("collections argument to Variable constructor must be a list, tuple, or "
                         f"set. Got {collections} of type {type(collections)}")
    if constraint is not None and not callable(constraint):
        raise ValueError("The `constraint` argument must be a callable.")
    if trainable and GraphKeys.TRAINABLE_VARIABLES not in collections:
        collections = [*collections, GraphKeys.TRAINABLE_VARIABLES]
    return collections


def refuse_value_of_control_flow(initial_value, name):
    """Raises ValueError for an initial value that only exists inside a loop or a branch."""
    if initial_value.op._get_control_flow_context() is not None:
        raise ValueError(f"Initializer for variable {name} is from inside a control-flow "
                         "construct, such as a loop or conditional. When creating a variable "
                         "inside a loop or conditional, use a lambda as the initializer.")


def require_indexed_slices(sparse_delta):
    """Raises TypeError for anything but IndexedSlices."""
    if not isinstance(sparse_delta, IndexedSlices):
        raise TypeError(f"sparse_delta is not IndexedSlices: {sparse_delta}")
