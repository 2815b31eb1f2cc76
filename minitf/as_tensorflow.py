"""Makes ``import tensorflow`` mean minitf, for programs that are run as they are.

    import minitf.as_tensorflow
    import tensorflow as tf                          # minitf
    from tensorflow.python.framework import ops      # its parts, too

It holds for the process, from this import on. ``python -m minitf run PROGRAM`` does the same for a
script. Raises ImportError where the real tensorflow has already been imported.
"""

from minitf.tensorflow_names.finder import install

install()
