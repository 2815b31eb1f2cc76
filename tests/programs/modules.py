"""tf.Module: names, scopes, the variables and modules in attributes, in their order."""

from programs import fails, run, seen


def build(tf):
    class Dense(tf.Module):
        def __init__(self, rows, cols, name=None):
            super().__init__(name=name)
            with self.name_scope:
                self.w = tf.Variable(tf.ones([rows, cols]), name="w")
                self.b = tf.Variable(tf.zeros([cols]), name="b", trainable=False)

        @tf.Module.with_name_scope
        def __call__(self, x):
            return tf.matmul(x, self.w) + self.b

    class TwoLayerNet2(tf.Module):
        def __init__(self):
            super().__init__()
            self.layers = [Dense(2, 3), Dense(3, 1, name="last")]
            self.extra = {"z": tf.Variable(1.0, name="z"), "a": (tf.Variable(2.0, name="a"),)}
            self.same = self.layers[0]

        @tf.Module.with_name_scope
        def __call__(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

    net = TwoLayerNet2()
    y = net(tf.ones([1, 2]))
    return [
        seen("names", [net.name, y.name, tf.Module(name="ok").name, tf.Module().name]),
        seen("held", [[variable.name for variable in net.variables],
                      [variable.name for variable in net.trainable_variables],
                      [module.name for module in net.submodules]]),
        fails("name", lambda: tf.Module(name="a b")),
        run("initialize", tf.global_variables_initializer()),
        run("result", y),
    ]
