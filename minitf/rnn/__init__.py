"""Recurrent networks: cells, which compute one step, and functions that apply them over time.

``tf.nn.rnn_cell``, ``tf.nn`` and ``tf.contrib.rnn`` name what is here.
"""
