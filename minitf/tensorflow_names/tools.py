"""tensorflow.python.tools.inspect_checkpoint: what is in a checkpoint, printed."""


def print_tensors_in_checkpoint_file(file_name, tensor_name, all_tensors,
                                     all_tensor_names=False, count_exclude_pattern=""):
    """Prints a checkpoint's tensors.

    Args:
      file_name: the checkpoint's prefix.
      tensor_name: the one to print; "" for what the next arguments say.
      all_tensors: print all of them.
      all_tensor_names: print the names of all of them, and values only with ``all_tensors``.
      count_exclude_pattern: accepted as TensorFlow does; there is no count here to take part in.
    """
    from minitf.train import NewCheckpointReader

    del count_exclude_pattern
    reader = NewCheckpointReader(file_name)
    if all_tensors or all_tensor_names:
        for name in sorted(reader.get_variable_to_shape_map()):
            print("tensor_name: ", name)
            if all_tensors:
                print(reader.get_tensor(name))
    elif tensor_name:
        print("tensor_name: ", tensor_name)
        print(reader.get_tensor(tensor_name))
    else:
        print(reader.debug_string().decode("utf-8"))
