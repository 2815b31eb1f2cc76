"""minitf does with the programs what TensorFlow 1.15.5 did: graphs, collections, values, errors."""

import json

import numpy as np
import pytest
from parity import encode, pretty, step_differences, value_differences
from programs import load, names
from record import golden_record

from minitf.testing import compare_graph_defs

NAMES = names()


def check_graph(expected, got):
    """Fails with the first differences of two described graphs."""
    found = compare_graph_defs(expected["graph"], got["graph"], labels=("TensorFlow", "minitf"))
    if found:
        more = f"\n... and {len(found) - 5} more" if len(found) > 5 else ""
        pytest.fail(str(type(found)(found[:5], found.labels)) + more, pytrace=False)


def check_collections(expected, got):
    """Fails where collections have other members, or the same in another order."""
    keys = sorted(set(expected["collections"]) | set(got["collections"]))
    lines = [f"collection {key!r}: TensorFlow has {mine}, minitf has {theirs}"
             for key in keys
             for mine, theirs in [(expected["collections"].get(key), got["collections"].get(key))]
             if mine != theirs]
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)


def check_steps(name, expected, got):
    """Fails with the first differences of the steps' values."""
    found = step_differences(got, expected, getattr(load(name), "TOLERANCE", None))
    if found:
        more = f"\n... and {len(found) - 8} more" if len(found) > 8 else ""
        pytest.fail("\n".join(found[:8]) + more, pytrace=False)


@pytest.mark.parametrize("name", NAMES)
def test_graph(name, observed):
    check_graph(golden_record(name), observed(name))


@pytest.mark.parametrize("name", NAMES)
def test_collections(name, observed):
    check_collections(golden_record(name), observed(name))


@pytest.mark.parametrize("name", NAMES)
def test_steps(name, observed):
    check_steps(name, golden_record(name), observed(name))


# ---- the instrument sees differences ----


def test_changed_graph_is_reported():
    record = golden_record("notes_adam")
    changed = dict(record, graph=record["graph"].replace("reverse=true", "reverse=false"))
    with pytest.raises(pytest.fail.Exception) as failure:
        check_graph(record, changed)
    text = str(failure.value)
    assert "1 difference" in text
    assert "'gradients/loss_grad/Cumsum': attr reverse" in text
    assert "TensorFlow: true" in text and "minitf:     false" in text


def test_changed_collection_is_reported():
    record = golden_record("notes_adam")
    with pytest.raises(pytest.fail.Exception, match="collection 'train_op'"):
        check_collections(record, {**record, "collections": {"train_op": []}})


VALUE = {"list": [{"array": "float32", "shape": [2, 1], "values": [0.5, 0.25]},
                  {"scalar": "int64", "value": 3}, {"bytes": "a"}, None,
                  {"error": "ValueError", "message": "no"}]}


@pytest.mark.parametrize("old, new, place", [
    ("0.25", "0.2500005", "[0][1, 0]: expected"),
    ("float32", "float64", "[0]dtype: expected float32"),
    ("[2, 1]", "[1, 2]", "[0]shape: expected [2, 1]"), (": 3}", ": 4}", "[1]: expected"),
    ("int64", "int32", "[1].scalar: expected 'int64'"), ("null", "0", "[3]: expected null, got 0"),
    ('"a"', '"b"', "[2].bytes: expected 'a'"), ("ValueError", "TypeError", "[4].error"),
    ('"no"', '"yes"', "[4].message"), ("list", "tuple", "got"), ("null, ", "", "expected 5 items")])
def test_changed_value_is_reported(old, new, place):
    changed = json.loads(json.dumps(VALUE).replace(old, new))
    assert value_differences(VALUE, VALUE) == []
    assert place in "".join(value_differences(changed, VALUE))


@pytest.mark.parametrize("mine, theirs, equal", [
    ([1.0, 2.0], [1.0, 2.0], True),
    ([1.0, 2.0], [1.0, 2.0 + 1e-5], False),
    ([1e-9, 1.0], [0.0, 1.0], True),
    ([1e-6, 1.0], [0.0, 1.0], False),
    ([float("nan"), 1.0], [float("nan"), 1.0], True),
    ([float("nan"), 1.0], [0.0, 1.0], False),
    ([float("inf"), 1.0], [float("-inf"), 1.0], False),
])
def test_tolerance(mine, theirs, equal):
    got, expected = (encode(np.array(side, np.float32)) for side in (mine, theirs))
    assert (value_differences(got, expected) == []) is equal


def test_pretty_is_json():
    value = golden_record("notes_adam")["steps"]
    assert json.loads(pretty(value)) == value
