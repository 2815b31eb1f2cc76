"""tf.io: text and bytes as tensors."""

from minitf.ops.parsing_ops import decode_csv, decode_raw
from minitf.ops.string_ops import decode_base64, encode_base64
