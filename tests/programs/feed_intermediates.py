"""Feeding tensors inside the graph: what is not needed any more does not run."""

import numpy as np

from programs import call, run, seen


def build(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    counter = tf.Variable(0, name="counter")
    count = tf.assign_add(counter, 1, name="count")
    with tf.control_dependencies([count]):
        hidden = tf.square(x, name="hidden")
    output = tf.reduce_sum(hidden * 2.0, name="output")
    grads = tf.gradients(output, [x, hidden])
    fixed = tf.constant([1.0, 2.0], name="fixed")
    graph = tf.get_default_graph()
    graph.prevent_feeding(fixed)
    first, second = tf.split(x, 2, name="halves")
    return [
        seen("feedable", [graph.is_feedable(t) for t in (x, hidden, fixed)]),
        run("initialise", counter.initializer),
        run("all", [output, grads], {x: [1, 2]}),
        run("counted", counter),
        run("hidden fed", output, {hidden: [1, 2]}),
        run("not counted", counter),
        run("both fed", [output, grads, x], {hidden: [1, 2], x: [3, 4]}),
        run("output fed", output, {output: 7}),
        run("wrong shape", output, {hidden: [1, 2, 3]}, fails=True),
        run("not feedable", fixed, {fixed: [3, 4]}, fails=True),
        run("one of two", [first, second], {first: [9], x: [1, 2]}),
        run("needs the other", [first, second], {first: [9]}, fails=True),
        run("read fed", "counter/read:0", {"counter/read:0": np.int32(41)}),
        call("counter", lambda session: counter.eval()),
    ]
