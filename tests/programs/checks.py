"""Assertions on values, ranks, shapes and dtypes."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    ints = tf.placeholder(tf.int32, [2], name="ints")
    free = tf.placeholder(tf.float32, name="free")
    rank = tf.placeholder(tf.int32, name="rank")
    two = tf.constant([1.0, 2.0], name="two")
    good = {x: [[1.0, 2.0]], ints: [1, 2], free: [[1.0, 2.0]], rank: 2}
    bad = {x: [[-1.0, 3.0]], ints: [9, -7], free: np.ones(3), rank: 3}
    checks = [
        tf.assert_equal(x, x), tf.assert_equal(ints, [1, 2]), tf.assert_equal(x, free, message="M"),
        tf.assert_none_equal(ints, [9, 7], name="named"), tf.assert_less(ints, 5, summarize=1),
        tf.assert_less_equal(x, [[1.0, 2.0]], data=["data", x]), tf.assert_greater(x, 0.0),
        tf.assert_greater_equal(ints, [1, 1]), tf.assert_negative(-x), tf.assert_positive(ints),
        tf.assert_non_negative(x), tf.assert_non_positive(-ints, message="m"),
        tf.assert_near(x, two), tf.assert_near(x, two, rtol=0.1, atol=0.2, message="near"),
        tf.assert_rank(free, 2), tf.assert_rank(x, rank), tf.assert_rank_at_least(free, 2),
        tf.assert_rank_in(free, [0, 2]), tf.assert_rank_in(free, [0, rank])]
    static = [
        tf.assert_equal(two, [1.0, 2.0]), tf.assert_rank(x, 2), tf.assert_rank_at_least(x, 1),
        tf.assert_rank_in(x, (1, 2)), tf.assert_type(x, tf.float32), tf.assert_integer(ints),
        tf.assert_scalar(3.0), tf.assert_scalar(tf.constant(2), name="scalar")]
    shapes = [
        tf.debugging.assert_shapes([(x, ("N", 2)), (ints, ("D",)), (two, "D")]),
        tf.debugging.assert_shapes({free: ("N", "Q"), x: ("N", ".")}),
        tf.debugging.assert_shapes([(x, (Ellipsis, "Q")), (free, ("*", None, "Q"))], message="m")]
    order = [tf.is_non_decreasing(free), tf.is_strictly_increasing(free),
             tf.is_strictly_increasing(-free), tf.is_non_decreasing(x),
             tf.is_non_decreasing(-x)]
    results = [
        seen("static", [
            tf.is_numeric_tensor(x), tf.is_numeric_tensor(tf.constant("a")),
            tf.is_numeric_tensor(1.0), tf.assert_same_float_dtype([x, None, two]).name,
            tf.assert_same_float_dtype().name, tf.assert_same_float_dtype([], tf.float64).name,
            tf.assert_proper_iterable([1]), checks[0].type, [c.name for c in static]]),
        run("good", checks + static, good), run("shapes", shapes, good), run("order", order, good),
        fails("constants", lambda: tf.assert_equal(two, [1.0, 3.0], message="no")),
        fails("constant sign", lambda: tf.assert_negative(two)),
        fails("constant data", lambda: tf.assert_less(two, 0.0, data=["d", two])),
        fails("rank", lambda: tf.assert_rank(x, 1, message="msg")),
        fails("rank at least", lambda: tf.assert_rank_at_least(x, 3)),
        fails("rank no scalar", lambda: tf.assert_rank(x, [2])),
        fails("rank no integer", lambda: tf.assert_rank(x, 2.0)),
        fails("type", lambda: tf.assert_type(x, tf.int32, message="msg")),
        fails("integer", lambda: tf.assert_integer(x)),
        fails("scalar", lambda: tf.assert_scalar(x)),
        fails("iterable", lambda: tf.assert_proper_iterable("abc")),
        fails("no iterable", lambda: tf.assert_proper_iterable(3)),
        fails("floats", lambda: tf.assert_same_float_dtype([x, tf.constant(1.0, tf.float64)])),
        fails("floats given", lambda: tf.assert_same_float_dtype([x], tf.float64)),
        fails("no floats", lambda: tf.assert_same_float_dtype([ints])),
        fails("order of strings", lambda: tf.is_non_decreasing(["a"])),
        fails("shape", lambda: tf.debugging.assert_shapes([(x, ("N", 3))])),
        fails("shape symbol", lambda: tf.debugging.assert_shapes([
            (x, ("N", "E")), (tf.constant([1, 2, 3]), ("E",))])),
        fails("shape rank", lambda: tf.debugging.assert_shapes([(x, ("N", 3, 4))])),
        fails("shape form", lambda: tf.debugging.assert_shapes([(x, 3)])),
        fails("shape dots", lambda: tf.debugging.assert_shapes([(x, ("N", Ellipsis))])),
    ]
    results += [run(f"bad {i}", check, bad, fails=True)
                for i, check in enumerate(checks) if i]
    only_rank = tf.debugging.assert_shapes({free: ("N", "Q")})
    return results + [
        run("bad size", shapes[1], {x: [[1.0, 2.0]], free: np.ones((3, 1))}, fails=True),
        run("bad size from behind", shapes[2], {x: [[1.0, 2.0]], free: np.ones((1, 3))},
            fails=True),
        run("bad rank", only_rank, {free: np.ones(3)}, fails=True),
    ]
