"""The benchmark programs, which run under minitf and under TensorFlow alike.

    python programs.py NAME tensorflow|minitf

runs one program in this process and prints one line of JSON: seconds to import, to build the graph,
for the first step and for a later step (the best of several rounds), and the peak memory in MB.
Written for Python 3.7, which TensorFlow 1.15 runs on.
"""

import json
import resource
import sys
import time

import numpy as np
import numpy.random  # noqa: F401 - NumPy loads it late: it shall not count as building


def notes_adam(tf):
    """The optimizer notes: one Adam step on cumsum(a b)."""
    a = tf.placeholder(dtype=tf.float32, shape=(10, 2), name="a")
    b = tf.get_variable("b", shape=(2, 1), dtype=tf.float32)
    loss = tf.cumsum(tf.matmul(a, b), name="loss")
    train_op = tf.train.AdamOptimizer().minimize(loss)
    return train_op, {a: np.random.RandomState(0).rand(10, 2).astype(np.float32)}


def _mlp(tf, sizes, batch):
    x = tf.placeholder(tf.float32, [None, sizes[0]])
    y = tf.placeholder(tf.float32, [None, sizes[-1]])
    layer = x
    for i, (rows, cols) in enumerate(zip(sizes, sizes[1:])):
        w = tf.get_variable("w%d" % i, [rows, cols])
        bias = tf.get_variable("b%d" % i, [cols], initializer=tf.zeros_initializer())
        layer = tf.matmul(layer, w) + bias
        if i < len(sizes) - 2:
            layer = tf.nn.relu(layer)
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=layer))
    train_op = tf.train.AdamOptimizer(1e-3).minimize(loss)
    rng = np.random.RandomState(0)
    labels = np.eye(sizes[-1], dtype=np.float32)[rng.randint(sizes[-1], size=batch)]
    return train_op, {x: rng.rand(batch, sizes[0]).astype(np.float32), y: labels}


def mlp(tf):
    """A perceptron 784-256-256-10, batch 128, Adam."""
    return _mlp(tf, [784, 256, 256, 10], 128)


def mlp_2048(tf):
    """A perceptron 784-2048-2048-10, batch 128, Adam."""
    return _mlp(tf, [784, 2048, 2048, 10], 128)


def softmax_regression(tf):
    """Softmax regression 784-10, batch 128, Adam."""
    return _mlp(tf, [784, 10], 128)


def _chain(tf, length):
    x = tf.placeholder(tf.float32, [100])
    y = x
    for _ in range(length // 2):
        y = tf.tanh(y * 1.01)
    (gradient,) = tf.gradients(y, x)
    return gradient, {x: np.linspace(-1, 1, 100).astype(np.float32)}


def chain_100(tf):
    """A chain of 100 ops and its gradient."""
    return _chain(tf, 100)


def chain_1000(tf):
    """A chain of 1,000 ops and its gradient."""
    return _chain(tf, 1000)


def chain_10000(tf):
    """A chain of 10,000 ops and its gradient."""
    return _chain(tf, 10000)


def expression_1000(tf):
    """An expression of 1,000 ops of many types: arithmetic, products, shapes, slices, sums."""
    x = tf.placeholder(tf.float32, [8, 8])
    y = x
    while len(tf.get_default_graph().get_operations()) < 1000:
        z = tf.matmul(y, x, transpose_b=True) + tf.reduce_mean(y, axis=1, keepdims=True)
        z = tf.reshape(tf.concat([z[:4], tf.nn.relu(z[4:])], 0), [2, 4, 8])
        z = tf.reduce_sum(tf.transpose(z, [1, 2, 0]) * 0.5, [0, 2])
        y = tf.sigmoid(tf.expand_dims(z, 0) - tf.maximum(y, 0.1)) / tf.cast(tf.shape(y)[0], y.dtype)
    return y, {x: np.linspace(-1, 1, 64).reshape(8, 8).astype(np.float32)}


def while_loop(tf):
    """A while loop of 1,000 iterations and its gradient."""
    x = tf.placeholder(tf.float32, [100])
    _, y = tf.while_loop(lambda i, y: i < 1000, lambda i, y: (i + 1, tf.tanh(y * 1.01)), [0, x])
    (gradient,) = tf.gradients(y, x)
    return gradient, {x: np.linspace(-1, 1, 100).astype(np.float32)}


def word2vec(tf):
    """Word2vec: vocabulary 50,000, dimension 128, batch 128, 64 noise words, SGD."""
    vocabulary, size, batch = 50000, 128, 128
    inputs = tf.placeholder(tf.int32, shape=[batch])
    labels = tf.placeholder(tf.int32, shape=[batch, 1])
    embeddings = tf.Variable(tf.random_uniform([vocabulary, size], -1.0, 1.0))
    embed = tf.nn.embedding_lookup(embeddings, inputs)
    weights = tf.Variable(tf.truncated_normal([vocabulary, size], stddev=1.0 / np.sqrt(size)))
    biases = tf.Variable(tf.zeros([vocabulary]))
    loss = tf.reduce_mean(tf.nn.nce_loss(
        weights=weights, biases=biases, labels=labels, inputs=embed, num_sampled=64,
        num_classes=vocabulary))
    train_op = tf.train.GradientDescentOptimizer(1.0).minimize(loss)
    rng = np.random.RandomState(0)
    words = (50000 ** rng.rand(2, batch)).astype(np.int32) - 1  # frequent words are small numbers
    return train_op, {inputs: words[0], labels: words[1][:, None]}


def _recurrent(tf, cell):
    """Rows of 28 x 28 images as sequences: dynamic_rnn, 10 classes, batch 128, Adam."""
    x = tf.placeholder(tf.float32, [None, 28, 28])
    y = tf.placeholder(tf.int32, [None])
    outputs, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    logits = tf.layers.dense(outputs[:, -1, :], 10)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
    train_op = tf.train.AdamOptimizer(1e-3).minimize(loss)
    rng = np.random.RandomState(0)
    return train_op, {x: rng.rand(128, 28, 28).astype(np.float32), y: rng.randint(10, size=128)}


def lstm(tf):
    """An LSTM of 128 units over 28 steps, batch 128, Adam."""
    return _recurrent(tf, tf.nn.rnn_cell.BasicLSTMCell(128))


def gru(tf):
    """A GRU of 128 units over 28 steps, batch 128, Adam."""
    return _recurrent(tf, tf.nn.rnn_cell.GRUCell(128))


def _classifier_step(tf, logits, x, images, classes=10):
    """One Adam step on the labels of images."""
    y = tf.placeholder(tf.int32, [None])
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        train_op = tf.train.AdamOptimizer(1e-3).minimize(loss)
    rng = np.random.RandomState(0)
    return train_op, {x: rng.rand(*images).astype(np.float32),
                      y: rng.randint(classes, size=images[0])}


def lenet(tf):
    """A convnet for 28 x 28 images: 5x5x32, 5x5x64, dense 1,024, batch 64, Adam."""
    x = tf.placeholder(tf.float32, [None, 28, 28, 1])
    h = x
    for filters in (32, 64):
        h = tf.layers.conv2d(h, filters, 5, padding="same", activation=tf.nn.relu)
        h = tf.layers.max_pooling2d(h, 2, 2)
    h = tf.layers.dense(tf.reshape(h, [-1, 7 * 7 * 64]), 1024, activation=tf.nn.relu)
    return _classifier_step(tf, tf.layers.dense(h, 10), x, (64, 28, 28, 1))


def vgg_block(tf):
    """Two 3x3x64 convolutions with batch normalisation on 32 x 32 images, batch 32, Adam."""
    x = tf.placeholder(tf.float32, [None, 32, 32, 3])
    h = x
    for _ in range(2):
        h = tf.layers.conv2d(h, 64, 3, padding="same", use_bias=False)
        h = tf.nn.relu(tf.layers.batch_normalization(h, training=True))
    h = tf.layers.max_pooling2d(h, 2, 2)
    logits = tf.layers.dense(tf.reduce_mean(h, axis=[1, 2]), 10)
    return _classifier_step(tf, logits, x, (32, 32, 32, 3))


def autoencoder(tf):
    """A dense autoencoder 784-256-64-256-784, batch 128, Adam."""
    x = tf.placeholder(tf.float32, [None, 784])
    h = x
    for units in (256, 64, 256):
        h = tf.layers.dense(h, units, activation=tf.nn.relu)
    logits = tf.layers.dense(h, 784)
    loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits))
    train_op = tf.train.AdamOptimizer(1e-3).minimize(loss)
    return train_op, {x: np.random.RandomState(0).rand(128, 784).astype(np.float32)}


def dcgan(tf):
    """A step of both players of a convolutional GAN for 28 x 28 images, batch 64, Adam."""
    real = tf.placeholder(tf.float32, [None, 28, 28, 1])
    noise = tf.placeholder(tf.float32, [None, 64])

    def generated():
        with tf.variable_scope("generator"):
            h = tf.reshape(tf.layers.dense(noise, 7 * 7 * 64), [-1, 7, 7, 64])
            h = tf.nn.relu(tf.layers.batch_normalization(h, training=True))
            h = tf.layers.conv2d_transpose(h, 32, 5, 2, padding="same", use_bias=False)
            h = tf.nn.relu(tf.layers.batch_normalization(h, training=True))
            return tf.sigmoid(tf.layers.conv2d_transpose(h, 1, 5, 2, padding="same"))

    def judged(images, reuse):
        with tf.variable_scope("discriminator", reuse=reuse):
            h = tf.nn.leaky_relu(tf.layers.conv2d(images, 32, 5, 2, padding="same"))
            h = tf.nn.leaky_relu(tf.layers.conv2d(h, 64, 5, 2, padding="same"))
            return tf.layers.dense(tf.reshape(h, [-1, 7 * 7 * 64]), 1)

    def loss(logits, label):
        labels = tf.fill(tf.shape(logits), label)
        return tf.reduce_mean(
            tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits))

    on_real = judged(real, False)
    on_fake = judged(generated(), True)
    steps = [tf.train.AdamOptimizer(2e-4, beta1=0.5).minimize(
        value, var_list=tf.trainable_variables(scope))
        for value, scope in ((loss(on_real, 1.0) + loss(on_fake, 0.0), "discriminator"),
                             (loss(on_fake, 1.0), "generator"))]
    rng = np.random.RandomState(0)
    return tf.group(*steps), {real: rng.rand(64, 28, 28, 1).astype(np.float32),
                              noise: rng.randn(64, 64).astype(np.float32)}


PROGRAMS = {function.__name__: function for function in (
    notes_adam, mlp, mlp_2048, softmax_regression, chain_100, chain_1000, chain_10000,
    expression_1000, while_loop, word2vec, lstm, gru, lenet, vgg_block, autoencoder, dcgan)}


def measure(name, package):
    """Runs one program with the package's TensorFlow API; returns what the module's text says."""
    start = time.perf_counter()
    if package == "minitf":
        import minitf as tf
    else:
        import tensorflow as tf

        if not tf.__version__.startswith("1."):
            tf = tf.compat.v1
            tf.disable_v2_behavior()
    imported = time.perf_counter()
    target, feeds = PROGRAMS[name](tf)
    built = time.perf_counter()
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    before = time.perf_counter()
    session.run(target, feeds)
    first = time.perf_counter() - before
    best, rounds, deadline = float("inf"), 0, time.perf_counter() + 2.0
    steps = max(1, int(0.05 / first))
    while rounds < 3 or time.perf_counter() < deadline:
        before = time.perf_counter()
        for _ in range(steps):
            session.run(target, feeds)
        best = min(best, (time.perf_counter() - before) / steps)
        rounds += 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"import": imported - start, "build": built - imported, "first step": first,
            "step": best, "memory": peak}


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], sys.argv[2])))
