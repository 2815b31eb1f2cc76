"""tf.queue: queues, through which threads hand tensors to each other."""

from minitf.ops.queue_ops import (
    FIFOQueue, PaddingFIFOQueue, PriorityQueue, QueueBase, RandomShuffleQueue)
