"""A character-level language model: LSTM cells, truncated backpropagation, clipped gradients."""

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_integer("rnn_size", 12, "size of the hidden state")
tf.flags.DEFINE_integer("num_layers", 2, "number of layers")
tf.flags.DEFINE_integer("seq_length", 6, "length of a sequence")
tf.flags.DEFINE_integer("batch_size", 4, "sequences in a batch")
tf.flags.DEFINE_float("grad_clip", 5.0, "largest norm of all gradients")
FLAGS = tf.flags.FLAGS

TEXT = "to be or not to be that is the question whether tis nobler in the mind to suffer " * 3


class Model(object):
    def __init__(self, vocab_size, training=True):
        batch_size, seq_length = ((FLAGS.batch_size, FLAGS.seq_length) if training else (1, 1))
        cells = [tf.nn.rnn_cell.BasicLSTMCell(FLAGS.rnn_size, state_is_tuple=True)
                 for _ in range(FLAGS.num_layers)]
        self.cell = cell = tf.nn.rnn_cell.MultiRNNCell(cells, state_is_tuple=True)
        self.input_data = tf.placeholder(tf.int32, [batch_size, seq_length])
        self.targets = tf.placeholder(tf.int32, [batch_size, seq_length])
        self.initial_state = cell.zero_state(batch_size, tf.float32)
        with tf.variable_scope("rnnlm"):
            softmax_w = tf.get_variable("softmax_w", [FLAGS.rnn_size, vocab_size])
            softmax_b = tf.get_variable("softmax_b", [vocab_size])
        embedding = tf.get_variable("embedding", [vocab_size, FLAGS.rnn_size])
        inputs = tf.nn.embedding_lookup(embedding, self.input_data)
        outputs, self.final_state = tf.nn.dynamic_rnn(cell, inputs,
                                                      initial_state=self.initial_state)
        output = tf.reshape(outputs, [-1, FLAGS.rnn_size])
        self.logits = tf.matmul(output, softmax_w) + softmax_b
        self.probs = tf.nn.softmax(self.logits)
        if not training:
            return
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels=tf.reshape(self.targets, [-1]), logits=self.logits)
        self.cost = tf.reduce_sum(loss) / batch_size / seq_length
        self.lr = tf.Variable(0.0, trainable=False)
        tvars = tf.trainable_variables()
        grads, _ = tf.clip_by_global_norm(tf.gradients(self.cost, tvars), FLAGS.grad_clip)
        self.train_op = tf.train.AdamOptimizer(self.lr).apply_gradients(zip(grads, tvars))


def main(_):
    tf.set_random_seed(11)
    chars = sorted(set(TEXT))
    vocab = {c: i for i, c in enumerate(chars)}
    data = np.array([vocab[c] for c in TEXT])
    per_batch = FLAGS.batch_size * FLAGS.seq_length
    num_batches = len(data) // per_batch
    xdata = data[:num_batches * per_batch]
    ydata = np.append(xdata[1:], xdata[0])
    x_batches = np.split(xdata.reshape(FLAGS.batch_size, -1), num_batches, 1)
    y_batches = np.split(ydata.reshape(FLAGS.batch_size, -1), num_batches, 1)
    model = Model(len(chars))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        saver = tf.train.Saver(tf.global_variables())
        sess.run(tf.assign(model.lr, 0.02))
        for epoch in range(2):
            state = sess.run(model.initial_state)
            for x, y in zip(x_batches, y_batches):
                feed = {model.input_data: x, model.targets: y}
                for i, (c, h) in enumerate(model.initial_state):
                    feed[c] = state[i].c
                    feed[h] = state[i].h
                cost, state, _ = sess.run([model.cost, model.final_state, model.train_op], feed)
            print("epoch %d cost %.3f" % (epoch, cost))
        path = saver.save(sess, "./char_rnn.ckpt", global_step=2)

    tf.reset_default_graph()
    model = Model(len(chars), training=False)
    with tf.Session() as sess:
        tf.train.Saver(tf.global_variables()).restore(sess, path)
        state = sess.run(model.cell.zero_state(1, tf.float32))
        text = "t"
        for _ in range(12):
            probs, state = sess.run([model.probs, model.final_state], {
                model.input_data: [[vocab[text[-1]]]], model.initial_state: state})
            text += chars[np.argmax(probs[0])]
        print(repr(text))


if __name__ == "__main__":
    tf.app.run()
