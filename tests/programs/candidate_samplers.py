"""Candidate samplers under seeds, over several runs; accidental hits; what is refused."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    tf.set_random_seed(7)
    nn = tf.nn
    true = tf.placeholder(tf.int64, [None, 2], name="true")
    frequencies = np.random.RandomState(0).uniform(0, 3, 30).astype(np.float32).tolist()
    samples = []
    for unique in (False, True):
        for count, classes in ((5, 9), (8, 8), (12, 1000)):
            samples += [nn.uniform_candidate_sampler(true, 2, count, unique, classes),
                        nn.log_uniform_candidate_sampler(true, 2, count, unique, classes, seed=3),
                        nn.learned_unigram_candidate_sampler(true, 2, count, unique, classes)]
        samples += [
            nn.fixed_unigram_candidate_sampler(true, 2, 6, unique, 30, unigrams=frequencies),
            nn.fixed_unigram_candidate_sampler(true, 2, 6, unique, 33, num_reserved_ids=3,
                                               distortion=0.75, unigrams=frequencies, name="three"),
            nn.fixed_unigram_candidate_sampler(true, 2, 4, unique, 12, num_reserved_ids=4,
                                               num_shards=3, unigrams=frequencies),
            nn.all_candidate_sampler(true, 2, 5, unique)]
    hits = nn.compute_accidental_hits(true, [5, 1, 9, 5, 0], 2)
    few = nn.uniform_candidate_sampler(true, 2, 9, True, 8)
    columns = nn.uniform_candidate_sampler(tf.placeholder_with_default(true, None), 3, 5, True, 8)
    neither = nn.fixed_unigram_candidate_sampler(true, 2, 3, True, 8)
    feeds = {true: [[1, 2], [3, 0], [5, 7]]}
    return [
        seen("shapes", [[str(part.shape) for part in sample] for sample in samples]),
        seen("names", [sample._fields for sample in samples[:1]] + [hits._fields]),
        run("first", [tuple(sample) for sample in samples], feeds),
        run("second", [tuple(sample) for sample in samples], feeds),
        run("hits", tuple(hits), feeds),
        run("few", few[0], feeds, fails=True), run("columns", columns[0], feeds, fails=True),
        run("neither", neither[0], feeds, fails=True),
        fails("vector", lambda: nn.uniform_candidate_sampler(true[0], 2, 3, True, 8)),
        fails("none", lambda: nn.uniform_candidate_sampler(true, 2, 0, True, 8)),
        fails("hit columns", lambda: nn.compute_accidental_hits(true, [5, 1], 3)),
    ]
