"""Skip-gram embeddings trained by noise-contrastive estimation: 20 steps of SGD."""

import math

import numpy as np

from programs import run, seen

VOCABULARY, DIMENSION, BATCH, SAMPLED = 200, 16, 24, 12


def batches(count):
    """Pairs of a word and a neighbour; frequent words have low numbers."""
    random = np.random.RandomState(1)
    draw = lambda size: np.minimum(random.zipf(1.4, size) - 1, VOCABULARY - 1)
    return [(draw(BATCH).astype(np.int32), draw((BATCH, 1)).astype(np.int32))
            for _ in range(count)]


def build(tf):
    tf.set_random_seed(1)
    with tf.name_scope("inputs"):
        train_inputs = tf.placeholder(tf.int32, shape=[BATCH])
        train_labels = tf.placeholder(tf.int32, shape=[BATCH, 1])
        valid = tf.constant([0, 3, 17, 150], dtype=tf.int32)
    with tf.device("/cpu:0"):
        with tf.name_scope("embeddings"):
            embeddings = tf.Variable(tf.random_uniform([VOCABULARY, DIMENSION], -1.0, 1.0))
            embed = tf.nn.embedding_lookup(embeddings, train_inputs)
        with tf.name_scope("weights"):
            nce_weights = tf.Variable(tf.truncated_normal(
                [VOCABULARY, DIMENSION], stddev=1.0 / math.sqrt(DIMENSION)))
        with tf.name_scope("biases"):
            nce_biases = tf.Variable(tf.zeros([VOCABULARY]))
    with tf.name_scope("loss"):
        loss = tf.reduce_mean(tf.nn.nce_loss(
            weights=nce_weights, biases=nce_biases, labels=train_labels, inputs=embed,
            num_sampled=SAMPLED, num_classes=VOCABULARY))
    with tf.name_scope("optimizer"):
        optimizer = tf.train.GradientDescentOptimizer(1.0)
        pairs = optimizer.compute_gradients(loss)
        train_op = optimizer.minimize(loss)
    norm = tf.sqrt(tf.reduce_sum(tf.square(embeddings), 1, keepdims=True))
    normalized = embeddings / norm
    similarity = tf.matmul(tf.nn.embedding_lookup(normalized, valid), normalized, transpose_b=True)
    init = tf.global_variables_initializer()
    steps = [seen("gradients", [(type(gradient).__name__, variable.op.name)
                                for gradient, variable in pairs]),
             run("init", init)]
    for i, (words, neighbours) in enumerate(batches(20)):
        steps.append(run(f"step {i}", [train_op, loss],
                         {train_inputs: words, train_labels: neighbours}))
    return [*steps, run("variables", [embeddings, nce_weights, nce_biases]),
            run("similarity", similarity)]


TOLERANCE = {"float32": 1e-5}
