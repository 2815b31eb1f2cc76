"""case: the first predicate that holds."""

import collections

from programs import fails, run


def build(tf):
    p, q = [tf.placeholder(tf.bool, [], name=name) for name in ("p", "q")]
    x = tf.placeholder(tf.float32, [], name="x")

    def double():
        return x * 2.0

    def square():
        return x * x

    def minus():
        return -x

    pairs = [(p, double), (q, square)]
    by_default = tf.case(pairs, default=minus)
    without = tf.case(pairs, name="without")
    exclusive = tf.case(pairs, default=minus, exclusive=True)
    strict = tf.case([(p, lambda: [double()])], default=lambda: [square()], strict=True)
    ordered = tf.case(collections.OrderedDict([(q, square), (p, double)]), default=minus)
    by_name = tf.case({q: square, p: double}, default=minus, exclusive=True)
    gradients = tf.gradients([by_default, without], x)
    values = [by_default, strict, ordered, gradients]
    return [
        run("first", values + [without, exclusive, by_name], {p: True, q: False, x: 3.0}),
        run("second", values + [without, exclusive, by_name], {p: False, q: True, x: 3.0}),
        run("both", [by_default, strict, ordered, without], {p: True, q: True, x: 3.0}),
        run("both, exclusive", exclusive, {p: True, q: True, x: 3.0}, fails=True),
        run("none", [by_default, exclusive], {p: False, q: False, x: 3.0}),
        run("none, no default", without, {p: False, q: False, x: 3.0}, fails=True),
    ] + [
        fails("bad %d" % i, lambda: tf.case(bad)) for i, bad in enumerate([
            3, [3], [(1,)], [(1, double)], [(True, double)], [(x, double)], [(p, 3)],
            [[p, double]]])
    ] + [fails("bad default", lambda: tf.case(pairs, default=3))]
