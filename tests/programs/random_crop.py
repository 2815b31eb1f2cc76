"""random_crop: places, seeds, what is refused."""

import numpy as np

from programs import run


def build(tf):
    image = np.arange(60).reshape(4, 5, 3)
    x = [tf.random_crop(image, [2, 3, 3], seed=7), tf.random_crop(image[0], [5, 1], seed=8),
         tf.random_crop(tf.placeholder_with_default(image[0, 0], [None]), [2], seed=9, name="part")]
    return [run("first", x), run("second", x),
            run("too large", tf.random_crop([1, 2], tf.placeholder_with_default([3], [1])),
                fails=True)]
