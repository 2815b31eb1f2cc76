"""The fuzzer finds what it is for, and finds nothing in some programs that it draws."""

import os

import numpy as np
import pytest
from fuzz import from_rows, from_signatures, generator, judge
from fuzz.__main__ import Reach, search
from fuzz.oracle import Oracle
from fuzz.runner import difference, record, without_failed_steps

import minitf as tf

ORACLE = os.environ.get("MINITF_ORACLE")

PROGRAM = {
    "inputs": [{"name": "a", "dtype": "float32", "shape": [2, 3], "static": [None, 3], "seed": 1},
               {"name": "i", "dtype": "int32", "shape": [], "static": None, "seed": 2}],
    "steps": ["t0 = tf.tanh(a)", "t1 = tf.reduce_sum(t0, i)", "t2 = tf.matmul(a, a)",
              "t3 = tf.reshape(a, [4])"]}


def test_numeric_gradients_of_drawn_programs():
    judged, found = search(40, judge.against_differences, generator.programs(smooth=True))
    assert judged >= 40
    assert found is None, found


@pytest.mark.oracle
@pytest.mark.skipif(not ORACLE,
                    reason="MINITF_ORACLE does not name TensorFlow 1.15.5's interpreter")
@pytest.mark.parametrize("strategy", [
    generator.programs(), from_rows.row_programs(), from_signatures.op_programs()],
    ids=["expressions", "rows", "ops"])
def test_tensorflow_agrees_on_drawn_programs(strategy):
    with Oracle(ORACLE) as oracle:
        judged, found = search(100, lambda program: judge.against_tensorflow(program, oracle),
                               strategy)
    assert judged >= 100
    assert found is None, found


@pytest.mark.parametrize("strategy, ops", [(from_rows.row_programs(), 30),
                                           (from_signatures.op_programs(), 30)],
                         ids=["rows", "ops"])
def test_drawn_programs_run_or_are_refused(strategy, ops):
    reach = Reach()

    def decide(program):
        got = record(tf, program)
        reach.add(got["graph"])
        texts = [*got["errors"], *(text for step in got["steps"] for text in step)]
        return next((text for text in texts if text and text.startswith("KeyError")), None)

    with np.errstate(all="ignore"):
        judged, found = search(100, decide, strategy)
    assert judged >= 100
    assert found is None, found
    assert len(reach.counts) > ops


@pytest.mark.parametrize("theirs, differs", [
    ("InvalidArgumentError: Matrix size-incompatible: In[0]: [2,3], In[1]: [2,3]", False),
    ("InvalidArgumentError: something else entirely is wrong here", True),
    ("InternalError: Matrix size-incompatible: In[0]: [2,3]", True),
    ("no kernel", False),
    ("float32<>: 1", True)])
def test_errors_are_compared_by_class_and_words(theirs, differs):
    program = {"inputs": [], "steps": ["t0 = tf.matmul(a, b)"]}
    same = {"errors": [None], "gradient_error": None, "graph": "", "grads": []}
    mine = dict(same, steps=[["InvalidArgumentError: Matrix size-incompatible: In[0]: [2,3]"]])
    found = difference(program, mine, dict(same, steps=[[theirs]]))
    assert (found is not None) == differs
    if "something else" in theirs:
        assert difference(dict(program, messages=False), mine,
                          dict(same, steps=[[theirs]])) is None


def test_failed_steps_are_left_out():
    program = {"inputs": [], "steps": ["t0 = a", "t1 = b", "t2 = c"]}
    kept = without_failed_steps(program, [None, "ValueError: no", None])
    assert kept["steps"] == ["t0 = a", "t2 = c"]


def test_record_tells_errors_graph_and_values():
    got = record(tf, PROGRAM)
    assert got["errors"][:3] == [None] * 3
    assert got["errors"][3].startswith("ValueError: Dimension size must be evenly div")
    assert "Tanh = Tanh(a)" in got["graph"]
    assert got["steps"][0][0].startswith("float32<2,3>: ")
    assert got["steps"][2][0].startswith("InvalidArgumentError: Matrix size-incompatible")
    assert difference(PROGRAM, got, got) is None


def _changed(key, change):
    program = dict(PROGRAM, steps=PROGRAM["steps"][:3])
    got = record(tf, program)
    return difference(program, got, dict(got, **{key: change(got[key])}))


@pytest.mark.parametrize("key, change, told", [
    ("errors", lambda errors: ["TypeError: no", *errors[1:]], "TensorFlow raises TypeError"),
    ("graph", lambda text: text.replace("Tanh(a)", "Sinh(a)"), "op"),
    ("steps", lambda steps: [[steps[0][0].replace("float32", "float64")], *steps[1:]],
     "t0 = tf.tanh"),
    ("steps", lambda steps: [*steps[:1], ["float32<3>: 1 2 3"], *steps[2:]], "t1 = tf.reduce_sum"),
    ("gradient_error", lambda error: "LookupError: no", "tf.gradients")])
def test_difference_is_told(key, change, told):
    assert told in _changed(key, change)


def test_found_program_is_shrunk():
    def decide(program):
        return "tanh" if any("tf.tanh" in step for step in program["steps"]) else None

    _, (program, text) = search(200, decide, generator.programs(smooth=True))
    assert text == "tanh"
    assert len(program["steps"]) == 1 and program["inputs"][0]["shape"] == []


def test_wrong_gradient_is_found(monkeypatch):
    from minitf.framework import registry

    monkeypatch.setattr(registry.get("Tanh"), "gradient_rule", lambda op, grad: grad)
    _, found = search(100, judge.against_differences, generator.programs(smooth=True))
    assert "gradient of" in found[1]
