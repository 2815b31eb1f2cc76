"""tf.io: text and bytes as tensors."""
# ruff: noqa: F401 - a namespace

from minitf import gfile
from minitf.framework.graph_io import write_graph
from minitf.ops.example_features import (
    FixedLenFeature, FixedLenSequenceFeature, SparseFeature, VarLenFeature)
from minitf.ops.example_ops import parse_example, parse_single_example
from minitf.ops.file_ops import (
    decode_compressed, decode_json_example, matching_files, read_file, write_file)
from minitf.image.decoding import decode_image, is_jpeg
from minitf.ops.image_codec_ops import (
    decode_and_crop_jpeg, decode_bmp, decode_gif, decode_jpeg, decode_png, encode_jpeg,
    extract_jpeg_shape)
from minitf.ops.parsing_ops import decode_csv, decode_raw
from minitf.ops.queue_ops import PaddingFIFOQueue, PriorityQueue, QueueBase, RandomShuffleQueue
from minitf.ops.sequence_example_ops import parse_sequence_example, parse_single_sequence_example
from minitf.ops.serialize_ops import (
    deserialize_many_sparse, parse_tensor, serialize_many_sparse, serialize_sparse,
    serialize_tensor)
from minitf.ops.string_ops import decode_base64, encode_base64
from minitf.python_io import (
    TFRecordCompressionType, TFRecordOptions, TFRecordWriter, tf_record_iterator)
from minitf.train.input import match_filenames_once
