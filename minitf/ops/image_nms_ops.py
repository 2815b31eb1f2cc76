"""Non-maximum suppression: of boxes that overlap, the one with the best score.

The greedy algorithm: take the box with the best score, drop those that overlap it by more than a
threshold, repeat. Overlap is the intersection over the union of two boxes (IOU). *Soft* suppression
lowers the scores of the others instead (N. Bodla et al., "Soft-NMS", ICCV 2017).
"""

import heapq

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.constant_folding import static_value
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import op
from minitf.ops.common_shapes import (
    SCALAR, dims_or_unknown, merge_dims, shape_of, with_rank, with_value)
from minitf.ops.elementwise import list_text

_LOWEST = float("-inf")


def _check(holds, message):
    if not holds:
        raise errors.InvalidArgumentError(None, None, message)


# ---- the algorithm ----


def overlaps_with(box, boxes):
    """The IOU of a box with others, float32; boxes are two opposite corners y, x, y, x."""
    low, high = np.minimum(boxes[:, :2], boxes[:, 2:]), np.maximum(boxes[:, :2], boxes[:, 2:])
    own_low, own_high = np.minimum(box[:2], box[2:]), np.maximum(box[:2], box[2:])
    area = (own_high[0] - own_low[0]) * (own_high[1] - own_low[1])
    areas = (high[:, 0] - low[:, 0]) * (high[:, 1] - low[:, 1])
    extent = np.maximum(np.minimum(high, own_high) - np.maximum(low, own_low), boxes.dtype.type(0))
    both = extent[:, 0] * extent[:, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = both / (area + areas - both)
    return np.where((area <= 0) | (areas <= 0), boxes.dtype.type(0), share)


class _Candidate:
    """A box in the queue: the better score comes first, whatever the index."""

    __slots__ = ("compared", "index", "score")

    def __init__(self, score, index):
        self.score = score
        self.index = index
        self.compared = 0  # how many of the selected it has been compared with

    def __lt__(self, other):
        return self.score > other.score


def suppress(similarity, scores, most, threshold, score_threshold, sigma=0.0):
    """Indices and scores of what is selected, best first.

    What is selected goes back into the queue, and is dropped when it comes out again, as similar to
    itself. So it is in TensorFlow 1.15, and it shows: equal scores come in the order in which the
    heap gives them out, and what is not similar to itself (a box without an area) comes again.

    Args:
      similarity: ``similarity(i, others)``: of candidate i with those of other indices.
      scores: floating [candidates].
      most: how many are selected at most; there is no limit if it is negative.
      threshold: the similarity from which a candidate is dropped.
      score_threshold: candidates must have a higher score.
      sigma: above 0, similar candidates lose a part of their score: exp(-similarity^2 / 2 sigma).
    """
    scores = np.asarray(scores)
    queue = []
    for index in np.flatnonzero(scores > score_threshold).tolist():
        heapq.heappush(queue, _Candidate(scores[index], index))
    selected, their_scores = [], []
    while queue and len(selected) != most:
        candidate = heapq.heappop(queue)
        before = candidate.score
        similar = similarity(candidate.index, np.array(selected[candidate.compared:], np.int64))
        if (similar >= threshold).any():
            continue
        if sigma > 0 and len(similar):
            scale = scores.dtype.type(-0.5) / scores.dtype.type(sigma)
            weights = np.exp(scale * similar * similar)[::-1]
            candidate.score = np.multiply.reduce(weights, initial=before, dtype=scores.dtype)
        if not candidate.score > score_threshold:
            continue
        candidate.compared = len(selected)
        if candidate.score == before:
            selected.append(candidate.index)
            their_scores.append(before)
        heapq.heappush(queue, candidate)
    return np.array(selected, np.int32), np.array(their_scores, scores.dtype)


def _of_boxes(boxes):
    return lambda i, others: overlaps_with(boxes[i], boxes[others])


def _check_inputs(boxes, scores, max_output_size):
    _check(np.ndim(max_output_size) == 0,
           f"max_output_size must be 0-D, got shape {list_text(np.shape(max_output_size))}")
    _check(np.ndim(boxes) == 2, f"boxes must be 2-D{list_text(np.shape(boxes))}")
    _check(boxes.shape[1] == 4, "boxes must have 4 columns")
    _check(np.ndim(scores) == 1, f"scores must be 1-D{list_text(np.shape(scores))}")
    _check(len(scores) == len(boxes), "scores has incompatible shape")


def _check_threshold(threshold, name="iou_threshold"):
    _check(np.ndim(threshold) == 0, f"{name} must be 0-D, got shape "
           f"{list_text(np.shape(threshold))}")
    if name == "iou_threshold":
        _check(0 <= threshold <= 1, "iou_threshold must be in [0, 1]")


def _check_shapes(boxes, scores, *scalars):
    count = merge_dims(dims_or_unknown(boxes.shape, 2)[0], dims_or_unknown(scores.shape, 1)[0])
    for scalar in scalars:
        with_rank(scalar.shape, 0)
    corners = dims_or_unknown(boxes.shape, 2)[1]
    if corners is not None:
        with_value(corners, 4)
    return count


_UNKNOWN_VECTOR = shape_of([None])


# ---- NonMaxSuppression, NonMaxSuppressionV2, NonMaxSuppressionV3 ----


def non_max_suppression(boxes, scores, max_output_size, iou_threshold=0.5,
                        score_threshold=_LOWEST, name=None):
    """Boxes that overlap no better one by much (TF op: NonMaxSuppressionV3).

    Args:
      boxes: float32 [boxes, 4]: two opposite corners, y1, x1, y2, x2, in any units.
      scores: float32 [boxes].
      max_output_size: an int32 scalar: how many boxes are selected at most.
      iou_threshold: intersection over union above which the lesser box is dropped.
      score_threshold: boxes with this score or less are dropped.
      name: the name scope.

    Returns:
      int32 [selected]: indices of the selected boxes, by falling score.
    """
    with name_scope(name, "non_max_suppression"):
        iou_threshold = convert_to_tensor(iou_threshold, name="iou_threshold")
        score_threshold = convert_to_tensor(score_threshold, name="score_threshold")
        return NonMaxSuppressionV3(boxes, scores, max_output_size, iou_threshold, score_threshold)


NonMaxSuppression = op(
    "NonMaxSuppression(boxes: float, scores: float, max_output_size: int32;"
    " iou_threshold: float = 0.5) -> (selected_indices: int32)").not_differentiable()


@NonMaxSuppression.shape
def _(boxes, scores, max_output_size):
    _check_shapes(boxes, scores, max_output_size)
    return _UNKNOWN_VECTOR


@NonMaxSuppression.kernel
def _(boxes, scores, max_output_size, iou_threshold):
    _check_threshold(iou_threshold)
    _check_inputs(boxes, scores, max_output_size)
    return suppress(_of_boxes(boxes), scores, int(max_output_size), np.float32(iou_threshold),
                    _LOWEST)[0]


_TYPES = {"T": "half float", "T_threshold": "half float"}

NonMaxSuppressionV2 = op(
    "NonMaxSuppressionV2(boxes: T, scores: T, max_output_size: int32, iou_threshold: T_threshold;"
    " T: type = float, T_threshold: type = float) -> (selected_indices: int32)",
    **_TYPES).not_differentiable()


@NonMaxSuppressionV2.shape
def _(boxes, scores, max_output_size, iou_threshold):
    _check_shapes(boxes, scores, max_output_size, iou_threshold)
    return _UNKNOWN_VECTOR


@NonMaxSuppressionV2.kernel
def _(boxes, scores, max_output_size, iou_threshold):
    _check_threshold(iou_threshold)
    _check_inputs(boxes, scores, max_output_size)
    return suppress(_of_boxes(boxes), scores, int(max_output_size), iou_threshold, _LOWEST)[0]


NonMaxSuppressionV3 = op(
    "NonMaxSuppressionV3(boxes: T, scores: T, max_output_size: int32, iou_threshold: T_threshold,"
    " score_threshold: T_threshold; T: type = float, T_threshold: type = float)"
    " -> (selected_indices: int32)", **_TYPES)


@NonMaxSuppressionV3.shape
def _(boxes, scores, max_output_size, iou_threshold, score_threshold):
    _check_shapes(boxes, scores, max_output_size, iou_threshold, score_threshold)
    return _UNKNOWN_VECTOR


@NonMaxSuppressionV3.kernel
def _(boxes, scores, max_output_size, iou_threshold, score_threshold):
    return _select(boxes, scores, max_output_size, iou_threshold, score_threshold)[0]


def _select(boxes, scores, max_output_size, iou_threshold, score_threshold, sigma=0.0):
    _check_threshold(iou_threshold)
    _check_threshold(score_threshold, "score_threshold")
    _check_inputs(boxes, scores, max_output_size)
    return suppress(_of_boxes(boxes), scores, int(max_output_size), iou_threshold, score_threshold,
                    sigma)


# ---- NonMaxSuppressionV4, NonMaxSuppressionV5 ----


def non_max_suppression_padded(boxes, scores, max_output_size, iou_threshold=0.5,
                               score_threshold=_LOWEST, pad_to_max_output_size=False, name=None):
    """``non_max_suppression`` with a result of known length (TF op: NonMaxSuppressionV4).

    Args:
      boxes, scores, max_output_size, iou_threshold, score_threshold: see ``non_max_suppression``.
      pad_to_max_output_size: zeros follow the indices, up to ``max_output_size``.
      name: the name scope.

    Returns:
      A namedtuple: ``selected_indices``, int32, and ``valid_outputs``, an int32 scalar: how many of
      them are no padding.
    """
    with name_scope(name, "non_max_suppression_padded"):
        iou_threshold = convert_to_tensor(iou_threshold, name="iou_threshold")
        score_threshold = convert_to_tensor(score_threshold, name="score_threshold")
        return NonMaxSuppressionV4(boxes, scores, max_output_size, iou_threshold, score_threshold,
                                   pad_to_max_output_size=pad_to_max_output_size)


NonMaxSuppressionV4 = op(
    "NonMaxSuppressionV4(boxes: T, scores: T, max_output_size: int32, iou_threshold: T_threshold,"
    " score_threshold: T_threshold; T: type = float, T_threshold: type = float,"
    " pad_to_max_output_size: bool = False) -> (selected_indices: int32, valid_outputs: int32)",
    **_TYPES)


def _padded_vector(max_output_size, is_padded):
    size = static_value(max_output_size) if is_padded else None
    return shape_of([None if size is None else int(size)])


@NonMaxSuppressionV4.shape
def _(boxes, scores, max_output_size, iou_threshold, score_threshold, pad_to_max_output_size):
    _check_shapes(boxes, scores, max_output_size, iou_threshold, score_threshold)
    return [_padded_vector(max_output_size, pad_to_max_output_size), SCALAR]


def _padded(values, size, is_padded):
    if not is_padded:
        return values
    return np.concatenate([values, np.zeros(max(int(size) - len(values), 0), values.dtype)])


@NonMaxSuppressionV4.kernel
def _(boxes, scores, max_output_size, iou_threshold, score_threshold, pad_to_max_output_size):
    indices, _ = _select(boxes, scores, max_output_size, iou_threshold, score_threshold)
    return (_padded(indices, max_output_size, pad_to_max_output_size), np.int32(len(indices)))


def non_max_suppression_with_scores(boxes, scores, max_output_size, iou_threshold=0.5,
                                    score_threshold=_LOWEST, soft_nms_sigma=0.0, name=None):
    """``non_max_suppression``, also soft (TF op: NonMaxSuppressionV5).

    Args:
      boxes, scores, max_output_size, iou_threshold, score_threshold: see ``non_max_suppression``.
      soft_nms_sigma: above 0, boxes that overlap lose a part of their score.
      name: the name scope.

    Returns:
      A tuple: int32 indices of the selected boxes, and their scores.
    """
    with name_scope(name, "non_max_suppression_with_scores"):
        iou_threshold = convert_to_tensor(iou_threshold, name="iou_threshold")
        score_threshold = convert_to_tensor(score_threshold, name="score_threshold")
        soft_nms_sigma = convert_to_tensor(soft_nms_sigma, name="soft_nms_sigma")
        indices, their_scores, _ = NonMaxSuppressionV5(
            boxes, scores, max_output_size, iou_threshold, score_threshold, soft_nms_sigma,
            pad_to_max_output_size=False)
        return indices, their_scores


NonMaxSuppressionV5 = op(
    "NonMaxSuppressionV5(boxes: T, scores: T, max_output_size: int32, iou_threshold: T,"
    " score_threshold: T, soft_nms_sigma: T; T: type = float, pad_to_max_output_size: bool = False)"
    " -> (selected_indices: int32, selected_scores: T, valid_outputs: int32)", T="half float")


@NonMaxSuppressionV5.shape
def _(boxes, scores, max_output_size, iou_threshold, score_threshold, soft_nms_sigma,
      pad_to_max_output_size):
    _check_shapes(boxes, scores, max_output_size, iou_threshold, score_threshold, soft_nms_sigma)
    vector = _padded_vector(max_output_size, pad_to_max_output_size)
    return [vector, vector, SCALAR]


@NonMaxSuppressionV5.kernel
def _(boxes, scores, max_output_size, iou_threshold, score_threshold, soft_nms_sigma,
      pad_to_max_output_size):
    _check(soft_nms_sigma >= 0, "soft_nms_sigma must be >= 0.0")
    indices, their_scores = _select(boxes, scores, max_output_size, iou_threshold, score_threshold,
                                    soft_nms_sigma)
    return (_padded(indices, max_output_size, pad_to_max_output_size),
            _padded(their_scores, max_output_size, pad_to_max_output_size),
            np.int32(len(indices)))


# ---- NonMaxSuppressionWithOverlaps ----


def non_max_suppression_overlaps(overlaps, scores, max_output_size, overlap_threshold=0.5,
                                 score_threshold=_LOWEST, name=None):
    """``non_max_suppression`` by overlaps that are given (TF op: NonMaxSuppressionWithOverlaps).

    Args:
      overlaps: float32 [boxes, boxes].
      scores: float32 [boxes].
      max_output_size: an int32 scalar: how many boxes are selected at most.
      overlap_threshold: the overlap above which the lesser box is dropped.
      score_threshold: boxes with this score or less are dropped.
      name: the name scope.

    Returns:
      int32 [selected]: indices of the selected boxes, by falling score.
    """
    with name_scope(name, "non_max_suppression_overlaps"):
        overlap_threshold = convert_to_tensor(overlap_threshold, name="overlap_threshold")
        return NonMaxSuppressionWithOverlaps(overlaps, scores, max_output_size, overlap_threshold,
                                             score_threshold)


NonMaxSuppressionWithOverlaps = op(
    "NonMaxSuppressionWithOverlaps(overlaps: float, scores: float, max_output_size: int32,"
    " overlap_threshold: float, score_threshold: float) -> (selected_indices: int32)"
).not_differentiable()


@NonMaxSuppressionWithOverlaps.shape
def _(overlaps, scores, max_output_size, overlap_threshold, score_threshold):
    rows, columns = dims_or_unknown(overlaps.shape, 2)
    merge_dims(rows, dims_or_unknown(scores.shape, 1)[0])
    for scalar in (max_output_size, overlap_threshold, score_threshold):
        with_rank(scalar.shape, 0)
    merge_dims(rows, columns)
    return _UNKNOWN_VECTOR


@NonMaxSuppressionWithOverlaps.kernel
def _(overlaps, scores, max_output_size, overlap_threshold, score_threshold):
    _check(np.ndim(overlaps) == 2, f"overlaps must be 2-D{list_text(np.shape(overlaps))}")
    _check(overlaps.shape[0] == overlaps.shape[1],
           f"overlaps must be square{list_text(overlaps.shape)}")
    _check(np.ndim(scores) == 1, f"scores must be 1-D{list_text(np.shape(scores))}")
    _check(len(scores) == len(overlaps), "scores has incompatible shape")
    return suppress(lambda i, others: overlaps[i, others], scores, int(max_output_size),
                    overlap_threshold, score_threshold)[0]


# ---- CombinedNonMaxSuppression ----


def combined_non_max_suppression(boxes, scores, max_output_size_per_class, max_total_size,
                                 iou_threshold=0.5, score_threshold=_LOWEST, pad_per_class=False,
                                 clip_boxes=True, name=None):
    """Non-maximum suppression for each image and class (TF op: CombinedNonMaxSuppression).

    Args:
      boxes: float32 [batch, boxes, q, 4], where q is 1 (the same boxes for all classes) or the
        number of classes.
      scores: float32 [batch, boxes, classes].
      max_output_size_per_class: an int32 scalar.
      max_total_size: an int32 scalar: boxes that are kept of an image, over all classes.
      iou_threshold, score_threshold: see ``non_max_suppression``.
      pad_per_class: the results' length is not above ``max_output_size_per_class * classes``.
      clip_boxes: coordinates are clipped to [0, 1].
      name: the name scope.

    Returns:
      A namedtuple, padded with zeros: ``nmsed_boxes`` [batch, length, 4], ``nmsed_scores`` and
      ``nmsed_classes`` [batch, length], all float32, and ``valid_detections``, int32 [batch].
    """
    with name_scope(name, "combined_non_max_suppression"):
        iou_threshold = convert_to_tensor(iou_threshold, dtype=dtypes.float32,
                                          name="iou_threshold")
        score_threshold = convert_to_tensor(score_threshold, dtype=dtypes.float32,
                                            name="score_threshold")
        return CombinedNonMaxSuppression(
            boxes, scores, max_output_size_per_class, max_total_size, iou_threshold,
            score_threshold, pad_per_class=pad_per_class, clip_boxes=clip_boxes)


CombinedNonMaxSuppression = op(
    "CombinedNonMaxSuppression(boxes: float, scores: float, max_output_size_per_class: int32,"
    " max_total_size: int32, iou_threshold: float, score_threshold: float;"
    " pad_per_class: bool = False, clip_boxes: bool = True) -> (nmsed_boxes: float,"
    " nmsed_scores: float, nmsed_classes: float, valid_detections: int32)")


@CombinedNonMaxSuppression.shape
def _(boxes, scores, max_output_size_per_class, max_total_size, iou_threshold, score_threshold,
      pad_per_class):
    batch, count, columns, corners = dims_or_unknown(boxes.shape, 4)
    other_batch, other_count, classes = dims_or_unknown(scores.shape, 3)
    for scalar in (max_output_size_per_class, max_total_size, iou_threshold, score_threshold):
        with_rank(scalar.shape, 0)
    batch = merge_dims(batch, other_batch)
    merge_dims(count, other_count)
    if corners is not None:
        with_value(corners, 4)
    if columns not in (None, 1) and classes is not None and columns != classes:
        raise ValueError("third dimension of boxes must be either 1 or equal to the third "
                         "dimension of scores")
    length = static_value(max_total_size)
    if length is not None:
        length = int(length)
        if length <= 0:
            raise ValueError("max_total_size should be > 0 ")
        if pad_per_class:
            of_class = static_value(max_output_size_per_class)
            length = (None if of_class is None or classes is None
                      else min(length, int(of_class) * classes))
    return [shape_of([batch, length, 4]), shape_of([batch, length]), shape_of([batch, length]),
            shape_of([batch])]


@CombinedNonMaxSuppression.kernel
def _(boxes, scores, max_output_size_per_class, max_total_size, iou_threshold, score_threshold,
      pad_per_class, clip_boxes):
    _check(max_total_size > 0, "max_total_size must be > 0")
    _check_threshold(iou_threshold)
    _check(np.shape(boxes)[:1] == np.shape(scores)[:1],
           "boxes and scores must have same batch size")
    _check(np.ndim(boxes) == 4, f"boxes must be 4-D{list_text(np.shape(boxes))}")
    _check(boxes.shape[3] == 4, "boxes must have 4 columns")
    _check(np.ndim(scores) == 3, f"scores must be 3-D{list_text(np.shape(scores))}")
    _check(scores.shape[:2] == boxes.shape[:2], "scores has incompatible shape")
    batch, _, classes = scores.shape
    _check(boxes.shape[2] in (1, classes), "third dimension of boxes must be either 1 or num "
           "classes")
    length = int(max_total_size)
    if pad_per_class:
        length = min(length, int(max_output_size_per_class) * classes)
    kept_boxes = np.zeros([batch, length, 4], np.float32)
    kept_scores, kept_classes = np.zeros([2, batch, length], np.float32)
    counts = np.zeros(batch, np.int32)
    for i in range(batch):
        found = [_of_class(boxes[i], scores[i], c, int(max_output_size_per_class), iou_threshold,
                           score_threshold) for c in range(classes)]
        all_boxes, all_scores, all_classes = map(np.concatenate, zip(*found))
        order = np.argsort(-all_scores, kind="stable")[:length]
        counts[i] = count = len(order)
        kept_boxes[i, :count] = all_boxes[order]
        kept_scores[i, :count] = all_scores[order]
        kept_classes[i, :count] = all_classes[order]
    if clip_boxes:
        kept_boxes = np.clip(kept_boxes, np.float32(0), np.float32(1))
    return kept_boxes, kept_scores, kept_classes, counts


def _of_class(boxes, scores, number, most, iou_threshold, score_threshold):
    """The boxes of one image that are kept for one class, their scores, and the class."""
    boxes = boxes[:, number if boxes.shape[1] > 1 else 0]
    indices, their_scores = suppress(_of_boxes(boxes), scores[:, number], most, iou_threshold,
                                     score_threshold)
    return boxes[indices], their_scores, np.full(len(indices), number, np.float32)
