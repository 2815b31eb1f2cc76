"""minitf: TensorFlow 1.x, small enough to read. ``import minitf as tf``.

This module is the public namespace and nothing else; each name is defined in the module that it is
imported from here.
"""
# ruff: noqa: A004, F401, E402 - a namespace; some of TensorFlow's names are Python's too

from minitf import (
    bitwise, debugging, dtypes, initializers, linalg, manip, math, nest, nn, quantization, queue,
    random, raw_ops, sets, signal, spectral, strings, summary, train, version)
from minitf import tf_logging as logging
from minitf.framework import errors
from minitf.custom_gradient import custom_gradient, grad_pass_through, recompute_grad
from minitf.framework.convert import (
    convert_to_tensor, convert_to_tensor_or_indexed_slices, register_tensor_conversion_function)
from minitf.framework.device import DeviceSpec
from minitf.framework.dtypes import (
    DType, QUANTIZED_DTYPES, as_dtype, bfloat16, bool, complex128, complex64, double, float16,
    float32, float64, half, int16, int32, int64, int8, qint16, qint32, qint8, quint16, quint8,
    resource, string, uint16, uint32, uint64, uint8, variant)
from minitf.framework.errors import OpError
from minitf.framework.graph import (
    GRAPH_DEF_VERSION, GRAPH_DEF_VERSION_MIN_CONSUMER, GRAPH_DEF_VERSION_MIN_PRODUCER, Graph,
    GraphKeys, add_to_collection, add_to_collections, colocate_with, container,
    control_dependencies, device, get_collection, get_collection_ref, get_default_graph,
    init_scope, name_scope, op_scope, reset_default_graph)
from minitf.framework.import_graph import import_graph_def
from minitf.framework.indexed_slices import IndexedSlices, IndexedSlicesValue
from minitf.framework.modes import (
    control_flow_v2_enabled, disable_control_flow_v2, disable_eager_execution,
    disable_tensor_equality, disable_v2_behavior, disable_v2_tensorshape,
    enable_control_flow_v2, enable_eager_execution, enable_tensor_equality, enable_v2_behavior,
    enable_v2_tensorshape, executing_eagerly, get_static_value, is_tensor)
from minitf.framework.operation import Operation, Tensor
from minitf.framework.random_seed import get_seed, set_random_seed
from minitf.framework.sparse_tensor import (
    SparseTensor, SparseTensorValue, convert_to_tensor_or_sparse_tensor)
from minitf.framework.tensor_shape import (
    Dimension, TensorShape, dimension_at_index, dimension_value)
from minitf.framework.tensor_value import make_ndarray, make_tensor_proto
from minitf.gradients import (
    AggregationMethod, NoGradient, NotDifferentiable, RegisterGradient, UnconnectedGradients,
    gradients, hessians)
from minitf.gradients import NotDifferentiable as no_gradient
from minitf.initializers import (
    constant_initializer, glorot_normal_initializer, glorot_uniform_initializer,
    ones_initializer, orthogonal_initializer, random_normal_initializer,
    random_uniform_initializer, truncated_normal_initializer, uniform_unit_scaling_initializer,
    variance_scaling_initializer, zeros_initializer)
from minitf.module import Module
from minitf.only_eager import (
    GradientTape, function, load_file_system_library, load_library, load_op_library,
    nondifferentiable_batch_function, vectorized_map, wrap_function)
from minitf.ops.accumulator_ops import (
    ConditionalAccumulator, ConditionalAccumulatorBase, SparseConditionalAccumulator)
from minitf.ops.arithmetic_ops import (
    accumulate_n, add, add_n, atan2, div, div_no_nan, divide, floor_div, floordiv, floormod,
    maximum, minimum, mod, multiply, pow, realdiv, scalar_mul, squared_difference, subtract,
    truediv, truncatediv, truncatemod)
from minitf.ops.array_block_ops import (
    batch_to_space, batch_to_space_nd, depth_to_space, required_space_to_batch_paddings,
    space_to_batch, space_to_batch_nd, space_to_depth)
from minitf.ops.array_diag_ops import (
    diag, diag_part, eye, matrix_band_part, matrix_diag, matrix_diag_part, matrix_set_diag)
from minitf.ops.array_edit_ops import bitcast, edit_distance
from minitf.ops.array_fill_ops import (
    fill, one_hot, ones, ones_like, sequence_mask, zeros, zeros_like)
from minitf.ops.array_gather_ops import (
    batch_gather, gather, gather_nd, scatter_nd, tensor_scatter_add, tensor_scatter_add as
    tensor_scatter_nd_add, tensor_scatter_sub, tensor_scatter_sub as tensor_scatter_nd_sub,
    tensor_scatter_update, tensor_scatter_update as tensor_scatter_nd_update)
from minitf.ops.array_identity_ops import (
    check_numerics, ensure_shape, guarantee_const, identity, identity_n, placeholder,
    placeholder_with_default, sparse_placeholder, stop_gradient)
from minitf.ops.array_join_ops import concat, parallel_stack, split, stack, unstack
from minitf.ops.array_move_ops import (
    matrix_transpose, meshgrid, pad, repeat, reverse, reverse_sequence, roll, tile, transpose)
from minitf.ops.array_ops import reverse_v2
from minitf.ops.array_select_ops import (
    boolean_mask, dynamic_partition, dynamic_stitch, invert_permutation, searchsorted,
    setdiff1d, sparse_mask, unique, unique_with_counts, unravel_index, where, where_v2)
from minitf.ops.array_shape_ops import (
    broadcast_dynamic_shape, broadcast_static_shape, broadcast_to, expand_dims, rank, reshape,
    shape, shape_n, size, squeeze)
from minitf.ops.array_slice_ops import newaxis, slice, strided_slice
from minitf.ops.cast_ops import (
    angle, cast, complex, conj, imag, real, saturate_cast, to_bfloat16, to_complex128,
    to_complex64, to_double, to_float, to_int32, to_int64)
from minitf.ops.check_ops import (
    assert_equal, assert_greater, assert_greater_equal, assert_integer, assert_less,
    assert_less_equal, assert_near, assert_negative, assert_non_negative, assert_non_positive,
    assert_none_equal, assert_positive, assert_proper_iterable, assert_rank,
    assert_rank_at_least, assert_rank_in, assert_same_float_dtype, assert_scalar, assert_type,
    is_non_decreasing, is_numeric_tensor, is_strictly_increasing)
from minitf.ops.clip_ops import (
    clip_by_average_norm, clip_by_global_norm, clip_by_norm, clip_by_value, global_norm)
from minitf.ops.compare_ops import (
    equal, greater, greater_equal, less, less_equal, logical_and, logical_not, logical_or,
    logical_xor, not_equal)
from minitf.ops.cond_ops import Assert, case, cond, switch_case
from minitf.ops.confusion_matrix_ops import confusion_matrix
from minitf.ops.constant_op import constant_v1 as constant
from minitf.ops.control_flow_ops import group, no_op, tuple
from minitf.ops.decomposition_ops import (
    matrix_square_root, qr, self_adjoint_eig, self_adjoint_eigvals, svd)
from minitf.ops.einsum_ops import einsum, tensordot
from minitf.ops.example_features import (
    FixedLenFeature, FixedLenSequenceFeature, SparseFeature, VarLenFeature)
from minitf.ops.example_ops import parse_example, parse_single_example
from minitf.ops.fake_quant_ops import (
    fake_quant_with_min_max_args, fake_quant_with_min_max_args_gradient,
    fake_quant_with_min_max_vars, fake_quant_with_min_max_vars_gradient,
    fake_quant_with_min_max_vars_per_channel, fake_quant_with_min_max_vars_per_channel_gradient)
from minitf.ops.fft_ops import fft, fft2d, fft3d, ifft, ifft2d, ifft3d
from minitf.ops.file_ops import (
    decode_compressed, decode_json_example, matching_files, read_file, write_file)
from minitf.ops.functional_ops import foldl, foldr, map_fn, scan
from minitf.ops.histogram_ops import bincount, histogram_fixed_width, histogram_fixed_width_bins
from minitf.ops.linalg_ops import (
    cholesky, cholesky_solve, matrix_determinant, matrix_inverse, matrix_solve,
    matrix_solve_ls, matrix_triangular_solve, norm)
from minitf.ops.logging_ops import Print, print_v2 as print, timestamp
from minitf.ops.lookup_ops import initialize_all_tables, tables_initializer
from minitf.ops.matmul_ops import cross, matmul, sparse_matmul, trace
from minitf.ops.numerics_ops import add_check_numerics_ops, verify_tensor_all_finite
from minitf.ops.parsing_ops import decode_csv, decode_raw
from minitf.ops.patches_ops import extract_image_patches, extract_volume_patches
from minitf.ops.queue_ops import (
    FIFOQueue, PaddingFIFOQueue, PriorityQueue, QueueBase, RandomShuffleQueue)
from minitf.ops.quantized_ops import dequantize, quantize, quantize_v2, quantized_concat
from minitf.ops.random_ops import (
    multinomial, random_crop, random_gamma, random_normal, random_poisson, random_shuffle,
    random_uniform, truncated_normal)
from minitf.ops.reader_ops import (
    FixedLengthRecordReader, IdentityReader, ReaderBase, TFRecordReader, TextLineReader,
    WholeFileReader)
from minitf.ops.reduction_ops import (
    arg_max, arg_min, argmax, argmin, count_nonzero, reduce_all, reduce_any, reduce_logsumexp,
    reduce_max, reduce_mean, reduce_min, reduce_prod, reduce_sum)
from minitf.ops.scan_ops import cumprod, cumsum, lin_space, linspace, range
from minitf.ops.scatter_ops import (
    batch_scatter_update, scatter_add, scatter_div, scatter_max, scatter_min, scatter_mul,
    scatter_nd_add, scatter_nd_sub, scatter_nd_update, scatter_sub, scatter_update)
from minitf.ops.script_ops import numpy_function, py_func, py_function
from minitf.ops.segment_ops import (
    segment_max, segment_mean, segment_min, segment_prod, segment_sum, sparse_segment_mean,
    sparse_segment_sqrt_n, sparse_segment_sum, unsorted_segment_max, unsorted_segment_mean,
    unsorted_segment_min, unsorted_segment_prod, unsorted_segment_sqrt_n, unsorted_segment_sum)
from minitf.ops.sequence_example_ops import parse_single_sequence_example
from minitf.ops.serialize_ops import (
    deserialize_many_sparse, parse_tensor, serialize_many_sparse, serialize_sparse,
    serialize_tensor)
from minitf.ops.session_ops import (
    delete_session_tensor, get_session_handle, get_session_tensor)
from minitf.ops.sort_ops import argsort, sort
from minitf.ops.sparse_math_ops import (
    sparse_add, sparse_maximum, sparse_minimum, sparse_reduce_max, sparse_reduce_max_sparse,
    sparse_reduce_sum, sparse_reduce_sum_sparse, sparse_softmax, sparse_tensor_to_dense,
    sparse_to_indicator)
from minitf.ops.sparse_ops import sparse_slice, sparse_tensor_dense_matmul
from minitf.ops.sparse_shape_ops import (
    sparse_concat, sparse_fill_empty_rows, sparse_merge, sparse_reorder, sparse_reset_shape,
    sparse_reshape, sparse_retain, sparse_split, sparse_transpose)
from minitf.ops.sparse_to_dense_ops import sparse_to_dense
from minitf.ops.special_ops import (
    betainc, digamma, erf, erfc, igamma, igammac, lbeta, lgamma, polygamma, zeta)
from minitf.ops.state_ops import assign, assign_add, assign_sub, count_up_to
from minitf.ops.string_hash_ops import (
    fingerprint, string_to_hash_bucket, string_to_hash_bucket_fast,
    string_to_hash_bucket_strong)
from minitf.ops.string_ops import (
    as_string, decode_base64, encode_base64, regex_replace, string_join, string_strip,
    string_to_number, substr)
from minitf.ops.string_split_ops import reduce_join, string_split
from minitf.ops.tensor_array_ops import TensorArray
from minitf.ops.unary_ops import (
    abs, acos, acosh, asin, asinh, atan, atanh, ceil, cos, cosh, exp, expm1, floor, is_finite,
    is_inf, is_nan, log, log1p, log_sigmoid, negative, reciprocal, rint, round, rsqrt, sigmoid,
    sign, sin, sinh, sqrt, square, tan, tanh)
from minitf.ops.while_ops import while_loop
from minitf.partitioned_variables import (
    fixed_size_partitioner, min_max_variable_partitioner, variable_axis_size_partitioner)
from minitf.session.session import InteractiveSession, Session, get_default_session
from minitf.template import make_template
from minitf.tensorflow_names import absent as _absent
from minitf.tf_logging import get_logger
from minitf.type_specs import (
    IndexedSlicesSpec, SparseTensorSpec, TensorArraySpec, TensorSpec, TypeSpec)
from minitf.variable_base import Variable, VariableAggregation, VariableSynchronization
from minitf.variable_scope import (
    AUTO_REUSE, VariableScope, create_partitioned_variables, disable_resource_variables,
    enable_resource_variables, get_local_variable, get_variable, get_variable_scope,
    no_regularizer, resource_variables_enabled, variable_creator_scope, variable_op_scope,
    variable_scope)
from minitf.variables import (
    all_variables, assert_variables_initialized, global_variables,
    global_variables_initializer, initialize_all_variables, initialize_local_variables,
    initialize_variables, is_variable_initialized, local_variables,
    local_variables_initializer, model_variables, moving_average_variables,
    report_uninitialized_variables, trainable_variables, variables_initializer)

from minitf.version import __version__

# TensorFlow's own version constants, of the release whose behaviour this is.
from minitf.version import TENSORFLOW_VERSION as VERSION
from minitf.version import (
    COMPILER_VERSION, CXX11_ABI_FLAG, GIT_VERSION, MONOLITHIC_BUILD)

# Protobuf messages are real ones; they are loaded when they are first asked for.
_MESSAGES = frozenset([
    "AttrValue", "ConfigProto", "Event", "GPUOptions", "GraphDef", "GraphOptions", "HistogramProto",
    "LogMessage", "MetaGraphDef", "NameAttrList", "NodeDef", "OptimizerOptions", "RunMetadata",
    "RunOptions", "SessionLog", "Summary", "SummaryMetadata", "TensorInfo"])

# A name that is not there: its namespace says whether TensorFlow has it.
for _module in [value for value in globals().values() if type(value) is type(errors)]:
    _absent.tell(_module)


# Namespaces that are large and that many programs do without: loaded when they are first used.
_LAZY_MODULES = frozenset([
    "app", "compat", "contrib", "data", "flags", "gfile", "graph_util", "image", "io", "layers",
    "lookup", "losses", "metrics", "python_io", "resource_loader", "saved_model", "sparse",
    "sysconfig", "test"])


def __getattr__(name):
    if name in _MESSAGES:
        from minitf.framework import protos

        return getattr(protos, name)
    if name in _LAZY_MODULES:
        import importlib

        module = importlib.import_module(f"minitf.{name}")
        _absent.tell(module)
        return module
    if name == "keras":
        raise AttributeError("minitf has no tf.keras; layers of the same kinds are in tf.layers")
    raise AttributeError(_absent.message(__name__, name))


def __dir__():
    return sorted([*globals(), *_MESSAGES, *_LAZY_MODULES])
