"""tf.data: input pipelines."""

from minitf.data import experimental
from minitf.data.dataset import (
    Dataset, get_output_classes, get_output_shapes, get_output_types, make_initializable_iterator,
    make_one_shot_iterator)
from minitf.data.iterator import Iterator
from minitf.data.options import Options
from minitf.data.readers import FixedLengthRecordDataset, TextLineDataset, TFRecordDataset
from minitf.data.structure import DatasetSpec
