"""What optimizers refuse, and how."""

import numpy as np

from programs import fails, run


def build(tf):
    train = tf.train
    x = tf.Variable([1.0, 2.0], name="x")
    r = tf.get_variable("r", [2], use_resource=True)
    whole = tf.Variable([1, 2], name="whole")
    slot = tf.Variable([0.5, 0.5], name="slot")
    rows_slot = tf.Variable(np.ones([3, 2], np.float32), name="rows_slot")
    wave = tf.Variable(1.0 + 2.0j, name="wave")
    double = tf.Variable([1.0, 2.0], dtype=tf.float64, name="double")
    table = tf.Variable(np.ones([3, 2], np.float32), name="table", constraint=tf.identity)
    handles = tf.get_variable("handles", [3, 2], use_resource=True, constraint=tf.identity)
    loss = tf.reduce_sum(x * r, name="loss")
    descent = train.GradientDescentOptimizer(0.1)
    flexible = tf.placeholder(tf.float32, name="flexible")
    number = tf.placeholder(tf.float32, name="number")
    rows = tf.placeholder(tf.int32, name="rows")
    one = tf.constant(1.0, name="one")
    dense = tf.raw_ops.ApplyMomentum(var=x, accum=slot, lr=number, grad=flexible, momentum=one)
    sparse = tf.raw_ops.SparseApplyAdagrad(var=table, accum=rows_slot, lr=one, grad=flexible,
                                           indices=rows)
    blank = tf.Variable([1.0, 2.0], name="blank")
    handle = tf.get_variable("handle", [2], use_resource=True)
    blank_slot = train.MomentumOptimizer(0.1, 0.9).minimize(tf.reduce_sum(tf.square(blank)))
    handle_slot = train.MomentumOptimizer(0.1, 0.9, name="Handle").minimize(
        tf.reduce_sum(tf.square(handle)))
    momentum = tf.raw_ops.ApplyMomentum

    def static(**changes):
        inputs = {"var": x, "accum": x, "lr": one, "grad": [1.0, 2.0], "momentum": one}
        inputs.update(changes)
        return lambda: momentum(**inputs)

    def of_rows(**changes):
        inputs = {"var": table, "accum": table, "lr": one, "grad": np.ones([3, 2], np.float32),
                  "indices": [0, 1, 2]}
        inputs.update(changes)
        return lambda: tf.raw_ops.SparseApplyAdagrad(**inputs)

    return [
        fails("no name", lambda: train.GradientDescentOptimizer(0.1, name=None)),
        fails("adagrad", lambda: train.AdagradOptimizer(0.1, initial_accumulator_value=0.0)),
        fails("adagrad da", lambda: train.AdagradDAOptimizer(0.1, whole, -1.0)),
        fails("proximal", lambda: train.ProximalAdagradOptimizer(0.1, -0.5)),
        fails("ftrl accumulator", lambda: train.FtrlOptimizer(
            0.1, initial_accumulator_value=-1.0)),
        fails("ftrl power", lambda: train.FtrlOptimizer(0.1, learning_rate_power=0.5)),
        fails("ftrl l1", lambda: train.FtrlOptimizer(0.1, l1_regularization_strength=-0.5)),
        fails("ftrl l2", lambda: train.FtrlOptimizer(0.1, l2_regularization_strength=-0.5)),
        fails("ftrl shrinkage", lambda: train.FtrlOptimizer(
            0.1, l2_shrinkage_regularization_strength=-0.5)),
        fails("gate", lambda: descent.minimize(loss, gate_gradients=7)),
        fails("loss dtype", lambda: descent.minimize(tf.constant(1, name="i")), message=False),
        fails("grad_loss dtype", lambda: descent.minimize(loss, grad_loss=tf.constant(1)),
              message=False),
        fails("variable dtype", lambda: descent.compute_gradients(
            tf.real(wave), [wave]), message=False),
        fails("unconnected", lambda: descent.minimize(loss, var_list=[double])),
        fails("no variables", lambda: descent.minimize(loss, var_list=[])),
        fails("nothing to apply", lambda: descent.apply_gradients([])),
        fails("all None", lambda: descent.apply_gradients([(None, x), (None, r)])),
        fails("no gradient", lambda: descent.apply_gradients([(object(), x)]), message=False),
        fails("wrong shape", lambda: descent.apply_gradients([(tf.ones([3]), x)])),
        fails("wrong shape, resource", lambda: descent.apply_gradients([(tf.ones([3]), r)])),
        fails("wrong dtype", lambda: descent.apply_gradients([(tf.ones([2], tf.float64), x)])),
        fails("tensor", lambda: descent.apply_gradients([(one, one)]), message=False),
        fails("proximal dtype", lambda: train.ProximalGradientDescentOptimizer(0.1).minimize(
            tf.reduce_sum(double), var_list=[double])),
        fails("callable rate", lambda: train.FtrlOptimizer(lambda: 0.1).minimize(loss),
              message=False),
        fails("constraint", lambda: descent.minimize(tf.reduce_sum(tf.gather(table, [0])))),
        fails("constraint, resource", lambda: descent.minimize(
            tf.reduce_sum(tf.gather(handles, [0])))),
        fails("global step", lambda: descent.minimize(loss, global_step=one), message=False),
        fails("not mutable", static(var=one)),
        fails("slot shape", static(accum=table)),
        fails("scalar", static(lr=[1.0])),
        fails("gradient shape", static(grad=[1.0])),
        fails("gradient dtype", static(grad=tf.constant([1, 2]))),
        fails("rows rank", of_rows(indices=[[0, 1, 2]])),
        fails("rows length", of_rows(indices=[0, 1])),
        fails("rows width", of_rows(grad=np.ones([3, 1], np.float32))),
        fails("rows dtype", of_rows(indices=[0.0, 1.0, 2.0])),
        run("blank", blank_slot, fails=True),
        run("blank handle", handle_slot, fails=True),
        run("start", [v.initializer for v in (x, table, slot, rows_slot, r, blank, handle)]),
        run("blank slot", blank_slot, fails=True),
        run("blank handle's slot", handle_slot, fails=True),
        run("good", dense, {flexible: [1.0, 2.0], number: 1.0}),
        run("shape at run time", dense, {flexible: [1.0], number: 1.0}, fails=True),
        run("rank at run time", dense, {flexible: 1.0, number: 1.0}, fails=True),
        run("scalar at run time", dense, {flexible: [1.0, 2.0], number: [1.0]}, fails=True),
        run("rows", sparse, {flexible: np.ones([2, 2]), rows: [2, 2]}),
        run("out of range", sparse, {flexible: np.ones([2, 2]), rows: [0, 3]}, fails=True),
        run("negative", sparse, {flexible: np.ones([2, 2]), rows: [-1, 1]}, fails=True),
        run("too few rows", sparse, {flexible: np.ones([2, 2]), rows: [1]}, fails=True),
        run("matrix of rows", sparse, {flexible: np.ones([2, 2]), rows: [[0, 1]]}, fails=True),
        run("narrow", sparse, {flexible: np.ones([2, 1]), rows: [0, 1]}, fails=True),
        run("no rows", sparse, {flexible: np.ones([0, 2]), rows: np.zeros([0], np.int32)}),
    ]
