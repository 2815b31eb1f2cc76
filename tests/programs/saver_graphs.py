"""Savers of all kinds: their nodes, what they write, restoring into other variables."""

import os
import tempfile
import uuid
from unittest import mock

import numpy as np

from programs import call, fails, run, seen


def build(tf):
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "sub", "model")
    w = tf.get_variable("w", initializer=tf.constant([[1.0, 2.0]]))
    b = tf.get_variable("b", initializer=tf.constant([3, 4]), use_resource=True)
    with tf.device("/cpu:0"):
        d = tf.get_variable("d", initializer=tf.constant(0.5))
    part = tf.fixed_size_partitioner(2)
    p = tf.get_variable("p", [3, 2], partitioner=part, initializer=tf.ones_initializer())
    q = tf.get_variable("q", [3], partitioner=part, initializer=tf.zeros_initializer(),
                        use_resource=True)
    loose = tf.Variable(tf.placeholder_with_default(np.float32([7, 8]), None), name="loose",
                        validate_shape=False)
    step = tf.train.get_or_create_global_step()
    plain = tf.train.Saver(max_to_keep=1)
    with mock.patch.object(uuid, "uuid4", return_value=mock.Mock(hex="5")):
        sharded = tf.train.Saver([w, b, d, p], sharded=True, name="sharded")
    old = tf.train.Saver([w, b] + list(p), write_version=tf.train.SaverDef.V1, filename="old")
    olds = tf.train.Saver([w, d], write_version=tf.train.SaverDef.V1, sharded=True)
    shaped = tf.train.Saver({"a/w": w, "b": b, "c": p, "q": list(q), "loose": loose}, reshape=True)
    tf.add_to_collection(tf.GraphKeys.SAVERS, shaped)
    one_by_one = tf.train.Saver([w, d, b], builder=_base_builder(tf))
    deferred = tf.train.Saver(defer_build=True, name="later")
    savers = [plain, sharded, old, olds, shaped, one_by_one]

    def save(saver, name=path, **options):
        def step(session):
            result = saver.save(session, name, **options)
            return result.replace(folder, ""), sorted(os.listdir(os.path.dirname(name)))

        return step

    def restore(saver, name, *values):
        def step(session):
            session.run(tf.global_variables_initializer())
            saver.restore(session, name)
            return session.run([w, b, d, loose, step_value, *values])

        return step

    def state(_):
        text = tf.train.latest_checkpoint(os.path.dirname(path)).replace(folder, "")
        return text, [[name, shape] for name, shape in tf.train.list_variables(
            os.path.dirname(path))], tf.train.load_variable(path + "-2", "p")

    step_value = tf.identity(step)
    change = [tf.assign_add(w, [[1.0, 1.0]]), b.assign_add([5, 5]).op, tf.assign_add(step, 2),
              tf.assign(loose, [1.0, 2.0, 3.0], validate_shape=False)]
    init = tf.global_variables_initializer()
    return [
        seen("names", [saver.as_saver_def().restore_op_name for saver in savers]),
        seen("protos", [plain.to_proto("x") is None, olds.to_proto("save_2").save_tensor_name]),
        fails("twice", lambda: tf.train.Saver([w, w])),
        fails("two names", lambda: tf.train.Saver({"a": w, "b": w})),
        fails("no variable", lambda: tf.train.Saver([step_value])),
        fails("no name", lambda: tf.train.Saver({1: w})),
        fails("no list", lambda: tf.train.Saver(w)),
        fails("deferred", lambda: tf.train.Saver([w], defer_build=True)),
        call("not built", save(deferred), fails=True),
        call("no directory", restore(plain, path), fails=True, message=False),
        call("no checkpoint", restore(plain, folder + "/none"), fails=True, message=False),
        run("init", init), run("change", change),
        call("save", save(plain, global_step=1)),
        call("save by step", save(plain, global_step=step)),
        call("state", state),
        call("restore", restore(plain, path + "-2", *p, *q)),
        call("restore some", restore(sharded, path + "-2")),
        call("save shards", save(sharded, folder + "/shards", write_meta_graph=False)),
        call("restore shards", restore(sharded, folder + "/shards", *p)),
        call("restore all", restore(plain, folder + "/shards"), fails=True, message=False),
        call("save old", save(old, folder + "/old", write_state=False)),
        call("restore old", restore(old, folder + "/old", *p)),
        call("save old shards", save(olds, folder + "/olds", write_meta_graph=False)),
        call("restore old shards", restore(olds, folder + "/olds-?????-of-00002")),
        call("save reshaped", save(shaped, folder + "/shaped", latest_filename="latest")),
        call("restore reshaped", restore(shaped, folder + "/shaped", *p)),
        call("restore one by one", restore(one_by_one, path + "-2")),
    ]


def _base_builder(tf):
    if tf.__name__ == "minitf":
        from minitf.train.saver_builder import BaseSaverBuilder
    else:
        from tensorflow.python.training.saver import BaseSaverBuilder
    return BaseSaverBuilder()
