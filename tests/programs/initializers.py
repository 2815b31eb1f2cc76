"""Initializers: the nodes that they make, their dtypes, seeds and numbers."""

import numpy as np

from programs import fails, run


def build(tf):
    def fours(shape, dtype, partition_info=None):
        return tf.ones(shape, dtype) * 4

    tf.set_random_seed(42)
    makers = [
        tf.zeros_initializer(), tf.ones_initializer(), tf.constant_initializer(3),
        tf.constant_initializer([[1, 2, 3], [4, 5, 6]]), tf.random_uniform_initializer(-2, 2),
        tf.random_uniform_initializer(seed=5), tf.random_normal_initializer(1.0, 0.5),
        tf.random_normal_initializer(seed=6), tf.truncated_normal_initializer(stddev=2.0),
        tf.truncated_normal_initializer(seed=7), tf.uniform_unit_scaling_initializer(seed=8),
        tf.variance_scaling_initializer(), tf.glorot_uniform_initializer(),
        tf.glorot_normal_initializer(), tf.variance_scaling_initializer(2.0, "fan_out", "uniform"),
        tf.variance_scaling_initializer(1.0, "fan_avg", "untruncated_normal", seed=9),
        tf.initializers.he_normal(), tf.initializers.he_uniform(seed=1),
        tf.initializers.lecun_normal(), tf.initializers.lecun_uniform(seed=2),
    ]
    variables = [tf.get_variable(f"v{i}", [2, 3], initializer=maker)
                 for i, maker in enumerate(makers)]
    default = [tf.get_variable("default", [3, 2]), tf.get_variable("scalar", []),
               tf.get_variable("integer", [2], tf.int32), tf.get_variable("flag", [2], tf.bool),
               tf.get_variable("double", [2, 2], tf.float64),
               tf.get_variable("kernel", [2, 2, 3, 4]),
               tf.get_variable("class", [2], initializer=tf.zeros_initializer),
               tf.get_variable("tensor", initializer=tf.constant([1, 2])),
               tf.get_variable("array", initializer=np.float64([0.5])),
               tf.get_variable("function", [2], initializer=fours),
               tf.Variable(lambda: tf.constant(2.0), name="callable")]
    twice = tf.random_uniform_initializer(seed=5)([2, 3])
    return [
        run("initialise", tf.global_variables_initializer()),
        run("values", variables),
        run("defaults", default),
        run("others", twice),
        run("initial values", [variables[4].initial_value, variables[6].initial_value]),
        run("initialise again", tf.variables_initializer(variables[4:10])),
        run("values again", variables[4:10]),
        fails("complex", lambda: tf.get_variable("c", [2], tf.complex64)),
        fails("unknown shape", lambda: tf.get_variable("u", [None, 2])),
        fails("shape too", lambda: tf.get_variable("w", [5], initializer=tf.constant([1.0]))),
        fails("mode", lambda: tf.variance_scaling_initializer(mode="nothing")),
        fails("scale", lambda: tf.variance_scaling_initializer(scale=-1.0)),
        fails("kind", lambda: tf.zeros_initializer()(2.5)),
    ]


TOLERANCE = {"float32": 3e-6}
