"""What minitf writes, on each page of a real TensorBoard."""

import numpy as np
import pytest

import minitf as tf
from minitf.testing import tensorboard_browser

pytestmark = [pytest.mark.browser,
              pytest.mark.skipif(tensorboard_browser.missing() is not None,
                                 reason=str(tensorboard_browser.missing()))]


def pr_curve(labels, scores):
    """The tensor of the PR curves plugin: tp, fp, tn, fn, precision, recall at thresholds."""
    thresholds = np.linspace(0, 1, 5, dtype=np.float32)
    rows = []
    for threshold in thresholds:
        hit = scores >= threshold
        tp, fp = np.sum(hit & labels), np.sum(hit & ~labels)
        fn, tn = np.sum(~hit & labels), np.sum(~hit & ~labels)
        rows.append([tp, fp, tn, fn, tp / max(tp + fp, 1), tp / max(tp + fn, 1)])
    return np.array(rows, np.float32).T


@pytest.fixture(scope="module")
def logdir(tmp_path_factory):
    """Two steps of everything that TensorFlow 1.x feeds."""
    from tensorboard.plugins.pr_curve import metadata as pr_metadata

    logdir = tmp_path_factory.mktemp("everything")
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [6], name="x")
        curve = pr_curve(np.array([1, 0, 1, 1, 0, 0], bool),
                         np.array([0.9, 0.8, 0.35, 0.6, 0.1, 0.4]))
        tf.summary.scalar("loss", tf.reduce_sum(x), family="train")
        tf.summary.histogram("activations", x)
        tf.summary.image("digit", tf.reshape(x, [1, 2, 3, 1]))
        tf.summary.audio("tone", tf.sin(tf.range(0.0, 800.0, 0.4))[None], 4000.0)
        tf.summary.text("remark", tf.constant("a *remark* in Markdown"))
        tf.summary.tensor_summary(
            "curve", tf.constant(curve), summary_metadata=tf.SummaryMetadata.FromString(
                pr_metadata.create_summary_metadata("curve", "", 5).SerializeToString()))
        merged = tf.summary.merge_all()
        with tf.Session() as sess, tf.summary.FileWriter(str(logdir), sess.graph) as writer:
            for step in range(2):
                metadata = tf.RunMetadata()
                text = sess.run(merged, {x: np.arange(6.0) * (step + 1)},
                                options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE),
                                run_metadata=metadata)
                writer.add_summary(text, step)
                writer.add_run_metadata(metadata, f"step {step}", step)
            from minitf.contrib.tensorboard.plugins import projector

            config = projector.ProjectorConfig()
            embedding = config.embeddings.add()
            embedding.tensor_name, embedding.tensor_path = "words", "words.tsv"
            (logdir / "words.tsv").write_text("1\t2\t3\n2\t1\t0\n0\t1\t2\n")
            projector.visualize_embeddings(writer, config)
    return logdir


@pytest.fixture(scope="module")
def page(logdir):
    with tensorboard_browser.DashboardPage(logdir) as page:
        yield page


@pytest.mark.parametrize("plugin, tag", [
    ("scalars", "train/train/loss"), ("histograms", "activations"),
    ("distributions", "activations"), ("images", "digit/image/0"), ("audio", "tone/audio/0"),
    ("text", "remark"), ("pr_curves", "curve")])
def test_the_server_finds_the_series(page, plugin, tag):
    tags = page.data(f"{plugin}/tags")
    assert tag in tags["."]


@pytest.mark.parametrize("dashboard, text", [
    ("scalars", "loss"), ("histograms", "activations"), ("distributions", "activations"),
    ("images", "digit/image/0"), ("audio", "tone/audio/0"), ("text", "in Markdown"),
    ("pr_curves", "curve"), ("projector", "words")])
def test_the_page_shows_it(page, dashboard, text):
    page.show(dashboard, text)


def test_the_graph_page_offers_the_traced_runs(page):
    info = page.data("graphs/info")["."]
    assert sorted(tag for tag, entry in info["tags"].items() if entry["profile"]) == [
        "step 0", "step 1"]
