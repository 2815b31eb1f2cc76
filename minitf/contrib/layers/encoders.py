"""Embeddings of words."""

from minitf.contrib.framework.variables import model_variable
from minitf.framework.convert import convert_to_tensor
from minitf.framework.errors import UnimplementedError
from minitf.framework.graph import name_scope
from minitf.framework.sparse_tensor import SparseTensor
from minitf.ops import array_ops, embedding_ops, math_ops
from minitf.variable_scope import variable_scope


def embed_sequence(ids, vocab_size=None, embed_dim=None, unique=False, initializer=None,
                   regularizer=None, trainable=True, scope=None, reuse=None):
    """[batch, length] numbers of words as [batch, length, embed_dim] vectors, a variable's rows.

    Args:
      ids: integers in [0, vocab_size).
      vocab_size, embed_dim: the shape of the variable ``embeddings``; not needed with ``reuse``.
      unique: look each word up only once.
      initializer, regularizer, trainable, reuse: the variable's.
      scope: the name of the variable scope, by default "EmbedSequence".

    Raises:
      ValueError: the variable's shape is missing.
    """
    if not (reuse or (vocab_size and embed_dim)):
        raise ValueError("Must specify vocab size and embedding dimension when not reusing. Got "
                         f"vocab_size={vocab_size} and embed_dim={embed_dim}")
    with variable_scope(scope, "EmbedSequence", [ids], reuse=reuse):
        shape = None if reuse and vocab_size is None or embed_dim is None else [vocab_size,
                                                                                embed_dim]
        embeddings = model_variable("embeddings", shape=shape, initializer=initializer,
                                    regularizer=regularizer, trainable=trainable)
        if unique:
            return embedding_lookup_unique(embeddings, ids)
        return embedding_ops.embedding_lookup(embeddings, ids)


def bow_encoder(ids, vocab_size, embed_dim, sparse_lookup=True, initializer=None,
                regularizer=None, trainable=True, scope=None, reuse=None):
    """[batch, length] numbers of words as the mean of their vectors, [batch, embed_dim].

    Args:
      ids: integers in [0, vocab_size).
      vocab_size, embed_dim: the shape of the variable ``embeddings``.
      sparse_lookup: not supported: give False.
      initializer, regularizer, trainable, reuse: the variable's.
      scope: the name of the variable scope, by default "bow_encoder".

    Raises:
      ValueError: the variable's shape is missing.
      TypeError: ``ids`` is a SparseTensor.
      UnimplementedError: ``sparse_lookup``.
    """
    if not vocab_size or not embed_dim:
        raise ValueError("Must specify vocab size and embedding dimension")
    if sparse_lookup:
        raise UnimplementedError(None, None, "bow_encoder with sparse_lookup is not supported.")
    with variable_scope(scope, "bow_encoder", [ids], reuse=reuse):
        embeddings = model_variable("embeddings", shape=[vocab_size, embed_dim],
                                    initializer=initializer, regularizer=regularizer,
                                    trainable=trainable)
        if isinstance(ids, SparseTensor):
            raise TypeError("ids are expected to be dense Tensor, got: %s", ids)
        return math_ops.reduce_mean(embedding_ops.embedding_lookup(embeddings, ids), axis=1)


def embedding_lookup_unique(params, ids, partition_strategy="mod", name=None):
    """``tf.nn.embedding_lookup`` that looks each number up only once."""
    with name_scope(name, "EmbeddingLookupUnique", [params, ids]):
        ids = convert_to_tensor(ids)
        shape = array_ops.shape(ids)
        flat_ids = array_ops.reshape(ids, math_ops.reduce_prod(shape, keepdims=True))
        unique_ids, positions = array_ops.unique(flat_ids)
        found = embedding_ops.embedding_lookup(params, unique_ids, partition_strategy)
        flat = array_ops.gather(found, positions)
        result = array_ops.reshape(
            flat, array_ops.concat([shape, array_ops.shape(found)[1:]], 0))
        result.set_shape(ids.shape.concatenate(found.shape[1:]))
        return result
