"""tf.summary: graphs, tags, collections, and what the serialized summaries hold."""

import struct
import zlib

import numpy as np

from programs import call, fails, run

GREY = np.linspace(0, 2, 12).reshape(1, 3, 4, 1).astype(np.float32)
SIGNED = np.array([[[-2.0, 1.0, 0.0], [0.5, np.inf, 0.0]]] * 2, np.float32)[np.newaxis]


def png_pixels(data):
    """The bytes of a PNG image's pixels."""
    width, height, _, kind = struct.unpack(">IIBB", data[16:26])
    channels = {0: 1, 2: 3, 6: 4}[kind]
    packed, at = b"", 8
    while at < len(data):
        length, = struct.unpack(">I", data[at:at + 4])
        if data[at + 4:at + 8] == b"IDAT":
            packed += data[at + 8:at + 8 + length]
        at += length + 12
    raw, stride = zlib.decompress(packed), width * channels
    rows = [bytearray(stride)]
    for y in range(height):
        start = y * (stride + 1)
        line, above = bytearray(raw[start + 1:start + 1 + stride]), rows[-1]
        for i in range(stride):
            left = line[i - channels] if i >= channels else 0
            corner = above[i - channels] if i >= channels else 0
            guess = left + above[i] - corner
            paeth = min((left, above[i], corner), key=lambda value: abs(guess - value))
            line[i] = (line[i] + [0, left, above[i], (left + above[i]) // 2,
                                  paeth][raw[start]]) % 256
        rows.append(line)
    return [list(line) for line in rows[1:]]


def described(tf, text):
    """A serialized summary as nested lists; images are decoded."""
    result = []
    for value in tf.Summary.FromString(text).value:
        kind = value.WhichOneof("value")
        entry = [value.tag, value.node_name, kind]
        if kind == "image":
            image = value.image
            entry += [image.height, image.width, image.colorspace,
                      png_pixels(image.encoded_image_string)]
        else:
            entry.append(value.SerializeToString().hex())
        result.append(entry)
    return result


def build(tf):
    x = tf.placeholder(tf.float32, [None], name="x")
    image = tf.placeholder(tf.float32, [None, None, None, None], name="image")
    number = tf.reduce_sum(x, name="number")
    made = [
        tf.summary.scalar("loss", number),
        tf.summary.scalar("loss", number, family="train"),
        tf.summary.scalar("bad name: 1", tf.constant(3), collections=["mine"]),
        tf.summary.histogram("values", x),
        tf.summary.histogram("ints", tf.constant([1, 5, -3, 0, 0], tf.int64), family="train"),
        tf.summary.text("words", tf.constant(["a", "b"])),
        tf.summary.tensor_summary("tensor", tf.constant([[1.5, 2.5]]), display_name="Shown"),
        tf.summary.audio("sound", tf.constant([[0.5, -1.0, 1.0, 2.0, 0.1, 3e-5]]), 8000.0),
        tf.summary.audio("stereo", tf.zeros([2, 3, 2]), tf.constant(16000.0), max_outputs=1),
    ]
    images = tf.summary.image("shown", image, max_outputs=2)
    one = tf.summary.image("one", tf.cast(image, tf.uint8), max_outputs=1, family="train")
    some = tf.summary.merge(made[:3], collections=["merged"])
    merged = tf.summary.merge_all()
    none = tf.summary.merge_all("nothing")
    twice = tf.summary.merge([made[0], made[0]])
    with tf.name_scope("outer"):
        inner = tf.summary.scalar("inner", number)
    matching = tf.summary.merge_all(scope="outer", name="matching")

    feeds = {x: np.array([0.0, 0.5, -1e-13, 3e20, -7.0, 0.5], np.float32), image: GREY}
    empty = {x: np.zeros(0, np.float32)}

    def show(fetch, values):
        return lambda session: described(tf, session.run(fetch, values))

    return [
        call("made %d" % i, show(fetch, feeds)) for i, fetch in enumerate(made)
    ] + [
        call("some", show(some, feeds)), call("empty", show(made[3], empty)),
        call("merged", lambda session: len(described(tf, session.run(merged, feeds)))),
        call("none", lambda _: none is None), call("inner", show([inner, matching][1], feeds)),
        call("grey", show(images, feeds)), call("one", show(one, {image: GREY * 100})),
        call("signed", show(images, {image: SIGNED})),
        call("dark", show(images, {image: GREY * 1e-7})),
        run("twice", twice, feeds, fails=True),
        run("nan", made[3], {x: [np.nan]}, fails=True),
        run("infinity", made[3], {x: [np.inf]}, fails=True),
        run("rank", images, {image: np.zeros((1, 2, 2, 2))}, fails=True),
        fails("text", lambda: tf.summary.text("no", x))]
