"""tf.sparse: tensors that hold few of their elements."""
# ruff: noqa: A004, F401, I001 - a namespace; some of TensorFlow's names are Python's too

from minitf.framework.sparse_tensor import SparseTensor
from minitf.ops.array_identity_ops import sparse_placeholder as placeholder
from minitf.ops.array_select_ops import sparse_mask as mask
from minitf.ops.segment_ops import sparse_segment_mean as segment_mean
from minitf.ops.segment_ops import sparse_segment_sqrt_n as segment_sqrt_n
from minitf.ops.segment_ops import sparse_segment_sum as segment_sum
from minitf.ops.accumulator_ops import SparseConditionalAccumulator
from minitf.ops.sparse_cross_ops import sparse_cross as cross
from minitf.ops.sparse_cross_ops import sparse_cross_hashed as cross_hashed
from minitf.ops.sparse_math_ops import from_dense
from minitf.ops.sparse_math_ops import sparse_add as add
from minitf.ops.sparse_math_ops import sparse_eye as eye
from minitf.ops.sparse_math_ops import sparse_maximum as maximum
from minitf.ops.sparse_math_ops import sparse_minimum as minimum
from minitf.ops.sparse_math_ops import sparse_reduce_max as reduce_max
from minitf.ops.sparse_math_ops import sparse_reduce_max_sparse as reduce_max_sparse
from minitf.ops.sparse_math_ops import sparse_reduce_sum as reduce_sum
from minitf.ops.sparse_math_ops import sparse_reduce_sum_sparse as reduce_sum_sparse
from minitf.ops.sparse_math_ops import sparse_softmax as softmax
from minitf.ops.sparse_math_ops import sparse_tensor_to_dense as to_dense
from minitf.ops.sparse_math_ops import sparse_to_indicator as to_indicator
from minitf.ops.sparse_ops import sparse_slice as slice
from minitf.ops.sparse_ops import sparse_tensor_dense_matmul as matmul
from minitf.ops.sparse_ops import sparse_tensor_dense_matmul as sparse_dense_matmul
from minitf.ops.sparse_shape_ops import sparse_concat as concat
from minitf.ops.sparse_shape_ops import sparse_expand_dims as expand_dims
from minitf.ops.sparse_shape_ops import sparse_fill_empty_rows as fill_empty_rows
from minitf.ops.sparse_shape_ops import sparse_merge as merge
from minitf.ops.sparse_shape_ops import sparse_reorder as reorder
from minitf.ops.sparse_shape_ops import sparse_reset_shape as reset_shape
from minitf.ops.sparse_shape_ops import sparse_reshape as reshape
from minitf.ops.sparse_shape_ops import sparse_retain as retain
from minitf.ops.sparse_shape_ops import sparse_split as split
from minitf.ops.sparse_shape_ops import sparse_transpose as transpose
