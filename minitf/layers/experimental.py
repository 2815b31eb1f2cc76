"""tf.layers.experimental: layers that own their variables, as Keras's do."""
# ruff: noqa: F401 - a namespace

from minitf.layers.style import keras_style_scope, set_keras_style
