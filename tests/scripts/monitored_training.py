"""A MonitoredTrainingSession with hooks and checkpoints, then a second one that goes on."""

import numpy as np
import tensorflow as tf

tf.logging.set_verbosity(tf.logging.ERROR)


class LossHook(tf.train.SessionRunHook):
    def begin(self):
        self.losses = []

    def before_run(self, run_context):
        return tf.train.SessionRunArgs("loss:0")

    def after_run(self, run_context, run_values):
        self.losses.append(run_values.results)

    def end(self, session):
        print("first %.4f last %.4f" % (self.losses[0], self.losses[-1]))


def train(last_step):
    with tf.Graph().as_default():
        tf.set_random_seed(2)
        x = tf.placeholder(tf.float32, [None, 3], name="x")
        y = tf.placeholder(tf.float32, [None, 1], name="y")
        global_step = tf.train.get_or_create_global_step()
        prediction = tf.layers.dense(x, 1, name="line")
        loss = tf.reduce_mean(tf.square(prediction - y), name="loss")
        rate = tf.train.exponential_decay(0.1, global_step, 5, 0.9, staircase=True)
        train_op = tf.train.GradientDescentOptimizer(rate).minimize(loss, global_step=global_step)
        random = np.random.RandomState(0)
        xs = random.randn(20, 3)
        ys = xs.dot([[1.0], [-2.0], [0.5]])
        hooks = [tf.train.StopAtStepHook(last_step=last_step), LossHook(),
                 tf.train.NanTensorHook(loss)]
        with tf.train.MonitoredTrainingSession(
                checkpoint_dir="train_logs", hooks=hooks, save_summaries_steps=None,
                save_summaries_secs=None, log_step_count_steps=None) as sess:
            print("starting at", sess.run(global_step, {x: xs, y: ys}))
            while not sess.should_stop():
                sess.run(train_op, feed_dict={x: xs, y: ys})


train(8)
train(14)
print(tf.train.latest_checkpoint("train_logs"))
