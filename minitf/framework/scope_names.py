"""Names of nodes as they are in an exported part of a graph, and back."""

import re


def prepend_scope(name, import_scope):
    """``name`` (of a node, a control input or a colocation group) put under ``import_scope``."""
    if not import_scope:
        return name
    scope = import_scope.rstrip("/")
    prefix = re.match(r"\^|loc:@|", name).group()
    return f"{prefix}{scope}/{name[len(prefix):]}"


def strip_scope(name, export_scope):
    """``name`` without ``export_scope`` in front; a name outside the scope stays as it is."""
    if not export_scope:
        return name
    scope = export_scope.rstrip("/")
    return re.sub(rf"^(\^|loc:@|){re.escape(scope)}/+(.*)", r"\1\2", name, count=1)
