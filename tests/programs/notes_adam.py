"""The optimizer notes: loss = cumsum(a b), minimised with Adam for 50 steps from a given start."""

import os
import tempfile

import numpy as np
from parity import describe_event, read_records

from programs import call, run


def events(tf, session):
    """What tf.summary.FileWriter writes for the graph."""
    with tempfile.TemporaryDirectory() as folder:
        tf.summary.FileWriter(folder, session.graph).close()
        (name,) = os.listdir(folder)
        assert name.startswith("events.out.tfevents.")
        return [describe_event(tf, data) for data in read_records(os.path.join(folder, name))]


def build(tf):
    a = tf.placeholder(dtype=tf.float32, shape=(10, 2), name="a")
    b = tf.get_variable("b", shape=(2, 1), dtype=tf.float32)
    loss = tf.cumsum(tf.matmul(a, b), name="loss")
    opt = tf.train.AdamOptimizer()
    train_op = opt.minimize(loss)

    start = np.array([[0.5], [-0.25]], np.float32)
    batch = np.random.RandomState(0).uniform(-1, 1, (10, 2)).astype(np.float32)
    powers = opt._get_beta_accumulators()
    state = [b, opt.get_slot(b, "m"), opt.get_slot(b, "v")] + list(powers)
    steps = [
        call("events", lambda session: events(tf, session)),
        run("initialise", [variable.initializer for variable in state], {b.initial_value: start}),
        run("before", [loss, state], {a: batch}),
    ]
    for i in range(50):
        steps.append(run(f"train {i}", train_op, {a: batch}))
        steps.append(run(f"state {i}", state))
    return steps
