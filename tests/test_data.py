"""Datasets at run time: what windows, interleaving and errors do, judged by Python."""

import itertools

import numpy as np
import pytest

import minitf as tf
from minitf.framework import func_graph
from minitf.ops import dataset_values

Dataset = tf.data.Dataset


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def elements(dataset, most=1000):
    tensors = dataset.make_one_shot_iterator().get_next()
    found = []
    with tf.Session() as sess:
        with pytest.raises(tf.errors.OutOfRangeError, match="End of sequence"):
            for _ in range(most):
                found.append(sess.run(tensors))
    return found


@pytest.mark.parametrize("size, shift, stride, drop", [
    (3, 3, 1, False), (3, 1, 1, True), (2, 3, 2, False), (4, 2, 3, True), (2, 9, 1, False)])
def test_windows_are_slices(size, shift, stride, drop):
    data = list(range(11))
    got = list(dataset_values.windows(iter(data), size, shift, stride, drop))
    span = (size - 1) * stride + 1
    wanted = [data[i:i + span:stride] for i in range(0, len(data), shift)
              if not drop or i + span <= len(data)]
    assert got == wanted


@pytest.mark.parametrize("cycle, block", [(1, 1), (2, 1), (3, 2), (9, 3)])
def test_interleaving_loses_nothing_and_keeps_orders(cycle, block):
    sources = [[(i, k) for k in range(n)] for i, n in enumerate([3, 0, 5, 1, 2])]
    got = list(dataset_values.interleaved(iter(sources), iter, cycle, block))
    assert sorted(got) == sorted(itertools.chain(*sources))
    for i, source in enumerate(sources):
        assert [item for item in got if item[0] == i] == source


@pytest.mark.parametrize("buffer_size", [1, 3, 10, 50])
def test_a_shuffle_is_a_permutation_within_its_buffer(buffer_size):
    got = elements(Dataset.range(20).shuffle(buffer_size, seed=4))
    assert sorted(got) == list(range(20))
    assert all(value < place + buffer_size for place, value in enumerate(got))


def test_repeated_shuffles_do_not_mix_and_differ():
    got = elements(Dataset.range(30).shuffle(30, seed=4).repeat(3))
    thirds = [got[:30], got[30:60], got[60:]]
    assert all(sorted(third) == list(range(30)) for third in thirds)
    assert thirds[0] != thirds[1] != thirds[2]


def test_an_error_of_an_element_does_not_end_the_iterator():
    dataset = Dataset.from_tensor_slices([1, 0, 2]).map(lambda v: 4 // v)
    tensor = dataset.make_one_shot_iterator().get_next()
    with tf.Session() as sess:
        assert sess.run(tensor) == 4
        with pytest.raises(tf.errors.InvalidArgumentError) as caught:
            sess.run(tensor)
        assert caught.value.op is tensor.op
        assert "{{node floordiv}}" in caught.value.message
        assert sess.run(tensor) == 2


def test_a_cache_reads_its_dataset_once():
    calls = []

    def note(value):
        calls.append(int(value))
        return value

    dataset = Dataset.range(3).map(lambda v: tf.py_func(note, [v], tf.int64)).cache().repeat(3)
    assert elements(dataset) == [0, 1, 2] * 3
    assert calls == [0, 1, 2]


def test_a_cache_in_files_says_that_it_is_not_there():
    iterator = Dataset.range(3).cache("name").make_initializable_iterator()
    with tf.Session() as sess, pytest.raises(tf.errors.UnimplementedError, match="in memory only"):
        sess.run(iterator.initializer)


def test_a_generator_is_closed_when_it_has_ended():
    closed = []

    def generate():
        try:
            yield from range(3)
        finally:
            closed.append(True)

    assert elements(Dataset.from_generator(generate, tf.int32, [])) == [0, 1, 2]
    assert closed == [True]


def test_sessions_have_iterators_of_their_own():
    tensor = Dataset.range(3).make_one_shot_iterator().get_next()
    with tf.Session() as first, tf.Session() as second:
        assert [first.run(tensor), first.run(tensor), second.run(tensor)] == [0, 1, 0]


def test_a_table_and_a_resource_variable_in_a_map():
    table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a"], [7]), -1)
    v = tf.get_variable("v", [], tf.int32, tf.constant_initializer(3, tf.int32),
                        use_resource=True)
    dataset = Dataset.from_tensor_slices(["a", "b"]).map(lambda key: table.lookup(key) + v)
    iterator = dataset.make_initializable_iterator()
    tensor = iterator.get_next()
    with tf.Session() as sess:
        sess.run([v.initializer, tf.tables_initializer()])
        sess.run(iterator.initializer)
        assert [sess.run(tensor), sess.run(tensor)] == [10, 2]


def test_elements_are_read_by_training():
    dataset = Dataset.from_tensor_slices(
        (np.eye(4, dtype=np.float32), np.arange(4, dtype=np.float32))).repeat(200).batch(2)
    x, y = dataset.make_one_shot_iterator().get_next()
    w = tf.get_variable("w", [4, 1])
    loss = tf.reduce_mean(tf.square(tf.matmul(x, w)[:, 0] - y))
    train = tf.train.GradientDescentOptimizer(.5).minimize(loss)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        with pytest.raises(tf.errors.OutOfRangeError):
            while True:
                sess.run(train)
        np.testing.assert_allclose(sess.run(w)[:, 0], range(4), atol=1e-3)


def test_functions_are_in_the_library_of_a_graph_def(graph):
    c = tf.constant(2, tf.int64)
    dataset = Dataset.range(3).map(lambda v: v * c).flat_map(
        lambda v: Dataset.range(v).filter(lambda a: a > 0))
    dataset.make_one_shot_iterator()
    graph_def = graph.as_graph_def()
    library = {function.signature.name: function for function in graph_def.library.function}
    assert len(library) == 4  # one of them inside another
    of_map = next(value for name, value in library.items() if "_map_<lambda>" in name
                  and "flat" not in name)
    assert [arg.name for arg in of_map.signature.input_arg] == ["args_0", "mul_const"]
    assert [list(node.input) for node in of_map.node_def] == [["args_0", "mul_const"], ["mul:z:0"]]
    assert dict(of_map.ret) == {"identity": "Identity:output:0"}
    assert graph_def.versions.min_consumer == 12


def test_a_function_refuses_tensors_of_other_graphs(graph):
    with tf.Graph().as_default():
        stranger = tf.constant(1)
    function = func_graph.FuncGraph("f", graph)
    with function.as_default(), pytest.raises(ValueError, match="is not from this graph"):
        tf.identity(stranger)


@pytest.mark.parametrize("options, nodes", [
    ({}, ["optimizations", "OptimizeDataset", "ModelDataset"]),
    ({"apply_default_optimizations": False}, ["ModelDataset"]),
    ({"apply_default_optimizations": False, "autotune": False}, []),
    ({"map_fusion": True, "autotune": False}, ["optimizations", "OptimizeDataset"])])
def test_options_decide_how_a_dataset_is_run(graph, options, nodes):
    settings = tf.data.Options()
    for name, value in options.items():
        setattr(settings.experimental_optimization, name, value)
    Dataset.range(3).with_options(settings).make_initializable_iterator()
    names = [op.name for op in graph.get_operations()]
    assert names[4:names.index("IteratorV2")] == nodes
