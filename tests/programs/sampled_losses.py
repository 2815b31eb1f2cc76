"""NCE and sampled softmax losses with their gradients, of tables whole and in parts."""

import numpy as np

from programs import run, seen


def build(tf):
    tf.set_random_seed(3)
    random = np.random.RandomState(4)
    table = lambda *shape: random.uniform(-1, 1, shape).astype(np.float32)
    weights = tf.Variable(table(20, 3), name="w")
    biases = tf.Variable(table(20), name="b")
    resource = tf.Variable(table(20, 3), name="r", use_resource=True)
    parts = [tf.Variable(table(10, 3), name=f"part{i}") for i in range(2)]
    sliced = tf.get_variable("sliced", [20, 3], partitioner=tf.fixed_size_partitioner(3),
                             initializer=tf.constant_initializer(0.25))
    inputs = tf.placeholder(tf.float32, [None, 3], name="inputs")
    labels = tf.placeholder(tf.int64, [None, 2], name="labels")
    one = tf.cast(labels[:, :1], tf.int32)
    doubles = tf.constant(table(20, 3), tf.float64)
    sample = tf.nn.uniform_candidate_sampler(labels, 2, 7, True, 20, seed=5)
    everything = tf.nn.all_candidate_sampler(labels, 2, 20, True)
    losses = [
        tf.nn.nce_loss(weights, biases, one, inputs, 5, 20),
        tf.nn.nce_loss(weights, biases, labels, inputs, 7, 20, num_true=2, sampled_values=sample,
                       remove_accidental_hits=True, name="hits"),
        tf.nn.nce_loss(resource, biases, labels, inputs, 6, 20, num_true=2),
        tf.nn.nce_loss(parts, biases, one, inputs, 5, 20, partition_strategy="div"),
        tf.nn.nce_loss(sliced, biases, one, inputs, 5, 20, partition_strategy="div"),
        tf.nn.nce_loss(doubles, biases, one, inputs, 5, 20, name=None),
        tf.nn.sampled_softmax_loss(weights, biases, one, inputs, 5, 20, seed=8),
        tf.nn.sampled_softmax_loss(parts, biases, labels, inputs, 20, 20, num_true=2,
                                   sampled_values=everything, name="all"),
        tf.nn.sampled_softmax_loss(resource, biases, one, inputs, 4, 20,
                                   remove_accidental_hits=False)]
    variables = [weights, biases, resource, *parts, *sliced]
    gradients = tf.gradients(losses, [*variables, inputs])
    feeds = {inputs: random.uniform(-1, 1, (4, 3)), labels: [[0, 5], [1, 2], [1, 19], [7, 0]]}
    return [
        seen("shapes", [str(loss.shape) for loss in losses]),
        seen("kinds", [type(gradient).__name__ for gradient in gradients]),
        run("init", tf.global_variables_initializer()),
        run("first", [losses, gradients], feeds), run("second", [losses, gradients], feeds)]


TOLERANCE = {"float32": 1e-5}
