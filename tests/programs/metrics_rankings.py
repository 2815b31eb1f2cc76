"""tf.metrics of the k highest classes, with dense and sparse labels."""

import numpy as np

from programs import fails, run

SCORES = np.array([[0.1, 0.5, 0.3, 0.2], [0.7, 0.1, 0.9, 0.3], [0.2, 0.2, 0.1, 0.6]], np.float32)


def build(tf):
    scores = tf.placeholder(tf.float32, [None, 4], name="scores")
    dense = tf.constant([[1, 3], [2, -1], [0, 7]], tf.int64, name="dense")
    column = tf.constant([1, 0, 2], tf.int64, name="column")
    sparse = tf.SparseTensor([[0, 0], [1, 0], [1, 1]], tf.constant([2, 2, 3], tf.int64), [3, 2])
    metrics = tf.metrics
    made = [
        metrics.precision_at_k(dense, scores, 2),
        metrics.recall_at_k(dense, scores, 2, class_id=2, updates_collections="updates"),
        metrics.precision_at_k(sparse, scores, 1, class_id=2, name="of_class"),
        metrics.recall_at_k(column, scores, 2, weights=[1.0, 0.5, 2.0]),
        metrics.precision_at_top_k(dense, tf.constant([[0, 1], [2, 3], [0, 3]], tf.int64)),
        metrics.average_precision_at_k(dense, scores, 2),
        metrics.average_precision_at_k(sparse, scores, 2, weights=[1.0, 0.5, 2.0]),
    ]
    values, updates = [pair[0] for pair in made], [pair[1] for pair in made]
    return [
        run("start", tf.local_variables_initializer()), run("empty", values),
        run("first", updates, {scores: SCORES}), run("second", updates, {scores: SCORES[::-1]}),
        run("values", values),
        fails("k", lambda: metrics.average_precision_at_k(dense, scores, 0)),
        fails("labels", lambda: metrics.precision_at_k(tf.zeros([], tf.int64), scores, 1))]
