"""tf.nn.compute_average_loss and scale_regularization_loss, with static and dynamic shapes."""

from programs import fails, run


def build(tf):
    known = tf.placeholder(tf.float32, [3], name="known")
    unknown = tf.placeholder(tf.float64, None, name="unknown")
    weights = tf.placeholder(tf.float32, None, name="weights")
    average = tf.nn.compute_average_loss
    made = [average(known), average(known, sample_weight=[[1.0], [2.0], [0.0]]),
            average(known, sample_weight=0.5, global_batch_size=6),
            tf.nn.scale_regularization_loss([tf.nn.l2_loss(known), 1.0])]
    dynamic = average(unknown, sample_weight=weights)
    return [
        run("known", made, {known: [1.0, 2.0, 4.0]}),
        run("unknown", dynamic, {unknown: [[1.0], [2.0]], weights: [1.0, 3.0]}),
        run("scalar weight", dynamic, {unknown: [1.0, 2.0], weights: 2.0}),
        run("scalar loss", dynamic, {unknown: 1.0, weights: 2.0}, fails=True),
        fails("scalar", lambda: average(tf.reduce_sum(known)))]
