"""Serialized examples parsed: dense, sparse and sequence features, alone and in batches."""

from programs import fails, run, seen


def feature(tf, values):
    train = tf.train
    if values and isinstance(values[0], bytes):
        return train.Feature(bytes_list=train.BytesList(value=values))
    if values and isinstance(values[0], float):
        return train.Feature(float_list=train.FloatList(value=values))
    return train.Feature(int64_list=train.Int64List(value=values)) if values else train.Feature()


def features(tf, values):
    return tf.train.Features(feature={key: feature(tf, values[key]) for key in values})


def example(tf, **values):
    return tf.train.Example(features=features(tf, values)).SerializeToString()


def sequence(tf, context, lists):
    steps = {key: tf.train.FeatureList(feature=[feature(tf, step) for step in lists[key]])
             for key in lists}
    return tf.train.SequenceExample(
        context=features(tf, context),
        feature_lists=tf.train.FeatureLists(feature_list=steps)).SerializeToString()


def build(tf):
    fixed, var, steps = tf.FixedLenFeature, tf.VarLenFeature, tf.FixedLenSequenceFeature
    a = example(tf, x=[1.5, 2.5], n=[3], s=[b"a", b"bc"], i=[3, 1], v=[0.5, 1.0])
    b = example(tf, x=[3.5, 4.5], n=[4], t=[1, 2, 3, 4], i=[0], v=[2.0])
    c = example(tf, x=[5.5], n=[4.5], t=[1, 2, 3], s=[])
    d = sequence(tf, {"n": [3], "s": [b"a", b"b"]},
                 {"x": [[1, 2], [3]], "y": [[1.5], [2.5], [3.5]], "z": [[b"q"]]})
    e = sequence(tf, {"n": [4], "m": [1, 2]}, {"x": [[], [9]], "y": [[7.5]]})
    one = tf.placeholder(tf.string, [], name="one")
    free = tf.placeholder(tf.string, name="free")
    batch = tf.placeholder(tf.string, [None], name="batch")
    pair = tf.placeholder(tf.string, [2], name="pair")
    simple = {"x": fixed([2], tf.float32), "n": fixed([], tf.int64, -1), "s": var(tf.string)}
    rich = {"t": steps([2], tf.int64, allow_missing=True, default_value=7),
            "u": steps([], tf.string, allow_missing=True), "n": fixed([1], tf.int64, [9]),
            "x": fixed([1, 2], tf.float32, tf.constant([[0.0, 1.0]])),
            "p": tf.SparseFeature("i", "v", tf.float32, 5),
            "q": tf.io.SparseFeature(["i", "i"], "v", tf.float32, [5, 5], True)}
    found = [tf.parse_example(batch, simple), tf.parse_example(pair, rich, "rich"),
             tf.io.parse_example(batch, {"n": var(tf.int64)}, example_names=["first", "second"]),
             tf.parse_single_example(one, simple), tf.io.parse_single_example(one, rich, "single"),
             tf.parse_single_example(one, simple, example_names="me"),
             tf.parse_single_example(free, {"s n": fixed([], tf.int64, 2), "s": var(tf.string)},
                                     example_names=free),
             tf.parse_single_example(free, {"s": var(tf.string)}, "other", "me")]
    context = {"n": fixed([], tf.int64), "s": var(tf.string), "w": fixed([2], tf.float32, [1, 2])}
    lists = {"x": var(tf.int64), "y": steps([1], tf.float32),
             "z": steps([], tf.string, allow_missing=True)}
    sequences = [tf.io.parse_sequence_example(batch, context, lists),
                 tf.io.parse_sequence_example(pair, None, lists, ["k", "l"], "pair_of"),
                 tf.parse_single_sequence_example(one, context, lists),
                 tf.parse_single_sequence_example(one, sequence_features=lists,
                                                  example_name="me", name="lone"),
                 tf.parse_single_sequence_example(one, {"n": var(tf.int64)})]
    parse, parse_one = tf.parse_example, tf.parse_single_example
    parse_steps, parse_one_steps = tf.io.parse_sequence_example, tf.parse_single_sequence_example
    bad = {"n": fixed([], tf.int64)}, {"n": fixed([2], tf.int64)}, {"n": var(tf.string)}, {
        "t": steps([2], tf.int64, allow_missing=True)}, {"m": fixed([], tf.int64)}
    bad_lists = {"x": steps([2], tf.int64)}, {"x": steps([], tf.float32)}, {
        "x": var(tf.float32)}, {"w": steps([], tf.int64)}
    wrong = [part for wanted in bad for part in (
        parse(batch, wanted), parse(batch, wanted, example_names=["p", "q"]),
        parse_one(one, wanted))]
    wrong_context = [part for wanted in bad[1:] if "t" not in wanted for part in (
        parse_steps(batch, wanted), parse_one_steps(one, wanted))]
    wrong_lists = [part for wanted in bad_lists for part in (
        parse_steps(batch, None, wanted), parse_one_steps(one, None, wanted))]
    return [
        seen("shapes", [str(found[1][key].shape) for key in sorted(found[1])]),
        run("batch", found[0], {batch: [a, b]}), run("none", found[0], {batch: []}),
        run("rich", found[1], {pair: [a, b]}), run("names", found[2], {batch: [a, b]}),
        run("single", found[3:6], {one: a}), run("other single", found[4], {one: b}),
        run("free", found[6], {free: a}),
        run("sequences", sequences[0], {batch: [d, e]}),
        run("pair", sequences[1], {pair: [e, d]}), run("one", sequences[2:], {one: d}),
        fails("no features", lambda: parse(batch, {})),
        fails("no feature", lambda: parse(batch, {"x": 3})),
        fails("no shape", lambda: parse(batch, {"x": fixed(None, tf.int64)})),
        fails("unknown shape", lambda: parse(batch, {"x": fixed([None], tf.int64)})),
        fails("partly unknown", lambda: parse(batch, {"x": fixed([2, None], tf.int64)})),
        fails("no type", lambda: parse(batch, {"x": var(None)})),
        fails("type", lambda: parse(batch, {"x": fixed([], tf.int32)})),
        fails("default", lambda: parse(batch, {"x": fixed([2], tf.int64, [1, 2, 3])})),
        fails("missing", lambda: parse(batch, {"x": steps([2], tf.int64)})),
        fails("rank", lambda: parse(one, simple)),
        fails("single rank", lambda: parse_one(batch, simple)),
        fails("named rank", lambda: parse_one(batch, simple, example_names="a")),
        fails("keys", lambda: parse(batch, {"x": tf.SparseFeature("", "v", tf.int64, 3)})),
        fails("conflict", lambda: parse(batch, {
            "i": var(tf.string), "x": tf.SparseFeature("i", "v", tf.int64, 3)})),
        fails("kind", lambda: parse_one_steps(one, {"x": steps([], tf.int64)})),
        fails("other kind", lambda: parse_steps(batch, None, {"x": fixed([], tf.int64)})),
        fails("sequence default", lambda: parse_steps(
            batch, None, {"x": steps([], tf.int64, True, 3)})),
        fails("nothing", lambda: parse_one_steps(one)),
        run("names do not fit", found[2], {batch: [a]}, fails=True),
        run("garbage", found[0], {batch: ["abc"]}, fails=True),
        run("one garbage", found[3], {one: "abc"}, fails=True),
        run("not one", found[7], {free: [a]}, fails=True),
    ] + [run(f"wrong {i}", part, {batch: [a, c], one: c}, fails=True)
         for i, part in enumerate(wrong)] + [
        run(f"wrong context {i}", part, {batch: [d, e], one: d}, fails=True)
        for i, part in enumerate(wrong_context)] + [
        run(f"wrong list {i}", part, {batch: [d, d], one: d}, fails=True)
        for i, part in enumerate(wrong_lists)]
