"""A graph as a tree of name scopes, with the edges that each scope's drawing shows.

Name scopes nest as paths do. A scope shows its *members*: the operations that are directly in it,
and the scopes below it, each as one box. An edge between two operations becomes, in the drawing of
the innermost scope that holds both, an edge between the two members that they belong to; and in the
drawings of scopes that hold only one of them, an edge from or to the outside.
"""

from collections import namedtuple

# An edge of a drawing: its tensors (or operations, for a control edge), by which it is labelled.
Edge = namedtuple("Edge", "source target tensors is_control")

# The scopes and operations that train, save and initialise; drawn apart, as everything meets there.
_HELPERS = ("gradients", "save", "init", "report_uninitialized_variables", "train")


class Scope:
    """A name scope, as a box that can be opened.

    Attributes:
      name: the full name; "" for the whole graph.
      members: {name of the last part: Scope or Operation}, in the order of creation. An operation
        that has the name of the scope itself stands in it as "(name)".
      size: the number of operations in it, at any depth.
    """

    def __init__(self, name):
        self.name = name
        self.members = {}
        self.size = 0
        self.is_helper = False


def scope_tree(graph):
    """The tree of a graph's name scopes: the Scope of the whole graph."""
    operations = graph.get_operations()
    prefixes = set()
    for op in operations:
        parts = op.name.split("/")[:-1]
        prefixes.update("/".join(parts[:i]) for i in range(1, len(parts) + 1))
    root = Scope("")
    for op in operations:
        scope = root
        path = op.name.split("/")
        if op.name in prefixes:
            path.append(f"({path[-1]})")
        scope.size += 1
        for i, part in enumerate(path[:-1], 1):
            scope = scope.members.setdefault(part, Scope("/".join(path[:i])))
            scope.size += 1
            scope.is_helper = scope.is_helper or _updates(op)
        scope.members[path[-1]] = op
    return root


def _updates(op):
    return op.type.startswith(("Apply", "ResourceApply", "SaveV2", "RestoreV2"))


def is_helper(label, member):
    """Whether a member of the whole graph is drawn apart: gradients, updates, initialisers."""
    stem = label.rstrip("0123456789").rstrip("_")
    if isinstance(member, Scope):
        return member.is_helper or stem in _HELPERS
    return member.type == "NoOp"


def split_helpers(root):
    """The labels of a graph's members: those of the model, and those of helpers.

    What is connected with helpers only, such as the optimizer's own variables, is one itself.
    """
    helpers = {label for label, member in root.members.items() if is_helper(label, member)}
    inner, _, _ = drawing_edges(root, root.members)
    with_helpers = {end for edge in inner for end in edge[:2]
                    if edge.source in helpers or edge.target in helpers}
    with_model = {end for edge in inner for end in edge[:2]
                  if edge.source not in helpers and edge.target not in helpers}
    helpers |= with_helpers - with_model
    return ([label for label in root.members if label not in helpers],
            [label for label in root.members if label in helpers])


def drawing_edges(scope, labels):
    """The edges between members of a scope, and those that cross its border.

    Args:
      scope: a Scope.
      labels: the members that the drawing shows.

    Returns:
      ``(inner, entering, leaving)``: lists of Edges. The source of an entering edge, and the target
      of a leaving one, is the outermost scope that is outside, or the operation itself.
    """
    homes = {op: label for label in labels for op in operations_of(scope.members[label])}
    inner, entering, leaving = {}, {}, {}
    for op, home in homes.items():
        for is_control, values in ((False, op.inputs), (True, op.control_inputs)):
            for value in values:
                producer = value if is_control else value.op
                source = homes.get(producer)
                if source is None:
                    source = _outside(scope.name, producer.name)
                    entering.setdefault((source, home, is_control), []).append(value)
                elif source != home:
                    inner.setdefault((source, home, is_control), []).append(value)
        for output in op.outputs:
            for consumer in output._consumers:
                if consumer not in homes:
                    target = _outside(scope.name, consumer.name)
                    leaving.setdefault((home, target, False), []).append(output)
    return [[Edge(source, target, values, is_control)
             for (source, target, is_control), values in edges.items()]
            for edges in (inner, entering, leaving)]


def _outside(scope, name):
    """The part of a name outside of a scope that says where it leaves the scope's path."""
    inside, parts = scope.split("/"), name.split("/")
    common = 0
    while common < min(len(inside), len(parts)) and inside[common] == parts[common]:
        common += 1
    return "/".join(parts[:common + 1])


def operations_of(member):
    """The operations of a member, at any depth."""
    waiting, found = [member], []
    while waiting:
        member = waiting.pop()
        if isinstance(member, Scope):
            waiting.extend(member.members.values())
        else:
            found.append(member)
    return found
