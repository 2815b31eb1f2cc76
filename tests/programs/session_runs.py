"""Partial runs, handles of tensors, callables, devices, containers: what sessions can besides run.

Three lives of one training step: fed and fetched bit by bit, kept in the session, made a callable.
"""

import numpy as np

from programs import call, run, seen


def build(tf):
    with tf.container("box"), tf.device("/cpu:0"):
        weights = tf.get_variable("weights", [3, 1], initializer=tf.ones_initializer())
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = tf.placeholder(tf.float32, [None, 1], name="y")
    scale = tf.placeholder_with_default(1.0, [], name="scale")
    hidden = tf.matmul(x, weights, name="hidden")
    loss = tf.reduce_mean(tf.square(hidden - y) * scale, name="loss")
    step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    handle = tf.get_session_handle(hidden, name="kept")
    place = "kept;0;/job:localhost/replica:0/task:0/device:CPU:0"
    holder, value = tf.get_session_tensor(place, tf.float32, name="back")
    doubled = value * 2.0
    _, deleter = tf.delete_session_tensor(place)
    rng = np.random.RandomState(3)
    inputs, targets = rng.rand(4, 3).round(2), rng.rand(4, 1).round(2)

    def partial(sess):
        name = sess.partial_run_setup([hidden, loss, step], [x, y])
        first = sess.partial_run(name, hidden, {x: inputs})
        return first, sess.partial_run(name, [loss], {y: first + 1.0})

    def partial_again(sess):
        name = sess.partial_run_setup([hidden, loss], [x, y, scale])
        sess.partial_run(name, [], {x: inputs})
        return sess.partial_run(name, {"a": loss, "b": hidden}, {y: targets, scale: 2.0})

    def partial_errors(sess, which):
        name = sess.partial_run_setup([hidden, loss], [x, y])
        if which == "early":
            return sess.partial_run(name, loss, {x: inputs})
        sess.partial_run(name, hidden, {x: inputs})
        if which == "unknown fetch":
            return sess.partial_run(name, weights, {y: targets})
        if which == "unknown feed":
            return sess.partial_run(name, loss, {scale: 1.0})
        if which == "fed twice":
            return sess.partial_run(name, loss, {x: inputs})
        if which == "fetched twice":
            return sess.partial_run(name, hidden, {y: targets})
        sess.partial_run(name, loss, {y: targets})
        return sess.partial_run(name, loss, {y: targets})

    def handles(sess):
        kept = sess.run(handle, {x: inputs})
        read = sess.run(doubled, {holder: kept.handle})
        fed = sess.run(loss, {hidden: kept, y: targets})
        text, again = str(kept), kept.eval()
        kept.delete()
        return text, read, fed, again

    def deleted(sess):
        kept = sess.run(handle, {x: inputs})
        kept.delete()
        return kept.eval()

    def callables(sess):
        both = sess.make_callable({"loss": loss, "step": step}, [x, y])
        plain = sess.make_callable(weights)
        with_options = sess.make_callable([weights.op, weights], accept_options=True)
        return [both(inputs, targets), plain(), both(inputs, targets)["loss"],
                sess.make_callable(step, feed_list=[x, y])(inputs, targets),
                with_options(options=tf.RunOptions(), run_metadata=tf.RunMetadata())]

    def refused(device, soft=False):
        with tf.Graph().as_default():
            with tf.device(device):
                total = tf.identity(tf.constant([1.0, 2.0]), name="total")
            config = tf.ConfigProto(allow_soft_placement=soft, device_count={"CPU": 2})
            with tf.Session(config=config) as sess:
                return sess.run(total)

    def reset(sess):
        with tf.Session() as other:
            other.run(tf.global_variables_initializer())
            tf.Session.reset("", ["box"])
            return other.run(weights)

    def colocated():
        with tf.Graph().as_default():
            with tf.device("/gpu:0"):
                tf.get_variable("v", [2])
            with tf.Session() as sess:
                sess.run(tf.global_variables_initializer())

    errors = ["early", "unknown fetch", "unknown feed", "fed twice", "fetched twice", "over"]
    return [
        seen("holder", [holder.device, value.device, deleter.type, deleter.device]),
        run("init", tf.global_variables_initializer()),
        call("partial", partial), run("after partial", weights),
        call("partial again", partial_again),
        *[call("partial " + which, lambda sess, which=which: partial_errors(sess, which),
               fails=True) for which in errors],
        call("bad handle", lambda sess: sess.partial_run("a", loss), fails=True),
        call("nothing", lambda sess: sess.partial_run_setup([]), fails=True),
        call("both", lambda sess: sess.partial_run_setup([x], [x]), fails=True),
        call("with op", lambda sess: sess.partial_run(
            sess.partial_run_setup([step], [x, y]), step, {x: inputs, y: targets}), fails=True),
        call("handles", handles), call("deleted", deleted, fails=True),
        call("callables", callables),
        call("gpu", lambda sess: refused("/gpu:0"), fails=True),
        call("third cpu", lambda sess: refused("/cpu:2"), fails=True),
        call("job", lambda sess: refused("/job:ps", True), fails=True),
        call("second cpu", lambda sess: refused("/cpu:1")),
        call("soft gpu", lambda sess: refused("/device:GPU:3", True)),
        call("colocated", lambda sess: colocated(), fails=True, message=False),
        call("devices", lambda sess: [(d.name, d.device_type) for d in sess.list_devices()]),
        call("reset", reset, fails=True),
    ]
