"""Variable scopes: names, defaults and sharing for ``get_variable``.

``with tf.variable_scope("net"):`` opens two things. A *name scope*, made unique, takes the ops. The
*variable scope* takes what ``get_variable`` makes, under exactly the name given, so that entering
it again can find the same variables. A graph has one VariableStore, and one scope that is current.
"""

import contextlib
import copy
import enum
import functools

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import (
    GraphKeys,
    add_to_collection,
    get_collection,
    get_collection_ref,
    graph_from_inputs,
    name_scope,
)
from minitf.variable_base import (
    Variable,
    VariableAggregation,
    VariableSynchronization,
    variable_creators,
)
from minitf.variable_store import VariableStore


class _ReuseMode(enum.Enum):
    AUTO_REUSE = 1


# TensorFlow's name for the constructor in code of the library itself.
variable = Variable

# As ``reuse``: get_variable gives the variable of that name, and makes it if there is none.
AUTO_REUSE = _ReuseMode.AUTO_REUSE

_STORE_KEY = ("__variable_store",)
_SCOPES_KEY = ("__varscope",)

_use_resource_by_default = False


def enable_resource_variables():
    """Makes variables resource variables, unless told otherwise."""
    global _use_resource_by_default
    _use_resource_by_default = True


def disable_resource_variables():
    """Makes variables ref variables, unless told otherwise."""
    global _use_resource_by_default
    _use_resource_by_default = False


def resource_variables_enabled():
    """Whether variables are resource variables unless told otherwise."""
    return _use_resource_by_default


def no_regularizer(_):
    """A regularizer that adds nothing: it keeps away the variable scope's."""
    return None


# ---- a scope ----


class VariableScope:
    """The prefix of variables' names, and the defaults of ``get_variable``'s arguments.

    Attributes: name, original_name_scope (the name scope opened first with it), reuse, initializer,
    regularizer, caching_device, partitioner, custom_getter, dtype, use_resource, constraint.
    """

    def __init__(self, reuse, name="", initializer=None, regularizer=None, caching_device=None,
                 partitioner=None, custom_getter=None, name_scope="", dtype=dtypes.float32,
                 use_resource=None, constraint=None):
        self._name = name
        self._reuse = reuse
        self._name_scope = name_scope
        self._defaults = {
            "initializer": initializer, "regularizer": regularizer,
            "caching_device": caching_device, "partitioner": partitioner,
            "custom_getter": custom_getter, "dtype": dtype, "use_resource": use_resource,
            "constraint": constraint}

    @property
    def name(self):
        return self._name

    @property
    def original_name_scope(self):
        return self._name_scope

    @property
    def reuse(self):
        return self._reuse

    @property
    def initializer(self):
        return self._defaults["initializer"]

    @property
    def regularizer(self):
        return self._defaults["regularizer"]

    @property
    def caching_device(self):
        return self._defaults["caching_device"]

    @property
    def partitioner(self):
        return self._defaults["partitioner"]

    @property
    def custom_getter(self):
        return self._defaults["custom_getter"]

    @property
    def dtype(self):
        return self._defaults["dtype"]

    @property
    def use_resource(self):
        return self._defaults["use_resource"]

    @property
    def constraint(self):
        return self._defaults["constraint"]

    def reuse_variables(self):
        """From now on ``get_variable`` gives variables that exist, in this scope."""
        self._reuse = True

    def set_initializer(self, initializer):
        self._defaults["initializer"] = initializer

    def set_regularizer(self, regularizer):
        self._defaults["regularizer"] = regularizer

    def set_caching_device(self, caching_device):
        self._defaults["caching_device"] = caching_device

    def set_partitioner(self, partitioner):
        self._defaults["partitioner"] = partitioner

    def set_custom_getter(self, custom_getter):
        self._defaults["custom_getter"] = custom_getter

    def set_dtype(self, dtype):
        self._defaults["dtype"] = dtype

    def set_use_resource(self, use_resource):
        self._defaults["use_resource"] = use_resource

    def get_collection(self, name):
        """The items of a collection whose names are in this scope."""
        return get_collection(name, self._name + "/" if self._name else "")

    def trainable_variables(self):
        return self.get_collection(GraphKeys.TRAINABLE_VARIABLES)

    def global_variables(self):
        return self.get_collection(GraphKeys.GLOBAL_VARIABLES)

    def local_variables(self):
        return self.get_collection(GraphKeys.LOCAL_VARIABLES)

    def get_variable(self, var_store, name, shape=None, dtype=None, initializer=None,
                     regularizer=None, reuse=None, trainable=None, collections=None,
                     caching_device=None, partitioner=None, validate_shape=True, use_resource=None,
                     custom_getter=None, constraint=None,
                     synchronization=VariableSynchronization.AUTO,
                     aggregation=VariableAggregation.NONE):
        """The variable ``name`` of this scope in ``var_store``; see ``get_variable``."""
        def default(value, key):
            return self._defaults[key] if value is None else value

        full_name = f"{self._name}/{name}" if self._name else name
        with name_scope(None):
            if dtype is not None and initializer is not None and not callable(initializer):
                found = convert_to_tensor(initializer).dtype.base_dtype
                if found != dtype:
                    raise ValueError(f"Initializer type '{found}' and explicit dtype '{dtype}' "
                                     "don't match.")
            return var_store.get_variable(
                full_name, shape=shape, dtype=default(dtype, "dtype"),
                initializer=default(initializer, "initializer"),
                regularizer=default(regularizer, "regularizer"),
                reuse=self._reuse if reuse is None else reuse, trainable=trainable,
                collections=collections, caching_device=default(caching_device, "caching_device"),
                partitioner=default(partitioner, "partitioner"), validate_shape=validate_shape,
                use_resource=default(use_resource, "use_resource"),
                custom_getter=default(custom_getter, "custom_getter"),
                constraint=default(constraint, "constraint"), synchronization=synchronization,
                aggregation=aggregation)

    def _inner(self, name, reuse, name_scope, changes):
        """A scope with this one's defaults, less the constraint, and those ``changes`` not None."""
        defaults = dict(self._defaults, constraint=None)
        for key, value in changes.items():
            if value is not None:
                defaults[key] = value
        outer_getter = self.custom_getter
        if changes["custom_getter"] is not None and outer_getter is not None:
            defaults["custom_getter"] = _nested_getter(changes["custom_getter"], outer_getter)
        return VariableScope(reuse, name, name_scope=name_scope, **defaults)


def _nested_getter(inner, outer):
    """A custom getter that calls ``inner``, whose getter is ``outer``."""
    def custom_getter(getter, *args, **kwargs):
        return inner(functools.partial(outer, getter), *args, **kwargs)

    return custom_getter


# ---- the scope that is current, and the store ----


class _ScopeState:
    """The current scope of a graph, and how often each scope name was opened.

    TensorFlow keeps one a thread; here a graph is built by one thread.
    """

    def __init__(self):
        self.current = VariableScope(False)
        self.counts = {}

    def open(self, name):
        self.counts[name] = self.counts.get(name, 0) + 1

    def close_subscopes(self, name):
        for key in self.counts:
            if key.startswith(name + "/"):
                self.counts[key] = 0

    def unique(self, prefix):
        """``prefix``, with a number after it when the current scope has opened one of that name."""
        full = f"{self.current.name}/{prefix}" if self.current.name else prefix
        if not self.counts.get(full):
            return prefix
        number = 1
        while self.counts.get(f"{full}_{number}"):
            number += 1
        return f"{prefix}_{number}"


def _only_item(key, factory):
    items = get_collection_ref(key)
    if not items:
        add_to_collection(key, factory())
    return items[0]


def _scope_state():
    return _only_item(_SCOPES_KEY, _ScopeState)


def _get_default_variable_store():
    return _only_item(_STORE_KEY, VariableStore)


def get_variable_scope():
    """The current variable scope."""
    return _scope_state().current


# ---- getting variables ----


def get_variable(name, shape=None, dtype=None, initializer=None, regularizer=None, trainable=None,
                 collections=None, caching_device=None, partitioner=None, validate_shape=True,
                 use_resource=None, custom_getter=None, constraint=None,
                 synchronization=VariableSynchronization.AUTO,
                 aggregation=VariableAggregation.NONE):
    """The variable of that name in the current variable scope: a new one, or one to share.

    Args:
      name: the name within the scope.
      shape: the shape of a new variable; None when ``initializer`` is a value.
      dtype: the elements' dtype; by default the scope's, which is float32.
      initializer: a function of shape and dtype (see ``initializers``), a class of these, a value,
        or a function without arguments. By default the scope's; else Glorot uniform for floats,
        zeros for integers, bools and strings.
      regularizer: a function of the variable; what it returns joins
        GraphKeys.REGULARIZATION_LOSSES.
      trainable, collections, caching_device, validate_shape, use_resource, constraint,
        synchronization, aggregation: as in ``Variable``.
      partitioner: a function of shape and dtype that returns the number of slices along each
        dimension (at most one is above 1): the result is a PartitionedVariable.
      custom_getter: called as ``custom_getter(getter, name, **arguments)`` in place of the getter.

    Returns:
      A Variable, or a PartitionedVariable.

    Raises:
      ValueError: the variable exists and the scope does not share; or it shares and the variable
        does not exist, or has another shape or dtype; or the shape of a new variable is not known.
    """
    return get_variable_scope().get_variable(_get_default_variable_store(), **locals())


def get_local_variable(name, shape=None, dtype=None, initializer=None, regularizer=None,
                       trainable=False, collections=None, caching_device=None, partitioner=None,
                       validate_shape=True, use_resource=None, custom_getter=None, constraint=None,
                       synchronization=VariableSynchronization.AUTO,
                       aggregation=VariableAggregation.NONE):
    """``get_variable`` for a variable that is not trained and joins GraphKeys.LOCAL_VARIABLES."""
    arguments = dict(locals(), trainable=False,
                     collections=[*(collections or ()), GraphKeys.LOCAL_VARIABLES])
    return get_variable(**arguments)


# ---- opening scopes ----


class variable_scope:
    """A context manager that opens a variable scope, and a name scope with it; gives the scope.

    Args:
      name_or_scope: a name, put after the current scope's; or a VariableScope to enter again as it
        is, with a new name scope named after it.
      default_name: the name when ``name_or_scope`` is None, made unique.
      values: tensors; their graph becomes the default.
      initializer, regularizer, caching_device, partitioner, custom_getter, dtype, use_resource,
        constraint: the scope's defaults; None takes those of the scope around it (a constraint is
        not taken over).
      reuse: True: only variables that exist; AUTO_REUSE: these, or new ones; None: as the scope
        around it. (False is None: sharing cannot be switched off inside.)
      auxiliary_name_scope: if False, no name scope is opened.

    Raises:
      TypeError: no name at all, or one of another type.
      ValueError: ``reuse`` with a default name.
    """

    def __init__(self, name_or_scope, default_name=None, values=None, initializer=None,
                 regularizer=None, caching_device=None, partitioner=None, custom_getter=None,
                 reuse=None, dtype=None, use_resource=None, constraint=None,
                 auxiliary_name_scope=True):
        if default_name is None and name_or_scope is None:
            raise TypeError("If default_name is None then name_or_scope is required")
        if not (reuse is None or reuse is AUTO_REUSE or isinstance(reuse, bool)):
            raise ValueError("The reuse parameter must be True or False or None.")
        if not isinstance(auxiliary_name_scope, bool):
            raise TypeError("The auxiliary_name_scope must be `True` or `False`, while get "
                            f"{auxiliary_name_scope}")
        self._name_or_scope = name_or_scope
        self._default_name = default_name
        self._graph = graph_from_inputs(values or [])
        self._reuse = reuse or None
        self._changes = {
            "initializer": initializer, "regularizer": regularizer,
            "caching_device": caching_device, "partitioner": partitioner,
            "custom_getter": custom_getter, "dtype": dtype, "use_resource": use_resource,
            "constraint": constraint}
        self._auxiliary_name_scope = auxiliary_name_scope
        self._first = None  # names of the first entry, which further entries of this object keep
        self._contexts = []

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.enter_context(self._graph.as_default())
            scope = self._enter_scopes(stack)
            self._contexts.append(stack.pop_all())
        return scope

    def __exit__(self, *error):
        self._contexts.pop().__exit__(*error)
        return False

    def _enter_scopes(self, stack):
        given, state = self._name_or_scope, _scope_state()
        if isinstance(given, VariableScope):
            self._enter_name_scope(stack, given.name.split("/")[-1])
            return stack.enter_context(self._entered_again(state, given))
        if given is None and self._reuse:
            raise ValueError("reuse=True cannot be used without a name_or_scope")
        if not (given is None or isinstance(given, str)):
            raise TypeError("VariableScope: name_or_scope must be a string or VariableScope.")
        full_name_scope = self._enter_name_scope(
            stack, self._default_name if given is None else given)
        if self._first is None:
            name = state.unique(self._default_name) if given is None else given
            self._first = name, full_name_scope
        return stack.enter_context(self._named(state, *self._first))

    def _enter_name_scope(self, stack, name):
        """Opens the name scope and gives its full name; no scope for an empty name."""
        if not self._auxiliary_name_scope:
            name = self._graph.get_name_scope()
            return stack.enter_context(name_scope(name + "/" if name else name))
        return stack.enter_context(name_scope(name)) if name else name

    @contextlib.contextmanager
    def _named(self, state, name, full_name_scope):
        """A scope below the current one."""
        outer = state.current
        full_name = f"{outer.name}/{name}" if outer.name else name
        scope = outer._inner(full_name, self._reuse or outer.reuse, full_name_scope, self._changes)
        state.open(full_name)
        state.current = scope
        try:
            yield scope
        finally:
            _check_nesting(state, scope)
            state.close_subscopes(full_name)
            state.current = outer

    @contextlib.contextmanager
    def _entered_again(self, state, given):
        """A scope that was opened before, wherever that was."""
        outer = state.current
        scope = given._inner(given.name, self._reuse or given.reuse, given.original_name_scope,
                             self._changes)
        state.open(given.name)
        counts = copy.copy(state.counts)
        state.current = scope
        try:
            yield scope
        finally:
            _check_nesting(state, scope)
            state.counts = counts
            state.current = outer


def _check_nesting(state, scope):
    if state.current is not scope:
        raise RuntimeError("Improper nesting of variable_scope.")


def create_partitioned_variables(shape, slicing, initializer, dtype=dtypes.float32, trainable=True,
                                 collections=None, name=None, reuse=None):
    """A list of variables that are the slices of one tensor.

    Args:
      shape: of the whole, a list.
      slicing: the number of slices along each dimension; one of them at most may be above 1.
      initializer: a function of shape and dtype, or a tensor.
      dtype: the dtype.
      trainable, collections: see ``get_variable``.
      name: the variable scope; None: a unique one that begins with "PartitionedVariable".
      reuse: True: the variables must exist.

    Raises:
      ValueError: ``shape`` and ``slicing`` are not equally long, or empty.
    """
    if len(shape) != len(slicing):
        raise ValueError("The 'shape' and 'slicing' of a partitioned Variable must have the "
                         f"length: shape: {shape}, slicing: {slicing}")
    if len(shape) < 1:
        raise ValueError(f"A partitioned Variable must have rank at least 1: shape: {shape}")

    def partitioner(shape, dtype):
        return slicing

    with variable_scope(name, "PartitionedVariable", reuse=reuse) as scope:
        outer = VariableScope(scope.reuse, use_resource=scope.use_resource)
        whole = outer.get_variable(
            _get_default_variable_store(), scope.name, shape, dtype, initializer,
            trainable=trainable, collections=collections, regularizer=scope.regularizer,
            caching_device=scope.caching_device, partitioner=partitioner)
        return list(whole)


@contextlib.contextmanager
def variable_op_scope(values, name_or_scope, default_name=None, initializer=None, regularizer=None,
                      caching_device=None, partitioner=None, custom_getter=None, reuse=None,
                      dtype=None, use_resource=None, constraint=None):
    """``variable_scope`` under its older name and with its arguments in another order."""
    with variable_scope(**locals()) as scope:
        yield scope


@contextlib.contextmanager
def variable_creator_scope(variable_creator):
    """A context manager: ``variable_creator(next_creator, **arguments)`` makes the variables.

    It returns a variable; ``next_creator(**arguments)`` is the way in which the variable would be
    made without it. The innermost scope's creator is called first.
    """
    creators = variable_creators()
    creators.append(variable_creator)
    try:
        yield
    finally:
        creators.remove(variable_creator)
