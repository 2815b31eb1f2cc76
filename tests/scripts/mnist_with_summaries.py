"""Summaries of a network's layers, merged and written for TensorBoard, after the tutorial."""

import os

import digits
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

log_dir = "logs/mnist_with_summaries"
digits.write("MNIST_data")
mnist = input_data.read_data_sets("MNIST_data", one_hot=False, validation_size=50, seed=2)
if tf.gfile.Exists(log_dir):
    tf.gfile.DeleteRecursively(log_dir)
tf.gfile.MakeDirs(log_dir)
tf.set_random_seed(4)

with tf.name_scope("input"):
    x = tf.placeholder(tf.float32, [None, 784], name="x-input")
    y_ = tf.placeholder(tf.int64, [None], name="y-input")
with tf.name_scope("input_reshape"):
    image_shaped_input = tf.reshape(x, [-1, 28, 28, 1])
    tf.summary.image("input", image_shaped_input, 2)


def variable_summaries(var):
    with tf.name_scope("summaries"):
        mean = tf.reduce_mean(var)
        tf.summary.scalar("mean", mean)
        with tf.name_scope("stddev"):
            stddev = tf.sqrt(tf.reduce_mean(tf.square(var - mean)))
        tf.summary.scalar("stddev", stddev)
        tf.summary.scalar("max", tf.reduce_max(var))
        tf.summary.histogram("histogram", var)


def nn_layer(input_tensor, input_dim, output_dim, layer_name, act=tf.nn.relu):
    with tf.name_scope(layer_name):
        with tf.name_scope("weights"):
            weights = tf.Variable(tf.truncated_normal([input_dim, output_dim], stddev=0.1))
            variable_summaries(weights)
        with tf.name_scope("biases"):
            biases = tf.Variable(tf.constant(0.1, shape=[output_dim]))
            variable_summaries(biases)
        with tf.name_scope("Wx_plus_b"):
            preactivate = tf.matmul(input_tensor, weights) + biases
            tf.summary.histogram("pre_activations", preactivate)
        activations = act(preactivate, name="activation")
        tf.summary.histogram("activations", activations)
        return activations


hidden1 = nn_layer(x, 784, 20, "layer1")
with tf.name_scope("dropout"):
    keep_prob = tf.placeholder(tf.float32)
    tf.summary.scalar("dropout_keep_probability", keep_prob)
    dropped = tf.nn.dropout(hidden1, keep_prob)
y = nn_layer(dropped, 20, 10, "layer2", act=tf.identity)
with tf.name_scope("cross_entropy"):
    with tf.name_scope("total"):
        cross_entropy = tf.losses.sparse_softmax_cross_entropy(labels=y_, logits=y)
tf.summary.scalar("cross_entropy", cross_entropy)
with tf.name_scope("train"):
    train_step = tf.train.AdamOptimizer(0.01).minimize(cross_entropy)
with tf.name_scope("accuracy"):
    with tf.name_scope("correct_prediction"):
        correct_prediction = tf.equal(tf.argmax(y, 1), y_)
    with tf.name_scope("accuracy"):
        accuracy = tf.reduce_mean(tf.cast(correct_prediction, tf.float32))
tf.summary.scalar("accuracy", accuracy)

sess = tf.InteractiveSession()
merged = tf.summary.merge_all()
train_writer = tf.summary.FileWriter(log_dir + "/train", sess.graph)
test_writer = tf.summary.FileWriter(log_dir + "/test")
tf.global_variables_initializer().run()
for i in range(12):
    if i % 4 == 0:
        feed = {x: mnist.test.images, y_: mnist.test.labels, keep_prob: 1.0}
        summary, acc = sess.run([merged, accuracy], feed_dict=feed)
        test_writer.add_summary(summary, i)
        print("Accuracy at step %s: %.2f" % (i, acc))
    else:
        xs, ys = mnist.train.next_batch(20)
        feed = {x: xs, y_: ys, keep_prob: 0.9}
        train_writer.add_summary(sess.run(merged, feed_dict=feed), i)
        sess.run(train_step, feed_dict=feed)
train_writer.close()
test_writer.close()
print(sorted(os.listdir(log_dir)))
