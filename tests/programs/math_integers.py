"""Integer arithmetic: quotients, remainders, overflow, shifts, reductions, and division by zero."""


from programs import run


def build(tf):
    i = tf.placeholder(tf.int32, [4], name="i")
    j = tf.placeholder(tf.int32, [4], name="j")
    small = tf.placeholder(tf.uint8, [2], name="small")
    feeds = {i: [7, -7, 7, -7], j: [2, 2, -2, -2], small: [200, 100]}
    zero = dict(feeds)
    zero[j] = [1, 1, 0, 1]
    whole = tf.reshape(i, [2, 2])
    bits = tf.bitwise
    return [
        run("quotients", [i / j, i // j, i % j, tf.div(i, j), tf.truncatediv(i, j),
                          tf.truncatemod(i, j), tf.floormod(i, j), tf.floor_div(i, j)], feeds),
        run("powers", [i ** 3, tf.pow(i, 40), tf.square(i), tf.squared_difference(i, j), tf.sign(i),
                       tf.abs(i), tf.round(i), tf.maximum(i, j), tf.minimum(i, j)], feeds),
        run("small", [small + small, small * small, small / small, small // 3, tf.cumsum(small),
                      tf.reduce_sum(small)], feeds),
        run("reductions", [tf.reduce_sum(whole, 1), tf.reduce_mean(whole, 0), tf.reduce_prod(whole),
                           tf.reduce_max(whole, 0), tf.reduce_min(whole),
                           tf.math.reduce_euclidean_norm(whole, 1)], feeds),
        run("bits", [bits.bitwise_and(i, j), bits.bitwise_or(i, j), bits.bitwise_xor(i, j),
                     bits.invert(i), bits.left_shift(i, j), bits.right_shift(i, [40, 1, -1, 2])],
            feeds),
        run("matrices", [tf.matmul(whole, whole), tf.tensordot(i, j, 1)], feeds),
        run("i / 0", i // j, zero, fails=True),
        run("i % 0", i % j, zero, fails=True),
        run("div(i, 0)", tf.div(i, j), zero, fails=True),
        run("negative power", tf.pow(i, j), feeds, fails=True),
    ]
