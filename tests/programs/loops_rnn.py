"""A recurrent network written with while_loop and TensorArrays, trained by momentum."""

import numpy as np
from programs import run


def build(tf):
    inputs = tf.placeholder(tf.float32, [None, None, 3], name="inputs")
    lengths = tf.placeholder(tf.int32, [None], name="lengths")
    with tf.variable_scope("cell"):
        kernel = tf.get_variable("kernel", initializer=np.linspace(-0.5, 0.5, 35).reshape(7, 5)
                                 .astype(np.float32)[:7, :4])
        bias = tf.get_variable("bias", [4], initializer=tf.zeros_initializer())
    steps = tf.shape(inputs)[1]
    batch = tf.shape(inputs)[0]
    by_time = tf.transpose(inputs, [1, 0, 2])
    read = tf.TensorArray(tf.float32, steps, name="inputs_array").unstack(by_time)
    write = tf.TensorArray(tf.float32, steps, name="outputs_array", element_shape=[None, 4])

    def step(time, state, outputs):
        row = read.read(time)
        row.set_shape([None, 3])
        new = tf.tanh(tf.matmul(tf.concat([row, state], 1), kernel) + bias)
        done = tf.tile(tf.expand_dims(time >= lengths, 1), [1, 4])
        state = tf.where(done, state, new)
        return time + 1, state, outputs.write(time, tf.where(done, tf.zeros_like(new), new))

    _, final, outputs = tf.while_loop(lambda time, *_: time < steps, step,
                                      (0, tf.zeros([batch, 4]), write), parallel_iterations=32,
                                      swap_memory=True, name="rnn")
    outputs = tf.transpose(outputs.stack(), [1, 0, 2])
    loss = tf.reduce_mean(tf.square(outputs)) + tf.reduce_sum(final) * 0.1
    gradients = tf.gradients(loss, [inputs, kernel, bias])
    clipped, norm = tf.clip_by_global_norm(gradients[1:], 0.5)
    optimizer = tf.train.MomentumOptimizer(0.5, 0.9)
    train = optimizer.apply_gradients(zip(clipped, [kernel, bias]))
    again = optimizer.minimize(loss, gate_gradients=tf.train.Optimizer.GATE_GRAPH,
                               colocate_gradients_with_ops=True)
    feeds = {inputs: np.sin(np.arange(30.0)).reshape(2, 5, 3), lengths: [5, 3]}
    return [run("initialise", tf.global_variables_initializer()),
            run("loss", [loss, outputs, final, gradients, norm], feeds),
            run("train", train, feeds), run("again", again, feeds),
            run("after", [loss, kernel, bias], feeds)]


TOLERANCE = {"float32": 1e-5}
