"""Checks for numbers that are not finite, and confusion matrices."""

from programs import call, fails, run, seen


def build(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    y = tf.log(x, name="y")
    finite = tf.verify_tensor_all_finite(y, "not finite")
    named = tf.debugging.assert_all_finite(x=y, message="again", name="named")
    labels = tf.placeholder(tf.int32, [None], name="labels")
    free = tf.placeholder(tf.int64, name="free")
    matrices = [tf.confusion_matrix(labels, [1, 2, 0]), tf.confusion_matrix(labels, [1, 2, 0], 4),
                tf.confusion_matrix(labels, [[1], [2], [0]], dtype=tf.float32,
                                    weights=[0.5, 1.0, 2.0], name="weighted"),
                tf.math.confusion_matrix(free, labels, num_classes=3)]
    constant = tf.confusion_matrix([0, 1, 1], [1, 1, 0])
    feeds = {labels: [0, 2, 2], free: [2, 1, 0]}
    graph = tf.get_default_graph()
    before = len(graph.get_operations())
    column = dict(feeds)
    column[free] = [[2], [1], [0]]
    return [
        run("finite", [finite, named, tf.gradients(finite, x)], {x: [1.0, 2.0]}),
        run("zero", finite, {x: [0.0, 1.0]}, fails=True),
        run("negative", named, {x: [-1.0, 0.0]}, fails=True),
        seen("shapes", [str(m.shape) for m in matrices + [constant]]),
        run("matrices", matrices, feeds), run("constant", constant),
        run("column", matrices[3], column),
        run("gradient", tf.gradients(matrices[2], graph.get_tensor_by_name("weighted/weights:0")),
            feeds),
        fails("negative label", lambda: tf.confusion_matrix([-1], [0])),
        run("label too large", matrices[3], {labels: [0], free: [3]}, fails=True),
        run("prediction negative", matrices[3], {labels: [-1], free: [0]}, fails=True),
        seen("ops before", before),
        call("numbers", lambda session: len(graph.get_operations()) > before),
    ]
