"""Strings element by element: case, parts, joins, patterns, base64, hashes, numbers."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    words = tf.constant([["Ab c ", " d\tE\n"], ["", "f\xe9"]], name="words")
    free = tf.placeholder(tf.string, name="free")
    known = tf.placeholder(tf.string, [None, 3], name="known")
    number = tf.placeholder(tf.int32, name="number")
    basics = [
        tf.strings.lower(words), tf.strings.upper(words), tf.strings.upper(words, encoding="utf-8"),
        tf.strings.strip(words), tf.string_strip("  x "), tf.strings.length(words),
        tf.strings.length(words, unit="UTF8_CHAR"), tf.substr("hello", 1, 3),
        tf.strings.substr(words, 0, 2), tf.strings.substr(["abc", "defg"], [-2, 1], [5, 2]),
        tf.strings.substr(["caf\xe9x"], 3, 1, unit="UTF8_CHAR"),
        tf.strings.substr([["abcd"], ["efgh"]], [[1, 2]], [[1, 2]]),
        tf.strings.substr("abc", 3, 2),
        tf.string_join(["a", words, "b"], separator="-"), tf.strings.join(["x", "y"]),
        tf.encode_base64(words), tf.encode_base64(words, pad=True),
        tf.decode_base64(["YWI", "YWI=", "_-8", ""])]
    patterns = [
        tf.regex_replace(["a1b22", "xx", ""], r"(\d+)", r"<\1>"),
        tf.regex_replace(["a1b2"], r"\d", "#", replace_global=False),
        tf.strings.regex_replace(["a.b"], tf.constant(r"\."), "_"),
        tf.regex_replace(["abxd"], "x*", "-"), tf.regex_replace(["line\n"], "$", "!"),
        tf.regex_replace(["a+b [c] D3"], "[[:alpha:]]+", r"\\\0"),
        tf.regex_replace(["h\xe9"], ".", "."),
        tf.strings.regex_full_match(["abc", "abcd", "ABC"], "[a-c]+"),
        tf.strings.regex_full_match(["abc", "ABC"], tf.constant("(?i)a.c")),
        tf.strings.regex_full_match(["a\n", "a"], "a$"), tf.regex_replace("xay", "a", r"z\1w"),
        tf.regex_replace("xay", "a", r"b\qc"), tf.regex_replace("xay", "a", r"b\qc", False)]
    hashes = [f(["", "abc", "hello world", "x" * 100], 1000) for f in (
        tf.string_to_hash_bucket, tf.strings.to_hash_bucket_fast)]
    hashes += [tf.string_to_hash_bucket_strong(["", "abc"], 1000, [1, 2]),
               tf.fingerprint([["a", "b"], ["c", "d"]]), tf.fingerprint([1.0, 2.0]),
               tf.fingerprint(["abc", "d"]), tf.fingerprint(np.arange(6).reshape(2, 3))]
    arrays = [np.float32([1.1, 1e20, -0.0, np.nan, np.inf, 1e-7]), np.float64([1 / 3.0, 1e30]),
              np.complex64([1 + 2j, 0.5 - 1j])]
    texts = [tf.as_string(array, **options) for array in arrays for options in (
        {}, {"precision": 3}, {"scientific": True}, {"shortest": True}, {"width": 10},
        {"width": 10, "fill": "0"}, {"width": 8, "fill": " "}, {"width": 10, "fill": "-"},
        {"scientific": True, "precision": 2}, {"width": 6, "fill": "+"}, {"fill": "0"})]
    texts += [tf.as_string(array, **options)
              for array in (np.int8([3, -4]), np.int64(7), np.array([True, False]))
              for options in ({}, {"width": 5}, {"width": 5, "fill": "0"},
                              {"width": 5, "fill": "-"})]
    numbers = [tf.string_to_number(["1.5", " 2 ", "1e5", "nan", "inf", "-INF", "0x10", "+.5", "3.",
                                    "1e400"], dtype) for dtype in (tf.float32, tf.float64)]
    numbers += [tf.strings.to_number(["1", " 2\n", "-4", "007"], dtype)
                for dtype in (tf.int32, tf.int64)]
    shapes = [tf.substr(known, number, number), tf.substr(known, 1, 2),
              tf.string_join([known, "a"]), tf.string_join([known, free]),
              tf.string_join(["a", free]), tf.strings.length(free),
              tf.fingerprint(known), tf.fingerprint(free), tf.regex_replace(known, free, "x")]
    bad_runs = [
        tf.substr("abc", 4, 1), tf.substr(["abc", "d"], [0, -2], [1, 1]),
        tf.decode_base64("abcde"), tf.decode_base64("ab!d"), tf.regex_replace("a", "(", "b"),
        tf.strings.regex_full_match("a", "*"),
        tf.strings.regex_full_match("a", "[a"), tf.strings.regex_full_match("a", "a)"),
        tf.strings.regex_full_match("a", r"(a)\1"),
        tf.strings.regex_full_match("a", r"(?=a)"),
        tf.as_string(1, precision=2), tf.as_string(1, scientific=True),
        tf.as_string(1.0, shortest=True, scientific=True), tf.as_string(1.0, fill="ab"),
        tf.as_string(1.0, fill="x", width=4)]
    bad_runs += [tf.string_to_number(text, dtype) for text, dtype in [
        ("abc", tf.float32), ("1.5f", tf.float64), ("", tf.float32), ("infinity", tf.float32),
        ("+3", tf.int32), ("2147483648", tf.int32), ("1.0", tf.int64), ("- 1", tf.int64)]]
    return [
        seen("shapes", [str(t.shape) for t in shapes]),
        run("basics", basics), run("patterns", patterns), run("hashes", hashes),
        run("texts", texts),
        run("numbers", numbers),
        fails("lengths", lambda: tf.substr(known, [1, 2], [1])),
        fails("lengths rank", lambda: tf.substr(known, 1, [1])),
        fails("join", lambda: tf.string_join([patterns[0], patterns[1]])),
        fails("pattern", lambda: tf.regex_replace(known, tf.constant(["a"]), "b")),
        fails("text of text", lambda: tf.as_string("a")),
        fails("unit", lambda: tf.strings.length("a", unit="WORD")),
        fails("number of number", lambda: tf.string_to_number(1.0)),
        fails("rank", lambda: tf.fingerprint("a")),
        run("join at run time", tf.string_join([free, ["b", "c"]]), {free: ["a"]}, fails=True),
    ] + [run(f"bad {i}", fetch, fails=True) for i, fetch in enumerate(bad_runs)]
