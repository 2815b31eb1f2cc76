"""Graphs, operations and tensors as HTML for notebooks.

A graph is a picture of its outermost scopes, and under it a section for each of them, which can be
opened and has the same form. There are no scripts: pages that forbid them show the same. All names
and values are escaped.
"""

from html import escape

from minitf.display.hierarchy import Scope, drawing_edges, scope_tree, split_helpers
from minitf.display.layout import HEIGHT, place, width_of

_FILLS = {"Const": "#ffffff", "Placeholder": "#d8f0d8", "PlaceholderWithDefault": "#d8f0d8",
          "VariableV2": "#ffe5c2", "Variable": "#ffe5c2", "VarHandleOp": "#ffe5c2",
          "NoOp": "#eeeeee"}
_OP_FILL, _SCOPE_FILL, _OUTSIDE_FILL = "#dbe9fb", "#ececf6", "none"
# A drawing of more boxes than this would be a knot; its members are listed.
_MOST_BOXES = 150
_MOST_NEIGHBOURS = 12


def graph_html(graph):
    """The HTML of a Graph: nested drawings of its name scopes."""
    root = scope_tree(graph)
    count = root.size
    heading = f"<b>Graph</b>: {count} operation{'' if count == 1 else 's'}"
    main, helpers = split_helpers(root)
    parts = [f'<div style="font:13px sans-serif;color:#222;background:#fff">{heading}']
    if main:
        parts.append(_drawing(root, main, with_outside=not helpers))
        parts += [_section(label, root.members[label]) for label in main
                  if isinstance(root.members[label], Scope)]
    if helpers:
        size = sum(getattr(root.members[label], "size", 1) for label in helpers)
        parts.append(_details(f"gradients, updates and other helpers ({size} operations)",
                              _drawing(root, helpers) + "".join(
                                  _section(label, root.members[label]) for label in helpers
                                  if isinstance(root.members[label], Scope))))
    return "".join([*parts, "</div>"])


def operation_html(op):
    """The HTML of an Operation: its node as it would be written in Python."""
    inputs = ", ".join(tensor.name for tensor in op.inputs)
    outputs = ", ".join(map(tensor_text, op.outputs)) or "no outputs"
    return f"<code>{escape(f'{op.name} = {op.type}({inputs})')}</code> &rarr; {escape(outputs)}"


def tensor_html(tensor):
    """The HTML of a Tensor: its name, dtype and shape, and the operation that makes it."""
    producer = f"{tensor.op.type} operation {tensor.op.name}"
    return f"<code>{escape(tensor_text(tensor))}</code> of {escape(producer)}"


def tensor_text(tensor):
    """``name: dtype shape``."""
    return f"{tensor.name}: {tensor.dtype.name} {_shape_text(tensor)}"


def _shape_text(tensor):
    dims = tensor.shape.dims
    if dims is None:
        return "of unknown shape"
    return "scalar" if not dims else "\u00d7".join(
        "?" if dim.value is None else str(dim.value) for dim in dims)


# ---- sections ----


def _details(title, body):
    return (f'<details style="margin:2px 0 2px 14px"><summary>{escape(title)}</summary>{body}'
            "</details>")


def _section(label, scope):
    """A scope's drawing and sections, to be opened; nests are written without recursion."""
    parts, waiting = [], [(label, scope)]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            parts.append(item)
            continue
        label, scope = item
        count = f"{scope.size} operation{'' if scope.size == 1 else 's'}"
        parts.append('<details style="margin:2px 0 2px 14px"><summary>'
                     f"{escape(f'{label} ({count})')}</summary>{_drawing(scope, scope.members)}")
        waiting.append("</details>")
        waiting.extend((name, member) for name, member in reversed(scope.members.items())
                       if isinstance(member, Scope))
    return "".join(parts)


# ---- drawings ----


def _drawing(scope, labels, with_outside=True):
    """The SVG of members of a scope, with what they read from outside, and what reads them."""
    labels = list(labels)
    if len(labels) > _MOST_BOXES:
        return _listing(scope, labels)
    inner, entering, leaving = drawing_edges(scope, labels)
    if not with_outside:
        entering, leaving = [], []
    inputs = {edge.source: f"\u2192 {edge.source}" for edge in entering if not edge.is_control}
    outputs = {edge.target: f"\u2190 {edge.target}" for edge in leaving}
    inputs, outputs = (dict(list(names.items())[:_MOST_NEIGHBOURS]) for names in (inputs, outputs))
    lines = [(edge.source, edge.target, edge) for edge in inner]
    lines += [(inputs[edge.source], edge.target, edge) for edge in entering
              if edge.source in inputs and not edge.is_control]
    lines += [(edge.source, outputs[edge.target], edge) for edge in leaving
              if edge.target in outputs]
    shown = [*inputs.values(), *labels, *outputs.values()]
    texts = {label: _box_text(label, scope.members.get(label)) for label in shown}
    boxes, width, height = place([texts[label] for label in shown],
                                 [(texts[a], texts[b]) for a, b, _ in lines])
    drawn = [_line(boxes[texts[a]], boxes[texts[b]], edge) for a, b, edge in lines]
    drawn += [_box(boxes[texts[label]], scope.members.get(label)) for label in shown]
    return (f'<div style="overflow:auto"><svg width="{width}" '
            f'height="{height}" font-family="sans-serif" font-size="11">{"".join(drawn)}</svg>'
            "</div>")


def _listing(scope, labels):
    items = []
    for label in labels:
        member = scope.members[label]
        what = (f"{member.size} operations" if isinstance(member, Scope) else member.type)
        items.append(f"<li>{escape(label)} ({escape(what)})</li>")
    return f'<ul style="columns:3;max-height:20em;overflow:auto">{"".join(items)}</ul>'


def _box_text(label, member):
    return f"{label} \u25b8" if isinstance(member, Scope) else label


def _box(box, member):
    """A member's box; the pointer shows what it is."""
    if isinstance(member, Scope):
        fill, radius, title = _SCOPE_FILL, 8, f"{member.name}: {member.size} operations"
    elif member is None:
        fill, radius, title = _OUTSIDE_FILL, 12, "outside of this scope"
    else:
        fill, radius = _FILLS.get(member.type, _OP_FILL), 3
        title = "\n".join([f"{member.name} ({member.type})", *map(tensor_text, member.outputs)])
    dash = ' stroke-dasharray="3 3"' if member is None else ""
    return (f'<g><title>{escape(title)}</title><rect x="{box.x}" y="{box.y}" width="{box.width}" '
            f'height="{box.height}" rx="{radius}" fill="{fill}" stroke="#8a94a6"{dash}/>'
            f'<text x="{box.x + box.width // 2}" y="{box.y + box.height // 2 + 4}" '
            f'text-anchor="middle" fill="#222">{escape(box.label)}</text></g>')


def _line(source, target, edge):
    """An edge: a curve from the bottom of one box to the top of the other, with its label."""
    x1, y1 = source.x + source.width // 2, source.y + HEIGHT
    x2, y2 = target.x + target.width // 2, target.y
    bend = max((y2 - y1) // 2, 20)
    dash = ' stroke-dasharray="4 3"' if edge.is_control else ""
    label = ""
    if not edge.is_control:
        text = _edge_text(edge.tensors)
        label = (f'<text x="{(x1 + x2) // 2}" y="{(y1 + y2) // 2 + 4}" text-anchor="middle" '
                 f'font-size="9" fill="#667">{escape(text)}</text>')
    return (f'<path d="M{x1} {y1} C{x1} {y1 + bend} {x2} {y2 - bend} {x2} {y2}" fill="none" '
            f'stroke="#9aa3b2"{dash}/><path d="M{x2 - 3} {y2 - 6} L{x2} {y2} L{x2 + 3} {y2 - 6}" '
            f'fill="none" stroke="#9aa3b2"/>{label}')


def _edge_text(tensors):
    distinct = list(dict.fromkeys(tensors))
    return _shape_text(distinct[0]) if len(distinct) == 1 else f"{len(distinct)} tensors"
