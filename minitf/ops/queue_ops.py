"""Queues of the graph: threads of one session hand tensors to each other through them.

The classes build the operations; what a session holds under a queue's handle is in ``queues``.
"""


import numpy as np

from minitf.framework import dtypes as dtypes_lib
from minitf.framework import tensor_shape
from minitf.framework.cancellation import manager_of
from minitf.framework.constant_folding import constant_value, static_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.random_seed import get_seed
from minitf.framework.registry import op
from minitf.ops import array_ops, common_shapes, philox, queues

_PAIR = tensor_shape.TensorShape([2])  # a handle of the old kind: container and name


# ---- tf.queue ----


class QueueBase:
    """A queue: elements are tuples of tensors, all of the same dtypes.

    Args:
      dtypes: the dtypes of an element's components.
      shapes: their shapes, or None when they may be any.
      names: their names, for elements that are dictionaries, or None.
      queue_ref: the queue's handle, a tensor.

    Raises:
      ValueError: shapes or names are not as many as dtypes.
    """

    def __init__(self, dtypes, shapes, names, queue_ref):
        self._dtypes = dtypes
        for what, values in (("shapes", shapes), ("names", names)):
            if values is not None and len(values) != len(dtypes):
                raise ValueError(f"Queue {what} must have the same length as dtypes")
        self._shapes = ([tensor_shape.unknown_shape()] * len(dtypes) if shapes is None
                        else [tensor_shape.TensorShape(shape) for shape in shapes])
        self._names = names
        self._queue_ref = queue_ref
        self._name = queue_ref.op.name.split("/")[-1]

    @staticmethod
    def from_list(index, queues):
        """The queue of a list that ``index``, an integer tensor, chooses when it runs.

        Raises:
          TypeError: not a list of queues, or dtypes or names differ.
        """
        if not queues or not isinstance(queues, list) or not all(
                isinstance(queue, QueueBase) for queue in queues):
            raise TypeError("A list of queues expected")
        first = queues[0]
        if any(queue.dtypes != first.dtypes for queue in queues):
            raise TypeError("Queues do not have matching component dtypes.")
        if any(queue.names != first.names for queue in queues):
            raise TypeError("Queues do not have matching component names.")
        shapes = [_common_shape(column) for column in zip(*[queue.shapes for queue in queues])]
        refs = array_ops.stack([queue.queue_ref for queue in queues])
        return QueueBase(first.dtypes, shapes, first.names, array_ops.gather(refs, index))

    @property
    def queue_ref(self):
        """The queue's handle, a tensor."""
        return self._queue_ref

    @property
    def name(self):
        """The name of the operation that makes the queue."""
        return self._queue_ref.op.name

    @property
    def dtypes(self):
        """The components' dtypes."""
        return self._dtypes

    @property
    def shapes(self):
        """The components' shapes."""
        return self._shapes

    @property
    def names(self):
        """The components' names, or None."""
        return self._names

    @property
    def _is_resource(self):
        return self._queue_ref.dtype == dtypes_lib.resource

    def _components(self, vals):
        """The components of an element, in order, as tensors."""
        if isinstance(vals, dict):
            if not self._names:
                raise ValueError("Queue must have names to enqueue a dictionary")
            if sorted(self._names, key=str) != sorted(vals, key=str):
                raise ValueError(
                    "Keys in dictionary to enqueue do not match names of Queue.  Dictionary: "
                    f"({sorted(vals)}), Queue: ({sorted(self._names)})")
            vals = [vals[name] for name in self._names]
        elif self._names:
            raise ValueError("You must enqueue a dictionary in a Queue with names")
        elif not isinstance(vals, (list, tuple)):
            vals = [vals]
        return [convert_to_tensor(val, dtype=dtype, name=f"component_{i}")
                for i, (val, dtype) in enumerate(zip(vals, self._dtypes))]

    def enqueue(self, vals, name=None):
        """Puts one element in; when run, waits for room.

        Args:
          vals: a tensor, a list or tuple of them, or a dictionary by the components' names.
          name: the operation's name.

        Returns:
          The operation. It fails with CancelledError when the queue is closed, or the session is
          while it waits.
        """
        with name_scope(name, f"{self._name}_enqueue", _scope_values(vals)) as scope:
            vals = self._components(vals)
            for val, shape in zip(vals, self._shapes):
                val.shape.assert_is_compatible_with(shape)
            build = QueueEnqueueV2 if self._is_resource else QueueEnqueue
            return build(self._queue_ref, vals, name=scope)

    def enqueue_many(self, vals, name=None):
        """Puts in the slices of tensors along their first axis, one element after another.

        Raises:
          ValueError: the first dimensions, or the others and the queue's shapes, differ.
        """
        with name_scope(name, f"{self._name}_EnqueueMany", _scope_values(vals)) as scope:
            vals = self._components(vals)
            length = vals[0].shape.with_rank_at_least(1).dims
            length = tensor_shape.Dimension(None) if length is None else length[0]
            for val, shape in zip(vals, self._shapes):
                dims = val.shape.with_rank_at_least(1).dims
                length = length.merge_with(None if dims is None else dims[0])
                val.shape[1:].assert_is_compatible_with(shape)
            return QueueEnqueueManyV2(self._queue_ref, vals, name=scope)

    def _dequeued(self, tensors, before=None):
        """What a dequeue returns: the tensors with their shapes, in the form of an element.

        Args:
          tensors: the operation's outputs.
          before: the dimension before those of an element, in a list; None for single elements.
        """
        for tensor, shape in zip(tensors, self._shapes):
            tensor.set_shape(shape if before is None
                             else tensor_shape.TensorShape(before).concatenate(shape))
        if self._names:
            return dict(zip(self._names, tensors))
        return tensors[0] if len(tensors) == 1 else tensors

    def dequeue(self, name=None):
        """Takes one element; when run, waits until there is one.

        Returns:
          A tensor, a list of them, or a dictionary where components have names. When run it fails
          with OutOfRangeError once the queue is closed and empty.
        """
        build = QueueDequeueV2 if self._is_resource else QueueDequeue
        return self._dequeued(build(self._queue_ref, component_types=self._dtypes,
                                    name=name or f"{self._name}_Dequeue"))

    def dequeue_many(self, n, name=None):
        """Takes ``n`` elements and stacks them along a new first axis."""
        tensors = QueueDequeueManyV2(self._queue_ref, n, component_types=self._dtypes,
                                     name=name or f"{self._name}_DequeueMany")
        return self._dequeued(tensors, [constant_value(tensors[0].op.inputs[1])])

    def dequeue_up_to(self, n, name=None):
        """``dequeue_many``, which of a closed queue takes fewer when there are fewer left."""
        tensors = QueueDequeueUpToV2(self._queue_ref, n, component_types=self._dtypes,
                                     name=name or f"{self._name}_DequeueUpTo")
        return self._dequeued(tensors, [None])

    def close(self, cancel_pending_enqueues=False, name=None):
        """Closes the queue: later enqueues fail, dequeues go on until it is empty.

        Args:
          cancel_pending_enqueues: enqueues that wait fail, too; otherwise closing waits for them.
          name: the operation's name.
        """
        build = QueueCloseV2 if self._is_resource else QueueClose
        return build(self._queue_ref, cancel_pending_enqueues=cancel_pending_enqueues,
                     name=name or f"{self._name}_Close")

    def is_closed(self, name=None):
        """Whether the queue is closed, a bool."""
        build = QueueIsClosedV2 if self._is_resource else QueueIsClosed
        return build(self._queue_ref, name=name or f"{self._name}_Is_Closed")

    def size(self, name=None):
        """How many elements are in the queue, an int32."""
        build = QueueSizeV2 if self._is_resource else QueueSize
        return build(self._queue_ref, name=name or f"{self._name}_Size")


class FIFOQueue(QueueBase):
    """A queue whose elements leave in the order in which they came (TF op: FIFOQueueV2).

    Args:
      capacity: how many elements it holds; -1 for any number.
      dtypes: a dtype, or a list of one for each component.
      shapes: fully defined shapes, one for each component, or None: then elements cannot be
        dequeued many at a time.
      names: names of the components, or None.
      shared_name: queues of one shared name are one queue in a session.
      name: the operation's name.
    """

    def __init__(self, capacity, dtypes, shapes=None, names=None, shared_name=None,
                 name="fifo_queue"):
        dtypes, shapes = as_type_list(dtypes), as_shape_list(shapes)
        names = _name_list(names, dtypes)
        queue_ref = FIFOQueueV2(
            component_types=dtypes, shapes=shapes or [], capacity=capacity,
            shared_name=shared_name or "", name=name)
        super().__init__(dtypes, shapes, names, queue_ref)


class PaddingFIFOQueue(QueueBase):
    """A FIFO queue of elements whose shapes differ (TF op: PaddingFIFOQueueV2).

    Where a dimension is None in ``shapes``, ``dequeue_many`` pads with zeros to the largest in the
    batch. Arguments are those of FIFOQueue.

    Raises:
      ValueError: shapes are not given for all components.
    """

    def __init__(self, capacity, dtypes, shapes, names=None, shared_name=None,
                 name="padding_fifo_queue"):
        dtypes, shapes = as_type_list(dtypes), as_shape_list(shapes, partial=True)
        names = _name_list(names, dtypes)
        if len(dtypes) != len(shapes):
            raise ValueError("Shapes must be provided for all components, but received "
                             f"{len(dtypes)} dtypes and {len(shapes)} shapes.")
        queue_ref = PaddingFIFOQueueV2(
            component_types=dtypes, shapes=shapes, capacity=capacity,
            shared_name=shared_name or "", name=name)
        super().__init__(dtypes, shapes, names, queue_ref)


class RandomShuffleQueue(QueueBase):
    """A queue whose elements leave in random order (TF op: RandomShuffleQueueV2).

    Args:
      capacity: how many elements it holds; -1 for any number.
      min_after_dequeue: how many stay when elements are dequeued, so that there is always something
        to choose from; until the queue is closed.
      dtypes, shapes, names, shared_name, name: as for FIFOQueue.
      seed: the operation's seed.
    """

    def __init__(self, capacity, min_after_dequeue, dtypes, shapes=None, names=None, seed=None,
                 shared_name=None, name="random_shuffle_queue"):
        dtypes, shapes = as_type_list(dtypes), as_shape_list(shapes)
        names = _name_list(names, dtypes)
        seed1, seed2 = get_seed(seed)
        if seed1 is None and seed2 is None:
            seed1, seed2 = 0, 0
        elif seed is None and shared_name is not None:
            # Whoever shares the queue must come to the same seed, in whatever graph.
            import hashlib

            digest = hashlib.md5(f"{seed1}{shared_name}".encode()).hexdigest()
            seed2 = int(digest[:8], 16) & 0x7FFFFFFF
        queue_ref = RandomShuffleQueueV2(
            component_types=dtypes, shapes=shapes or [], capacity=capacity,
            min_after_dequeue=min_after_dequeue, seed=seed1, seed2=seed2,
            shared_name=shared_name or "", name=name)
        super().__init__(dtypes, shapes, names, queue_ref)


class PriorityQueue(QueueBase):
    """A queue whose elements leave by priority, the smallest first (TF op: PriorityQueueV2).

    The first component of an element is its priority, an int64 scalar.

    Args:
      capacity: how many elements it holds; -1 for any number.
      types: the dtypes of the other components.
      shapes: their shapes.
      names: names of all components, or None.
      shared_name, name: as for FIFOQueue.
    """

    def __init__(self, capacity, types, shapes=None, names=None, shared_name=None,
                 name="priority_queue"):
        types, shapes = as_type_list(types), as_shape_list(shapes)
        if shapes is None:
            raise TypeError(
                "Expected list for 'shapes' argument to 'priority_queue_v2' Op, not None.")
        queue_ref = PriorityQueueV2(
            component_types=types, shapes=shapes, capacity=capacity,
            shared_name=shared_name or "", name=name)
        super().__init__([dtypes_lib.int64, *types], [(), *shapes] if shapes else shapes, names,
                         queue_ref)


# ---- their arguments ----


def as_type_list(dtypes):
    """One dtype, or several, as a list."""
    return list(dtypes) if isinstance(dtypes, (list, tuple)) else [dtypes]


def as_shape_list(shapes, partial=False):
    """One shape, or several, as a list of TensorShapes; None stays None.

    Args:
      shapes: a shape or a list of them.
      partial: dimensions may be unknown; then it must be a list.

    Raises:
      TypeError, ValueError: something else, or shapes that are not known as far as they must be.
    """
    if partial and (not isinstance(shapes, (list, tuple)) or not shapes
                    or any(shape is None or isinstance(shape, int) for shape in shapes)):
        raise ValueError("When providing partial shapes, a list of shapes must be provided.")
    if shapes is None:
        return None
    if isinstance(shapes, tensor_shape.TensorShape):
        shapes = [shapes]
    if not isinstance(shapes, (tuple, list)):
        raise TypeError("shapes must be a TensorShape or a list or tuple of TensorShapes.")
    if all(shape is None or isinstance(shape, int) for shape in shapes):
        shapes = [shapes]
    shapes = [tensor_shape.as_shape(shape) for shape in shapes]
    if not partial and any(not shape.is_fully_defined() for shape in shapes):
        raise ValueError(f"All shapes must be fully defined: {shapes}")
    if any(shape.dims is None for shape in shapes):
        raise ValueError(f"All shapes must have a defined rank: {shapes}")
    return shapes


def _name_list(names, dtypes):
    if names is None:
        return None
    names = list(names) if isinstance(names, (list, tuple)) else [names]
    if len(names) != len(dtypes):
        raise ValueError("List of names must have the same length as the list of dtypes")
    return names


def _scope_values(vals):
    if isinstance(vals, (list, tuple)):
        return vals
    return list(vals.values()) if isinstance(vals, dict) else [vals]


def _common_shape(shapes):
    """What all shapes say alike."""
    common = shapes[0]
    for shape in shapes[1:]:
        if common.dims is None or shape.dims is None or common.ndims != shape.ndims:
            return tensor_shape.unknown_shape()
        common = tensor_shape.TensorShape([x if x == y else None for x, y in zip(
            common.as_list(), shape.as_list())])
    return common


# ---- FIFOQueueV2 and its relatives: ops that make a queue ----

_MADE = ", container: string = '', shared_name: string = ''"
_COMPONENTS = "component_types: list(type) >= 1, shapes: list(shape) >= 0 = [], capacity: int = -1"


def _declare(name, attrs, kernel):
    """Declares an op in its two forms: with a handle that is a resource, and the older one."""
    made = []
    for suffix, output, shape in (("V2", "resource", common_shapes.SCALAR),
                                  ("", "Ref(string)", _PAIR)):
        made.append(op(f"{name}{suffix}(; {attrs}{_MADE}) -> (handle: {output})", stateful=True)
                    .not_differentiable())
        made[-1].shape(_constant_rule(shape))
        made[-1].kernel(kernel)
    return made


def _constant_rule(shape):
    def rule():
        return shape
    return rule


def _queue(ctx, factory):
    queue = queues.private_or_shared(ctx, factory)
    if ctx.op._attrs["shared_name"]:
        queue.check_same(ctx.op)
    return queue


def _fifo_queue(component_types, shapes, capacity, ctx):
    return _queue(ctx, lambda name: queues.FIFOQueue(name, component_types, shapes, capacity))


def _padding_fifo_queue(component_types, shapes, capacity, ctx):
    return _queue(
        ctx, lambda name: queues.PaddingFIFOQueue(name, component_types, shapes, capacity))


def _random_shuffle_queue(component_types, shapes, capacity, min_after_dequeue, seed, seed2, ctx):
    if 0 <= capacity <= min_after_dequeue:
        raise queues.invalid(f"min_after_dequeue {min_after_dequeue} must be < capacity {capacity}")
    return _queue(ctx, lambda name: queues.RandomShuffleQueue(
        name, component_types, shapes, capacity, min_after_dequeue,
        philox.PhiloxRandom(seed, seed2), (seed, seed2)))


def _priority_queue(component_types, shapes, capacity, ctx):
    return _queue(ctx, lambda name: queues.PriorityQueue(
        name, *queues.priority_components(component_types, shapes), capacity))


FIFOQueueV2, FIFOQueueV1 = _declare("FIFOQueue", _COMPONENTS, _fifo_queue)
PaddingFIFOQueueV2, PaddingFIFOQueueV1 = _declare("PaddingFIFOQueue", _COMPONENTS,
                                                  _padding_fifo_queue)
RandomShuffleQueueV2, RandomShuffleQueueV1 = _declare(
    "RandomShuffleQueue",
    _COMPONENTS + ", min_after_dequeue: int = 0, seed: int = 0, seed2: int = 0",
    _random_shuffle_queue)
PriorityQueueV2, PriorityQueueV1 = _declare(
    "PriorityQueue", "component_types: list(type) >= 0 = [], shapes: list(shape) >= 0,"
    " capacity: int = -1", _priority_queue)


# ---- QueueEnqueueV2 and its relatives: ops on a queue, each in two forms ----


def _declare_pair(name, inputs, attrs, outputs, kernel, shape=None):
    """Declares NAME, on an old handle, and NAMEV2, on a resource; returns them in this order."""
    made = []
    for suffix, handle in (("", "Ref(string)"), ("V2", "resource")):
        made.append(op(f"{name}{suffix}(handle: {handle}{inputs}; {attrs}) -> ({outputs})",
                       stateful=bool(suffix)).not_differentiable())
        if shape is not None:
            made[-1].shape(shape)
        made[-1].kernel(kernel)
    return made


_PUT = ", components: Tcomponents"
_PUT_ATTRS = "Tcomponents: list(type) >= 1, timeout_ms: int = -1"
_TAKE_ATTRS = "component_types: list(type) >= 1, timeout_ms: int = -1"
_TAKEN = "components: component_types"


def _enqueue(handle, components, Tcomponents, ctx):  # noqa: N803 - the attribute's name
    _check_types(handle, ctx.op, Tcomponents, False)
    handle.enqueue(components, manager_of(ctx.session))


def _enqueue_many(handle, components, Tcomponents, ctx):  # noqa: N803
    _check_types(handle, ctx.op, Tcomponents, False)
    handle.enqueue_many(components, manager_of(ctx.session))


def _dequeue(handle, component_types, ctx):
    _check_types(handle, ctx.op, component_types, True)
    return handle.dequeue(manager_of(ctx.session))


def _dequeue_many(handle, n, component_types, ctx):
    _check_types(handle, ctx.op, component_types, True)
    return handle.dequeue_many(int(n), False, manager_of(ctx.session))


def _dequeue_up_to(handle, n, component_types, ctx):
    _check_types(handle, ctx.op, component_types, True)
    return handle.dequeue_many(int(n), True, manager_of(ctx.session))


def _check_types(queue, op_, given, taken):
    """Checks the dtypes of the components that an operation puts in or takes out.

    Raises:
      InvalidArgumentError: they are not the queue's.
    """
    if list(given) == list(queue.dtypes):
        return
    have, expected = (", ".join(dtype.opdef_name for dtype in x) for x in (given, queue.dtypes))
    others = ", ".join(tensor.dtype.base_dtype.opdef_name
                       for tensor in op_.inputs[:len(op_.op_type.inputs) - (not taken)])
    texts = (f"{others}->{x}" if taken else f"{others}, {x}->" for x in (have, expected))
    raise queues.invalid("Signature mismatch, have: {} expected: {}".format(*texts))


QueueEnqueue, QueueEnqueueV2 = _declare_pair("QueueEnqueue", _PUT, _PUT_ATTRS, "", _enqueue)
QueueEnqueueMany, QueueEnqueueManyV2 = _declare_pair(
    "QueueEnqueueMany", _PUT, _PUT_ATTRS, "", _enqueue_many)
QueueDequeue, QueueDequeueV2 = _declare_pair("QueueDequeue", "", _TAKE_ATTRS, _TAKEN, _dequeue)
QueueDequeueMany, QueueDequeueManyV2 = _declare_pair(
    "QueueDequeueMany", ", n: int32", _TAKE_ATTRS, _TAKEN, _dequeue_many)


@QueueDequeueManyV2.shape
def _(n, component_types):
    count = static_value(n)
    if count is not None and count < 0:
        raise ValueError(f"Input 'n' must be >= 0, but is {count}")
    return [common_shapes.UNKNOWN] * len(component_types)


QueueDequeueUpTo, QueueDequeueUpToV2 = _declare_pair(
    "QueueDequeueUpTo", ", n: int32", _TAKE_ATTRS, _TAKEN, _dequeue_up_to)


# ---- QueueClose, QueueIsClosed, QueueSize ----


def _close(handle, cancel_pending_enqueues, ctx):
    handle.close(cancel_pending_enqueues, manager_of(ctx.session))


def _is_closed(handle):
    return np.bool_(handle.closed)


def _size(handle):
    return np.int32(handle.size())


QueueClose, QueueCloseV2 = _declare_pair(
    "QueueClose", "", "cancel_pending_enqueues: bool = False", "", _close)
QueueIsClosed, QueueIsClosedV2 = _declare_pair(
    "QueueIsClosed", "", "", "is_closed: bool", _is_closed, _constant_rule(common_shapes.SCALAR))
QueueSize, QueueSizeV2 = _declare_pair(
    "QueueSize", "", "", "size: int32", _size, _constant_rule(common_shapes.SCALAR))
