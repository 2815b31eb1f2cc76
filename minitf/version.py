"""The version of minitf, and of the TensorFlow whose behaviour it has."""

__version__ = "0.1.0"

TENSORFLOW_VERSION = VERSION = "1.15.5"

# Of the graphs that it writes, and of those that it reads.
GRAPH_DEF_VERSION = 134
GRAPH_DEF_VERSION_MIN_CONSUMER = 0
GRAPH_DEF_VERSION_MIN_PRODUCER = 0

# How the TensorFlow was built whose behaviour this is, as that one says.
GIT_VERSION = "v1.15.4-39-g3db52be"
COMPILER_VERSION = "7.3.1 20180303"
CXX11_ABI_FLAG = 0
MONOLITHIC_BUILD = 0
