"""Arguments that TensorFlow has renamed and still takes under their old names."""


def renamed_argument(new_name, new_value, old_name, old_value):
    """The value of an argument, given under its new name or its old one.

    Raises:
      ValueError: it is given under both.
    """
    if old_value is None:
        return new_value
    if new_value is not None:
        raise ValueError(f"Cannot specify both '{old_name}' and '{new_name}'")
    return old_value
