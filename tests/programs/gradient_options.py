"""tf.gradients and compute_gradients: gating, colocation, aggregation, given upstream gradients."""

import numpy as np

from programs import run, seen


def two_inputs(tf, name):
    with tf.name_scope(name):
        x = tf.constant([[1.0, 2.0], [3.0, 4.0]], name="x")
        y = tf.constant([[0.5], [-1.0]], name="y")
        return x, y, tf.matmul(x, y) * tf.reduce_sum(x)


def build(tf):
    steps = []
    for name, options in [
            ("plain", {}), ("gated", {"gate_gradients": True}),
            ("colocated", {"colocate_gradients_with_ops": True}),
            ("add_n", {"aggregation_method": tf.AggregationMethod.ADD_N}),
            ("tree", {"aggregation_method": tf.AggregationMethod.EXPERIMENTAL_TREE}),
            ("accumulate", {"aggregation_method": tf.AggregationMethod.EXPERIMENTAL_ACCUMULATE_N}),
            ("named", {"name": "mine"})]:
        x, y, z = two_inputs(tf, name)
        steps.append(run(name, tf.gradients(z, [x, y], **options)))

    x, y, z = two_inputs(tf, "upstream")
    steps.append(run("grad_ys", tf.gradients(z, [x, y], grad_ys=[tf.constant([[2.0], [3.0]])])))
    steps.append(run("several ys", tf.gradients([z, tf.square(x)], [x, y], grad_ys=[None, 2 * x])))
    steps.append(run("stopped", tf.gradients(z + tf.reduce_sum(x), [x, y], stop_gradients=[x])))
    unconnected = tf.gradients(z, tf.constant(1.0))
    zero = tf.gradients(z, tf.constant([1.0, 2.0]),
                        unconnected_gradients=tf.UnconnectedGradients.ZERO)
    steps += [seen("unconnected", unconnected == [None]), run("unconnected zero", zero)]

    v = tf.Variable([[1.0, -1.0]], name="v")
    w = tf.Variable([[2.0], [0.5]], name="w")
    loss = tf.matmul(v, w) * tf.reduce_sum(w)
    opt = tf.train.GradientDescentOptimizer(0.1)
    kept = []
    for gate in (opt.GATE_NONE, opt.GATE_OP, opt.GATE_GRAPH):
        pairs = opt.compute_gradients(loss, gate_gradients=gate,
                                      colocate_gradients_with_ops=gate > 0)
        steps.append(seen(f"gate {gate}", [[g.name, u.name] for g, u in pairs]))
        kept.append([g for g, _ in pairs])
    with_loss = opt.compute_gradients(tf.matmul(v, w), var_list=[w],
                                      grad_loss=tf.constant([[np.float32(3)]]))
    return steps + [
        run("initialise", tf.global_variables_initializer()),
        run("gates", kept),
        run("grad_loss", with_loss[0][0]),
    ]
