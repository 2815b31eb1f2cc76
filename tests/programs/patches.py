"""Patches of images and volumes, with gradients."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(8)
    images = tf.placeholder(tf.float32, [2, 5, 6, 2], name="images")
    partly = tf.placeholder(tf.float32, [None, 4, None, 3], name="partly")
    free = tf.placeholder(tf.float32, name="free")
    volumes = tf.placeholder(tf.float32, [2, 3, 4, 5, 1], name="volumes")
    feeds = {images: rng.uniform(-1, 1, (2, 5, 6, 2)), partly: rng.uniform(-1, 1, (1, 4, 3, 3)),
             free: rng.uniform(-1, 1, (1, 3, 3, 1)), volumes: rng.uniform(-1, 1, (2, 3, 4, 5, 1))}
    ones = [1, 1, 1, 1]
    patches = [tf.extract_image_patches(images, [1, 2, 2, 1], ones, ones, "VALID"),
               tf.extract_image_patches(images, [1, 3, 3, 1], [1, 2, 2, 1], ones, "SAME"),
               tf.image.extract_image_patches(images, [1, 2, 3, 1], [1, 3, 1, 1], [1, 2, 2, 1],
                                              "SAME", name="named"),
               tf.image.extract_patches(images, [1, 2, 3, 1], ones, [1, 2, 1, 1], "VALID"),
               tf.extract_image_patches(partly, [1, 2, 2, 1], ones, ones, "SAME"),
               tf.extract_image_patches(free, sizes=[1, 2, 2, 1], strides=ones, rates=ones,
                                        padding="VALID")]
    boxes = [tf.extract_volume_patches(volumes, [1, 2, 2, 2, 1], [1, 1, 2, 1, 1], "VALID"),
             tf.extract_volume_patches(volumes, [1, 2, 3, 2, 1], [1, 1, 1, 1, 1], "SAME")]
    grads = [tf.gradients(p * p, images)[0] for p in patches[:4]]
    grads.append(tf.gradients(patches[4] * patches[4], partly)[0])
    grads += [tf.gradients(p * p, volumes)[0] for p in boxes]
    zero = tf.extract_image_patches(images, [1, 0, 2, 1], ones, ones, "VALID")
    deep = tf.extract_image_patches(images, [1, 2, 2, 2], ones, ones, "VALID")
    batch = tf.extract_image_patches(images, [1, 2, 2, 1], [2, 1, 1, 1], ones, "VALID")
    return [
        seen("shapes", [str(p.shape) for p in patches + boxes + grads]),
        run("patches", patches, feeds), run("boxes", boxes, feeds), run("gradients", grads, feeds),
        run("integers", tf.extract_image_patches(tf.reshape(tf.range(9), [1, 3, 3, 1]),
                                                 [1, 2, 2, 1], ones, ones, "SAME")),
        run("zero", zero, feeds, fails=True), run("deep", deep, feeds, fails=True),
        run("batch", batch, feeds, fails=True),
        fails("too large",
              lambda: tf.extract_image_patches(images, [1, 9, 2, 1], ones, ones, "VALID")),
        fails("rank", lambda: tf.extract_image_patches(volumes, [1, 2, 2, 1], ones, ones, "VALID")),
        fails("length", lambda: tf.extract_image_patches(images, [1, 2, 2], ones, ones, "VALID")),
        fails("padding", lambda: tf.extract_image_patches(images, ones, ones, ones, "OTHER")),
    ]
