"""Cells in one op: GRUBlockCell, LSTMBlockCell, and BlockLSTM for all steps.

They compute what the cells of ``rnn`` compute with many operations.
"""

import numpy as np

from minitf.framework import errors
from minitf.framework.registry import op
from minitf.ops import array_ops, math_ops
from minitf.ops.bias_ops import BiasAddGrad
from minitf.ops.common_shapes import shape_of, with_rank


def _sigmoid(x):
    one = x.dtype.type(1)
    return one / (one + np.exp(-x))


def _of_batch(x, states):
    """The batch's size and that of the states, as far as they are known."""
    return with_rank(x.shape, 2)._dims[0], with_rank(states.shape, 2)._dims[1]


# ---- GRUBlockCell ----

GRUBlockCell = op("GRUBlockCell(x: T, h_prev: T, w_ru: T, w_c: T, b_ru: T, b_c: T; T)"
                  " -> (r: T, u: T, c: T, h: T)", T="float")


@GRUBlockCell.shape
def _(x, h_prev):
    return [shape_of(_of_batch(x, h_prev))] * 4


@GRUBlockCell.kernel
def _(x, h_prev, w_ru, w_c, b_ru, b_c):
    gates = _sigmoid(np.concatenate([x, h_prev], 1) @ w_ru + b_ru)
    r, u = np.split(gates, 2, 1)
    c = np.tanh(np.concatenate([x, h_prev * r], 1) @ w_c + b_c)
    return r, u, c, u * h_prev + (1 - u) * c


@GRUBlockCell.gradient
def _(op, _r, _u, _c, d_h):
    x, h_prev, w_ru, w_c, b_ru, b_c = op.inputs
    r, u, c, _ = op.outputs
    d_x, d_h_prev, d_c_bar, d_r_bar_u_bar = GRUBlockCellGrad(
        x, h_prev, w_ru, w_c, b_ru, b_c, r, u, c, d_h)
    joined = array_ops.concat([x, h_prev], 1)
    d_w_ru = math_ops.matmul(joined, d_r_bar_u_bar, transpose_a=True)
    d_b_ru = BiasAddGrad(d_r_bar_u_bar)
    joined = array_ops.concat([x, h_prev * r], 1)
    d_w_c = math_ops.matmul(joined, d_c_bar, transpose_a=True)
    return d_x, d_h_prev, d_w_ru, d_w_c, d_b_ru, BiasAddGrad(d_c_bar)


# ---- GRUBlockCellGrad ----

GRUBlockCellGrad = op(
    "GRUBlockCellGrad(x: T, h_prev: T, w_ru: T, w_c: T, b_ru: T, b_c: T, r: T, u: T, c: T, d_h: T;"
    " T) -> (d_x: T, d_h_prev: T, d_c_bar: T, d_r_bar_u_bar: T)",
    T="float").not_differentiable()


@GRUBlockCellGrad.shape
def _(x, h_prev, w_ru):
    batch, size = _of_batch(x, h_prev)
    both = with_rank(w_ru.shape, 2)._dims[1]
    states = shape_of((batch, size))
    return [with_rank(x.shape, 2), states, states, shape_of((batch, both))]


@GRUBlockCellGrad.kernel
def _(x, h_prev, w_ru, w_c, b_ru, b_c, r, u, c, d_h):
    depth = x.shape[1]
    d_c_bar = d_h * (1 - u) * (1 - c * c)
    d_u_bar = d_h * (h_prev - c) * u * (1 - u)
    through_c = d_c_bar @ w_c.T  # to x and to h_prev * r
    d_hr = through_c[:, depth:]
    d_gates = np.concatenate([d_hr * h_prev * r * (1 - r), d_u_bar], 1)
    through_gates = d_gates @ w_ru.T
    d_x = through_gates[:, :depth] + through_c[:, :depth]
    d_h_prev = through_gates[:, depth:] + d_hr * r + d_h * u
    return d_x, d_h_prev, d_c_bar, d_gates


# ---- LSTMBlockCell ----

_LSTM_INPUTS = "cs_prev: T, h_prev: T, w: T, wci: T, wcf: T, wco: T, b: T"
_LSTM_OUTPUTS = "i: T, cs: T, f: T, o: T, ci: T, co: T, h: T"
_LSTM_OPTIONS = "forget_bias: float = 1.0, cell_clip: float = 3.0, use_peephole: bool = False"

LSTMBlockCell = op(f"LSTMBlockCell(x: T, {_LSTM_INPUTS}; {_LSTM_OPTIONS}, T) -> ({_LSTM_OUTPUTS})",
                   T="half float")


@LSTMBlockCell.shape
def _(x, cs_prev):
    return [shape_of(_of_batch(x, cs_prev))] * 7


@LSTMBlockCell.kernel
def _(x, cs_prev, h_prev, w, wci, wcf, wco, b, forget_bias, cell_clip, use_peephole):
    peephole = (wci, wcf, wco) if use_peephole else None
    return _lstm_step(x, cs_prev, h_prev, w, b, peephole, forget_bias, cell_clip)


def _lstm_step(x, cs_prev, h_prev, w, b, peephole, forget_bias, cell_clip):
    """The gates ``i, cs, f, o, ci, co, h`` of one step."""
    i, ci, f, o = np.split(np.concatenate([x, h_prev], 1) @ w + b, 4, 1)
    f = f + x.dtype.type(forget_bias)
    if peephole:
        i, f = i + cs_prev * peephole[0], f + cs_prev * peephole[1]
    i, ci, f = _sigmoid(i), np.tanh(ci), _sigmoid(f)
    cs = i * ci + f * cs_prev
    if cell_clip > 0:
        limit = x.dtype.type(cell_clip)
        cs = np.clip(cs, -limit, limit)
    o = _sigmoid(o + cs * peephole[2] if peephole else o)
    co = np.tanh(cs)
    return i, cs, f, o, ci, co, o * co


@LSTMBlockCell.gradient
def _(op, _i, cs_grad, _f, _o, _ci, _co, h_grad):
    x, cs_prev, h_prev, w, wci, wcf, wco, b = op.inputs
    i, cs, f, o, ci, co, _ = op.outputs
    batch, depth = with_rank(x.shape, 2)._dims
    units = with_rank(cs_prev.shape, 2)._dims[1]
    if depth is None:
        raise ValueError("input_size from `x` should not be None.")
    if units is None:
        raise ValueError("cell_size from `cs_prev` should not be None.")
    cs_prev_grad, dgates, wci_grad, wcf_grad, wco_grad = LSTMBlockCellGrad(
        x, cs_prev, h_prev, w, wci, wcf, wco, b, i, cs, f, o, ci, co, cs_grad, h_grad,
        use_peephole=op._attrs["use_peephole"])
    joined_grad = math_ops.matmul(dgates, w, transpose_b=True)
    batch = -1 if batch is None else batch
    x_grad = array_ops.slice(joined_grad, (0, 0), (batch, depth))
    h_prev_grad = array_ops.slice(joined_grad, (0, depth), (batch, units))
    joined = array_ops.concat([x, h_prev], 1)
    w_grad = math_ops.matmul(joined, dgates, transpose_a=True)
    return (x_grad, cs_prev_grad, h_prev_grad, w_grad, wci_grad, wcf_grad, wco_grad,
            BiasAddGrad(dgates))


# ---- LSTMBlockCellGrad ----

LSTMBlockCellGrad = op(
    f"LSTMBlockCellGrad(x: T, {_LSTM_INPUTS}, i: T, cs: T, f: T, o: T, ci: T, co: T, cs_grad: T,"
    " h_grad: T; use_peephole: bool, T) -> (cs_prev_grad: T, dicfo: T, wci_grad: T, wcf_grad: T,"
    " wco_grad: T)", T="half float").not_differentiable()


@LSTMBlockCellGrad.shape
def _(x, cs_prev):
    batch, units = _of_batch(x, cs_prev)
    states = shape_of((batch, units))
    gates = shape_of((batch, None if units is None else 4 * units))
    return [states, gates] + [shape_of((units,))] * 3


@LSTMBlockCellGrad.kernel
def _(x, cs_prev, h_prev, w, wci, wcf, wco, b, i, cs, f, o, ci, co, cs_grad, h_grad,
      use_peephole):
    peephole = (wci, wcf, wco) if use_peephole else None
    return _lstm_step_back(cs_prev, peephole, i, cs, f, o, ci, co, cs_grad, h_grad)


def _lstm_step_back(cs_prev, peephole, i, cs, f, o, ci, co, cs_grad, h_grad):
    """The gradients of one step: of ``cs_prev``, of the gates before sigmoid and tanh, and of the
    peepholes (zero without them)."""
    do = o * (1 - o) * h_grad * co
    dcs = (1 - co * co) * h_grad * o + cs_grad
    if peephole:
        dcs = dcs + do * peephole[2]
    dci = (1 - ci * ci) * dcs * i
    df = f * (1 - f) * dcs * cs_prev
    di = i * (1 - i) * dcs * ci
    dgates = np.concatenate([di, dci, df, do], 1)
    cs_prev_grad = dcs * f
    if not peephole:
        zeros = np.zeros(cs.shape[1], cs.dtype)
        return cs_prev_grad, dgates, zeros, zeros, zeros
    cs_prev_grad = cs_prev_grad + di * peephole[0] + df * peephole[1]
    sums = [np.sum(item, 0, dtype=cs.dtype) for item in (di * cs_prev, df * cs_prev, do * cs)]
    return cs_prev_grad, dgates, *sums


# ---- BlockLSTM ----

BlockLSTM = op(f"BlockLSTM(seq_len_max: int64, x: T, {_LSTM_INPUTS}; {_LSTM_OPTIONS}, T)"
               f" -> ({_LSTM_OUTPUTS})", T="half float")


@BlockLSTM.shape
def _(x, b):
    steps, batch, _ = with_rank(x.shape, 3)._dims
    columns = with_rank(b.shape, 1)._dims[0]
    return [shape_of((steps, batch, None if columns is None else columns // 4))] * 7


@BlockLSTM.kernel
def _(seq_len_max, x, cs_prev, h_prev, w, wci, wcf, wco, b, forget_bias, cell_clip, use_peephole):
    peephole = (wci, wcf, wco) if use_peephole else None
    steps = x.shape[0]
    if seq_len_max > steps:
        raise errors.InvalidArgumentError(None, None,
                                          f"Got seq_len_max {seq_len_max}, steps {steps}")
    outputs = [np.zeros((steps, *cs_prev.shape), x.dtype) for _ in range(7)]
    for time in range(int(seq_len_max)):
        step = _lstm_step(x[time], cs_prev, h_prev, w, b, peephole, forget_bias, cell_clip)
        for output, value in zip(outputs, step):
            output[time] = value
        cs_prev, h_prev = step[1], step[6]
    return outputs


@BlockLSTM.gradient
def _(op, _i, cs_grad, _f, _o, _ci, _co, h_grad):
    return (None, *BlockLSTMGrad(*op.inputs, *op.outputs, cs_grad, h_grad,
                                 use_peephole=op._attrs["use_peephole"]))


# ---- BlockLSTMGrad ----

BlockLSTMGrad = op(
    f"BlockLSTMGrad(seq_len_max: int64, x: T, {_LSTM_INPUTS}, {_LSTM_OUTPUTS}, cs_grad: T,"
    " h_grad: T; use_peephole: bool, T) -> (x_grad: T, cs_prev_grad: T, h_prev_grad: T, w_grad: T,"
    " wci_grad: T, wcf_grad: T, wco_grad: T, b_grad: T)",
    T="half float").not_differentiable()


@BlockLSTMGrad.shape
def _(x, cs_prev, h_prev, w, wci, wcf, wco, b):
    ranks = [(x, 3), (cs_prev, 2), (h_prev, 2), (w, 2), (wci, 1), (wcf, 1), (wco, 1), (b, 1)]
    return [with_rank(item.shape, rank) for item, rank in ranks]


@BlockLSTMGrad.kernel
def _(seq_len_max, x, cs_prev, h_prev, w, wci, wcf, wco, b, i, cs, f, o, ci, co, h, cs_grad,
      h_grad, use_peephole):
    peephole = (wci, wcf, wco) if use_peephole else None
    depth = x.shape[2]
    x_grad, w_grad, b_grad = np.zeros_like(x), np.zeros_like(w), np.zeros_like(b)
    peephole_grads = [np.zeros_like(item) for item in (wci, wcf, wco)]
    cs_back, h_back = np.zeros_like(cs_prev), np.zeros_like(h_prev)
    for time in reversed(range(int(seq_len_max))):
        cs_before, h_before = (cs[time - 1], h[time - 1]) if time else (cs_prev, h_prev)
        cs_back, dgates, *sums = _lstm_step_back(
            cs_before, peephole, i[time], cs[time], f[time], o[time], ci[time], co[time],
            cs_grad[time] + cs_back, h_grad[time] + h_back)
        joined_grad = dgates @ w.T
        x_grad[time], h_back = joined_grad[:, :depth], joined_grad[:, depth:]
        w_grad += np.concatenate([x[time], h_before], 1).T @ dgates
        b_grad += np.sum(dgates, 0, dtype=b.dtype)
        for total, item in zip(peephole_grads, sums):
            total += item
    return (x_grad, cs_back, h_back, w_grad, *peephole_grads, b_grad)
