"""Optimizers that users write: each hook of the template."""

import numpy as np

from programs import fails, run, seen


def sign_descent(tf):
    """A subclass with a slot that counts, a tensor that updates share, an operation at the end."""

    class SignDescent(tf.train.Optimizer):
        def __init__(self, rate, name="SignDescent"):
            super().__init__(False, name)
            self.rate = rate

        def _create_slots(self, var_list):
            first = min(var_list, key=lambda variable: variable.name)
            self._create_non_slot_variable(initial_value=1.0, name="scale", colocate_with=first)
            for v in var_list:
                self._zeros_slot(v, "count", self._name)
                self._get_or_make_slot(v, tf.fill(v.get_shape(), 2.0), "two", "made")
                self._get_or_make_slot_with_initializer(
                    v, tf.ones_initializer(), v.get_shape(), v.dtype.base_dtype, "one", "made")

        def _prepare(self):
            self.rate_tensor = tf.convert_to_tensor(self._call_if_callable(self.rate), name="rate")

        def _apply_dense(self, grad, var):
            counted = self.get_slot(var, "count").assign_add(tf.abs(tf.sign(grad)))
            with tf.control_dependencies([counted]):
                return var.assign_sub(self.rate_tensor * tf.sign(grad)).op

        def _resource_apply_dense(self, grad, handle):
            counted = self.get_slot(handle, "count").assign_add(tf.abs(tf.sign(grad)))
            with tf.control_dependencies([counted]):
                return handle.assign_sub(self.rate_tensor * tf.sign(grad)).op

        def _apply_sparse(self, grad, var):
            return tf.scatter_sub(var, grad.indices, self.rate_tensor * tf.sign(grad.values)).op

        def _resource_apply_sparse(self, grad, handle, indices):
            return tf.scatter_sub(handle, indices, self.rate_tensor * tf.sign(grad)).op

        def _finish(self, update_ops, name_scope):
            scale = self._get_non_slot_variable("scale", graph=tf.get_default_graph())
            with tf.control_dependencies(update_ops), tf.colocate_with(scale):
                scaled = scale.assign(scale * 0.5)
            return tf.group(*(update_ops + [scaled]), name=name_scope)

    return SignDescent


def build(tf):
    optimizer = sign_descent(tf)(lambda: 0.25)
    x = tf.Variable([[1.0, -2.0], [3.0, 4.0]], name="x")
    y = tf.get_variable("y", initializer=tf.constant([1.0, -1.0]), use_resource=True)
    table = tf.Variable(np.ones([4, 2], np.float32), name="table")
    handles = tf.get_variable("handles", initializer=tf.ones([4, 2]), use_resource=True)
    loss = (tf.reduce_sum(x * y) + tf.reduce_sum(tf.gather(table, [3, 0, 3]))
            - tf.reduce_sum(tf.gather(handles, [1, 1, 2])))
    counter = tf.Variable(0, trainable=False, name="counter")
    op = optimizer.minimize(loss, global_step=counter)

    class Integers(tf.train.GradientDescentOptimizer):
        def _valid_dtypes(self):
            return {tf.float32, tf.float64}

    class Unfinished(tf.train.Optimizer):
        pass

    double = tf.Variable(1.0, dtype=tf.float64, name="double")
    half = tf.Variable(1.0, dtype=tf.float16, name="half")
    narrow = Integers(0.5).minimize(tf.square(double), var_list=[double])
    unfinished = Unfinished(False, "Unfinished")
    state = tf.global_variables()
    steps = [
        fails("valid dtypes", lambda: Integers(0.5).minimize(tf.square(half), var_list=[half]),
              message=False),
        fails("no dense", lambda: unfinished.minimize(loss, var_list=[x]), message=False),
        fails("no resource", lambda: unfinished.minimize(loss, var_list=[y]), message=False),
        fails("no sparse", lambda: unfinished.minimize(loss, var_list=[table]), message=False),
        fails("no rows", lambda: unfinished.minimize(loss, var_list=[handles]), message=False),
        seen("slot names", optimizer.get_slot_names()),
        seen("variables", [v.name for v in optimizer.variables()]),
        seen("op", [op.name, op.type, narrow.name]),
        run("initialise", tf.global_variables_initializer()),
    ]
    for i in range(3):
        steps += [run(f"train {i}", [op, narrow]), run(f"state {i}", state)]
    return steps
