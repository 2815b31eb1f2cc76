"""tf.errors against TensorFlow's: classes, codes, and the text with an operation's stacks."""

import pickle
import types

import pytest
from record_framework import ERROR_NAMES, load, mismatches

from minitf.framework import errors


def test_as_tensorflow():
    assert mismatches(load("errors"), types.SimpleNamespace(errors=errors)) == []


def test_all_classes_are_compared():
    classes = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.OpError)
    }
    assert classes == {"OpError", *ERROR_NAMES}


class QuotaError(errors.ResourceExhaustedError):
    """As users write them: with arguments of their own."""

    def __init__(self, message):
        super().__init__(None, None, message)


def test_subclass_with_fewer_arguments_can_be_pickled():
    error = pickle.loads(pickle.dumps(QuotaError("full")))
    assert (type(error), error.message, error.error_code) == (QuotaError, "full", 8)


def test_code_of_a_foreign_class():
    with pytest.warns(UserWarning, match="Unknown class exception"):
        assert isinstance(
            errors.error_code_from_exception_type(ValueError), errors.UnknownError
        )


def test_caught_as_op_error_with_its_parts():
    op = types.SimpleNamespace(name="a", traceback=[], _original_op=None)
    node = object()
    with pytest.raises(errors.OpError) as caught:
        raise errors.InvalidArgumentError(node, op, "bad")
    assert caught.value.op is op
    assert caught.value.node_def is node
    assert caught.value.message == "bad"
    assert caught.value.error_code == errors.INVALID_ARGUMENT
