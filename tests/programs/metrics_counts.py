"""tf.metrics that count: of yes-or-no predictions, at thresholds, for each class."""

import numpy as np

from programs import fails, run

LABELS = np.array([1, 0, 1, 1, 0, 0], bool)
SCORES = np.array([0.9, 0.8, 0.35, 0.6, 0.1, 0.4], np.float32)
THRESHOLDS = [0.25, 0.5, 0.75]


def build(tf):
    y = tf.placeholder(tf.bool, [None], name="y")
    p = tf.placeholder(tf.float32, [None], name="p")
    w = tf.placeholder(tf.float32, [None], name="w")
    hit = p > 0.5
    metrics = tf.metrics
    made = [
        metrics.true_positives(y, hit), metrics.true_negatives(y, hit, weights=w),
        metrics.false_positives(y, hit, updates_collections="updates"),
        metrics.false_negatives(y, hit, weights=2.0, metrics_collections="values"),
        metrics.precision(y, hit, weights=w), metrics.recall(y, hit),
        metrics.precision_at_thresholds(y, p, THRESHOLDS),
        metrics.recall_at_thresholds(y, p, THRESHOLDS, weights=w),
        metrics.true_negatives_at_thresholds(y, p, THRESHOLDS),
        metrics.false_negatives_at_thresholds(y, p, THRESHOLDS, name="missed"),
        metrics.mean_iou(tf.cast(y, tf.int64), tf.cast(hit, tf.int32), 2),
        metrics.mean_per_class_accuracy(tf.cast(y, tf.int64), tf.cast(hit, tf.int64), 2,
                                        weights=w),
    ]
    values, updates = [pair[0] for pair in made], [pair[1] for pair in made]
    feeds = {y: LABELS, p: SCORES, w: np.arange(6.0)}
    return [
        run("start", tf.local_variables_initializer()), run("empty", values),
        run("first", updates, feeds),
        run("second", updates, {y: ~LABELS[:4], p: SCORES[:4], w: np.ones(4)}),
        run("values", values),
        run("outside", made[6][1], {y: LABELS, p: SCORES + 1}),
        fails("shapes", lambda: metrics.precision(tf.zeros([3]), tf.zeros([2])))]
