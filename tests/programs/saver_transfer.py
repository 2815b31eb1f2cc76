"""From one model to another: checkpoints, MetaGraphs, initialising and warm-starting."""

import contextlib
import os
import tempfile

import numpy as np

from programs import call, fails, run, seen


@contextlib.contextmanager
def _inside(folder):
    """Makes a folder the current one, so that paths in graphs are the same everywhere."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def build(tf):
    folder = tempfile.mkdtemp()
    with _inside(folder):
        _train(tf, "model")
        return _build(tf, folder, "./model")


def _build(tf, folder, path):
    with tf.variable_scope("new"):
        w = tf.get_variable("w", [2, 2])
        b = tf.get_variable("bias", [2], use_resource=True)
        part = tf.get_variable("emb", [4, 2], partitioner=tf.fixed_size_partitioner(2))
    other = tf.get_variable("other/w", [2, 2])
    tf.train.init_from_checkpoint(path + "-3", {"layer/w": "new/w", "layer/b": b,
                                                "layer/emb": "new/emb"})
    tf.train.init_from_checkpoint(".", {"layer/": "other/"})
    extra = tf.get_variable("layer/emb", [4, 2])
    tf.train.warm_start(path + "-3", "layer/emb")
    bad = tf.get_variable("bad", [3])
    restored = tf.train.import_meta_graph(path + "-3.meta", import_scope="again")
    loss = tf.get_collection("loss")[0]

    def init(session):
        with _inside(folder):
            session.run([w.initializer, b.initializer, other.initializer, extra.initializer,
                         *[v.initializer for v in part]])

    def restore(session):
        with _inside(folder):
            restored.restore(session, path + "-3")
        return session.run([loss, "again/global_step:0"], {"again/x:0": np.ones([1, 2])})

    return [
        seen("collections", [[v.name for v in tf.global_variables()], loss.name]),
        seen("initializers", [v.initializer.name for v in (w, b, other, extra, *part)]),
        seen("values", [v.initial_value.name for v in (w, b, other, extra, *part)]),
        seen("file", [[name, shape] for name, shape in tf.train.list_variables(path + "-3")]),
        fails("shape", lambda: tf.train.init_from_checkpoint(path + "-3", {"layer/b": bad}),
              message=False),
        fails("name", lambda: tf.train.init_from_checkpoint(path + "-3", {"nothing": bad}),
              message=False),
        fails("scope", lambda: tf.train.init_from_checkpoint(path + "-3", {"layer": "new/"})),
        fails("in scope", lambda: tf.train.init_from_checkpoint(path + "-3", {"none/": "new/"}),
              message=False),
        fails("folder", lambda: tf.train.load_checkpoint("none/none")),
        fails("warm start", lambda: tf.train.warm_start(path + "-3", 5)),
        fails("warm start names", lambda: tf.train.warm_start(
            path + "-3", "other/w", var_name_to_prev_var_name={"other/w": "layer/w", "no": "x"}),
            message=False),
        call("init", init),
        run("values of new", [w, b, other, extra, *part]),
        call("restore", restore),
    ]


def _train(tf, path):
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(3)
        x = tf.placeholder(tf.float32, [None, 2], name="x")
        with tf.variable_scope("layer"):
            w = tf.get_variable("w", [2, 2])
            b = tf.get_variable("b", [2], initializer=tf.ones_initializer())
            tf.get_variable("emb", initializer=tf.reshape(tf.range(8.0), [4, 2]))
        loss = tf.reduce_mean(tf.square(tf.matmul(x, w) + b), name="loss")
        step = tf.train.get_or_create_global_step()
        train = tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss, global_step=step)
        tf.add_to_collection("loss", loss)
        session.run(tf.global_variables_initializer())
        for _ in range(3):
            session.run(train, {x: [[1.0, 2.0]]})
        tf.train.Saver().save(session, path, global_step=step)
