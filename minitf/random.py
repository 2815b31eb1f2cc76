"""tf.random: random values, and the seeds that they come from."""
# ruff: noqa: A004, F401 - a namespace; some of TensorFlow's names are Python's too

from minitf.framework.random_seed import get_seed, set_random_seed
from minitf.ops.candidate_sampling_ops import (
    all_candidate_sampler, fixed_unigram_candidate_sampler, learned_unigram_candidate_sampler,
    log_uniform_candidate_sampler, uniform_candidate_sampler)
from minitf.ops.random_ops import (
    categorical, multinomial, random_gamma as gamma, random_normal as normal, random_poisson as
    poisson, random_shuffle as shuffle, random_uniform as uniform, truncated_normal)
from minitf.ops.stateless_random_ops import (
    stateless_categorical, stateless_multinomial, stateless_random_normal as stateless_normal,
    stateless_random_uniform as stateless_uniform, stateless_truncated_normal)
