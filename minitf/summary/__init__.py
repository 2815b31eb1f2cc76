"""`tf.summary`: event files, which TensorBoard shows, and the messages that they are made of.

`Event`, `Summary`, `SessionLog`, `SummaryDescription` and `TaggedRunMetadata` are protocol buffer
classes. They and the writers load protobuf and tensorboardX when they are first asked for.
"""

import importlib

from minitf.ops.summary_media_ops import audio, image
from minitf.ops.summary_ops import (
    all_v2_summary_ops,
    get_summary_description,
    histogram,
    initialize,
    merge,
    merge_all,
    scalar,
    tensor_summary,
    text,
)

_HOMES = {
    "Event": "minitf.framework.protos",
    "FileWriter": "minitf.summary.writer",
    "FileWriterCache": "minitf.summary.writer",
    "SessionLog": "minitf.framework.protos",
    "Summary": "minitf.framework.protos",
    "SummaryDescription": "minitf.framework.protos",
    "TaggedRunMetadata": "minitf.framework.protos",
}

__all__ = sorted([
    *_HOMES, "all_v2_summary_ops", "audio", "get_summary_description", "histogram", "image",
    "initialize", "merge", "merge_all", "scalar", "tensor_summary", "text"])


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *__all__})
