"""Cosine transforms, windows, frames, short-time Fourier transforms, the mel scale."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(6)
    signal = tf.placeholder(tf.float32, [2, 20], name="signal")
    partly = tf.placeholder(tf.float32, [None, None], name="partly")
    number = tf.placeholder(tf.int32, [], name="number")
    feeds = {signal: rng.uniform(-1, 1, (2, 20)), partly: rng.uniform(-1, 1, (3, 12)), number: 5}
    cosines = [tf.signal.dct(signal), tf.signal.dct(signal, type=1), tf.signal.dct(signal, type=3),
               tf.signal.dct(signal, norm="ortho"), tf.signal.dct(signal, type=3, norm="ortho"),
               tf.signal.idct(signal), tf.spectral.idct(signal, type=3, norm="ortho", name="named"),
               tf.signal.dct(signal, n=8), tf.signal.dct(signal, n=25), tf.signal.dct(partly)]
    windows = [tf.signal.hann_window(6), tf.signal.hann_window(7), tf.signal.hamming_window(6),
               tf.signal.hamming_window(6, periodic=False), tf.signal.hann_window(1),
               tf.signal.hann_window(5, dtype=tf.float64),
               tf.signal.hann_window(number, name="dynamic")]
    frames = [tf.signal.frame(signal, 6, 4), tf.signal.frame(signal, 6, 4, pad_end=True),
              tf.signal.frame(signal, 7, 3, pad_end=True, pad_value=9, name="padded"),
              tf.signal.frame(partly, 4, 2), tf.signal.frame(partly, 2, 2, axis=0),
              tf.signal.overlap_and_add(tf.reshape(signal, [2, 5, 4]), 2),
              tf.signal.overlap_and_add(tf.reshape(signal, [2, 5, 4]), 4),
              tf.signal.overlap_and_add(tf.reshape(signal, [2, 5, 4]), 3)]
    stft = tf.signal.stft(signal, frame_length=8, frame_step=4)
    back = tf.signal.inverse_stft(stft, 8, 4, window_fn=tf.signal.inverse_stft_window_fn(4))
    spectra = [stft, back,
               tf.signal.stft(signal, 6, 3, fft_length=10, window_fn=None, pad_end=True),
               tf.signal.stft(partly, 4, 2, window_fn=tf.signal.hamming_window),
               tf.signal.inverse_stft(stft, 6, 3, fft_length=8, name="shorter"),
               tf.signal.inverse_stft(stft, 10, 5, fft_length=8, window_fn=None)]
    matrix = tf.signal.linear_to_mel_weight_matrix(4, 9)
    mel = [matrix, tf.signal.linear_to_mel_weight_matrix(3, 5, tf.constant(16000), 80.0, 7600.0,
                                                         dtype=tf.float64, name="mel"),
           tf.signal.mfccs_from_log_mel_spectrograms(signal),
           tf.signal.mfccs_from_log_mel_spectrograms(partly, name="mfcc")]
    grads = [tf.gradients(t, signal)[0] for t in cosines[:2] + [cosines[3], frames[1], frames[5],
                                                              frames[7], back, mel[2]]]
    grads.append(tf.gradients(tf.abs(stft), signal)[0])
    tensors = cosines + windows + frames + spectra + mel
    return [
        seen("shapes", [str(t.shape) for t in tensors]),
        run("cosines", cosines, feeds), run("windows", windows, feeds),
        run("frames", frames, feeds),
        run("spectra", spectra, feeds), run("mel", mel, feeds), run("gradients", grads, feeds),
        run("one", windows[-1], {number: 1}),
        fails("type", lambda: tf.signal.dct(signal, type=4)),
        fails("norm", lambda: tf.signal.dct(signal, norm="other")),
        fails("norm of 1", lambda: tf.signal.dct(signal, type=1, norm="ortho")),
        fails("axis", lambda: tf.signal.dct(signal, axis=0)),
        fails("n", lambda: tf.signal.dct(signal, n=0)),
        fails("window dtype", lambda: tf.signal.hann_window(3, dtype=tf.int32)),
        fails("frame of scalar", lambda: tf.signal.frame(1.0, 2, 2)),
        fails("step", lambda: tf.signal.overlap_and_add(tf.zeros([2, 2]), 1.0)),
        fails("step rank", lambda: tf.signal.frame(signal, 2, [2])),
        fails("mel bins", lambda: tf.signal.linear_to_mel_weight_matrix(0)),
        fails("mel edges", lambda: tf.signal.linear_to_mel_weight_matrix(upper_edge_hertz=5000.0)),
    ]


TOLERANCE = {"complex64": 2e-5, "float32": 5e-5, "float64": 1e-6}
