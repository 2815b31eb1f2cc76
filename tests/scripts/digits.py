"""Not a program: drawn digits in MNIST's file format, for those that read MNIST."""

import gzip
import os

import numpy as np

GLYPHS = """
.###. ..#.. .###. .###. ...#. ##### .###. ##### .###. .###.
#...# .##.. #...# #...# ..##. #.... #.... ....# #...# #...#
#...# ..#.. ...#. ..##. .#.#. ####. ####. ...#. .###. .####
#...# ..#.. ..#.. #...# ##### ....# #...# ..#.. #...# ....#
.###. .###. ##### .###. ...#. ####. .###. ..#.. .###. .###.
"""


def draw(count, random):
    """(images uint8 [count, 28, 28], labels uint8 [count]): digits, each shifted, with noise."""
    rows = [line.split() for line in GLYPHS.strip().splitlines()]
    glyphs = [np.array([[pixel == "#" for pixel in row[digit]] for row in rows])
              for digit in range(10)]
    labels = random.randint(0, 10, count).astype(np.uint8)
    images = random.randint(0, 60, (count, 28, 28)).astype(np.uint8)
    for image, label in zip(images, labels):
        top, left = random.randint(0, 8, 2)
        image[top:top + 20, left:left + 20] += np.kron(glyphs[label], np.ones((4, 4), bool)
                                                       ).astype(np.uint8) * 190
    return images, labels


def write(directory, train=400, test=100):
    """Writes the four files, the same ones each time."""
    os.makedirs(directory, exist_ok=True)
    random = np.random.RandomState(0)
    for prefix, count in (("train", train), ("t10k", test)):
        images, labels = draw(count, random)
        with gzip.open(os.path.join(directory, prefix + "-images-idx3-ubyte.gz"), "wb") as stream:
            stream.write(np.array([2051, count, 28, 28], ">u4").tobytes() + images.tobytes())
        with gzip.open(os.path.join(directory, prefix + "-labels-idx1-ubyte.gz"), "wb") as stream:
            stream.write(np.array([2049, count], ">u4").tobytes() + labels.tobytes())
