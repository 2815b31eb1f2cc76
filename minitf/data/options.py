"""tf.data.Options: how a dataset is to be run. Here most of it makes no difference."""


class _Settings:
    """Named values, of which only those that are known can be set; None: not set."""

    _names = ()

    def __init__(self):
        for name in self._names:
            object.__setattr__(self, name, None)

    def __setattr__(self, name, value):
        if name not in self._names:
            raise AttributeError(f"Cannot set the property {name} on {type(self).__name__}.")
        object.__setattr__(self, name, value)

    def __eq__(self, other):
        return type(other) is type(self) and all(
            getattr(self, name) == getattr(other, name) for name in self._names)

    __hash__ = None

    def merge(self, other):
        """These settings, with those of ``other`` that are set."""
        merged = type(self)()
        for name in self._names:
            mine, theirs = getattr(self, name), getattr(other, name)
            if isinstance(mine, _Settings) and isinstance(theirs, _Settings):
                mine = mine.merge(theirs)
            elif theirs is not None:
                mine = theirs
            setattr(merged, name, mine)
        return merged


class MapVectorizationOptions(_Settings):
    """What to do about map and batch being exchanged; has no effect here."""

    _names = ("enabled", "use_choose_fastest")


class OptimizationOptions(_Settings):
    """Which changes to a dataset are allowed; of them, here, the fusion of shuffle and repeat."""

    _names = ("apply_default_optimizations", "autotune", "autotune_algorithm", "autotune_buffers",
              "autotune_cpu_budget", "filter_fusion", "filter_with_random_uniform_fusion",
              "hoist_random_uniform", "map_and_batch_fusion", "map_and_filter_fusion",
              "map_fusion", "map_parallelization", "map_vectorization", "noop_elimination",
              "parallel_batch", "shuffle_and_repeat_fusion")

    def __init__(self):
        super().__init__()
        self.map_vectorization = MapVectorizationOptions()


class ThreadingOptions(_Settings):
    """How many threads to use; has no effect here."""

    _names = ("max_intra_op_parallelism", "private_threadpool_size")


class DistributeOptions(_Settings):
    """How to share a dataset among workers; has no effect here."""

    _names = ("auto_shard", "num_devices")


class StatsOptions(_Settings):
    """What to measure; has no effect here."""

    _names = ("aggregator", "counter_prefix", "latency_all_edges", "prefix")


class Options(_Settings):
    """How a dataset is to be run: ``dataset.with_options(options)``.

    Of these, ``experimental_optimization`` decides which nodes an iterator gets.
    """

    _names = ("experimental_deterministic", "experimental_distribute",
              "experimental_optimization", "experimental_slack", "experimental_stats",
              "experimental_stateful_whitelist", "experimental_threading")

    def __init__(self):
        super().__init__()
        self.experimental_distribute = DistributeOptions()
        self.experimental_optimization = OptimizationOptions()
        self.experimental_stats = StatsOptions()
        self.experimental_threading = ThreadingOptions()

    def optimizations(self):
        """The names of the optimizations, in TensorFlow's order."""
        wanted = self.experimental_optimization
        by_default = wanted.apply_default_optimizations is not False
        chosen = []
        for name in ("filter_fusion", "filter_with_random_uniform_fusion", "hoist_random_uniform",
                     "map_and_batch_fusion", "map_and_filter_fusion", "map_parallelization",
                     "map_fusion", "noop_elimination", "parallel_batch",
                     "shuffle_and_repeat_fusion"):
            default = by_default and name in (
                "map_and_batch_fusion", "noop_elimination", "shuffle_and_repeat_fusion")
            value = getattr(wanted, name)
            if value or (value is None and default):
                chosen.append(name)
        return chosen
