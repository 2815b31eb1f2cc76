"""Strings split and joined, and numbers out of bytes."""

from programs import fails, run, seen


def build(tf):
    lines = tf.constant(["a b  c", "", " d,e ", "f"], name="lines")
    free = tf.placeholder(tf.string, name="free")
    known = tf.placeholder(tf.string, [None, 3], name="known")
    axis = tf.placeholder(tf.int32, name="axis")
    table = tf.constant([["a", "b", "c"], ["d", "e", "f"]])
    pieces = [tf.string_split(lines), tf.string_split(lines, " ,"),
              tf.string_split(lines, skip_empty=False), tf.string_split(lines, ""),
              tf.string_split(lines, delimiter=","), tf.strings.split(lines),
              tf.strings.split(lines, " "), tf.strings.split(lines, " ", maxsplit=1),
              tf.strings.split(lines, maxsplit=1), tf.strings.split(["aXXbXXc"], "XX"),
              tf.string_split(["1 2"], name="named")]
    joined = [tf.reduce_join(table, 0), tf.reduce_join(table, 1, separator="-"),
              tf.reduce_join(table), tf.reduce_join(table, [0, 1]),
              tf.reduce_join(table, [1, 0], keepdims=True),
              tf.reduce_join(table, -1, keep_dims=True, name="named_join"),
              tf.strings.reduce_join(table, []), tf.reduce_join(free, separator=",")]
    segments = [tf.strings.unsorted_segment_join(["a", "b", "c"], [1, 0, 1], 3, separator=","),
                tf.strings.unsorted_segment_join(table, [1, 1], 2, separator=",")]
    raw = [tf.decode_raw(["\x01\x02\x03\x04", "\x05\x06\x07\x08"], dtype)
           for dtype in (tf.uint8, tf.int16, tf.int32, tf.half)]
    raw += [tf.decode_raw(["\x01\x02"], tf.int16, little_endian=False), tf.decode_raw("", tf.int32),
            tf.io.decode_raw(bytes=b"\x00\x00\x80?", out_type=tf.float32)]
    shapes = [tf.reduce_join(known, 0), tf.reduce_join(known, axis, keepdims=True),
              tf.reduce_join(free, 0), tf.decode_raw(known, tf.int32),
              tf.strings.unsorted_segment_join(known, [1, 0], 2),
              pieces[0].values, pieces[0].indices]
    return [
        seen("shapes", [str(t.shape) for t in shapes]), run("pieces", pieces),
        run("joined", joined, {free: [["x", "y"], ["z", "w"]]}), run("segments", segments),
        run("raw", raw),
        fails("split rank", lambda: tf.string_split(table)),
        fails("separators", lambda: tf.string_split(lines, ["a", "b"])),
        fails("result type", lambda: tf.string_split(lines, result_type="list")),
        fails("join axis", lambda: tf.reduce_join(table, 5)),
        fails("names", lambda: tf.reduce_join(table, 0, reduction_indices=0)),
        fails("raw type", lambda: tf.decode_raw(free, tf.string)),
        run("raw lengths", tf.decode_raw(["a", "bc"], tf.uint8), fails=True),
        run("raw multiple", tf.decode_raw(["abc"], tf.int16), fails=True),
        run("join axis at run time", tf.reduce_join(table, axis), {axis: 7}, fails=True),
        run("join axis twice", tf.reduce_join(table, axis), {axis: [0, -2]}, fails=True),
        run("segment", tf.strings.unsorted_segment_join(["a"], [3], 2), fails=True),
    ]
