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


PROGRAMS = {function.__name__: function for function in (
    notes_adam, mlp, mlp_2048, softmax_regression, chain_100, chain_1000, chain_10000,
    expression_1000, while_loop, word2vec)}


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
