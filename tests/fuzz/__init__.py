"""A differential fuzzer: random programs, judged by TensorFlow 1.15.5 or by numeric gradients.

``generator`` makes programs (a hypothesis strategy), ``runner`` carries a program out under one
TensorFlow and compares two records, ``oracle`` keeps the real one in a subprocess,
``judge`` decides. ``python tests/fuzz --help`` tells how to run it.
"""
