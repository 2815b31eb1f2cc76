"""Carries out a program under one TensorFlow, real or ours, and tells all that can be seen of it.

``observe(tf, name)`` returns a record: the GraphDef as text, the collections, and the value of each
step. Records are dictionaries of JSON values, exact to the last bit (floats are written with the
shortest digits that give them back). ``differences`` compares two records' values.
Runs on TensorFlow 1.15's Python too.
"""

import base64
import json
import math
import re
import traceback
import zlib

import numpy as np
from programs import Call, Run, load
from signatures import graph_compare, record_line

# Relative tolerances by dtype; besides, an element may be off by a tenth of that tolerance of the
# array's largest element (sums of numbers that cancel). Other dtypes must agree exactly.
RTOL = {"float16": 2e-3, "float32": 1e-6, "complex64": 1e-6, "float64": 1e-13, "complex128": 1e-13}

# Arrays with more elements than this are stored as compressed bytes.
_MAX_LISTED = 300


# ---- values as JSON ----


def _element(item):
    if isinstance(item, bytes):
        return item.decode("latin1")
    if isinstance(item, np.complexfloating):
        return [_element(item.real), _element(item.imag)]
    if isinstance(item, (np.float16, np.float32)):
        short = float(str(item))
        return short if type(item)(short) == item or np.isnan(item) else float(item)
    return item.item() if isinstance(item, np.generic) else item


def _encode_array(array):
    record = {"array": array.dtype.name, "shape": list(array.shape)}
    if array.size > _MAX_LISTED:
        little = array.astype(array.dtype.newbyteorder("<"))
        record["zlib"] = base64.b64encode(zlib.compress(little.tobytes(), 9)).decode()
    else:
        record["values"] = [_element(item) for item in array.ravel()]
    return record


def encode(value):
    """A fetched or seen value as JSON, with its type.

    Raises:
      TypeError: the value is of a kind that a program should not return (a tensor, for example).
    """
    if value is None or isinstance(value, (bool, int, float, str)) and type(value).__module__ in (
            "builtins", "__builtin__"):
        return {"text": value.splitlines()} if isinstance(value, str) and "\n" in value else value
    if isinstance(value, np.ndarray):
        return _encode_array(value)
    if isinstance(value, np.generic):
        return {"scalar": value.dtype.name, "value": _element(value)}
    if isinstance(value, bytes):
        return {"bytes": value.decode("latin1")}
    if isinstance(value, Exception):
        return encode_error(value)
    if hasattr(value, "_fields"):
        return {"namedtuple": type(value).__name__,
                "fields": {name: encode(item) for name, item in zip(value._fields, value)}}
    if isinstance(value, (list, tuple)):
        return {type(value).__name__: [encode(item) for item in value]}
    if isinstance(value, dict):
        return {type(value).__name__: [[encode(key), encode(item)] for key, item in value.items()]}
    raise TypeError(f"a program returned {value!r} ({type(value)})")


def encode_error(error, message=True):
    """An exception's class and, if it counts, its message."""
    record = {"error": type(error).__name__}
    if message:
        record["message"] = message_of(error)
    return record


def message_of(error):
    """What an error says, without places in files, stack traces and addresses."""
    text = getattr(error, "message", None) or str(error)
    text = text.split("\n\nOriginal stack trace")[0].split("\n\nErrors may have originated")[0]
    text = text.split("Originally defined at:")[0]
    text = re.sub(r" \((defined at|Previous registration was in) [^)]*\)", "", text)
    text = re.sub(r"\{\{node _retval_(.*)_\d+_\d+\}\}", r"node \1 ", text)
    text = re.sub(r"0x[0-9a-f]+", "0x", text)
    return _without_counts(text.strip())


def _decode_array(record):
    name = record["array"]
    if "zlib" in record:
        flat = np.frombuffer(zlib.decompress(base64.b64decode(record["zlib"])), np.dtype(name))
        return flat.reshape(record["shape"])
    values = record["values"]
    if name.startswith("complex"):
        values = [complex(*pair) for pair in values]
    return np.array(values, dtype=name).reshape(record["shape"])


# ---- one program ----


def _outcome(step, session):
    """The value of a step as JSON, with "unexpected" in it where it fails, or does not, unasked."""
    asked = getattr(step, "fails", False)
    try:
        if isinstance(step, Run):
            value = session.run(step.fetches, step.feeds)
        elif isinstance(step, Call):
            value = step.function(session)
        else:
            value = step.value
    except Exception as error:
        record = encode_error(error, step.message)
        if asked:
            return record
        return dict(record, unexpected=traceback.format_exc().splitlines()[-8:])
    if isinstance(value, Exception):
        return encode_error(value, step.message)
    return {"unexpected": ["raised nothing"]} if asked else encode(value)


def unexpected(record):
    """The labels of a record's steps that raised unasked, or did not raise when asked, with why."""
    return {step["step"]: step["value"]["unexpected"] for step in record["steps"]
            if isinstance(step["value"], dict) and "unexpected" in step["value"]}


def _without_counts(text):
    """Text without the numbers that depend on what else the process has built."""
    return re.sub(r"(CustomGradient-|pyfunc_)\d+|(hash_table_)[0-9a-f-]{36}", r"\1\2N", text)


def _item_text(tf, item):
    """An element of a collection: what it is and its name."""
    if isinstance(item, tf.Variable):
        return "Variable " + item.name
    if isinstance(item, (bool, int, float, str, bytes)):
        return repr(item)
    return "{} {}".format(type(item).__name__, getattr(item, "name", "")).strip()


def _collections(tf, graph):
    return {str(key): [_item_text(tf, item) for item in graph.get_collection_ref(key)]
            for key in sorted(graph.get_all_collection_keys())}


def observe(tf, name, config=None):
    """Builds a program's graph, carries out its steps, and returns the record.

    Args:
      tf: the module to use.
      name: the program's name.
      config: the ConfigProto of the session.

    Returns:
      {"graph": text, "collections": {key: [text]}, "steps": [{"step": label, "value": JSON}]}
    """
    program = load(name)
    with tf.Graph().as_default() as graph:
        steps = program.build(tf)
        record = {"graph": _without_counts(graph_compare.describe(graph)),
                  "collections": _collections(tf, graph)}
        with tf.Session(config=config) as session:
            record["steps"] = [{"step": step.label, "value": _outcome(step, session)}
                               for step in steps]
    return record


# ---- comparing values ----


def _close(got, expected, tolerance):
    """Where two arrays of one dtype and shape agree, elementwise."""
    name = expected.dtype.name
    rtol = tolerance.get(name, RTOL.get(name))
    if rtol is None:
        return got == expected
    if expected.dtype.kind == "c":
        parts = {f"float{expected.dtype.itemsize * 4}": rtol}
        return _close(got.real, expected.real, parts) & _close(got.imag, expected.imag, parts)
    got, expected = got.astype(np.float64), expected.astype(np.float64)
    finite = np.isfinite(expected)
    largest = np.abs(expected[finite]).max() if finite.any() else 0.0
    atol = rtol / 10 * largest
    with np.errstate(invalid="ignore"):
        near = np.abs(got - expected) <= rtol * np.abs(expected) + atol
    same = (got == expected) | (np.isnan(got) & np.isnan(expected))
    return np.where(finite, near, same)


def _array_differences(got, expected, tolerance):
    for key in ("array", "shape"):
        if got[key] != expected[key]:
            return ["{}: expected {}, got {}".format(
                "dtype" if key == "array" else key, expected[key], got[key])]
    mine, theirs = _decode_array(got), _decode_array(expected)
    wrong = np.argwhere(~np.asarray(_close(mine, theirs, tolerance), bool).reshape(theirs.shape))
    if not len(wrong):
        return []
    index = tuple(wrong[0].tolist())
    texts = f"expected {theirs[index]}, got {mine[index]}"
    if not index:
        return [": " + texts]
    return [f"{list(index)}: {texts} ({len(wrong)} of {theirs.size} elements differ)"]


def value_differences(got, expected, tolerance=None):
    """What differs between two encoded values, as a list of texts with the place in the value."""
    tolerance = tolerance or {}
    if type(got) is not type(expected):
        return [f": expected {json.dumps(expected)}, got {json.dumps(got)}"]
    if isinstance(expected, dict):
        if set(got) != set(expected):
            return [f": expected {json.dumps(expected)}, got {json.dumps(got)}"]
        if "array" in expected:
            return _array_differences(got, expected, tolerance)
        if "scalar" in expected and got["scalar"] == expected["scalar"]:
            pair = [{"array": side["scalar"], "shape": [], "values": [side["value"]]}
                    for side in (got, expected)]
            return _array_differences(pair[0], pair[1], tolerance)
        return ["{}{}".format("" if key in ("list", "tuple", "fields") else "." + key, text)
                for key in expected
                for text in value_differences(got[key], expected[key], tolerance)]
    if isinstance(expected, list):
        if len(got) != len(expected):
            return [f": expected {len(expected)} items, got {len(got)}: {json.dumps(got)}"]
        return [f"[{i}]{text}" for i, pair in enumerate(zip(got, expected))
                for text in value_differences(pair[0], pair[1], tolerance)]
    if isinstance(expected, float):
        same = math.isclose(got, expected, rel_tol=1e-6) or math.isnan(got) and math.isnan(expected)
    else:
        same = got == expected
    return [] if same else [f": expected {expected!r}, got {got!r}"]


def step_differences(got, expected, tolerance=None):
    """What differs between the steps of two records, as a list of texts that name the steps."""
    labels = [[step["step"] for step in record["steps"]] for record in (got, expected)]
    if labels[0] != labels[1]:
        return [f"steps: expected {labels[1]}, got {labels[0]}"]
    return ["step {!r}{}".format(mine["step"], text)
            for mine, theirs in zip(got["steps"], expected["steps"])
            for text in value_differences(mine["value"], theirs["value"], tolerance)]


# ---- event files ----


def read_records(path):
    """The records of a TFRecord file: each is its length, a checksum, its bytes, a checksum."""
    with open(path, "rb") as stream:
        while True:
            header = stream.read(12)
            if len(header) < 12:
                return
            length = int.from_bytes(header[:8], "little")
            yield stream.read(length)
            stream.read(4)


def describe_event(tf, data):
    """An Event's text without its time.

    Graphs are as ``describe`` has them, OpDefs as signatures, the rest in protobuf's text format.
    """
    from google.protobuf import text_format

    event = tf.Event.FromString(data)
    kind = event.WhichOneof("what")
    lines = [f"step {event.step} {kind}"]
    value = getattr(event, kind)
    if kind == "graph_def":
        lines += _graph_lines(tf, value)
    elif kind == "meta_graph_def":
        meta = tf.MetaGraphDef.FromString(value)
        lines += _graph_lines(tf, meta.graph_def.SerializeToString())
        ops = meta.meta_info_def.stripped_op_list.op
        lines += ["  op " + record_line(op_def) for op_def in ops]
        meta.ClearField("graph_def")
        meta.meta_info_def.ClearField("stripped_op_list")
        lines += ["  " + line for line in text_format.MessageToString(meta).splitlines()]
    else:
        lines.append(f"  {value}")
    return "\n".join(lines)


def _graph_lines(tf, data):
    text = graph_compare.describe(tf.GraphDef.FromString(data))
    return ["  " + line for line in text.splitlines()]


# ---- JSON files ----


def pretty(value, indent=0):
    """JSON text with short values, and all lists of numbers, on one line."""
    text = json.dumps(value)
    flat = isinstance(value, list) and all(isinstance(item, (int, float)) for item in value)
    if len(text) + indent <= 110 or flat or not isinstance(value, (list, dict)):
        return text
    pad = " " * (indent + 1)
    if isinstance(value, list):
        return "[\n" + ",\n".join(pad + pretty(item, indent + 1) for item in value) + "]"
    if "array" in value:
        return text
    return "{\n" + ",\n".join(f"{pad}{json.dumps(key)}: {pretty(item, indent + 1)}"
                              for key, item in value.items()) + "}"
