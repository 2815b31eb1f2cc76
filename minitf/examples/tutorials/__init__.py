"""tensorflow.examples.tutorials: the tutorials that came with TensorFlow 1."""
