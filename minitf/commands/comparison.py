"""What two records of one program differ in: graphs, runs, values, and how the program ended.

The records are directories that `recorder` wrote.
"""

import itertools
import json
import os
import re
from typing import NamedTuple

import numpy as np

from minitf.testing.graph_compare import compare_graph_defs

LABELS = ("minitf", "TensorFlow")

# Relative tolerances by dtype. Besides, an element may be off by a tenth of that of the array's
# largest one: sums of numbers that cancel. Other dtypes must agree exactly.
RTOL = {"float16": 2e-2, "bfloat16": 5e-2, "float32": 1e-3, "complex64": 1e-3,
        "float64": 1e-6, "complex128": 1e-6}


# The text of a constant of floating-point numbers: type and shape, field, elements.
_TENSOR = re.compile(r"((?:float|double)<[^>]*>):(\w+)\{([^{}]*)\}")

_DRAWN = re.compile(r"(_temp_)[0-9a-f]{32}|(hash_table_)[0-9a-f-]{36}|(CustomGradient-|pyfunc_)\d+")


class Record:
    """What was recorded of a program under one library."""

    def __init__(self, directory):
        self.directory = directory
        with open(os.path.join(directory, "result.json")) as stream:
            self.result = json.load(stream)
        path = os.path.join(directory, "values.bin")
        self.values = (np.memmap(path, np.uint8, "r") if os.path.getsize(path)
                       else np.zeros(0, np.uint8))

    def runs(self):
        """The lines about runs, one after the other."""
        with open(os.path.join(self.directory, "runs.jsonl")) as stream:
            for line in stream:
                yield json.loads(line)

    def graph(self, number):
        """The text of a graph, without names that are drawn at random or count the process's."""
        with open(os.path.join(self.directory, "graphs", f"{number}.txt")) as stream:
            return _DRAWN.sub(lambda match: "".join(filter(None, match.groups())) + "N",
                              stream.read())

    def array(self, leaf):
        """The recorded elements of an array."""
        dtype = np.dtype(leaf["stored"])
        end = leaf["offset"] + leaf["count"] * dtype.itemsize
        return self.values[leaf["offset"]:end].view(dtype)

    def output(self):
        """The lines that the program printed."""
        with open(os.path.join(self.directory, "stdout"), errors="replace") as stream:
            return stream.read().splitlines()


class ValueDifference(NamedTuple):
    """Where two recorded values differ: what, both sides as texts, and the numbers of it."""

    what: str
    left: str
    right: str
    detail: str = ""


# ---- values ----


def _shape_text(leaf):
    return "x".join(map(str, leaf["shape"])) or "scalar"


def leaf_difference(records, leaves, rtol=None):
    """(ValueDifference or None, the largest relative difference) of two recorded values."""
    left, right = leaves
    if left is None or right is None:
        same = left is right
        texts = ["None" if leaf is None else "a value" for leaf in leaves]
        return (None if same else ValueDifference("value", *texts)), 0.0
    if "text" in left or "text" in right:
        return None, 0.0  # of a kind that has no elements, such as RunMetadata
    for key, text in (("dtype", lambda leaf: leaf["dtype"]), ("shape", _shape_text)):
        if left[key] != right[key]:
            return ValueDifference(key, text(left), text(right)), 0.0
    if "items" in left:
        return _items_difference(left["items"], right["items"], rtol), 0.0
    if "offset" not in left or "offset" not in right:
        return None, 0.0  # left out, as the report says
    return _array_difference(*(record.array(leaf) for record, leaf in zip(records, leaves)),
                             left, rtol)


def _items_difference(left, right, rtol):
    for i, (mine, theirs) in enumerate(zip(left, right)):
        if mine != theirs:
            summaries = [_summary(item) for item in (mine, theirs)]
            if None not in summaries:
                told = _summary_difference(*summaries, rtol or RTOL["float32"])
                if told is None:
                    continue
                return told
            return ValueDifference(f"element {i}", repr(mine)[:80], repr(theirs)[:80])
    return None


def _array_difference(left, right, leaf, rtol):
    tolerance = rtol if rtol is not None else RTOL.get(leaf["dtype"])
    if leaf["dtype"] not in RTOL:
        error, allowed = (left != right).astype(np.float64), np.zeros(left.shape)
        scale = np.ones(left.shape)
    else:
        wide = np.complex128 if left.dtype.kind == "c" else np.float64
        mine, theirs = left.astype(wide), right.astype(wide)
        same = (mine == theirs) | (np.isnan(mine) & np.isnan(theirs))
        with np.errstate(invalid="ignore"):
            error = np.where(same, 0.0, np.abs(mine - theirs))
        error[np.isnan(error)] = np.inf
        finite = np.abs(theirs[np.isfinite(theirs)])
        scale = np.abs(np.nan_to_num(theirs)) + 0.1 * finite.max(initial=0.0)
        allowed = tolerance * scale
    if not error.size:
        return None, 0.0
    relative = error / np.maximum(scale, np.finfo(np.float64).tiny)
    wrong = error > allowed
    if not wrong.any():
        return None, float(relative.max())
    worst = int(np.argmax(np.where(wrong, relative, -1.0)))
    index = np.unravel_index(worst * leaf["step"], leaf["shape"] or (1,))
    where = f"[{', '.join(map(str, index))}]" if leaf["shape"] else ""
    counted = f"{np.count_nonzero(wrong)} of {error.size} elements differ"
    if leaf["step"] > 1:
        counted += f", of a sample of 1 in {leaf['step']}"
    return ValueDifference(f"worst element {where}".rstrip(), str(left[worst]), str(right[worst]),
                           counted), float(relative.max())


# ---- serialized summaries ----


def _summary(text):
    """The Summary message in a string, or None: it is another string."""
    from google.protobuf.message import DecodeError

    from minitf.framework import protos

    try:
        summary = protos.Summary.FromString(text.encode("latin1"))
    except (DecodeError, UnicodeEncodeError):
        return None
    plausible = summary.value and all(value.tag and value.WhichOneof("value")
                                      for value in summary.value)
    return summary if plausible else None


def _summary_difference(left, right, rtol):
    """What differs between two Summary messages, or None.

    Numbers may be off by ``rtol``. Images count with their pixels: one picture has several
    encodings. Of histograms it is the moments that count: a number on the edge of a bucket may
    fall on either side.
    """
    tags = [", ".join(value.tag for value in summary.value) for summary in (left, right)]
    if tags[0] != tags[1]:
        return ValueDifference("tags of the summary", *tags)
    for mine, theirs in zip(left.value, right.value):
        kinds = [value.WhichOneof("value") for value in (mine, theirs)]
        if kinds[0] != kinds[1]:
            return ValueDifference(f"kind of the summary {mine.tag!r}", *kinds)
        facts = [_summary_facts(value, kinds[0]) for value in (mine, theirs)]
        same = (np.allclose(*facts, rtol=rtol, atol=rtol * np.nanmax(np.abs([*facts[1], 0.0])),
                            equal_nan=True)
                if isinstance(facts[0], list) else facts[0] == facts[1])
        if not same:
            return ValueDifference(f"summary {mine.tag!r}", *(str(fact)[:120] for fact in facts))
    return None


def _summary_facts(value, kind):
    """What counts of a summary's value: a list of numbers, or a value to be equal."""
    if kind == "simple_value":
        return [value.simple_value]
    if kind == "histo":
        histo = value.histo
        return [histo.min, histo.max, histo.num, histo.sum, histo.sum_squares]
    if kind == "image":
        return (value.image.height, value.image.width, value.image.colorspace,
                _pixels(value.image.encoded_image_string))
    return getattr(value, kind).SerializeToString()


def _pixels(data):
    """An image's pixels, or, without Pillow, its bytes."""
    try:
        from PIL import Image
    except ImportError:
        return data
    import io

    return Image.open(io.BytesIO(data)).tobytes()


# ---- runs ----


def compare_runs(records, rtol=None):
    """The runs of two records, up to the first that differs.

    Returns:
      A dictionary with "compared" (runs that agree), "largest" (relative difference, run, name),
      "values_left_out", and "difference": None, or what differs, with "run", "what", "name",
      "left", "right", "detail".
    """
    found = {"compared": 0, "largest": None, "values_left_out": False, "difference": None}
    pairs = itertools.zip_longest(*(record.runs() for record in records))
    for number, pair in enumerate(pairs):
        difference = _run_difference(records, pair, number, rtol, found)
        if difference is not None:
            found["difference"] = dict(difference, run=number)
            break
        found["compared"] = number + 1
    return found


def _difference(what, left, right, name="", detail=""):
    return {"what": what, "name": name, "left": left, "right": right, "detail": detail}


def _run_difference(records, pair, number, rtol, found):
    if None in pair:
        counts = [f"{record.result['runs']} runs" for record in records]
        return _difference("number of runs", *counts)
    left, right = pair
    for key in ("graph", "fetches"):
        if left[key] != right[key]:
            return _difference(key, _listed(left[key]), _listed(right[key]))
    if sorted(name for name, _ in left["feeds"]) != sorted(name for name, _ in right["feeds"]):
        return _difference("feeds", *(_listed([name for name, _ in run["feeds"]]) for run in pair))
    theirs = dict(right["feeds"])
    for name, leaf in left["feeds"]:
        told, _ = leaf_difference(records, (leaf, theirs[name]), rtol)
        if told:
            return _difference(f"fed {told.what}", told.left, told.right, name, told.detail)
    errors = [run.get("error") for run in pair]
    if any(errors):
        texts = [_error_text(error) for error in errors]
        same = all(errors) and errors[0]["class"] == errors[1]["class"]
        return None if same else _difference("error", *texts)
    return _fetched_difference(records, pair, number, rtol, found)


def _fetched_difference(records, pair, number, rtol, found):
    left, right = (run["values"] for run in pair)
    if [path for path, _ in left] != [path for path, _ in right]:
        return _difference("structure of values", *(_listed([p for p, _ in side])
                                                    for side in (left, right)))
    names = pair[0]["fetches"]
    for i, ((path, mine), (_, theirs)) in enumerate(zip(left, right)):
        name = names[i] if len(names) == len(left) else path
        told, largest = leaf_difference(records, (mine, theirs), rtol)
        if any(leaf and leaf.get("left_out") for leaf in (mine, theirs)):
            found["values_left_out"] = True
        if told:
            return _difference(told.what, told.left, told.right, name, told.detail)
        if largest and (found["largest"] is None or largest > found["largest"]["relative"]):
            found["largest"] = {"relative": largest, "run": number, "name": name}
    return None


def _listed(value):
    return ", ".join(value) if isinstance(value, list) else str(value)


def _error_text(error):
    return "no error" if error is None else f"{error['class']}: {error['message'][:300]}"


# ---- graphs ----


def compare_graphs(records, rtol=None):
    """The graphs of two records, in the order in which programs made them.

    Returns:
      A list with a dictionary a graph: "nodes" (of both), "count" and "first" of differences, and
      "rounded", the number of constants that agree within the tolerance only: what a program has
      computed and then built into a graph, such as frozen variables.
      "first" has the first differing node's differences, dictionaries with "position", "node",
      "field", "left" and "right".
    """
    told = []
    counts = [record.result["graphs"] for record in records]
    for number, pair in enumerate(itertools.zip_longest(*counts)):
        entry = {"nodes": [graph and graph["nodes"] for graph in pair], "count": 0, "first": []}
        if None in pair:
            entry["count"] = 1
            entry["first"] = [_graph_difference(0, "", "graph", *(
                graph and f"{graph['nodes']} nodes" for graph in pair))]
        else:
            found = compare_graph_defs(*(record.graph(number) for record in records), LABELS)
            rounded = [difference for difference in found if _is_rounding(difference, rtol)]
            entry["rounded"] = len(rounded)
            found = [difference for difference in found if difference not in rounded]
            entry["count"] = len(found)
            entry["first"] = [_graph_difference(*difference) for difference in found
                              if difference.node == found[0].node]
            if found:
                entry["before_first_run"] = _before_first_run(found[0].position, pair)
        told.append(entry)
    return told


def _is_rounding(difference, rtol):
    """Whether a difference is one of constants whose elements agree within the tolerance."""
    sides = [_TENSOR.fullmatch(text or "") for text in (difference.left, difference.right)]
    if difference.field != "attr value" or None in sides:
        return False
    if sides[0].group(1, 2) != sides[1].group(1, 2):
        return False
    left, right = (np.array([word for word in side.group(3).split(",") if "=" not in word
                             and word != "..."], np.float64) for side in sides)
    if left.shape != right.shape or not left.size:
        return False
    rtol = RTOL["float32"] if rtol is None else rtol
    return np.allclose(left, right, rtol=rtol, atol=rtol / 10 * np.nanmax(np.abs(right)))


def _before_first_run(position, pair):
    firsts = [graph["nodes_at_first_run"] for graph in pair]
    return None not in firsts and position < min(firsts)


def _graph_difference(position, node, field, left, right):
    return {"position": position, "node": node, "field": field, "left": left, "right": right}


# ---- the end, and what was printed ----


def compare_ends(records):
    """None when the program ended in the same way; else both sides as texts."""
    ends = [record.result["ended"] for record in records]
    errors = [record.result.get("error") for record in records]
    if ends[0] == ends[1] and (
            not errors[0] or errors[0]["class"] == errors[1]["class"]):
        return None
    return [_error_text(error) if error else end for end, error in zip(ends, errors)]


def compare_output(records):
    """None when the program printed the same; else the first line that differs, and both sides."""
    for number, (left, right) in enumerate(
            itertools.zip_longest(*(record.output() for record in records)), 1):
        if left != right:
            return {"line": number, "left": left, "right": right}
    return None


def compare(records, rtol=None):
    """All of a comparison, as a dictionary of JSON values; "equal" is its sum."""
    found = {
        "graphs": compare_graphs(records, rtol),
        "runs": compare_runs(records, rtol),
        "end": compare_ends(records),
        "output": compare_output(records),
        "sides": [dict(record.result, name=label) for record, label in zip(records, LABELS)],
    }
    found["equal"] = (found["end"] is None and found["runs"]["difference"] is None
                      and not any(graph["count"] for graph in found["graphs"]))
    return found
