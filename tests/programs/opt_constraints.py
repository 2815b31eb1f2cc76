"""Variables with constraints, which are applied after each update."""

from programs import run


def build(tf):
    def at_most_one(value):
        return tf.minimum(value, 1.0)

    free = tf.Variable([2.0, 0.5], name="free", constraint=at_most_one)
    bound = tf.get_variable("bound", initializer=tf.constant([2.0, 0.5]), constraint=at_most_one,
                            use_resource=True)
    loss = tf.reduce_sum(free) + tf.reduce_sum(bound * [1.0, 2.0])
    steps = []
    for optimizer in (tf.train.GradientDescentOptimizer(-0.1),
                      tf.train.MomentumOptimizer(-0.1, 0.5, name="Constrained")):
        op = optimizer.minimize(loss, var_list=[free, bound])
        steps.append(run("initialise " + op.name, tf.global_variables_initializer()))
        for i in range(3):
            steps += [run(f"train {op.name} {i}", op),
                      run(f"state {op.name} {i}", [free, bound])]
    return steps
