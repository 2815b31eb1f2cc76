"""The comparison with TensorFlow 1.15.5 itself, repeated live.

Set MINITF_ORACLE to a Python interpreter that has it. What was recorded must still be what it does,
and what minitf does must be that too.
"""

import os

import pytest
from programs import names
from record import OPDEFS, golden_record, live_opdefs, live_records
from test_programs import check_collections, check_graph, check_steps

ORACLE = os.environ.get("MINITF_ORACLE")

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(
        not ORACLE, reason="MINITF_ORACLE does not name an interpreter with TensorFlow 1.15.5"),
]


@pytest.fixture(scope="module")
def live():
    return live_records(ORACLE, names())


@pytest.mark.parametrize("name", names())
def test_record_is_current(name, live):
    record = golden_record(name)
    check_graph(record, live[name])
    check_collections(record, live[name])
    check_steps(name, record, live[name])


@pytest.mark.parametrize("name", names())
def test_minitf_does_the_same(name, live, observed):
    check_graph(live[name], observed(name))
    check_collections(live[name], observed(name))
    check_steps(name, live[name], observed(name))


def test_op_defs_are_current():
    with open(OPDEFS) as stream:
        assert stream.read() == live_opdefs(ORACLE)
