"""Monitored sessions: nodes that a Scaffold adds, the order of hooks, logs, files, errors."""

import logging
import os
import re
import tempfile
import uuid
from unittest import mock

import numpy as np

from programs import call, fails, seen


class Notes(logging.Handler):
    """Collects what TensorFlow logs, without seconds and directories."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        text = record.getMessage()
        text = re.sub(r"[\d.]+ sec\)", "S sec)", re.sub(r"sec: [\d.]+", "sec: N", text))
        text = re.sub(r"/\S*/model", "DIR/model", re.sub(" at 0x[0-9a-f]+", "", text))
        # Whether a run reads the step before or after it is increased is open in TensorFlow.
        if not re.search("It seems|deprecated|Instructions|step =", text):
            self.lines.append(text)


def events(tf, folder):
    """What the event files of a folder have, without graphs."""
    tf.summary.FileWriterCache.clear()  # writes what is waiting
    found = []
    for name in sorted(os.listdir(folder)):
        if "tfevents" in name:
            for event in tf.train.summary_iterator(os.path.join(folder, name)):
                log = event.session_log
                found.append((event.step, event.WhichOneof("what"),
                              [value.tag for value in event.summary.value], log.status,
                              os.path.basename(log.checkpoint_path)))
    return found


def build(tf):
    notes = []

    class Noted(tf.train.SessionRunHook):
        def begin(self):
            notes.append("begin")

        def after_create_session(self, session, coord):
            notes.append("after_create_session")

        def before_run(self, run_context):
            notes.append("before_run")
            return tf.train.SessionRunArgs({"loss": loss})

        def after_run(self, run_context, run_values):
            notes.append("after_run %.4f" % run_values.results["loss"])

        def end(self, session):
            notes.append("end")

    class Listener(tf.train.CheckpointSaverListener):
        def begin(self):
            notes.append("listener begin")

        def before_save(self, session, step):
            notes.append("before_save %d" % step)

        def after_save(self, session, step):
            notes.append("after_save %d" % step)
            return step >= 8

        def end(self, session, step):
            notes.append("listener end %d" % step)

    x = tf.constant(np.arange(6, dtype=np.float32).reshape(3, 2))
    w = tf.get_variable("w", [2, 1], initializer=tf.ones_initializer())
    loss = tf.reduce_mean(tf.square(tf.matmul(x, w) - 1.), name="loss")
    tf.summary.scalar("loss", loss)
    step = tf.train.get_or_create_global_step()
    train = tf.train.GradientDescentOptimizer(.01).minimize(loss, global_step=step)
    folder = tempfile.mkdtemp()
    random_name = mock.patch("uuid.uuid4", return_value=uuid.UUID(int=1))  # of a Saver's files
    logger, handler = tf.get_logger(), Notes()
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel(logging.INFO)
    hooks = [Noted(), tf.train.LoggingTensorHook([loss], every_n_iter=2),
             tf.train.NanTensorHook(loss), tf.train.FinalOpsHook(step)]
    try:
        random_name.start()
        for _ in range(2):
            stop = tf.train.StopAtStepHook(num_steps=3)
            with tf.train.MonitoredTrainingSession(
                    checkpoint_dir=folder, hooks=[*hooks, stop], save_checkpoint_steps=2,
                    log_step_count_steps=2, save_summaries_steps=2) as session:
                while not session.should_stop():
                    session.run(train)
        saver = tf.train.CheckpointSaverHook(folder, save_steps=1, listeners=[Listener()])
        with tf.train.SingularMonitoredSession(checkpoint_dir=folder, hooks=[saver]) as session:
            while not session.should_stop():
                session.run(train)
    finally:
        random_name.stop()
        logger.removeHandler(handler)
        logger.setLevel(level)

    def refused(hooks):
        with tf.Graph().as_default():
            tf.train.MonitoredSession(hooks=hooks)

    def not_ready():
        with tf.Graph().as_default():
            tf.get_variable("a", [])
            tf.train.SingularMonitoredSession(scaffold=tf.train.Scaffold(init_op=tf.no_op()))

    def nan():
        with tf.Graph().as_default():
            value = tf.constant(np.nan)
            with tf.train.MonitoredSession(hooks=[tf.train.NanTensorHook(value)]) as session:
                session.run(value)

    def fed_twice():
        with tf.Graph().as_default():
            p = tf.placeholder(tf.float32, [])
            hook = tf.train.FeedFnHook(lambda: {p: 1.})
            with tf.train.MonitoredSession(hooks=[hook]) as session:
                session.run(p, {p: 2.})

    def steps(sess):
        with tf.Graph().as_default():
            a = tf.get_local_variable("a", [], initializer=tf.zeros_initializer())
            p = tf.placeholder(tf.float32, [])
            with tf.train.SingularMonitoredSession(
                    hooks=[tf.train.FeedFnHook(lambda: {p: 2.})]) as session:
                def both(step_context):
                    return step_context.session.run(a), step_context.run_with_hooks(p)

                return [session.run(p), session.run_step_fn(both), tf.get_default_graph().finalized]

    def ends_with_the_input(sess):
        with tf.Graph().as_default():
            element = tf.data.Dataset.range(3).make_one_shot_iterator().get_next()
            values = []
            with tf.train.MonitoredSession() as session:
                while not session.should_stop():
                    values.append(session.run(element))
            return values, session.should_stop(), tf.get_default_graph().finalized

    def queue_runners(sess):
        with tf.Graph().as_default():
            number = tf.train.limit_epochs(tf.constant([7]), num_epochs=3)
            batch = tf.train.batch([number], 1, enqueue_many=True)
            values = []
            with tf.train.MonitoredTrainingSession() as session:
                while not session.should_stop():
                    values.append(session.run(batch))
            return values

    def supervised(sess):
        with tf.Graph().as_default():
            step = tf.train.get_or_create_global_step()
            increment = tf.assign_add(step, 1)
            tf.summary.scalar("step", step)
            place = tempfile.mkdtemp()
            supervisor = tf.train.Supervisor(logdir=place, save_summaries_secs=0,
                                             save_model_secs=0)
            with supervisor.managed_session() as session:
                values = [session.run(increment) for _ in range(3)]
                supervisor.saver.save(session, supervisor.save_path, global_step=step)
            return (values, events(tf, place), sorted(os.listdir(place))[:1],
                    [op.name for op in tf.get_default_graph().get_operations()
                     if not op.name.startswith("save/")])

    def replicas(sess):
        with tf.Graph().as_default() as graph:
            with tf.device(tf.train.replica_device_setter(
                    cluster={"ps": ["a:1", "b:2"], "worker": ["c:3"]})):
                for i in range(3):
                    y = tf.get_variable("v%d" % i, [1], use_resource=i == 2) + 1.
                with tf.device("/cpu:0"):
                    tf.identity(y)
            return [(op.name, op.device) for op in graph.get_operations()]

    cluster = tf.train.ClusterSpec({"ps": ["a:1", "b:2"], "worker": {1: "c:3"}})
    return [
        seen("hooks", notes), seen("logs", handler.lines), seen("events", events(tf, folder)),
        seen("files", sorted(name for name in os.listdir(folder) if "tfevents" not in name)),
        seen("final", int(hooks[-1].final_ops_values)),
        call("steps", steps), call("input ends", ends_with_the_input),
        call("queue runners", queue_runners), call("supervisor", supervised),
        call("replicas", replicas),
        seen("cluster", [str(cluster), cluster.jobs, cluster.job_tasks("worker"),
                         cluster.num_tasks("ps"), str(cluster.as_cluster_def())]),
        fails("no job", lambda: cluster.num_tasks("x")),
        fails("no task", lambda: cluster.task_address("ps", 5)),
        fails("no cluster", lambda: tf.train.ClusterSpec(3)),
        fails("not ready", not_ready), fails("nan", nan), fails("fed twice", fed_twice),
        fails("no step", lambda: refused([tf.train.StopAtStepHook(3)])),
        fails("no counter", lambda: refused([tf.train.StepCounterHook(3)])),
        fails("timer", lambda: tf.train.SecondOrStepTimer()),
        fails("timers", lambda: tf.train.SecondOrStepTimer(1, 1)),
        fails("logging", lambda: tf.train.LoggingTensorHook([])),
        fails("every 0", lambda: tf.train.LoggingTensorHook([], every_n_iter=0)),
        fails("stop", lambda: tf.train.StopAtStepHook()),
        fails("stops", lambda: tf.train.StopAtStepHook(1, 1)),
        fails("counters", lambda: tf.train.StepCounterHook(1, 1)),
        fails("summaries", lambda: tf.train.SummarySaverHook(1)),
        fails("manager", lambda: tf.train.SessionManager(ready_for_local_init_op=1)),
        fails("scaffold", lambda: tf.train.Scaffold(copy_from_scaffold=1))]
