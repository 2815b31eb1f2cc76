"""What is known, when the graph is built, of the variable that a resource handle refers to."""

from minitf.ops import common_shapes

# Ops that hand a resource on as it is.
_PASS_ON = frozenset(["Identity", "Enter", "Exit", "NextIteration", "Switch", "Merge",
                      "PlaceholderWithDefault"])


def handle_data(handle):
    """What a resource handle refers to: (shape, dtype), or None when that is not known."""
    seen = set()
    while handle not in seen:
        seen.add(handle)
        if handle._handle_data is not None:
            return handle._handle_data
        if handle.op.type == "VarHandleOp":
            attrs = handle.op._attrs
            return attrs["shape"], attrs["dtype"]
        if handle.op.type not in _PASS_ON:
            return None
        handle = handle.op.inputs[0]
    return None


def handle_dtype(handle):
    """The dtype of the variable that a handle refers to.

    Raises:
      ValueError: it is not known.
    """
    data = handle_data(handle)
    if data is None:
        raise ValueError(f"the dtype of the variable behind {handle} is not known")
    return data[1]


def handle_shape(handle):
    """The static shape of the variable that a handle refers to."""
    data = handle_data(handle)
    return common_shapes.UNKNOWN if data is None else data[0]


def checked_shape(handle, dtype):
    """``handle_shape``, after a check that the variable is of that dtype."""
    data = handle_data(handle)
    if data is None:
        return common_shapes.UNKNOWN
    if data[1] != dtype:
        raise ValueError("Trying to read variable with wrong dtype. Expected "
                         f"{data[1].opdef_name} got {dtype.opdef_name}")
    return data[0]
