"""TensorFlow's module names, for programs that say ``import tensorflow as tf``.

`finder` makes modules of these names whose attributes are minitf's; `paths` says which of minitf's
modules stand behind ``tensorflow.python.*`` and the like; `absent` says of a name that is not there
whether TensorFlow has it. `minitf.as_tensorflow` turns all this on; nothing else does.
"""
