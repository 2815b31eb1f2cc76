"""tensorflow.python.client.device_lib: the devices of this machine."""

from minitf.framework import protos
from minitf.session import placement


def list_local_devices(session_config=None):
    """A list of DeviceAttributes messages, of the devices that a session may use."""
    return [protos.DeviceAttributes(
        name=device.name.partition("task:0")[2], device_type=device.device_type,
        memory_limit=device.memory_limit_bytes, incarnation=device.incarnation,
        locality=protos.DeviceLocality(),
        physical_device_desc="" if device.device_type == "CPU"
        else f"device: {device.device_type} device")
        for device in placement.list_devices(session_config)]
