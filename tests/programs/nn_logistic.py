"""Losses of sigmoid outputs and of counts."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(5)
    nn = tf.nn
    logits = tf.placeholder(tf.float32, [None, 3], name="logits")
    labels = tf.placeholder(tf.float32, [None, 3], name="labels")
    counts = tf.constant([0., 0.5, 1., 2., 7.])
    rates = tf.constant([-1., 0., 0.3, 1., 2.])
    feeds = {logits: rng.uniform(-3, 3, (4, 3)), labels: rng.uniform(0, 1, (4, 3))}
    losses = [nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits),
              nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits, name="named"),
              nn.weighted_cross_entropy_with_logits(labels, logits, 3.0),
              nn.weighted_cross_entropy_with_logits(
                  targets=labels, logits=logits, pos_weight=tf.constant([1., 2, 3]), name="named"),
              nn.log_poisson_loss(counts, rates),
              nn.log_poisson_loss(counts, rates, compute_full_loss=True, name="full")]
    first = tf.gradients(losses, [logits, labels, rates])
    return [
        seen("shapes", [str(y.shape) for y in losses]), seen("names", [y.name for y in losses]),
        run("losses", losses, feeds), run("gradients", first, feeds),
        run("second", tf.gradients(first[0] + first[1], [logits, labels]), feeds),
        run("extremes", nn.sigmoid_cross_entropy_with_logits(
            labels=[0., 1., 0., 1.], logits=[1000., 1000., -1000., -1000.])),
        fails("by place", lambda: nn.sigmoid_cross_entropy_with_logits([1.], [2.])),
        fails("shapes", lambda: nn.sigmoid_cross_entropy_with_logits(labels=[1.], logits=[1., 2.])),
        fails("weighted shapes", lambda: nn.weighted_cross_entropy_with_logits([1.], [1., 2.], 2)),
        fails("both names",
              lambda: nn.weighted_cross_entropy_with_logits([1.], [1.], 2, targets=[1.])),
        fails("poisson shapes", lambda: nn.log_poisson_loss([1.], [1., 2.])),
    ]


TOLERANCE = {"float32": 1e-5}
