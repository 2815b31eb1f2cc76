"""tf.print, tf.Print, tf.strings.format, and what assertions print."""

import sys

import numpy as np

from programs import fails, run


def build(tf):
    arrays = [
        np.arange(10.0), np.arange(24).reshape(2, 3, 4), np.float32(1.1),
        np.float32([1.1, 1 / 3.0, 1e20, 1e-5, np.nan, -np.inf, -0.0]),
        np.float64([1.1, 1 / 3.0, 1e20, 1e-5, 1e15, 1e16, 123456789]), np.float16([0.1, 2]),
        np.complex64([1 + 2j, 3.5]), np.array("sc"), np.array([["a", "b"], ["c", "d"]]),
        np.array(["b\n\"'x\t\\"]), np.array([True, False]), np.array(True), np.uint8([1, 255]),
        np.int64([2 ** 40]), np.zeros((0,), np.float32), np.zeros((2, 0), np.float32),
        np.zeros((0, 2), np.float32), np.zeros((2, 2, 5), np.int32)]
    tensors = [tf.constant(array) for array in arrays]
    texts = [[tf.strings.format("{}", tensor, summarize=n) for n in (3, -1, 1, 0)]
             for tensor in tensors]
    ints = [tf.Assert(False, [tensor, "x"], summarize=n) for tensor in tensors
            if tensor.dtype in (tf.int32, tf.string) for n in (3, 1, 0, 5)]
    more = [tf.strings.format("none", []), tf.strings.format("a {} b {}", (tensors[2], tensors[7])),
            tf.strings.format("a %s b", tensors[0], placeholder="%s", summarize=1)]
    sparse = tf.SparseTensor([[0]], [1.0], [2])
    large = tf.placeholder(tf.float32, [None])
    more.append(tf.strings.format("{}", large, summarize=-1))
    prints = [
        tf.print("a", tensors[0], {"k": tensors[2], "j": [3, "x"]}, output_stream=sys.stdout),
        tf.print(tensors[7], end="!\n"),
        tf.print([tensors[0], "b", None], 3.5, sep=", ", summarize=1),
        tf.print(sparse, name="foo"), tf.print("x{}", tensors[2], "{}9", output_stream=sys.stderr),
        tf.print("x", output_stream=tf.logging.info), tf.print()]
    printed = tf.Print(tensors[0], [tensors[1], "hi", True], message="M: ", first_n=1, summarize=2)
    plain = tf.Print(tensors[0], [tensors[1]])
    grads = tf.gradients(plain * 2.0, tensors[0])
    return [
        run("texts", texts), run("more", more, {large: [1e6, 1e15, 123456789, 16777216]}),
        run("prints", prints), run("Print", [printed, grads]),
        fails("too few", lambda: tf.strings.format("{} {}", [tensors[0]])),
        fails("too many", lambda: tf.strings.format("{}", [1, 2])),
        fails("keyword", lambda: tf.print("a", foo=3)),
        fails("stream", lambda: tf.print("a", output_stream=3)),
    ] + [run(f"assert {i}", op, fails=True) for i, op in enumerate(ints)]
