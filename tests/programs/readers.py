"""Readers of files: lines, records, pieces, whole files; what they tell of themselves."""

import gzip
import os
import tempfile

from programs import call, fails, seen
from programs.queues import without_number


def build(tf):
    io = tf.python_io
    folder = tempfile.mkdtemp()

    def path(name):
        return os.path.join(folder, name)

    for name, data in (("a.txt", b"h1\nh2\nline one\nline two\r\n\nlast"), ("b.txt", b"x\n\ny\n"),
                       ("empty", b""), ("letters", bytes(range(65, 65 + 26))),
                       ("letters.gz", gzip.compress(bytes(range(65, 65 + 26))))):
        with open(path(name), "wb") as stream:
            stream.write(data)
    for name, kind in (("r", None), ("r.gz", "GZIP"), ("r.z", "ZLIB")):
        with io.TFRecordWriter(path(name), kind) as writer:
            for i in range(3):
                writer.write(b"record %d" % i)
    with open(path("r"), "rb") as stream:
        records = stream.read()
    for name, data in (("cut", records[:30]), ("short", records[:-1]),
                       ("damaged", records[:40] + b"!" + records[41:])):
        with open(path(name), "wb") as stream:
            stream.write(data)

    names = tf.placeholder(tf.string)

    def reading(make, count=None, **arguments):
        """A step: what a reader gives of files, until an error ends it."""
        reader, queue = make(**arguments), tf.FIFOQueue(9, tf.string, shapes=[[]])
        fill, close = queue.enqueue_many([names]), queue.close()
        step = reader.read(queue) if count is None else reader.read_up_to(queue, count)
        numbers = [reader.num_records_produced(), reader.num_work_units_completed()]

        def read(*files):
            def go(sess):
                sess.run(fill, {names: [path(name) for name in files]})
                sess.run(close)
                found = []
                try:
                    while len(found) < 20:
                        found.append([text.decode("latin1").replace(folder + "/", "")
                                      for text in [x for part in sess.run(step)
                                                   for x in ([part] if count is None else part)]])
                except tf.errors.OpError as error:
                    found.append([type(error).__name__, without_number(
                        error.message.replace(folder + "/", ""))])
                return [found, sess.run(numbers)]
            return go
        return read

    whole, state_queue = tf.WholeFileReader(), tf.FIFOQueue(9, tf.string, shapes=[[]])
    identity = tf.IdentityReader()
    taken, saved = identity.read(state_queue), tf.placeholder(tf.string)
    state, restore = identity.serialize_state(), identity.restore_state(saved)
    reset, produced = identity.reset(), identity.num_records_produced()

    def saves_and_restores(sess):
        sess.run(state_queue.enqueue_many([["a", "b", "c"]]))
        found = [list(sess.run(taken)), list(sess.run(taken)), sess.run(state)]
        sess.run(taken)
        sess.run(restore, {saved: found[2]})
        found.append(sess.run(produced))
        sess.run(reset)
        return found + [sess.run(produced)]

    def iterated(name, options=None):
        try:
            return list(io.tf_record_iterator(path(name), options))
        except tf.errors.OpError as error:
            return [type(error).__name__, error.message.replace(folder + "/", "")]

    lines = reading(tf.TextLineReader)
    with tf.name_scope("upto"):
        batch = tf.TextLineReader().read_up_to(state_queue, 4)
    return [
        call("lines", lines("a.txt", "empty", "b.txt")),
        call("lines skipped", reading(tf.TextLineReader, skip_header_lines=2)("b.txt", "a.txt")),
        call("no file", reading(tf.TextLineReader)("none", "b.txt")),
        call("lines up to 4", reading(tf.TextLineReader, 4)("a.txt", "b.txt")),
        call("whole", reading(tf.WholeFileReader)("a.txt", "empty", "none")),
        call("pieces", reading(tf.FixedLengthRecordReader, record_bytes=4)("letters")),
        call("pieces within", reading(tf.FixedLengthRecordReader, record_bytes=4, header_bytes=2,
                                      footer_bytes=3, hop_bytes=6)("letters", "empty")),
        call("overlapping", reading(tf.FixedLengthRecordReader, record_bytes=9,
                                    hop_bytes=5)("letters")),
        call("compressed pieces", reading(tf.FixedLengthRecordReader, record_bytes=9,
                                          encoding="GZIP")("letters.gz")),
        call("records", reading(tf.TFRecordReader)("r", "cut", "r")),
        call("damaged records", reading(tf.TFRecordReader)("r", "damaged")),
        call("short record", reading(tf.TFRecordReader)("short")),
        call("compressed records", reading(tf.TFRecordReader, options=io.TFRecordOptions(
            io.TFRecordCompressionType.ZLIB))("r.z")),
        call("records up to 2", reading(tf.TFRecordReader, 2)("r")),
        call("state", saves_and_restores),
        call("no state", lambda sess: sess.run(tf.TextLineReader().serialize_state()), fails=True),
        call("bad state", lambda sess: sess.run(whole.restore_state("garbage")), fails=True),
        seen("iterated", [iterated(name) for name in ("r", "cut", "short", "damaged", "none")]),
        seen("decompressed", [iterated("r.gz", io.TFRecordOptions("GZIP")),
                              iterated("r.z", io.TFRecordOptions(1)),
                              iterated("r", io.TFRecordOptions("GZIP"))]),
        seen("properties", [whole.supports_serialize, tf.TextLineReader().supports_serialize,
                            batch.keys.shape.as_list(), whole.reader_ref.name]),
        seen("options", [io.TFRecordOptions.get_compression_type_string(x) for x in (
            None, "", 1, "GZIP", io.TFRecordOptions(2))]),
        fails("bad option", lambda: io.TFRecordOptions("BZIP")),
        fails("text", lambda: io.TFRecordWriter(path("w")).write("text")),
    ]
