"""What learners get wrong in their first weeks, and what they are told."""

import numpy as np

from programs import call, fails, run


def build(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    labels = tf.placeholder(tf.int32, [None], name="labels")
    anything = tf.placeholder(tf.float32, name="anything")
    w = tf.get_variable("w", [3, 2], initializer=tf.ones_initializer())
    unset = tf.get_variable("unset", [2])
    handle = tf.get_variable("handle", [2], use_resource=True)
    logits = tf.matmul(x, w, name="logits")
    double = tf.constant([1.0, 2.0], tf.float64)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=labels, logits=logits), name="loss")
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, var_list=[w])
    rows = np.ones([4, 3], np.float32)
    other = tf.Graph()
    with other.as_default():
        foreign = tf.constant(1.0, name="foreign")
    checked = tf.ensure_shape(anything, [None, 2], name="checked")
    descent = tf.train.GradientDescentOptimizer(0.1)

    def with_statement(session):
        inner = tf.Session(graph=other)
        with inner:
            pass
        return inner.run(foreign)

    def loop():
        for _ in x:
            pass

    def branch():
        if x > 0:
            pass

    return [
        # ---- building ----
        fails("product of vectors", lambda: tf.matmul(double, double)),
        fails("product of dtypes", lambda: tf.matmul(x, tf.constant([[1], [2], [3]]))),
        fails("operator", lambda: x @ tf.ones([4, 2])),
        fails("sum of shapes", lambda: tf.ones([2, 3]) + tf.ones([2])),
        fails("sum of dtypes", lambda: tf.ones([2]) + double),
        fails("integer times float", lambda: labels * 0.5),
        fails("text plus number", lambda: tf.constant("a") + 1),
        fails("array of another dtype", lambda: double * np.float32([1, 2]).astype(np.int32)
              + tf.constant([1, 2])),
        fails("concat ranks", lambda: tf.concat([tf.ones([2]), tf.ones([2, 2])], 0)),
        fails("concat sizes", lambda: tf.concat([tf.ones([2, 3]), tf.ones([3, 3])], 1)),
        fails("concat dtypes", lambda: tf.concat([tf.ones([2]), double], 0)),
        fails("concat axis", lambda: tf.concat([x, x], 2)),
        fails("old concat order", lambda: tf.concat(1, [x, x])),
        fails("stack of dtypes", lambda: tf.stack([tf.ones([2]), double])),
        fails("reshape", lambda: tf.reshape(tf.ones([2, 3]), [4, -1])),
        fails("transpose", lambda: tf.transpose(tf.ones([2, 3]), [0, 2])),
        fails("transpose length", lambda: tf.transpose(tf.ones([2, 3]), [0])),
        fails("squeeze", lambda: tf.squeeze(tf.ones([2, 1]), 0)),
        fails("argmax", lambda: tf.argmax(tf.ones([2, 3]), 2)),
        fails("mean axis", lambda: tf.reduce_mean(tf.ones([2, 3]), -3)),
        fails("index", lambda: tf.ones([2, 3])[2]),
        fails("too many indices", lambda: tf.ones([2, 3])[0, 0, 0]),
        fails("float index", lambda: x[0.5]),
        fails("text index", lambda: x["a"]),
        fails("assignment to a slice", lambda: x.__setitem__(0, 1.0), message=False),
        fails("loop", loop),
        fails("if", branch),
        fails("len", lambda: len(x)),
        fails("float", lambda: float(x), message=False),
        fails("numpy", lambda: np.array(x), message=False),
        fails("eval outside", lambda: loss.eval()),
        fails("run outside", lambda: train.run()),
        fails("unknown keyword", lambda: tf.reduce_sum(x, axes=1), message=False),
        fails("axis twice", lambda: tf.reduce_sum(x, axis=0, reduction_indices=0)),
        fails("twice", lambda: tf.get_variable("w", [3, 2])),
        fails("shape and tensor", lambda: tf.get_variable("a", [2], initializer=tf.ones([2]))),
        fails("unknown shape", lambda: tf.get_variable("b", [None, 2])),
        fails("variable of a tensor", lambda: tf.Variable(lambda: None)),
        fails("assign shape", lambda: w.assign(tf.ones([2, 2]))),
        fails("assign dtype", lambda: w.assign(tf.ones([3, 2], tf.float64))),
        fails("assign resource shape", lambda: handle.assign(tf.ones([3]))),
        fails("logits without names", lambda: tf.nn.softmax_cross_entropy_with_logits_v2(
            labels=None, logits=logits)),
        fails("positional logits", lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(
            logits, labels)),
        fails("labels rank", lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels=tf.zeros([4, 2], tf.int32), logits=tf.ones([4, 2]))),
        fails("float labels", lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels=tf.zeros([4]), logits=tf.ones([4, 2]))),
        fails("no gradient", lambda: descent.minimize(tf.constant(1.0), var_list=[w])),
        fails("only None", lambda: descent.apply_gradients([(None, w)])),
        fails("loss is no tensor", lambda: descent.minimize(None), message=False),
        fails("gradient of argmax", lambda: descent.minimize(
            tf.cast(tf.reduce_sum(tf.argmax(logits, 1)), tf.float32))),
        fails("two graphs", lambda: foreign + loss),
        fails("lookup", lambda: tf.get_default_graph().get_tensor_by_name("nothing:0")),
        fails("lookup of an operation", lambda: tf.get_default_graph().get_tensor_by_name("loss")),
        fails("operation of an output", lambda: tf.get_default_graph().get_operation_by_name(
            "loss:0")),
        fails("cast", lambda: tf.cast(tf.constant(["a"]), "floaty")),
        fails("one hot depth", lambda: tf.one_hot(labels, -1)),
        fails("placeholder value", lambda: tf.constant([1, 2, 3], shape=[2, 2, 2], dtype="a")),
        fails("ragged", lambda: tf.constant([[1, 2], [3]])),
        fails("none in list", lambda: tf.constant([1, None])),
        fails("constant dtype", lambda: tf.constant(1.5, tf.int32)),
        fails("constant shape", lambda: tf.constant([1, 2, 3], shape=[2])),
        fails("dropout", lambda: tf.nn.dropout(x, 0.0)),
        fails("strides", lambda: tf.nn.conv2d(tf.ones([1, 4, 4, 3]), tf.ones([2, 2, 3, 1]), 1,
                                              "VALID "), message=False),
        fails("channels", lambda: tf.nn.conv2d(tf.ones([1, 4, 4, 3]), tf.ones([2, 2, 1, 1]),
                                               [1, 1, 1, 1], "SAME")),
        fails("padding", lambda: tf.nn.max_pool(tf.ones([1, 4, 4, 3]), [1, 2, 2, 1], [1, 2, 2, 1],
                                                "same")),
        # ---- running ----
        run("uninitialised", unset, fails=True),
        run("uninitialised resource", handle + 1.0, fails=True),
        run("init", w.initializer),
        run("unfed", loss, {labels: [1]}, fails=True),
        run("half fed", train, {x: rows}, fails=True),
        run("feed of another size", logits, {x: np.ones([4, 2])}, fails=True),
        run("feed of another rank", logits, {x: np.ones([3])}, fails=True),
        run("ragged feed", logits, {x: [[1.0, 2.0, 3.0], [1.0]]}, fails=True, message=False),
        run("text feed", logits, {x: [["a", "b", "c"]]}, fails=True, message=False),
        run("None feed", logits, {x: None}, fails=True, message=False),
        run("float labels fed", loss, {x: rows, labels: [0.5, 1.5, 0.0, 0.0]}),
        run("feed by a wrong name", logits, {"inputs:0": rows}, fails=True),
        run("feed by an operation's name", logits, {"x": rows}, fails=True),
        run("feed of a variable's list", logits, {(x, labels): rows}, fails=True, message=False),
        run("fetch None", [loss, None], {x: rows}, fails=True),
        run("fetch a number", [1], fails=True),
        run("fetch of another graph", foreign, fails=True),
        run("fetch of a list of names", ["loss:0", "accuracy:0"], fails=True),
        run("label out of range", loss, {x: rows, labels: [0, 1, 2, 0]}, fails=True),
        run("labels and rows", loss, {x: rows, labels: [0, 1]}, fails=True),
        run("shape at run time", tf.add(anything, tf.ones([3]), name="added"),
            {anything: np.ones([2])}, fails=True),
        run("product at run time", tf.matmul(anything, tf.ones([3, 1]), name="times"),
            {anything: np.ones([2, 2])}, fails=True),
        run("rank at run time", tf.matmul(anything, tf.ones([3, 1]), name="times_1"),
            {anything: np.ones([3])}, fails=True),
        run("concat at run time", tf.concat([anything, tf.ones([1, 2])], 0, name="joined"),
            {anything: np.ones([1, 3])}, fails=True),
        run("reshape at run time", tf.reshape(anything, [2, -1], name="shaped"),
            {anything: np.ones([3])}, fails=True),
        run("two unknowns", tf.reshape(x, [-1, -1], name="shaped_1"), {x: rows}, fails=True),
        run("index at run time", tf.gather([1.0, 2.0], labels, name="gathered"), {labels: [2]},
            fails=True),
        run("ensure_shape", checked, {anything: np.ones([2, 3])}, fails=True, message=False),
        run("assign at run time", tf.assign(unset, anything, name="assigned"),
            {anything: np.ones([3])}, fails=True),
        run("split at run time", tf.split(anything, 2, name="halves"), {anything: np.ones([3])},
            fails=True),
        run("check_numerics", tf.check_numerics(tf.log(anything), "logarithm", name="numbers"),
            {anything: np.float32([-1.0])}, fails=True),
        run("assertion", tf.assert_positive(anything, message="counts", name="positive"),
            {anything: np.zeros([2], np.float32)}, fails=True),
        call("closed", with_statement, fails=True),
        call("no such checkpoint", lambda session: tf.train.Saver([w]).restore(session, "nothing"),
             fails=True),
        call("feed a tensor", lambda session: session.run(logits, {x: tf.ones([4, 3])}),
             fails=True),
        call("after finalize", lambda session: _finalized(tf), fails=True),
    ]


def _finalized(tf):
    graph = tf.Graph()
    with graph.as_default():
        graph.finalize()
        return tf.constant(1.0)
