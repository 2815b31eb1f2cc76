"""Templates: functions that make variables in their first call, and share them from then on."""

import functools
import traceback

from minitf import tf_logging
from minitf.framework.graph import GraphKeys, get_collection, get_collection_ref
from minitf.variable_scope import _scope_state, variable_scope


def make_template(name_, func_, create_scope_now_=False, unique_name_=None, custom_getter_=None,
                  **kwargs):
    """A function like ``func_`` whose variables (of ``get_variable``) are the same in each call.

    ::

        layer = tf.make_template("layer", lambda x: x * tf.get_variable("w", []))
        y, z = layer(a), layer(b)            # share layer/w

    Args:
      name_: the name of the variable scope, made unique.
      func_: the function.
      create_scope_now_: whether the scope's name is settled now, and not in the first call.
      unique_name_: the scope's name in place of ``name_``, not made unique: two templates with the
        same one collide.
      custom_getter_: a custom getter for the scope's variables; see ``get_variable``.
      **kwargs: arguments of ``func_`` that all calls have.

    Returns:
      A Template. Calling it raises ValueError when a later call makes a trainable variable.

    Raises:
      ValueError: ``name_`` is None.
    """
    if kwargs:
        func_ = functools.update_wrapper(functools.partial(func_, **kwargs), func_)
    return Template(name_, func_, create_scope_now_, unique_name_, custom_getter_)


class Template:
    """What ``make_template`` returns: call it as the function.

    Attributes:
      name, func: as given.
      variable_scope: the VariableScope, None before the first call (or ``create_scope_now_``).
    """

    def __init__(self, name, func, create_scope_now=False, unique_name=None, custom_getter=None):
        if name is None:
            raise ValueError("name cannot be None.")
        self.name = name
        self.func = func
        self.variable_scope = None
        self._unique_name = unique_name
        self._custom_getter = custom_getter
        self._made_at = traceback.format_stack()[:-2]
        self._first_call = True
        if create_scope_now:
            name = unique_name or _scope_state().unique(name)
            scope = variable_scope(name, custom_getter=custom_getter, auxiliary_name_scope=False)
            scope._first = name, name  # there is no name scope: its own name stands for it
            with scope as self.variable_scope:
                pass

    def __call__(self, *args, **kwargs):
        """Calls the function in the template's variable scope.

        Raises:
          ValueError: a call after the first made a trainable variable.
          Whatever the function raises, with the place where the template was made in its message.
        """
        if self.variable_scope:
            scope = variable_scope(self.variable_scope, reuse=not self._first_call)
        else:
            scope = variable_scope(self._unique_name, self.name, custom_getter=self._custom_getter)
        with scope as opened:
            self.variable_scope = self.variable_scope or opened
            try:
                if not self._first_call:
                    return self._call_again(args, kwargs)
                result = self.func(*args, **kwargs)
            except Exception as error:
                error.args = (self._with_origin(error), *error.args[1:])
                raise
            self._first_call = False
            return result

    def _call_again(self, args, kwargs):
        """A call that must find its variables, and make none that are trained."""
        trainable = get_collection_ref(GraphKeys.TRAINABLE_VARIABLES)
        everything = get_collection_ref(GraphKeys.GLOBAL_VARIABLES)
        trainable_before, before = len(trainable), len(everything)
        result = self.func(*args, **kwargs)
        if len(trainable) != trainable_before:
            raise ValueError("Trainable variable created when calling a template after the first "
                             "time, perhaps you used tf.Variable when you meant tf.get_variable: "
                             f"{(trainable[trainable_before:],)}")
        if len(everything) != before:
            tf_logging.info("A call of the template %s after the first made new variables: %s",
                            self.name, everything[before:])
        return result

    def _with_origin(self, error):
        """The error's message, and from where on the template's making went another way."""
        made, raised = self._made_at, traceback.format_stack()
        common = next((i for i, pair in enumerate(zip(made, raised)) if pair[0] != pair[1]),
                      len(made) - 1)
        message = error.args[0] if error.args else ""
        return f"{message}\n\noriginally defined at:\n{''.join(made[common:])}"

    # ---- the variables ----

    @property
    def variable_scope_name(self):
        """The scope's name with a slash after it; None before there is a scope."""
        if self.variable_scope is None:
            return None
        name = self.variable_scope.name
        return name if not name or name.endswith("/") else name + "/"

    @property
    def var_scope(self):
        """``variable_scope`` under its older name."""
        return self.variable_scope

    def _collected(self, key):
        return [] if self._first_call else get_collection(key, self.variable_scope_name)

    @property
    def variables(self):
        """All variables, global ones first; none before the first call, as in the next ones."""
        return self.global_variables + self.local_variables

    @property
    def trainable_variables(self):
        """Those in GraphKeys.TRAINABLE_VARIABLES."""
        return self._collected(GraphKeys.TRAINABLE_VARIABLES)

    @property
    def non_trainable_variables(self):
        """Global variables that are not trained."""
        trainable = self.trainable_variables
        return [variable for variable in self.global_variables
                if not any(variable is other for other in trainable)]

    @property
    def global_variables(self):
        """Those in GraphKeys.GLOBAL_VARIABLES."""
        return self._collected(GraphKeys.GLOBAL_VARIABLES)

    @property
    def local_variables(self):
        """Those in GraphKeys.LOCAL_VARIABLES."""
        return self._collected(GraphKeys.LOCAL_VARIABLES)

    @property
    def weights(self):
        """``variables``, as layers call them."""
        return self.variables

    @property
    def trainable_weights(self):
        """``trainable_variables``, as layers call them."""
        return self.trainable_variables

    @property
    def non_trainable_weights(self):
        """``non_trainable_variables``, as layers call them."""
        return self.non_trainable_variables
