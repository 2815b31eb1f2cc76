"""Variable scopes: defaults, custom getters, creators, partitioned variables, local variables."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    log = []

    def scaled(getter, name, *args, **kwargs):
        log.append("scaled " + name)
        return getter(name, *args, **kwargs) * 2.0

    def renamed(getter, name, *args, **kwargs):
        log.append("renamed " + name)
        return getter(name + "_renamed", *args, **kwargs)

    def creator(next_creator, **kwargs):
        log.append("creator {} {}".format(kwargs["name"], sorted(kwargs)))
        kwargs["trainable"] = False
        return next_creator(**kwargs)

    def resource(next_creator, **kwargs):
        log.append("resource " + kwargs["name"])
        return next_creator(**dict(kwargs, use_resource=True))

    ones, made = tf.ones_initializer(), []
    with tf.variable_scope("getters", custom_getter=scaled, initializer=ones):
        made.append(tf.get_variable("a", [2]))
        with tf.variable_scope("inner", custom_getter=renamed):
            made.append(tf.get_variable("b", [2]))
    with tf.variable_creator_scope(creator), tf.variable_creator_scope(resource):
        made += [tf.get_variable("created", [2], initializer=ones), tf.Variable(1.0, name="direct")]

    def penalty(v):
        return tf.reduce_sum(tf.abs(v), name="penalty")

    with tf.variable_scope("defaults", initializer=tf.constant_initializer(4), regularizer=penalty,
                           dtype=tf.float64, constraint=tf.identity) as scope:
        made.append(tf.get_variable("c", [2]))
        made.append(tf.get_variable("d", [2], regularizer=tf.no_regularizer, dtype=tf.float32))
        with tf.variable_scope("deeper", use_resource=True) as deeper:
            made.append(tf.get_variable("e", [1], regularizer=lambda v: None))
            made.append(tf.get_variable("f", [1]))
    with tf.variable_scope("elsewhere"):
        with tf.variable_scope(scope, reuse=True) as again:
            same = [tf.get_variable("c", [2]) is made[4], tf.get_variable("c") is made[4]]
        with tf.variable_scope(scope, dtype=tf.float32):
            made.append(tf.get_variable("g", [1]))
        local = tf.get_local_variable("local", [1], initializer=ones)
    counts = []
    for _ in range(2):
        with tf.variable_scope("outer"):
            for _ in range(2):
                with tf.variable_scope(None, "unit", [local]) as unit:
                    counts.append((unit.name, unit.original_name_scope))
    reused = tf.variable_scope("reentered")
    for _ in range(2):
        with reused as opened:
            counts.append((opened.name, opened.original_name_scope, tf.zeros([]).name))
    with tf.variable_scope("kept", reuse=tf.AUTO_REUSE), tf.name_scope("names"):
        auto = [tf.get_variable("auto", initializer=np.float32(2)),
                tf.get_variable("auto", dtype=tf.float32, shape=[])]
        with tf.variable_scope("plain", auxiliary_name_scope=False):
            op = tf.constant(1.0)
    with tf.variable_scope(""):
        top = tf.get_variable("top", [], initializer=ones)
    with tf.variable_op_scope([local], None, "old") as old:
        counts.append(old.name)
    parts = tf.get_variable("parts", [5, 2], initializer=tf.random_uniform_initializer(seed=1),
                            partitioner=tf.fixed_size_partitioner(2), regularizer=penalty)
    with tf.variable_scope("", reuse=True):
        found = tf.get_variable("parts")
    whole = tf.get_variable("whole", initializer=tf.constant(np.arange(6.0)),
                            partitioner=tf.fixed_size_partitioner(4))
    scalar = tf.get_variable("scalar", [], partitioner=tf.fixed_size_partitioner(3),
                             initializer=ones)
    eye = tf.get_variable("eye", [4, 4], partitioner=tf.min_max_variable_partitioner(2, 1, 8),
                          initializer=tf.initializers.identity())
    sized = tf.variable_axis_size_partitioner(24, max_shards=3)
    sums = tf.reduce_sum(parts, name="sum")
    grown = parts.assign_add(np.ones([5, 2], np.float32))
    grads = tf.gradients(sums, list(parts))
    enter = tf.variable_scope
    steps = [
        seen("log", log),
        seen("names", [m.name for m in made + [local, top, op] + auto]),
        seen("counts", counts),
        seen("same", same + [auto[0] is auto[1], found is parts]),
        seen("kinds", [[type(m).__name__ == "ResourceVariable", getattr(m, "trainable", None)]
                       for m in made]),
        seen("scope", [again.name, again.original_name_scope, again.reuse, deeper.use_resource,
                       deeper.constraint is None, scope.constraint is None, scope.dtype.name,
                       [v.name for v in scope.global_variables()],
                       len(scope.trainable_variables())]),
        seen("losses", [t.name for t in tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)]),
        seen("parts", [[v.name, v.shape.as_list(), v._get_save_slice_info().spec]
                       for p in (parts, whole, eye) for v in p]),
        seen("sizes", [len(parts), parts.name, str(parts.shape), parts.dtype.name,
                       scalar.name, sized(shape=tf.TensorShape([10, 3]), dtype=tf.float32)]),
        seen("gradients", [g.name for g in grads]),
        seen("local", [v.name for v in tf.local_variables()]),
        run("initialise", [tf.global_variables_initializer(), tf.local_variables_initializer()]),
        run("values", made + [local, top, auto[0]]),
        run("partitioned", [tf.convert_to_tensor(p) for p in (parts, whole, eye)] + [sums, scalar]),
        run("grown", grown),
        run("losses", tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)),
    ]
    with tf.variable_scope("parts", reuse=tf.AUTO_REUSE):
        steps.append(fails("as a part", lambda: tf.get_variable("part_0", [7])))
    with tf.variable_scope("", reuse=True):
        steps += [
            fails("shape of whole", lambda: tf.get_variable("parts", [6, 2])),
            fails("dtype of whole", lambda: tf.get_variable("parts", [5, 2], tf.int32)),
            fails("partitions", lambda: tf.get_variable(
                "parts", [5, 2], partitioner=tf.fixed_size_partitioner(3))),
            fails("no whole", lambda: tf.get_variable(
                "missing", [5, 2], partitioner=tf.fixed_size_partitioner(3)))]
    steps += [
        fails("unpartitioned", lambda: tf.get_variable("parts", [5, 2])),
        fails("partitioned already", lambda: tf.get_variable(
            "parts", [5, 2], partitioner=tf.fixed_size_partitioner(2))),
        fails("partitioned later", lambda: tf.get_variable(
            "top", [2], partitioner=tf.fixed_size_partitioner(2))),
        fails("partitioner", lambda: tf.get_variable("p", [2], partitioner=3)),
        fails("partitioner's answer", lambda: tf.get_variable("p", [2], partitioner=lambda **k: 2)),
        fails("partitioner's rank", lambda: tf.get_variable(
            "p", [2], partitioner=lambda **k: [1, 1])),
        fails("two axes", lambda: tf.get_variable("p", [4, 4], partitioner=lambda **k: [2, 2])),
        fails("zero", lambda: tf.get_variable("p", [4, 4], partitioner=lambda **k: [0, 1])),
        fails("getter", lambda: tf.get_variable("q", [2], custom_getter=3)),
        fails("constant and shape", lambda: tf.get_variable("q", [2], initializer=np.ones(2))),
        fails("types", lambda: tf.get_variable("q", dtype=tf.int32, initializer=tf.constant(1.0))),
        fails("no shape", lambda: tf.get_variable("q", initializer=ones)),
        fails("exists", lambda: tf.get_variable("top", [])),
        fails("exists as resource", lambda: tf.get_variable("created", [2])),
        fails("scope type", lambda: enter(3).__enter__()),
        fails("reuse type", lambda: enter("a", reuse=3)),
        fails("auxiliary", lambda: enter("a", auxiliary_name_scope=3)),
        fails("reuse of default", lambda: enter(None, "a", reuse=True).__enter__()),
        fails("nothing", lambda: enter(None)),
        fails("axis", lambda: tf.min_max_variable_partitioner(2, 3)(
            shape=tf.TensorShape([2]), dtype=tf.float32)),
    ]
    return steps
