"""Lines of comma-separated values."""

from programs import fails, run, seen


def build(tf):
    lines = tf.constant(["1,2.5,a", "-3,,b c", " 4 ,1e3,", '7,0x10,"q,""r"""'], name="lines")
    free = tf.placeholder(tf.string, name="free")
    defaults = [[0], [9.5], ["none"]]
    columns = [tf.decode_csv(lines, defaults), tf.decode_csv(lines, [0.0, "x"], select_cols=[0, 2]),
               tf.decode_csv(["1;NA;\"x\""], [[1], [7], "s"], field_delim=";", na_value="NA"),
               tf.decode_csv("a\"b,c", ["", ""], use_quote_delim=False, name="named"),
               tf.decode_csv([["1"], ["2"]], [tf.constant([], tf.int64)])]
    empty = tf.constant([], tf.float32)
    bad = ["1,2", "1,2,3,4", "x,1,a", "99999999999,1,a", "1,1.5.2,a", '1,1,"a', '1,1,"a"b',
           '1,1,a"b', "1,2\n3,a"]
    parsed = tf.decode_csv(free, [[0], [1.0], ["s"]])
    return [
        seen("shapes", [[str(c.shape), c.dtype.name] for c in columns[0] + columns[4] + parsed]),
        run("columns", columns),
        run("missing", tf.decode_csv(["1,"], [[0], empty]), fails=True),
        fails("default", lambda: tf.decode_csv(lines, [[1, 2]])),
        fails("default rank", lambda: tf.decode_csv(lines, [[[1]]])),
        fails("dtype", lambda: tf.decode_csv(lines, [True])),
        fails("columns", lambda: tf.decode_csv(lines, defaults, select_cols=[0, 2, 1])),
        fails("columns and defaults", lambda: tf.decode_csv(lines, defaults, select_cols=[0])),
        fails("negative", lambda: tf.decode_csv(lines, [1], select_cols=[-1])),
    ] + [run(f"bad {i}", parsed, {free: line}, fails=True) for i, line in enumerate(bad)]
