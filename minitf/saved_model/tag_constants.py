"""tf.saved_model.tag_constants: tags, which tell the MetaGraphs of a SavedModel apart."""

SERVING = "serve"
TRAINING = "train"
EVAL = "eval"
GPU = "gpu"
TPU = "tpu"
