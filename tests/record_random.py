"""Records random numbers of the real TensorFlow 1.15 for test_philox.py.

    python tests/record_random.py      # with the interpreter that has TensorFlow 1.15

One JSON file for each op type in golden/random/, and seeds.json for what a public function makes
of seeds. A file holds cases, a case the attributes of the op and its runs in one session, a run the
values of the inputs and of the output. Runs differ in shape, so that the place at which one starts
shows how far the one before it moved the stream. Large outputs are cut down to a hash and samples.
"""

import hashlib
import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np  # noqa: E402 - TensorFlow reads the variable when it is imported
import tensorflow as tf  # noqa: E402

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden", "random")
INF = float("inf")

# Arrays above this size are stored as a hash and every n-th value.
WHOLE = 110
SAMPLES = 30

SEEDS = {"seed": 5, "seed2": -7}
FLOATS = [tf.float16, tf.float32, tf.float64]
SHAPES = [[3], [5], [0], [1], [1000], [2], [7, 3], [300000], []]


def encode(array):
    """An array as JSON."""
    array = np.asarray(array)
    result = {"dtype": array.dtype.name, "shape": list(array.shape)}
    flat = array.reshape(-1)
    if array.size > WHOLE:
        result["sha256"] = hashlib.sha256(flat.tobytes()).hexdigest()
        result["every"] = array.size // SAMPLES
        flat = flat[::result["every"]]
    result["values"] = flat.tolist()
    return result


def record(op, attrs, dtypes, runs):
    """A case: `op` with `attrs`, its inputs fed with each of `runs` in turn, in one session.

    `dtypes` maps the names of the inputs to their dtypes.
    """
    with tf.Graph().as_default(), tf.Session(config=one_thread()) as session:
        inputs = {name: tf.placeholder(dtype) for name, dtype in dtypes.items()}
        output = getattr(tf.raw_ops, op)(**inputs, **attrs)
        results = []
        for values in runs:
            values = {name: np.asarray(value, dtypes[name].as_numpy_dtype)
                      for name, value in zip(dtypes, values)}
            run = {"inputs": {name: encode(value) for name, value in values.items()}}
            try:
                feeds = {inputs[name]: value for name, value in values.items()}
                run["output"] = encode(session.run(output, feeds))
            except tf.errors.OpError as error:
                run["error"] = [type(error).__name__, error.message.splitlines()[0]]
            results.append(run)
    attrs = {name: value.name if isinstance(value, tf.DType) else value
             for name, value in attrs.items()}
    return {"op": op, "attrs": attrs, "runs": results}


def one_thread():
    """Multinomial and ParameterizedTruncatedNormal depend on the number of threads."""
    return tf.ConfigProto(intra_op_parallelism_threads=1)


def grid(count, low, high, dtype=np.float32):
    """Values between `low` and `high` without an order that shows."""
    return (low + (high - low) * (np.arange(count) * 7919 % 1000) / 1000).astype(dtype)


# ---- one function an op ----


def filled(op):
    for dtype in FLOATS:
        yield record(op, dict(SEEDS, dtype=dtype), {"shape": tf.int32}, [[s] for s in SHAPES])
    yield record(op, {"seed": 0, "seed2": 2**62 + 1, "dtype": tf.float32}, {"shape": tf.int64},
                 [[[6]], [[1, 2]], [[-1]], [[[2]]]])


def stateless_filled(op):
    for dtype in FLOATS:
        yield record(op, {"dtype": dtype}, {"shape": tf.int32, "seed": tf.int64},
                     [[[6], [5, -7]], [[300000], [0, 0]], [[0], [1, 2]], [[2], [2**62, 2**40]],
                      [[2], [1, 2, 3]]])


BOUNDS = [(-3, 1), (0, 2**31 - 1), (-2**31, 2**31 - 1), (0, 1), (2, 2), (7, -7)]


def uniform_int(op):
    for dtype in (tf.int32, tf.int64):
        bounds = BOUNDS + ([(-2**63, 2**63 - 1)] if dtype == tf.int64 else [])
        yield record(op, SEEDS, {"shape": tf.int32, "minval": dtype, "maxval": dtype},
                     [[shape, *pair] for pair in bounds for shape in ([5], [2, 3], [0])]
                     + [[[30000], -10, 90], [[2], [1], 3], [[2], 1, [3, 4]]])


def stateless_uniform_int(op):
    for dtype in (tf.int32, tf.int64):
        yield record(op, {}, {"shape": tf.int32, "seed": tf.int32, "minval": dtype,
                              "maxval": dtype},
                     [[[5], [1, -2], *pair] for pair in BOUNDS])


def shuffled(op):
    for dtype in (tf.int32, tf.float64):
        yield record(op, SEEDS, {"value": dtype},
                     [[np.arange(np.prod(shape, dtype=int)).reshape(shape)]
                      for shape in ([5], [1], [0], [2], [6], [7, 3], [1, 5], [4, 0], [9], [100],
                                    [], [3, 1, 2], [5])])


SPECIAL_LOGITS = [[INF, 2, 3], [float("nan"), 1, 1], [-INF] * 3, [float("nan")] * 3,
                  [-INF, 0, -INF]]
LOGITS = [(grid(rows * classes, -3, 3).reshape(rows, classes), samples)
          for rows, classes, samples in ((1, 3, 1), (1, 5, 2), (2, 3, 3), (3, 4, 4), (3, 4, 5),
                                         (0, 3, 2), (2, 3, 0), (5, 10, 7), (20, 5, 9))]
BAD_LOGITS = [([1, 2, 3], 2), ([[1, 2]], [2]), ([[1, 2]], -1), (np.zeros((2, 0)), 1)]


def drawn(op):
    for dtype in (tf.float32, tf.float16, tf.float64):
        for output in (tf.int64, tf.int32):
            yield record(op, dict(SEEDS, output_dtype=output),
                         {"logits": dtype, "num_samples": tf.int32},
                         [*LOGITS, (SPECIAL_LOGITS, 5), *BAD_LOGITS, ([[1, 1]], 8)])


def stateless_drawn(op):
    yield record(op, {"output_dtype": tf.int64},
                 {"logits": tf.float32, "num_samples": tf.int32, "seed": tf.int64},
                 [(*logits, [3, 4]) for logits in LOGITS])


def gammas(op):
    runs = [([3], 2), ([2], [.5, 1, 3]), ([2, 2], [[.1, 10], [1, .9]]), ([0], [1]), ([], [2, .3]),
            ([3], []), ([4000], [.01, .5, 1, 1.5, 50]), ([3], [0, -.5]), ([1], INF), ([1], 3)]
    for dtype in FLOATS:
        yield record(op, SEEDS, {"shape": tf.int32, "alpha": dtype}, runs)


def poissons(op):
    runs = [([3], 2), ([2], [.5, 1, 30]), ([2, 2], [[.1, 10], [100, .9]]), ([0], [1]),
            ([], [2, .3]), ([3], []), ([1500], [.01, 0, -1, .5, 5, 9.99, 10, 12, 100, 1000]),
            ([1], 3)]
    for rate in (tf.float16, tf.float32, tf.float64, tf.int32, tf.int64):
        for dtype in (tf.int64, tf.float16):
            yield record(op, dict(SEEDS, dtype=dtype), {"shape": tf.int32, "rate": rate}, runs)
    for dtype in (tf.float32, tf.float64, tf.int32):
        yield record(op, dict(SEEDS, dtype=dtype), {"shape": tf.int32, "rate": tf.float32}, runs)


def parameterized(op):
    runs = [([3], 0, 1, -1, 1), ([5], 0, 1, -2, 2), ([100], 0, 1, -1, 1), ([101], 0, 1, -.5, 2),
            ([0], 0, 1, -1, 1), ([1], 3, 2, -INF, 1), ([300], 1, 2, 5, INF),
            ([7, 3], 1, 2, 5, 9.5), ([3, 4], [0, 1, 2], 1, -1, [3, 1.5, 5]),
            ([3, 4], [0], [1], [-1], [1]), ([3, 4], [0], [1], -1, 1),
            ([3, 4], 0, 1, [-1], 1), ([3, 4], 0, 1, -1, [1]), ([4], 0, 1, -1, 1),
            ([4, 50], [0, 1, 2, 3], [1, 2, 3, 4], [-INF, -1, 2, 3.5], [0, -.5, INF, 4.5]),
            ([3, 2, 5], [0, 1, 2], 1, -1, 6), ([900], 0, 1, 3, INF), ([900], 0, 1, -1.31, .1),
            ([900], 0, 1, .5, .9), ([250], 0, 1, 4, 5), ([2], 0, 1, 1, -1), ([2], 0, 0, -1, 1),
            ([2], 0, 1, -INF, INF), ([2], float("nan"), 1, -1, 1), ([3, 2], [0, 1], 1, -1, 1),
            ([3, 2], [[0, 1, 2]], 1, -1, 1), ([3, 2], 0, [1, 1], -1, 1),
            ([3, 2], 0, 1, [0, 0, 0, 0], 1), ([3, 2], 0, 1, -1, [1, 2]), ([6], 0, 1, -1, 1)]
    names = ("means", "stdevs", "minvals", "maxvals")
    for dtype in FLOATS:
        yield record(op, SEEDS, {"shape": tf.int32, **dict.fromkeys(names, dtype)}, runs)


OPS = {
    "RandomUniform": filled,
    "RandomStandardNormal": filled,
    "TruncatedNormal": filled,
    "RandomUniformInt": uniform_int,
    "RandomShuffle": shuffled,
    "Multinomial": drawn,
    "RandomGamma": gammas,
    "RandomPoissonV2": poissons,
    "ParameterizedTruncatedNormal": parameterized,
    "StatelessRandomUniform": stateless_filled,
    "StatelessRandomNormal": stateless_filled,
    "StatelessTruncatedNormal": stateless_filled,
    "StatelessRandomUniformInt": stateless_uniform_int,
    "StatelessMultinomial": stateless_drawn,
}


# ---- seeds ----


def seeds():
    """What graph and op seeds become, and that a new session starts all streams over."""
    for graph_seed in (None, 0, 1, -3, 2**31 - 1):
        for op_seed in (None, 0, 42, -3, 2**40):
            with tf.Graph().as_default() as graph:
                if graph_seed is not None:
                    tf.set_random_seed(graph_seed)
                for _ in range(2):
                    tf.random.uniform([2], seed=op_seed)
                ops = [op for op in graph.get_operations() if op.type == "RandomUniform"]
                sessions = [[], []]
                for runs in sessions:
                    with tf.Session() as session:
                        for _ in range(2):
                            runs.append(session.run([op.outputs[0] for op in ops]))
            for i, op in enumerate(ops):
                case = {"graph_seed": graph_seed, "op_seed": op_seed,
                        "ops_before": graph.get_operations().index(op),
                        "seed": op.get_attr("seed"), "seed2": op.get_attr("seed2")}
                if case["seed"] or case["seed2"]:
                    case["sessions"] = [[encode(run[i]) for run in runs] for runs in sessions]
                yield case


def write(name, cases):
    with open(os.path.join(GOLDEN, name + ".json"), "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


if __name__ == "__main__":
    os.makedirs(GOLDEN, exist_ok=True)
    for op, cases in OPS.items():
        write(op, cases(op))
    write("seeds", seeds())
