"""`tf.errors`: what running a graph raises, one class per canonical error code."""

import inspect
import os
import traceback
import warnings

OK = 0
CANCELLED = 1
UNKNOWN = 2
INVALID_ARGUMENT = 3
DEADLINE_EXCEEDED = 4
NOT_FOUND = 5
ALREADY_EXISTS = 6
PERMISSION_DENIED = 7
RESOURCE_EXHAUSTED = 8
FAILED_PRECONDITION = 9
ABORTED = 10
OUT_OF_RANGE = 11
UNIMPLEMENTED = 12
INTERNAL = 13
UNAVAILABLE = 14
DATA_LOSS = 15
UNAUTHENTICATED = 16


class OperatorNotAllowedInGraphError(TypeError):
    """A tensor was used where Python wants a value now: `if tensor:`, `for x in tensor:`."""


class InaccessibleTensorError(ValueError):
    """A tensor was fetched that only exists inside of a conditional or a loop."""


class OpError(Exception):
    """An operation failed while a graph was running; the base of all classes below.

    `str(error)` is the message and, when the operation is known, where it was created.

    Args:
      node_def: the `NodeDef` of the operation that failed, or None.
      op: the `tf.Operation` that failed, or None when the graph does not have it.
      message: what went wrong.
      error_code: one of the codes above, `tf.errors.NOT_FOUND` and so on.
    """

    def __init__(self, node_def, op, message, error_code):
        super().__init__()
        self._node_def = node_def
        self._op = op
        self._message = message
        self._error_code = error_code

    @property
    def node_def(self):
        """The `NodeDef` of the operation that failed, or None."""
        return self._node_def

    @property
    def op(self):
        """The `tf.Operation` that failed, or None."""
        return self._op

    @property
    def message(self):
        """What went wrong, without the stack of the operation."""
        return self._message

    @property
    def error_code(self):
        """The canonical error code, an int."""
        return self._error_code

    def __str__(self):
        if self._op is None:
            return self._message
        return f"{self._message}\n\n{_creation_story(self._op)}"

    def __reduce__(self):
        # The subclasses' constructors take no error code, and a user's may take less still.
        arguments = inspect.signature(type(self)).parameters
        return type(self), tuple(getattr(self, name) for name in arguments)


def _creation_story(op):
    """The stack that created `op`, then those of the ops that it was made for."""
    frames = _formatted_stack(op)
    story = [f"Original stack trace for {op.name!r}:\n", *frames]
    op = op._original_op
    while op is not None:
        story.append(f"\n...which was originally created as op {op.name!r}, defined at:\n")
        previous, frames = frames, _formatted_stack(op)
        story += _without_repeats(frames, previous)
        op = op._original_op
    return "".join(story)


def _formatted_stack(op):
    """The frames of `op.traceback` as text, without the directories that all files share."""
    files = {frame[0] for frame in op.traceback}
    prefix = os.path.dirname(os.path.commonprefix(list(files)))
    return traceback.format_list(
        [(filename[len(prefix):], *rest) for filename, *rest in map(tuple, op.traceback)]
    )


def _without_repeats(frames, previous):
    """`frames`, with runs that `previous` has in the same places cut to their two ends."""
    kept = []
    run = []
    for frame, earlier in zip(frames, previous):
        if frame == earlier:
            run.append(frame)
            if len(run) == 1:
                kept.append(frame)
            continue
        if len(run) > 1:
            kept.append(f"[elided {len(run) - 2} identical lines from previous traceback]\n")
            kept.append(run[-1])
        run = []
        kept.append(frame)
    return kept


class CancelledError(OpError):
    """The operation was cancelled, for instance because its queue or session was closed."""

    def __init__(self, node_def, op, message):
        super().__init__(node_def, op, message, CANCELLED)


class UnknownError(OpError):
    """An error of which no more is known, such as a Python exception inside an operation."""

    def __init__(self, node_def, op, message, error_code=UNKNOWN):
        super().__init__(node_def, op, message, error_code)


class InvalidArgumentError(OpError):
    """An input's value or shape is not one that the operation accepts."""

    def __init__(self, node_def, op, message):
        super().__init__(node_def, op, message, INVALID_ARGUMENT)


class DeadlineExceededError(OpError):
    """The time allowed for the step was over before the operation finished."""

    def __init__(self, node_def, op, message):
        super().__init__(node_def, op, message, DEADLINE_EXCEEDED)


class NotFoundError(OpError):
    """A file, a checkpoint entry or a resource does not exist."""

    def __init__(self, node_def, op, message):
        super().__init__(node_def, op, message, NOT_FOUND)


class AlreadyExistsError(OpError):
    """A file or a resource that was to be made exists."""

    def __init__(self, node_def, op, message):
        super().__init__(node_def, op, message, ALREADY_EXISTS)


class PermissionDeniedError(OpError):
    """A file or another resource may not be used by this user."""

    def __init__(self, node_def, op, message):
        super().__init__(node_def, op, message, PERMISSION_DENIED)


class UnauthenticatedError(OpError):
    """The request did not say who makes it."""

    def __init__(self, node_def, op, message):
        super().__init__(node_def, op, message, UNAUTHENTICATED)


class ResourceExhaustedError(OpError):
    """Memory, disk space or a quota is used up."""

    def __init__(self, node_def, op, message):
        super().__init__(node_def, op, message, RESOURCE_EXHAUSTED)


class FailedPreconditionError(OpError):
    """The state is not what the operation needs; mostly a variable that is not initialized."""

    def __init__(self, node_def, op, message):
        super().__init__(node_def, op, message, FAILED_PRECONDITION)


class AbortedError(OpError):
    """The operation was given up because of another one that ran at the same time."""

    def __init__(self, node_def, op, message):
        super().__init__(node_def, op, message, ABORTED)


class OutOfRangeError(OpError):
    """The end was reached: of a file, a closed queue, or a dataset's iterator."""

    def __init__(self, node_def, op, message):
        super().__init__(node_def, op, message, OUT_OF_RANGE)


class UnimplementedError(OpError):
    """The operation does not support these arguments, which are valid otherwise."""

    def __init__(self, node_def, op, message):
        super().__init__(node_def, op, message, UNIMPLEMENTED)


class InternalError(OpError):
    """Something that always holds did not: an error in the implementation."""

    def __init__(self, node_def, op, message):
        super().__init__(node_def, op, message, INTERNAL)


class UnavailableError(OpError):
    """A service that the operation needs cannot be reached now."""

    def __init__(self, node_def, op, message):
        super().__init__(node_def, op, message, UNAVAILABLE)


class DataLossError(OpError):
    """Data is damaged or cut short and cannot be recovered."""

    def __init__(self, node_def, op, message):
        super().__init__(node_def, op, message, DATA_LOSS)


_CODE_TO_CLASS = {
    CANCELLED: CancelledError,
    UNKNOWN: UnknownError,
    INVALID_ARGUMENT: InvalidArgumentError,
    DEADLINE_EXCEEDED: DeadlineExceededError,
    NOT_FOUND: NotFoundError,
    ALREADY_EXISTS: AlreadyExistsError,
    PERMISSION_DENIED: PermissionDeniedError,
    UNAUTHENTICATED: UnauthenticatedError,
    RESOURCE_EXHAUSTED: ResourceExhaustedError,
    FAILED_PRECONDITION: FailedPreconditionError,
    ABORTED: AbortedError,
    OUT_OF_RANGE: OutOfRangeError,
    UNIMPLEMENTED: UnimplementedError,
    INTERNAL: InternalError,
    UNAVAILABLE: UnavailableError,
    DATA_LOSS: DataLossError,
}
_CLASS_TO_CODE = {error_class: code for code, error_class in _CODE_TO_CLASS.items()}


class _Status:
    """An error code and a message, which C functions of TensorFlow would set.

    Attributes:
      code: one of the codes of this module; OK at first.
      message: what went wrong, a str.
    """

    def __init__(self):
        self.code = OK
        self.message = ""


class raise_exception_on_not_ok_status:
    """A context that gives a status, and raises the error of its code if that is not OK after it.

        with tf.errors.raise_exception_on_not_ok_status() as status:
            ...  # sets status.code and status.message
    """

    def __enter__(self):
        self.status = _Status()
        return self.status

    def __exit__(self, exc_type, exc, stack):
        if exc_type is None and self.status.code != OK:
            raise exception_type_from_error_code(self.status.code)(None, None, self.status.message)
        return False


def exception_type_from_error_code(error_code):
    """The class of the errors that have `error_code`. Raises KeyError for OK and other values."""
    return _CODE_TO_CLASS[error_code]


def error_code_from_exception_type(cls):
    """The code of a class of this module.

    For other classes it warns and returns an `UnknownError` object, as TensorFlow does.
    """
    if cls in _CLASS_TO_CODE:
        return _CLASS_TO_CODE[cls]
    warnings.warn("Unknown class exception", stacklevel=2)
    return UnknownError(None, None, "Unknown class exception", None)
