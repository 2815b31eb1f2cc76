"""tf.train: optimizers, and what training needs besides."""

from minitf.framework.graph_io import write_graph
from minitf.framework.meta_graph import export_meta_graph
from minitf.global_step import (
    assert_global_step, create_global_step, get_global_step, get_or_create_global_step, global_step)
from minitf.summary.reader import summary_iterator
from minitf.tensorflow_names import absent
from minitf.train.adadelta import AdadeltaOptimizer
from minitf.train.adagrad import AdagradOptimizer
from minitf.train.adagrad_da import AdagradDAOptimizer
from minitf.train.adam import AdamOptimizer
from minitf.train.ftrl import FtrlOptimizer
from minitf.train.gradient_descent import GradientDescentOptimizer
from minitf.train.learning_rate_decay import (
    cosine_decay, cosine_decay_restarts, exponential_decay, inverse_time_decay, linear_cosine_decay,
    natural_exp_decay, noisy_linear_cosine_decay, piecewise_constant, piecewise_constant_decay,
    polynomial_decay)
from minitf.train.momentum import MomentumOptimizer
from minitf.train.moving_averages import ExponentialMovingAverage
from minitf.train.optimizer import Optimizer
from minitf.train.proximal_adagrad import ProximalAdagradOptimizer
from minitf.train.proximal_gradient_descent import ProximalGradientDescentOptimizer
from minitf.train.rmsprop import RMSPropOptimizer

# Sessions, hooks, files and threads: loaded when a name of theirs is first used.
_LATER = {
    "basic_session_run_hooks": (
        "FeedFnHook FinalOpsHook GlobalStepWaiterHook LoggingTensorHook "
        "NanLossDuringTrainingError NanTensorHook ProfilerHook SecondOrStepTimer StepCounterHook "
        "StopAtStepHook SummarySaverHook"),
    "checkpoint_management": (
        "checkpoint_exists generate_checkpoint_state_proto get_checkpoint_mtimes "
        "get_checkpoint_state latest_checkpoint remove_checkpoint update_checkpoint_state"),
    "checkpoint_saver_hook": "CheckpointSaverHook CheckpointSaverListener",
    "checkpoint_utils": (
        "NewCheckpointReader checkpoints_iterator init_from_checkpoint list_variables "
        "load_checkpoint load_variable"),
    "coordinator": "Coordinator LooperThread",
    "device_setter": "replica_device_setter",
    "input": (
        "batch batch_join input_producer limit_epochs match_filenames_once maybe_batch "
        "maybe_batch_join maybe_shuffle_batch maybe_shuffle_batch_join range_input_producer "
        "shuffle_batch shuffle_batch_join slice_input_producer string_input_producer"),
    "meta_graph_io": "import_meta_graph",
    "monitored_session": (
        "ChiefSessionCreator MonitoredSession MonitoredTrainingSession SessionCreator "
        "SingularMonitoredSession WorkerSessionCreator"),
    "queue_runner": "QueueRunner add_queue_runner start_queue_runners",
    "saver": "Saver",
    "scaffold": "Scaffold",
    "server": "ClusterSpec Server",
    "session_manager": "SessionManager",
    "session_run_hook": "SessionRunArgs SessionRunContext SessionRunHook SessionRunValues",
    "supervisor": "Supervisor basic_train_loop",
    "sync_replicas": "SyncReplicasOptimizer",
    "warm_starting": "VocabInfo warm_start",
}
_HOMES = {name: module for module, names in _LATER.items() for name in names.split()}

# Protobuf messages are real ones; they are loaded when they are first asked for.
_MESSAGES = frozenset([
    "BytesList", "ClusterDef", "Example", "Feature", "FeatureList", "FeatureLists", "Features",
    "FloatList", "Int64List", "JobDef", "SaverDef", "SequenceExample", "ServerDef"])


def __getattr__(name):
    if name in _MESSAGES:
        from minitf.framework import protos

        return getattr(protos, name)
    if name in _HOMES:
        import importlib

        value = getattr(importlib.import_module(f"minitf.train.{_HOMES[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(absent.message(__name__, name))


def __dir__():
    return sorted({*globals(), *_MESSAGES, *_HOMES})
