"""``sess.explain``: what a run would do, told for a reader."""

from minitf.framework.operation import Operation
from minitf.session.plan import compile_plan
from minitf.session.prune import walk_back


class Explanation:
    """How a run is made: three views of one compiled plan.

    Attributes:
      found: the operations that the fetches need, in the order in which the walk back finds them.
      order: the same operations in the order in which they run.
      program: the text of the NumPy function that runs them, one line an operation.
      constants: {global name in the program: value}, for what is the same in every run.
      folded: the operations that have no line, since they are computed once, for all runs.
      unread: the operations that have no line, since nobody reads what they compute.
    """

    def __init__(self, elements, plan):
        self.fetches = list(elements)
        self.found = list(plan.found)
        self.order = list(plan.order)
        self.feeds = list(plan.feeds)
        self.program = plan.source
        self.constants = dict(plan.constants)
        self.folded = [op for op in plan.order if op in plan.folded and op.type != "Const"]
        self.unread = [op for op in plan.order if op not in plan.alive and op not in plan.folded]

    def __str__(self):
        sections = [
            "Fetched: " + ", ".join(element.name for element in self.fetches),
            "Fed:     " + (", ".join(tensor.name for tensor in self.feeds) or "nothing"),
            "", f"Walking back from the fetches finds {len(self.found)} operations:",
            *_numbered(self.found), "", "They run in this order:", *self._order_lines(), "",
            "The program:", "", self._constants_text() + self.program]
        return "\n".join(sections)

    __repr__ = __str__

    def _order_lines(self):
        notes = dict.fromkeys(self.folded, "  # a constant")
        notes.update(dict.fromkeys(self.unread, "  # nobody reads it"))
        return [line + notes.get(op, "") for line, op in zip(_numbered(self.order), self.order)]

    def _constants_text(self):
        lines = [f"{name} = {_value_text(value)}" for name, value in self.constants.items()]
        return "\n".join(lines) + "\n\n" if lines else ""

    def _repr_html_(self):
        """The three views as collapsible sections, for notebooks."""
        import html

        def section(title, lines, is_open=False):
            body = html.escape("\n".join(lines))
            return (f"<details{' open' if is_open else ''}><summary>{html.escape(title)}</summary>"
                    f"<pre>{body}</pre></details>")

        fetched = ", ".join(element.name for element in self.fetches)
        return "".join([
            f"<p>Fetched: <code>{html.escape(fetched)}</code></p>",
            section(f"{len(self.found)} operations, found walking back", _numbered(self.found)),
            section("The order in which they run", self._order_lines()),
            section("The NumPy program",
                    (self._constants_text() + self.program).splitlines(), True),
        ])


def explain(graph, elements, feeds, state):
    """The Explanation of a run; ``feeds`` None takes the placeholders that it needs."""
    if feeds is None:
        feeds = [op.outputs[0] for op in graph.get_operations()
                 if op.type in ("Placeholder", "PlaceholderV2")]
        needed = set(walk_back(elements, set()))
        fetched = {element.op for element in elements if not isinstance(element, Operation)}
        feeds = [tensor for tensor in feeds if tensor.op in needed and tensor.op not in fetched]
    return Explanation(elements, compile_plan(graph, elements, tuple(feeds), state))


def _numbered(ops):
    width = len(str(len(ops)))
    longest = max((len(op.name) for op in ops), default=0)
    return [f"  {i:>{width}}  {op.name:<{longest}}  {op.type}" for i, op in enumerate(ops, 1)]


def _value_text(value):
    text = repr(value) if value.ndim else f"{value.dtype.name}({value[()]!r})"
    if value.ndim == 0 and value.dtype != object:
        text = f"np.{value.dtype.name}({value.item()!r})"
    text = " ".join(text.split())
    return text if len(text) <= 80 else text[:77] + "..."
