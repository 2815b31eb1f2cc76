"""Partial runs: one run of a graph, with feeds and fetches that come bit by bit.

``partial_run_setup`` says what will be fed and fetched. Each ``partial_run`` feeds some of it, runs
every operation that can run now, and keeps the tensors that later ones will read.
"""

import itertools

from minitf.framework import errors
from minitf.framework.operation import Operation, Tensor
from minitf.session.frames import Frame, arrange, flat
from minitf.session.plan import compile_plan
from minitf.session.prune import walk_back

_numbers = itertools.count()


class PartialRun:
    """A run under way.

    Args:
      graph: the graph.
      feeds: the tensors that will be fed.
      fetches: the tensors that will be fetched.
      targets: operations to run besides.
      state: the session's SessionState.

    Attributes:
      handle: its name, a string.

    Raises:
      InvalidArgumentError: nothing is to be run, or a tensor is both fed and fetched.
    """

    def __init__(self, graph, feeds, fetches, targets, state):
        if not fetches and not targets:
            raise errors.InvalidArgumentError(
                None, None, "Must specify at least one target to fetch or execute.")
        for tensor in fetches:
            if tensor in feeds:
                raise errors.InvalidArgumentError(
                    None, None, f"{tensor.name} is both fed and fetched.")
        self._graph = graph
        self._state = state
        self._unfed = dict.fromkeys(feeds)
        self._unfetched = dict.fromkeys(fetches)
        self._feeds, self._fetches = set(feeds), set(fetches)
        self._values = {}  # tensor -> its value: fed, or computed and needed later
        self._done = set()  # operations
        self._waiting = arrange(walk_back([*fetches, *targets], self._feeds), self._feeds)
        names = [",".join(element.name for element in part) for part in (feeds, fetches, targets)]
        self.handle = f"{names[0]}->{names[1]}/{names[2]}/;{next(_numbers)}"

    @property
    def is_over(self):
        """Whether all has been fed and fetched."""
        return not self._unfed and not self._unfetched

    def advance(self, feeds, fetches):
        """Feeds, runs what can run now, and returns the fetches' values.

        Args:
          feeds: {tensor: array}.
          fetches: a list of tensors.

        Raises:
          InvalidArgumentError: something was not announced, comes a second time, or cannot be
            computed yet.
        """
        self._check_feeds(feeds)
        self._check_fetches(fetches, feeds)
        for tensor, array in feeds.items():
            del self._unfed[tensor]
            self._values[tensor] = array
        now, self._waiting = self._runnable()
        results = self._run(now)
        values = []
        for tensor in fetches:
            self._unfetched.pop(tensor, None)
            values.append(results[tensor] if tensor in results else self._values[tensor])
        return values

    def _check_feeds(self, feeds):
        for tensor in feeds:
            if tensor not in self._feeds:
                raise errors.InvalidArgumentError(
                    None, None, f"The feed {tensor.name} was not specified in partial_run_setup.")
            if tensor not in self._unfed:
                raise errors.InvalidArgumentError(
                    None, None, f"The feed {tensor.name} has already been fed.")

    def _check_fetches(self, fetches, feeds):
        for tensor in fetches:
            if tensor not in self._fetches:
                raise errors.InvalidArgumentError(
                    None, None, f"The fetch {tensor.name} was not specified in partial_run_setup.")
            if tensor not in self._unfetched:
                raise errors.InvalidArgumentError(
                    None, None, f"The fetch {tensor.name} has already been fetched.")
        missing = {tensor for tensor in self._unfed if tensor not in feeds}
        stack = list(fetches)
        seen = set(stack)
        while stack:
            op = stack.pop().op
            sources = [*op.inputs, *[out for other in op.control_inputs for out in other.outputs]]
            for tensor in sources:
                if tensor in missing:
                    raise errors.InvalidArgumentError(
                        None, None, f"Fetch {tensor.name} can't be computed from the feeds that "
                                    "have been fed so far.")
                if tensor not in seen and tensor not in self._feeds:
                    seen.add(tensor)
                    stack.append(tensor)

    def _runnable(self):
        """The operations that can run now, and the items (operations, loops) that have to wait."""
        now, waiting, ready = [], [], set(self._done)
        for item in self._waiting:
            ops = list(flat([item])) if isinstance(item, Frame) else [item]
            if all(self._is_ready(op, ready.union(ops)) for op in ops):
                now.extend(ops)
                ready.update(ops)
            else:
                waiting.append(item)
        return now, waiting

    def _is_ready(self, op, ready):
        return (all(tensor in self._values or (tensor not in self._unfed and tensor.op in ready)
                    for tensor in op.inputs)
                and all(other in ready or any(out in self._feeds for out in other.outputs)
                        for other in op.control_inputs))

    def _run(self, ops):
        """Runs operations, keeps what the waiting ones read, and returns {fetch: value}."""
        if not ops:
            return {}
        inside = set(ops)
        later = {tensor for op in flat(self._waiting) for tensor in op.inputs}
        kept = [tensor for op in ops if not op.op_type.hoisted
                for tensor in op.outputs if tensor in later or tensor in self._unfetched]
        fetched = [tensor for tensor in self._unfetched if tensor.op in inside]
        elements = list(dict.fromkeys([*kept, *fetched, *[op for op in ops if not op.outputs]]))
        fed = tuple(self._values)
        lasting = {op for op in self._done if op.op_type.hoisted}  # resources: looked up each time
        plan = compile_plan(self._graph, elements, fed, self._state, done=self._done - lasting)
        results = dict(zip(elements, plan.run([self._values[tensor] for tensor in fed])))
        self._done |= inside
        self._values.update((tensor, results[tensor]) for tensor in kept)
        return results


def split_fetches(elements):
    """Fetched elements as (tensors, operations)."""
    return ([element for element in elements if isinstance(element, Tensor)],
            [element for element in elements if isinstance(element, Operation)])
