"""Tensors that stay in the session, as far as one run shows them."""

from cases import N, bad, rows

HANDLE = '"y;0;/job:localhost/replica:0/task:0/device:CPU:0"'

ROWS = [
    rows("""
        tf.strings.length(tf.get_session_handle(x * 2))
        tf.strings.substr(raw.GetSessionHandle(value=x, name="h"), 0, 20)
    """, "float32 int64", grads=False, x=N(2)),
    bad("tf.get_session_handle(1.0)"),
    bad(f"tf.get_session_tensor({HANDLE}, tf.float32)"),
    bad("raw.GetSessionTensor(handle='y;0', dtype=tf.float32)"),
    bad("raw.DeleteSessionTensor(handle='y;0')"),
]
