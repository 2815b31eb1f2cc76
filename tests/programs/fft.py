"""Fourier transforms: values, static shapes, gradients, errors."""

import numpy as np

from programs import fails, run, seen


def build(tf):
    rng = np.random.RandomState(5)
    real = tf.placeholder(tf.float32, [2, 4, 6], name="real")
    free = tf.placeholder(tf.float32, name="free")
    partly = tf.placeholder(tf.float32, [None, 5], name="partly")
    length = tf.placeholder(tf.int32, [1], name="length")
    z = tf.complex(real, tf.cos(real), name="z")
    feeds = {real: rng.uniform(-1, 1, (2, 4, 6)), free: rng.uniform(-1, 1, (3, 5)),
             partly: rng.uniform(-1, 1, (2, 5)), length: [4]}
    wide = tf.cast(tf.complex(real, -real), tf.complex128, name="wide")
    transforms = [tf.fft(z), tf.ifft(z), tf.fft2d(z), tf.ifft2d(z), tf.fft3d(z), tf.ifft3d(z),
                  tf.signal.fft(wide), tf.spectral.ifft2d(wide, name="named"), tf.ifft3d(wide)]
    half = [tf.signal.rfft(real), tf.spectral.rfft(real, [4]), tf.signal.rfft(real, [9]),
            tf.signal.rfft2d(real), tf.signal.rfft2d(real, [3, 8]), tf.signal.rfft3d(real),
            tf.signal.rfft(partly), tf.signal.rfft(partly, length), tf.signal.rfft(free),
            tf.signal.irfft(z), tf.signal.irfft(z, [7]), tf.signal.irfft(z, [20]),
            tf.signal.irfft2d(z), tf.signal.irfft3d(z, name="inverse"),
            tf.signal.irfft2d(z, [3, 4]),
            tf.signal.irfft(tf.complex(partly, partly)),
            tf.signal.irfft(tf.complex(free, free), length)]
    shifts = [tf.signal.fftshift(real), tf.signal.ifftshift(real, axes=1),
              tf.signal.fftshift(real, axes=[0, 2], name="shifted")]
    grads = [tf.gradients(tf.abs(t), real)[0] for t in transforms[:6] + [half[0], half[2], half[3]]]
    grads += [tf.gradients(t * t, real)[0] for t in (half[9], half[11], half[12])]
    grads += [tf.gradients(tf.abs(half[6]), partly)[0], tf.gradients(transforms[6], wide,
                                                                    transforms[7])[0]]
    return [
        seen("shapes", [str(t.shape) for t in transforms + half + shifts]),
        run("transforms", transforms, feeds), run("half", half, feeds),
        run("shifts", shifts, feeds),
        run("gradients", grads, feeds),
        run("empty", tf.fft(tf.zeros([0, 3], tf.complex64))),
        fails("rank", lambda: tf.fft2d(tf.zeros([3], tf.complex64))),
        fails("rank of real", lambda: tf.signal.rfft2d([1.0])),
        fails("dtype", lambda: tf.fft(real)),
        fails("real dtype", lambda: tf.signal.rfft(z)),
        fails("length", lambda: tf.signal.rfft(real, [4, 4])),
        fails("length rank", lambda: tf.signal.rfft(real, 4), message=False),
        fails("no gradient", lambda: tf.gradients(half[5], real)),
    ]


TOLERANCE = {"complex64": 2e-5, "float32": 5e-5, "complex128": 1e-12}
