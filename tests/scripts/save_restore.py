"""Checkpoints: save, list, restore, in a graph that was imported from its MetaGraph too."""

import numpy as np
import tensorflow as tf
from tensorflow.python.framework import ops
from tensorflow.python.ops import control_flow_ops, math_ops

tf.set_random_seed(9)
x = tf.placeholder(tf.float32, [None, 4], name="x")
W = tf.get_variable("W", [4, 2], initializer=tf.contrib.layers.xavier_initializer())
b = tf.get_variable("b", [2], initializer=tf.constant_initializer(0.5))
out = tf.nn.xw_plus_b(x, W, b, name="out")
counter = tf.Variable(0, trainable=False, name="counter")
with ops.control_dependencies([out]):
    step = math_ops.add(tf.assign_add(counter, 1), 0, name="step")
both = control_flow_ops.group(step, out.op, name="both")
ops.add_to_collection("outputs", out)
saver = tf.train.Saver(max_to_keep=2)
data = np.arange(8, dtype=np.float32).reshape(2, 4)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(4):
        sess.run(both, {x: data})
        path = saver.save(sess, "checkpoints/model", global_step=counter)
    expected = sess.run(out, {x: data})
print(path, saver.last_checkpoints)
print(tf.train.list_variables("checkpoints"))

with tf.Graph().as_default(), tf.Session() as sess:
    saver = tf.train.import_meta_graph(path + ".meta")
    saver.restore(sess, tf.train.latest_checkpoint("checkpoints"))
    graph = tf.get_default_graph()
    got = sess.run("out:0", {"x:0": data})
    print("restored equal:", bool((got == expected).all()))
    print("counter", sess.run(graph.get_tensor_by_name("counter:0")))
    print([tensor.name for tensor in tf.get_collection("outputs")])
    try:
        saver.restore(sess, "checkpoints/nothing")
    except (ValueError, tf.errors.NotFoundError) as error:
        print(type(error).__name__, str(error).splitlines()[0])
