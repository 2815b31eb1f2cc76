"""What optimizers take: dtypes, devices, partitions, global steps, gates."""

import numpy as np

from programs import run, seen

TOLERANCE = {"float16": 1e-2, "float32": 3e-6}


def build(tf):
    train = tf.train
    steps = []

    def add(label, op, *state):
        steps.extend([run(label + " start", list(state)), run(label, op),
                      run(label + " end", list(state)), run(label + " again", op),
                      run(label + " last", list(state))])

    # Several dtypes under one optimizer.
    half = tf.Variable([1.0, 2.0], dtype=tf.float16, name="half")
    single = tf.Variable([1.0, 2.0], name="single")
    double = tf.Variable([1.0, 2.0], dtype=tf.float64, name="double", use_resource=True)
    loss = (tf.reduce_sum(tf.square(single)) + tf.cast(tf.reduce_sum(tf.square(half)), tf.float32)
            + tf.cast(tf.reduce_sum(tf.square(double)), tf.float32))
    mixed = [half, single, double]
    for optimizer in (train.AdamOptimizer(0.1), train.MomentumOptimizer(0.1, 0.5),
                      train.AdagradOptimizer(0.1), train.AdadeltaOptimizer(0.1, epsilon=0.1),
                      train.RMSPropOptimizer(0.1), train.FtrlOptimizer(0.1),
                      train.GradientDescentOptimizer(0.1)):
        op = optimizer.minimize(loss, var_list=mixed)
        steps.append(run("initialise " + op.name, tf.variables_initializer(
            mixed + optimizer.variables())))
        add(op.name, op, *(mixed + optimizer.variables()))

    # Devices.
    with tf.device("/cpu:0"):
        placed = tf.Variable(1.0, name="placed")
        handle = tf.Variable(1.0, name="handle", use_resource=True)
    counter = tf.Variable(0, dtype=tf.int64, trainable=False, name="counter")
    squares = tf.square(placed) + tf.square(handle)
    with tf.device("/job:localhost/cpu:0"):
        placing = [train.AdagradDAOptimizer(0.1, counter), train.AdamOptimizer(name="OnDevice")]
        ops = [optimizer.minimize(squares, counter, [placed, handle]) for optimizer in placing]
    steps.append(run("initialise placed", tf.global_variables_initializer()))
    for op in ops:
        add(op.name, op, placed, handle, counter)

    # Partitions.
    parts = tf.get_variable("parts", [4, 2], initializer=tf.ones_initializer(),
                            partitioner=tf.fixed_size_partitioner(2))
    slices = list(parts)
    part_loss = tf.reduce_sum(tf.square(parts.as_tensor()))
    momentum = train.MomentumOptimizer(0.1, 0.9, name="Parts")
    op = momentum.minimize(part_loss, var_list=[slices])
    slot = momentum.get_slot(slices[1], "momentum")
    info = slot._get_save_slice_info()
    steps.append(seen("slice", [info.full_name, info.full_shape, info.var_offset, info.var_shape,
                                info.spec]))
    steps.append(run("initialise parts", tf.global_variables_initializer()))
    add("parts", op, slot, *slices)

    # Gates, aggregation, a gradient of the loss.
    x = tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="x")
    y = tf.Variable([[1.0], [2.0]], name="y")
    with tf.device("/cpu:0"):
        z = tf.matmul(tf.square(x), [[1.0], [2.0]]) * tf.reduce_sum(x) + tf.reduce_sum(y) * y
    descent = train.GradientDescentOptimizer(0.01, name="Gated")
    for gate in (descent.GATE_NONE, descent.GATE_OP, descent.GATE_GRAPH):
        op = descent.minimize(z, var_list={"x": x, "y": y}, gate_gradients=gate,
                              aggregation_method=tf.AggregationMethod.EXPERIMENTAL_TREE,
                              colocate_gradients_with_ops=gate == descent.GATE_OP, name="gate",
                              grad_loss=tf.constant([[2.0], [0.5]]))
        steps.append(run("initialise " + op.name, [x.initializer, y.initializer]))
        add(op.name, op, x, y)
    pairs = descent.compute_gradients(z, [x, y, z, single])
    steps.append(seen("pairs", [[None if g is None else g.name, v.name] for g, v in pairs]))

    # Several uses of one optimizer, and gradients that are arrays.
    adam = train.AdamOptimizer(0.1, name="Shared")
    ops = [adam.apply_gradients([(np.ones([2, 1], np.float32), y)]),
           adam.apply_gradients([(None, y), (tf.ones([2, 2]), x)], counter, "second"),
           adam.minimize(tf.reduce_sum(y), counter, [y])]
    steps.append(seen("slots", [v.name for v in adam.variables()]))
    steps.append(run("initialise shared", tf.global_variables_initializer()))
    for op in ops:
        add(op.name, op, x, y, counter)
    return steps
