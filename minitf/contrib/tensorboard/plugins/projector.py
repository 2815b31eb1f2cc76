"""The embedding projector's configuration: TensorBoard's own, which wants no TensorFlow.

    config = projector.ProjectorConfig()
    embedding = config.embeddings.add()
    embedding.tensor_name = "words"
    embedding.metadata_path = "words.tsv"
    projector.visualize_embeddings(tf.summary.FileWriter(logdir), config)
"""

from tensorboard.plugins.projector import (
    EmbeddingInfo,
    ProjectorConfig,
    SpriteMetadata,
    visualize_embeddings,
)

__all__ = ["EmbeddingInfo", "ProjectorConfig", "SpriteMetadata", "visualize_embeddings"]
