"""The MNIST digits from their four files, as arrays and batches: ``read_data_sets("MNIST_data")``.

The format: http://yann.lecun.com/exdb/mnist/. Nothing is downloaded.
"""

import collections
import gzip
import os

import numpy as np

from minitf.framework import dtypes, random_seed

DEFAULT_SOURCE_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"

_IMAGES_MAGIC, _LABELS_MAGIC = 2051, 2049
_FILES = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz",
          "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")

Datasets = collections.namedtuple("Datasets", "train validation test")


def extract_images(f):
    """Images from a gzipped file object: uint8 [images, rows, columns, 1].

    Raises:
      ValueError: it is not a file of images, or a part of one.
    """
    print("Extracting", f.name)
    (count, rows, columns), data = _read(f, _IMAGES_MAGIC, 3, "image")
    return data.reshape(count, rows, columns, 1)


def extract_labels(f, one_hot=False, num_classes=10):
    """Labels from a gzipped file object: uint8 [labels], or float64 [labels, num_classes].

    Raises:
      ValueError: it is not a file of labels, or a part of one.
    """
    print("Extracting", f.name)
    _, labels = _read(f, _LABELS_MAGIC, 1, "label")
    return dense_to_one_hot(labels, num_classes) if one_hot else labels


def dense_to_one_hot(labels_dense, num_classes):
    """Rows of zeros with a one at each label."""
    return np.eye(num_classes)[labels_dense]


def _read(f, magic, rank, what):
    """(sizes, bytes) of a file in MNIST's format: a magic number, sizes, then a byte an element."""
    with gzip.GzipFile(fileobj=f) as stream:
        header = np.frombuffer(stream.read(4 + 4 * rank), ">u4")
        if not len(header) or header[0] != magic:
            found = header[0] if len(header) else "nothing"
            raise ValueError(f"Invalid magic number {found} in MNIST {what} file: {f.name}")
        sizes = header[1:].tolist()
        data = np.frombuffer(stream.read(), np.uint8)
    if len(sizes) != rank or data.size < np.prod(sizes, dtype=np.int64):
        raise ValueError(f"MNIST {what} file {f.name} ends early: {data.size} bytes of {sizes}")
    return sizes, data[:np.prod(sizes, dtype=np.int64)]


class DataSet:
    """Images with their labels, in batches.

    Args:
      images: uint8 [n, rows, columns, 1].
      labels: [n] or [n, classes].
      fake_data: batches of ones instead.
      one_hot: labels of fake data are one-hot.
      dtype: float32 scales images to [0, 1]; uint8 leaves them.
      reshape: make each image a row.
      seed: of the order; without it, the graph's seed is, and without that the order is random.
    """

    def __init__(self, images, labels, fake_data=False, one_hot=False, dtype=dtypes.float32,
                 reshape=True, seed=None):
        graph_seed, op_seed = random_seed.get_seed(seed)
        np.random.seed(graph_seed if seed is None else op_seed)
        dtype = dtypes.as_dtype(dtype).base_dtype
        if dtype not in (dtypes.uint8, dtypes.float32):
            raise TypeError(f"Invalid image dtype {dtype!r}, expected uint8 or float32")
        self._fake = fake_data
        self._one_hot = one_hot
        if fake_data:
            self._num_examples = 10000
        else:
            if len(images) != len(labels):
                raise ValueError(f"images.shape: {images.shape} labels.shape: {labels.shape}")
            self._num_examples = len(images)
            if reshape:
                images = images.reshape(len(images), -1)
            if dtype == dtypes.float32:
                images = np.multiply(images.astype(np.float32), np.float32(1.0 / 255.0))
        self._images, self._labels = images, labels
        self._epochs_completed = 0
        self._index_in_epoch = 0

    @property
    def images(self):
        """All images, in the current order."""
        return self._images

    @property
    def labels(self):
        """All labels, in the same order."""
        return self._labels

    @property
    def num_examples(self):
        """How many there are."""
        return self._num_examples

    @property
    def epochs_completed(self):
        """How many times all of them have been in batches."""
        return self._epochs_completed

    def next_batch(self, batch_size, fake_data=False, shuffle=True):
        """The next images and labels; a batch may reach from one epoch into the next.

        Args:
          batch_size: how many.
          fake_data: return ones.
          shuffle: draw a new order for each epoch.

        Returns:
          (images, labels).
        """
        if fake_data:
            label = [1] + [0] * 9 if self._one_hot else 0
            return [[1] * 784] * batch_size, [label] * batch_size
        start = self._index_in_epoch
        if start == 0 and self._epochs_completed == 0 and shuffle:
            self._shuffle()
        if start + batch_size <= self._num_examples:
            self._index_in_epoch = end = start + batch_size
            return self._images[start:end], self._labels[start:end]
        rest = self._images[start:], self._labels[start:]
        self._epochs_completed += 1
        if shuffle:
            self._shuffle()
        self._index_in_epoch = end = batch_size - (self._num_examples - start)
        return tuple(np.concatenate([old, new[:end]])
                     for old, new in zip(rest, (self._images, self._labels)))

    def _shuffle(self):
        order = np.arange(self._num_examples)
        np.random.shuffle(order)
        self._images, self._labels = self._images[order], self._labels[order]


def read_data_sets(train_dir, fake_data=False, one_hot=False, dtype=dtypes.float32, reshape=True,
                   validation_size=5000, seed=None, source_url=DEFAULT_SOURCE_URL):
    """Training, validation and test sets from MNIST's four files in a directory.

    Args:
      train_dir: the directory.
      fake_data: no files are read.
      one_hot: labels are rows with a one.
      dtype, reshape, seed: as for `DataSet`.
      validation_size: how many training images are the validation set.
      source_url: told where files are missing.

    Returns:
      Datasets(train, validation, test).

    Raises:
      FileNotFoundError: a file is missing; the message says where it can be got.
      ValueError: a file is damaged, or ``validation_size`` is too large.
    """
    options = {"dtype": dtype, "reshape": reshape, "seed": seed}
    if fake_data:
        return Datasets(*(DataSet([], [], fake_data=True, one_hot=one_hot, **options)
                          for _ in range(3)))
    missing = [name for name in _FILES if not os.path.exists(os.path.join(train_dir, name))]
    if missing:
        source = source_url or DEFAULT_SOURCE_URL
        raise FileNotFoundError(
            f"{os.path.join(train_dir, missing[0])} is not there, and minitf downloads nothing. "
            f"Put these files into {train_dir}: "
            + ", ".join(source + name for name in missing))
    arrays = []
    for name in _FILES:
        with open(os.path.join(train_dir, name), "rb") as f:
            arrays.append(extract_images(f) if "images" in name else extract_labels(f, one_hot))
    images, labels, test_images, test_labels = arrays
    if not 0 <= validation_size <= len(images):
        raise ValueError(f"Validation size should be between 0 and {len(images)}. Received: "
                         f"{validation_size}.")
    return Datasets(DataSet(images[validation_size:], labels[validation_size:], **options),
                    DataSet(images[:validation_size], labels[:validation_size], **options),
                    DataSet(test_images, test_labels, **options))


def load_mnist(train_dir="MNIST-data"):
    """`read_data_sets` of a directory."""
    return read_data_sets(train_dir)
