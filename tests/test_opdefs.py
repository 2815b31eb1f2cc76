"""Every op that minitf declares has TensorFlow 1.15.5's OpDef."""

import ast

import pytest
from record import golden_opdefs
from signatures import declaration, record_line

import minitf  # noqa: F401  (declares the ops)
from minitf.framework import registry

RECORDED = golden_opdefs()

# Signatures have no form for defaults that are tensors, nor for lists of allowed strings.
WITHOUT_SIGNATURE = {"ImageSummary", "DefaultAttrs", "AttrEnumList"}


@pytest.mark.parametrize("name", sorted(registry.registered()))
def test_declared_op_has_the_recorded_op_def(name):
    assert name in RECORDED, f"TensorFlow 1.15.5 has no op {name}"
    assert record_line(registry.get(name).op_def()) == RECORDED[name]


def test_all_recorded_signatures_can_be_declared():
    different = []
    for name in set(RECORDED) - WITHOUT_SIGNATURE:
        line = RECORDED[name]
        text, _, keywords = line.partition("\t")
        declared = registry.OpType(text, "the record", **ast.literal_eval(keywords or "{}"))
        if record_line(declared.op_def()) != line:
            different.append(f"{line}\n{record_line(declared.op_def())}")
    assert not different, f"{len(different)} ops:\n" + "\n".join(different[:3])


def test_record_is_whole():
    assert len(RECORDED) == 1393


@pytest.mark.parametrize(
    "name", ["MatMul", "AddN", "ApplyAdam", "BatchNormWithGlobalNormalization"])
def test_declaration_is_the_python_text_of_the_record(name):
    text = declaration(RECORDED[name])
    assert max(map(len, text.splitlines())) <= 100
    call = ast.parse(text, mode="eval").body
    keywords = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    recorded, _, options = RECORDED[name].partition("\t")
    assert ast.literal_eval(call.args[0]) == recorded
    assert keywords == ast.literal_eval(options or "{}")
