"""Graphs with loops and conds, imported as GraphDefs: all runs, and branches have gradients."""

from programs import run


def network(tf):
    x = tf.placeholder(tf.float32, [2], name="x")
    with tf.variable_scope("net"):
        v = tf.get_variable("v", initializer=[1.0, 2.0])
        r = tf.get_variable("r", initializer=[0.5, 0.25], use_resource=True)
        y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, tf.cond(
            tf.reduce_sum(y) > 2.0, lambda: y * v, lambda: y + x)), (0, x), name="loop")[1]
        z = tf.cond(tf.reduce_sum(x) > 0.0, lambda: y + r, lambda: y - r, name="branch")
        tf.identity(z, name="z")
    branch = tf.cond(x[0] > 0.0, lambda: x * 3.0, lambda: x * x)
    tf.identity(tf.gradients(branch, x)[0], name="slope")
    return branch.name, tf.gradients(z, [x, v])[0].name


def build(tf):
    with tf.Graph().as_default() as graph:
        branch, gradient = network(tf)
        plain, shaped = graph.as_graph_def(), graph.as_graph_def(add_shapes=True)
    names = ["x:0", "net/z:0", "slope:0", branch, gradient]
    x, z, slope, again, known = tf.import_graph_def(plain, return_elements=names, name="plain")
    shapes = tf.import_graph_def(shaped, return_elements=names, name="shaped")
    second = tf.gradients(again, x)[0]
    initialise = ["%s/net/%s/Assign" % (scope, name) for scope in ("plain", "shaped")
                  for name in ("v", "r")]
    steps = [run("initialise", initialise)]
    for label, value in (("positive", [0.5, 0.75]), ("negative", [-0.5, 0.25])):
        steps.append(run(label, [z, slope, again, known, second], {x: value}))
        steps.append(run(label + " with shapes", shapes[1:], {shapes[0]: value}))
    return steps
