"""`tf.summary.FileWriter`: event files, written by tensorboardX in the background."""

import itertools
import os
import socket
import threading
import time
import warnings

import tensorboardX
from tensorboardX.proto import event_pb2

from minitf import tf_logging
from minitf.framework import protos
from minitf.framework.graph import Graph, get_default_graph
from minitf.framework.meta_graph import create_meta_graph_def


class FileWriter:
    """Writes graphs, summaries and other events to an event file, which TensorBoard reads.

    The file, `events.out.tfevents.SECONDS.HOST`, is opened with the first event. Events are queued
    and written by another thread, so that training does not wait for the disk; what is queued is
    written by `flush`, by `close`, and when the program ends.

        with tf.Session() as sess, tf.summary.FileWriter("log", sess.graph) as writer:
            writer.add_summary(sess.run(merged), global_step=1)
    """

    def __init__(self, logdir, graph=None, max_queue=10, flush_secs=120, graph_def=None,
                 filename_suffix=None, session=None):
        """Makes `logdir` if need be and, given a graph, writes it and its MetaGraphDef.

        Args:
          logdir: The directory of the event file.
          graph: A `tf.Graph`, such as `sess.graph`.
          max_queue: How many events may wait before an `add_*` call waits for the disk.
          flush_secs: How often, in seconds, written events are made visible to other programs.
          graph_def: A `GraphDef`; deprecated, use `graph`.
          filename_suffix: Text that the file's name ends with.
          session: Not supported: it shares a writer with ops of `tf.contrib.summary`.

        Raises:
          NotImplementedError: If `session` is given.
          ValueError: If both `graph` and `graph_def` are given.
          TypeError: If `graph` is neither a `tf.Graph` nor a `GraphDef`.
        """
        if session is not None:
            raise NotImplementedError(
                "tf.summary.FileWriter(session=...) shares a writer resource with the ops of "
                "tf.contrib.summary, which minitf does not have.")
        self._logdir = str(logdir)
        self._max_queue = max_queue
        self._flush_secs = flush_secs
        self._filename_suffix = filename_suffix or ""
        self._file = None
        self._lock = threading.Lock()  # of the file's opening, adding to it, and closing
        self._closed = False
        self._seen_tags = set()
        self._run_metadata_tags = set()
        os.makedirs(self._logdir, exist_ok=True)
        if graph is not None or graph_def is not None:
            message = _export(graph, graph_def)
            self._add(protos.Event(graph_def=_to_bytes(message)))
            # As in TensorFlow, the collections are the default graph's, whichever `graph` is.
            self.add_meta_graph(create_meta_graph_def(graph_def=message))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def get_logdir(self):
        """Returns the directory of the event file."""
        return self._logdir

    # ---- What can be added ----
    def add_summary(self, summary, global_step=None):
        """Adds what a summary op computed, or a summary made by hand.

        TensorBoard needs the SummaryMetadata of a tag once, so only the first value of each tag
        keeps it.

        Args:
          summary: A `Summary` message, or one as bytes. It is not changed.
          global_step: The step that it belongs to, a number.
        """
        if isinstance(summary, bytes):
            summary = protos.Summary.FromString(summary)
        event = protos.Event(summary=summary)
        for value in event.summary.value:
            if value.tag in self._seen_tags:
                value.ClearField("metadata")
            self._seen_tags.add(value.tag)
        self._add(event, global_step)

    def add_graph(self, graph, global_step=None, graph_def=None):
        """Adds a graph, with the static shapes of its tensors.

        Args:
          graph: A `tf.Graph`.
          global_step: The step that it belongs to, a number.
          graph_def: A `GraphDef`; deprecated, use `graph`.

        Raises:
          ValueError: If both `graph` and `graph_def` are given.
          TypeError: If what is given is neither a `tf.Graph` nor a `GraphDef`.
        """
        message = _export(graph, graph_def)
        self._add(protos.Event(graph_def=_to_bytes(message)), global_step)

    def add_meta_graph(self, meta_graph_def, global_step=None):
        """Adds a `MetaGraphDef`: a graph with its collections, as `tf.train.import_meta_graph`
        reads it.

        Args:
          meta_graph_def: A `MetaGraphDef` message.
          global_step: The step that it belongs to, a number.

        Raises:
          TypeError: If `meta_graph_def` is of another type.
        """
        if not isinstance(meta_graph_def, protos.MetaGraphDef):
            raise TypeError("meta_graph_def must be type MetaGraphDef, saw type: "
                            f"{type(meta_graph_def)}")
        self._add(protos.Event(meta_graph_def=_to_bytes(meta_graph_def)), global_step)

    def add_run_metadata(self, run_metadata, tag, global_step=None):
        """Adds what a traced `sess.run` reported: time and memory of each node.

        Args:
          run_metadata: A `RunMetadata` message.
          tag: The name under which TensorBoard lists the run.
          global_step: The step that it belongs to, a number.

        Raises:
          ValueError: If the tag was used before.
        """
        if tag in self._run_metadata_tags:
            raise ValueError("The provided tag was already used for this event type")
        self._run_metadata_tags.add(tag)
        tagged = protos.TaggedRunMetadata(tag=tag, run_metadata=run_metadata.SerializeToString())
        self._add(protos.Event(tagged_run_metadata=tagged), global_step)

    def add_session_log(self, session_log, global_step=None):
        """Adds a `SessionLog`: that a session started, stopped, or wrote a checkpoint."""
        self._add(protos.Event(session_log=session_log), global_step)

    def add_event(self, event):
        """Adds an `Event` message as it is, its wall time and step included."""
        if not isinstance(event, protos.Event):
            raise TypeError(f"Expected an Event message, but got {type(event)}")
        self._warn_if_closed(stacklevel=3)
        self._put(event)

    def _add(self, event, global_step=None):
        self._warn_if_closed(stacklevel=4)
        event.wall_time = time.time()
        if global_step is not None:
            event.step = int(global_step)
        self._put(event)

    def _put(self, event):
        with self._lock:
            if self._closed:
                return
            if self._file is None:
                suffix = _unused_suffix(self._logdir, self._filename_suffix)
                self._file = _EventFile(self._logdir, self._max_queue, self._flush_secs, suffix)
            self._file.add(event)

    # ---- Its life ----
    def flush(self):
        """Waits until all events added so far are in the file, and visible to other programs.

        Raises:
          OSError: If one of them could not be written.
        """
        self._warn_if_closed(stacklevel=3)
        file = self._file
        if file is not None:
            file.flush()

    def close(self):
        """Flushes and closes the file. What is added after that is dropped, with a warning."""
        with self._lock:
            self._closed = True
            file, self._file = self._file, None
        if file is not None:
            file.close()

    def reopen(self):
        """After `close`, lets events be added again. They go to a new file in the directory."""
        self._closed = False

    def _warn_if_closed(self, stacklevel):
        if self._closed:
            warnings.warn("Attempting to use a closed FileWriter. The operation will be a noop "
                          "unless the FileWriter is explicitly reopened.", stacklevel=stacklevel)


class _EventFile:
    """A tensorboardX.FileWriter whose `flush` waits for the events that are still queued.

    tensorboardX's own flushes what has been written, while events may wait in its queue. So the
    events that come out of the queue are counted here. A failure to write is kept and raised by the
    next `flush` or `close`, instead of ending tensorboardX's thread.
    """

    def __init__(self, logdir, max_queue, flush_secs, filename_suffix):
        self._writer = tensorboardX.FileWriter(logdir, max_queue, flush_secs, filename_suffix)
        self._records = self._writer.event_writer._ev_writer
        self._write_record = self._records.write_event
        self._records.write_event = self._write  # called by tensorboardX's thread
        self._progress = threading.Condition()
        self._added = self._written = 0
        self._failure = None

    def add(self, event):
        theirs = event_pb2.Event.FromString(event.SerializeToString())
        with self._progress:
            self._added += 1
        self._writer.add_event(theirs, walltime=event.wall_time)

    def _write(self, event):
        try:
            self._write_record(event)
            if not self._written:  # a new run appears in TensorBoard at once, as with TensorFlow
                self._records.flush()
        except Exception as error:
            self._failure = self._failure or error
        with self._progress:
            self._written += 1
            self._progress.notify_all()

    def flush(self):
        with self._progress:
            target = self._added
            self._progress.wait_for(lambda: self._written >= target)
        self._writer.flush()
        self._raise_failure()

    def close(self):
        self._writer.close()  # which writes what is queued
        self._raise_failure()

    def _raise_failure(self):
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure


class FileWriterCache:
    """One `FileWriter` for each directory, shared by all who ask for it."""

    _writers = {}
    _lock = threading.RLock()

    @staticmethod
    def get(logdir):
        """Returns the writer of `logdir`; a new one writes the default graph first."""
        with FileWriterCache._lock:
            if logdir not in FileWriterCache._writers:
                FileWriterCache._writers[logdir] = FileWriter(logdir, graph=get_default_graph())
            return FileWriterCache._writers[logdir]

    @staticmethod
    def clear():
        """Closes and forgets all writers."""
        with FileWriterCache._lock:
            for writer in FileWriterCache._writers.values():
                writer.close()
            FileWriterCache._writers.clear()


def _export(graph, graph_def):
    """The GraphDef of a graph; users give a Graph or a GraphDef as either argument."""
    if graph is not None and graph_def is not None:
        raise ValueError("Please pass only graph, or graph_def (deprecated), but not both.")
    given = graph_def if graph is None else graph
    if isinstance(given, Graph):
        if graph is None:
            tf_logging.warning("When passing a `Graph` object, please use the `graph` named "
                               "argument instead of `graph_def`.")
        return given.as_graph_def(add_shapes=True)
    if isinstance(given, protos.GraphDef):
        tf_logging.warning("Passing a `GraphDef` to the SummaryWriter is deprecated. Pass a "
                           "`Graph` object instead, such as `sess.graph`.")
        return given
    raise TypeError("The passed graph must be an instance of `Graph` or the deprecated `GraphDef`")


def _to_bytes(message):
    # Attributes and collections are maps: sorted, the same graph gives the same file each time.
    return message.SerializeToString(deterministic=True)


def _unused_suffix(logdir, suffix):
    """`suffix`, or a longer one when a file of this second, host and suffix exists.

    Names have a resolution of a second: a second writer would otherwise overwrite the first's file.
    """
    stem = os.path.join(logdir, f"events.out.tfevents.{int(time.time())}.{socket.gethostname()}")
    candidates = itertools.chain([suffix], (f".{n}{suffix}" for n in itertools.count(1)))
    return next(name for name in candidates if not os.path.exists(stem + name))
