"""The other functions of tf.contrib.layers, and those of tf.contrib.framework."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    tf.set_random_seed(1)
    layers = tf.contrib.layers
    images = tf.placeholder(tf.float32, [2, 4, 4, 4], name="images")
    rows = tf.placeholder(tf.float32, [None, 7, 4], name="rows")
    ids = tf.placeholder(tf.int32, [None, 3], name="ids")
    volumes = images[:, :, :, :, None]
    outputs = [
        layers.unit_norm(rows, 1), layers.spatial_softmax(images),
        layers.spatial_softmax(images, temperature=2.0, trainable=False, name="fixed"),
        layers.maxout(images, 2), layers.softmax(rows),
        layers.avg_pool2d(images, [2, 2], padding="SAME"), layers.max_pool3d(volumes, 2),
        layers.avg_pool3d(volumes, 2, stride=1, scope="named"), layers.one_hot_encoding(ids, 5),
        layers.embed_sequence(ids, 5, 3), layers.embed_sequence(ids, 5, 3, scope="u", unique=True),
        layers.embed_sequence(ids, scope="u", reuse=True),
        layers.bow_encoder(ids, 5, 2, sparse_lookup=False), layers.images_to_sequence(images),
        layers.sequence_to_images(tf.ones([6, 4, 3]), 2),
        layers.bias_add(images, activation_fn=tf.nn.relu), layers.conv1d(rows, 3, 2, stride=2),
        layers.conv3d(volumes, 2, 2), layers.conv2d_transpose(images, 2, 3, stride=2),
        layers.conv3d_transpose(volumes, 1, 2, stride=2, biases_initializer=None),
        layers.separable_conv2d(images, 3, 3, 2), layers.conv2d_in_plane(images, 3),
        layers.separable_conv2d(images, None, 3, 2, biases_initializer=None),
        layers.convolution(rows, 3, 2, activation_fn=None),
        layers.legacy_fully_connected(rows, 3, activation_fn=tf.nn.tanh),
        layers.legacy_linear(images[:, 0, 0], 2, bias_init=None), layers.relu6(rows, 3),
        layers.dense_to_sparse(ids).values]
    random = np.random.RandomState(0)
    feeds = {images: random.randn(2, 4, 4, 4), rows: random.randn(2, 7, 4),
             ids: random.randint(5, size=(2, 3))}
    errors = [fails("rank", lambda: layers.conv2d(rows, 2, 2)),
              fails("outputs", lambda: layers.fully_connected(rows, 2.5), message=False),
              fails("format", lambda: layers.max_pool2d(images, 2, data_format="NC")),
              fails("groups", lambda: layers.group_norm(images, 3)),
              fails("units", lambda: layers.maxout(images, 3)),
              fails("mode", lambda: layers.variance_scaling_initializer(mode="x")),
              fails("stack", lambda: layers.stack(rows, layers.relu, 3))]
    values = [tf.reduce_sum(output, -1) for output in outputs]
    return framework(tf) + errors + [
        run("init", [tf.global_variables_initializer(), tf.local_variables_initializer(),
                     tf.variables_initializer(tf.get_collection("special"))]),
        run("outputs", values, feeds)] + framework_runs(tf)


def framework(tf):
    framework, layers = tf.contrib.framework, tf.contrib.layers
    framework.get_or_create_global_step()
    model = framework.model_variable("model", [2], device="/cpu:0",
                                     regularizer=layers.l1_l2_regularizer(0.1, 0.2))
    special = framework.variable("special", [2], collections=["special"])
    local = framework.local_variable(3.0, name="local")
    layers.apply_regularization(
        layers.sum_regularizer([layers.l1_regularizer(0.1), layers.l2_regularizer(0.3)]),
        [model, special])

    @framework.add_arg_scope
    def call(x, y=1, z=2):
        return [x, y, z]

    with framework.arg_scope([call], y=5):
        calls = [call(1), call(1, z=3), call(1, y=7)]
    names = lambda variables: [variable.name for variable in variables]
    found = [names(framework.get_variables("fully_connected")),
             names(framework.get_variables_by_suffix("bias")),
             names(framework.get_variables_by_name("weights")),
             names(framework.get_variables_to_restore(exclude=["fully_connected", "Conv"])),
             names(framework.get_model_variables("Conv")),
             names(framework.filter_variables(tf.global_variables(), ["^f"], ["bias"])),
             framework.get_unique_variable("model").name,
             framework.get_variable_full_name(model), framework.has_arg_scope(call),
             framework.has_arg_scope(framework), sorted(framework.arg_scoped_arguments(call))]
    framework.reduce_sum_n([model, local], name="total")
    framework.with_shape([2, 3], tf.placeholder(tf.float32, [None, 3], name="shaped"))
    framework.with_same_shape(model.value(), tf.identity(special, name="same"))
    return [seen("calls", calls), seen("found", found), seen("sum", framework.get_name_scope()),
            fails("not decorated", lambda: framework.arg_scope([len]).__enter__(), message=False),
            fails("a scope and arguments", lambda: framework.arg_scope({}, x=1).__enter__()),
            fails("no list", lambda: framework.arg_scope(call).__enter__()),
            fails("no variable", lambda: framework.get_unique_variable("nothing")),
            fails("shape", lambda: framework.with_shape([3], model.value())),
            fails("no integer", lambda: framework.assert_scalar_int(local))]


def framework_runs(tf):
    operation, feeds = tf.contrib.framework.assign_from_values({"model": np.array([5.0, 6.0])})
    return [run("assign", operation, feeds),
            run("model", ["model:0", "get_regularization_penalty:0", "total:0"])]


TOLERANCE = {"float32": 1e-4}
