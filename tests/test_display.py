"""Graphs, operations and tensors as HTML: complete, nested as scopes are, and well-formed."""

import re
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minitf as tf
from minitf.display import graph_html
from minitf.display.hierarchy import drawing_edges, scope_tree, split_helpers
from minitf.display.layout import place


@pytest.fixture
def graph():
    """The notes' graph: a product, a loss, and Adam."""
    with tf.Graph().as_default() as graph:
        a = tf.placeholder(tf.float32, (10, 2), name="a")
        b = tf.get_variable("b", (2, 1))
        loss = tf.cumsum(tf.matmul(a, b), name="loss")
        tf.train.AdamOptimizer().minimize(loss)
        tf.global_variables_initializer()
    return graph


def parsed(html):
    """The HTML as XML, which it is but for named entities and bare attributes."""
    return ElementTree.fromstring(f"<page>{html}</page>")


def test_tree_has_every_operation_once(graph):
    root = scope_tree(graph)
    found, waiting = [], [root]
    while waiting:
        for member in waiting.pop().members.values():
            found.append(member) if isinstance(member, tf.Operation) else waiting.append(member)
    assert sorted(op.name for op in found) == sorted(op.name for op in graph.get_operations())
    assert root.size == len(found)
    # The variable stands in the scope of its own name.
    assert root.members["b"].members["(b)"] is graph.get_operation_by_name("b")


def test_helpers_are_apart(graph):
    main, helpers = split_helpers(scope_tree(graph))
    assert main == ["a", "b", "MatMul", "loss"]
    assert set(helpers) == {"gradients", "beta1_power", "beta2_power", "Adam", "init"}


def test_edges_of_a_scope(graph):
    root = scope_tree(graph)
    inner, entering, leaving = drawing_edges(root.members["loss"], root.members["loss"].members)
    assert [(e.source, e.target) for e in inner] == [("axis", "(loss)")]
    assert [(e.source, e.target, e.tensors[0].name) for e in entering] == [
        ("MatMul", "(loss)", "MatMul:0")]
    assert [(e.source, e.target) for e in leaving] == [("axis", "gradients")]


def test_html_is_well_formed_and_without_scripts(graph):
    html = graph._repr_html_()
    page = parsed(html)
    assert "script" not in html and "http" not in html
    titles = [element.text for element in page.iter("title")]
    assert "MatMul (MatMul)\nMatMul:0: float32 10×1" in titles
    summaries = [element.text for element in page.iter("summary")]
    assert summaries[:2] == ["b (18 operations)", "Initializer (7 operations)"]
    assert "10×2" in [element.text for element in page.iter("text")]


def test_empty_graph():
    assert "0 operations" in graph_html(tf.Graph())


def test_names_are_escaped(graph):
    root = scope_tree(graph)
    root.members["<b>&"] = root.members.pop("a")
    from minitf.display.html import _drawing

    assert "<b>&" not in _drawing(root, root.members)


def test_a_loop_is_drawn():
    with tf.Graph().as_default() as graph:
        tf.while_loop(lambda i: i < 3, lambda i: i + 1, [tf.constant(0)])
    assert "while (" in graph_html(graph)


def test_deep_scopes_need_no_recursion():
    with tf.Graph().as_default() as graph:
        tf.constant(1, name="/".join(["deep"] * 1500))
    assert graph_html(graph).count("<details") == 1499


def test_many_members_are_listed():
    with tf.Graph().as_default() as graph:
        for _ in range(200):
            tf.constant(1)
    html = graph_html(graph)
    assert "<li>Const_199 (Const)</li>" in html and "<svg" not in html


def test_tensor_and_operation(graph):
    tensor = graph.get_tensor_by_name("MatMul:0")
    assert tensor._repr_html_() == (
        "<code>MatMul:0: float32 10×1</code> of MatMul operation MatMul")
    assert tensor.op._repr_html_() == (
        "<code>MatMul = MatMul(a:0, b/read:0)</code> &rarr; MatMul:0: float32 10×1")


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=40))
def test_boxes_do_not_overlap_and_edges_point_down(pairs):
    labels = [f"node {i}" for i in range(20)]
    edges = [(labels[a], labels[b]) for a, b in pairs if a != b]
    boxes, width, height = place(labels, edges)
    assert set(boxes) == set(labels)
    for box in boxes.values():
        assert 0 <= box.x and box.x + box.width <= width and box.y + box.height <= height
    rows = {}
    for box in boxes.values():
        rows.setdefault(box.y, []).append(box)
    for row in rows.values():
        row.sort(key=lambda box: box.x)
        assert all(a.x + a.width < b.x for a, b in zip(row, row[1:]))
    for source, target in edges:
        if labels.index(source) < labels.index(target):
            assert boxes[source].y < boxes[target].y


def test_shapes_in_words():
    with tf.Graph().as_default():
        shown = [tf.placeholder(tf.int32, shape, name="x")._repr_html_()
                 for shape in (None, [], [None, 3])]
    assert [re.search("int32 ([^<]*)<", text).group(1) for text in shown] == [
        "of unknown shape", "scalar", "?×3"]
