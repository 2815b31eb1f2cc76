"""Queues, accumulators, readers, sparse tensors by handle: what one run of a session can show."""

from cases import N, bad, bads, rows

OLD = "raw.{}(component_types=[tf.float32], shapes=[[]])"
KINDS = ("FIFOQueue", "PaddingFIFOQueue", "RandomShuffleQueue", "PriorityQueue")


def on_old_handles(kind):
    queue = OLD.format(kind)
    return rows(f"""
        raw.QueueSize(handle={queue})
        raw.QueueIsClosed(handle={queue})
        raw.QueueClose(handle={queue}, cancel_pending_enqueues=True)
    """)


FIFO = OLD.format("FIFOQueue")
DENSE = "raw.ConditionalAccumulator(dtype=T, shape=[2])"
ZERO = "tf.constant(0, tf.int64)"
SPARSE = "sparse_indices=[[0, 1], [2, 0]], sparse_values=x, sparse_shape=[3, 4]"

ROWS = [
    rows("""
        tf.FIFOQueue(4, [T], shapes=[[2]]).enqueue([x])
        tf.FIFOQueue(4, [T], shapes=[[]]).enqueue_many([x])
        tf.PaddingFIFOQueue(4, T, shapes=[[None]], name="p").enqueue([x], name="e")
        tf.RandomShuffleQueue(4, 1, T, shapes=[[]], seed=3).enqueue_many(x)
        tf.PriorityQueue(4, [T], shapes=[[2]]).enqueue([3, x])
    """, "float32 int64", grads=False, x=N(2)),
    rows("""
        tf.FIFOQueue(4, [tf.float32]).size()
        tf.FIFOQueue(4, [tf.float32]).is_closed()
        tf.FIFOQueue(4, [tf.float32]).close()
        tf.FIFOQueue(4, [tf.float32, tf.string], shapes=[[2], []]).dequeue_many(0)
        tf.FIFOQueue(4, [tf.float32], shapes=[[2]]).dequeue_up_to(0)
        tf.PaddingFIFOQueue(4, [tf.float32], shapes=[[None, 3]]).dequeue_many(0)
        tf.RandomShuffleQueue(-1, 0, tf.int32, shapes=()).dequeue_many(0)
        tf.PriorityQueue(4, [tf.float32], shapes=[[2]]).dequeue_many(0)
    """),
    [on_old_handles(kind) for kind in KINDS],
    rows(f"""
        raw.QueueEnqueue(handle={FIFO}, components=[x[0]])
        raw.QueueEnqueueMany(handle={FIFO}, components=[x])
        raw.QueueDequeueMany(handle={FIFO}, n=0, component_types=[tf.float32])
        raw.QueueDequeueUpTo(handle={FIFO}, n=0, component_types=[tf.float32])
    """, "float32", grads=False, x=N(3)),
    bads(f"""
        (lambda q: [q.close(), q.dequeue()])(tf.FIFOQueue(4, T, shapes=[[]]))
        (lambda q: [q.close(), q.dequeue_many(2)])(tf.PaddingFIFOQueue(4, T, shapes=[[2]]))
        (lambda q: [q.close(), q.dequeue_up_to(2)])(tf.RandomShuffleQueue(4, 0, T, shapes=[[]]))
        (lambda q: [q.close(), q.dequeue()])(tf.PriorityQueue(4, T, shapes=[[]]))
        (lambda q: [raw.QueueClose(handle=q), raw.QueueDequeue(handle=q, component_types=[T])])(
            {FIFO})
        (lambda q: [q.close(), raw.QueueDequeueV2(handle=q.queue_ref, component_types=[T])])(
            tf.FIFOQueue(4, T, shapes=[[]]))
        tf.FIFOQueue(4, T, shapes=[[3]]).enqueue(x)
        tf.FIFOQueue(4, T, shapes=[[3]]).enqueue_many(x)
        tf.FIFOQueue(4, T).dequeue_many(1)
        tf.FIFOQueue(4, T, shapes=[[]]).dequeue_many(-1)
    """, x=N(2)),
    rows(f"""
        tf.ConditionalAccumulator(T, shape=[2]).apply_grad(x)
        tf.ConditionalAccumulator(T).num_accumulated()
        tf.ConditionalAccumulator(T).set_global_step(3)
        raw.AccumulatorApplyGradient(handle={DENSE}, local_step={ZERO}, gradient=x)
        raw.AccumulatorNumAccumulated(handle={DENSE})
        raw.AccumulatorSetGlobalStep(handle={DENSE}, new_global_step={ZERO})
        tf.SparseConditionalAccumulator(T).apply_grad([0, 2], x)
        tf.SparseConditionalAccumulator(T, shape=[4]).apply_grad([0, 2], x, [4])
        tf.SparseConditionalAccumulator(T).num_accumulated()
        tf.SparseConditionalAccumulator(T).set_global_step(3)
    """, "float32 float64", grads=False, x=N(2)),
    bads(f"""
        tf.ConditionalAccumulator(T).take_grad(0)
        tf.SparseConditionalAccumulator(T).take_grad(-1)
        raw.AccumulatorTakeGradient(handle={DENSE}, num_required=0, dtype=T)
        raw.ResourceAccumulatorTakeGradient(num_required=0, dtype=T,
            handle=raw.ResourceConditionalAccumulator(dtype=T, shape=[2]))
        raw.SparseAccumulatorTakeGradient(num_required=0, dtype=T,
            handle=raw.SparseConditionalAccumulator(dtype=T, shape=[2]))
        tf.ConditionalAccumulator(T, shape=[3]).apply_grad(x)
        tf.SparseConditionalAccumulator(T, shape=[3]).apply_grad([0, 7], x)
    """, x=N(2)),
    rows("""
        tf.TextLineReader(skip_header_lines=1).num_records_produced()
        tf.WholeFileReader().num_work_units_completed()
        tf.WholeFileReader().serialize_state()
        tf.FixedLengthRecordReader(3, header_bytes=1).num_records_produced()
        tf.TFRecordReader(options=tf.python_io.TFRecordOptions(2)).num_records_produced()
        tf.IdentityReader().restore_state(b"\\x08\\x01\\x10\\x01\\x18\\x01")
        tf.TFRecordReader().reset()
        tf.TextLineReader().read_up_to(tf.FIFOQueue(3, tf.string, shapes=[[]]), 0)
    """),
    bads("""
        (lambda q: [q.close(), tf.TextLineReader().read(q)[0]])(
            tf.FIFOQueue(3, tf.string, shapes=[[]]))
        (lambda q: [q.close(), raw.ReaderReadV2(queue_handle=q.queue_ref,
            reader_handle=tf.TextLineReader().reader_ref)[0]])(
                tf.FIFOQueue(3, tf.string, shapes=[[]]))
        tf.TextLineReader().serialize_state()
        tf.TFRecordReader().restore_state("")
        tf.TextLineReader(skip_header_lines=-1).num_records_produced()
    """),
    rows(f"""
        raw.AddSparseToTensorsMap({SPARSE})
        raw.AddManySparseToTensorsMap({SPARSE})
        raw.TakeManySparseFromTensorsMap(dtype=T, shared_name="a",
            sparse_handles=[raw.AddSparseToTensorsMap(shared_name="a", {SPARSE})])
        raw.TakeManySparseFromTensorsMap(dtype=T, shared_name="b",
            sparse_handles=raw.AddManySparseToTensorsMap(shared_name="b", {SPARSE}))
    """, "float32 int32", grads=False, x=N(2)),
    bad("raw.AddManySparseToTensorsMap(sparse_indices=[[0]], sparse_values=x, sparse_shape=[2])",
        x=N(1)),
]
