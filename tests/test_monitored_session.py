"""Monitored sessions and hooks: what happens after errors, threads, preemption."""

import json

import pytest

import minitf as tf
from minitf.train.basic_session_run_hooks import SecondOrStepTimer


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


class Noted(tf.train.SessionRunHook):
    """Notes its calls; raises what it is given, at the runs of these numbers."""

    def __init__(self, **errors):
        self.calls = []
        self.runs = 0
        self.errors = errors

    def begin(self):
        self.calls.append("begin")

    def after_create_session(self, session, coord):
        self.calls.append("after_create_session")

    def before_run(self, run_context):
        self.runs += 1
        if f"at_{self.runs}" in self.errors:
            raise self.errors[f"at_{self.runs}"]

    def end(self, session):
        self.calls.append("end")


def test_an_error_reaches_the_caller_and_hooks_do_not_end(graph):
    hook = Noted(at_1=ValueError("mine"))
    with pytest.raises(ValueError, match="mine"):
        with tf.train.MonitoredSession(hooks=[hook]) as sess:
            sess.run([])
    assert hook.calls == ["begin", "after_create_session"]
    assert not graph.finalized


@pytest.mark.parametrize("error", [tf.errors.OutOfRangeError(None, None, "end"), StopIteration()])
def test_the_end_of_the_input_is_a_normal_end(error):
    hook = Noted(at_2=error)
    value = tf.constant(1)
    with tf.train.MonitoredSession(hooks=[hook]) as sess:
        while not sess.should_stop():
            sess.run(value)
    assert hook.calls == ["begin", "after_create_session", "end"]
    assert sess.should_stop()


def test_after_a_preemption_there_is_a_new_session(tmp_path):
    step = tf.train.get_or_create_global_step()
    more = tf.assign_add(step, 1)
    hook = Noted(at_3=tf.errors.AbortedError(None, None, "preempted"))
    with tf.train.MonitoredTrainingSession(
            checkpoint_dir=str(tmp_path), save_checkpoint_steps=1, hooks=[hook],
            log_step_count_steps=None) as sess:
        assert [sess.run(more) for _ in range(4)] == [1, 2, 3, 4]
    assert hook.calls.count("after_create_session") == 2


def test_a_singular_session_is_not_made_anew():
    value = tf.constant(1)
    hook = Noted(at_1=tf.errors.AbortedError(None, None, "preempted"))
    with pytest.raises(tf.errors.AbortedError):
        with tf.train.SingularMonitoredSession(hooks=[hook]) as sess:
            sess.run(value)
    assert hook.calls.count("after_create_session") == 1


def test_a_closed_session_does_not_run():
    value = tf.constant(1)
    sess = tf.train.MonitoredSession()
    sess.close()
    with pytest.raises(RuntimeError):
        sess.run(value)
    with pytest.raises(RuntimeError, match="already closed"):
        sess.close()


def test_a_step_function_can_stop():
    value = tf.constant(3)
    sess = tf.train.MonitoredSession()
    assert sess.run_step_fn(lambda step_context: step_context.run_with_hooks(value)) == 3
    assert not sess.should_stop()
    sess.run_step_fn(lambda step_context: step_context.request_stop())
    assert sess.should_stop()
    sess.close()


@pytest.mark.parametrize("function", [lambda: 1, lambda a: 1, lambda step_context, a: 1])
def test_a_step_function_must_take_a_step_context(function):
    with tf.train.MonitoredSession(hooks=[]) as sess, pytest.raises(ValueError,
                                                                    match="step_context"):
        sess.run_step_fn(function)


def test_an_init_fn_gets_scaffold_and_session():
    v = tf.get_variable("v", [], initializer=tf.zeros_initializer())
    p = tf.placeholder(tf.float32, [])
    load = v.assign(p)
    scaffold = tf.train.Scaffold(init_fn=lambda scaffold, sess: sess.run(load, {p: 5.}))
    with tf.train.MonitoredSession(tf.train.ChiefSessionCreator(scaffold)) as sess:
        assert sess.run(v) == 5


def test_a_worker_waits_no_longer_than_it_should():
    tf.get_variable("v", [])
    creator = tf.train.WorkerSessionCreator(max_wait_secs=0)
    with pytest.raises(tf.errors.DeadlineExceededError):
        tf.train.MonitoredSession(creator)


def test_a_timer_by_steps():
    timer = SecondOrStepTimer(every_steps=3)
    times = []
    for step in range(10):
        if timer.should_trigger_for_step(step):
            timer.update_last_triggered_step(step)
            times.append(step)
    assert times == [0, 3, 6, 9]


def test_profiles_are_traces(tmp_path):
    step = tf.train.get_or_create_global_step()
    more = tf.assign_add(step, 1)
    hook = tf.train.ProfilerHook(save_steps=2, output_dir=str(tmp_path))
    with tf.train.MonitoredSession(hooks=[hook, tf.train.StopAtStepHook(4)]) as sess:
        while not sess.should_stop():
            sess.run(more)
    files = sorted(tmp_path.glob("timeline-*.json"))
    assert files
    assert "traceEvents" in json.loads(files[0].read_text())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_synchronous_replicas_make_steps():
    step = tf.train.get_or_create_global_step()
    w = tf.get_variable("w", [], initializer=tf.ones_initializer())
    optimizer = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(.25), 2, 1)
    train = optimizer.minimize(w * w, global_step=step)
    hook = optimizer.make_session_run_hook(is_chief=True)
    # The chief's thread waits for gradients that will not come, until the session is closed.
    with tf.train.MonitoredTrainingSession(hooks=[hook], stop_grace_period_secs=.1) as sess:
        sess.run(train)
        sess.run(train)
        while sess.run(step) < 1:
            pass
        assert sess.run(w) == .5


def test_a_hook_of_replicas_needs_their_gradients():
    optimizer = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(.25), 1)
    with pytest.raises(ValueError, match="apply_gradient should be called"):
        optimizer.make_session_run_hook(True).begin()


def test_a_server_is_one_process():
    server = tf.train.Server.create_local_server()
    with tf.Session(server.target) as sess:
        assert sess.run(tf.constant(2)) == 2
    with pytest.raises(tf.errors.UnimplementedError, match="no distributed runtime"):
        tf.train.Server({"worker": ["a:1", "b:2"]}, job_name="worker", task_index=0)


def test_a_supervisor_raises_what_was_raised_inside():
    tf.get_variable("v", [])
    supervisor = tf.train.Supervisor()
    with pytest.raises(ValueError, match="mine"), supervisor.managed_session():
        raise ValueError("mine")
    with supervisor.managed_session():
        raise tf.errors.OutOfRangeError(None, None, "end")


def test_a_train_loop_goes_on_until_it_is_told_to_stop():
    step = tf.train.get_or_create_global_step()
    more = tf.assign_add(step, 1)
    supervisor = tf.train.Supervisor()
    values = []

    def train(sess, last):
        values.append(sess.run(more))
        if values[-1] == last:
            supervisor.request_stop()

    tf.train.basic_train_loop(supervisor, train, args=(3,))
    assert values == [1, 2, 3]
