"""MetaGraphDefs: what is written, and what becomes of it in another graph and scope."""

from programs import fails, run, seen


def network(tf):
    with tf.device("/cpu:0"):
        x = tf.placeholder(tf.float32, [2], name="x")
    with tf.variable_scope("net"):
        v = tf.get_variable("v", initializer=[1.0, 2.0])
        r = tf.get_variable("r", initializer=[0.5, 0.25], use_resource=True, trainable=False)
        y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * v), (0, x), name="loop")[1]
        z = tf.cond(tf.reduce_sum(x) > 0.0, lambda: y + r, lambda: y - r, name="branch")
    for key, value in (("out", z), ("text", "hello"), ("number", 3), ("numbers", 2.5)):
        tf.add_to_collection(key, value)


def described(meta):
    """What of a MetaGraphDef does not depend on the order of maps."""
    nodes = [[node.name, node.op, sorted(item.replace(":0", "") for item in node.input),
              node.device, sorted(node.attr)] for node in meta.graph_def.node]
    found = {}
    for key in meta.collection_def:
        kind = meta.collection_def[key].WhichOneof("kind")
        values = list(getattr(meta.collection_def[key], kind).value)
        found[key] = [kind, len(values) if key.endswith("_context") else values]
    info = meta.meta_info_def
    return [nodes, sorted(found.items()), [op.name for op in info.stripped_op_list.op],
            info.tensorflow_version, info.stripped_default_attrs, meta.graph_def.versions.producer]


def build(tf):
    with tf.Graph().as_default() as graph:
        network(tf)
        meta = tf.train.export_meta_graph()
        bare = tf.train.export_meta_graph(clear_devices=True, strip_default_attrs=True)
        part = tf.train.export_meta_graph(export_scope="net/v", collection_list=["variables"])
        some = tf.train.export_meta_graph(collection_list=["out", "number"])
    written = [described(item) for item in (meta, bare, part, some)]
    kept = [restored(tf, bare, "bare", False), restored(tf, meta, "a/b", True)]
    collections = []
    for key in sorted(tf.get_default_graph().get_all_collection_keys()):
        collections.append([key, [getattr(item, "name", item) for item in tf.get_collection(key)]])
    graph = tf.get_default_graph()
    z = [graph.get_tensor_by_name(scope + "/net/branch/Merge:0") for scope in ("bare", "a/b")]
    feeds = {scope + "/x:0": [0.5, -0.25] for scope in ("bare", "a/b")}
    learned = tf.gradients(z, tf.trainable_variables())
    train = tf.train.GradientDescentOptimizer(0.5).minimize(tf.reduce_sum(z[0]))
    return [
        seen("whole, bare, part, some", written),
        seen("collections", collections), seen("variables", kept),
        run("initialise", tf.global_variables_initializer()),
        run("values", [z, learned], feeds), run("train", train, feeds),
        run("after", tf.trainable_variables()),
        fails("no such file", lambda: tf.train.import_meta_graph("/nonexistent/model.meta")),
        fails("no graph", lambda: tf.train.export_meta_graph(graph=3)),
    ]


def restored(tf, meta, scope, clear):
    """The names of the variables after an import."""
    before = set(tf.global_variables())
    tf.train.import_meta_graph(meta, clear_devices=clear, import_scope=scope)
    return [[v.name, v.trainable if hasattr(v, "trainable") else None]
            for v in tf.global_variables() if v not in before]
