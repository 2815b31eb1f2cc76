"""Templates: variables made in the first call, shared in the next ones; names, getters, errors."""

from programs import fails, run, seen


def build(tf):
    log = []

    def logged(getter, name, *args, **kwargs):
        log.append(name)
        return getter(name, *args, **kwargs)

    def scale(x, by=1.0):
        w = tf.get_variable("w", [], initializer=tf.constant_initializer(2.0))
        tf.get_local_variable("seen", [], initializer=tf.zeros_initializer())
        tf.get_variable("fixed", [], trainable=False, initializer=tf.ones_initializer())
        return tf.multiply(x * by, w, name="y")

    x = tf.constant(3.0)
    first = tf.make_template("scale", scale, by=10.0)
    before = [first.variables, first.variable_scope, first.variable_scope_name, first.name]
    results = [first(x), first(x + 1)]
    second = tf.make_template("scale", scale)
    with tf.variable_scope("inside"):
        results += [second(x), first(x)]
    results.append(second(x))
    now = tf.make_template("now", scale, create_scope_now_=True, custom_getter_=logged)
    again = tf.make_template("now", scale, create_scope_now_=True)
    with tf.variable_scope("outer"):
        deeper = tf.make_template("deeper", scale, create_scope_now_=True)
        results += [again(x), now(x)]
    results += [deeper(x), now(x), deeper(x, by=2.0)]
    unique = tf.make_template("u", scale, unique_name_="only")
    other = tf.make_template("u", scale, unique_name_="only")
    results.append(unique(x))

    def nested(x):
        with tf.variable_scope("part"):
            return first(x) + tf.get_variable("b", [], initializer=tf.ones_initializer())

    outside = tf.make_template("outside", nested)
    results += [outside(x), outside(x)]
    careless = tf.make_template("careless", lambda: tf.Variable(1.0))
    careless()
    fixed = tf.make_template("fixed", lambda: tf.Variable(1.0, trainable=False))
    results += [fixed(), fixed()]
    templates = [first, second, now, again, deeper, unique, outside]
    texts = [[t.variable_scope.name, t.variable_scope_name, t.variable_scope.original_name_scope]
             for t in templates]
    parts = [[v.name for v in part] for t in templates
             for part in (t.variables, t.trainable_variables, t.non_trainable_variables,
                          t.global_variables, t.local_variables, t.weights, t.trainable_weights,
                          t.non_trainable_weights)]
    return [
        seen("before", before), seen("scopes", texts), seen("variables", parts),
        seen("names", [result.name for result in results]), seen("log", log),
        run("init", [tf.global_variables_initializer(), tf.local_variables_initializer()]),
        run("results", results),
        fails("no name", lambda: tf.make_template(None, scale)),
        fails("collision", lambda: other(x), message=False),
        fails("careless", careless, message=False),
        fails("raised", tf.make_template("raises", lambda: {}["key"]), message=False),
    ]
