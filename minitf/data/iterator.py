"""tf.data.Iterator: where the elements of a dataset come out, as tensors."""

import contextlib

from minitf import tf_logging
from minitf.data import nest, structure
from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import (
    add_to_collection, colocate_with, device, get_default_graph, name_scope)
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import iterator_ops

_MANY_CALLS = 32
_MANY_CALLS_MESSAGE = (
    "An unusually high number of `Iterator.get_next()` calls was detected. This often indicates "
    "that `Iterator.get_next()` is being called inside a training loop, which will cause gradual "
    "slowdown and eventual resource exhaustion. If this is the case, restructure your code to call "
    "`next_element = iterator.get_next()` once outside the loop, and use `next_element` as the "
    "input to some computation that is invoked inside the loop.")


class Iterator:
    """A position in a dataset, in each session. Datasets make them; see ``from_structure``, too.

    Args:
      iterator_resource: the tensor that stands for it.
      initializer: the operation that starts it, or None.
      output_types, output_shapes, output_classes: what its elements are, in their structure.
    """

    def __init__(self, iterator_resource, initializer, output_types, output_shapes,
                 output_classes):
        self._iterator_resource = iterator_resource
        self._initializer = initializer
        self._spec = structure.spec_from_legacy(output_types, output_shapes, output_classes)
        add_to_collection("iterators", iterator_resource)
        self._string_handle = iterator_ops.IteratorToStringHandle(iterator_resource)
        self._get_next_call_count = 0

    @classmethod
    def _of(cls, resource, initializer, spec):
        return cls(resource, initializer, structure.output_types(spec),
                   structure.output_shapes(spec), structure.output_classes(spec))

    @staticmethod
    def from_structure(output_types, output_shapes=None, shared_name=None, output_classes=None):
        """An iterator that any dataset of that structure can start, by ``make_initializer``.

        Args:
          output_types: the dtypes of the elements, in their structure.
          output_shapes: their shapes; by default nothing is known of them.
          shared_name: the name by which sessions know it; by default the operation's.
          output_classes: their classes; by default tensors.
        """
        spec = _spec_of_types(output_types, output_shapes, output_classes)
        with _default_device():
            resource = iterator_ops.IteratorV2(container="", shared_name=shared_name or "",
                                               **structure.flat_attributes(spec))
        return Iterator._of(resource, None, spec)

    @staticmethod
    def from_string_handle(string_handle, output_types, output_shapes=None, output_classes=None):
        """The iterator that a string stands for, which is often fed.

        Args:
          string_handle: a scalar string tensor; what ``string_handle()`` of an iterator gives.
          output_types, output_shapes, output_classes: as of ``from_structure``.
        """
        spec = _spec_of_types(output_types, output_shapes, output_classes)
        handle = convert_to_tensor(string_handle, dtype=dtypes.string)
        with _default_device():
            resource = iterator_ops.IteratorFromStringHandle(handle,
                                                             **structure.flat_attributes(spec))
        return Iterator._of(resource, None, spec)

    @property
    def initializer(self):
        """The operation that starts the iterator at the dataset's beginning.

        Raises:
          ValueError: the iterator starts itself, or several datasets may start it.
        """
        if self._initializer is None:
            raise ValueError("Iterator does not have an initializer.")
        return self._initializer

    def make_initializer(self, dataset, name=None):
        """An operation that starts the iterator at the beginning of ``dataset``.

        Raises:
          TypeError: its elements are not those of the iterator.
        """
        with name_scope(name, "make_initializer") as name:
            self._check("output types", structure.output_types, dataset,
                        lambda mine, theirs: mine == theirs)
            self._check("output shapes", structure.output_shapes, dataset,
                        lambda mine, theirs: mine.is_compatible_with(theirs))
            with colocate_with(self._iterator_resource):
                return iterator_ops.MakeIterator(dataset._variant_tensor, self._iterator_resource,
                                                 name=name)

    def _check(self, what, of, dataset, fits):
        mine, theirs = of(self._spec), of(dataset.element_spec)
        flat, other = nest.flatten(mine), nest.flatten(theirs)
        if len(flat) != len(other) or not all(map(fits, flat, other)):
            raise TypeError(f"Expected {what} {mine!r} but got dataset with {what} {theirs!r}.")

    def get_next(self, name=None):
        """The next element: each run of its tensors takes one.

        Raises:
          OutOfRangeError: at run time, there are no more.
          FailedPreconditionError: at run time, the iterator has not been started.
        """
        self._get_next_call_count += 1
        if self._get_next_call_count > _MANY_CALLS:
            tf_logging.warning(_MANY_CALLS_MESSAGE)
        tensors = iterator_ops.IteratorGetNext(self._iterator_resource, name=name,
                                               **structure.flat_attributes(self._spec))
        return structure.from_tensors(self._spec, tensors)

    def string_handle(self, name=None):
        """A string tensor that stands for the iterator, in the same session."""
        if name is None:
            return self._string_handle
        return iterator_ops.IteratorToStringHandle(self._iterator_resource, name=name)

    @property
    def element_spec(self):
        """What the elements are: a structure of TypeSpecs."""
        return self._spec

    @property
    def output_types(self):
        """The dtypes of the elements, in their structure."""
        return structure.output_types(self._spec)

    @property
    def output_shapes(self):
        """The static shapes of the elements, in their structure."""
        return structure.output_shapes(self._spec)

    @property
    def output_classes(self):
        """The classes of the elements' leaves, in their structure."""
        return structure.output_classes(self._spec)


def _default_device():
    """A scope that asks for the CPU where no scope asks for a device."""
    has_device = get_default_graph()._device_function_stack
    return contextlib.nullcontext() if has_device else device("/cpu:0")


def _spec_of_types(types, shapes, classes):
    types = nest.map_structure(dtypes.as_dtype, types)
    if shapes is None:
        shapes = nest.map_structure(lambda _: TensorShape(None), types)
    else:
        shapes = nest.pack(types, [TensorShape(shape)
                                   for shape in nest.flatten_up_to(types, shapes)])
    return structure.spec_from_legacy(types, shapes, classes)
