"""The random streams, against numbers that the real TensorFlow drew (record_random.py)."""

import hashlib
import json
import pathlib
import threading

import numpy as np
import pytest

from minitf.framework import errors
from minitf.ops import philox, rejection_sampling
from minitf.ops.philox import PhiloxRandom

GOLDEN = pathlib.Path(__file__).parent / "golden" / "random"


def load(name):
    return json.loads((GOLDEN / f"{name}.json").read_text())


# ---- the generator ----


def words(block):
    return "".join(f"{int(word):08x} " for word in block).strip()


# From the known answers that come with Random123, the authors' library (kat_vectors). Counters and
# keys are written there from the lowest word to the highest.
@pytest.mark.parametrize("counter, key, expected", [
    ([0] * 4, [0] * 2, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ([0xFFFFFFFF] * 4, [0xFFFFFFFF] * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ([0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344], [0xA4093822, 0x299F31D0],
     "d16cfe09 94fdcceb 5001e420 24126ea1"),
])
def test_philox_known_answers(counter, key, expected):
    low = np.array([counter[1] << 32 | counter[0]], np.uint64)
    high = np.array([counter[3] << 32 | counter[2]], np.uint64)
    assert words(philox.philox_4x32(low, high, key[1] << 32 | key[0])[0]) == expected


def test_seeds_are_key_and_upper_half_of_the_counter():
    generator = PhiloxRandom(seed=-1, seed2=2)
    assert (generator.key, generator.counter) == (2**64 - 1, 2 << 64)


@pytest.mark.parametrize("start", [0, 5, 2**64 - 3, 2**96 - 2, 2**128 - 4])
def test_counter_carries(start):
    together = PhiloxRandom.at(7, start).draw(8)
    one_by_one = [PhiloxRandom.at(7, start + i).draw(1)[0] for i in range(8)]
    np.testing.assert_array_equal(together, one_by_one)


def test_draw_and_reserve_move_the_stream():
    generator = PhiloxRandom(1, 2)
    blocks = PhiloxRandom(1, 2).draw(10)
    np.testing.assert_array_equal(generator.draw(3), blocks[:3])
    reserved = generator.reserve(4)
    np.testing.assert_array_equal(generator.peek(np.array([2, 0], np.uint64)), blocks[[9, 7]])
    np.testing.assert_array_equal(generator.draw(3), blocks[7:])
    np.testing.assert_array_equal(reserved.draw(4), blocks[3:7])


def test_both_seeds_zero_start_anywhere():
    first, second = PhiloxRandom(0, 0), PhiloxRandom()
    assert (first.key, first.counter) != (second.key, second.counter)
    assert PhiloxRandom(0, 1).key == 0


def test_threads_reserve_apart():
    generator = PhiloxRandom(1, 2)
    starts = []

    def reserve():
        for _ in range(200):
            starts.append(generator.reserve(3).counter)

    threads = [threading.Thread(target=reserve) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(starts) == [(2 << 64) + 3 * i for i in range(800)]


# ---- TensorFlow's streams ----


CALLS = {
    "RandomUniform":
        lambda generator, attrs, shape: philox.uniform(generator, shape, attrs["dtype"]),
    "RandomStandardNormal":
        lambda generator, attrs, shape: philox.standard_normal(generator, shape, attrs["dtype"]),
    "TruncatedNormal":
        lambda generator, attrs, shape: philox.truncated_normal(generator, shape, attrs["dtype"]),
    "RandomUniformInt":
        lambda generator, attrs, shape, minval, maxval: philox.uniform_int(
            generator, shape, minval, maxval, minval.dtype),
    "RandomShuffle":
        lambda generator, attrs, value: philox.shuffle(generator, value),
    "Multinomial":
        lambda generator, attrs, logits, num_samples: philox.multinomial(
            generator, logits, num_samples, attrs["output_dtype"]),
    "RandomGamma":
        lambda generator, attrs, shape, alpha: rejection_sampling.gamma(generator, shape, alpha),
    "RandomPoissonV2":
        lambda generator, attrs, shape, rate: rejection_sampling.poisson(
            generator, shape, rate, attrs["dtype"]),
    "ParameterizedTruncatedNormal":
        lambda generator, attrs, shape, means, stdevs, minvals, maxvals:
            rejection_sampling.parameterized_truncated_normal(
                generator, shape, means, stdevs, minvals, maxvals),
}
STATELESS = {
    "StatelessRandomUniform": "RandomUniform",
    "StatelessRandomNormal": "RandomStandardNormal",
    "StatelessTruncatedNormal": "TruncatedNormal",
    "StatelessRandomUniformInt": "RandomUniformInt",
    "StatelessMultinomial": "Multinomial",
}


def decode(record):
    return np.array(record["values"], record["dtype"]).reshape(record["shape"])


def check(actual, record, where):
    """`actual` is what was recorded: to the bit, but for float64, where it may be a few ulp off.

    The functions of float64 are NumPy's here and the C library's there.
    """
    assert (actual.dtype.name, list(actual.shape)) == (record["dtype"], record["shape"]), where
    flat = actual.reshape(-1)
    sampled = flat[::record["every"]] if "every" in record else flat
    expected = np.array(record["values"], record["dtype"])
    if record["dtype"] == "float64":
        np.testing.assert_allclose(sampled, expected, rtol=2e-15, atol=0, err_msg=where)
        return
    np.testing.assert_array_equal(sampled, expected, err_msg=where)
    if "sha256" in record:
        assert hashlib.sha256(flat.tobytes()).hexdigest() == record["sha256"], where


def draw(case, generator, inputs):
    """The output of a case's op, of one run's inputs."""
    op = case["op"]
    if op in STATELESS:
        inputs = dict(inputs)
        generator = PhiloxRandom.stateless(inputs.pop("seed"))
        op = STATELESS[op]
    return CALLS[op](generator, case["attrs"], **inputs)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("case", [
    pytest.param(case, id=f"{op}-{i}")
    for op in [*CALLS, *STATELESS] for i, case in enumerate(load(op))])
def test_stream_is_tensorflows(case):
    generator = PhiloxRandom(case["attrs"].get("seed", 0), case["attrs"].get("seed2", 0))
    for i, run in enumerate(case["runs"]):
        where = f"{case['op']} {case['attrs']}, run {i}: {run['inputs']}"
        inputs = {name: decode(record) for name, record in run["inputs"].items()}
        if "error" in run:
            with pytest.raises(errors.OpError) as raised:
                draw(case, generator, inputs)
            assert [type(raised.value).__name__, raised.value.message] == run["error"], where
        else:
            check(draw(case, generator, inputs), run["output"], where)


@pytest.mark.parametrize("case", [case for case in load("seeds") if "sessions" in case],
                         ids=lambda case: f"{case['graph_seed']}-{case['op_seed']}")
def test_a_session_starts_streams_over(case):
    for runs in case["sessions"]:
        generator = PhiloxRandom(case["seed"], case["seed2"])
        for i, record in enumerate(runs):
            check(philox.uniform(generator, record["shape"]), record, f"run {i} of {case}")


# ---- what goldens do not show ----


@pytest.mark.parametrize("sample", [philox.uniform, philox.standard_normal,
                                    philox.truncated_normal])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_length_does_not_change_the_beginning(sample, dtype):
    """Nor do the chunks in which arrays are made."""
    size = 4 * philox.CHUNK + 5
    whole = sample(PhiloxRandom(1, 2), [size], dtype)
    for count in (1, 4, 7, size - 6):
        np.testing.assert_array_equal(sample(PhiloxRandom(1, 2), [count], dtype), whole[:count])


def test_chunks_do_not_change_rejection(monkeypatch):
    alpha, rate = np.array([0.3, 1.0, 4.0]), np.array([2.0, 40.0])
    samples = []
    for chunk in (philox.CHUNK, 7):
        monkeypatch.setattr(rejection_sampling, "CHUNK", chunk)
        samples.append((rejection_sampling.gamma(PhiloxRandom(1, 2), [50], alpha),
                        rejection_sampling.poisson(PhiloxRandom(1, 2), [50], rate)))
    np.testing.assert_array_equal(samples[0][0], samples[1][0])
    np.testing.assert_array_equal(samples[0][1], samples[1][1])


def test_log_float_is_within_an_ulp():
    x = np.maximum(np.arange(0, 2**23, 37) * 2.0**-23, 1e-7).astype(np.float32)
    exact = np.log(x.astype(np.float64))
    assert np.max(np.abs(philox.log_float(x) - exact) / np.spacing(np.abs(exact.astype(np.float32)))
                  ) < 0.9


def test_sin_cos_float_are_within_an_ulp():
    angle = (np.arange(0, 2**23, 37) * (120 / 2**23)).astype(np.float32)
    for actual, function in zip(philox.sin_cos_float(angle), (np.sin, np.cos)):
        exact = function(angle.astype(np.float64))
        ulp = np.spacing(np.abs(exact.astype(np.float32)))
        assert np.max(np.abs(actual - exact) / ulp) < 0.6


@pytest.mark.parametrize("mean, variance, sample", [
    (0.5, 1 / 12, philox.uniform(PhiloxRandom(3, 4), [40000])),
    (0, 1, philox.standard_normal(PhiloxRandom(3, 4), [40000])),
    # 1 - 2 * 2 * density(2) / probability(|x| < 2)
    (0, 0.7737, philox.truncated_normal(PhiloxRandom(3, 4), [40000])),
    (4.5, 8.25, philox.uniform_int(PhiloxRandom(3, 4), [40000], 0, 10)),
    (0.3, 0.3, rejection_sampling.gamma(PhiloxRandom(3, 4), [40000], np.float64(0.3))),
    (7, 7, rejection_sampling.gamma(PhiloxRandom(3, 4), [40000], np.float64(7))),
    (4, 4, rejection_sampling.poisson(PhiloxRandom(3, 4), [40000], np.float64(4))),
    (60, 60, rejection_sampling.poisson(PhiloxRandom(3, 4), [40000], np.float64(60))),
], ids=["uniform", "normal", "truncated", "int", "gamma<1", "gamma>1", "poisson<10", "poisson>10"])
def test_moments(mean, variance, sample):
    assert abs(sample.mean(dtype=np.float64) - mean) < 5 * np.sqrt(variance / sample.size)
    assert sample.var(dtype=np.float64) == pytest.approx(variance, rel=0.05)


def test_shuffle_is_a_permutation_of_rows():
    rows = np.arange(300).reshape(100, 3)
    shuffled = philox.shuffle(PhiloxRandom(1, 2), rows)
    assert not np.array_equal(shuffled, rows)
    np.testing.assert_array_equal(shuffled[np.argsort(shuffled[:, 0])], rows)


def test_shuffle_keeps_strings():
    value = np.array([b"a", b"bc", b"def"], object)
    assert sorted(philox.shuffle(PhiloxRandom(1, 2), value)) == [b"a", b"bc", b"def"]


@pytest.mark.parametrize("call, message", [
    (lambda g: philox.uniform(g, [2], np.int32), "uniform random numbers of dtype int32"),
    (lambda g: philox.standard_normal(g, [2], np.complex64), "dtype complex64"),
    (lambda g: philox.truncated_normal(g, [2], np.int64), "dtype int64"),
    (lambda g: philox.uniform_int(g, [2], 0, 3, np.int8), "dtype int8"),
    (lambda g: philox.multinomial(g, np.array([[1, 2]]), 1), "multinomial .* of dtype int64"),
    (lambda g: rejection_sampling.gamma(g, [2], np.array([1, 2])), "gamma .* of dtype int64"),
])
def test_other_dtypes_are_refused(call, message):
    with pytest.raises(TypeError, match=message):
        call(PhiloxRandom(1, 2))


@pytest.mark.parametrize("call, message", [
    (lambda g: rejection_sampling.gamma(g, [2], np.array([np.nan])), "alpha .* above -2/3"),
    (lambda g: rejection_sampling.gamma(g, [2], np.array([-0.7])), "alpha .* above -2/3"),
    (lambda g: rejection_sampling.poisson(g, [2], np.array([np.inf])), "rate .* finite"),
    (lambda g: rejection_sampling.poisson(g, [2], np.array([3e9]), np.int32), "at most 2.147"),
    (lambda g: rejection_sampling.parameterized_truncated_normal(
        g, [], *np.array([0, 1, -1, 1], np.float32)), "at least one dimension"),
])
def test_values_on_which_tensorflow_hangs_or_crashes_are_refused(call, message):
    with pytest.raises(errors.InvalidArgumentError, match=message):
        call(PhiloxRandom(1, 2))
