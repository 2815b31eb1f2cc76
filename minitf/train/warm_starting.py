"""tf.train.warm_start: variables that begin with the values that they had in a checkpoint."""

import collections

from minitf import tf_logging
from minitf.framework import errors
from minitf.framework.graph import GraphKeys, get_collection
from minitf.train.checkpoint_utils import init_from_checkpoint, is_variable, load_checkpoint
from minitf.train.saveable import named_variables
from minitf.train.saver import object_based_keys


class VocabInfo(collections.namedtuple("VocabInfo", [
        "new_vocab", "new_vocab_size", "num_oov_buckets", "old_vocab", "old_vocab_size",
        "backup_initializer", "axis"])):
    """How the rows of a variable belong to words, now and in a checkpoint.

    Args:
      new_vocab, new_vocab_size: the file with the words, one a line, and how many are used.
      num_oov_buckets: how many rows there are for other words.
      old_vocab, old_vocab_size: the same of the checkpoint; -1: all words.
      backup_initializer: what makes the rows of words that the checkpoint does not have.
      axis: 0 for rows, 1 for columns.

    Raises:
      ValueError: another axis.
    """

    def __new__(cls, new_vocab, new_vocab_size, num_oov_buckets, old_vocab, old_vocab_size=-1,
                backup_initializer=None, axis=0):
        if axis not in (0, 1):
            raise ValueError("The only supported values for the axis argument are 0 and 1.  "
                             f"Provided axis: {axis}")
        return super().__new__(cls, new_vocab, new_vocab_size, num_oov_buckets, old_vocab,
                               old_vocab_size, backup_initializer, axis)


def warm_start(ckpt_to_initialize_from, vars_to_warm_start=".*", var_name_to_vocab_info=None,
               var_name_to_prev_var_name=None):
    """Makes variables' initializers restore them from a checkpoint.

    Args:
      ckpt_to_initialize_from: the checkpoint, or a directory, whose latest one is meant.
      vars_to_warm_start: a regular expression for the names of trainable variables; or a list of
        such, for all global variables; or a list of variables; or None for those with a VocabInfo.
      var_name_to_vocab_info: {variable's name: VocabInfo}; not supported.
      var_name_to_prev_var_name: {variable's name: its name in the checkpoint}, where they differ.

    Raises:
      ValueError: ``vars_to_warm_start`` is of another kind; a name is of no variable; or as
        ``init_from_checkpoint``.
      UnimplementedError: there is a VocabInfo.
    """
    tf_logging.info("Warm-starting from: %s", ckpt_to_initialize_from)
    if var_name_to_vocab_info:
        raise errors.UnimplementedError(
            None, None, "minitf does not remap vocabularies: "
            f"var_name_to_vocab_info={var_name_to_vocab_info}")
    variables = _by_name(_chosen(vars_to_warm_start))
    earlier_names = var_name_to_prev_var_name
    if not earlier_names:
        earlier_names = _object_based_names(ckpt_to_initialize_from, variables)
    if vars_to_warm_start:
        init_from_checkpoint(ckpt_to_initialize_from, {
            earlier_names.get(name) or name: found[0] if len(found) == 1 else found
            for name, found in variables.items()})
        tf_logging.info("Warm-started %d variables.", len(variables))
    unused = earlier_names.keys() - variables.keys()
    if unused:
        raise ValueError(
            "You provided the following variables in var_name_to_prev_var_name that were not "
            f"used: {unused}.  Perhaps you misspelled them?  Here is the list of viable variable "
            f"names: {variables.keys()}")


def _chosen(wanted):
    """The variables that ``vars_to_warm_start`` means."""
    if wanted is None or isinstance(wanted, str):
        tf_logging.info("Warm-starting variables only in TRAINABLE_VARIABLES.")
        return get_collection(GraphKeys.TRAINABLE_VARIABLES, scope=wanted)
    if not isinstance(wanted, list):
        raise ValueError(
            f"`vars_to_warm_start must be a `list` or `str`.  Given type is {type(wanted)}")
    if all(isinstance(item, str) for item in wanted):
        return [variable for item in wanted
                for variable in get_collection(GraphKeys.GLOBAL_VARIABLES, scope=item)]
    if not all(map(is_variable, wanted)):
        raise ValueError("If `vars_to_warm_start` is a list, it must be all `Variable` or all "
                         f"`str`.  Given types are {[type(item) for item in wanted]}")
    return wanted


def _by_name(variables):
    """{name in checkpoints: [variable, or its slices]}."""
    grouped = {}
    for variable in variables:
        name, = named_variables([variable])
        grouped.setdefault(name, []).append(variable)
    return grouped


def _object_based_names(checkpoint, variables):
    """The keys of the variables, if tf.train.Checkpoint wrote the checkpoint."""
    keys = object_based_keys(load_checkpoint(checkpoint))
    if keys is None:
        return {}
    missing = variables.keys() - keys.keys()
    if missing:
        raise ValueError(
            "Attempting to warm-start from an object-based checkpoint, but found that the "
            "checkpoint did not contain values for all variables. The following variables were "
            f"missing: {missing}")
    return {name: keys[name] for name in variables}
