"""Seeds of random ops, from the graph's seed and the op's own."""

from minitf.framework.graph import get_default_graph

# The graph-level seed of an op that has a seed in a graph that has none.
DEFAULT_GRAPH_SEED = 87654321

_MAX_INT32 = 2**31 - 1


def get_seed(op_seed):
    """The two seeds of a random op, as its attributes ``seed`` and ``seed2`` hold them.

    ===========  =========  =================================================
    graph seed   op seed    result
    ===========  =========  =================================================
    none         none       (None, None): another stream in every session
    none         b          (87654321, b)
    a            none       (a, number of operations in the graph so far)
    a            b          (a, b)
    ===========  =========  =================================================

    Seeds are taken modulo ``2**31 - 1``; (0, 0), which would mean "no seed", becomes
    ``(0, 2**31 - 1)``.
    """
    graph = get_default_graph()
    if graph.seed is None:
        if op_seed is None:
            return None, None
        seeds = DEFAULT_GRAPH_SEED, op_seed % _MAX_INT32
    else:
        if op_seed is None:
            op_seed = graph._last_id
        seeds = graph.seed % _MAX_INT32, op_seed % _MAX_INT32
    return (0, _MAX_INT32) if seeds == (0, 0) else seeds


def set_random_seed(seed):
    """Sets the default graph's seed, so that random ops made from now on repeat their numbers.

    Each op gets its own stream, which depends on its place in the graph; every session starts the
    streams anew.
    """
    get_default_graph().seed = seed
