"""A differential fuzzer: random programs, judged by TensorFlow 1.15.5 or by numeric gradients.

``generator`` makes programs (a hypothesis strategy), ``runner`` carries a program out under one
TensorFlow and compares two records, ``oracle`` keeps the real one in a subprocess::

    python -m fuzz 500 --oracle /path/to/tf115/bin/python     run in tests/
"""
