"""The command line, ``python -m minitf COMMAND``, and the first of its commands.

The others are in `minitf.commands`, a module each. The tour builds the network of the tutorial on
optimizers, shows its graph, tells what a training step does, trains, and writes the event files
that TensorBoard draws.
"""

import argparse
import importlib.util
import os
import shlex
import shutil
import sys
import tempfile
import textwrap
import time

import numpy as np

import minitf as tf
from minitf.commands import compare, graph_diff, run
from minitf.version import __version__

PROGRAM = """\
a = tf.placeholder(dtype=tf.float32, shape=(10, 2), name='a')
b = tf.get_variable('b', shape=(2, 1), dtype=tf.float32)
loss = tf.cumsum(tf.matmul(a, b), name='loss')
opt = tf.train.AdamOptimizer()
train_op = opt.minimize(loss)
"""


def main(arguments=None):
    """Runs a command line.

    Args:
      arguments: a list of strings; by default those of the process.

    Returns:
      The exit status: the command's, 1 when output could not be written, 130 when interrupted.

    Raises:
      SystemExit: wrong arguments (status 2), or --help and --version.
    """
    options = _options(sys.argv[1:] if arguments is None else list(arguments))
    try:
        status = options.command(options) or 0
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as head, has seen enough
        sys.stdout = open(os.devnull, "w")
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return 130
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        print(f"minitf {options.name}: cannot write{where}: {error.strerror or error}",
              file=sys.stderr)
        return 1
    return status


def _options(arguments):
    """The options of a command line; with `compare`, what it does not know is the program's."""
    parser = _parser()
    if arguments[:1] != ["compare"]:
        return parser.parse_args(arguments)
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    options, unknown = parser.parse_known_args(arguments[:cut])
    options.arguments = unknown + arguments[cut + 1:]
    return options


def _parser():
    parser = argparse.ArgumentParser(
        prog="minitf",
        description="TensorFlow 1.x's graph-mode API on NumPy, small enough to read.")
    parser.add_argument("--version", action="version", version=f"minitf {__version__}")
    commands = parser.add_subparsers(dest="name", metavar="COMMAND", required=True)
    command = commands.add_parser(
        "tour", help="build, explain and train a small network, and write it for TensorBoard",
        description="Builds a small network, shows its graph, tells what a training step does, "
                    "trains it, and writes the event files that TensorBoard draws.")
    command.add_argument("--logdir", default="opt", help="where event files go (default: opt)")
    command.add_argument("--steps", type=_positive, default=200, metavar="N",
                         help="training steps (default: 200)")
    command.set_defaults(command=tour)
    for module in (run, compare, graph_diff):
        module.add_parser(commands)
    return parser


def _positive(text):
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive whole number")
    return number


# ---- the tour ----


def tour(options):
    """The story of one network, told in the terminal.

    Raises:
      OSError: the log directory cannot be written.
    """
    os.makedirs(options.logdir, exist_ok=True)
    with tempfile.TemporaryFile(dir=options.logdir):
        pass  # it can be written: better to know before the tour than in its middle
    page = _Page(sys.stdout)
    random = np.random.RandomState(0)
    batch = random.uniform(-1, 1, (10, 2)).astype(np.float32)
    page.heading(f"minitf {__version__}: a tour of the optimizer")
    with tf.Graph().as_default():
        _notes_network(page, batch, options)
    with tf.Graph().as_default():
        _fitted_network(page, batch, options)
    _invitation(page, options.logdir)


def _notes_network(page, batch, options):
    """The graph, the slots, the walk and the training of the program above."""
    page.heading("1  The program")
    page.text("b is multiplied by a batch a, the products are summed up row by row, and Adam makes "
              "those sums fall. Nothing is computed yet: each call adds operations to a graph.")
    page.block(PROGRAM)
    names = {"tf": tf}
    exec(PROGRAM, names)
    b, loss, opt, train_op = (names[name] for name in ("b", "loss", "opt", "train_op"))
    graph = tf.get_default_graph()

    page.heading(f"2  The graph: {len(graph.get_operations())} operations")
    page.text("Five lines made all this. An operation's name is its path through the scopes; "
              "minimize added gradients, the optimizer's variables, and the updates under Adam.")
    page.lines(scope_tree(graph, page.glyphs))

    page.heading("3  The optimizer's variables")
    page.text("Slots belong to one variable and have its shape; they live under its name. The "
              "others belong to the optimizer as a whole.")
    slots = {opt.get_slot(b, name): name for name in opt.get_slot_names()}
    page.lines(f"{variable.op.name:<11}  {_shape_text(variable.shape):<6}  "
               + (f"slot {slots[variable]!r} of {b.op.name}" if variable in slots else "no slot")
               for variable in opt.variables())

    with tf.Session() as sess:
        writer = tf.summary.FileWriter(os.path.join(options.logdir, "train"), sess.graph)
        page.heading("4  What sess.run(train_op) does")
        _explain_step(page, sess, names)
        page.heading(f"5  {options.steps} steps")
        _train_notes(page, sess, writer, batch, names, options.steps)
        writer.close()


def _explain_step(page, sess, names):
    explanation = sess.explain(names["train_op"])
    page.text(f"From train_op, which is the operation {names['train_op'].name}, the session walks "
              "back along inputs and control inputs until it stands at the placeholders. What it "
              "found then runs the other way round, each operation after all that it waits for:")
    found = _numbered("found, back to front", explanation.found)
    order = _numbered("run, front to back", explanation.order)
    page.columns(found, order)
    page.text("The loss itself is not among them: the gradient of a sum does not depend on its "
              "value. But gradients/MatMul_grad/MatMul is, the gradient for a, which nobody uses: "
              "the tuple lets no gradient of an operation pass before all of them are there.")
    page.text("These operations become one NumPy function, compiled once and called at every step. "
              "What is the same in every step, or is read by nobody, has no line in it. Variables "
              "are read and assigned:")
    page.block("\n".join(_without_del(line) for line in explanation.program.splitlines()))


def _train_notes(page, sess, writer, batch, names, steps):
    a, b, loss, train_op = (names[name] for name in ("a", "b", "loss", "train_op"))
    page.text("First the program as it stands. Its loss is a straight line in b and has no lowest "
              "point, so Adam never arrives: it moves each number in b by its learning rate, "
              "0.001, at every step, and the loss falls at a steady pace.")
    initialise = tf.global_variables_initializer()
    sess.run(initialise, {b.initial_value: [[0.5], [-0.25]]})
    start = sess.run(b)
    _train(page, steps, "sum of loss", writer,
           lambda: sess.run([loss, train_op], {a: batch})[0].sum())
    moved = np.abs(sess.run(b) - start).max() / steps
    page.lines([f"b moved by {moved:.6f} a step"])


def _fitted_network(page, batch, options):
    """A loss that has a lowest point: the distance of the same sums from given ones."""
    page.text("Then the same sums with something to aim at. Targets y are computed with a b of our "
              "own; the loss is the mean square of what is missing, and Adam (learning rate 0.05) "
              "goes for the b that we took.")
    wanted = np.array([[0.75], [-0.5]], np.float32)
    targets = np.cumsum(batch @ wanted, axis=0)
    a = tf.placeholder(tf.float32, (10, 2), name="a")
    y = tf.placeholder(tf.float32, (10, 1), name="y")
    b = tf.get_variable("b", (2, 1), tf.float32, initializer=tf.zeros_initializer())
    loss = tf.reduce_mean(tf.square(tf.cumsum(tf.matmul(a, b)) - y), name="loss")
    train_op = tf.train.AdamOptimizer(0.05).minimize(loss)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        writer = tf.summary.FileWriter(os.path.join(options.logdir, "fit"))
        _train(page, options.steps, "loss", writer,
               lambda: sess.run([loss, train_op], {a: batch, y: targets})[0])
        writer.close()
        page.lines([f"b taken  {_numbers(wanted)}", f"b found  {_numbers(sess.run(b))}"])


def _train(page, steps, label, writer, step):
    """Calls ``step()``, which returns the loss, and reports on page and in the event file."""
    progress = _Progress(page, steps, label)
    started = time.perf_counter()
    for i in range(steps):
        value = float(step())
        point = tf.summary.Summary(value=[tf.summary.Summary.Value(tag=label, simple_value=value)])
        writer.add_summary(point, i)
        progress.show(i + 1, value)
    seconds = time.perf_counter() - started
    page.lines([f"{steps} steps in {seconds:.2f} s"])


def _invitation(page, logdir):
    page.heading("6  In TensorBoard")
    page.text("The first graph and both losses are written. Open them with")
    page.lines([f"tensorboard --logdir={shlex.quote(logdir)}"])
    page.text("and look at GRAPHS: a double click opens b, gradients, gradients/MatMul_grad and "
              "Adam.")
    if importlib.util.find_spec("tensorboard") is None:
        page.text("TensorBoard is not installed here: pip install tensorboard 'setuptools<81'")


# ---- texts ----


def scope_tree(graph, glyphs=("├─ ", "└─ ", "│  ")):
    """The operations of a graph as the lines of a tree of scopes.

    Args:
      graph: a Graph.
      glyphs: what stands before a child, before the last child, and beside a child's children.

    Returns:
      Lines with the last part of the name ("/" after it: a scope alone), op type, and shapes.
    """
    tree, ops = {}, {}
    for op in graph.get_operations():
        ops[op.name] = op
        scope = tree
        for part in op.name.split("/"):
            scope = scope.setdefault(part, {})
    rows = list(_tree_rows(tree, "", "", ops, glyphs))
    width = max((len(text) for text, _ in rows), default=0)
    kinds = max((len(op.type) for _, op in rows if op is not None), default=0)
    return [text if op is None else
            f"{text:<{width}}  {op.type:<{kinds}}  "
            f"{', '.join(_shape_text(tensor.shape) for tensor in op.outputs)}".rstrip()
            for text, op in rows]


def _tree_rows(scope, path, indent, ops, glyphs):
    child, last, beside = glyphs
    for i, (name, inner) in enumerate(scope.items()):
        is_last = i == len(scope) - 1
        full = path + name
        op = ops.get(full)
        branch = (last if is_last else child) if path else ""
        yield indent + branch + name + ("" if op is not None else "/"), op
        deeper = (" " * len(beside) if is_last else beside) if path else ""
        yield from _tree_rows(inner, full + "/", indent + deeper, ops, glyphs)


def _shape_text(shape):
    if shape.ndims is None:
        return "?"
    return "x".join("?" if dim is None else str(dim) for dim in shape.as_list()) or "scalar"


def _numbers(array):
    return "  ".join(f"{number: .4f}" for number in array.ravel())


def _numbered(title, ops):
    return [title, *(f"{i:>2} {op.name}" for i, op in enumerate(ops, 1))]


def _without_del(line):
    """A line of the program without the freeing of what it read last."""
    return line.partition("; del ")[0]


class _Page:
    """Output that keeps to the terminal's width, with colours and glyphs where it can show them."""

    def __init__(self, stream):
        self.stream = stream
        self.last = None  # the kind of what was printed last
        self.is_terminal = stream.isatty()
        self.width = max(40, min(shutil.get_terminal_size((100, 24)).columns, 120))
        has_colour = (self.is_terminal and not os.environ.get("NO_COLOR")
                      and os.environ.get("TERM") != "dumb")
        self.bold = "\033[1m{}\033[0m" if has_colour else "{}"
        self.glyphs, self.bar = ("├─ ", "└─ ", "│  "), "█░"
        try:
            "├└█░".encode(stream.encoding or "utf-8")
        except UnicodeEncodeError:
            self.glyphs, self.bar = ("+- ", "`- ", "|  "), "#."

    def heading(self, text):
        self._print("heading", [self.bold.format(text)])

    def text(self, text):
        self._print("text", textwrap.wrap(text, self.width))

    def lines(self, lines):
        self._print("lines", [self._cut("    " + line) for line in lines])

    def block(self, code):
        """Code; what is wider than the page goes on under it, further in."""
        wrapped = []
        for line in code.splitlines():
            indent = "    " + " " * (len(line) - len(line.lstrip()))
            wrapped += textwrap.wrap(line.strip(), self.width, initial_indent=indent,
                                     subsequent_indent=indent + "        ",
                                     break_long_words=False, break_on_hyphens=False)
        self._print("lines", wrapped)

    def _print(self, kind, lines):
        """Prints lines, and an empty one before them where something else begins."""
        if self.last is not None and (self.last != kind or kind == "heading"):
            print(file=self.stream)
        self.last = kind
        for line in lines:
            print(line, file=self.stream)

    def columns(self, left, right):
        """Two lists beside each other, or one after the other where the page is narrow."""
        gap = max(map(len, left)) + 2
        if 4 + gap + max(map(len, right)) > self.width:
            self.lines([*left, "", *right])
        else:
            self.lines(f"{one:<{gap}}{other}" for one, other in zip(left, right))

    def _cut(self, line):
        return line if len(line) <= self.width else line[:self.width - 3] + "..."


class _Progress:
    """A bar with the current value: redrawn on a terminal, a few plain lines elsewhere."""

    def __init__(self, page, total, label):
        self.page, self.total, self.label = page, total, label
        self.drawn_at = 0.0

    def show(self, done, value):
        numbers = f"{done:>{len(str(self.total))}}/{self.total}  {self.label} {value:.6g}"
        if not self.page.is_terminal:
            if done == 1 or done == self.total or done % -(-self.total // 4) == 0:
                self.page.lines(["step " + numbers])
            return
        now = time.perf_counter()
        if done < self.total and now - self.drawn_at < 0.05:
            return
        self.drawn_at = now
        self.page.lines([])
        room = max(8, min(40, self.page.width - len(self.label) - 2 * len(str(self.total)) - 24))
        filled = room * done // self.total
        full, empty = self.page.bar
        line = f"    {full * filled}{empty * (room - filled)}  {numbers}"
        self.page.stream.write("\r" + line.ljust(self.page.width - 1)[:self.page.width - 1])
        if done == self.total:
            self.page.stream.write("\n")
        self.page.stream.flush()
