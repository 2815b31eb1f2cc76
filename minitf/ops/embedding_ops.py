"""Embeddings: rows of tables, looked up by ids, one by one or combined in sparse sets.

A table may be one tensor or variable, or several (its parts), between which ids are divided.
"""

from minitf import tf_logging
from minitf.framework import dtypes
from minitf.framework.convert import convert_n_to_tensor_or_indexed_slices, convert_to_tensor
from minitf.framework.graph import colocate_with, name_scope
from minitf.framework.sparse_tensor import SparseTensor
from minitf.framework.tensor_shape import unknown_shape
from minitf.ops import array_ops, math_ops, sparse_shape_ops
from minitf.ops.constant_op import constant


def embedding_lookup(params, ids, partition_strategy="mod", name=None, validate_indices=True,
                     max_norm=None):
    """The rows of ``params`` at ``ids``.

    Args:
      params: a table, [size, ...]: a tensor or variable, or a list of them that make one table
        together, or a partitioned variable.
      ids: int32 or int64 of any shape.
      partition_strategy: how ids are divided between parts. "mod": id i is row ``i // n`` of part
        ``i % n``; "div": each part has a range of ids, the first ones one id more where ids do not
        divide evenly.
      validate_indices: does nothing.
      max_norm: rows with a larger L2 norm are scaled down to it.

    Returns:
      A tensor of shape ``ids.shape + params.shape[1:]``.

    Raises:
      ValueError: no params, or an unknown strategy.
    """
    params = _parts(params)
    with name_scope(name, "embedding_lookup", [*params, ids]) as scope:
        if not any(hasattr(part, "sparse_read") for part in params):
            params = convert_n_to_tensor_or_indexed_slices(params, name="params")
        ids = convert_to_tensor(ids, name="ids")
        if len(params) == 1:
            with colocate_with(params[0]):
                rows = _clipped(array_ops.gather(params[0], ids, name=scope), ids, max_norm)
            return array_ops.identity(rows)
        flat_ids = array_ops.reshape(ids, [-1])
        places = math_ops.range(array_ops.size(flat_ids))
        part_of, row_of = _divided(params, flat_ids, partition_strategy)
        rows = _gathered(params, part_of, row_of, places, scope)
        return _clipped(_shaped(rows, params, ids), ids, max_norm)


def _parts(params):
    """The parts of a table, as a list."""
    if params is None:
        raise ValueError("params must be specified")
    if isinstance(params, (list, tuple)) and not params:
        raise ValueError("Need at least one param")
    if hasattr(params, "_variable_list"):  # a partitioned variable
        return list(params)
    return params if isinstance(params, list) else [params]


def _divided(params, ids, strategy):
    """For each id the part that it is in, and its row there."""
    count = len(params)
    if strategy == "mod":
        return ids % count, ids // count
    if strategy != "div":
        raise ValueError("Unrecognized partition strategy: " + strategy)
    total = _total_size(params, ids.dtype)
    size = total // count
    extras = total % count  # so many parts have one row more
    part_of = math_ops.maximum(ids // (size + 1), (ids - extras) // size)
    row_of = array_ops.where(part_of < extras, ids % (size + 1), (ids - extras) % size)
    return part_of, row_of


def _total_size(params, dtype):
    sizes = [None if part.shape._dims is None else part.shape._dims[0] for part in params]
    if None not in sizes and sum(sizes):
        return constant(sum(sizes), dtype)
    for i, part in enumerate(params):
        if sizes[i] is None:
            with colocate_with(part):
                sizes[i] = array_ops.shape(part)[0]
    return math_ops.reduce_sum(math_ops.cast(array_ops.stack(sizes), dtype))


def _gathered(params, part_of, row_of, places, name):
    """The rows, gathered part by part and put in the order of the ids."""
    part_of = math_ops.cast(part_of, dtypes.int32)
    rows_by_part = array_ops.dynamic_partition(row_of, part_of, len(params))
    places_by_part = array_ops.dynamic_partition(places, part_of, len(params))
    found = []
    for part, rows in zip(params, rows_by_part):
        with colocate_with(part):
            found.append(array_ops.gather(part, rows))
    return array_ops.parallel_dynamic_stitch(places_by_part, found, name=name)


def _shaped(rows, params, ids):
    """The rows in the shape of the ids."""
    row_shape = static_shape = params[0].shape[1:]
    for part in params[1:]:
        row_shape = static_shape = static_shape.merge_with(part.shape[1:])
    if not static_shape.is_fully_defined():
        with colocate_with(params[0]):
            table_shape = array_ops.shape(params[0])
        row_shape = table_shape[1:]
    rows = array_ops.reshape(rows, array_ops.concat([array_ops.shape(ids), row_shape], 0))
    rows.set_shape(ids.shape.concatenate(static_shape))
    return rows


def _clipped(rows, ids, max_norm):
    """Each row scaled down to a norm of at most ``max_norm``."""
    if max_norm is None:
        return rows
    first, end = (_rank(tensor) for tensor in (ids, rows))
    if isinstance(first, int) and isinstance(end, int):
        axes = list(range(first, end))
    else:
        axes = math_ops.range(first, end)
    return math_ops.clip_by_norm(rows, max_norm, axes=axes)


def _rank(tensor):
    """The rank: an int when it is known and not 0, else a tensor."""
    return tensor.shape.ndims or array_ops.rank(tensor)


def embedding_lookup_sparse(params, sp_ids, sp_weights, partition_strategy="mod", name=None,
                            combiner=None, max_norm=None):
    """The rows of ``params`` at sparse ids, weighted and combined, one result for each row of ids.

    Args:
      params: a table, as for ``embedding_lookup``.
      sp_ids: a SparseTensor of ids, [n, m]; no row may be empty except at the end.
      sp_weights: a SparseTensor of floats at the same indices, or None for 1.
      partition_strategy: see ``embedding_lookup``.
      combiner: "sum": the weighted sum; "mean" (the default): divided by the sum of weights;
        "sqrtn": divided by the square root of the sum of squared weights.
      max_norm: see ``embedding_lookup``.

    Returns:
      A tensor of shape ``[n, *params.shape[1:]]``.

    Raises:
      TypeError: ids or weights are no SparseTensor.
      ValueError: an unknown combiner, or weights of another shape.
    """
    if combiner is None:
        tf_logging.warn("No combiner is given: it is \"mean\".")
        combiner = "mean"
    if combiner not in ("mean", "sqrtn", "sum"):
        raise ValueError("combiner must be one of 'mean', 'sqrtn' or 'sum'")
    params = _parts(params)
    _check_sparse(sp_ids, sp_weights)
    with name_scope(name, "embedding_lookup_sparse", [*params, sp_ids]) as scope:
        segment_ids = sp_ids.indices[:, 0]
        if segment_ids.dtype != dtypes.int32:
            segment_ids = math_ops.cast(segment_ids, dtypes.int32)
        ids, place_of = array_ops.unique(sp_ids.values)
        rows = embedding_lookup(params, ids, partition_strategy=partition_strategy,
                                max_norm=max_norm)
        if rows.dtype in (dtypes.float16, dtypes.bfloat16):
            rows = math_ops.cast(rows, dtypes.float32)
        if sp_weights is None:
            combine = {"sum": math_ops.sparse_segment_sum, "mean": math_ops.sparse_segment_mean,
                       "sqrtn": math_ops.sparse_segment_sqrt_n}[combiner]
            return combine(rows, place_of, segment_ids, name=scope)
        return _weighted(rows, place_of, segment_ids, sp_weights.values, combiner, scope)


def _check_sparse(sp_ids, sp_weights):
    if not isinstance(sp_ids, SparseTensor):
        raise TypeError("sp_ids must be SparseTensor")
    if sp_weights is None:
        return
    if not isinstance(sp_weights, SparseTensor):
        raise TypeError("sp_weights must be either None or SparseTensor")
    for part in ("values", "indices", "dense_shape"):
        getattr(sp_ids, part).shape.assert_is_compatible_with(getattr(sp_weights, part).shape)


def _weighted(rows, place_of, segment_ids, weights, combiner, name):
    """Rows times weights, summed over segments, and divided as the combiner says."""
    if weights.dtype != rows.dtype:
        weights = math_ops.cast(weights, rows.dtype)
    rows = array_ops.gather(rows, place_of)
    ones = array_ops.fill(array_ops.expand_dims(array_ops.rank(rows) - 1, 0), 1)
    column_shape = array_ops.concat([array_ops.shape(weights), ones], 0)
    static_shape = weights.shape
    weights = array_ops.reshape(weights, column_shape)
    if rows.shape.ndims is not None:
        weights.set_shape(static_shape.concatenate([1] * (rows.shape.ndims - 1)))
    rows *= weights
    if combiner == "sum":
        return math_ops.segment_sum(rows, segment_ids, name=name)
    rows = math_ops.segment_sum(rows, segment_ids)
    if combiner == "mean":
        divisor = math_ops.segment_sum(weights, segment_ids)
    else:
        squares = math_ops.pow(weights, 2)
        divisor = math_ops.sqrt(math_ops.segment_sum(squares, segment_ids))
    return math_ops.div(rows, divisor, name=name)


def safe_embedding_lookup_sparse(embedding_weights, sparse_ids, sparse_weights=None,
                                 combiner="mean", default_id=None, name=None,
                                 partition_strategy="div", max_norm=None):
    """embedding_lookup_sparse for ids of any rank, some of which are invalid, and for empty rows.

    Ids below 0 are left out, and so are, unless the combiner is "sum", ids with a weight of 0 or
    less. A row that has none left gets the embedding of ``default_id``.

    Args:
      embedding_weights: a table, as for ``embedding_lookup``.
      sparse_ids: a SparseTensor of ids, [d_0, ..., d_n].
      sparse_weights: a SparseTensor of floats at the same indices, or None for 1.
      combiner: "sum", "mean" or "sqrtn", as for ``embedding_lookup_sparse``.
      default_id: the id for empty rows; None: they get zeros.
      name: the name scope.
      partition_strategy, max_norm: see ``embedding_lookup``.

    Returns:
      A tensor of shape ``[d_0, ..., d_n-1, *params.shape[1:]]``.

    Raises:
      ValueError: no table.
    """
    if embedding_weights is None or isinstance(embedding_weights, list) and not embedding_weights:
        raise ValueError(f"Missing embedding_weights {embedding_weights}.")
    dtype = None if sparse_weights is None else sparse_weights.dtype
    table = [_readable(part, dtype) for part in _parts(embedding_weights)]
    with name_scope(name, "embedding_lookup", [*table, sparse_ids, sparse_weights]) as scope:
        shape = sparse_ids.dense_shape
        static_rank = shape.shape._dims[0]
        rank = array_ops.size(shape) if static_rank is None else static_rank
        sparse_ids, sparse_weights = _valid_rows(sparse_ids, sparse_weights, rank, combiner)
        sparse_ids, is_empty = sparse_shape_ops.sparse_fill_empty_rows(sparse_ids, default_id or 0)
        if sparse_weights is not None:
            sparse_weights, _ = sparse_shape_ops.sparse_fill_empty_rows(sparse_weights, 1.0)
        rows = embedding_lookup_sparse(
            table, sparse_ids, sparse_weights, combiner=combiner,
            partition_strategy=partition_strategy, name=None if default_id is None else scope,
            max_norm=max_norm)
        if default_id is None:
            is_empty = array_ops.reshape(is_empty, [-1, 1])
            width = array_ops.shape(rows)[1]
            is_empty = array_ops.tile(is_empty, array_ops.stack([1, width]))
            rows = array_ops.where(is_empty, array_ops.zeros_like(rows), rows, name=scope)
        outer = array_ops.slice(math_ops.cast(shape, dtypes.int32), [0], [rank - 1])
        inner = array_ops.slice(array_ops.shape(rows), [1], [-1])
        found = array_ops.reshape(rows, array_ops.concat([outer, inner], 0))
        outer_rank = None if static_rank is None else static_rank - 1
        found.set_shape(unknown_shape(outer_rank).concatenate(rows.shape[1:]))
        return found


def _readable(part, dtype):
    """A part of a table: a resource variable stays what it is, all else becomes a tensor."""
    if hasattr(part, "sparse_read") and dtype in (None, part.dtype):
        return part
    return convert_to_tensor(part, dtype=dtype)


def _valid_rows(ids, weights, rank, combiner):
    """Ids and weights as matrices, without what is invalid."""
    shape = ids.dense_shape
    rows = math_ops.reduce_prod(array_ops.slice(shape, [0], [rank - 1]))
    ids = sparse_shape_ops.sparse_reshape(ids, [rows, array_ops.gather(shape, rank - 1)])
    if weights is not None:
        weights = SparseTensor(ids.indices, weights.values, ids.dense_shape)
    is_valid = math_ops.greater_equal(ids.values, 0)
    if weights is not None:
        ones = array_ops.ones_like(weights.values, dtype=dtypes.bool)
        is_valid = math_ops.logical_and(is_valid, ones)
    ids, weights = _retained(ids, weights, is_valid)
    if weights is not None and combiner != "sum":
        ids, weights = _retained(ids, weights, math_ops.greater(weights.values, 0))
    return ids, weights


def _retained(ids, weights, is_kept):
    ids = sparse_shape_ops.sparse_retain(ids, is_kept)
    if weights is not None:
        weights = sparse_shape_ops.sparse_retain(weights, is_kept)
    return ids, weights
