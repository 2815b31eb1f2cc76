"""Ops that make serialized summaries: what they hold is compared in programs/summaries.py."""

from cases import N, V, bads, row, rows

ROWS = [
    rows("""
        tf.summary.scalar("loss", x)
        tf.summary.merge([tf.summary.scalar("a", x), tf.summary.scalar("b", 2 * x, family="f")])
    """, "float32 float64 int32 int64", grads=False, x=N()),
    row("tf.summary.histogram('h', x)", "float32 float64 int32 uint8", grads=False, x=N(3, 4)),
    rows("""
        tf.summary.tensor_summary("t", x, display_name="shown")
        raw.TensorSummary(tensor=x, description="d", labels=["a"], name="n")
    """, "float32 int64", grads=False, x=N(2, 3)),
    row("tf.summary.text('t', x)", "float32", x=V([b"a", b"b"])),
    row("tf.summary.audio('a', x, 8000.0)", "float32", grads=False, x=N(2, 5)),
    row("tf.summary.image('i', x)", "float32 uint8", grads=False, random=True, x=N(2, 3, 4, 3)),
    bads("""
        tf.summary.scalar("loss", x)
        tf.summary.image("i", x)
        tf.summary.audio("a", x, 0.0)
        tf.summary.audio("a", x[0], 1.0)
        tf.summary.text("t", x)
        tf.summary.merge([])
        tf.summary.merge(x)
        tf.summary.merge([tf.as_string(x[0, 0])])
        raw.MergeSummary(inputs=[raw.ScalarSummary(tags="a", values=1.0)] * 2)
        raw.HistogramSummary(tag=["a"], values=x)
        raw.ImageSummary(tag=["a"], tensor=tf.ones([1, 2, 2, 1]))
    """, x=N(2, 3)),
]
