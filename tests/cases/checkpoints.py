"""Ops that save and restore: their graphs, and how they fail. Files are in test_checkpoints.py."""

from cases import N, V, bads, row, rows

ROWS = [
    row("raw.ShardedFilename(basename=x, shard=1, num_shards=30)", x=V(b"a/b")),
    row("raw.ShardedFilespec(basename=x, num_shards=5)", x=V(b"a/b")),
    rows("""
        [t.shape for t in raw.RestoreV2(prefix="a", tensor_names=["b", "c"],
            shape_and_slices=["", "4 3 1,2:-"], dtypes=[tf.float32, tf.int32])]
        raw.Restore(file_pattern="a", tensor_name="b", dt=tf.float32).shape
        raw.RestoreSlice(file_pattern="a", tensor_name="b", shape_and_slice="4 3 1,2:-",
            dt=tf.float32).shape
        raw.RestoreSlice(file_pattern="a", tensor_name="b", shape_and_slice="", dt=tf.string).shape
    """),
    bads("""
        raw.SaveV2(prefix="no/such/a", tensor_names=["b"], shape_and_slices=[""], tensors=[x])
        raw.SaveV2(prefix="a", tensor_names=["b"], shape_and_slices=["", ""], tensors=[x])
        raw.SaveV2(prefix="a", tensor_names="b", shape_and_slices=[""], tensors=[x])
        raw.SaveV2(prefix=["a"], tensor_names=["b"], shape_and_slices=[""], tensors=[x])
        raw.Save(filename="a", tensor_names=["b", "c"], data=[x])
        raw.Save(filename=["a"], tensor_names=["b"], data=[x])
        raw.SaveSlices(filename="a", tensor_names=["b"], shapes_and_slices=["9 0,4"], data=[x])
        raw.SaveSlices(filename="a", tensor_names=["b"], shapes_and_slices=[["9 0,3"]], data=[x])
    """, shapes="known", x=N(3)),
    bads("""
        raw.RestoreV2(prefix="a", tensor_names=["b"], shape_and_slices=[""], dtypes=[tf.float32])
        raw.RestoreV2(prefix="no/a", tensor_names=["b"], shape_and_slices=[""], dtypes=[tf.string])
        raw.RestoreV2(prefix="a", tensor_names=["b"], shape_and_slices=["x 0,1"], dtypes=[tf.int8])
        raw.RestoreV2(prefix="a", tensor_names=["b"], shape_and_slices=["2 0"], dtypes=[tf.int8])
        raw.RestoreV2(prefix="a", tensor_names=["b"], shape_and_slices=["2 0,0"], dtypes=[tf.int8])
        raw.RestoreV2(prefix="a", tensor_names=["b"], shape_and_slices=["2 0,3"], dtypes=[tf.int8])
        raw.RestoreV2(prefix="a", tensor_names=["b"], shape_and_slices=["2"], dtypes=[tf.int8])
        raw.RestoreV2(prefix="a", tensor_names=["b"], shape_and_slices=["2 -:-"], dtypes=[tf.int8])
        raw.RestoreV2(prefix="a", tensor_names=["b"], shape_and_slices=[], dtypes=[tf.int8])
        raw.RestoreV2(prefix="a", tensor_names=["b", "c"], shape_and_slices=["", ""],
            dtypes=[tf.int8])
        raw.Restore(file_pattern="a", tensor_name="b", dt=tf.float32)
        raw.Restore(file_pattern="a", tensor_name=["b"], dt=tf.float32)
        raw.RestoreSlice(file_pattern="a", tensor_name="b", shape_and_slice="2 0", dt=tf.float32)
        raw.RestoreSlice(file_pattern="a", tensor_name="b", shape_and_slice="", dt=tf.float32)
        raw.MergeV2Checkpoints(checkpoint_prefixes=["a", "b"], destination_prefix="c")
        raw.MergeV2Checkpoints(checkpoint_prefixes="a", destination_prefix="c")
        raw.ShardedFilename(basename=["a"], shard=1, num_shards=2)
        raw.ShardedFilespec(basename="a", num_shards=[2])
    """),
]
