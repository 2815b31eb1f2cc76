"""Which of minitf's modules stand behind TensorFlow's inner modules.

A name of ``tensorflow.python.ops.math_ops`` is looked for in the modules listed for it, then in
minitf's own namespace, where most of what programs import from there is.
"""

# Below tensorflow.python, without the prefix; modules of minitf, without theirs.
_LISTED = {
    "client.device_lib": "tensorflow_names.device_lib",
    "client.session": "session.session session.fetches",
    "client.timeline": "timeline",
    "eager.context": "framework.modes",
    "framework.common_shapes": "ops.common_shapes",
    "framework.constant_op": "ops.constant_op",
    "framework.device": "framework.device",
    "framework.dtypes": "framework.dtypes",
    "framework.errors": "framework.errors",
    "framework.errors_impl": "framework.errors",
    "framework.function": "tensorflow_names.utilities",
    "framework.graph_io": "framework.graph_io",
    "framework.graph_util": "graph_util",
    "framework.graph_util_impl": "graph_util",
    "framework.importer": "framework.import_graph",
    "framework.indexed_slices": "framework.indexed_slices",
    "framework.load_library": "only_eager",
    "framework.meta_graph": "framework.meta_graph",
    "framework.ops": "framework.graph framework.operation framework.convert"
                     " framework.indexed_slices framework.modes gradients session.session",
    "framework.random_seed": "framework.random_seed",
    "framework.smart_cond": "ops.smart_cond",
    "framework.sparse_tensor": "framework.sparse_tensor",
    "framework.tensor_shape": "framework.tensor_shape",
    "framework.tensor_spec": "type_specs",
    "framework.tensor_util": "framework.constant_folding framework.tensor_value framework.modes",
    "framework.test_util": "testing.test_case tensorflow_names.utilities",
    "framework.type_spec": "type_specs",
    "framework.versions": "version",
    "layers.base": "layers.base layers",
    "layers.convolutional": "layers.convolutional layers.separable layers.transposed layers",
    "layers.core": "layers.core layers",
    "layers.layers": "layers",
    "layers.normalization": "layers.normalization layers",
    "layers.pooling": "layers.pooling layers",
    "layers.utils": "layers.options layers",
    "lib.io.file_io": "tensorflow_names.file_io gfile",
    "lib.io.python_io": "python_io",
    "lib.io.tf_record": "python_io",
    "module.module": "module",
    "ops.array_ops": "ops.array_ops",
    "ops.bitwise_ops": "bitwise",
    "ops.candidate_sampling_ops": "nn",
    "ops.check_ops": "debugging",
    "ops.clip_ops": "ops.clip_ops",
    "ops.confusion_matrix": "ops.confusion_matrix_ops math",
    "ops.control_flow_ops": "ops.control_flow_ops ops.cond_ops ops.while_ops ops.switch_ops",
    "ops.control_flow_util": "ops.control_flow_context",
    "ops.ctc_ops": "nn",
    "ops.custom_gradient": "custom_gradient",
    "ops.data_flow_ops": "ops.data_flow_ops ops.queue_ops ops.accumulator_ops",
    "ops.embedding_ops": "nn ops.embedding_ops",
    "ops.functional_ops": "ops.functional_ops",
    "ops.gradient_checker": "testing.jacobians",
    "ops.gradients": "gradients",
    "ops.gradients_impl": "gradients",
    "ops.gradients_util": "gradients",
    "ops.histogram_ops": "ops.histogram_ops",
    "ops.image_ops": "image",
    "ops.image_ops_impl": "image",
    "ops.init_ops": "initializers",
    "ops.init_ops_v2": "initializers",
    "ops.initializers_ns": "initializers",
    "ops.io_ops": "io ops.reader_ops ops.file_ops",
    "ops.linalg.linalg": "linalg",
    "ops.linalg.linalg_impl": "linalg",
    "ops.linalg_ops": "linalg",
    "ops.linalg_ops_impl": "linalg",
    "ops.logging_ops": "ops.logging_ops ops.summary_ops summary",
    "ops.lookup_ops": "ops.lookup_ops lookup contrib.lookup",
    "ops.losses.losses": "losses",
    "ops.losses.losses_impl": "losses",
    "ops.losses.util": "losses",
    "ops.manip_ops": "manip",
    "ops.map_fn": "ops.functional_ops",
    "ops.math_ops": "math",
    "ops.metrics": "metrics",
    "ops.metrics_impl": "metrics",
    "ops.nn": "nn",
    "ops.nn_impl": "nn",
    "ops.nn_ops": "nn",
    "ops.numerics": "ops.numerics_ops",
    "ops.parsing_ops": "io ops.parsing_ops",
    "ops.partitioned_variables": "partitioned_variables",
    "ops.random_ops": "random",
    "ops.resource_variable_ops": "resource_variable ops.resource_variable_ops",
    "ops.rnn": "nn",
    "ops.rnn_cell": "nn.rnn_cell",
    "ops.rnn_cell_impl": "nn.rnn_cell rnn.cell rnn.cells rnn.wrappers",
    "ops.script_ops": "ops.script_ops",
    "ops.session_ops": "ops.session_ops",
    "ops.sets": "sets",
    "ops.sets_impl": "sets",
    "ops.sort_ops": "ops.sort_ops",
    "ops.sparse_ops": "sparse",
    "ops.special_math_ops": "math ops.einsum_ops",
    "ops.standard_ops": "",
    "ops.state_ops": "ops.state_ops ops.scatter_ops",
    "ops.stateless_random_ops": "random",
    "ops.string_ops": "strings",
    "ops.summary_ops_v2": "summary",
    "ops.template": "template",
    "ops.tensor_array_ops": "ops.tensor_array_ops",
    "ops.unconnected_gradients": "gradients",
    "ops.variable_scope": "variable_scope variable_store",
    "ops.variables": "variables variable_base ref_variable",
    "ops.weights_broadcast_ops": "ops.weights_broadcast_ops",
    "platform.app": "app",
    "platform.benchmark": "test",
    "platform.build_info": "tensorflow_names.utilities",
    "platform.flags": "flags",
    "platform.gfile": "gfile",
    "platform.googletest": "test",
    "platform.resource_loader": "resource_loader",
    "platform.sysconfig": "sysconfig",
    "platform.test": "test",
    "platform.tf_logging": "tf_logging",
    "pywrap_tensorflow": "train",
    "summary.summary": "summary",
    "summary.summary_iterator": "summary.reader train",
    "summary.writer.writer": "summary.writer summary",
    "summary.writer.writer_cache": "summary",
    "tools.inspect_checkpoint": "tensorflow_names.tools",
    "training.checkpoint_management": "train.checkpoint_management train",
    "training.saver": "train.saver train.checkpoint_management train.meta_graph_io train",
    "training.summary_io": "summary train",
    "training.training_ops": "tensorflow_names.generated",
    "training.training_util": "global_step train",
    "util.compat": "compat",
    "util.decorator_utils": "tensorflow_names.utilities",
    "util.deprecation": "tensorflow_names.utilities",
    "util.dispatch": "tensorflow_names.utilities",
    "util.nest": "nest",
    "util.tf_contextlib": "tensorflow_names.utilities",
    "util.tf_decorator": "tensorflow_names.utilities",
    "util.tf_export": "tensorflow_names.utilities",
    "util.tf_inspect": "tensorflow_names.inspection",
    "util.tf_should_use": "tensorflow_names.utilities",
}

# Packages: they have modules, and names where a list says so.
_PACKAGES = {
    "": "", "client": "", "data": "data", "data.ops": "data", "data.experimental": "data",
    "eager": "", "feature_column": "", "framework": "", "layers": "layers", "lib": "",
    "lib.io": "", "module": "", "ops": "", "ops.distributions": "", "ops.linalg": "linalg",
    "ops.losses": "losses", "platform": "", "saved_model": "saved_model", "summary": "summary",
    "summary.writer": "summary", "tools": "", "training": "train", "user_ops": "", "util": "",
}

# Modules of these packages that are not listed are sought in one of minitf's, under their names.
_FAMILIES = {"ops": "ops", "training": "train", "saved_model": "saved_model",
             "data.ops": "data", "framework": "framework"}

# What TensorFlow's inner modules call by another name than minitf does.
ALIASES = {
    "MakeNdarray": "make_ndarray",
    "internal_convert_to_tensor": "convert_to_tensor",
}


def sources(path):
    """The names of minitf's modules behind one of tensorflow.python's, or None: there is none.

    Args:
      path: such as "ops.math_ops"; "" for tensorflow.python itself.
    """
    listed = _LISTED.get(path, _PACKAGES.get(path))
    if listed is None:
        package, _, name = path.rpartition(".")
        if name.startswith("gen_") and package in ("ops", "training"):
            return ["tensorflow_names.generated", ""]
        family = _FAMILIES.get(package)
        if family is None or not _is_there(f"{family}.{name}"):
            return None
        listed = f"{family}.{name} {family}"
    return [*listed.split(), ""]


def is_package(path):
    """Whether a path below tensorflow.python is that of a package."""
    return path in _PACKAGES


def _is_there(module):
    import importlib.util

    try:
        return importlib.util.find_spec("minitf." + module) is not None
    except ModuleNotFoundError:
        return False
