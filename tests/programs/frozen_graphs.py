"""graph_util: parts of graphs, variables made constants, and what inference does without."""

from programs import fails, run, seen


def network(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    ids = tf.placeholder(tf.int32, [None], name="ids")
    v = tf.Variable([1.0, 2.0], name="v")
    r = tf.get_variable("r", initializer=[[1.0, 0.5], [0.25, 2.0], [3.0, 4.0]], use_resource=True)
    rows = tf.reduce_sum(tf.nn.embedding_lookup(r, ids), 0)
    branch = tf.cond(x[0] > 0.0, lambda: x * v, lambda: x * r[0], name="branch")
    loop = tf.while_loop(lambda i, y: i < 2, lambda i, y: (i + 1, y * v), (0, branch))[1]
    y = tf.identity(loop + rows, name="y")
    with tf.control_dependencies([y]):
        tf.identity(tf.identity(y), name="z")
    checked = tf.check_numerics(y, "not finite", name="checked")
    with tf.control_dependencies([checked]):
        tf.identity(x, name="after")
    tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(y))


def described(graph_def):
    return [[node.name, node.op, sorted(node.input), sorted(node.attr)] for node in graph_def.node]


def build(tf):
    util = tf.graph_util
    with tf.Graph().as_default() as graph:
        network(tf)
        graph_def = graph.as_graph_def()
        with tf.Session() as sess:
            sess.run(tf.global_variables_initializer())
            frozen = util.convert_variables_to_constants(sess, graph_def, ["z"])
            in_part = [util.convert_variables_to_constants(
                sess, graph_def, ["z"], **{"variable_names_" + option: ["v"]})
                for option in ("whitelist", "blacklist")]
        shapes = [util.tensor_shape_from_node_def_name(graph, name).as_list()
                  for name in ("x", "v", "r/Read/ReadVariableOp:0")]
        on_cpu = [op.name for op in graph.get_operations() if util.must_run_on_cpu(op)]
        pinned = [node.name for node in graph_def.node if util.must_run_on_cpu(node, True)]
    smaller = util.remove_training_nodes(frozen, ["z"])
    results = [tf.import_graph_def(item, return_elements=["z:0"])[0] for item in (frozen, smaller)]
    steps = []
    for scope, result in zip(("import/", "import_1/"), results):
        for label, value in ((" positive", [1.0, 2.0]), (" negative", [-1.0, 2.0])):
            steps.append(run(scope + label, result, {scope + "x:0": value,
                                                     scope + "ids:0": [0, 1, 1]}))
    steps.append(run("loops of one name", results, {
        scope + name: value for scope in ("import/", "import_1/")
        for name, value in (("x:0", [1.0, 2.0]), ("ids:0", [0, 1, 1]))}, fails=True, message=False))
    return steps + [
        seen("shapes", shapes), seen("on the CPU", on_cpu), seen("pinned", pinned),
        seen("part", described(util.extract_sub_graph(graph_def, ["y"]))),
        seen("frozen in part", [described(item) for item in in_part]),
        seen("trained", described(util.remove_training_nodes(graph_def))),
        fails("part of nothing", lambda: util.extract_sub_graph(graph_def, ["nothing"])),
        fails("part of no list", lambda: util.extract_sub_graph(graph_def, "y")),
        fails("part of no graph", lambda: util.extract_sub_graph(3, ["y"])),
    ]
