"""Records the fields of TensorFlow's protocol buffer messages in golden/protos.json.

Run it with the Python that has the real TensorFlow 1.15.5:

    python tests/record_protos.py
"""

import importlib
import json
import pathlib

from google.protobuf.descriptor import FieldDescriptor

GOLDEN = pathlib.Path(__file__).parent / "golden" / "protos.json"

# The generated modules of TensorFlow that together hold the messages of minitf.framework.protos.
MODULES = [
    f"tensorflow.{directory}.{name}_pb2"
    for directory, names in {
        "core.example": "example feature",
        "core.framework": "allocation_description attr_value cost_graph device_attributes "
        "function graph node_def op_def reader_base resource_handle step_stats summary tensor "
        "tensor_description tensor_shape tensor_slice types variable versions",
        "core.lib.core": "error_codes",
        "core.protobuf": "cluster config control_flow debug meta_graph queue_runner "
        "rewriter_config saved_model saved_object_graph saver struct tensor_bundle "
        "tensorflow_server trackable_object_graph verifier_config",
        "core.util": "event saved_tensor_slice",
        "python.training": "checkpoint_state",
    }.items()
    for name in names.split()
]

# In the same file as `Event`, but parts of TPU workers' protocol.
WORKER_PROTOCOL = {
    "WatchdogConfig",
    "WorkerHealth",
    "WorkerHeartbeatRequest",
    "WorkerHeartbeatResponse",
    "WorkerShutdownMode",
}

PACKAGES = ("tensorflow.error.", "tensorflow.", "tensorboardX.", "minitf.")

KINDS = {
    number: name[len("TYPE_"):].lower()
    for name, number in vars(FieldDescriptor).items()
    if name.startswith("TYPE_")
}


def local_name(descriptor):
    """The name of a message or enum within its package: NodeDef.AttrEntry."""
    for package in PACKAGES:
        if descriptor.full_name.startswith(package):
            return descriptor.full_name[len(package):]
    return descriptor.full_name


def describe_field(field):
    """A field as in a .proto file, with what that leaves implicit: `repeated bool b = 3 [packed]`.
    """
    target = field.message_type or field.enum_type
    words = [KINDS[field.type]] + ([local_name(target)] if target else [])
    if is_repeated(field):
        words.insert(0, "repeated")
    words += [field.name, "=", str(field.number)]
    if is_packed(field):
        words.append("[packed]")
    if field.containing_oneof:
        words.append(f"[oneof {field.containing_oneof.name}]")
    return " ".join(words)


def is_repeated(field):
    """Whether `field` is repeated, by protobuf's newer property or by its older one."""
    if hasattr(field, "is_repeated"):
        return field.is_repeated
    return field.label == FieldDescriptor.LABEL_REPEATED


def is_packed(field):
    """Whether a repeated scalar field is serialised as one run of values."""
    if hasattr(field, "is_packed"):
        return field.is_packed
    if not is_repeated(field) or field.cpp_type in (
        FieldDescriptor.CPPTYPE_MESSAGE,
        FieldDescriptor.CPPTYPE_STRING,  # bytes too
    ):
        return False
    options = field.GetOptions()
    proto3 = field.containing_type.file.syntax == "proto3"
    return options.packed if options.HasField("packed") else proto3


def describe_message(message, into):
    """Adds a message, and those nested in it, to the dict `into`: name -> lines of fields."""
    into[local_name(message)] = [
        describe_field(field) for field in sorted(message.fields, key=lambda f: f.number)
    ]
    for nested in message.nested_types:
        describe_message(nested, into)


def enums_of(message):
    """The enums declared in a message and in those nested in it."""
    yield from message.enum_types
    for nested in message.nested_types:
        yield from enums_of(nested)


def describe_enum(enum):
    """The values of an enum: {name: number}, in the order of their declaration."""
    return {value.name: value.number for value in enum.values}


def main():
    messages, enums = {}, {}
    for module in MODULES:
        file = importlib.import_module(module).DESCRIPTOR
        for name, enum in file.enum_types_by_name.items():
            if name not in WORKER_PROTOCOL:
                enums[name] = describe_enum(enum)
        for name, message in file.message_types_by_name.items():
            if name not in WORKER_PROTOCOL:
                describe_message(message, messages)
                enums.update((local_name(e), describe_enum(e)) for e in enums_of(message))
    record = {"enums": enums, "messages": messages}
    GOLDEN.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")
    print(f"{len(messages)} messages, {len(enums)} enums -> {GOLDEN}")


if __name__ == "__main__":
    main()
