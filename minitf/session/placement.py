"""Devices: which there are, and whether a graph asks for others.

Everything runs on one CPU. What a graph asks for is checked all the same, as TensorFlow's build
without GPUs checks it: a program that names `/gpu:0` without `allow_soft_placement` is refused.
"""

import datetime
import random
import sys

from minitf.framework import errors
from minitf.framework.device import DeviceSpec
from minitf.framework.modes import get_log_device_placement

_HOST = "/job:localhost/replica:0/task:0"


class DeviceAttributes:
    """A device that sessions may use.

    Attributes:
      name, device_type: as in `/job:localhost/replica:0/task:0/device:CPU:0`, and `CPU`.
      memory_limit_bytes: the memory that TensorFlow says it has.
      incarnation: a random number, another one for each process.
    """

    def __init__(self, name, device_type, memory_limit_bytes, incarnation):
        self.name = name
        self.device_type = device_type
        self.memory_limit_bytes = memory_limit_bytes
        self.incarnation = incarnation

    def __repr__(self):
        return (f"_DeviceAttributes({self.name}, {self.device_type}, {self.memory_limit_bytes}, "
                f"{self.incarnation})")


_incarnations = {}  # device name -> number
_numbers = random.Random()  # not the generator that the program may have seeded


def list_devices(config):
    """The DeviceAttributes of a session with that ConfigProto, which may be None."""
    count = config.device_count.get("CPU", 1) if config is not None else 1
    names = [(f"{_HOST}/device:CPU:{i}", "CPU", 1 << 28) for i in range(max(count, 1))]
    names.append((f"{_HOST}/device:XLA_CPU:0", "XLA_CPU", 1 << 34))
    return [DeviceAttributes(*device, _incarnations.setdefault(device[0], _numbers.getrandbits(62)))
            for device in names]


class Placer:
    """Checks the devices that a graph's operations ask for, and logs which they get.

    Args:
      graph: the graph.
      config: the session's ConfigProto, or None.
    """

    def __init__(self, graph, config):
        self._graph = graph
        self._devices = [device.name for device in list_devices(config)]
        self._specs = [DeviceSpec.from_string(name) for name in self._devices]
        self._is_soft = config is not None and config.allow_soft_placement
        self._logs = (get_log_device_placement() if config is None
                      else config.log_device_placement)
        self._checked = 0  # operations that have been looked at
        self._assigned = {"": self._devices[0]}  # device asked for -> device given, or None
        if self._logs:
            mapping = "".join(f"\n{name} -> device: XLA_CPU device" for name in self._devices
                              if "XLA" in name)
            _log(f"Device mapping:{mapping}")

    def place(self):
        """Looks at what is new in the graph.

        Raises:
          InvalidArgumentError: an operation asks for a device that there is not.
        """
        ops = self._graph.get_operations()
        if len(ops) == self._checked:
            return
        new = ops[self._checked:]
        if any(self._device_for(op._device) is None for op in new):
            self._refuse(ops)
        self._checked = len(ops)
        if self._logs:
            for op in _in_placing_order(ops):
                _log(f"{op.name}: ({op.type}): {self._device_for(op._device)}")

    def _device_for(self, asked):
        """The device that an operation gets, or None when there is none that fits."""
        if asked not in self._assigned:
            spec = DeviceSpec.from_string(asked)
            fits = [name for name, other in zip(self._devices, self._specs)
                    if _matches(spec, other)]
            if not fits and self._is_soft:
                fits = [name for name, other in zip(self._devices, self._specs)
                        if _matches(spec.replace(device_type=None, device_index=None), other)]
            self._assigned[asked] = fits[0] if fits else None
        return self._assigned[asked]

    def _refuse(self, ops):
        """Raises for the first operation that cannot have what it, or its group, asks for."""
        groups = {}
        for op in ops:
            for name in op.colocation_groups():
                groups.setdefault(name, []).append(op)
        for op in _in_placing_order(ops):
            if self._device_for(op._device) is None:
                raise self._error(op, self._words_for_device(op))
            for name in op.colocation_groups():
                wanted = [other for other in groups[name]
                          if self._device_for(other._device) is None]
                if wanted:
                    raise self._error(op, self._words_for_group(op, wanted[0], groups[name]))

    def _error(self, op, words):
        return errors.InvalidArgumentError(
            op.node_def, op, f"Cannot assign a device for operation {op.name}: {words}\n"
                             f"\t [[{op.name}]]")

    def _words_for_device(self, op):
        words = (f"node {op.name}{_where(op)} was explicitly assigned to {op._device} but available"
                 f" devices are [ {', '.join(self._devices)} ]. Make sure the device specification "
                 "refers to a valid device.")
        if DeviceSpec.from_string(op._device).device_type == "GPU":
            words += " The requested device appears to be a GPU, but CUDA is not enabled."
        return words

    def _words_for_group(self, op, other, group):
        members = "".join(f"\n  {member.name} ({member.type}) {member._device}" for member in group)
        return (f"Could not satisfy explicit device specification '{op._device}' because the node "
                f"node {op.name}{_where(op)} was colocated with a group of nodes that required "
                f"incompatible device '{other._device}'. All available devices "
                f"[{', '.join(self._devices)}]. \nColocation Debug Info:\nColocation members, "
                f"user-requested devices, and framework assigned devices, if any:{members}\n")


def _where(op):
    if not op._frames:
        return ""
    code, line = op._frames[0]
    return f" (defined at {code.co_filename}:{line}) "


def _matches(spec, device):
    """Whether a device has all that a DeviceSpec names."""
    return all(getattr(spec, name) in (None, getattr(device, name))
               for name in ("job", "replica", "task", "device_type", "device_index"))


def _in_placing_order(ops):
    """The operations as created, those that only make a value last: they go where it is read."""
    def makes_value(op):
        return not op.inputs and len(op.outputs) == 1 and not op.outputs[0].dtype._is_ref_dtype

    return [op for op in ops if not makes_value(op)] + [op for op in ops if makes_value(op)]


def _log(text):
    """As TensorFlow: plainly on stdout, and with the time on stderr."""
    print(text, flush=True)
    time = datetime.datetime.now().isoformat(" ")
    print(f"{time}: I {__name__.replace('.', '/')}.py] {text}", file=sys.stderr, flush=True)
