"""Dropout, an embedding on a resource variable, clipped gradients and Adagrad with a decay."""

import numpy as np

from programs import run


def build(tf):
    tf.set_random_seed(5)
    x = tf.placeholder(tf.float32, [None, 6], name="in")
    labels = tf.placeholder(tf.int64, [None])
    with tf.variable_scope("enc"):
        w = tf.get_variable("w", [6, 5], initializer=tf.initializers.he_normal())
        kept = tf.nn.dropout(tf.nn.elu(tf.matmul(x, w)), rate=0.3, seed=2)
    table = tf.get_variable("emb", [7, 5], use_resource=True)
    embedded = tf.nn.embedding_lookup(table, labels)
    logits = tf.matmul(kept * embedded, tf.get_variable("o", [5, 3]))
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=labels % 3, logits=logits))
    step = tf.train.get_or_create_global_step()
    opt = tf.train.AdagradOptimizer(tf.train.polynomial_decay(0.5, step, 10))
    grads_and_vars = opt.compute_gradients(loss)
    clipped, _ = tf.clip_by_global_norm([grad for grad, _ in grads_and_vars], 1.0)
    train_op = opt.apply_gradients(zip(clipped, [v for _, v in grads_and_vars]), global_step=step)
    rng = np.random.RandomState(0)
    steps = [run("initialise", tf.global_variables_initializer())]
    for i in range(8):
        feeds = {x: rng.randn(4, 6), labels: rng.randint(7, size=4)}
        steps.append(run(f"loss {i}", loss, feeds))
        steps.append(run(f"train {i}", train_op, feeds))
    return steps + [run("end", tf.global_variables())]


TOLERANCE = {"float32": 1e-5}
