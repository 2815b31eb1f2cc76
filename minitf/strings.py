"""tf.strings: functions of string tensors."""
# ruff: noqa: F401 - a namespace

from minitf.ops.string_format_ops import string_format as format
from minitf.ops.string_hash_ops import string_to_hash_bucket as to_hash_bucket
from minitf.ops.string_hash_ops import string_to_hash_bucket_fast as to_hash_bucket_fast
from minitf.ops.string_hash_ops import (
    string_to_hash_bucket_strong as to_hash_bucket_strong,
)
from minitf.ops.string_ops import as_string, regex_full_match, regex_replace, substr
from minitf.ops.string_ops import string_join as join
from minitf.ops.string_ops import string_length as length
from minitf.ops.string_ops import string_lower as lower
from minitf.ops.string_ops import string_strip as strip
from minitf.ops.string_ops import string_to_number as to_number
from minitf.ops.string_ops import string_upper as upper
from minitf.ops.string_split_ops import reduce_join, unsorted_segment_join
from minitf.ops.string_split_ops import strings_split as split
from minitf.ops.string_unicode_ops import unicode_transcode
from minitf.ops.unicode_code_point_ops import (
    unicode_decode,
    unicode_decode_with_offsets,
    unicode_encode,
)
