"""Checkpoint files: what is on disk, apart from the graph.

``table`` is the sorted table of keys and values that both formats build upon, ``bundle`` the format
of today (V2: an index and data files), ``legacy`` the one before (V1), ``slices`` the notation for
parts of tensors, ``reader`` what programs look into checkpoints with.
"""
