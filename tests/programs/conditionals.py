"""cond, case and Assert: the graph, the gradients, and which branch runs."""

from programs import fails, run


def build(tf):
    p = tf.placeholder(tf.bool, [], name="p")
    q = tf.placeholder(tf.bool, [], name="q")
    x = tf.placeholder(tf.float32, [2], name="x")
    v = tf.Variable(1.0, name="v")
    count = tf.Variable(0, name="count", trainable=False)

    one = tf.cond(p, lambda: x * 2.0, lambda: x + 1.0, name="one")
    nested = tf.cond(p, lambda: tf.cond(q, lambda: x * v, lambda: tf.square(x)), lambda: x)
    pair = tf.cond(p, lambda: (x, tf.reduce_sum(x)), lambda: (tf.exp(x), tf.constant(1.0)))
    counted = tf.cond(p, lambda: tf.assign_add(count, 1), lambda: tf.identity(count))
    effect = tf.cond(q, lambda: tf.no_op(), lambda: tf.group(tf.assign(count, 10)))
    listed = tf.cond(p, lambda: [x], lambda: [x + v], strict=True)
    first = tf.reduce_sum(x)
    chosen = tf.case([(first < 1.0, lambda: tf.constant(10.0)), (first < 2.0, lambda: first * v)],
                     default=lambda: -first, exclusive=False, name="chosen")
    exclusive = tf.case([(first < 1.0, lambda: first), (first > 2.0, lambda: -first)],
                        default=lambda: v * first, exclusive=True)
    checked = tf.case([(first < 1.0, lambda: first), (first > 2.0, lambda: -first)])
    dense = tf.Assert(tf.reduce_all(x > 0.0), ["not positive:", x])
    plain = tf.Assert(tf.reduce_all(x > 0.0), ["text", tf.constant([1, 2, 3, 4])], summarize=2)
    with tf.control_dependencies([dense, plain]):
        guarded = tf.identity(x, name="guarded")

    gradients = [tf.gradients(y, [x, v]) for y in (one, nested, chosen, exclusive)]
    gradients.append(tf.gradients([pair[0], pair[1]], x))
    gradients = [[g for g in grads if g is not None] for grads in gradients]
    steps = [
        fails("python bool", lambda: tf.cond(True, lambda: x, lambda: x)),
        fails("no function", lambda: tf.cond(p, lambda: x)),
        fails("not a function", lambda: tf.cond(p, x, lambda: x)),
        fails("dtypes", lambda: tf.cond(p, lambda: x, lambda: tf.constant(1)), message=False),
        fails("nothing", lambda: tf.cond(p, lambda: None, lambda: x), message=False),
        run("initialise", tf.global_variables_initializer()),
    ]
    for i, (a, b, value) in enumerate([(True, True, [0.25, 0.5]), (True, False, [0.5, 1.0]),
                                       (False, True, [1.5, 2.0]), (False, False, [0.125, 0.25])]):
        feeds = {p: a, q: b, x: value}
        steps.append(run(f"values {i}", [one, nested, pair, listed, chosen, exclusive], feeds))
        steps.append(run(f"gradients {i}", gradients, feeds))
        steps.append(run(f"count {i}", counted, feeds))
        steps.append(run(f"effect {i}", effect, feeds))
    return steps + [
        run("count at last", count),
        run("guarded", guarded, {x: [1.0, 2.0]}),
        run("dense", dense, {x: [1.0, -2.5]}, fails=True),
        run("plain", plain, {x: [-1.0, 2.0]}, fails=True),
        run("checked", checked, {x: [1.0, 2.0]}),
        run("none is true", checked, {x: [0.5, 1.0]}, fails=True),
    ]
