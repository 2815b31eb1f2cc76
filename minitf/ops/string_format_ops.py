"""tf.strings.format: tensors put into a text."""

import numpy as np

from minitf.framework.graph import is_dense_tensor_like
from minitf.framework.registry import op
from minitf.ops.common_shapes import SCALAR
from minitf.ops.summarize import both_ends


def string_format(template, inputs, placeholder="{}", summarize=3, name=None):
    """``template`` with the values of ``inputs`` in the places of its placeholders.

    Args:
      template: the text.
      inputs: a tensor, or a list with one for each placeholder.
      placeholder: what marks the places.
      summarize: how many elements at each end of a dimension are shown; -1: all.
      name: the operation's name.

    Returns:
      A scalar string tensor (TF op: StringFormat).

    Raises:
      ValueError: there are more or fewer placeholders than inputs.
    """
    if is_dense_tensor_like(inputs):
        inputs = [inputs]
    places = template.count(placeholder)
    if places != len(inputs):
        raise ValueError(f"{places} placeholder(s) in template does not match {len(inputs)} "
                         "tensor(s) provided as input")
    return StringFormat(inputs, template=template, placeholder=placeholder, summarize=summarize,
                        name=name)


StringFormat = op(
    "StringFormat(inputs: T; T: list(type) >= 0, template: string = '%s',"
    " placeholder: string = '%s', summarize: int = 3) -> (output: string)").not_differentiable()


@StringFormat.shape
def _(inputs, template, placeholder):
    places = template.split(placeholder)
    if len(places) != len(inputs) + 1:
        raise ValueError(f"num placeholders in template and num inputs must match: "
                         f"{len(places) - 1} vs. {len(inputs)}")
    return SCALAR


@StringFormat.kernel
def _(inputs, template, placeholder, summarize):
    parts = template.split(placeholder)
    texts = [both_ends(item, summarize).encode() for item in inputs]
    joined = b"".join(part + text for part, text in zip(parts, [*texts, b""]))
    return np.array(joined, dtype=object)
