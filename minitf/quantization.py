"""tf.quantization: floats rounded to what few bits can hold."""
# ruff: noqa: F401 - a namespace

from minitf.ops.fake_quant_ops import (
    fake_quant_with_min_max_args,
    fake_quant_with_min_max_args_gradient,
    fake_quant_with_min_max_vars,
    fake_quant_with_min_max_vars_gradient,
    fake_quant_with_min_max_vars_per_channel,
    fake_quant_with_min_max_vars_per_channel_gradient,
)
from minitf.ops.quantize_ops import quantize_and_dequantize
from minitf.ops.quantized_ops import dequantize, quantize, quantized_concat
