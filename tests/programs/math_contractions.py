"""tensordot and einsum, for shapes that are known and unknown, with gradients."""

import numpy as np

from programs import fails, run


def build(tf):
    rng = np.random.RandomState(9)
    feeds, steps = {}, []

    def tensor(shape, known=True):
        x = tf.placeholder(tf.float64, shape if known else [None] * len(shape))
        feeds[x] = rng.uniform(-1, 1, shape)
        return x

    def add(name, y, xs):
        steps.append(run(name, [y] + tf.gradients(y, xs), feeds))

    for known in (True, False):
        for a_shape, b_shape, axes in (((2, 3), (3, 4), 1), ((2, 3), (4, 5), 0),
                                       ((2, 3, 4), (4, 3, 5), [[1, 2], [1, 0]]),
                                       ((2, 3, 4), (5, 2), [0, 1])):
            a, b = tensor(a_shape, known), tensor(b_shape, known)
            add(f"tensordot {axes} {known}", tf.tensordot(a, b, axes), [a, b])
        for equation, shapes in (("ij,jk->ik", [(2, 3), (3, 4)]), ("ij->ji", [(2, 3)]),
                                 ("bij,bjk->bik", [(5, 2, 3), (5, 3, 4)]), ("ij->", [(2, 3)]),
                                 ("i,j->ij", [(2,), (3,)]), ("ba,ca", [(2, 3), (4, 3)]),
                                 ("bqhd,bkhd->bhqk", [(2, 3, 2, 2), (2, 4, 2, 2)]),
                                 ("ij,jk,kl->il", [(2, 3), (3, 4), (4, 5)]),
                                 ("...ij,jk->...ik", [(5, 2, 3), (3, 4)])):
            xs = [tensor(shape, known) for shape in shapes]
            add(f"{equation} {known}", tf.einsum(equation, *xs), xs)
    square = tensor((3, 3))
    add("trace", tf.einsum("ii", square), [square])
    return steps + [
        fails("axes", lambda: tf.tensordot(square, square, [1, 2, 3])),
        fails("counts", lambda: tf.tensordot(square, square, [[1], [1, 0]])),
        fails("negative", lambda: tf.tensordot(square, square, -1)),
        fails("inputs", lambda: tf.einsum("ij,jk->ik", square)),
        fails("letters", lambda: tf.einsum("i1->i", square)),
        fails("twice", lambda: tf.einsum("iij->i", tensor((2, 2, 3)))),
        fails("result", lambda: tf.einsum("ij->ik", square)),
    ]


TOLERANCE = {"float64": 1e-12}
