"""Makes the pictures of res/tensorboard: our own event file, in a real TensorBoard.

    python res/make_pictures.py [DIRECTORY]

It needs tensorboard, selenium, Chromium and chromedriver.
"""

import os
import sys
import tempfile

import minitf as tf
from minitf.testing.tensorboard_browser import GraphPage

HERE = os.path.dirname(os.path.abspath(__file__))

# For each picture: the namespaces that are open in it, and the node that has the red frame.
PICTURES = {
    "all": ([], None),
    "var_b": (["b", "b/Adam", "b/Adam_1"], "b/Adam_1"),
    "gradient": (["gradients", "gradients/MatMul_grad"], "gradients/MatMul_grad/tuple"),
    "update": (["Adam"], "Adam/update_b"),
}


def write_event_file(logdir):
    """The event file of the network of tutorials/01_optimizer.ipynb."""
    with tf.Graph().as_default():
        a = tf.placeholder(dtype=tf.float32, shape=(10, 2), name="a")
        b = tf.get_variable("b", shape=(2, 1), dtype=tf.float32)
        loss = tf.cumsum(tf.matmul(a, b), name="loss")
        tf.train.AdamOptimizer().minimize(loss)
        with tf.Session() as sess:
            tf.summary.FileWriter(os.path.join(logdir, "train"), sess.graph).close()


def main(directory):
    os.makedirs(directory, exist_ok=True)
    with tempfile.TemporaryDirectory() as logdir:
        write_event_file(logdir)
        with GraphPage(logdir) as page:
            for name, (namespaces, framed) in PICTURES.items():
                for namespace in namespaces:
                    page.expand(namespace)
                if framed:
                    page.select(framed)
                page.screenshot(os.path.join(directory, name + ".png"))
                for namespace in reversed(namespaces):
                    page.collapse(namespace)
        with GraphPage(logdir, width=1400, height=760, scale=1) as page:
            page.expand("gradients")
            page.expand("gradients/MatMul_grad")
            page.deselect()
            page.window_screenshot(os.path.join(directory, "page.png"))
    print("\n".join(sorted(os.path.join(directory, name) for name in os.listdir(directory))))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "tensorboard"))
