"""Cross entropies of softmax outputs: dense and sparse labels, all ranks, half precision."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(4)
    nn = tf.nn
    logits = tf.placeholder(tf.float32, [None, 3], name="logits")
    cube = tf.placeholder(tf.float32, [2, 3, 4], name="cube")
    free = tf.placeholder(tf.float32, name="free")
    labels = nn.softmax(tf.placeholder(tf.float32, [None, 3], name="labels"))
    cube_labels = nn.softmax(tf.constant(rng.uniform(-1, 1, (2, 3, 4)), tf.float32))
    feeds = {logits: rng.uniform(-3, 3, (5, 3)), cube: rng.uniform(-3, 3, (2, 3, 4)),
             free: rng.uniform(-3, 3, (5, 3)), "labels:0": rng.uniform(-3, 3, (5, 3))}
    dense = [nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits),
             nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits, name="old"),
             nn.softmax_cross_entropy_with_logits_v2(labels=cube_labels, logits=cube),
             nn.softmax_cross_entropy_with_logits_v2(cube_labels, cube, axis=1, name="axis"),
             nn.softmax_cross_entropy_with_logits(labels=cube_labels, logits=cube, dim=0),
             nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=free),
             nn.softmax_cross_entropy_with_logits_v2([[0, 1, 0]], [[1., 2., 3.]])]
    xs = [logits, cube, free, labels]
    first = tf.gradients([tf.square(loss) for loss in dense], xs)
    second = tf.gradients([tf.square(g) for g in first[:2]], xs[:2])
    ids = tf.placeholder(tf.int32, [None], name="ids")
    id_feeds = dict(feeds)
    id_feeds[ids] = [0, 1, 2, 1, 0]
    sparse = [nn.sparse_softmax_cross_entropy_with_logits(labels=ids, logits=logits),
              nn.sparse_softmax_cross_entropy_with_logits(labels=[[1, 2, 0], [3, 3, 0]],
                                                          logits=cube, name="cube_loss"),
              nn.sparse_softmax_cross_entropy_with_logits(
                  labels=tf.constant([2, 0], tf.int64),
                  logits=tf.constant([[1., 2., 3.], [3., 4., 1.]], tf.float16)),
              nn.sparse_softmax_cross_entropy_with_logits(labels=1, logits=[1., 2.])]
    boxes = tf.placeholder(tf.float32, [None, 2, 3], name="boxes")
    checked = nn.sparse_softmax_cross_entropy_with_logits(
        labels=tf.placeholder_with_default([[0, 1], [2, 0]], [None, 2], name="kinds"), logits=boxes)
    sparse_first = tf.gradients([tf.square(loss) for loss in sparse[:2]], [logits, cube])
    half = nn.softmax_cross_entropy_with_logits_v2(
        labels=tf.constant([[0.25, 0.75]], tf.float16), logits=tf.constant([[1., 2.]], tf.float16))
    return [
        seen("shapes", [str(y.shape) for y in dense + sparse]),
        run("dense", dense, feeds), run("dense gradients", first, feeds),
        run("dense second", second, feeds),
        run("sparse", sparse, id_feeds), run("sparse gradients", sparse_first, id_feeds),
        run("half", half),
        run("checked", [checked, tf.gradients(checked, boxes)], {boxes: np.ones((2, 2, 3))}),
        run("unchecked batch", checked, {boxes: np.ones((1, 2, 3))}, fails=True),
        fails("sparse second", lambda: tf.gradients(sparse_first[0], logits)),
        fails("by place", lambda: nn.softmax_cross_entropy_with_logits([1.], [2.])),
        fails("no logits", lambda: nn.softmax_cross_entropy_with_logits(labels=[[1.]])),
        fails("axis and dim",
              lambda: nn.softmax_cross_entropy_with_logits(labels=[[1.]], logits=[[1.]], axis=0)),
        fails("shapes", lambda: nn.softmax_cross_entropy_with_logits_v2([[1., 2.]], [[1., 2, 3]])),
        fails("sparse by place", lambda: nn.sparse_softmax_cross_entropy_with_logits([1], [[2.]])),
        fails("scalar", lambda: nn.sparse_softmax_cross_entropy_with_logits(labels=1, logits=1.)),
        fails("rank", lambda: nn.sparse_softmax_cross_entropy_with_logits(labels=[1], logits=[1.])),
        fails("batch", lambda: nn.sparse_softmax_cross_entropy_with_logits(
            labels=[1], logits=[[1.], [2.]])),
        fails("label dtype", lambda: nn.sparse_softmax_cross_entropy_with_logits(
            labels=[1.], logits=[[1.]])),
        run("label out of range", sparse[0], {ids: [0, 3], logits: np.ones((2, 3))}, fails=True),
        run("other batch", sparse[0], {ids: [0], logits: np.ones((2, 3))}, fails=True),
    ]


TOLERANCE = {"float32": 1e-5}
