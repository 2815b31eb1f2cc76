"""Datasets: transformations with their graphs, orders under seeds, iterators of all kinds."""

import numpy as np

from programs import call, fails, run, seen


def read(tensors, initializer=None, most=30):
    """A function that reads an iterator to its end; of elements that are bytes, too."""
    def attempt(sess):
        if initializer is not None:
            sess.run(initializer)
        elements = []
        while len(elements) < most:
            try:
                elements.append(sess.run(tensors))
            except Exception as error:
                elements.append(type(error).__name__)
                break
        return elements
    return attempt


def build(tf):
    Dataset = tf.data.Dataset
    x = tf.constant(3.)
    steps = []

    def one_shot(label, dataset, most=30):
        steps.append(call(label, read(dataset.make_one_shot_iterator().get_next(), most=most)))

    def initializable(label, dataset):
        iterator = dataset.make_initializable_iterator()
        tensors = iterator.get_next()
        for again in ("", " again"):
            steps.append(call(label + again, read(tensors, iterator.initializer)))

    slices = Dataset.from_tensor_slices(
        (np.arange(6, dtype=np.float32), np.arange(12).reshape(6, 2)))
    initializable("map with a capture",
                  slices.shuffle(10, seed=3).map(lambda a, b: (a * 2 + x, b)).batch(4))
    tf.set_random_seed(1)
    initializable("repeated shuffle", Dataset.range(5).shuffle(3).repeat(2).batch(2))
    one_shot("shuffled after map", Dataset.range(5).shuffle(3, seed=1).map(lambda v: v).repeat(2))
    one_shot("the same order", Dataset.range(5).shuffle(3, 1, False).repeat(2))
    one_shot("random in map", Dataset.range(3).map(lambda _: tf.random_uniform([])).repeat(2))
    one_shot("endless", Dataset.range(2).repeat(), most=5)
    one_shot("take, skip, shard", Dataset.range(10).skip(1).take(7).shard(2, 1))
    one_shot("filter", Dataset.range(5).filter(lambda v: v % 2 < 1).enumerate(3))
    one_shot("flat_map", Dataset.range(4).flat_map(
        lambda v: Dataset.from_tensors((v, 2 * v)).repeat(v)))
    one_shot("interleave", Dataset.range(4).interleave(
        lambda v: Dataset.from_tensors(v).repeat(v), cycle_length=2, block_length=2))
    one_shot("parallel", Dataset.range(4).map(tf.square, 2).interleave(
        lambda v: Dataset.range(v), 2, num_parallel_calls=2).prefetch(1), most=15)
    one_shot("windows", Dataset.range(7).window(3, 2, 2).flat_map(lambda w: w.batch(3)))
    one_shot("dictionaries", Dataset.from_tensor_slices(
        {"b": [b"p", b"q"], "a": ([1, 2], [3., 4.])}).map(
            lambda d: {"sum": d["a"][0] + tf.cast(d["a"][1], tf.int32), "b": d["b"]}).cache())
    ragged = Dataset.range(1, 5).map(lambda v: (tf.fill([v], v), tf.as_string(v)))
    one_shot("padded", ragged.padded_batch(3, ([None], [])))
    one_shot("padded with -1", ragged.padded_batch(
        2, ([5], []), (np.int64(-1), "?"), drop_remainder=True))
    one_shot("together", Dataset.zip((Dataset.range(3), {"a": Dataset.range(10, 0, -3)}))
             .concatenate(Dataset.zip((Dataset.range(1), {"a": Dataset.range(1)}))))
    one_shot("cond and loop in map", Dataset.range(4).map(lambda v: tf.cond(
        v > 1, lambda: v * 10, lambda: tf.while_loop(
            lambda i: i < 5, lambda i: i + 2, [v]))))
    total = Dataset.range(5).reduce(tf.constant(1, tf.int64), lambda a, b: a + b)
    pair = Dataset.range(4).reduce((0, 1.), lambda s, v: (s[0] + 1, s[1] + tf.cast(v, tf.float32)))
    steps += [run("reduce", total), run("reduce a pair", pair)]

    training = Dataset.range(3)
    either = tf.data.Iterator.from_structure(training.output_types, training.output_shapes)
    starts = [either.make_initializer(training),
              either.make_initializer(Dataset.range(7, 9), name="second")]
    element = either.get_next(name="element")
    steps += [run("not started", element, fails=True, message=False)]
    steps += [call("started %d" % i, read(element, start)) for i, start in enumerate(starts)]

    handle = tf.placeholder(tf.string, [])
    fed = tf.data.Iterator.from_string_handle(handle, training.output_types).get_next()
    counting = [Dataset.range(start, 90).make_one_shot_iterator() for start in (10, 50)]

    def by_handles(sess):
        handles = sess.run([iterator.string_handle() for iterator in counting])
        return [sess.run(fed, {handle: handles[i]}) for i in (0, 0, 1, 0, 1)]

    size = tf.placeholder(tf.int64, [])
    sized = Dataset.range(size).batch(2).make_initializable_iterator()
    sized_next = sized.get_next()

    def with_sizes(sess):
        results = []
        for n in (2, 3):
            sess.run(sized.initializer, {size: n})
            results += [sess.run(sized_next) for _ in range(n - 1)]
        return results

    v = tf.get_variable("v", [], initializer=tf.ones_initializer())
    of_variable = Dataset.range(3).map(lambda i: tf.cast(i, tf.float32) + v)
    variable_iterator = of_variable.make_initializable_iterator()
    steps += [
        call("by handles", by_handles), call("placeholders in it", with_sizes),
        run("init", v.initializer),
        call("a variable", read(variable_iterator.get_next(), variable_iterator.initializer)),
        seen("texts", [str(item) for item in (ragged, slices, slices.batch(2, True),
                                              Dataset.range(3).window(2))]),
        seen("spec", [repr(slices.element_spec), repr(slices.output_types)])]
    steps += [
        fails("a scalar", lambda: Dataset.from_tensor_slices(3)),
        fails("sizes", lambda: Dataset.from_tensor_slices(([1, 2], [1, 2, 3]))),
        fails("types", lambda: Dataset.range(3).concatenate(Dataset.from_tensors(1.))),
        fails("zip of a list", lambda: Dataset.zip([Dataset.range(3)])),
        fails("predicate", lambda: Dataset.range(3).filter(lambda a: a)),
        fails("state", lambda: Dataset.range(3).reduce(0, lambda s, a: tf.cast(s, tf.float32))),
        fails("initializer", lambda: counting[0].initializer),
        fails("apply", lambda: Dataset.range(3).apply(lambda d: 3)),
        fails("captured variable", lambda: of_variable.make_one_shot_iterator()),
        fails("padded shape", lambda: Dataset.range(3).padded_batch(2, [3])),
        fails("padding value", lambda: Dataset.from_tensor_slices([[1]]).padded_batch(2, [3], 1.)),
        fails("range", lambda: Dataset.range()),
        fails("other types", lambda: either.make_initializer(Dataset.from_tensors(1.))),
        fails("generator", lambda: Dataset.from_generator(3, tf.int32)),
        fails("None", lambda: Dataset.range(3).map(lambda x: None))]
    return steps
