"""What operators made of several others share: compositions, direct sums, Kronecker products."""

from minitf.framework.graph import name_scope
from minitf.linear_operators.operator import LinearOperator
from minitf.ops import array_ops, check_ops
from minitf.ops.common_shapes import broadcast_shape


class OperatorOfSeveral(LinearOperator):
    """An operator made of a list of others, of one dtype.

    A subclass says how it is called, and which hints it has when all of its operators have them.
    """

    _made = ""  # what it is, for messages
    _wanted = "a non-empty list of "
    _joint = ""  # stands between the operators' names in its own
    _inherited = {}  # {hint: adjective}

    def __init__(self, operators, hints, name):
        check_ops.assert_proper_iterable(operators)
        self._operators = operators = list(operators)
        if not operators:
            raise ValueError(f"Expected {self._wanted}operators. Found: {operators}")
        if any(operator.dtype != operators[0].dtype for operator in operators):
            found = "   ".join(str((operator.name, operator.dtype)) for operator in operators)
            raise TypeError(f"Expected all operators to have the same dtype.  Found {found}")
        hints = {**hints, **{hint: self._inherited_hint(hint, hints[hint])
                             for hint in self._inherited}}
        self._check_hints(hints)
        parents = [parent for operator in operators for parent in operator.graph_parents]
        if name is None:
            name = self._joint.join(operator.name for operator in operators)
        with name_scope(name, values=parents):
            super().__init__(operators[0].dtype, graph_parents=parents, name=name, **hints)

    def _inherited_hint(self, hint, given):
        """True when all operators have the hint, else the hint given."""
        if not all(getattr(operator, hint) for operator in self._operators):
            return given
        if given is False:
            kind = self._inherited[hint]
            raise ValueError(f"The {self._made} of {kind} operators is always {kind}.")
        return True

    def _check_hints(self, hints):
        """For a subclass that allows not all hints."""

    @property
    def operators(self):
        """The operators that this one is made of."""
        return self._operators

    def _broadcast_batch_shape(self):
        """The static batch shape of all operators together."""
        result = self.operators[0].batch_shape
        for operator in self.operators[1:]:
            result = broadcast_shape(result, operator.batch_shape)
        return result

    def _batch_shape_by_zeros(self):
        """The batch shape as a tensor: that of a sum of zeros of each operator's batch shape."""
        zeros = array_ops.zeros(shape=self.operators[0].batch_shape_tensor())
        for operator in self.operators[1:]:
            zeros += array_ops.zeros(shape=operator.batch_shape_tensor())
        return array_ops.shape(zeros)

    def _determinant(self):
        result = self.operators[0].determinant()
        for operator in self.operators[1:]:
            result *= operator.determinant()
        return result

    def _log_abs_determinant(self):
        result = self.operators[0].log_abs_determinant()
        for operator in self.operators[1:]:
            result += operator.log_abs_determinant()
        return result
