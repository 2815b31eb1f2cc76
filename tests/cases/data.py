"""Datasets: each op, read as one element; iterators; what datasets refuse."""

import re

from cases import N, bads, rows

SHORT = {"ONE": "tf.data.experimental.get_single_element", "E.": "tf.data.experimental.",
         "SLICES": "tf.data.Dataset.from_tensor_slices", "DS.": "tf.data.Dataset."}


def full(calls):
    """Calls with their abbreviations written out."""
    for short, text in SHORT.items():
        calls = re.sub(r"(?<![A-Za-z.])" + re.escape(short), text, calls)
    return calls


NO_FILES = 'raw.DatasetToSingleElement(output_types=["string"], output_shapes=[[]], dataset='

ROWS = [
    rows(full("""
        ONE(DS.from_tensors(x))
        ONE(DS.from_tensors({"b": x, "a": [1, 2]}))
        ONE(SLICES(x).batch(4))
        ONE(SLICES(x).map(lambda a: a * 2).batch(4))
        ONE(SLICES(x).map(tf.square, 2).batch(3, True))
        ONE(SLICES(x).repeat(2).batch(9))
        ONE(SLICES(x).skip(1).take(2).batch(2))
        ONE(SLICES(x).shard(2, 1).batch(2))
        ONE(SLICES(x).filter(lambda a: a > 0).batch(4))
        ONE(SLICES(x).concatenate(DS.from_tensors(x[0])).batch(5))
        ONE(SLICES(x).prefetch(2).cache().batch(4))
        ONE(SLICES(x).shuffle(2, seed=5).batch(4))
        ONE(SLICES(x).apply(E.shuffle_and_repeat(3, 2, seed=1)).batch(8))
        ONE(SLICES(x).flat_map(lambda a: SLICES([a, a])).batch(8))
        ONE(SLICES(x).interleave(lambda a: DS.from_tensors(a).repeat(3), 2, 2).batch(12))
        ONE(SLICES(x).interleave(lambda a: DS.from_tensors(a).repeat(3), 2, 2, 2).batch(12))
        ONE(SLICES(x).apply(E.parallel_interleave(lambda a: DS.from_tensors(a), 2)).batch(4))
        ONE(SLICES(x).window(2, 2).flat_map(lambda w: w.batch(2)).batch(2))
        ONE(SLICES(x).padded_batch(4, []))
        ONE(SLICES([1, 2]).map(lambda n: tf.fill([n], x[0])).padded_batch(2, [None]))
        ONE(SLICES(x).apply(E.map_and_batch(lambda a: -a, 4)))
        ONE(SLICES(x).apply(E.ignore_errors()).batch(4))
        ONE(SLICES(x).apply(E.take_while(lambda a: True)).batch(4))
        ONE(SLICES(x).apply(E.scan(x[0], lambda s, a: (s + a, s - a))).batch(4))
        ONE(DS.from_tensors(x).unbatch().batch(4))
        ONE(DS.zip((SLICES(x), DS.range(3))).batch(3))
        SLICES(x).reduce(x[0], lambda s, a: s + a)
    """), "float32", "known", grads=False, x=N(4)),
    rows(full("""
        DS.range(1, 9, 2).reduce(np.int64(0), lambda s, a: s + a)
        DS.range(3).make_one_shot_iterator().get_next()
        ONE(SLICES([1, 2, 1, 3]).apply(E.unique()).batch(4))
        DS.range(3).make_initializable_iterator().initializer
        tf.data.Iterator.from_structure(tf.int64, []).make_initializer(DS.range(3))
        tf.data.Iterator.from_string_handle(DS.range(3).make_one_shot_iterator().string_handle(),
            tf.int64).get_next()
        DS.from_generator(lambda: range(3), tf.int32).reduce(0, lambda s, a: s + a)
        tf.data.TextLineDataset("/dev/null").reduce(0, lambda n, _: n + 1)
    """)),
    rows(full("""
        ONE(E.RandomDataset(seed=3).take(2).batch(2))
    """)),
    bads(full(f"""
        {NO_FILES}raw.TextLineDataset(filenames=["/dev/null"], compression_type="",
            buffer_size=9))
        {NO_FILES}raw.TFRecordDataset(filenames=["/dev/null"], compression_type="",
            buffer_size=9))
        {NO_FILES}raw.TFRecordDataset(filenames=["/dev/null"], compression_type="X",
            buffer_size=9))
        {NO_FILES}raw.FixedLengthRecordDatasetV2(filenames=["/dev/null"], compression_type="",
            header_bytes=0, record_bytes=0, footer_bytes=0, buffer_size=9))
        raw.GeneratorDataset(init_func_other_args=[], next_func_other_args=[],
            finalize_func_other_args=[], output_types=["int32"], output_shapes=[[]])
        ONE(DS.range(2))
        ONE(DS.range(1, 1, 0))
        ONE(DS.range(2).batch(0))
        ONE(DS.range(2).shuffle(0))
        ONE(DS.range(2).shard(2, 2))
        SLICES([1.]).apply(E.unique())
        ONE(DS.range(2).shard(0, 0))
        ONE(DS.range(2).map(lambda v: tf.fill([v], 1)).batch(2))
        ONE(SLICES([[1, 2]]).padded_batch(2, [1]))
        ONE(SLICES([[1, 2]]).map(lambda v: tf.reshape(v, [-1])).padded_batch(2, [1]))
        ONE(DS.range(2).map(lambda v: 1 // tf.cast(v, tf.int32)))
        DS.range(3).make_initializable_iterator().get_next()
        DS.range(0).make_one_shot_iterator().get_next()
        tf.data.Iterator.from_string_handle("what?", tf.int64).get_next()
        DS.from_tensors(tf.placeholder(tf.int32)).make_one_shot_iterator()
        DS.range(2).interleave(lambda v: 3)
        DS.range(2).padded_batch(2, [None, None])
    """)),
]
