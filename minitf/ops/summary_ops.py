"""Summaries: tensors as serialized Summary messages, which TensorBoard shows."""

import contextlib
import functools
import re

import numpy as np

from minitf import tf_logging
from minitf.framework import dtypes, errors
from minitf.framework.graph import GraphKeys, add_to_collection, get_collection, name_scope
from minitf.framework.registry import op
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import common_shapes
from minitf.ops.elementwise import list_text
from minitf.ops.string_values import byte_strings, scalar_string, string_array

# ---- names and collections ----


def clean_tag(name):
    """``name`` as part of an operation's name: other characters become ``_``."""
    if name is None:
        return None
    cleaned = re.sub(r"[^-/\w.]", "_", name, flags=re.ASCII).lstrip("/")
    if cleaned != name:
        tf_logging.info("Summary name %s is illegal; using %s instead.", name, cleaned)
    return cleaned


@contextlib.contextmanager
def summary_scope(name, family=None, default_name=None, values=None):
    """Opens a summary's name scope; gives its tag and the scope's name.

    Args:
      name: the summary's name.
      family: what groups it with others in TensorBoard; comes before the tag.
      default_name: the name when there is none.
      values: tensors, whose graph it is.
    """
    name, family = clean_tag(name), clean_tag(family)
    scope_name = name if family is None else f"{family}/{name}"
    with name_scope(scope_name, default_name, values) as scope:
        tag = scope.rstrip("/")
        yield (tag if family is None else f"{family}/{tag}"), scope


def collect(value, collections, default_collections):
    """Adds a summary to its collections: those given, or the default."""
    for key in default_collections if collections is None else collections:
        add_to_collection(key, value)


def all_v2_summary_ops():
    """The summary operations of TensorFlow 2, which a graph has none of here: an empty list."""
    return get_collection("_SUMMARY_V2")


def initialize(graph=None, session=None):
    """Initialises the summary writers of tf.contrib.summary, of which there are none here.

    Raises:
      RuntimeError: always, as under TensorFlow where no such writer is the default.
    """
    raise RuntimeError("No default tf.contrib.summary.SummaryWriter found")


# ---- MergeSummary ----


def merge(inputs, collections=None, name=None):
    """One summary of several (TF op: MergeSummary).

    Args:
      inputs: strings: serialized Summary messages.
      collections: graph collections to add it to; none by default.
      name: the operation's name.

    Returns:
      A scalar string: a serialized Summary message of all values.

    Raises:
      InvalidArgumentError: at run time, two values have the same tag.
    """
    name = clean_tag(name)
    with name_scope(name, "Merge", inputs):
        value = MergeSummary(inputs, name=name)
        collect(value, collections, [])
    return value


def merge_all(key=GraphKeys.SUMMARIES, scope=None, name=None):
    """``merge`` of all summaries in a collection; None when there are none.

    Args:
      key: the collection.
      scope: a regular expression that names must match from their beginning.
      name: the operation's name.
    """
    summaries = get_collection(key, scope=scope)
    return merge(summaries, name=name) if summaries else None


MergeSummary = op("MergeSummary(inputs: N * string; N: int >= 1) -> (summary: string)"
                  ).not_differentiable()
MergeSummary.shape(lambda: common_shapes.SCALAR)


@MergeSummary.kernel
def _(inputs):
    from google.protobuf.message import DecodeError

    from minitf.framework import protos

    merged, seen = protos.Summary(), set()
    for text in (text for array in inputs for text in byte_strings(array)):
        try:
            summary = protos.Summary.FromString(text)
        except DecodeError:
            raise errors.InvalidArgumentError(
                None, None, "Could not parse one of the summary inputs") from None
        for value in summary.value:
            # Values of summaries without tags have the name of their node.
            if value.tag and value.tag in seen:
                raise errors.InvalidArgumentError(
                    None, None, f"Duplicate tag {value.tag} found in summary inputs")
            seen.add(value.tag)
        merged.MergeFrom(summary)
    return merged.SerializeToString()


# ---- ScalarSummary ----


def scalar(name, tensor, collections=None, family=None):
    """A summary of one number (TF op: ScalarSummary).

    Args:
      name: the operation's name and the series' name in TensorBoard.
      tensor: a scalar of real numbers.
      collections: graph collections to add it to; by default [GraphKeys.SUMMARIES].
      family: groups series; comes before the tag.

    Returns:
      A scalar string: a serialized Summary message.
    """
    with summary_scope(name, family, values=[tensor]) as (tag, scope):
        value = ScalarSummary(tag, tensor, name=scope)
        collect(value, collections, [GraphKeys.SUMMARIES])
    return value


ScalarSummary = op(
    "ScalarSummary(tags: string, values: T; T) -> (summary: string)",
    T="float double int32 uint8 int16 int8 int64 bfloat16 uint16 half uint32 uint64"
).not_differentiable()


@ScalarSummary.shape
def _():
    return common_shapes.SCALAR


@ScalarSummary.kernel
def _(tags, values):
    from minitf.framework import protos

    if np.shape(tags) != np.shape(values):
        raise errors.InvalidArgumentError(
            None, None, "tags and values not the same shape: "
            f"{list_text(np.shape(tags))} != {list_text(np.shape(values))}"
            + (f" (tag '{byte_strings(tags)[0].decode()}')" if np.size(tags) == 1 else ""))
    numbers = np.asarray(values, np.float32).ravel().tolist()
    return protos.Summary(value=[
        protos.Summary.Value(tag=tag, simple_value=number)
        for tag, number in zip(byte_strings(tags), numbers)]).SerializeToString()


# ---- HistogramSummary ----


def histogram(name, values, collections=None, family=None):
    """A summary of how numbers are distributed (TF op: HistogramSummary).

    Args:
      name: the operation's name and the series' name in TensorBoard.
      values: real numbers of any shape.
      collections: graph collections to add it to; by default [GraphKeys.SUMMARIES].
      family: groups series; comes before the tag.

    Returns:
      A scalar string: a serialized Summary message with a HistogramProto, which counts the numbers
      in buckets that grow by 10 % from 1e-12 to 1e20, for negative numbers too.

    Raises:
      InvalidArgumentError: at run time, a number is not finite.
    """
    with summary_scope(name, family, values=[values],
                       default_name="HistogramSummary") as (tag, scope):
        value = HistogramSummary(tag, values, name=scope)
        collect(value, collections, [GraphKeys.SUMMARIES])
    return value


HistogramSummary = op(
    "HistogramSummary(tag: string, values: T; T: type = float) -> (summary: string)",
    T="float double int32 uint8 int16 int8 int64 bfloat16 uint16 half uint32 uint64"
).not_differentiable()


@HistogramSummary.shape
def _():
    return common_shapes.SCALAR


@HistogramSummary.kernel
def _(tag, values):
    from minitf.framework import protos

    check_scalar("tags", tag)
    numbers = np.asarray(values).astype(np.float64).ravel()
    tag = scalar_string(tag)
    for what, is_wrong in (("Nan", np.isnan), ("Infinity", np.isinf)):
        if is_wrong(numbers).any():
            raise errors.InvalidArgumentError(
                None, None, f"{what} in summary histogram for: {tag.decode()}")
    return protos.Summary(value=[protos.Summary.Value(
        tag=tag, histo=histogram_proto(numbers))]).SerializeToString()


def check_scalar(name, array):
    """Raises InvalidArgumentError when a summary's tag is not one string."""
    if np.ndim(array):
        raise errors.InvalidArgumentError(None, None, f"{name} must be scalar")


@functools.lru_cache(maxsize=None)
def _bucket_limits():
    """The upper ends of TensorFlow's buckets."""
    positive, limit = [], 1.0e-12
    while limit < 1.0e20:
        positive.append(limit)
        limit *= 1.1
    positive.append(np.finfo(np.float64).max)
    return np.array([-limit for limit in reversed(positive)] + [0.0] + positive)


def histogram_proto(numbers):
    """The HistogramProto of an array of finite numbers, float64 [n]."""
    from minitf.framework import protos

    limits = _bucket_limits()
    counts = np.bincount(np.searchsorted(limits, numbers, side="right"), minlength=len(limits))
    # A run of empty buckets is written as one, which ends where the run does.
    is_empty = counts == 0
    shown = np.append(~(is_empty[:-1] & is_empty[1:]), True)
    largest = limits[-1]
    return protos.HistogramProto(
        min=numbers.min() if numbers.size else largest,
        max=numbers.max() if numbers.size else -largest,
        num=numbers.size, sum=numbers.sum(), sum_squares=np.square(numbers).sum(),
        bucket_limit=limits[shown], bucket=counts[shown])


# ---- TensorSummaryV2, TensorSummary ----


def tensor_summary(name, tensor, summary_description=None, collections=None, summary_metadata=None,
                   family=None, display_name=None):
    """A summary of a whole tensor, for a plugin of TensorBoard to show (TF op: TensorSummaryV2).

    Args:
      name: the operation's name, and the tag.
      tensor: a tensor of any dtype and shape.
      summary_description: a SummaryDescription message, kept in the metadata.
      collections: graph collections to add it to; by default [GraphKeys.SUMMARIES].
      summary_metadata: a SummaryMetadata message, which names the plugin. It is changed when
        there is a description or a display name.
      family: groups series; comes before the tag.
      display_name: the series' name in TensorBoard.

    Returns:
      A scalar string: a serialized Summary message.
    """
    from minitf.framework import protos

    metadata = protos.SummaryMetadata() if summary_metadata is None else summary_metadata
    if summary_description is not None:
        metadata.summary_description = summary_description
    if display_name is not None:
        metadata.display_name = display_name
    metadata = metadata.SerializeToString()
    with summary_scope(name, family, values=[tensor]) as (tag, scope):
        value = TensorSummaryV2(tag, tensor, metadata, name=scope)
        collect(value, collections, [GraphKeys.SUMMARIES])
    return value


def text(name, tensor, collections=None):
    """A summary of text, which TensorBoard shows as Markdown (TF op: TensorSummaryV2).

    Args:
      name: the operation's name, and the tag.
      tensor: strings; of two dimensions or less, to be shown as a table.
      collections: graph collections to add it to; by default [GraphKeys.SUMMARIES].

    Returns:
      A scalar string: a serialized Summary message.

    Raises:
      ValueError: the tensor is not of strings.
    """
    from minitf.framework import protos

    if tensor.dtype != dtypes.string:
        raise ValueError(f"Expected tensor {tensor.name} to have dtype string, got {tensor.dtype}")
    metadata = protos.SummaryMetadata(
        plugin_data=protos.SummaryMetadata.PluginData(plugin_name="text"))
    return tensor_summary(name, tensor, summary_metadata=metadata, collections=collections)


def get_summary_description(node_def):
    """The SummaryDescription message that a TensorSummary node holds as JSON.

    Raises:
      ValueError: it is a node of another op.
    """
    from google.protobuf import json_format

    from minitf.framework import protos

    if node_def.op != "TensorSummary":
        raise ValueError(f"Can't get_summary_description on {node_def.op}")
    return json_format.Parse(node_def.attr["description"].s.decode(), protos.SummaryDescription())


TensorSummaryV2 = op("TensorSummaryV2(tag: string, tensor: T, serialized_summary_metadata: string;"
                     " T) -> (summary: string)").not_differentiable()
TensorSummaryV2.shape(lambda: common_shapes.SCALAR)
TensorSummary = op("TensorSummary(tensor: T; T, description: string = '',"
                   " labels: list(string) = [], display_name: string = '') -> (summary: string)"
                   ).not_differentiable()
TensorSummary.shape(lambda: common_shapes.SCALAR)


@TensorSummaryV2.kernel
def _(tag, tensor, serialized_summary_metadata, T):
    from google.protobuf.message import DecodeError

    from minitf.framework import protos

    check_scalar("tag", tag)
    check_scalar("serialized_summary_metadata", serialized_summary_metadata)
    try:
        metadata = protos.SummaryMetadata.FromString(scalar_string(serialized_summary_metadata))
    except DecodeError:  # TensorFlow's kernel goes on as well
        metadata = None
    return protos.Summary(value=[protos.Summary.Value(
        tag=scalar_string(tag), tensor=_content_proto(tensor, T),
        metadata=metadata)]).SerializeToString()


@TensorSummary.kernel
def _(tensor, T, ctx):
    from minitf.framework import protos

    return protos.Summary(value=[protos.Summary.Value(
        node_name=ctx.op.name, tensor=_content_proto(tensor, T))]).SerializeToString()


def _content_proto(array, dtype):
    """The TensorProto of an array: its bytes; strings are listed."""
    from minitf.framework import protos
    from minitf.framework.tensor_value import list_elements

    message = protos.TensorProto(dtype=dtype.as_datatype_enum,
                                 tensor_shape=TensorShape(np.shape(array)).as_proto())
    if dtype == dtypes.string:
        list_elements(message, string_array(byte_strings(array), (-1,)), dtype)
    else:
        message.tensor_content = np.asarray(array).tobytes()
    return message
