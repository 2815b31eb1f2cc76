"""Tensors that stay in the session: handles that a later run reads them by."""

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.device import canonical_name
from minitf.framework.graph import colocate_with, device
from minitf.framework.registry import op
from minitf.framework.operation import Tensor
from minitf.framework.tensor_shape import TensorShape
from minitf.ops import array_identity_ops

# ---- GetSessionHandle ----


def get_session_handle(data, name=None):
    """A handle of the value of ``data``, which stays in the session when the run is over.

    Fetching it gives a TensorHandle; its ``handle`` is fed to what ``get_session_tensor`` makes.

    Args:
      data: a tensor.
      name: name of the operation.

    Returns:
      A scalar string tensor (TF op: GetSessionHandle).

    Raises:
      TypeError: ``data`` is no tensor.
    """
    if not isinstance(data, Tensor):
        raise TypeError("`data` must be of type Tensor.")
    with colocate_with(data):
        return GetSessionHandle(data, name=name)


GetSessionHandle = op("GetSessionHandle(value: T; T) -> (handle: string)", stateful=True)


@GetSessionHandle.shape
def _():
    return TensorShape([])


@GetSessionHandle.kernel
def _(value, ctx):
    return ctx.session.tensors.add(ctx.op.name, value).encode()


GetSessionHandle.not_differentiable()


# ---- GetSessionTensor ----


def get_session_tensor(handle, dtype, name=None):
    """A tensor of the session, by its handle.

    Args:
      handle: the handle, a string: it says which device the tensor is on.
      dtype: the tensor's dtype.
      name: name of the operation.

    Returns:
      A pair: the placeholder to which a handle is fed, and the tensor (TF op: GetSessionTensor).
    """
    with device(_device_of(handle)):
        holder = array_identity_ops.placeholder(dtypes.string)
        tensor = GetSessionTensor(holder, dtype=dtype, name=name)
    return holder, tensor


GetSessionTensor = op("GetSessionTensor(handle: string; dtype) -> (value: dtype)", stateful=True)


@GetSessionTensor.kernel
def _(handle, dtype, ctx):
    value = ctx.session.tensors.get(_text(handle))
    its = dtypes.as_dtype(value.dtype if value.dtype != object else "string")
    if its != dtype:
        raise errors.InternalError(
            None, None, f"Output 0 of type {its.opdef_name} does not match declared output type "
                        f"{dtype.opdef_name} for node {ctx.op.name}")
    return value.copy()


GetSessionTensor.not_differentiable()


# ---- DeleteSessionTensor ----


def delete_session_tensor(handle, name=None):
    """Lets the session forget a tensor.

    Args:
      handle: the tensor's handle, a string.
      name: name of the operation.

    Returns:
      A pair: the placeholder to which a handle is fed, and the operation that deletes
      (TF op: DeleteSessionTensor).
    """
    with device(_device_of(handle)):
        holder = array_identity_ops.placeholder(dtypes.string)
        return holder, DeleteSessionTensor(holder, name=name)


DeleteSessionTensor = op("DeleteSessionTensor(handle: string) -> ()", stateful=True)


@DeleteSessionTensor.kernel
def _(handle, ctx):
    ctx.session.tensors.delete(_text(handle))


# ---- what is fetched ----


class TensorHandle:
    """What fetching a handle gives: it stands for a tensor that a session keeps.

    When it is no longer used, the session forgets the tensor, sooner or later.

    Args:
      handle: the handle, a string or bytes.
      dtype: the tensor's dtype.
      session: the session.
    """

    def __init__(self, handle, dtype, session):
        self._handle = handle if isinstance(handle, str) else handle.decode()
        self._dtype = dtype
        self._session = session
        self._auto_gc_enabled = True

    def __del__(self):
        if self._auto_gc_enabled:
            self._session._register_dead_handle(self._handle)

    def __str__(self):
        return self._handle

    @property
    def handle(self):
        """The handle, a string."""
        return self._handle

    def eval(self):
        """The tensor's value.

        Raises:
          TypeError: the tensor has been deleted, or may have been.
        """
        self._check()
        holder, reader = _reader(self._session.graph, self._handle, self._dtype)
        return self._session.run(reader, feed_dict={holder: self._handle})

    def delete(self):
        """Lets the session forget the tensor now.

        Raises:
          TypeError: the tensor has been deleted, or may have been.
        """
        self._check()
        self._auto_gc_enabled = False
        holder, deleter = deleter_for(self._session.graph, 0, self._handle)
        self._session.run(deleter, feed_dict={holder: self._handle})

    def get_raw_handle(self):
        """The handle, a string; from now on the caller has to delete the tensor."""
        self._auto_gc_enabled = False
        return self._handle

    def _check(self):
        if not self._auto_gc_enabled:
            raise TypeError(f"Persistent tensor {self._handle} may have already been deleted.")


def _reader(graph, handle, dtype):
    """The pair of ``get_session_tensor`` for handles of one node, made once in a graph."""
    parts = handle.split(";")
    key = parts[0], parts[-1]
    known = graph._handle_readers
    if key not in known:
        with graph.as_default():
            known[key] = get_session_tensor(handle, dtype)
    return known[key]


def deleter_for(graph, number, handle):
    """The pair of ``delete_session_tensor`` with that number, made once in a graph."""
    known = graph._handle_deleters
    if number not in known:
        with graph.as_default():
            known[number] = delete_session_tensor(handle)
    return known[number]


def _device_of(handle):
    return canonical_name(str(handle).split(";")[-1])


def _text(handle):
    return np.asarray(handle, dtype=object).item().decode()
