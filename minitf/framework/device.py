"""Device names: `tf.DeviceSpec`, and the merging that `tf.device` scopes do.

minitf runs everything on one device, but device names are part of a graph: they are parsed, merged
and written out as TensorFlow does.
"""


def _device_type(value):
    value = str(value)
    return value.upper() if value in ("cpu", "gpu") else value


_NORMALIZERS = {
    "job": str, "replica": int, "task": int, "device_type": _device_type, "device_index": int,
}


class DeviceSpec:
    """The name of a device, or a part of one. What is None is left open.

    `str` form: `/job:<name>/replica:<n>/task:<n>/device:<type>:<n>`, without what is open; the
    index of a device may be `*`.

    Args:
      job: name of the job, a str.
      replica: index of the replica, an int.
      task: index of the task, an int.
      device_type: `"CPU"`, `"GPU"`, ...; `"cpu"` and `"gpu"` become upper case.
      device_index: index among the devices of the type, an int.
    """

    __slots__ = tuple(_NORMALIZERS)

    def __init__(self, job=None, replica=None, task=None, device_type=None, device_index=None):
        self.job = job
        self.replica = replica
        self.task = task
        self.device_type = device_type
        self.device_index = device_index

    def __setattr__(self, name, value):
        if value is not None and name in _NORMALIZERS:
            value = _NORMALIZERS[name](value)
        object.__setattr__(self, name, value)

    @classmethod
    def from_string(cls, spec):
        """The DeviceSpec that the string `spec` names.

        Raises ValueError for an unknown part, an index that is no int, or two device types.
        """
        return cls(**_parse(spec))

    def parse_from_string(self, spec):
        """Sets all parts to what the string `spec` names, and returns this object.

        Raises ValueError for an unknown part, an index that is no int, or two device types.
        """
        self.__init__(**_parse(spec))
        return self

    def to_string(self):
        """The name as a string; empty if everything is open."""
        parts = []
        if self.job is not None:
            parts.append(f"/job:{self.job}")
        if self.replica is not None:
            parts.append(f"/replica:{self.replica}")
        if self.task is not None:
            parts.append(f"/task:{self.task}")
        if self.device_type is not None:
            index = "*" if self.device_index is None else self.device_index
            parts.append(f"/device:{self.device_type}:{index}")
        return "".join(parts)

    def merge_from(self, dev):
        """Takes over the parts that `dev`, a DeviceSpec, names."""
        for name in _NORMALIZERS:
            value = getattr(dev, name)
            if value is not None:
                setattr(self, name, value)

    def make_merged_spec(self, dev):
        """A new DeviceSpec: the parts that `dev` names, and this one's where `dev` is open."""
        merged = self.replace()
        merged.merge_from(dev)
        return merged

    def replace(self, **kwargs):
        """A copy with the given parts (named as the constructor's arguments) exchanged."""
        return type(self)(**{**{name: getattr(self, name) for name in _NORMALIZERS}, **kwargs})

    def __eq__(self, other):
        return isinstance(other, DeviceSpec) and self.to_string() == other.to_string()

    def __hash__(self):
        return hash(self.to_string())


def _parse(spec):
    """The parts that the string `spec` names, as keyword arguments of DeviceSpec."""
    if not isinstance(spec, str):
        raise TypeError(f"A device name is a str, got {spec!r} of type '{type(spec).__name__}'.")
    found = {}
    for part in spec.split("/"):
        key, *values = part.split(":")
        if key in ("job", "replica", "task") and len(values) == 1:
            found[key] = values[0]
        elif key.upper() in ("CPU", "GPU") and len(values) <= 1:
            _add_device(found, key.upper(), values[0] if values else "*", spec)
        elif key == "device" and len(values) == 2:
            _add_device(found, *values, spec)
        elif key:
            raise ValueError(f"Unknown attribute: '{key}' in '{spec}'")
    return found


def _add_device(found, device_type, index, spec):
    if "device_type" in found:
        raise ValueError(f"Cannot specify multiple device types: {spec}")
    found["device_type"] = device_type
    found["device_index"] = None if index == "*" else int(index)


def canonical_name(device):
    """The name of `device`, a DeviceSpec, string or None, as nodes of a graph have it.

    `"/cpu:0"` becomes `"/device:CPU:0"`.
    """
    if device is None:
        return ""
    return _as_spec(device).to_string()


def _as_spec(device):
    return device if isinstance(device, DeviceSpec) else DeviceSpec.from_string(device)


class MergeDevice:
    """A device function: gives an op the parts of `spec` that its own device leaves open.

    Device functions run from the innermost `tf.device` scope outwards, so inner scopes win.
    """

    __slots__ = ("_spec", "_merged")

    def __init__(self, spec):
        self._spec = _as_spec(spec)
        # (this spec, which its owner may change; an op's device) -> the merged device. A graph has
        # few different ones.
        self._merged = {}

    @property
    def is_null_merge(self):
        """Whether the spec names nothing, so that merging changes nothing."""
        return not self._spec.to_string()

    def __call__(self, op):
        """The device, a str, for `op`, anything with a `device` attribute."""
        device = op.device or ""
        key = self._spec.to_string(), device
        merged = self._merged.get(key)
        if merged is None:
            inner = DeviceSpec.from_string(device)
            merged = self._merged[key] = self._spec.make_merged_spec(inner).to_string()
        return merged


def merge_device(spec):
    """A device function that merges `spec` into the devices of ops.

    Args:
      spec: a device string, a DeviceSpec, or what this function returned.

    Returns:
      A `MergeDevice`.

    Raises:
      ValueError: `spec` is a string that names no device.
    """
    return spec if isinstance(spec, MergeDevice) else MergeDevice(spec)
