"""Quantization to integers and back; Unicode encodings."""

from programs import fails, run


def build(tf):
    x = tf.placeholder(tf.float32, [None], name="x")
    low, high = tf.placeholder(tf.float32, []), tf.placeholder(tf.float32, [])
    feeds = {x: [1.0, -2.0, 0.3, 0.27, 5.0, -9.0], low: -1.5, high: 3.0}
    q = tf.quantization.quantize_and_dequantize
    rounded = [q(x, 0.0, 0.0), q(x, low, high, range_given=True), q(x, low, high, True, 4, True),
               q(x, low, high, round_mode="HALF_UP", range_given=True, num_bits=3),
               q(x, 0.0, high, signed_input=False, range_given=True, name="named"),
               q(x, low, high, narrow_range=True, num_bits=5, range_given=True),
               q([0.0, 0.0], 0.0, 0.0), q(tf.cast(x, tf.float64), 0.0, 0.0, num_bits=20),
               tf.raw_ops.QuantizeAndDequantizeV3(input=x, input_min=low, input_max=high,
                                                   num_bits=4)]
    grads = [tf.gradients(y * y, x)[0] for y in (rounded[0], rounded[1], rounded[-1])]
    texts = tf.constant([b"ab", b"\xc3\xa9", b"a\xffb\xe2\x82c\xf0\x9f\x98", b"a\nb\x7f\xc2\x85"])
    u = tf.strings.unicode_transcode
    coded = [u(texts, "UTF-8", "UTF-16-BE"), u(texts, "UTF-8", "UTF-32-BE"),
             u(texts, "LATIN1", "UTF-8"), u(texts, "UTF-8", "UTF-8", errors="ignore"),
             u(texts, "UTF-8", "UTF-8", replacement_char=63, name="marked"),
             u(texts, "UTF-8", "UTF-8", replace_control_characters=True)]
    return [
        run("rounded", rounded, feeds), run("gradients", grads, feeds), run("coded", coded),
        run("range", q(x, 3.0, 1.0, range_given=True), feeds, fails=True),
        run("bits", q(x, 0.0, 1.0, num_bits=63), feeds, fails=True),
        run("strict", u(texts, "UTF-8", "UTF-8", errors="strict"), fails=True),
        run("encoding", u(texts, "nonsense", "UTF-8"), fails=True),
        fails("rank", lambda: q(x, x, 0.0)),
        fails("output", lambda: u(texts, "UTF-8", "UTF-16-LE")),
    ]
