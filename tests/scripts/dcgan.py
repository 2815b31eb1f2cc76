"""A small DCGAN: transposed convolutions, batch normalisation, two optimizers, shared variables."""

import numpy as np
import tensorflow as tf

batch_size, z_dim = 8, 6


def lrelu(x, leak=0.2):
    return tf.maximum(x, leak * x)


def generator(z, reuse=False, is_train=True):
    with tf.variable_scope("generator", reuse=reuse):
        net = tf.layers.dense(z, 4 * 4 * 8, use_bias=False)
        net = tf.reshape(net, [-1, 4, 4, 8])
        net = tf.nn.relu(tf.layers.batch_normalization(net, training=is_train))
        net = tf.layers.conv2d_transpose(net, 4, 5, strides=2, padding="same",
                                         use_bias=False)
        net = tf.nn.relu(tf.layers.batch_normalization(net, training=is_train))
        net = tf.layers.conv2d_transpose(net, 1, 5, strides=2, padding="same")
        return tf.tanh(net)


def discriminator(image, reuse=False, is_train=True):
    with tf.variable_scope("discriminator", reuse=reuse):
        net = lrelu(tf.layers.conv2d(image, 4, 5, strides=2, padding="same"))
        net = tf.layers.conv2d(net, 8, 5, strides=2, padding="same", use_bias=False)
        net = lrelu(tf.layers.batch_normalization(net, training=is_train))
        logits = tf.layers.dense(tf.layers.flatten(net), 1)
        return tf.nn.sigmoid(logits), logits


def bce(logits, value):
    labels = tf.ones_like(logits) if value else tf.zeros_like(logits)
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(logits=logits, labels=labels))


tf.set_random_seed(3)
images = tf.placeholder(tf.float32, [batch_size, 16, 16, 1], name="real_images")
z = tf.placeholder(tf.float32, [None, z_dim], name="z")
G = generator(z)
D, D_logits = discriminator(images)
D_, D_logits_ = discriminator(G, reuse=True)
sampler = generator(z, reuse=True, is_train=False)
d_loss = bce(D_logits, True) + bce(D_logits_, False)
g_loss = bce(D_logits_, True)
t_vars = tf.trainable_variables()
d_vars = [var for var in t_vars if "discriminator" in var.name]
g_vars = [var for var in t_vars if "generator" in var.name]
with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
    d_optim = tf.train.AdamOptimizer(0.0002, beta1=0.5).minimize(d_loss, var_list=d_vars)
    g_optim = tf.train.AdamOptimizer(0.0002, beta1=0.5).minimize(g_loss, var_list=g_vars)

random = np.random.RandomState(0)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(4):
        batch_images = np.sign(random.randn(batch_size, 16, 16, 1))
        batch_z = random.uniform(-1, 1, [batch_size, z_dim]).astype(np.float32)
        sess.run(d_optim, {images: batch_images, z: batch_z})
        sess.run(g_optim, {images: batch_images, z: batch_z})
        errD, errG = sess.run([d_loss, g_loss], {images: batch_images, z: batch_z})
        print("step %d d_loss: %.3f, g_loss: %.3f" % (step, errD, errG))
    samples = sess.run(sampler, {z: batch_z})
    print(samples.shape)
