"""tf.contrib.seq2seq: decoders, the helpers that feed them, attention, and the loss."""
# ruff: noqa: F401 - a namespace

from minitf.contrib.seq2seq.attention import (
    AttentionMechanism, BahdanauAttention, BahdanauMonotonicAttention, LuongAttention,
    LuongMonotonicAttention, hardmax, monotonic_attention, safe_cumprod)
from minitf.contrib.seq2seq.attention_wrapper import AttentionWrapper, AttentionWrapperState
from minitf.contrib.seq2seq.decoder import (
    BasicDecoder, BasicDecoderOutput, Decoder, dynamic_decode)
from minitf.contrib.seq2seq.helper import (
    CustomHelper, GreedyEmbeddingHelper, Helper, InferenceHelper, SampleEmbeddingHelper,
    TrainingHelper)
from minitf.contrib.seq2seq.loss import sequence_loss
from minitf.contrib.seq2seq.scheduled import (
    ScheduledEmbeddingTrainingHelper, ScheduledOutputTrainingHelper)
