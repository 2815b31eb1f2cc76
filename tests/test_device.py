"""DeviceSpec and device merging against TensorFlow's."""

import types

import pytest
from record_framework import load, mismatches

from minitf.framework import device
from minitf.framework.device import DeviceSpec


def placed(*scopes):
    """The device of an op made in nested scopes: device functions run from the inside out."""
    op = types.SimpleNamespace(device="")
    for scope in reversed(scopes):
        op.device = device.merge_device(scope)(op)
    return op.device


def test_as_tensorflow():
    namespace = types.SimpleNamespace(DeviceSpec=DeviceSpec)
    assert mismatches(load("device"), namespace, placed=placed) == []


def test_merge_from_and_assignment_change_the_spec():
    spec = DeviceSpec(job="a", device_type="CPU", device_index=0)
    spec.merge_from(DeviceSpec(job="b", task=2))
    assert spec.to_string() == "/job:b/task:2/device:CPU:0"
    spec.device_type = "gpu"
    spec.device_index = None
    assert spec.to_string() == "/job:b/task:2/device:GPU:*"


def test_merging_leaves_both_specs_alone():
    outer, inner = DeviceSpec(job="a"), DeviceSpec(task=1)
    assert outer.make_merged_spec(inner).to_string() == "/job:a/task:1"
    assert (outer.to_string(), inner.to_string()) == ("/job:a", "/task:1")


@pytest.mark.parametrize(
    "name, canonical",
    [(None, ""), ("", ""), ("/cpu:0", "/device:CPU:0"), (DeviceSpec(job="a"), "/job:a")],
)
def test_canonical_name(name, canonical):
    assert device.canonical_name(name) == canonical


def test_merge_device():
    merge = device.merge_device("/job:a")
    assert device.merge_device(merge) is merge
    assert not merge.is_null_merge
    assert device.merge_device("").is_null_merge
    assert merge(types.SimpleNamespace(device=None)) == "/job:a"


def test_merge_device_follows_a_spec_that_changes():
    spec = DeviceSpec(job="a")
    merge = device.merge_device(spec)
    assert merge(types.SimpleNamespace(device="")) == "/job:a"
    spec.job = "b"
    assert merge(types.SimpleNamespace(device="")) == "/job:b"


@pytest.mark.parametrize("name", [3, b"/cpu:0"])
def test_other_types_are_refused(name):
    with pytest.raises(TypeError, match="A device name is a str, got"):
        device.merge_device(name)


def test_no_other_attributes():
    with pytest.raises(AttributeError):
        DeviceSpec().color = "red"
