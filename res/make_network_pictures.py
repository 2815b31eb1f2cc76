"""Makes the pictures of the tutorials on digits, loops and collections, in a real TensorBoard.

    python res/make_network_pictures.py [DIRECTORY]

writes digits/, loops/ and collections/ under DIRECTORY (by default the directory of this file). It
needs what make_pictures.py needs, and scikit-learn.
"""

import contextlib
import os
import sys
import tempfile

import notebooks

import minitf as tf
from minitf.testing.tensorboard_browser import GraphPage

HERE = os.path.dirname(os.path.abspath(__file__))


@contextlib.contextmanager
def page_of(build, **options):
    """The graph page of what ``build()`` puts into a graph."""
    with tempfile.TemporaryDirectory() as logdir:
        with tf.Graph().as_default() as graph:
            build()
        tf.summary.FileWriter(logdir, graph).close()
        with GraphPage(logdir, **options) as page:
            yield page


def power():
    x = tf.placeholder(tf.float32, (), name="x")
    n = tf.placeholder(tf.int32, (), name="n")
    tf.while_loop(lambda i, product: i < n, lambda i, product: (i + 1, product * x), (0, 1.0),
                  name="power")


def recurrent_network():
    rows = tf.placeholder(tf.float32, (None, 8, 8), name="rows")
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(64), rows, dtype=tf.float32)
    tf.layers.dense(outputs, 10, name="logits")


def batch_normalization():
    x = tf.placeholder(tf.float32, (None, 3), name="x")
    tf.nn.relu(tf.layers.batch_normalization(x, training=True, name="bn"))


# For each picture: what builds its graph, and the namespaces that are open in it.
GRAPHS = {
    "loops/while": (power, ["power"]),
    "loops/rnn": (recurrent_network, ["rnn", "rnn/while"]),
    "collections/batch_norm": (batch_normalization, ["bn"]),
}


def make_graphs(directory):
    for name, (build, namespaces) in GRAPHS.items():
        with page_of(build) as page:
            for namespace in namespaces:
                page.expand(namespace)
            page.deselect()
            page.screenshot(os.path.join(directory, name + ".png"), margin=8)


def make_digits(directory):
    """The graph and the curves that the tutorial on digits has written."""
    with notebooks.run("03_digits.ipynb"):
        with GraphPage("logs", run="train") as page:
            page.screenshot(os.path.join(directory, "graph.png"), margin=8)
        with GraphPage("logs", run="train", width=1150, height=560, scale=1.5) as page:
            page.scalars_screenshot(os.path.join(directory, "scalars.png"), curves=4)


def main(directory):
    directory = os.path.abspath(directory)
    for folder in ("digits", "loops", "collections"):
        os.makedirs(os.path.join(directory, folder), exist_ok=True)
    make_graphs(directory)
    make_digits(os.path.join(directory, "digits"))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else HERE)
