"""tf.logging: the logger named "tensorflow", with TF's levels and functions."""

import logging

DEBUG = logging.DEBUG
INFO = logging.INFO
WARN = logging.WARN
ERROR = logging.ERROR
FATAL = logging.FATAL

_logger = None


def get_logger():
    """The logger that all of these functions write to: warnings and above, to stderr."""
    global _logger
    if _logger is None:
        _logger = logging.getLogger("tensorflow")
        _logger.setLevel(WARN)
        if not logging.getLogger().handlers and not _logger.handlers:
            handler = logging.StreamHandler()
            handler.setFormatter(logging.Formatter("%(levelname)s:%(name)s:%(message)s"))
            _logger.addHandler(handler)
            _logger.propagate = False
    return _logger


def set_verbosity(v):
    """Writes messages of level ``v`` and above."""
    get_logger().setLevel(v)


def get_verbosity():
    """The level from which messages are written."""
    return get_logger().getEffectiveLevel()


def log(level, msg, *args, **kwargs):
    """Writes ``msg % args`` at a level."""
    get_logger().log(level, msg, *args, **kwargs)


def debug(msg, *args, **kwargs):
    """Writes at level DEBUG."""
    get_logger().debug(msg, *args, **kwargs)


def info(msg, *args, **kwargs):
    """Writes at level INFO."""
    get_logger().info(msg, *args, **kwargs)


def warn(msg, *args, **kwargs):
    """Writes at level WARN."""
    get_logger().warning(msg, *args, **kwargs)


warning = warn


def error(msg, *args, **kwargs):
    """Writes at level ERROR."""
    get_logger().error(msg, *args, **kwargs)


def fatal(msg, *args, **kwargs):
    """Writes at level FATAL."""
    get_logger().fatal(msg, *args, **kwargs)


_counts = {}


def log_every_n(level, msg, n, *args):
    """Writes the first and then every n-th message of one place in the program."""
    count = _counts[msg] = _counts.get(msg, -1) + 1
    if count % n == 0:
        log(level, msg, *args)


def log_first_n(level, msg, n, *args):
    """Writes the first n messages of one place in the program."""
    count = _counts[msg] = _counts.get(msg, -1) + 1
    if count < n:
        log(level, msg, *args)


def log_if(level, msg, condition, *args):
    """Writes when the condition holds."""
    if condition:
        log(level, msg, *args)


def vlog(level, msg, *args, **kwargs):
    """Writes at a numeric level."""
    log(level, msg, *args, **kwargs)


def flush():
    """Writes out what the handlers hold."""
    for handler in get_logger().handlers:
        handler.flush()
