"""tf.losses: every loss, its gradient, and the collection."""

import numpy as np

from programs import fails, run

_RANDOM = np.random.RandomState(11)
LOGITS = _RANDOM.uniform(-2, 2, (3, 4)).astype(np.float32)
TARGETS = _RANDOM.uniform(0, 1, (3, 4)).astype(np.float32)
CLASSES = np.array([1, 0, 3])


def build(tf):
    x = tf.placeholder(tf.float32, [3, 4], name="x")
    y = tf.placeholder(tf.float32, [None, 4], name="y")
    ids = tf.placeholder(tf.int64, [None, 1], name="ids")
    rows = tf.constant([[0.0], [2.0], [1.0]], name="rows")
    vector = tf.constant([0.5, 0.0, 1.0], name="vector")
    losses = tf.losses
    made = [
        losses.absolute_difference(y, x),
        losses.mean_squared_error(y, x, weights=rows),
        losses.huber_loss(y, x, weights=2.0, delta=0.5, scope="huber"),
        losses.log_loss(y, tf.sigmoid(x), epsilon=1e-6),
        losses.hinge_loss(tf.round(y), x, reduction=losses.Reduction.SUM),
        losses.cosine_distance(tf.nn.l2_normalize(y, 1), tf.nn.l2_normalize(x, 1), axis=1),
        losses.mean_pairwise_squared_error(y, x),
        losses.mean_pairwise_squared_error(y, x, weights=rows, loss_collection=None),
        losses.sigmoid_cross_entropy(tf.round(y), x, label_smoothing=0.1),
        losses.softmax_cross_entropy(y, x, weights=vector, label_smoothing=0.2),
        losses.softmax_cross_entropy(y, x, reduction=losses.Reduction.MEAN),
        losses.sparse_softmax_cross_entropy(
            ids, x, weights=0.5, reduction=losses.Reduction.SUM_OVER_BATCH_SIZE),
        losses.sparse_softmax_cross_entropy(ids, x, weights=tf.expand_dims(vector, 1)),
        losses.compute_weighted_loss(tf.square(x), loss_collection=None,
                                     reduction=losses.Reduction.NONE),
    ]
    total = losses.get_total_loss()
    only = losses.get_losses(scope="huber")
    none = losses.get_regularization_loss()
    grads = tf.gradients(made[:-1], x)
    feeds = {x: LOGITS, y: TARGETS, ids: CLASSES[:, None]}
    return [run("losses", made, feeds), run("total", [total, only, none, grads], feeds),
            fails("labels", lambda: losses.hinge_loss(None, x)),
            fails("shape", lambda: losses.mean_squared_error(tf.zeros([2, 2]), x)),
            fails("weights", lambda: losses.mean_squared_error(y, x, weights=vector)),
            fails("weights dims", lambda: losses.absolute_difference(
                tf.zeros([3, 4]), x, weights=tf.zeros([2, 1]))),
            fails("reduction", lambda: losses.compute_weighted_loss(x, reduction="no")),
            fails("axis", lambda: losses.cosine_distance(y, x)),
            fails("smoothing", lambda: losses.softmax_cross_entropy(y, tf.zeros([3, 5])))]
