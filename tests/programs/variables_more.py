"""What is said of variables: reports, protos, counts, partitions, updates that cannot be."""

from programs import call, fails, run, seen


def build(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    r = tf.Variable([[3, 4], [5, 6]], name="r", use_resource=True)
    count = tf.Variable(5, name="count", collections=["local_variables"], trainable=False)
    scalar = tf.Variable(1.0, name="scalar")
    parts = tf.get_variable("parts", [4, 2], partitioner=tf.fixed_size_partitioner(2),
                            initializer=tf.ones_initializer())
    second = list(parts)[1]
    up, resource_up = count.count_up_to(6), tf.Variable(0, name="rc", use_resource=True)
    again = tf.Variable.from_proto(v.to_proto())
    piece = tf.Variable.from_proto(second.to_proto())
    rows = tf.IndexedSlices(tf.constant([[9], [8]]), tf.constant([[1], [0]]))
    return [
        run("all", tf.report_uninitialized_variables()),
        run("some", tf.report_uninitialized_variables([v, r], name="some")),
        run("none", tf.report_uninitialized_variables([])),
        run("assert", tf.assert_variables_initialized([v]), fails=True),
        seen("assert of an empty list", tf.assert_variables_initialized([]).name),
        run("initialise", tf.global_variables_initializer()),
        run("left", tf.report_uninitialized_variables()),
        run("local", tf.initializers.local_variables()),
        run("nothing left", tf.report_uninitialized_variables()),
        run("counts", up), run("too far", up, fails=True),
        run("counts on", resource_up.count_up_to(1)),
        run("too far on", tf.count_up_to(resource_up, 1), fails=True),
        run("batches", r.batch_scatter_update(rows)),
        run("no rows", tf.scatter_add(scalar, [0], [1.0]), fails=True),
        run("out of range", tf.scatter_sub(v, [2], [1.0]), fails=True),
        call("load", lambda sess: [v.load([7.0, 8.0], sess), sess.run([v, again])]),
        call("load shape", lambda sess: v.load([7.0], sess), fails=True),
        run("partitions", list(parts)), run("partitions as one", tf.convert_to_tensor(parts)),
        run("partitions changed", parts.assign_add(tf.ones([4, 2]))),
        seen("protos", [str(x.to_proto()) for x in (v, r, count, second)]),
        seen("elsewhere", v.to_proto(export_scope="scope") is None),
        seen("read again", [again.name, again.initializer.name, again.value().name,
                            piece._get_save_slice_info().spec]),
        fails("not there", lambda: tf.Variable.from_proto(v.to_proto(), import_scope="scope")),
        fails("shape", lambda: v.assign([1.0, 2.0, 3.0])),
        fails("no session", lambda: v.load([1.0, 2.0])),
    ]
