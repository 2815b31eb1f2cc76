"""Custom gradients: several results, variables, second order, identities, errors."""

from programs import call, fails, run, seen


def build(tf):
    x = tf.constant([1.0, 2.0], name="x")

    @tf.custom_gradient
    def pair(a, b):
        def grad(da, db):
            return da + db, da * b
        return (a * b, {"sum": a + b}), grad

    @tf.custom_gradient
    def log1pexp(t):
        e = tf.exp(t)
        return tf.log(1 + e), lambda dy: dy * (1 - 1 / (1 + e))

    product, rest = pair(x, [3.0, 4.0])
    y = log1pexp(tf.constant(100.0, name="large"))
    z = log1pexp(x)
    first = tf.gradients(z, x)[0]

    with tf.variable_scope("scope", use_resource=True):
        @tf.custom_gradient
        def scaled(t):
            w = tf.get_variable("w", [2], initializer=tf.constant_initializer(3.0))

            def grad(dy, variables=None):
                return dy * 10.0, [dy * 100.0 for _ in variables]
            return t * w, grad

        s = scaled(x)
        rounded = tf.grad_pass_through(tf.round)(x * 1.4)
        w = tf.global_variables()[0]
        grads = tf.gradients(s, [x, w])

        @tf.custom_gradient
        def forgets(t):
            return t * w, lambda dy: dy

        forgot = fails("no variables argument", lambda: forgets(x))

    @tf.custom_gradient
    def unused(t):
        return t, lambda dy, variables=None: dy

    @tf.custom_gradient
    def makes_ref(t):
        return t * tf.get_variable("ref", [2]), lambda dy, variables=None: (dy, [dy])

    return [
        seen("kinds", [type(product).__name__, sorted(rest), log1pexp.__name__]),
        run("pair", [product, rest, tf.gradients([product, rest["sum"]], x)]),
        run("stable", [y, z, first, tf.gradients(y, y.graph.get_tensor_by_name("large:0"))]),
        run("rounded", [rounded, tf.gradients(rounded * rounded, x)]),
        forgot,
        fails("pass through without resources", lambda: tf.grad_pass_through(tf.round)(x)),
        fails("keywords", lambda: log1pexp(t=x)),
        fails("variables for nothing", lambda: unused(x)),
        fails("ref variable", lambda: makes_ref(x)),
        call("initialise", lambda session: session.run(w.initializer)),
        run("scaled", [s, grads]),
    ]
