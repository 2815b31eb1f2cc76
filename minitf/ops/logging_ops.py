"""Printing while a graph runs: tf.Print and tf.print; and the time of a run."""

import logging
import os
import pprint
import sys
import time

import numpy as np

from minitf import nest, tf_logging
from minitf.framework import dtypes
from minitf.framework.graph import is_dense_tensor_like
from minitf.framework.registry import op
from minitf.framework.sparse_tensor import SparseTensor
from minitf.ops.common_shapes import SCALAR
from minitf.ops.string_format_ops import string_format
from minitf.ops.summarize import first_elements

# ---- Print ----


def Print(input_, data, message=None, first_n=None, summarize=None,
          name=None):
    """``input_``, which prints ``data`` to standard error when it is computed (TF op: Print).

    Args:
      input_: the tensor that is passed through.
      data: a list of tensors to print.
      message: what to print before them.
      first_n: print this many times only; None or a negative number: always.
      summarize: print this many elements of each tensor, 3 by default; a negative number: all.
      name: the operation's name.
    """
    return PrintOp(input_, data, message="" if message is None else message,
                   first_n=-1 if first_n is None else first_n,
                   summarize=3 if summarize is None else summarize, name=name)


PrintOp = op("Print(input: T, data: U; T, U: list(type) >= 0, message: string = '',"
             " first_n: int = -1, summarize: int = 3) -> (output: T)", stateful=True).view()


@PrintOp.shape
def _(input):
    return input.shape


@PrintOp.kernel
def _(input, data, message, first_n, summarize, ctx):
    count = ctx.state(lambda: [0])
    if first_n < 0 or count[0] < first_n:
        count[0] += 1
        text = "".join(f"[{first_elements(item, summarize)}]" for item in data)
        sys.stderr.write(f"{message.decode()}{text}\n")
    return input


@PrintOp.gradient
def _(op, grad):
    return [grad] + [None] * (len(op.inputs) - 1)


# ---- PrintV2 ----

_LEVELS = {"log(info)": logging.INFO, "log(warning)": logging.WARNING, "log(error)": logging.ERROR}


def print_v2(*inputs, **kwargs):
    """An operation that prints its inputs, separated by spaces (tf.print; TF op: PrintV2).

    Dense tensors show the first and last elements of each dimension, SparseTensors their three
    parts; lists and dicts may hold tensors at any depth, and other values print as in Python.

    Args:
      *inputs: what to print.
      output_stream: keyword; sys.stderr (default), sys.stdout, a function or level of tf.logging or
        logging (info, warning, error), or "file://path" to append to a file.
      summarize: keyword; how many elements at each end of each dimension, 3 by default, -1: all.
      sep: keyword; what stands between inputs, a space by default.
      end: keyword; what comes at the end, a newline by default.
      name: keyword; the operation's name.

    Raises:
      ValueError: another keyword, or another output stream.
    """
    stream = kwargs.pop("output_stream", sys.stderr)
    name = kwargs.pop("name", None)
    summarize = kwargs.pop("summarize", 3)
    sep = kwargs.pop("sep", " ")
    end = kwargs.pop("end", os.linesep)
    if kwargs:
        raise ValueError(f"Unrecognized keyword arguments for tf.print: {kwargs}")
    stream = _stream_name(stream)
    if len(inputs) == 1 and _is_string_scalar(inputs[0]):
        text = inputs[0]
    else:
        template, tensors, placeholder = _template(inputs, sep)
        text = string_format(template, tensors, placeholder, summarize,
                             name=name + "_format" if name else None)
    return PrintV2(text, output_stream=stream, end=end, name=name)


def _stream_name(stream):
    """How the PrintV2 op names an output stream."""
    if isinstance(stream, str) and stream.startswith("file://"):
        return stream
    known = [(sys.stdout, "stdout"), (sys.stderr, "stderr")]
    for module in (tf_logging, logging):
        known += [(module.INFO, "log(info)"), (module.info, "log(info)"),
                  (module.WARN, "log(warning)"), (module.warning, "log(warning)"),
                  (module.ERROR, "log(error)"), (module.error, "log(error)")]
    for item, text in [*known, (tf_logging.warn, "log(warning)")]:
        if stream is item or (type(stream) is int and stream == item):
            return text
    raise ValueError(
        f"Unsupported output stream, logging level, or file.{stream}. Supported streams are "
        "sys.stdout, sys.stderr, tf.logging.info, tf.logging.warning, tf.logging.error. File needs "
        "to be in the form of 'file://<filepath>'.")


def _is_string_scalar(value):
    return (is_dense_tensor_like(value) and value.shape.ndims == 0
            and value.dtype == dtypes.string)


def _is_tensor(value):
    return isinstance(value, SparseTensor) or is_dense_tensor_like(value)


def _template(inputs, sep):
    """(template, tensors, placeholder): the text with placeholders where tensors go."""
    plain = nest.map_structure(lambda x: "" if _is_tensor(x) else x, inputs)
    placeholder = _unused_placeholder(" ".join(pprint.pformat(x) for x in plain))
    tensors, templates = [], []
    for item in inputs:
        leaves = []
        for leaf in nest.flatten(item):
            if isinstance(leaf, SparseTensor):
                tensors += [leaf.indices, leaf.values, leaf.dense_shape]
                leaf = (f"SparseTensor(indices={placeholder}, values={placeholder}, "
                        f"shape={placeholder})")
            elif _is_tensor(leaf):
                tensors.append(leaf)
                leaf = placeholder
            leaves.append(leaf)
        templates.append(item if isinstance(item, str)
                         else pprint.pformat(nest.pack_sequence_as(item, leaves)))
    return sep.join(templates).replace(f"'{placeholder}'", placeholder), tensors, placeholder


def _unused_placeholder(text):
    """``{}``, with TensorFlow's digits behind it when the text has that in it already."""
    import random

    placeholder, digits = "{}", random.Random(5)
    while placeholder in text:
        placeholder += str(digits.randint(0, 9))
    return placeholder


PrintV2 = op("PrintV2(input: string; output_stream: string = 'stderr', end: string = '\\n') -> ()",
             stateful=True).not_differentiable()


@PrintV2.shape
def _(input):
    if input.shape._dims:
        raise ValueError(f"Shape must be rank 0 but is rank {len(input.shape._dims)}")
    return []


@PrintV2.kernel
def _(input, output_stream, end):
    text = input if isinstance(input, bytes) else input.item()
    text = (text.encode() if isinstance(text, str) else text) + end
    stream = output_stream.decode()
    if stream in _LEVELS:
        tf_logging.log(_LEVELS[stream], "%s", text.decode(errors="replace"))
    elif stream.startswith("file://"):
        with open(stream[len("file://"):], "ab") as file:
            file.write(text)
    else:
        out = sys.stdout if stream == "stdout" else sys.stderr
        out.write(text.decode(errors="replace"))
        out.flush()


# ---- Timestamp ----


def timestamp(name=None):
    """Seconds since 1970 at the time when the operation runs, float64 (TF op: Timestamp)."""
    return Timestamp(name=name)


Timestamp = op("Timestamp() -> (ts: double)", stateful=True).not_differentiable()


@Timestamp.shape
def _():
    return SCALAR


@Timestamp.kernel
def _():
    return np.float64(time.time())
