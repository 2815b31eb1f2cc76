"""tf.metrics.auc in its forms, and one rate where the other is given."""

import numpy as np

from programs import fails, run

LABELS = np.array([1, 0, 1, 1, 0, 0], bool)
SCORES = np.array([0.9, 0.8, 0.35, 0.6, 0.1, 0.4], np.float32)


def build(tf):
    y = tf.placeholder(tf.bool, [6], name="y")
    p = tf.placeholder(tf.float32, [6], name="p")
    metrics = tf.metrics
    made = [
        metrics.auc(y, p, num_thresholds=5),
        metrics.auc(y, p, curve="PR", summation_method="careful_interpolation", num_thresholds=4,
                    name="careful"),
        metrics.auc(y, p, curve="PR", thresholds=[0.7, 0.3], summation_method="minoring"),
        metrics.auc(y, p, weights=[1.0, 2.0, 1.0, 0.5, 1.0, 1.0], num_thresholds=4,
                    summation_method="majoring"),
        metrics.sensitivity_at_specificity(y, p, 0.7, num_thresholds=4),
        metrics.specificity_at_sensitivity(y, p, 0.6, num_thresholds=4),
    ]
    values, updates = [pair[0] for pair in made], [pair[1] for pair in made]
    feeds = {y: LABELS, p: SCORES}
    return [
        run("start", tf.local_variables_initializer()), run("empty", values),
        run("first", updates, feeds), run("second", updates, {y: ~LABELS, p: SCORES / 2}),
        run("values", values),
        fails("curve", lambda: metrics.auc(y, p, curve="no")),
        fails("method", lambda: metrics.auc(y, p, summation_method="no", num_thresholds=3)),
        fails("specificity", lambda: metrics.sensitivity_at_specificity(y, p, 2.0))]
