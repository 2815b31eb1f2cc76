"""tf.strings: functions of string tensors."""
# ruff: noqa: F401 - a namespace

from minitf.ops.string_format_ops import string_format as format
from minitf.ops.string_hash_ops import (
    string_to_hash_bucket as to_hash_bucket, string_to_hash_bucket_fast as to_hash_bucket_fast,
    string_to_hash_bucket_strong as to_hash_bucket_strong)
from minitf.ops.string_ops import (
    as_string, regex_full_match, regex_replace, string_join as join, string_length as length,
    string_lower as lower, string_strip as strip, string_to_number as to_number,
    string_upper as upper, substr)
from minitf.ops.string_split_ops import reduce_join, strings_split as split, unsorted_segment_join
