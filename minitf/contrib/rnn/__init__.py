"""tf.contrib.rnn: more recurrent cells, wrappers of cells, and functions."""
# ruff: noqa: F401 - a namespace

from minitf.contrib.rnn.blocks import (
    GRUBlockCell, GRUBlockCellV2, LSTMBlockCell, LSTMBlockFusedCell, LSTMBlockWrapper)
from minitf.contrib.rnn.cells import (
    CoupledInputForgetGateLSTMCell, GLSTMCell, IntersectionRNNCell, LayerNormBasicLSTMCell,
    NASCell, PhasedLSTMCell, UGRNNCell)
from minitf.contrib.rnn.convolutional import (
    Conv1DLSTMCell, Conv2DLSTMCell, Conv3DLSTMCell, ConvLSTMCell)
from minitf.contrib.rnn.fused import FusedRNNCell, FusedRNNCellAdaptor, TimeReversedFusedRNN
from minitf.contrib.rnn.independent import IndRNNCell, IndyGRUCell, IndyLSTMCell, SRUCell
from minitf.contrib.rnn.stacked import stack_bidirectional_dynamic_rnn, stack_bidirectional_rnn
from minitf.contrib.rnn.wrappers import (
    AttentionCellWrapper, EmbeddingWrapper, HighwayWrapper, InputProjectionWrapper,
    OutputProjectionWrapper)
from minitf.rnn.cell import LayerRNNCell, RNNCell
from minitf.rnn.cells import BasicLSTMCell, BasicRNNCell, GRUCell, LSTMCell, LSTMStateTuple
from minitf.rnn.static import static_bidirectional_rnn, static_rnn, static_state_saving_rnn
from minitf.rnn.steps import best_effort_input_batch_size, transpose_batch_time
from minitf.rnn.wrappers import DeviceWrapper, DropoutWrapper, MultiRNNCell, ResidualWrapper
