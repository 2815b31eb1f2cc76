"""The event file of the optimizer tutorial, in a real TensorBoard in headless Chromium."""

import struct

import pytest

import minitf as tf
from minitf.testing import tensorboard_browser

pytestmark = [pytest.mark.browser,
              pytest.mark.skipif(tensorboard_browser.missing() is not None,
                                 reason=str(tensorboard_browser.missing()))]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The graph page with the namespaces open that the tutorial's pictures show open."""
    logdir = tmp_path_factory.mktemp("opt")
    with tf.Graph().as_default():
        a = tf.placeholder(dtype=tf.float32, shape=(10, 2), name="a")
        b = tf.get_variable("b", shape=(2, 1), dtype=tf.float32)
        loss = tf.cumsum(tf.matmul(a, b), name="loss")
        tf.train.AdamOptimizer().minimize(loss)
        with tf.Session() as sess:
            tf.summary.FileWriter(str(logdir / "train"), sess.graph).close()
    with tensorboard_browser.GraphPage(logdir, scale=1) as page:
        page.closed = page.nodes()
        page.closed_edges = page.edges()
        for namespace in ("b", "b/Adam", "gradients", "gradients/MatMul_grad", "Adam"):
            page.expand(namespace)
        yield page


@pytest.fixture(scope="module")
def nodes(page):
    return page.nodes()


@pytest.fixture(scope="module")
def edges(page):
    return page.edges()


def children(nodes, namespace):
    """The labels of the nodes that are drawn directly in a namespace."""
    prefix = namespace + "/"
    return {node.label for name, node in nodes.items()
            if name.startswith(prefix) and "/" not in name[len(prefix):]}


def label_between(edges, source, target):
    return {edge.label for edge in edges if (edge.source, edge.target) == (source, target)}


def test_closed_graph(page):
    assert {name: (node.kind, node.place) for name, node in page.closed.items()} == {
        "a": ("op", "main"), "b": ("meta", "main"), "MatMul": ("op", "main"),
        "loss": ("op", "main"), "gradients": ("meta", "main"),
        "beta1_power": ("meta", "auxiliary"), "beta2_power": ("meta", "auxiliary"),
        "Adam": ("meta", "auxiliary")}


def test_shapes_on_closed_edges(page):
    assert {(edge.source, edge.target): edge.label for edge in page.closed_edges} == {
        ("a", "MatMul"): "10×2", ("a", "gradients"): "10×2", ("b", "MatMul"): "2×1",
        ("b", "gradients"): "2×1", ("MatMul", "loss"): "10×1"}


def test_auxiliary_nodes_are_drawn_beside_their_users(page):
    inputs = [item.label for item in page.closed["Adam"].inputs]
    assert inputs == ["b", "beta1_power", "beta2_power", "gradients"]
    for name in ("b", "gradients", "beta1_power", "beta2_power"):
        assert [item.label for item in page.closed[name].outputs] == ["Adam"]
    assert page.closed["loss"].inputs == (("loss/axis", "axis"),)


@pytest.mark.parametrize("namespace, labels", [
    ("b", {"Initializer", "(b)", "Assign", "read", "Adam", "Adam_1"}),
    ("b/Adam", {"(Adam)", "Assign", "read"}),
    ("gradients", {"Fill", "loss_grad", "MatMul_grad"}),
    ("gradients/MatMul_grad", {"MatMul", "MatMul_1", "tuple"}),
    ("Adam", {"update_b", "mul", "mul_1", "Assign", "Assign_1", "(Adam)"})])
def test_open_namespace(nodes, namespace, labels):
    assert children(nodes, namespace) == labels


@pytest.mark.parametrize("name, inputs, outputs", [
    ("gradients/Fill", ["Shape", "grad_ys_0"], []),
    ("gradients/MatMul_grad/tuple", [], ["Adam"]),
    ("b/Adam/Assign", ["zeros"], []),
    ("b/Adam/(Adam)", [], ["Adam"]),
    ("Adam/update_b", ["b", "beta1_power", "beta2_power", "gradients"], ["(Adam)"]),
    ("Adam/mul", ["beta1", "beta1_power"], []),
    ("Adam/mul_1", ["beta2", "beta2_power"], []),
    ("Adam/Assign", ["beta1_power"], ["(Adam)"]),
    ("Adam/Assign_1", ["beta2_power"], ["(Adam)"]),
    ("Adam/(Adam)", ["Assign", "Assign_1", "update_b"], [])])
def test_annotations(nodes, name, inputs, outputs):
    assert [item.label for item in nodes[name].inputs] == inputs
    assert [item.label for item in nodes[name].outputs] == outputs


@pytest.mark.parametrize("source, target, label", [
    ("a", "MatMul", "10×2"), ("b/(b)", "b/read", "2×1"), ("b/Initializer", "b/Assign", "2×1"),
    ("b/Adam/(Adam)", "b/Adam/read", "2×1"),
    ("gradients/Fill", "gradients/loss_grad", "10×1"),
    ("gradients/MatMul_grad/MatMul_1", "gradients/MatMul_grad/tuple", "2 tensors"),
    ("Adam/mul", "Adam/Assign", "scalar"), ("Adam/update_b", "Adam/mul", "2×1")])
def test_edge_labels(edges, source, target, label):
    assert label_between(edges, source, target) == {label}


def test_updates_are_reference_edges(edges):
    references = {(edge.source, edge.target) for edge in edges if edge.is_reference}
    assert references == {("b/(b)", "b/Assign"), ("b/Adam/(Adam)", "b/Adam/Assign")}


def test_control_edges(edges):
    controls = {(edge.source, edge.target) for edge in edges if edge.is_control}
    assert controls == {("Adam/update_b", "Adam/mul"), ("Adam/update_b", "Adam/mul_1")}


def test_screenshot_is_cut_to_the_drawing(page, tmp_path):
    path = tmp_path / "graph.png"
    page.screenshot(path)
    data = path.read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert 600 < width < 1600 and 200 < height < 1000


def test_colours_by_time_and_memory(tmp_path):
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, (64, 8), name="x")
        w = tf.get_variable("w", shape=(8, 16))
        total = tf.reduce_sum(tf.matmul(x, w, name="product"), name="total")
        with tf.Session() as sess, tf.summary.FileWriter(str(tmp_path), sess.graph) as writer:
            sess.run(tf.global_variables_initializer())
            metadata = tf.RunMetadata()
            sess.run(total, {x: [[1.0] * 8] * 64}, run_metadata=metadata,
                     options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE))
            writer.add_run_metadata(metadata, "step 1", 1)
    with tensorboard_browser.GraphPage(tmp_path, scale=1) as page:
        assert page.color_by("step 1", "memory") >= 64 * 16 * 4
        assert page.color_by("step 1", "compute_time") > 0
        with pytest.raises(KeyError, match="TensorBoard lists no tag step 2"):
            page.color_by("step 2", "memory")


def test_unknown_node(page):
    with pytest.raises(KeyError, match="no node nowhere in the drawing; there are .*'MatMul'"):
        page.expand("nowhere")
    with pytest.raises(KeyError, match="no edge from loss to a"):
        page.edge("loss", "a")


def test_picture_of_the_curves(tmp_path):
    with tf.Graph().as_default() as graph, tf.Session() as sess:
        x = tf.placeholder(tf.float32, ())
        loss = tf.summary.scalar("training/loss", x)
        with tf.summary.FileWriter(str(tmp_path / "logs" / "train"), graph) as writer:
            for step in range(3):
                writer.add_summary(sess.run(loss, {x: 1 / (step + 1)}), step)
    picture = tmp_path / "scalars.png"
    with tensorboard_browser.GraphPage(tmp_path / "logs", width=900, height=500,
                                       scale=1) as page:
        page.scalars_screenshot(picture, curves=1)
    header = picture.read_bytes()[:24]
    assert struct.unpack(">II", header[16:]) == (900, 500)
