"""How graphs show themselves in a notebook: HTML and SVG, without scripts and without TensorBoard.

``hierarchy`` makes a tree of name scopes of a graph, ``layout`` gives each box of a scope a place,
``html`` writes both down.
"""

from minitf.display.html import graph_html, operation_html, tensor_html

__all__ = ["graph_html", "operation_html", "tensor_html"]
