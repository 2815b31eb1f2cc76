"""tensorflow.examples: what its tutorials import from there."""
