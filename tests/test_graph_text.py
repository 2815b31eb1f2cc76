"""Stored graphs: the text that is read is the text that was written."""

import pytest

import graph_text
import programs
from record import golden_record

DESCRIBED = """\
versions producer=134
w = Const() _output_shapes=[<2>] dtype=float value=float<2>:content{1.0,2.0}
net/a/b = Identity(w) @/device:CPU:0 T=float _class=["loc:@w"] _output_shapes=[<2>]
net/a/c = Add(net/a/b,net/a/c/y,^net/a/d/x,^w) T=float
net/ab = Split(net/a/c:1) _output_shapes=[<1>,<1>]
plain = NoOp(^net/ab)
function f[](x: float) -> (y: float)
  y = Neg(x) T=float
"""

STORED = """\
versions producer=134
w = Const() value=float<2>:content{1.0,2.0} ->
net/a/b = Identity(w) @/device:CPU:0 T=float _class=["@w"] -> <2>
./c = Add(./b,~/y,^./d/x,^w) T=float
../ab = Split(./a/c:1) -> <1>,<1>
plain = NoOp(^net/ab)
function f[](x: float) -> (y: float)
  y = Neg(x) T=float
"""


def test_pack_abbreviates():
    assert graph_text.pack(DESCRIBED) == STORED


def test_unpack_undoes_it():
    assert graph_text.unpack(STORED) == DESCRIBED


def test_text_that_would_be_read_otherwise_is_refused():
    with pytest.raises(ValueError, match="does not survive"):
        graph_text.pack("a = Identity(x) b=1 T=float\n")


@pytest.mark.parametrize("name", sorted(programs.names())[::10])
def test_recorded_graphs_are_stored_packed(name):
    text = golden_record(name)["graph"]
    assert graph_text.unpack(graph_text.pack(text)) == text
