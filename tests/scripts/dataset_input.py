"""tf.data: shuffled, mapped and batched slices, an initializable iterator, an evaluation."""

import numpy as np
import tensorflow as tf

tf.set_random_seed(6)
features = np.linspace(-1, 1, 24).reshape(12, 2).astype(np.float32)
labels = (features.sum(axis=1) > 0).astype(np.int32)


def augment(feature, label):
    return feature * 2.0, label


dataset = tf.data.Dataset.from_tensor_slices((features, labels))
dataset = dataset.shuffle(12, seed=1).map(augment).repeat(2).batch(5)
iterator = dataset.make_initializable_iterator()
x, y = iterator.get_next()
x.set_shape([None, 2])
logits = tf.layers.dense(x, 2, kernel_initializer=tf.glorot_uniform_initializer(seed=8))
loss = tf.losses.sparse_softmax_cross_entropy(y, logits)
train_op = tf.train.AdagradOptimizer(0.5).minimize(loss)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for epoch in range(2):
        sess.run(iterator.initializer)
        while True:
            try:
                _, value, seen = sess.run([train_op, loss, y])
            except tf.errors.OutOfRangeError:
                break
            print("epoch %d loss %.3f" % (epoch, value), seen.tolist())
