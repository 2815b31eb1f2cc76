"""SyncReplicasOptimizer with dense and sparse gradients, its replicas one after another."""

import threading

import numpy as np

from programs import call, fails, run, seen


def build(tf):
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    w = tf.Variable([[1.0], [2.0]], name="w")
    table = tf.Variable(tf.ones([4, 2]), name="table")
    tf.Variable(1.0, name="unused")
    loss = tf.reduce_mean(tf.square(tf.matmul(x + tf.nn.embedding_lookup(table, [1, 3]), w) - 1))
    step = tf.train.get_or_create_global_step()
    average = tf.train.ExponentialMovingAverage(0.9)
    optimizer = tf.train.SyncReplicasOptimizer(
        tf.train.AdamOptimizer(0.1), 2, variable_averages=average, variables_to_average=[w])
    early = [fails("queue runner", optimizer.get_chief_queue_runner),
             fails("tokens", optimizer.get_init_tokens_op),
             fails("no variables", lambda: optimizer.apply_gradients([])),
             fails("no step", lambda: optimizer.apply_gradients([(w, w)]))]
    train_op = optimizer.minimize(loss, global_step=step)
    optimizer.get_init_tokens_op()
    runner = optimizer.get_chief_queue_runner()

    def trains(sess):
        data = np.random.RandomState(0)
        found = []
        for _ in range(3):
            # Two replicas with the same data, so that it does not matter who is first; without
            # tokens to begin with, each waits for the end of the step.
            feeds = {x: data.randn(2, 2)}
            threads = [threading.Thread(target=sess.run, args=arguments) for arguments in (
                (train_op, feeds), (train_op, feeds), (runner.enqueue_ops[0],))]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(20)
            found.append([sess.run(step), sess.run(w), sess.run(average.average(w))])
        return found

    other = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 3, 1)
    other.minimize(loss, global_step=step)
    return early + [
        run("initialise", tf.global_variables_initializer()),
        run("ready", optimizer.ready_for_local_init_op),
        run("chief", optimizer.chief_init_op),
        call("trains", trains),
        seen("slots", [optimizer.get_slot_names(), optimizer.get_slot(w, "m").name,
                       [v.name for v in optimizer.variables()], optimizer.get_name()]),
        seen("tokens", [optimizer.get_init_tokens_op(0).name, other.get_init_tokens_op(2).name]),
        fails("too few", lambda: other.get_init_tokens_op(1)),
    ]
