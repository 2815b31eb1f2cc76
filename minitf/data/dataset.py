"""tf.data.Dataset: sequences of elements, and what can be done with them."""

import multiprocessing

import numpy as np

from minitf.data import nest, structure
from minitf.data.functions import StructuredFunction, copy_by_value
from minitf.data.iterator import Iterator
from minitf.data.options import Options
from minitf.framework import dtypes, random_seed
from minitf.framework.constant_folding import constant_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import colocate_with, name_scope
from minitf.framework.operation import Tensor
from minitf.framework.sparse_tensor import SparseTensor
from minitf.framework.tensor_shape import TensorShape, as_shape
from minitf.ops import (
    array_ops, compare_ops, control_flow_ops, dataset_ops, file_ops, iterator_ops, math_ops,
    string_ops, string_split_ops)
from minitf.ops import dataset_transform_ops as transforms
from minitf.ops.cond_ops import Assert
from minitf.ops.constant_op import constant
from minitf.type_specs import TensorSpec

AUTOTUNE = -1


def _int64(value, name):
    return convert_to_tensor(value, dtype=dtypes.int64, name=name)


def _bool(value, name):
    return convert_to_tensor(value, dtype=dtypes.bool, name=name)


class Dataset:
    """A sequence of elements, which are structures of tensors: the beginning of an input pipeline.

    A dataset is made from data (``from_tensor_slices``), from others (``map``, ``batch``), and read
    through an iterator::

        dataset = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(1000).batch(32)
        image_batch, label_batch = dataset.make_one_shot_iterator().get_next()

    An element is a tensor, a sparse tensor, a dataset, or a tuple, named tuple or dictionary of
    elements. Functions get a tuple as several arguments.

    Args:
      variant_tensor: the tensor of the op that stands for it.
      element_spec: what its elements are: a structure of TypeSpecs.
      inputs: the datasets that it is made of.
      name: the class that its text names.
    """

    def __init__(self, variant_tensor, element_spec=None, inputs=(), name="DatasetV1Adapter"):
        self._variant_tensor = variant_tensor
        self._element_spec = element_spec
        self._kind = name
        self._options = Options()
        self._reads_refs = any(dataset._reads_refs for dataset in inputs)
        for dataset in inputs:
            self._options = self._options.merge(dataset.options())

    def _derived(self, op_type, *arguments, spec=None, inputs=(), **attributes):
        """The dataset of an op whose first input is this one."""
        spec = self._element_spec if spec is None else spec
        variant = op_type(self._variant_tensor, *arguments, **attributes,
                          **structure.flat_attributes(spec))
        dataset = Dataset(variant, spec, (self, *inputs))
        captured = [tensor for argument in arguments if isinstance(argument, list)
                    for tensor in argument]
        dataset._reads_refs |= _depends_on_ref(captured)
        return dataset

    def __repr__(self):
        def text(leaves):
            return str(nest.map_structure(str, leaves)).replace("'", "")

        return (f"<{self._kind} shapes: {text(get_output_shapes(self))}, types: "
                f"{str(nest.map_structure(repr, get_output_types(self))).replace(chr(39), '')}>")

    def __iter__(self):
        raise RuntimeError("__iter__() is only supported inside of tf.function or when eager "
                           "execution is enabled.")

    # ---- what is in it ----

    @property
    def element_spec(self):
        """What the elements are: a structure of TypeSpecs."""
        return self._element_spec

    @property
    def output_types(self):
        """The dtypes of an element, in its structure."""
        return structure.output_types(self._element_spec)

    @property
    def output_shapes(self):
        """The static shapes of an element, in its structure."""
        return structure.output_shapes(self._element_spec)

    @property
    def output_classes(self):
        """The classes of an element's leaves, in its structure."""
        return structure.output_classes(self._element_spec)

    def options(self):
        """The Options of this dataset and of those it is made of."""
        return self._options

    def with_options(self, options):
        """The same dataset, to be run as ``options`` say."""
        dataset = Dataset(self._variant_tensor, self._element_spec, (self,))
        dataset._options = self._options.merge(options)
        return dataset

    # ---- reading ----

    def make_one_shot_iterator(self):
        """An iterator that starts itself, and reads the dataset once.

        Raises:
          ValueError: the dataset depends on placeholders, variables or other state.
        """
        before = self._variant_tensor.graph
        try:
            factory = copy_by_value(self._variant_tensor, "_make_dataset")
        except ValueError as error:
            raise ValueError(
                "Failed to create a one-shot iterator for a dataset. `Dataset."
                "make_one_shot_iterator()` does not support datasets that capture stateful "
                "objects, such as a `Variable` or `LookupTable`. In these cases, use `Dataset."
                f"make_initializable_iterator()`. (Original error: {error})") from None
        with factory.as_default():
            run = Dataset(factory.results[0], self._element_spec, (self,))._as_run()
            factory.results = [run._variant_tensor]
        with before.as_default():
            resource = iterator_ops.OneShotIterator(
                dataset_factory=factory, **structure.flat_attributes(self._element_spec))
            return Iterator._of(resource, None, self._element_spec)

    def make_initializable_iterator(self, shared_name=None):
        """An iterator that its ``initializer`` starts, as often as that is run.

        Args:
          shared_name: the name by which sessions know it; by default the operation's.
        """
        run = self._as_run()
        resource = iterator_ops.IteratorV2(container="", shared_name=shared_name or "",
                                           **structure.flat_attributes(self._element_spec))
        with colocate_with(resource):
            initializer = iterator_ops.MakeIterator(run._variant_tensor, resource)
        return Iterator._of(resource, initializer, self._element_spec)

    def _as_run(self):
        """The dataset as iterators run it: optimized."""
        dataset = self
        optimizations = self._options.optimizations()
        if optimizations and not self._reads_refs:  # optimizers cannot copy a ref variable
            names = convert_to_tensor(optimizations, dtype=dtypes.string, name="optimizations")
            vectorize = self._options.experimental_optimization.map_vectorization
            choose = str(bool(vectorize.use_choose_fastest)).lower()
            dataset = dataset._derived(
                dataset_ops.OptimizeDataset, names,
                optimization_configs=[f"map_vectorization:use_choose_fastest:{choose}"])
        if self._options.experimental_optimization.autotune is not False:
            dataset = dataset._derived(dataset_ops.ModelDataset)
        return dataset

    # ---- from data ----

    @staticmethod
    def from_tensors(tensors):
        """A dataset of one element, ``tensors`` (TF op: TensorDataset)."""
        element = structure.normalize(tensors)
        spec = structure.spec_of(element)
        variant = dataset_ops.TensorDataset(structure.tensors_of(element),
                                            output_shapes=structure.flat_shapes(spec))
        return Dataset(variant, spec)

    @staticmethod
    def from_tensor_slices(tensors):
        """A dataset of the slices of ``tensors`` along the first axis (TF op: TensorSliceDataset).

        Raises:
          ValueError: a scalar, or first axes of different sizes.
        """
        element = structure.normalize(tensors)
        for leaf in nest.flatten(element):
            if isinstance(leaf, Tensor) and leaf.shape.ndims == 0:
                raise ValueError(f"Value {leaf} has insufficient rank for batching.")
        sizes = [leaf.shape[0] for leaf in nest.flatten(element) if leaf.shape.ndims]
        for size in sizes[1:]:
            sizes[0].assert_is_compatible_with(size)
        spec = structure.unbatched_spec(structure.spec_of(element))
        variant = dataset_ops.TensorSliceDataset(structure.tensors_of(element, batched=True),
                                                 output_shapes=structure.flat_shapes(spec))
        return Dataset(variant, spec)

    @staticmethod
    def from_sparse_tensor_slices(sparse_tensor):
        """The rows of a sparse tensor. Deprecated: ``from_tensor_slices`` does the same.

        Raises:
          TypeError: it is no sparse tensor.
        """
        if not isinstance(sparse_tensor, SparseTensor):
            raise TypeError(f"`sparse_tensor` must be a `tf.SparseTensor` object. Was "
                            f"{sparse_tensor}.")
        return Dataset.from_tensor_slices(sparse_tensor)

    @staticmethod
    def from_generator(generator, output_types, output_shapes=None, args=None):
        """A dataset of what a Python generator yields.

        Args:
          generator: a function without arguments, or with those of ``args`` as arrays, that gives
            an iterable; each iteration calls it anew.
          output_types: the dtypes of an element, in its structure.
          output_shapes: their shapes; by default nothing is known of them.
          args: a tuple of tensors.

        Raises:
          TypeError: ``generator`` cannot be called.
          InvalidArgumentError: at run time, it yields what is not of these types and shapes.
        """
        from minitf.data.generator import generator_dataset

        return generator_dataset(generator, output_types, output_shapes, args)

    @staticmethod
    def range(*args):
        """The numbers of Python's ``range`` with the same arguments, int64.

        Raises:
          ValueError: no arguments, or more than three.
        """
        if not 1 <= len(args) <= 3:
            raise ValueError(f"Invalid arguments to RangeDataset: {args}")
        start, stop, step = (0, args[0], 1) if len(args) == 1 else (*args, 1)[:3]
        spec = TensorSpec([], dtypes.int64)
        return Dataset(dataset_ops.RangeDataset(
            _int64(start, "start"), _int64(stop, "stop"), _int64(step, "step"),
            **structure.flat_attributes(spec)), spec)

    @staticmethod
    def list_files(file_pattern, shuffle=None, seed=None):
        """The names of the files that match a pattern, or several.

        Args:
          file_pattern: a string or a vector of strings, as for Python's ``glob``.
          shuffle: whether they come in random order (by default they do).
          seed: of that order.

        Raises:
          InvalidArgumentError: at run time, there are none.
        """
        with name_scope("list_files"):
            shuffle = True if shuffle is None else shuffle
            pattern = convert_to_tensor(file_pattern, dtype=dtypes.string, name="file_pattern")
            files = file_ops.matching_files(pattern)
            found = compare_ops.greater(array_ops.shape(files)[0], 0, name="match_not_empty")
            message = math_ops.add(
                "No files matched pattern: ",
                string_split_ops.reduce_join(pattern, separator=", "), name="message")
            check = Assert(found, [message], summarize=1, name="assert_not_empty")
            with control_flow_ops.control_dependencies([check]):
                files = array_ops.identity(files)
            dataset = Dataset.from_tensor_slices(files)
            if shuffle:
                size = math_ops.maximum(array_ops.shape(files, out_type=dtypes.int64)[0], 1)
                dataset = dataset.shuffle(size, seed=seed)
            return dataset

    @staticmethod
    def zip(datasets):
        """A dataset whose elements have one of each dataset; it ends with the shortest.

        Args:
          datasets: a structure of datasets.

        Raises:
          TypeError: something else.
        """
        flat = nest.flatten(datasets)
        for item in flat:
            if not isinstance(item, Dataset):
                hint = (" Nested structures do not support Python lists; please use a tuple "
                        "instead." if isinstance(item, list) else "")
                raise TypeError("The argument to `Dataset.zip()` must be a nested structure of "
                                f"`Dataset` objects.{hint}")
        spec = nest.pack(datasets, [item.element_spec for item in flat])
        variant = transforms.ZipDataset([item._variant_tensor for item in flat],
                                        **structure.flat_attributes(spec))
        return Dataset(variant, spec, flat)

    # ---- with others ----

    def concatenate(self, dataset):
        """The elements of this dataset, then those of another.

        Raises:
          TypeError: their elements are of other types.
        """
        for what, of in (("types", get_output_types), ("classes", get_output_classes)):
            mine, theirs = of(self), of(dataset)
            if mine != theirs:
                raise TypeError(f"Two datasets to concatenate have different {what} {mine} and "
                                f"{theirs}")
        spec = structure.common_spec(self._element_spec, dataset.element_spec)
        return self._derived(transforms.ConcatenateDataset, dataset._variant_tensor, spec=spec,
                             inputs=(dataset,))

    def enumerate(self, start=0):
        """Pairs (number, element), numbered from ``start``."""
        return Dataset.zip((Dataset.range(start, np.iinfo(np.int64).max), self))

    # ---- the same elements ----

    def prefetch(self, buffer_size):
        """The same dataset. TensorFlow makes ``buffer_size`` elements ahead of time."""
        return self._derived(dataset_ops.PrefetchDataset, _int64(buffer_size, "buffer_size"))

    def cache(self, filename=""):
        """The same dataset, which is read once and then remembered.

        Raises:
          UnimplementedError: at run time, ``filename`` is not empty.
        """
        name = convert_to_tensor(filename, dtype=dtypes.string, name="filename")
        return self._derived(transforms.CacheDataset, name)

    def shuffle(self, buffer_size, seed=None, reshuffle_each_iteration=None):
        """The elements in random order: each is drawn from a buffer, which is then filled again.

        Args:
          buffer_size: the size of the buffer; as large as the dataset for a uniform order.
          seed: of the order; with the graph's seed, as for random ops.
          reshuffle_each_iteration: take another order in each iteration; True by default.
        """
        size = _int64(buffer_size, "buffer_size")
        seed, seed2 = _seeds(seed)
        reshuffle = True if reshuffle_each_iteration is None else reshuffle_each_iteration
        return self._derived(transforms.ShuffleDataset, size, seed, seed2,
                             reshuffle_each_iteration=reshuffle)

    def repeat(self, count=None):
        """The dataset ``count`` times; without end when that is None or -1."""
        return self._derived(transforms.RepeatDataset,
                             _int64(-1 if count is None else count, "count"))

    def take(self, count):
        """The first ``count`` elements; all when that is -1."""
        return self._derived(transforms.TakeDataset, _int64(count, "count"))

    def skip(self, count):
        """The elements after the first ``count``; none when that is -1."""
        return self._derived(transforms.SkipDataset, _int64(count, "count"))

    def shard(self, num_shards, index):
        """Every ``num_shards``-th element, from element ``index`` on.

        Raises:
          InvalidArgumentError: at run time, ``index`` is not below ``num_shards``.
        """
        return self._derived(transforms.ShardDataset, _int64(num_shards, "num_shards"),
                             _int64(index, "index"))

    # ---- batches ----

    def batch(self, batch_size, drop_remainder=False):
        """Elements together, ``batch_size`` at a time, with a new first axis.

        Args:
          batch_size: how many.
          drop_remainder: leave out a last batch that has fewer.

        Raises:
          InvalidArgumentError: at run time, elements have different shapes.
        """
        size = _int64(batch_size, "batch_size")
        drop = _bool(drop_remainder, "drop_remainder")
        spec = structure.batched_spec(self._element_spec, _static_batch(size, drop))
        return self._derived(transforms.BatchDataset, size, drop, spec=spec)

    def padded_batch(self, batch_size, padded_shapes, padding_values=None, drop_remainder=False):
        """Elements together, after each was filled up to one shape.

        Args:
          batch_size: how many.
          padded_shapes: the shapes to fill up to, in the structure of an element; None (or -1) is
            the largest size in the batch.
          padding_values: what to fill with, in the structure of an element; by default 0 or "".
          drop_remainder: leave out a last batch that has fewer.

        Raises:
          ValueError: a shape that an element cannot be filled up to.
          TypeError: a padding value of another dtype.
          DataLossError: at run time, an element is larger.
        """
        size = _int64(batch_size, "batch_size")
        leaves = nest.flatten(self._element_spec)
        shapes = [_padded_shape(shape, leaf.shape) for shape, leaf in zip(
            nest.flatten_up_to(self._element_spec, padded_shapes), leaves)]
        given = ([None] * len(leaves) if padding_values is None
                 else nest.flatten_up_to(self._element_spec, padding_values))
        values = [_padding_value(value, leaf.dtype) for value, leaf in zip(given, leaves)]
        drop = _bool(drop_remainder, "drop_remainder")
        batch = TensorShape([_static_batch(size, drop)])
        spec = nest.pack(self._element_spec, [
            TensorSpec(batch.concatenate(_static_padded(shape)), leaf.dtype)
            for shape, leaf in zip(shapes, leaves)])
        variant = transforms.PaddedBatchDataset(
            self._variant_tensor, size, shapes, values, drop,
            output_shapes=structure.flat_shapes(spec))
        return Dataset(variant, spec, (self,))

    def unbatch(self):
        """The slices of each element along its first axis, as elements."""
        spec = structure.unbatched_spec(self._element_spec)
        is_tuple = type(self._element_spec) is tuple

        def normalize(*element):  # sparse tensors as rows
            return tuple(structure.tensors_of(
                element if is_tuple else element[0], batched=True))

        return self.map(normalize)._derived(transforms.UnbatchDataset, spec=spec)

    def window(self, size, shift=None, stride=1, drop_remainder=False):
        """Datasets of ``size`` elements each, one dataset for each part of an element.

        Args:
          size: how many elements.
          shift: from the first element of one to that of the next; by default ``size``.
          stride: from one element of a window to the next.
          drop_remainder: leave out last windows that have fewer.
        """
        spec = nest.map_structure(structure.DatasetSpec, self._element_spec)
        return self._derived(
            transforms.WindowDataset, _int64(size, "size"),
            _int64(size if shift is None else shift, "shift"), _int64(stride, "stride"),
            _bool(drop_remainder, "drop_remainder"), spec=spec)

    # ---- functions of elements ----

    def map(self, map_func, num_parallel_calls=None):
        """``map_func`` of each element.

        Args:
          map_func: a function of an element that returns one; it is called once, to build a graph.
          num_parallel_calls: TensorFlow makes so many calls at a time; here it has no effect.

        Raises:
          TypeError: it returns what can be no element.
        """
        function = StructuredFunction(map_func, "Dataset.map()", self._element_spec)
        if num_parallel_calls is None:
            return self._derived(transforms.MapDataset, function.captured, f=function.graph,
                                 spec=function.spec)
        calls = convert_to_tensor(num_parallel_calls, dtype=dtypes.int32,
                                  name="num_parallel_calls")
        return self._derived(transforms.ParallelMapDataset, function.captured, calls,
                             f=function.graph, spec=function.spec)

    def map_with_legacy_function(self, map_func, num_parallel_calls=None):
        """The same as ``map``."""
        return self.map(map_func, num_parallel_calls)

    def filter(self, predicate):
        """The elements of which ``predicate`` gives True.

        Raises:
          ValueError: it does not return a scalar bool.
        """
        function = StructuredFunction(predicate, "Dataset.filter()", self._element_spec)
        if not TensorSpec([], dtypes.bool).is_compatible_with(function.spec):
            raise ValueError("`predicate` return type must be convertible to a scalar boolean "
                             f"tensor. Was {function.spec}.")
        return self._derived(transforms.FilterDataset, function.captured,
                             predicate=function.graph)

    def filter_with_legacy_function(self, predicate):
        """The same as ``filter``."""
        return self.filter(predicate)

    def flat_map(self, map_func):
        """The elements of the dataset that ``map_func`` returns for each element.

        Raises:
          TypeError: it does not return a dataset.
        """
        function = _dataset_function(map_func, "Dataset.flat_map()", self._element_spec)
        return self._derived(transforms.FlatMapDataset, function.captured, f=function.graph,
                             spec=function.spec._element_spec)

    def interleave(self, map_func, cycle_length=AUTOTUNE, block_length=1,
                   num_parallel_calls=None):
        """The elements of the datasets that ``map_func`` returns, by turns.

        Args:
          map_func: a function of an element that returns a dataset.
          cycle_length: how many datasets are open at a time; by default one a processor.
          block_length: how many elements one gives before it is the next one's turn.
          num_parallel_calls: TensorFlow opens so many at a time; here it has no effect.

        Raises:
          TypeError: it does not return a dataset.
        """
        function = _dataset_function(map_func, "Dataset.interleave()", self._element_spec)
        if cycle_length == AUTOTUNE:
            cycle_length = multiprocessing.cpu_count()
        arguments = [function.captured, _int64(cycle_length, "cycle_length"),
                     _int64(block_length, "block_length")]
        spec = function.spec._element_spec
        if num_parallel_calls is None:
            return self._derived(transforms.InterleaveDataset, *arguments, f=function.graph,
                                 spec=spec)
        return self._derived(transforms.ParallelInterleaveDataset, *arguments,
                             _int64(num_parallel_calls, "num_parallel_calls"), f=function.graph,
                             spec=spec)

    def _interleave_by_threads(self, map_func, cycle_length, block_length=1, sloppy=False,
                               buffer_output_elements=None, prefetch_input_elements=None):
        """``interleave`` by the op that readers use for several files (ParallelInterleaveDataset).
        """
        function = _dataset_function(map_func, "tf.data.experimental.parallel_interleave()",
                                     self._element_spec)
        cycle = _int64(cycle_length, "cycle_length")
        block = _int64(block_length, "block_length")
        ordered = _bool(sloppy, "sloppy")
        ahead = [_int64(2 * default if value is None else value, name) for name, value, default in (
            ("buffer_output_elements", buffer_output_elements, block_length),
            ("prefetch_input_elements", prefetch_input_elements, cycle_length))]
        return self._derived(transforms.LegacyParallelInterleaveDataset, function.captured, cycle,
                             block, ordered, *ahead, f=function.graph,
                             spec=function.spec._element_spec)

    def reduce(self, initial_state, reduce_func):
        """What is left of all elements: ``state = reduce_func(state, element)``, as a tensor.

        Args:
          initial_state: an element.
          reduce_func: a function of a state and an element that returns the next state.

        Raises:
          TypeError: it returns a state of another type than the initial one.
        """
        with name_scope("initial_state"):
            state = structure.normalize(initial_state)
        spec = structure.spec_of(state)
        function = StructuredFunction(reduce_func, "reduce()", (spec, self._element_spec))
        before, after = structure.output_types(spec), structure.output_types(function.spec)
        if before != after:
            raise TypeError("The element types for the new state must match the initial state. "
                            f"Expected {before}; got {after}.")
        spec = structure.common_spec(spec, function.spec)
        tensors = dataset_ops.ReduceDataset(
            self._variant_tensor, structure.tensors_of(state), function.captured,
            f=function.graph, **structure.flat_attributes(spec))
        return structure.from_tensors(spec, tensors)

    def apply(self, transformation_func):
        """``transformation_func(self)``, which must be a dataset.

        Raises:
          TypeError: it is none.
        """
        dataset = transformation_func(self)
        if not isinstance(dataset, Dataset):
            raise TypeError(f"`transformation_func` must return a Dataset. Got {dataset}.")
        return dataset


# ---- what methods share ----


def _depends_on_ref(tensors):
    """Whether a ref variable is among tensors, or among what they are computed from."""
    seen, queue = set(), list(tensors)
    for tensor in queue:  # grows while it is walked
        if tensor.dtype._is_ref_dtype:
            return True
        if tensor.op not in seen:
            seen.add(tensor.op)
            queue.extend(tensor.op.inputs)
    return False


def _seeds(seed):
    """The two seeds of a shuffle as tensors, as TF's Python makes them."""
    seed, seed2 = random_seed.get_seed(seed)
    seed = constant(0, dtype=dtypes.int64, name="seed") if seed is None else _int64(seed, "seed")
    if seed2 is None:
        return seed, constant(0, dtype=dtypes.int64, name="seed2")
    with name_scope("seed2") as scope:
        seed2 = convert_to_tensor(seed2, dtype=dtypes.int64)
        is_none = compare_ops.logical_and(compare_ops.equal(seed, 0), compare_ops.equal(seed2, 0))
        seed2 = array_ops.where(is_none, constant(2**31 - 1, dtype=dtypes.int64), seed2,
                                name=scope)
    return seed, seed2


def _static_batch(size, drop_remainder):
    """The size of all batches, where it is known, or None."""
    if not constant_value(drop_remainder):
        return None
    value = constant_value(size)
    return None if value is None else int(value)


def _padded_shape(shape, of_element):
    """One of ``padded_shapes`` as a vector; unknown sizes are -1."""
    if isinstance(shape, Tensor):
        if shape.shape.ndims != 1 or shape.dtype not in (dtypes.int32, dtypes.int64):
            raise (ValueError if shape.shape.ndims != 1 else TypeError)(
                f"Padded shape {shape} must be a 1-D tensor of tf.int64 values, but its shape was "
                f"{shape.shape}.")
        return shape
    if not isinstance(shape, TensorShape):
        shape = as_shape([None if dim == -1 else dim for dim in shape])
    dims = shape._dims
    if dims is None:
        raise ValueError(f"The padded shape {shape} must have a known rank.")
    result = convert_to_tensor([-1 if dim is None else dim for dim in dims], dtype=dtypes.int64)
    element = of_element._dims
    if element is not None and (len(element) != len(dims) or any(
            have is not None and room is not None and have > room
            for have, room in zip(element, dims))):
        text = "({})".format(", ".join(map(str, dims)) + "," * (len(dims) == 1))
        raise ValueError(f"The padded shape {text} is not compatible with the corresponding input "
                         f"component shape {of_element}.")
    return result


def _padding_value(value, dtype):
    if value is None:
        value = "" if dtype == dtypes.string else np.zeros_like(dtype.as_numpy_dtype())
    value = convert_to_tensor(value, name="padding_value")
    if value.shape.ndims not in (0, None):
        raise ValueError(f"Padding value should be a scalar, but is not: {value}")
    if value.dtype != dtype:
        raise TypeError(f"Padding value tensor ({value}) does not match output type: {dtype}")
    return value


def _static_padded(shape):
    """The static shape that a vector of sizes says."""
    sizes = constant_value(shape)
    if sizes is None:
        return TensorShape([None] * shape.shape.as_list()[0])
    return TensorShape([None if size < 0 else int(size) for size in sizes])


def _dataset_function(function, transformation, spec):
    """A function of elements that returns datasets.

    Raises:
      TypeError: it returns something else.
    """
    function = StructuredFunction(function, transformation, spec)
    if not isinstance(function.spec, structure.DatasetSpec):
        raise TypeError("`map_func` must return a `Dataset` object. Got "
                        f"{type(function.spec)}")
    return function


# ---- functions of tf.data and tf.compat.v1.data ----


def get_output_types(dataset_or_iterator):
    """The dtypes of an element, in its structure."""
    return structure.output_types(dataset_or_iterator.element_spec)


def get_output_shapes(dataset_or_iterator):
    """The static shapes of an element, in its structure."""
    return structure.output_shapes(dataset_or_iterator.element_spec)


def get_output_classes(dataset_or_iterator):
    """The classes of an element's leaves, in its structure."""
    return structure.output_classes(dataset_or_iterator.element_spec)


def make_one_shot_iterator(dataset):
    """``dataset.make_one_shot_iterator()``."""
    return dataset.make_one_shot_iterator()


def make_initializable_iterator(dataset, shared_name=None):
    """``dataset.make_initializable_iterator(shared_name)``."""
    return dataset.make_initializable_iterator(shared_name)
