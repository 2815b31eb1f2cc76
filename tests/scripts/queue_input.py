"""Input by queues: examples in a TFRecord file, a string_input_producer, a reader, batches."""

import os

import numpy as np
import tensorflow as tf

FILE = os.path.join("records", "train.tfrecords")


def convert():
    if not os.path.isdir("records"):
        os.makedirs("records")
    random = np.random.RandomState(1)
    with tf.python_io.TFRecordWriter(FILE) as writer:
        for label in range(12):
            image = random.randint(0, 256, 16).astype(np.uint8)
            writer.write(tf.train.Example(features=tf.train.Features(feature={
                "label": tf.train.Feature(int64_list=tf.train.Int64List(value=[label])),
                "image_raw": tf.train.Feature(
                    bytes_list=tf.train.BytesList(value=[image.tobytes()])),
            })).SerializeToString())


def read_and_decode(filename_queue):
    reader = tf.TFRecordReader()
    _, serialized_example = reader.read(filename_queue)
    features = tf.parse_single_example(serialized_example, features={
        "image_raw": tf.FixedLenFeature([], tf.string),
        "label": tf.FixedLenFeature([], tf.int64),
    })
    image = tf.decode_raw(features["image_raw"], tf.uint8)
    image.set_shape([16])
    image = tf.cast(image, tf.float32) * (1. / 255) - 0.5
    return image, tf.cast(features["label"], tf.int32)


def main():
    convert()
    with tf.Graph().as_default():
        with tf.name_scope("input"):
            filename_queue = tf.train.string_input_producer([FILE], num_epochs=2, shuffle=False)
            image, label = read_and_decode(filename_queue)
            images, labels = tf.train.batch([image, label], batch_size=4, capacity=32,
                                            num_threads=1)
        logits = tf.layers.dense(images, 12, kernel_initializer=tf.zeros_initializer())
        loss = tf.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)
        train_op = tf.train.MomentumOptimizer(0.5, 0.9).minimize(loss)
        init_op = tf.group(tf.global_variables_initializer(), tf.local_variables_initializer())
        sess = tf.Session()
        sess.run(init_op)
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(sess=sess, coord=coord)
        step = 0
        try:
            while not coord.should_stop():
                _, loss_value, seen = sess.run([train_op, loss, labels])
                print("Step %d: loss = %.3f" % (step, loss_value), seen.tolist())
                step += 1
        except tf.errors.OutOfRangeError:
            print("Done training for 2 epochs, %d steps." % step)
        finally:
            coord.request_stop()
        coord.join(threads)
        sess.close()


if __name__ == "__main__":
    main()
