"""Conds that are not well formed."""

from programs import fails


def build(tf):
    one, two = tf.constant(1), tf.constant(2)
    p = tf.placeholder(tf.bool, [], name="p")

    def cond(*args, **kwargs):
        return lambda: tf.cond(p, *args, **kwargs)

    return [
        fails("nothing from true_fn", cond(lambda: None, lambda: one)),
        fails("nothing from false_fn", cond(lambda: one, lambda: None)),
        fails("empty lists", cond(lambda: [], lambda: [])),
        fails("dtypes", cond(lambda: one, lambda: 1.0)),
        fails("lengths", cond(lambda: [one], lambda: [one, two])),
        fails("types", cond(lambda: (one, two), lambda: [one, two])),
        fails("keys", cond(lambda: {"a": one}, lambda: {"b": one})),
        fails("Python bool", lambda: tf.cond(True, lambda: one, lambda: two)),
        fails("a number", lambda: tf.cond(one, lambda: one, lambda: two)),
        fails("a vector", lambda: tf.cond(tf.constant([True]), lambda: one, lambda: two)),
        fails("no false_fn", cond(lambda: one)),
        fails("no true_fn", cond(false_fn=lambda: one)),
        fails("both names", cond(lambda: one, lambda: two, fn1=lambda: two)),
        fails("no function", cond(1, lambda: two)),
        fails("no function 2", cond(lambda: two, 1)),
    ]
