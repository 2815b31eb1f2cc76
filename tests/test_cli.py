"""The command line: what the tour prints, what it writes, and how it fails."""

import io
import os
import re
import subprocess
import sys

import pytest
from record import golden_record

import minitf as tf
from minitf import cli
from minitf.summary.reader import summary_iterator
from minitf.testing import compare_graph_defs
from minitf.testing.graph_compare import describe

STEPS = 60


@pytest.fixture(scope="module")
def tour(tmp_path_factory):
    """(output, log directory) of one tour."""
    logdir = tmp_path_factory.mktemp("tour") / "opt"
    output = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "120")
        patch.setattr(sys, "stdout", output)
        assert cli.main(["tour", "--logdir", str(logdir), "--steps", str(STEPS)]) == 0
    return output.getvalue(), logdir


def events(logdir, run):
    (path,) = (logdir / run).iterdir()
    return list(summary_iterator(str(path)))


def scalars(logdir, run):
    return {(value.tag, event.step): value.simple_value
            for event in events(logdir, run) for value in event.summary.value}


def section(text, number):
    return re.search(rf"^{number}  .*?(?=^{number + 1}  |\Z)", text, re.S | re.M).group()


# ---- what it writes ----


def test_event_file_has_the_graph_of_the_recorded_program(tour):
    graphs = [event.graph_def for event in events(tour[1], "train") if event.graph_def]
    assert len(graphs) == 1
    got = describe(tf.GraphDef.FromString(graphs[0]))
    found = compare_graph_defs(golden_record("notes_adam")["graph"], got)
    assert not found, str(found)


def test_first_loss_falls_in_a_straight_line(tour):
    losses = [scalars(tour[1], "train")["sum of loss", i] for i in range(STEPS)]
    falls = [before - after for before, after in zip(losses, losses[1:])]
    assert len(scalars(tour[1], "train")) == STEPS
    assert min(falls) > 0
    assert max(falls) == pytest.approx(min(falls), rel=1e-2)


def test_second_loss_goes_to_zero(tour):
    losses = [scalars(tour[1], "fit")["loss", i] for i in range(STEPS)]
    assert losses[-1] < 0.01 * losses[0]


# ---- what it prints ----


@pytest.mark.parametrize("number, line", [
    (1, "    train_op = opt.minimize(loss)"),
    (2, "    b                              VariableV2     2x1"),
    (2, "    │  └─ random_uniform           Add            2x1"),
    (2, "          └─ control_dependency_1  Identity       2x1"),
    (2, "    │  └─ ApplyAdam                ApplyAdam      2x1"),
    (3, "    b/Adam       2x1     slot 'm' of b"),
    (3, "    b/Adam_1     2x1     slot 'v' of b"),
    (3, "    beta1_power  scalar  no slot"),
    (3, "    beta2_power  scalar  no slot"),
    (4, "    def step(a):"),
    (4, "        gradients__MatMul_grad__MatMul_1 = a.T @ gradients__loss_grad__Cumsum"),
    (5, "    b moved by 0.001000 a step"),
    (5, "    b taken   0.7500  -0.5000"),
])
def test_line(tour, number, line):
    assert line in section(tour[0], number).splitlines()


def test_walk_and_order_stand_beside_each_other(tour):
    rows = re.findall(r"^ +(\d+) (\S+) +(\d+) (\S+)$", section(tour[0], 4), re.M)
    assert [row[0] for row in rows] == [row[2] for row in rows] == [
        str(i + 1) for i in range(len(rows))]
    found, order = [row[1] for row in rows], [row[3] for row in rows]
    assert found[0] == order[-1] == "Adam"
    assert sorted(found) == sorted(order)
    assert "gradients/MatMul_grad/MatMul" in found and "loss" not in found


def test_progress_without_a_terminal(tour):
    steps = re.findall(r"^    step +(\d+)/60  (.+) \S+$", section(tour[0], 5), re.M)
    assert steps == [(str(i), label) for label in ("sum of loss", "loss")
                     for i in (1, 15, 30, 45, 60)]


def test_last_lines_open_tensorboard(tour):
    assert f"    tensorboard --logdir={tour[1]}\n" in section(tour[0], 6)


def test_narrow_output_without_unicode(tmp_path):
    environment = {**os.environ, "COLUMNS": "60", "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-m", "minitf", "tour", "--logdir", str(tmp_path / "opt"), "--steps", "2"],
        env=environment, capture_output=True, text=True, check=False,
        cwd=os.path.dirname(os.path.dirname(tf.__file__)))
    assert done.returncode == 0, done.stderr
    assert "    |  `- random_uniform           Add            2x1\n" in done.stdout
    lines = done.stdout[:done.stdout.index("def step")].splitlines()
    assert max(map(len, lines)) <= 60


# ---- terminals ----


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.mark.parametrize("variables, bold", [
    ({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False),
    ({"TERM": "dumb"}, False)])
def test_colour(monkeypatch, variables, bold):
    for name in ("TERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    terminal = Terminal()
    cli._Page(terminal).heading("Title")
    assert terminal.getvalue() == ("\033[1mTitle\033[0m\n" if bold else "Title\n")


def test_progress_bar_on_a_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    terminal = Terminal()
    progress = cli._Progress(cli._Page(terminal), 4, "loss")
    for i in range(1, 5):
        progress.drawn_at = 0  # as if time had passed
        progress.show(i, 1 / i)
    drawn = terminal.getvalue().split("\r")[1:]
    room = drawn[-1].count("█")
    for i, line in enumerate(drawn, 1):
        assert (line.count("█"), line.count("░")) == (room * i // 4, room - room * i // 4)
        assert line.rstrip().endswith(f"{i}/4  loss {1 / i:.6g}")
    assert drawn[-1].endswith("\n") and max(map(len, drawn)) <= 80


# ---- the tree ----


def test_scope_tree():
    with tf.Graph().as_default() as graph:
        with tf.name_scope("x"):
            tf.constant(1.0, name="c")
            with tf.name_scope("y"):
                tf.placeholder(tf.float32, [None, 3], name="p")
                tf.placeholder(tf.float32, name="q")
        tf.no_op(name="last")
    assert cli.scope_tree(graph) == [
        "x/", "├─ c     Const        scalar", "└─ y/", "   ├─ p  Placeholder  ?x3",
        "   └─ q  Placeholder  ?", "last     NoOp"]


def test_scope_tree_of_an_empty_graph():
    assert cli.scope_tree(tf.Graph()) == []


# ---- failures ----


@pytest.mark.parametrize("arguments, message", [
    ([], "required: COMMAND"), (["walk"], "invalid choice: 'walk'"),
    (["tour", "--steps", "0"], "'0' is not a positive whole number"),
    (["tour", "--steps", "-3"], "'-3' is not a positive whole number"),
    (["tour", "--steps", "many"], "'many' is not a positive whole number"),
    (["tour", "opt"], "unrecognized arguments: opt")])
def test_wrong_arguments(capsys, arguments, message):
    with pytest.raises(SystemExit) as exit_:
        cli.main(arguments)
    assert exit_.value.code == 2
    assert message in capsys.readouterr().err


def test_version(capsys):
    with pytest.raises(SystemExit) as exit_:
        cli.main(["--version"])
    assert exit_.value.code == 0
    assert capsys.readouterr().out == f"minitf {tf.__version__}\n"


def test_log_directory_that_cannot_be_written(tmp_path, capsys):
    taken = tmp_path / "opt"
    taken.write_text("a file")
    assert cli.main(["tour", "--logdir", str(taken)]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err == f"minitf tour: cannot write {taken}: File exists\n"


def test_reader_that_stops_reading(tmp_path):
    command = [sys.executable, "-m", "minitf", "tour", "--logdir", str(tmp_path), "--steps", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          cwd=os.path.dirname(os.path.dirname(tf.__file__))) as process:
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(60) == 1
