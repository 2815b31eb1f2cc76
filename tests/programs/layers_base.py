"""Layer itself: subclasses, losses, updates, sharing, scopes, Keras style, dtypes, errors."""

import numpy as np

from programs import fails, run, seen


def scale_layer(tf):
    class Scale(tf.layers.Layer):
        def __init__(self, k=2.0, **kwargs):
            super(Scale, self).__init__(**kwargs)  # noqa: UP008 - Python 3.7 reads it, too
            self.k = k
            self.inner = tf.layers.Dense(2, name="inner")
            self.dropout = tf.layers.Dropout(0.5, seed=3)

        def build(self, input_shape):
            self.factor = self.add_weight("factor", input_shape[-1:], initializer="ones",
                                          regularizer=lambda w: tf.reduce_sum(w) * 0.1)
            self.count = self.add_variable("count", [], initializer=tf.zeros_initializer(),
                                           trainable=False)
            super(Scale, self).build(input_shape)  # noqa: UP008

        def call(self, inputs, training=None):
            self.add_loss(tf.reduce_mean(inputs), inputs=True)
            self.add_update(self.count.assign_add(1.0))
            return self.dropout(self.inner(inputs * self.factor)) * self.k

    return Scale


def facts(layer):
    return [layer.name, layer.dtype, layer.trainable, [v.name for v in layer.weights],
            [v.name for v in layer.trainable_weights],
            [v.name for v in layer.non_trainable_variables], len(layer.losses),
            len(layer.updates), layer.built, repr(layer.input_spec)]


def build(tf):
    tf.set_random_seed(1)
    layers, absolute = tf.layers, lambda w: tf.reduce_sum(tf.abs(w))
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    x64 = tf.placeholder(tf.float64, [None, 3, 4], name="x64")
    Scale = scale_layer(tf)

    class Scoped(layers.Layer):
        def call(self, inputs, scope=None):
            self.scope_seen = scope.name
            return inputs * tf.get_variable("inside", [], initializer=tf.ones_initializer())

    scale, scoped = Scale(), Scoped()
    outputs = [scale(x), scale(x, training=True), Scale(3.0, name="named")(x),
               Scale(trainable=False)(x), scoped(x), scoped(x)]
    with tf.variable_scope("outer", initializer=tf.constant_initializer(0.5), regularizer=absolute,
                           reuse=tf.AUTO_REUSE):
        outputs += [layers.dense(x, 2, name="d", kernel_regularizer=absolute),
                    layers.dense(x, 2, name="d", kernel_regularizer=absolute), layers.dense(x, 2)]
    with tf.variable_scope("outer", reuse=True):
        outputs.append(layers.dense(x, 2, name="d"))
    with tf.variable_scope("parts", partitioner=tf.fixed_size_partitioner(2)):
        part = layers.dense(x, 4, name="p", kernel_regularizer=absolute)
        outputs += [part, layers.batch_normalization(part, training=True)]
    with tf.variable_scope("resource", use_resource=True):
        outputs.append(layers.dense(x, 2, activation="softmax"))
    double = layers.Dense(2, dtype=tf.float64)
    outputs += [
        double(x64), layers.dropout(x64, noise_shape=[None, 1, 4], training=True, seed=3),
        layers.dense(x64, 2, activation="softmax", kernel_initializer="he_normal",
                     kernel_regularizer="l2", bias_regularizer="l1_l2", activity_regularizer="l1",
                     kernel_constraint="max_norm", bias_constraint="unit_norm")]
    for activation, initializer in (("selu", "random_normal"), ("hard_sigmoid", "random_uniform")):
        outputs.append(layers.dense(x, 2, activation, kernel_initializer=initializer))
    with layers.experimental.keras_style_scope():
        keras = layers.Dense(2, kernel_regularizer=absolute)
        outputs += [keras(x), keras(x)]
        refused = fails("scope in Keras style", lambda: keras(x, scope="s"))
    with tf.variable_scope("branch"):
        outputs.append(tf.cond(tf.reduce_sum(x) > 0, lambda: layers.dense(x, 2, name="inside"),
                               lambda: x[:, :2]))
    layer_facts = [facts(layer) for layer in (scale, scoped, double, keras)]
    layer_facts += [scoped.scope_seen, len(scale.get_updates_for(x)),
                    len(scale.get_updates_for(None)), len(scale.get_losses_for(x)),
                    len(scale.get_losses_for(None)), scale.count_params(), scale.scope_name]
    gradients = tf.gradients(outputs[1], tf.trainable_variables()[:4])
    random = np.random.RandomState(0)
    feeds = {x: random.randn(5, 4), x64: random.randn(2, 3, 4)}
    return [seen("layers", layer_facts), refused, *configurations(tf), *errors(tf, x),
            run("init", tf.global_variables_initializer()), run("outputs", outputs, feeds),
            run("gradients", [x for x in gradients if x is not None], feeds),
            run("updates", tf.get_collection("update_ops"), feeds),
            run("losses", tf.get_collection("regularization_losses"), feeds)]


def configurations(tf):
    layers = tf.layers
    made = [layers.Conv2D(3, 2), layers.Dense(3, activation=tf.nn.relu), layers.Flatten(),
            layers.MaxPooling2D(2, 2), layers.Dropout(0.3), layers.SeparableConv2D(3, 2),
            layers.Conv2DTranspose(3, 2), layers.Layer(name="plain", dtype="float64")]
    return [seen("configuration of " + type(layer).__name__,
                 sorted([key, repr(value)] for key, value in layer.get_config().items()))
            for layer in made]


def errors(tf, x):
    layers = tf.layers
    images = tf.placeholder(tf.float32, [None, 5, 5, 2])
    rows = tf.placeholder(tf.float64, [None, 5])
    no_output = type("NoOutput", (layers.Layer,), {"call": lambda self, x: None})
    on_read = tf.VariableSynchronization.ON_READ
    return [
        fails("rank", lambda: layers.conv2d(x, 3, 3)),
        fails("size", lambda: layers.dense(tf.placeholder(tf.float32, [None, None]), 3)),
        fails("channels", lambda: layers.conv2d(
            tf.placeholder(tf.float32, [None, 3, 3, None]), 3, 3)),
        fails("argument", lambda: layers.Dense(3, foo=1)),
        fails("unknown rank", lambda: layers.dense(tf.placeholder(tf.float32), 3)),
        fails("integers", lambda: layers.dense(tf.constant([[1, 2]]), 3)),
        fails("padding", lambda: layers.conv2d(images, 3, 3, padding="foo")),
        fails("window", lambda: layers.conv2d(images, 3, (3, 3, 3))),
        fails("window's type", lambda: layers.conv2d(images, 3, 3.0)),
        fails("format", lambda: layers.conv2d(images, 3, 3, data_format="NHWC")),
        fails("activation", lambda: layers.dense(x, 3, activation="foo")),
        fails("initializer", lambda: layers.dense(x, 3, kernel_initializer="foo")),
        fails("initializer's type", lambda: layers.dense(x, 3, kernel_initializer=3)),
        fails("reuse", lambda: layers.dense(x, 3, name="nothing", reuse=True)),
        fails("twice", lambda: [layers.dense(x, 3, name="twice") for _ in range(2)],
              message=False),
        fails("other shape", lambda: layers.dense(x, 7, name="twice", reuse=True)),
        fails("axis", lambda: layers.batch_normalization(x, axis=3)),
        fails("axis's type", lambda: layers.batch_normalization(x, axis="a")),
        fails("no rank", lambda: layers.batch_normalization(tf.placeholder(tf.float32))),
        fails("renorm", lambda: layers.batch_normalization(x, renorm=True,
                                                           renorm_clipping={"x": 1})),
        fails("both", lambda: layers.conv2d(images, 3, 2, strides=2, dilation_rate=2)),
        fails("causal", lambda: layers.conv2d(images, 3, 2, padding="causal")),
        fails("not built", lambda: layers.Dense(3).count_params()),
        fails("no scope", lambda: layers.Dense(3).scope_name),
        fails("no strides", lambda: layers.max_pooling2d(images, 2, None)),
        fails("no output", lambda: no_output()(x)),
        fails("training", lambda: layers.dropout(x, training="yes"), message=False),
        fails("two inputs", lambda: layers.dense([rows, rows], 3), message=False),
        fails("on read", lambda: layers.Layer().add_weight("q", [], trainable=True,
                                                           synchronization=on_read)),
        fails("input_spec", lambda: setattr(layers.Dense(3), "input_spec", 3)),
        fails("axes", lambda: layers.InputSpec(ndim=2, axes={3: 1}))]


TOLERANCE = {"float32": 1e-4}
