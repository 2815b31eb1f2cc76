"""Recurrent cells in one op."""

from cases import N, U, V, bad, row

TOLERANCE = 1e-5

GRU = {"x": N(2, 3), "h": N(2, 2), "a": N(5, 4), "b": N(5, 2), "c": N(4), "d": N(2)}
LSTM = {"x": N(2, 3), "c": N(2, 2), "h": N(2, 2), "w": N(5, 8), "p": N(2), "q": N(2), "r": N(2),
        "b": N(8)}
STEPS = dict(LSTM, x=N(3, 2, 3))
_GRU = "x=x, h_prev=h, w_ru=a, w_c=b, b_ru=c, b_c=d"
_LSTM = "x=x, cs_prev=c, h_prev=h, w=w, wci=p, wcf=q, wco=r, b=b"
_GATES = "i=g, cs=g, f=g, o=g, ci=g, co=g"

ROWS = [
    row(f"raw.GRUBlockCell({_GRU})", "float32", grads=False, **GRU),
    row(f"raw.GRUBlockCellGrad({_GRU}, r=h, u=h, c=h, d_h=h)", "float32", grads=False,
        **GRU),
    row(f"raw.LSTMBlockCell({_LSTM})", "float32", grads=False,
        **LSTM),
    row(f"raw.LSTMBlockCell({_LSTM}, use_peephole=True, cell_clip=0.5, forget_bias=0.0)",
        "float32", grads=False, **LSTM),
    row(f"raw.LSTMBlockCellGrad({_LSTM}, {_GATES}, cs_grad=g, h_grad=g, use_peephole=True)",
        "float32", grads=False, g=U(2, 2), **LSTM),
    # Of the last step TensorFlow clears the memories and outputs only.
    row(f"raw.BlockLSTM(seq_len_max=n, {_LSTM}, use_peephole=True, cell_clip=-1.0)[1::5]",
        "float32", numeric=False, n=V(2, "int64"), **STEPS),
    row(f"raw.BlockLSTM(seq_len_max=n, {_LSTM})", "float32", numeric=False, n=V(3, "int64"),
        **STEPS),
    row(f"raw.BlockLSTMGrad(seq_len_max=n, {_LSTM}, {_GATES}, h=g, cs_grad=g, h_grad=g,"
        " use_peephole=False)", "float32", grads=False, n=V(2, "int64"), g=U(3, 2, 2), **STEPS),
    bad(f"raw.GRUBlockCell({_GRU})", shapes="known", **dict(GRU, x=N(3))),
    bad(f"raw.BlockLSTM(seq_len_max=n, {_LSTM})", shapes="known", n=V(2, "int64"),
        **dict(STEPS, x=N(2, 3))),
]
