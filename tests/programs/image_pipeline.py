"""Images on their way into a network: decoding, augmentation under seeds, resizing, boxes."""

import numpy as np

from programs import fails, run, seen

# Contrast and standardization subtract means, which are summed in another order.
TOLERANCE = {"float32": 1e-5}


def build(tf):
    tf.set_random_seed(5)
    pixels = np.add.outer(np.arange(12) * 9, np.arange(10) * 7)[..., None] + [0, 20, 40]
    raw = tf.placeholder(tf.uint8, [None, None, 3], name="raw")
    file = tf.image.encode_png(raw, name="file")
    image = tf.image.decode_image(file, channels=3)
    image.set_shape([None, None, 3])
    image = tf.image.convert_image_dtype(image, tf.float32)
    image = tf.image.random_flip_left_right(image, seed=3)
    image = tf.image.random_brightness(image, 0.2)
    image = tf.image.random_contrast(image, 0.7, 1.3)
    image = tf.image.random_hue(tf.clip_by_value(image, 0.0, 1.0), 0.1)
    image = tf.image.random_saturation(image, 0.5, 1.5, seed=2)
    begin, size, box = tf.image.sample_distorted_bounding_box(
        tf.shape(image), [[[0.2, 0.2, 0.9, 0.9]]], seed=1, seed2=2, min_object_covered=0.5)
    cut = tf.slice(image, begin, size)
    resized = tf.image.resize_images(cut, [6, 5])
    resized.set_shape([6, 5, 3])
    padded = tf.image.resize_image_with_crop_or_pad(image, 8, 14)
    turned = tf.image.rot90(padded)
    standard = tf.image.per_image_standardization(resized)
    grey = tf.image.rgb_to_grayscale(resized)
    batch = tf.stack([standard, resized])
    variable = tf.get_variable("image", [1, 6, 5, 3], initializer=tf.ones_initializer())
    loss = tf.reduce_mean(tf.square(variable - batch)) + tf.reduce_sum(
        tf.image.total_variation(variable))
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    feeds = {raw: pixels.astype(np.uint8)}
    return [
        seen("shapes", [str(t.shape) for t in (image, resized, padded, turned, grey, batch)]),
        run("initialize", tf.global_variables_initializer()),
        run("cut", [begin, size, box], feeds),
        run("resized", resized, feeds),
        run("turned", turned, feeds),
        run("standard and grey", [standard, grey], feeds),
        run("train", train, feeds),
        run("trained", tf.reduce_mean(variable)),
        fails("a size of one number", lambda: tf.image.resize_images(image, [3])),
        fails("no such rank", lambda: tf.image.flip_up_down(grey[0, 0])),
        fails("too large a crop", lambda: tf.image.crop_to_bounding_box(resized, 0, 0, 9, 2)),
        fails("contrast", lambda: tf.image.random_contrast(image, 0.5, 0.2)),
    ]
