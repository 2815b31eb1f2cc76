"""A plan: one run of a graph, compiled to a Python function with one line an operation.

``compile_plan`` prunes, orders and writes the function. In the text, every tensor is a local
variable named after it; constants, variables' cells, kernels and attributes are globals of the
function. What is the same in every run is a constant, too, and what nobody reads is left out. A
tensor is deleted on the line of its last reader, so that its memory is free from there on.
"""

import numpy as np

from minitf.framework import errors
from minitf.framework.operation import rule_arguments
from minitf.session.blas_threads import Products
from minitf.session.frames import arrange, flat
from minitf.session.prune import walk_back
from minitf.session.state import VariableState
from minitf.session.writer import Writer


class Plan:
    """A compiled run.

    Attributes:
      feeds: the tensors fed, in the order of the function's parameters.
      fetches: the tensors and operations whose values it returns (None for operations).
      found: the operations needed, in the order of the walk back from the fetches.
      order: the same operations in running order.
      alive: those that the function runs.
      folded: those whose values are constants of the function.
      source: the text of the function.
      names: what the text's global names stand for.
      expressions: how the text refers to each tensor.
      constants: {global name in the text: value}, for the constants.
      products: the matrix products, which say how many threads a run takes.
    """

    __slots__ = ("feeds", "fetches", "found", "order", "alive", "folded", "source", "names",
                 "expressions", "constants", "products", "function", "line_ops", "watched",
                 "unlined")

    def run(self, arrays, *more):
        """Runs the plan on the fed arrays and returns the fetched values.

        ``more`` are the values of the parameters that the Writer gave the function besides.

        Raises:
          errors.OpError: an operation failed; the error names it.
        """
        try:
            with np.errstate(all="ignore"), self.products.threads(arrays):
                return self.function(*arrays, *more)
        except Exception as error:  # noqa: BLE001 - whatever a kernel raises gets the node's name
            failed = self._failed_line(error)
            if failed is None:
                raise
            raise _node_error(error, *failed) from (
                None if isinstance(error, errors.OpError) else error)

    def _failed_line(self, error):
        """The operation whose line raised, and the local variables at that point."""
        traceback = error.__traceback__
        while traceback is not None:
            if traceback.tb_frame.f_code is self.function.__code__:
                op = self.line_ops.get(traceback.tb_lineno)
                return None if op is None else (op, self, traceback.tb_frame.f_locals)
            traceback = traceback.tb_next
        return None


def compile_plan(graph, elements, feeds, state, writer=Writer, done=()):
    """Compiles the run that computes ``elements`` from ``feeds`` in the session of ``state``.

    Args:
      graph: the graph.
      elements: tensors and operations to fetch.
      feeds: tensors that will be fed.
      state: the session's SessionState, in which variables' cells are looked up.
      writer: the Writer class.
      done: operations that have run before, and whose outputs are fed where they are needed.

    Raises:
      errors.UnimplementedError: an operation needed has no kernel.
    """
    fed = set(feeds)
    plan = Plan()
    plan.feeds = tuple(feeds)
    plan.fetches = tuple(elements)
    plan.found = walk_back(elements, fed, done)
    items = arrange(plan.found, fed)
    plan.order = list(flat(items))
    writer(plan, items, fed, state).write()
    plan.products = Products(plan.alive)
    return plan


def _node_error(error, op, plan, local_values):
    """The tf.errors error for what a kernel raised, with the node's name and the user's line."""
    message = None
    if isinstance(error, errors.OpError):
        if error.op is not None:
            return error
        kind, message = type(error), error.message
    elif isinstance(error, MemoryError):
        kind, message = errors.ResourceExhaustedError, str(error) or "out of memory"
    else:
        message = _explained(op, plan, local_values)
        kind = (errors.InvalidArgumentError if message is not None or isinstance(
            error, (ValueError, IndexError, ZeroDivisionError, OverflowError))
            else errors.InternalError)
        if message is None:
            message = (str(error) if kind is errors.InvalidArgumentError
                       else f"{type(error).__name__} in the kernel of {op.type}: {error}")
    where = ""
    if op._frames:
        code, line = op._frames[0]
        where = f" (defined at {code.co_filename}:{line}) "
    return kind(op.node_def, op, f"{message}\n\t [[node {op.name}{where}]]")


def _explained(op, plan, local_values):
    """What the op's own rule says of its failure, from the inputs that it had."""
    rule = op.op_type.explain_rule
    if rule is None:
        return None
    values = [eval(plan.expressions[tensor], plan.names, local_values) for tensor in op.inputs]
    values = [value.value if isinstance(value, VariableState) else value for value in values]
    names = [name for name in rule.wanted if name != "op"]
    known = dict(zip(names, rule_arguments(op, names, values)), op=op)
    return rule(*[known[name] for name in rule.wanted])
