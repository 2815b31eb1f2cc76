"""minitf does with the rows of the case table what TensorFlow 1.15.5 did."""

import difflib
import os
import re
import traceback

import pytest
from case_runner import observe, value_differences
from cases import families, load
from record_cases import golden_cases, record

import minitf as tf
from minitf.framework import registry

TABLES = {family: load(family) for family in families()}
ROWS = [(family, name) for family, (table, _) in TABLES.items() for name in table]

# A message must have this share of the words of TensorFlow's.
_SHARED_WORDS = 0.6

_HEAD = re.compile(r"(graph|(float|int|uint|complex|bfloat)\d+|bool|object)( [a-z]+)?( #\w+)?$")


@pytest.fixture(scope="module")
def golden():
    return {family: golden_cases(family) for family in TABLES}


def _sections(lines):
    """The lines below each head line: {"graph": [...], "float32": [...], "float64": [...]}."""
    sections, current = {}, None
    for line in lines:
        if line.startswith("ops "):
            continue  # for the completeness of the table only
        if _HEAD.match(line):
            head, _, digest = line.partition(" #")
            current = sections[head] = []
            if digest:
                sections[head + " graph"] = ["#" + digest]
        else:
            current.append(line)
    return sections


def _words(text):
    return set(re.findall(r"[A-Za-z_]{3,}|\d+", text))


def check_failure(expected, got):
    """Fails when errors differ in when, what or words."""
    for mine, theirs in zip(got, expected):
        kind, _, message = theirs.partition("Error: ")
        my_kind, _, my_message = mine.partition("Error: ")
        words = _words(message)
        shared = len(words & _words(my_message)) >= _SHARED_WORDS * len(words)
        if kind != my_kind or not shared:
            pytest.fail(f"expected {theirs}\n     got {mine}", pytrace=False)


def check_success(expected, got, rtol):
    """Fails when graphs or values differ."""
    expected, got = _sections(expected), _sections(got)
    problems = []
    for head in expected:
        mine, theirs = got.get(head, []), expected[head]
        if mine == theirs:
            continue
        if "graph" in head:
            diff = difflib.unified_diff(theirs, mine, "TensorFlow", "minitf", lineterm="", n=0)
            problems.append(f"{head} differs\n" + "\n".join(list(diff)[2:20]))
        else:
            found = value_differences(mine, theirs, rtol)
            problems += [f"{head}: {text}" for text in found[:5]]
    problems += [f"{head}: not in TensorFlow's record" for head in got if head not in expected]
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


@pytest.mark.parametrize("family, name", ROWS, ids=[f"{f}-{n}" for f, n in ROWS])
def test_case(family, name, golden):
    table, tolerance = TABLES[family]
    row = table[name]
    if name not in golden[family]:
        pytest.fail("not recorded: run tests/record_cases.py", pytrace=False)
    try:
        got = observe(tf, row)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        text = str(error).split("\n\nOriginal")[0][:500]
        pytest.fail(f"{type(error).__name__}: {text}\n    at {place.filename}:{place.lineno}",
                    pytrace=False)
    if row.fails:
        check_failure(golden[family][name], got)
    else:
        expected = golden[family][name]
        if row.random:
            expected, got = ([line.partition(":")[0] for line in lines] for lines in (expected,
                                                                                      got))
        check_success(expected, got, row.tol or tolerance)


@pytest.mark.oracle
@pytest.mark.skipif(not os.environ.get("MINITF_ORACLE"),
                    reason="MINITF_ORACLE names no interpreter")
@pytest.mark.parametrize("family", TABLES)
def test_record_is_current(family, golden):
    live, refused = record(os.environ["MINITF_ORACLE"], family)
    assert not refused
    table, tolerance = TABLES[family]
    for name, row in table.items():
        if row.fails:
            check_failure(live[name], golden[family][name])
        elif not row.random:
            check_success(live[name], golden[family][name], row.tol or tolerance)


def test_record_has_no_other_cases(golden):
    for family, (table, _) in TABLES.items():
        assert set(golden[family]) <= set(table)


def test_every_registered_op_has_a_row(golden):
    """An op is covered when a recorded graph has it, or a row says that it is refused."""
    seen = set()
    for cases in golden.values():
        for name, lines in cases.items():
            seen.update(re.findall(r"raw\.(\w+)\(", name))
            seen.update(word for line in lines if line.startswith("ops ") for word in line.split())
            for line in lines:
                match = re.match(r"(?:[kpu]+: )?\S+ = (\w+)\(", line)
                if match:
                    seen.add(match.group(1))
    # Every input is one of these, and the text of a case leaves inputs out.
    seen.add("Placeholder")
    missing = sorted(set(registry.registered()) - seen)
    if missing:
        pytest.fail(f"{len(missing)} ops have no row: {' '.join(missing)}", pytrace=False)


# ---- the instrument sees differences ----


SUCCESS = ["graph", "k: Neg = Neg(x) T=float -> <2>", "float32", "y float32<2>: 1 2",
           "float64 #00000000", "y float64<2>: 1 2"]


@pytest.mark.parametrize("old, new, told", [
    ("Neg(x)", "Abs(x)", "graph differs"), ("<2>", "<?>", "graph differs"),
    ("y float32<2>: 1 2", "y float32<2>: 1 2.00001", "float32: y[1]: expected"),
    ("y float32<2>", "y float32<1,2>", "float32: expected y float32<2>"),
    ("#00000000", "#00000001", "float64 graph differs")])
def test_changed_case_is_reported(old, new, told):
    changed = [line.replace(old, new) for line in SUCCESS]
    check_success(SUCCESS, SUCCESS, 1e-6)
    with pytest.raises(pytest.fail.Exception) as failure:
        check_success(SUCCESS, changed, 1e-6)
    assert told in str(failure.value)


@pytest.mark.parametrize("other", [
    "known: run ValueError: shapes differ: 2 and 3",
    "known: build TypeError: shapes differ: 2 and 3",
    "known: build ValueError: something else"])
def test_changed_failure_is_reported(other):
    with pytest.raises(pytest.fail.Exception):
        check_failure(["known: build ValueError: shapes differ: 2 and 3"], [other])
