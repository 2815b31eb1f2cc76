"""replica_device_setter: variables to the parameter servers by turns, the rest to the worker."""

from minitf.framework.device import DeviceSpec
from minitf.train.server import ClusterSpec

_VARIABLE_OPS = ("Variable", "VariableV2", "AutoReloadVariable", "MutableHashTable",
                 "MutableHashTableV2", "MutableHashTableOfTensors",
                 "MutableHashTableOfTensorsV2", "MutableDenseHashTable",
                 "MutableDenseHashTableV2", "VarHandleOp", "BoostedTreesEnsembleResourceHandleOp",
                 "BoostedTreesQuantileStreamResourceHandleOp",
                 "ResourceConditionalAccumulator", "DecisionTreeResource")


def replica_device_setter(ps_tasks=0, ps_device="/job:ps", worker_device="/job:worker",
                          merge_devices=True, cluster=None, ps_ops=None, ps_strategy=None):
    """A device function, for ``with tf.device(...)``, that shares variables among servers.

    Args:
      ps_tasks: how many parameter servers there are.
      ps_device: their device.
      worker_device: the device of other operations.
      merge_devices: complete devices that are partly set already.
      cluster: a ClusterSpec or what makes one, to count the tasks of the job of ``ps_device``.
      ps_ops: the types of operations that servers have; by default variables.
      ps_strategy: a function of an operation that gives the server's number; by default in turn.

    Returns:
      A function of an operation; None when there are no servers.

    Raises:
      TypeError: ``ps_strategy`` cannot be called.
    """
    if cluster is not None:
        tasks = ClusterSpec(cluster).as_dict()
        job = DeviceSpec.from_string(ps_device).job
        if not job or job not in tasks:
            return None
        ps_tasks = len(tasks[job])
    if ps_tasks == 0:
        return None
    ps_ops = list(_VARIABLE_OPS) if ps_ops is None else ps_ops
    strategy = _InTurn(ps_tasks) if ps_strategy is None else ps_strategy
    if not callable(strategy):
        raise TypeError("ps_strategy must be callable")

    def choose(op):
        current = DeviceSpec.from_string(op.device or "")
        if not merge_devices and op.device:
            return op.device
        wanted = DeviceSpec.from_string(worker_device or "")
        if ps_device and op.type in ps_ops:
            wanted = DeviceSpec.from_string(ps_device)
            if wanted.job and wanted.task is None:
                wanted = wanted.replace(task=strategy(op))
        return wanted.make_merged_spec(current).to_string()

    return choose


class _InTurn:
    """Gives each operation the next server's number."""

    def __init__(self, num_tasks):
        self._num_tasks = num_tasks
        self._next = 0

    def __call__(self, op):
        task = self._next
        self._next = (task + 1) % self._num_tasks
        return task
