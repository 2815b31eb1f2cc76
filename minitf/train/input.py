"""Input pipelines of queues: producers that go over data epoch by epoch, and batches.

Each function adds a queue to the graph and a QueueRunner, whose threads fill it, to the collection
QUEUE_RUNNERS: ``tf.train.start_queue_runners`` starts them.
"""

from minitf.framework import dtypes, tensor_shape
from minitf.framework.convert import convert_n_to_tensor_or_indexed_slices, convert_to_tensor
from minitf.framework.graph import GraphKeys, control_dependencies, name_scope
from minitf.framework.operation import Tensor
from minitf.framework.sparse_tensor import SparseTensor
from minitf.ops import array_ops, cast_ops, control_flow_ops, math_ops, random_ops, sparse_shape_ops
from minitf.ops.array_select_ops import dynamic_partition
from minitf.ops.cond_ops import Assert
from minitf.ops.constant_op import constant_v1 as constant
from minitf.ops.file_ops import matching_files
from minitf.ops.queue_ops import FIFOQueue, PaddingFIFOQueue, RandomShuffleQueue
from minitf.ops.smart_cond import smart_cond
from minitf.ops.sparse_tensors_map_ops import (
    add_many_sparse_to_tensors_map, add_sparse_to_tensors_map, take_many_sparse_from_tensors_map)
from minitf.ops.summary_ops import scalar as scalar_summary
from minitf.train.queue_runner import QueueRunner, add_queue_runner
from minitf.variable_base import Variable

# ---- producers ----


def match_filenames_once(pattern, name=None):
    """The names of the files that match a pattern, found once, when it is initialised.

    Args:
      pattern: a pattern as of ``tf.matching_files``, or several.
      name: the variable's name.

    Returns:
      A local variable of strings.
    """
    with name_scope(name, "matching_filenames", [pattern]) as scope:
        return Variable(name=scope, initial_value=matching_files(pattern), trainable=False,
                        validate_shape=False, collections=[GraphKeys.LOCAL_VARIABLES])


def limit_epochs(tensor, num_epochs=None, name=None):
    """``tensor``, which can be computed ``num_epochs`` times; then it raises OutOfRangeError.

    Args:
      tensor: a tensor.
      num_epochs: a positive number; None for no limit. The count is a local variable, ``epochs``.
      name: the name scope.

    Raises:
      ValueError: ``num_epochs`` is not positive.
    """
    if num_epochs is None:
        return tensor
    if num_epochs <= 0:
        raise ValueError(f"num_epochs must be > 0 not {num_epochs}.")
    with name_scope(name, "limit_epochs", [tensor]) as scope:
        epochs = Variable(constant(0, dtype=dtypes.int64), name="epochs", trainable=False,
                          collections=[GraphKeys.LOCAL_VARIABLES])
        with control_dependencies([epochs.count_up_to(num_epochs)]):
            return array_ops.identity(tensor, name=scope)


def input_producer(input_tensor, element_shape=None, num_epochs=None, shuffle=True, seed=None,
                   capacity=32, shared_name=None, summary_name=None, name=None, cancel_op=None):
    """A FIFO queue of the rows of a tensor, epoch after epoch.

    Args:
      input_tensor: a tensor with at least one row.
      element_shape: the shape of a row, where the tensor's does not tell.
      num_epochs: how often the rows are gone over; None for ever.
      shuffle: whether the rows are shuffled in each epoch.
      seed: the shuffling's seed.
      capacity: of the queue.
      shared_name: of the queue.
      summary_name: of a scalar summary of how full the queue is; None for no summary.
      name: the name scope, and the queue's name.
      cancel_op: the QueueRunner's.

    Raises:
      ValueError: the shape of a row is not known.
    """
    with name_scope(name, "input_producer", [input_tensor]):
        input_tensor = convert_to_tensor(input_tensor, name="input_tensor")
        element_shape = input_tensor.shape[1:].merge_with(element_shape)
        if not element_shape.is_fully_defined():
            raise ValueError("Either `input_tensor` must have a fully defined shape or "
                             "`element_shape` must be specified")
        if shuffle:
            input_tensor = random_ops.random_shuffle(input_tensor, seed=seed)
        input_tensor = limit_epochs(input_tensor, num_epochs)
        queue = FIFOQueue(capacity=capacity, dtypes=[input_tensor.dtype.base_dtype],
                          shapes=[element_shape], shared_name=shared_name, name=name)
        enqueue = queue.enqueue_many([input_tensor])
        add_queue_runner(QueueRunner(queue, [enqueue], cancel_op=cancel_op))
        if summary_name is not None:
            _summarize_fullness(summary_name, queue.size(), capacity)
        return queue


def _summarize_fullness(name, size, capacity):
    scalar_summary(name, cast_ops.cast(size, dtypes.float32) * (1. / capacity))


def string_input_producer(string_tensor, num_epochs=None, shuffle=True, seed=None, capacity=32,
                          shared_name=None, name=None, cancel_op=None):
    """``input_producer`` of strings, file names as a rule: a queue of scalars.

    Raises:
      ValueError: a list of no strings. A tensor of none is an error when the queue is filled.
    """
    message = "string_input_producer requires a non-null input tensor"
    if not isinstance(string_tensor, Tensor) and not string_tensor:
        raise ValueError(message)
    with name_scope(name, "input_producer", [string_tensor]) as scope:
        string_tensor = convert_to_tensor(string_tensor, dtype=dtypes.string)
        with control_dependencies([
                Assert(math_ops.greater(array_ops.size(string_tensor), 0), [message])]):
            string_tensor = array_ops.identity(string_tensor)
        return input_producer(string_tensor, element_shape=[], num_epochs=num_epochs,
                              shuffle=shuffle, seed=seed, capacity=capacity,
                              shared_name=shared_name, name=scope, cancel_op=cancel_op,
                              summary_name=f"fraction_of_{capacity}_full")


def range_input_producer(limit, num_epochs=None, shuffle=True, seed=None, capacity=32,
                         shared_name=None, name=None):
    """``input_producer`` of the integers from 0 to ``limit`` - 1."""
    with name_scope(name, "input_producer", [limit]) as scope:
        return input_producer(math_ops.range(limit), [], num_epochs, shuffle, seed, capacity,
                              shared_name, f"fraction_of_{capacity}_full", scope)


def slice_input_producer(tensor_list, num_epochs=None, shuffle=True, seed=None, capacity=32,
                         shared_name=None, name=None):
    """One row of each tensor of a list at a time, the same row of all of them.

    Args:
      tensor_list: tensors with equally many rows.
      num_epochs, shuffle, seed, capacity, shared_name: as for ``input_producer``.
      name: the name scope.

    Returns:
      A list of tensors. Computing them takes one index off a queue.
    """
    with name_scope(name, "input_producer", tensor_list):
        tensor_list = convert_n_to_tensor_or_indexed_slices(tensor_list)
        if not tensor_list:
            raise ValueError("Expected at least one tensor in slice_input_producer().")
        queue = range_input_producer(array_ops.shape(tensor_list[0])[0], num_epochs=num_epochs,
                                     shuffle=shuffle, seed=seed, capacity=capacity,
                                     shared_name=shared_name)
        index = queue.dequeue()
        return [array_ops.gather(tensor, index) for tensor in tensor_list]


# ---- what is batched: a list of tensors, or a dictionary; some of them may be sparse ----


def _tensor_list(tensors):
    return [tensors[key] for key in sorted(tensors, key=str)] if isinstance(
        tensors, dict) else tensors


def _tensor_lists(tensors_list):
    if not tensors_list:
        raise ValueError("Expected at least one set of tensors")
    if isinstance(tensors_list[0], dict):
        keys = set(tensors_list[0])
        if any(set(tensors) != keys for tensors in tensors_list[1:]):
            raise ValueError("All dictionaries in tensors_list must have the same keys")
    return [_tensor_list(tensors) for tensors in tensors_list]


def _in_form_of(tensors, dequeued):
    """What was dequeued, a tensor or a list, as a dictionary if such was given."""
    if not isinstance(tensors, dict):
        return dequeued
    if len(tensors) == 1:
        dequeued = [dequeued]
    return {key: dequeued[i] for i, key in enumerate(sorted(tensors, key=str))}


def _checked_keep_input(keep_input, enqueue_many):
    keep_input = convert_to_tensor(keep_input)
    if keep_input.shape.ndims is None:
        raise ValueError("`keep_input` dimensions must be known at graph construction.")
    if not enqueue_many and keep_input.shape.ndims == 1:
        raise ValueError("`keep_input` cannot be a vector when `enqueue_many=False`.")
    if keep_input.shape.ndims > 1:
        raise ValueError("`keep_input` must be 0 or 1 dimensions.")
    return keep_input


class _SparsePlace:
    """Where sparse tensors of one component are kept while a queue has their handles.

    Attributes:
      map_op: the operation that keeps them.
      rank: their rank, a Dimension.
    """

    def __init__(self, map_op, rank):
        self.map_op = map_op
        self.rank = rank


def _store_sparse(tensors, enqueue_many, keep_input, places=None):
    """Replaces sparse tensors by handles.

    Args:
      tensors: tensors and SparseTensors.
      enqueue_many: whether they are batches.
      keep_input: which are enqueued at all.
      places: for each tensor, where its predecessors are kept; None for the first list.

    Returns:
      Tensors; for each of them a _SparsePlace, or None for a dense one.
    """
    places = places or [None] * len(tensors)
    stored = [_stored(tensor, enqueue_many, keep_input, place)
              for tensor, place in zip(tensors, places)]
    found = []
    for tensor, handles, place in zip(tensors, stored, places):
        if not isinstance(tensor, SparseTensor):
            found.append(None)
            continue
        rank = tensor.dense_shape.shape.with_rank(1).dims[0]
        found.append(_SparsePlace(place.map_op if place else _storing_op(handles),
                                  tensor_shape.Dimension(rank - 1 if enqueue_many else rank)))
    return [array_ops.expand_dims(handles, [-1]) if place else handles
            for handles, place in zip(stored, found)], found


def _stored(tensor, enqueue_many, keep_input, place):
    """A sparse tensor's handle, or handles; -1 for what is not kept. Others as they are."""
    if not isinstance(tensor, SparseTensor):
        return tensor
    shared_name = place.map_op.name if place else None
    if keep_input.shape.ndims == 1:
        rows = tensor.indices[:, 0]
        tensor = sparse_shape_ops.sparse_retain(tensor, array_ops.gather(keep_input, rows))
        return add_many_sparse_to_tensors_map(tensor, shared_name=shared_name)
    if not enqueue_many:
        return smart_cond(
            keep_input, lambda: add_sparse_to_tensors_map(tensor, shared_name=shared_name),
            lambda: constant(-1, dtypes.int64))
    handles = smart_cond(
        keep_input, lambda: add_many_sparse_to_tensors_map(tensor, shared_name=shared_name),
        lambda: -1 * array_ops.ones(array_ops.shape(tensor)[0:1], dtypes.int64))
    handles.set_shape([None])
    return handles


def _storing_op(handles):
    """The operation that keeps the tensors, which may be in a branch."""
    for tensor in handles.op.inputs:
        if tensor.op.type in ("AddSparseToTensorsMap", "AddManySparseToTensorsMap"):
            return tensor.op
    return handles.op


def _store_sparse_of_all(tensor_lists, enqueue_many, keep_input):
    """``_store_sparse`` for several lists, whose sparse tensors go to the same places."""
    stored, places = _store_sparse(tensor_lists[0], enqueue_many, keep_input)
    result = [stored]
    for tensors in tensor_lists[1:]:
        stored, others = _store_sparse(tensors, enqueue_many, keep_input, places)
        if [place is None for place in places] != [place is None for place in others] or any(
                place and not place.rank.is_compatible_with(other.rank)
                for place, other in zip(places, others)):
            raise ValueError(f"Inconsistent SparseTensors list: {tensor_lists[0]} vs. {tensors}")
        result.append(stored)
    return result, places


def _restore_sparse(dequeued, places):
    """What was dequeued with handles replaced by the sparse tensors; a tensor or a list."""
    if not any(places):
        return dequeued
    single = isinstance(dequeued, Tensor)
    tensors = []
    for tensor, place in zip([dequeued] if single else dequeued, places):
        if place:
            rank = tensor_shape.dimension_value(place.rank + 1)
            tensor = take_many_sparse_from_tensors_map(
                place.map_op, array_ops.squeeze(tensor, [1]), rank=rank)
        tensors.append(tensor)
    # Whoever reads one component takes the others out of their maps, too.
    values = [t.values if isinstance(t, SparseTensor) else t for t in tensors]

    def wait(tensor):
        return control_flow_ops.with_dependencies(values, tensor)

    waiting = [SparseTensor(wait(t.indices), wait(t.values), wait(t.dense_shape))
               if isinstance(t, SparseTensor) else wait(t) for t in tensors]
    return tensors[0] if single else waiting  # TF builds the nodes for a single one, too


# ---- batches ----


def _dtypes_of(tensor_lists):
    types = [[tensor.dtype for tensor in tensors] for tensors in tensor_lists]
    for others in types[1:]:
        if others != types[0]:
            raise TypeError("Expected types to be consistent: {} vs. {}.".format(
                *(", ".join(x.name for x in column) for column in (types[0], others))))
    return types[0]


def _shapes_of(tensor_lists, shapes, enqueue_many):
    """The shapes of elements: as given, or those of the tensors, which must be compatible."""
    if shapes is not None:
        return shapes
    for tensors in tensor_lists:
        for tensor in tensors:
            if tensor.shape.ndims is None:
                raise ValueError(f"Cannot infer Tensor's rank: {tensor}")
    return [_merged_shape(column, enqueue_many) for column in zip(*tensor_lists)]


def _merged_shape(tensors, enqueue_many):
    shapes = [tensor.shape.with_rank_at_least(1)[1:] if enqueue_many else tensor.shape
              for tensor in tensors]
    for shape in shapes[1:]:
        shapes[0].merge_with(shape)
    return shapes[0].as_list()


def _enqueue(queue, tensors, enqueue_many, keep_input):
    """The operation that enqueues tensors, or those that ``keep_input`` chooses."""
    enqueue = queue.enqueue_many if enqueue_many else queue.enqueue
    if keep_input.shape.ndims == 1:
        chosen = cast_ops.cast(keep_input, dtypes.int32)
        return enqueue([dynamic_partition(tensor, chosen, num_partitions=2)[1]
                        for tensor in tensors])
    return smart_cond(keep_input, lambda: enqueue(tensors), control_flow_ops.no_op)


def _run_queue(queue, tensor_lists, enqueue_many, keep_input, num_threads):
    """Adds the queue's runner: a thread a list, or ``num_threads`` for the one list."""
    enqueues = [_enqueue(queue, tensors, enqueue_many, keep_input) for tensors in tensor_lists]
    if num_threads is not None:
        enqueues = enqueues * num_threads
    add_queue_runner(QueueRunner(queue, enqueues))


class _Batching:
    """What all batching functions do alike, in two steps around the making of the queue.

    Args:
      given: the arguments ``tensors``, one for each list: lists or dictionaries.
      keep_input, enqueue_many, shapes, num_threads: as of the functions; ``num_threads`` is None
        where each list has a thread of its own.
    """

    def __init__(self, given, keep_input, enqueue_many, shapes, num_threads):
        self.given = given
        self.enqueue_many = enqueue_many
        self.num_threads = num_threads
        lists = [convert_n_to_tensor_or_indexed_slices(tensors)
                 for tensors in map(_tensor_list, given)]
        if not lists[0]:
            raise ValueError("Expected at least one tensor in batch().")
        self.keep_input = _checked_keep_input(keep_input, enqueue_many)
        self.lists, self.places = _store_sparse_of_all(lists, enqueue_many, self.keep_input)
        self.dtypes = _dtypes_of(self.lists)
        self.shapes = _shapes_of(self.lists, shapes, enqueue_many)

    def fill(self, queue):
        """Adds the queue's runner."""
        _run_queue(queue, self.lists, self.enqueue_many, self.keep_input, self.num_threads)

    def take(self, queue, batch_size, allow_smaller_final_batch, name):
        """A batch off the queue, in the form in which single elements were given."""
        dequeue = queue.dequeue_up_to if allow_smaller_final_batch else queue.dequeue_many
        return _in_form_of(self.given[0],
                           _restore_sparse(dequeue(batch_size, name=name), self.places))


def _flat(given):
    return [tensor for tensors in map(_tensor_list, given) for tensor in tensors]


def _batch(given, default_name, batch_size, keep_input, num_threads, capacity, enqueue_many, shapes,
           dynamic_pad, allow_smaller_final_batch, shared_name, name):
    with name_scope(name, default_name, [*_flat(given), keep_input]) as scope:
        batching = _Batching(given, keep_input, enqueue_many, shapes, num_threads)
        make = PaddingFIFOQueue if dynamic_pad else FIFOQueue
        queue = make(capacity=capacity, dtypes=batching.dtypes, shapes=batching.shapes,
                     shared_name=shared_name)
        batching.fill(queue)
        _summarize_fullness(f"fraction_of_{capacity}_full", queue.size(), capacity)
        return batching.take(queue, batch_size, allow_smaller_final_batch, scope)


def _shuffle_batch(given, default_name, batch_size, capacity, min_after_dequeue, keep_input,
                   num_threads, seed, enqueue_many, shapes, allow_smaller_final_batch, shared_name,
                   name):
    with name_scope(name, default_name, [*_flat(given), keep_input]) as scope:
        if num_threads is not None and capacity <= min_after_dequeue:
            raise ValueError(f"capacity {capacity} must be bigger than min_after_dequeue "
                             f"{min_after_dequeue}.")
        batching = _Batching(given, keep_input, enqueue_many, shapes, num_threads)
        queue = RandomShuffleQueue(
            capacity=capacity, min_after_dequeue=min_after_dequeue, seed=seed,
            dtypes=batching.dtypes, shapes=batching.shapes, shared_name=shared_name)
        batching.fill(queue)
        over = capacity - min_after_dequeue
        _summarize_fullness(f"fraction_over_{min_after_dequeue}_of_{over}_full",
                            math_ops.maximum(0, queue.size() - min_after_dequeue), over)
        return batching.take(queue, batch_size, allow_smaller_final_batch, scope)


def batch(tensors, batch_size, num_threads=1, capacity=32, enqueue_many=False, shapes=None,
          dynamic_pad=False, allow_smaller_final_batch=False, shared_name=None, name=None):
    """Batches of what ``tensors`` are when they are computed again and again.

    Args:
      tensors: a list of tensors, or a dictionary of them; sparse ones too.
      batch_size: how many elements a batch has.
      num_threads: how many threads compute ``tensors``; with one, batches are in order.
      capacity: of the queue between.
      enqueue_many: ``tensors`` are batches already, whose rows are elements.
      shapes: the shapes of elements; by default those of ``tensors``.
      dynamic_pad: shapes may be unknown in part; batches are padded to the largest in them.
      allow_smaller_final_batch: the last batch may have fewer elements. Otherwise these are lost.
      shared_name: of the queue.
      name: the name scope, and the name of the dequeue.

    Returns:
      Tensors like ``tensors`` with a further dimension in front: a list, a dictionary, or one
      tensor when there is one.

    Raises:
      ValueError: shapes that must be known are not.
    """
    return _batch([tensors], "batch", batch_size, True, num_threads, capacity, enqueue_many, shapes,
                  dynamic_pad, allow_smaller_final_batch, shared_name, name)


def maybe_batch(tensors, keep_input, batch_size, num_threads=1, capacity=32, enqueue_many=False,
                shapes=None, dynamic_pad=False, allow_smaller_final_batch=False, shared_name=None,
                name=None):
    """``batch`` of those elements for which ``keep_input``, a bool, is true.

    With ``enqueue_many``, ``keep_input`` may be a vector with an item for each row.
    """
    return _batch([tensors], "batch", batch_size, keep_input, num_threads, capacity, enqueue_many,
                  shapes, dynamic_pad, allow_smaller_final_batch, shared_name, name)


def batch_join(tensors_list, batch_size, capacity=32, enqueue_many=False, shapes=None,
               dynamic_pad=False, allow_smaller_final_batch=False, shared_name=None, name=None):
    """``batch`` of several lists of tensors, with a thread for each of them."""
    _tensor_lists(tensors_list)
    return _batch(tensors_list, "batch_join", batch_size, True, None, capacity, enqueue_many,
                  shapes, dynamic_pad, allow_smaller_final_batch, shared_name, name)


def maybe_batch_join(tensors_list, keep_input, batch_size, capacity=32, enqueue_many=False,
                     shapes=None, dynamic_pad=False, allow_smaller_final_batch=False,
                     shared_name=None, name=None):
    """``batch_join`` of those elements for which ``keep_input`` is true."""
    _tensor_lists(tensors_list)
    return _batch(tensors_list, "batch_join", batch_size, keep_input, None, capacity, enqueue_many,
                  shapes, dynamic_pad, allow_smaller_final_batch, shared_name, name)


def shuffle_batch(tensors, batch_size, capacity, min_after_dequeue, num_threads=1, seed=None,
                  enqueue_many=False, shapes=None, allow_smaller_final_batch=False,
                  shared_name=None, name=None):
    """``batch`` in random order.

    Args:
      tensors, batch_size, num_threads, enqueue_many, shapes, allow_smaller_final_batch,
        shared_name, name: as for ``batch``.
      capacity: of the queue; more than ``min_after_dequeue``.
      min_after_dequeue: how many elements stay in the queue to be mixed with later ones.
      seed: the shuffling's seed.
    """
    return _shuffle_batch([tensors], "shuffle_batch", batch_size, capacity, min_after_dequeue, True,
                          num_threads, seed, enqueue_many, shapes, allow_smaller_final_batch,
                          shared_name, name)


def maybe_shuffle_batch(tensors, batch_size, capacity, min_after_dequeue, keep_input, num_threads=1,
                        seed=None, enqueue_many=False, shapes=None,
                        allow_smaller_final_batch=False, shared_name=None, name=None):
    """``shuffle_batch`` of those elements for which ``keep_input`` is true."""
    return _shuffle_batch([tensors], "shuffle_batch", batch_size, capacity, min_after_dequeue,
                          keep_input, num_threads, seed, enqueue_many, shapes,
                          allow_smaller_final_batch, shared_name, name)


def shuffle_batch_join(tensors_list, batch_size, capacity, min_after_dequeue, seed=None,
                       enqueue_many=False, shapes=None, allow_smaller_final_batch=False,
                       shared_name=None, name=None):
    """``shuffle_batch`` of several lists of tensors, with a thread for each of them."""
    _tensor_lists(tensors_list)
    return _shuffle_batch(tensors_list, "shuffle_batch_join", batch_size, capacity,
                          min_after_dequeue, True, None, seed, enqueue_many, shapes,
                          allow_smaller_final_batch, shared_name, name)


def maybe_shuffle_batch_join(tensors_list, batch_size, capacity, min_after_dequeue, keep_input,
                             seed=None, enqueue_many=False, shapes=None,
                             allow_smaller_final_batch=False, shared_name=None, name=None):
    """``shuffle_batch_join`` of those elements for which ``keep_input`` is true."""
    _tensor_lists(tensors_list)
    return _shuffle_batch(tensors_list, "shuffle_batch_join", batch_size, capacity,
                          min_after_dequeue, keep_input, None, seed, enqueue_many, shapes,
                          allow_smaller_final_batch, shared_name, name)
