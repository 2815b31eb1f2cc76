"""Public names have TensorFlow 1.15.5's signatures; docs/coverage.md tells which there are."""

import coverage_api as coverage
import pytest
from record_api import golden_api

import minitf as tf

API = golden_api()
PRESENT = [name for name in API if coverage.lookup(tf, name) is not None]


@pytest.mark.parametrize("name", PRESENT)
def test_signature(name):
    difference = coverage.signature_difference(name, API[name], coverage.lookup(tf, name))
    assert difference is None, f"tf.{name} {difference}"


def test_shares_are_printed(capsys):
    lines = coverage.share_lines(coverage.survey(tf))
    with capsys.disabled():
        print("\n" + "\n".join(lines))
    assert len(lines) > 40


def test_coverage_document_is_current():
    with open(coverage.DOCUMENT) as stream:
        assert stream.read() == coverage.document(tf), "run python tests/coverage_api.py"


def test_record_is_whole():
    assert len(API) == 1712


def different_names(x, axis=None, name=None):
    return x, axis, name


@pytest.mark.parametrize("recorded, told", [
    (["function", ["x", "axis", "name"], ["None", "None"]], None),
    (["function", ["x", "dim", "name"], ["None", "None"]], "takes"),
    (["function", ["x", "axis", "name"], ["None"]], "has defaults"),
    (["function", ["x", "axis", "name"], ["0", "None"]], "axis is None by default"),
    (["class", [], []], None), (["value", None, None], None)])
def test_difference_is_told(recorded, told):
    found = coverage.signature_difference("f", recorded, different_names)
    assert found is None if told is None else found.startswith(told)
