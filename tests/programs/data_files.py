"""Datasets of generators and files, sparse tensors, examples, tf.data.experimental."""

import os
import tempfile

import numpy as np

from programs import call, fails, seen
from programs.data_pipelines import read


def write_files(tf, folder):
    """Writes two of each kind of file, and returns their names by kind."""
    names = {}
    for kind, contents in (("txt", [b"one\ntwo\r\nthree", b"four\n\n"]),
                           ("bin", [b"HEabcdefF", b"HEghiF"])):
        names[kind] = [os.path.join(folder, "%d.%s" % (i, kind)) for i in range(2)]
        for name, data in zip(names[kind], contents):
            with open(name, "wb") as file:
                file.write(data)
    names["record"] = [os.path.join(folder, "%d.record" % i) for i in range(2)]
    for i, name in enumerate(names["record"]):
        with tf.python_io.TFRecordWriter(name) as writer:
            for k in range(3):
                features = {
                    "x": tf.train.Feature(float_list=tf.train.FloatList(value=[k, i])),
                    "many": tf.train.Feature(int64_list=tf.train.Int64List(value=range(k)))}
                writer.write(tf.train.Example(features=tf.train.Features(
                    feature=features)).SerializeToString())
    return names


def build(tf):
    Dataset, experimental = tf.data.Dataset, tf.data.experimental
    steps = []

    def one_shot(label, dataset, most=30):
        tensors = tf.data.make_one_shot_iterator(dataset).get_next()
        steps.append(call(label, read(tensors, most=most)))

    def counted():
        for i in range(4):
            yield i, [float(i)] * i

    one_shot("generator", Dataset.from_generator(
        counted, (tf.int32, tf.float32), ([], [None])).repeat(2))
    one_shot("generator with arguments", Dataset.from_generator(
        lambda n: iter(range(n)), tf.int64, args=(3,)).batch(2))
    one_shot("generator of dictionaries", Dataset.from_generator(
        lambda: iter([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]), {"a": tf.int32, "b": tf.string}))
    one_shot("wrong shape", Dataset.from_generator(lambda: iter([[1, 2]]), tf.int32, [3]))

    folder = tempfile.mkdtemp()
    names = write_files(tf, folder)
    place = tf.placeholder(tf.string, [None])

    def files(label, dataset, kind):
        iterator = dataset.make_initializable_iterator()
        tensors = iterator.get_next()

        def attempt(sess):
            sess.run(iterator.initializer, {place: names[kind]})
            return read(tensors)(sess)

        steps.append(call(label, attempt))

    files("lines", tf.data.TextLineDataset(place).skip(1), "txt")
    files("records", tf.data.TFRecordDataset(place).map(tf.strings.length), "record")
    files("two at a time", tf.data.TextLineDataset(place, num_parallel_reads=2), "txt")
    files("pieces", tf.data.FixedLengthRecordDataset(place, 3, 2, 1), "bin")
    files("files of a dataset", Dataset.from_tensor_slices(place).interleave(
        lambda name: tf.data.TextLineDataset(name).take(1), cycle_length=2), "txt")

    def parse(example):
        parsed = tf.parse_single_example(example, {
            "x": tf.FixedLenFeature([2], tf.float32), "many": tf.VarLenFeature(tf.int64)})
        return parsed["x"], parsed["many"]

    files("examples", tf.data.TFRecordDataset(place).map(parse).batch(4), "record")
    sparse = tf.SparseTensor([[0, 0], [1, 2], [1, 3]], [1., 2., 3.], [3, 4])
    one_shot("sparse rows", Dataset.from_tensor_slices(sparse))
    one_shot("sparse", Dataset.from_tensors((sparse, 1)).map(
        lambda s, n: (tf.sparse_tensor_to_dense(s), n)))

    one_shot("map_and_batch", Dataset.range(5).apply(
        experimental.map_and_batch(lambda v: v * v, 2)))
    one_shot("shuffle_and_repeat", Dataset.range(4).apply(
        experimental.shuffle_and_repeat(3, 2, seed=7)))
    one_shot("ignore_errors", Dataset.from_tensor_slices([1., 0., 2.]).map(
        lambda v: tf.check_numerics(1. / v, "bad")).apply(experimental.ignore_errors()))
    one_shot("unbatch", Dataset.from_tensors(([1, 2], [[3], [4]])).unbatch())
    one_shot("scan", Dataset.range(4).apply(experimental.scan(
        np.int64(1), lambda total, v: (total + v, total * 2))))
    one_shot("unique", Dataset.from_tensor_slices([1, 2, 1, 3]).apply(experimental.unique()))
    one_shot("take_while", Dataset.range(9).apply(experimental.take_while(lambda v: v < 2)))
    one_shot("Counter", experimental.Counter(5, 2).take(3))
    single = experimental.get_single_element(Dataset.range(6).batch(6))
    steps.append(call("single", lambda sess: sess.run(single)))
    options = tf.data.Options()
    options.experimental_optimization.apply_default_optimizations = False
    one_shot("options", Dataset.range(4).shuffle(4, seed=2).repeat(2).with_options(options))
    no_files = tf.data.TextLineDataset(["/nowhere/file"]).make_one_shot_iterator().get_next()
    steps += [
        call("no file", lambda sess: sess.run(no_files), fails=True, message=False),
        seen("AUTOTUNE", experimental.AUTOTUNE),
        seen("texts", [str(tf.data.TFRecordDataset(["a"])), str(tf.data.TextLineDataset("b"))]),
        fails("unknown option", lambda: setattr(options, "anything", 1), message=False)]
    return steps
