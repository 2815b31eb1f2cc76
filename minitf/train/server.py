"""Clusters by their addresses; a server is always the process itself."""

import collections.abc

from minitf.framework import errors


class ClusterSpec:
    """Which jobs a cluster has, and at which addresses their tasks are.

    Args:
      cluster: {job name: list of addresses, or {task number: address}}, a ClusterDef, or a
        ClusterSpec.

    Raises:
      TypeError: something else.
    """

    def __init__(self, cluster):
        self._jobs = {}
        if isinstance(cluster, ClusterSpec):
            self._jobs = {name: dict(tasks) for name, tasks in cluster._jobs.items()}
        elif isinstance(cluster, collections.abc.Mapping):
            for name, tasks in cluster.items():
                if not isinstance(tasks, (list, tuple, collections.abc.Mapping)):
                    raise TypeError("The tasks for job %r must be a list or a dictionary from "
                                    "integers to strings." % name)
                pairs = (tasks.items() if isinstance(tasks, collections.abc.Mapping)
                         else enumerate(tasks))
                self._jobs[name] = dict(pairs)
        elif hasattr(cluster, "job"):
            self._jobs = {job.name: dict(job.tasks) for job in cluster.job}
        else:
            raise TypeError("`cluster` must be a dictionary mapping one or more job names to lists "
                            "of network addresses, or a `ClusterDef` protocol buffer")
        for name, tasks in self._jobs.items():
            for index, address in tasks.items():
                if not isinstance(address, str):
                    raise TypeError(f"Task address {address} must be bytes or unicode")

    def __bool__(self):
        return bool(self._jobs)

    def __eq__(self, other):
        return isinstance(other, ClusterSpec) and self._jobs == other._jobs

    __hash__ = None

    def __str__(self):
        text = ", ".join(f"{name!r}: {self.as_dict()[name]!r}" for name in sorted(self._jobs))
        return f"ClusterSpec({{{text}}})"

    @property
    def jobs(self):
        """The jobs' names."""
        return list(self._jobs)

    def as_dict(self):
        """{job name: list of addresses; {task number: address} where numbers are missing}."""
        result = {}
        for name, tasks in self._jobs.items():
            is_dense = tasks and max(tasks) + 1 == len(tasks)
            result[name] = ([tasks[i] for i in range(len(tasks))] if is_dense or not tasks
                            else dict(tasks))
        return result

    def as_cluster_def(self):
        """The cluster as a ClusterDef message."""
        from minitf.framework import protos

        message = protos.ClusterDef()
        for name in sorted(self._jobs):
            job = message.job.add(name=name)
            for index, address in sorted(self._jobs[name].items()):
                job.tasks[index] = address
        return message

    def num_tasks(self, job_name):
        """How many tasks a job has.

        Raises:
          ValueError: there is no such job.
        """
        return len(self._job(job_name))

    def task_indices(self, job_name):
        """The numbers of a job's tasks."""
        return sorted(self._job(job_name))

    def task_address(self, job_name, task_index):
        """The address of a task.

        Raises:
          ValueError: there is no such job or task.
        """
        tasks = self._job(job_name)
        if task_index not in tasks:
            raise ValueError(f"No task with index {task_index!r} in job {job_name!r}")
        return tasks[task_index]

    def job_tasks(self, job_name):
        """The addresses of a job's tasks, by number; None where there is no task."""
        tasks = self._job(job_name)
        return [tasks.get(i) for i in range(max(tasks, default=-1) + 1)]

    def _job(self, job_name):
        if job_name not in self._jobs:
            raise ValueError(f"No such job in cluster: {job_name!r}")
        return self._jobs[job_name]


class Server:
    """A server of this process alone: there is no distributed runtime.

    Its ``target`` is "", the session in this process.

    Args:
      server_or_cluster_def: a ServerDef, ClusterDef, ClusterSpec or dictionary, of one task.
      job_name, task_index, protocol: which task it is; by default the only one, and "grpc".
      config: a ConfigProto.
      start: has no effect.

    Raises:
      UnimplementedError: the cluster has more than one task.
    """

    def __init__(self, server_or_cluster_def, job_name=None, task_index=None, protocol=None,
                 config=None, start=True):
        from minitf.framework import protos

        if isinstance(server_or_cluster_def, protos.ServerDef):
            definition = protos.ServerDef.FromString(server_or_cluster_def.SerializeToString())
        else:
            definition = protos.ServerDef(
                cluster=ClusterSpec(server_or_cluster_def).as_cluster_def())
        tasks = [(job.name, index) for job in definition.cluster.job for index in job.tasks]
        if len(tasks) != 1:
            raise errors.UnimplementedError(
                None, None, f"minitf has no distributed runtime: a cluster of {len(tasks)} tasks; "
                            "a tf.train.Server can only be of the one process")
        definition.job_name = job_name or definition.job_name or tasks[0][0]
        definition.task_index = task_index or definition.task_index or tasks[0][1]
        definition.protocol = protocol or definition.protocol or "grpc"
        if config is not None:
            definition.default_session_config.MergeFrom(config)
        self._server_def = definition

    @property
    def server_def(self):
        """The ServerDef."""
        return self._server_def

    @property
    def target(self):
        """What a Session takes to run here: ""."""
        return ""

    def start(self):
        """Has no effect: sessions run in their own process."""

    def join(self):
        """Would wait for ever.

        Raises:
          UnimplementedError: always: nobody else can ask this server for anything.
        """
        raise errors.UnimplementedError(
            None, None, "minitf has no distributed runtime: Server.join would wait for ever")

    @staticmethod
    def create_local_server(config=None, start=True):
        """A server of this process."""
        return Server({"local": ["localhost:0"]}, protocol="grpc", config=config, start=start)
