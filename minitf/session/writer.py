"""Writing a plan: the text of a NumPy function with one line an operation.

Conditionals become `if`, by the operations' guards; loops become `while`, by their frames.
"""

import contextlib
import keyword
import re

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.operation import Operation, Tensor, rule_arguments
from minitf.ops.elementwise import LITERALS
from minitf.session.folding import Folding
from minitf.session.frames import ENTERS, MERGES, NEXTS, SWITCHES, Frame, is_loop_part
from minitf.session.guards import NEVER, Guards
from minitf.session.reuse import Reuse

_OPERATORS = {np.add: "+", np.subtract: "-", np.multiply: "*", np.true_divide: "/",
              np.power: "**", np.greater: ">", np.greater_equal: ">=", np.less: "<",
              np.less_equal: "<="}


class Writer:
    """Writes the text of a plan's function.

    Attributes:
      more_parameters: names of parameters that the function has after those for the feeds.
    """

    more_parameters = ()

    def __init__(self, plan, items, fed, state):
        self.plan = plan
        self.items = items
        self.fed = fed
        self.state = state
        self.globals = {"np": np}
        self.taken = set()
        self.expressions = {}  # tensor -> how the text refers to it
        self.constants = {}  # global name -> value
        self.reuse = Reuse()
        self.lines = []
        self.line_ops = {}
        self.indent = "    "
        self.outer_guard = ()  # the conditions that the blocks around have checked
        self.open_guard = ()  # those of the `if` that the last line is in

    def write(self):
        plan = self.plan
        parameters = []
        for tensor in plan.feeds:
            self.expressions[tensor] = self._new_name(tensor)
            parameters.append(self.expressions[tensor])
        parameters += self.more_parameters
        self.lines.append(f"def step({', '.join(parameters)}):")
        self.guards = Guards(plan.order, self.fed)
        for element in plan.fetches:
            if isinstance(element, Tensor):
                self.guards.of_tensor(element)  # so that what decides about it is kept
        self.frame_of = {}  # operation -> the Frame that it runs in, or None
        _note_frames(self.items, None, self.frame_of)
        self.updated = _updated_before(plan.order)
        self.updated_in_loops = frozenset().union(
            *[_changed_by(op) for op in plan.order if self.frame_of[op] is not None])
        folding = Folding(plan.order, self.fed, plan.fetches, self.guards)
        self.values = folding.values
        self.alive = plan.alive = folding.alive
        plan.folded = {tensor.op for tensor in self.values}
        self.running = [op for op in plan.order if op in self.alive]
        self.last_reader = self._last_readers()
        self.needed = {tensor for op in self.running for tensor in op.inputs}.union(
            plan.fetches, self.guards.predicates)
        for op in self.running:
            if op.op_type.hoisted and op.outputs[0] not in self.values:
                self._hoist(op)
        self._write_items(self.items)
        self._write_return()
        plan.source = "\n".join(self.lines) + "\n"
        plan.names = self.globals
        plan.expressions = self.expressions
        plan.constants = self.constants
        plan.line_ops = self.line_ops
        self.globals.update(LITERALS)
        code = compile(plan.source, "<minitf plan>", "exec")
        exec(code, self.globals)
        plan.function = self.globals.pop("step")

    def _write_items(self, items):
        for item in items:
            if isinstance(item, Frame):
                self._write_loop(item)
            elif (item in self.alive and not item.op_type.hoisted
                  and self.guards.of(item) is not NEVER):
                dying = {tensor: self.expressions[tensor]
                         for tensor in self.last_reader.get(item, ())
                         if self.expressions.get(tensor) in self.taken}
                self._write_op(item, dying)

    def _last_readers(self):
        """{operation: the tensors that nobody needs once it has run}.

        A loop's variables, and what comes into it from outside, live on for the next iteration.
        """
        frame_of = self.frame_of
        last = {}
        for op in self.running:
            for tensor in op.inputs:
                last[tensor] = op
        kept = {element for element in self.plan.fetches if isinstance(element, Tensor)}
        kept.update(_variable_behind(tensor, self.fed) for tensor in list(kept))
        kept.update(self.guards.predicates)
        for op in self.running:
            if is_loop_part(op) or op.type == "LoopCond":
                kept.update(op.inputs)
                kept.update(op.outputs)
            elif op.op_type.hoisted:
                kept.update(tensor for tensor in op.outputs if tensor not in self.fed)
            elif frame_of[op] is not None and op.type in SWITCHES:
                kept.update(op.inputs)
                kept.update(op.outputs)
        dying = {}
        for tensor, op in last.items():
            if (tensor not in kept and op.type not in MERGES
                    and frame_of[op] is frame_of.get(tensor.op)):
                dying.setdefault(op, []).append(tensor)
        return dying

    # ---- names ----

    def _new_name(self, tensor):
        """A local variable for a tensor: its operation's name, as an identifier."""
        text = tensor.op.name.replace("/", "__")
        if tensor.value_index:
            text += f"_{tensor.value_index}"
        name = self._unused(_identifier(text))
        self.taken.add(name)
        return name

    def _unused(self, name):
        base, count = name, 1
        while name in self.taken or name in self.globals or name in LITERALS:
            count += 1
            name = f"{base}__{count}"
        return name

    def _global(self, name, value):
        """A global name for ``value``; the same object keeps its name."""
        name = _identifier(name)
        if name in self.globals and self.globals[name] is value:
            return name
        name = self._unused(name)
        self.globals[name] = value
        return name

    def _text(self, tensor):
        """How the text refers to a tensor; constants become globals when they are first read."""
        if tensor in self.values and tensor not in self.expressions:
            name = self._global(tensor.op.name.replace("/", "__"), self.values[tensor])
            self.constants[name] = self.values[tensor]
            self.expressions[tensor] = name
        return self.expressions.get(tensor, "None")  # None: a Merge's input that is never alive

    # ---- operations ----

    def _hoist(self, op):
        """Binds the output of an op that gives the same object in every run."""
        value = _call_kernel(op, [], self.state)
        for tensor in op.outputs:
            if tensor not in self.fed:
                self.expressions[tensor] = self._global(tensor.op.name.replace("/", "__"), value)

    def _write_op(self, op, dying):
        op_type = op.op_type
        if op_type.kernel_rule is None:
            raise errors.UnimplementedError(
                None, op, f"minitf has no kernel for op type '{op.type}' (node '{op.name}')")
        if op.type == "LoopCond":
            self.expressions[op.outputs[0]] = self._arguments(op)[0]
            return
        if op.type in SWITCHES or op.type in MERGES:
            self._write_branching(op, dying.values())
            return
        text = self.reuse.written(op, self._result_text(op), dying)
        targets = []
        for tensor in op.outputs:
            if tensor in self.fed:
                targets.append("_")
            else:
                targets.append(self._new_name(tensor))
                self.expressions[tensor] = targets[-1]
        if len(targets) == 1 and not op_type.outputs[0].is_list:
            text = f"{targets[0]} = {text}"
        elif targets:
            text = f"{', '.join(targets)}{',' * (len(targets) == 1)} = {text}"
        if text == "None":
            return
        unread = [target for tensor, target in zip(op.outputs, targets)
                  if target != "_" and tensor not in self.needed]
        self._write_line(op, text, [*dict.fromkeys(dying.values()), *unread])

    def _write_line(self, op, text, dead=()):
        """Adds an operation's line, which goes into the `if` of its guard, if there is one."""
        guard = self._inner_guard(op)
        if guard != self.open_guard:
            self.open_guard = guard
            if guard:
                self.lines.append(f"{self.indent}if {self._guard_text(guard)}:")
        self._add_line(op, ("    " if guard else "") + text, dead)

    def _add_line(self, op, text, dead=()):
        """Adds a line that computes ``op`` and deletes the names in ``dead``."""
        if dead:
            text += f"; del {', '.join(dead)}"
        self.lines.append(self.indent + text)
        self.line_ops[len(self.lines)] = op

    def _inner_guard(self, op):
        """The conditions of an operation that no block around it has checked."""
        return tuple(item for item in self.guards.of(op) if item not in self.outer_guard)

    @contextlib.contextmanager
    def _block(self, *conditions):
        """Writes what follows one level deeper, where the given conditions hold."""
        before = self.indent, self.outer_guard
        self.indent += "    "
        self.outer_guard += conditions
        self.open_guard = ()
        yield
        self.indent, self.outer_guard = before
        self.open_guard = ()

    def _guard_text(self, guard):
        return " and ".join(("" if branch else "not ") + self._text(predicate)
                            for predicate, branch in guard)

    def _merge_text(self, op, index):
        """The value of the input that is alive, or its index: a choice by the inputs' guards."""
        alive = []
        for i, (tensor, text) in enumerate(zip(op.inputs, self._arguments(op))):
            guard = self.guards.of_tensor(tensor)
            if guard is not NEVER:
                inner = tuple(item for item in guard if item not in self.guards.of(op))
                alive.append((f"np.int32({i})" if index else text, inner))
        text = alive[-1][0]
        for value, guard in reversed(alive[:-1]):
            text = f"{value} if {self._guard_text(guard) or True} else {text}"
        return text

    # ---- loops ----

    def _write_loop(self, frame):
        """A frame as a `while`: variables set, predicate, body, variables set anew."""
        first = _decider(frame)
        guard = self.guards.of(first)
        if guard is NEVER:
            return
        inner = self._inner_guard(first)
        self.open_guard = ()
        if inner:
            self.lines.append(f"{self.indent}if {self._guard_text(inner)}:")
            with self._block(*inner):
                self._write_while(frame)
        else:
            self._write_while(frame)

    def _write_while(self, frame):
        for enter in frame.enters:
            self.expressions[enter.outputs[0]] = self._arguments(enter)[0]
        for merge in frame.merges:
            start = next(t for t in merge.inputs if t.op.type in ENTERS)
            name = self.expressions[merge.outputs[0]] = self._new_name(merge.outputs[0])
            self._add_line(merge, f"{name} = {self._text(start)}")
        if frame.loop_cond is None:  # nothing goes around
            self._write_items(frame.items)
            self._write_exits(frame)
            return
        going = (frame.loop_cond.outputs[0], True)
        body = [item for item in frame.items if going in self._guard_of_item(item)]
        self.lines.append(f"{self.indent}while True:")
        with self._block():
            self._write_items([item for item in frame.items if item not in body])
            self.open_guard = ()
            self.lines.append(f"{self.indent}if not {self._text(going[0])}: break")
            self.outer_guard += (going,)
            self._write_items(body)
            self.open_guard = ()
            for merge in filter(_is_of_first_iteration, frame.items):
                self._write_line(merge, self._global("no_second_value", _no_second_value) + "()")
            self._write_next(frame)
        self._write_exits(frame)

    def _write_exits(self, frame):
        for exit_ in frame.exits:
            self.expressions[exit_.outputs[0]] = self._new_name(exit_.outputs[0])
            self._add_line(exit_, f"{self.expressions[exit_.outputs[0]]} = "
                                  f"{self._text(exit_.inputs[0])}")

    def _write_next(self, frame):
        """The loop variables of the next iteration, all at once."""
        names, values = [], []
        for merge in frame.merges:
            step = next(t.op for t in merge.inputs if t.op.type in NEXTS)
            names.append(self.expressions[merge.outputs[0]])
            values.append(self._arguments(step)[0])
        if names:
            self._add_line(frame.merges[0], f"{', '.join(names)} = {', '.join(values)}")

    def _guard_of_item(self, item):
        if isinstance(item, Frame):
            item = _decider(item)
        return self.guards.of(item) or ()

    # ---- conditionals ----

    def _write_branching(self, op, dead):
        """A Switch passes its data on by name; a Merge chooses. One line for each output needed."""
        self.reuse.kept(op)
        if op.type in SWITCHES and op.inputs[1].op.type == "LoopCond":
            for tensor in op.outputs:  # one value in the body, and after the loop
                self.expressions[tensor] = self._text(op.inputs[0])
            return
        statements = []
        for i, tensor in enumerate(op.outputs):
            if tensor in self.needed and tensor not in self.fed:
                value = (self._arguments(op)[0] if op.type in SWITCHES
                         else self._merge_text(op, i))
                self.expressions[tensor] = self._new_name(tensor)
                statements.append(f"{self.expressions[tensor]} = {value}")
        if dead and not statements:
            statements, dead = [f"del {', '.join(dict.fromkeys(dead))}"], ()
        if statements:
            self._write_line(op, "; ".join(statements), list(dict.fromkeys(dead)))

    def _result_text(self, op):
        """The expression that computes an operation."""
        op_type = op.op_type
        arguments = self._arguments(op)
        if op_type.expression_rule is not None:
            text = op_type.expression_rule(
                *rule_arguments(op, op_type.expression_rule.wanted, arguments))
            if text is not None:
                return text
        rule = op_type.kernel_rule
        if isinstance(rule, np.ufunc):
            if rule in _OPERATORS:
                return f"{arguments[0]} {_OPERATORS[rule]} {arguments[1]}"
            if rule is np.negative:
                return f"-{arguments[0]}"
            if getattr(np, rule.__name__, None) is rule:
                return f"np.{rule.__name__}({', '.join(arguments)})"
        inputs = {arg.name for arg in op_type.inputs}
        names = [name for name in op_type.kernel_parameters if name != "ctx"]
        parts = []
        for name, value in zip(names, rule_arguments(op, names, arguments)):
            if name in inputs:
                parts.append(f"[{', '.join(value)}]" if isinstance(value, list) else value)
            else:
                parts.append(f"{name}={self._attr_text(name, value)}")
        if "ctx" in op_type.kernel_parameters:
            parts.append("ctx=" + self._global(f"ctx_{op.name.replace('/', '__')}",
                                               self.state.context(op)))
        return f"{self._global(_snake_case(op.type), rule)}({', '.join(parts)})"

    def _arguments(self, op):
        """How the text refers to inputs: variables are read here, unless the op takes the cell."""
        texts = []
        for arg, tensor in zip(_args_by_tensor(op), op.inputs):
            text = self._text(tensor)
            if tensor.dtype._is_ref_dtype and not arg.is_ref and tensor not in self.fed:
                text += ".value" if op.op_type.allows_uninitialized_input else ".read()"
            elif not tensor.dtype._is_ref_dtype:
                cell = self._live_variable(op, tensor)
                if cell is not None:
                    text = self.expressions[cell] + ".value"  # what was read is the variable itself
            texts.append(text)
        return texts

    def _live_variable(self, op, tensor):
        """The mutable tensor that ``tensor`` is a read of, if ``op`` may come after an update."""
        updated = self.updated.get(op, frozenset())
        if self.frame_of[op] is not None:
            updated |= self.updated_in_loops
        if updated:
            cell = _variable_behind(tensor, self.fed)
            if cell is not None and _variable_of(cell) in updated:
                return cell
        return None

    def _attr_text(self, name, value):
        if isinstance(value, (bool, int, bytes)) or value is None:
            return repr(value)
        if isinstance(value, float) and np.isfinite(value):
            return repr(value)
        if isinstance(value, dtypes.DType):
            return self._global(value.name, value)
        return self._global(name, value)

    # ---- the result ----

    def _write_return(self):
        parts = []
        for element in self.plan.fetches:
            if isinstance(element, Operation):
                parts.append("None")
                continue
            guard = self.guards.of_tensor(element)
            if guard is NEVER:
                parts.append(self._global("no_value", _no_value) + f"({len(parts)})")
            elif guard:
                parts.append(f"{self._fetch_text(element)} if {self._guard_text(guard)} else "
                             f"{self._global('no_value', _no_value)}({len(parts)})")
            else:
                parts.append(self._fetch_text(element))
        self.open_guard = ()
        self.lines.append(f"    return [{', '.join(parts)}]")
        if len(self.plan.fetches) == 1 and isinstance(self.plan.fetches[0], Tensor) \
                and self.guards.of_tensor(self.plan.fetches[0]) == ():
            self.line_ops[len(self.lines)] = self.plan.fetches[0].op

    def _fetch_text(self, tensor):
        """A fetched value: never memory that the graph, a variable or a feed still uses."""
        cell = None if tensor in self.fed else _variable_behind(tensor, self.fed)
        if cell is not None:
            # As in TF, a fetched variable shows what the whole step made of it.
            return self._global("copied", _copied) + f"({self.expressions[cell]}.read())"
        text = self._text(tensor)
        if tensor in self.fed or tensor.dtype.base_dtype in (dtypes.resource, dtypes.variant):
            return text
        if tensor.dtype.base_dtype == dtypes.string:
            return self._global("as_bytes", _as_bytes) + f"({text})"
        if tensor in self.values or tensor.op.op_type.is_view or tensor.op.op_type.hoisted:
            return self._global("copied", _copied) + f"({text})"
        dims = tensor.shape._dims
        return text if dims else f"{text}[()]"


def _decider(frame):
    """The operation of a loop whose guard is the loop's: it runs when its condition can."""
    return frame.loop_cond or (frame.merges or frame.enters)[0]


def _is_of_first_iteration(item):
    """Whether an item of a loop merges initial values only: in later iterations it has none.

    Gradients of loops that a sparse gradient enters can have such: TensorFlow closes the cycle of
    its values, but not that of its indices.
    """
    return not isinstance(item, Frame) and item.type in MERGES and all(
        tensor.op.type in ENTERS and not tensor.op._attrs["is_constant"] for tensor in item.inputs)


def _no_second_value():
    raise errors.InvalidArgumentError(
        None, None, "A loop goes on, but this merges its initial values only: it does not have a "
        "value in the second iteration")


def _note_frames(items, frame, frame_of):
    """Fills {operation: the Frame that it runs in}."""
    for item in items:
        if isinstance(item, Frame):
            for op in (*item.enters, *item.merges, *item.nexts, *item.exits):
                frame_of[op] = item
            _note_frames(item.items, item, frame_of)
        else:
            frame_of[item] = frame


def _identifier(text):
    name = re.sub(r"\W", "_", text)
    if not name or name[0].isdigit():
        name = "_" + name
    return name + "_" if keyword.iskeyword(name) or name in ("np", "step", "None") else name


def _snake_case(name):
    """The name of a kernel in the text: ``ApplyAdam`` is ``apply_adam``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _args_by_tensor(op):
    """The ArgDef of each input tensor: one a tensor, also where the signature has a list."""
    result = []
    for arg in op.op_type.inputs:
        length = 1
        if arg.number_attr:
            length = op._attrs[arg.number_attr]
        elif arg.type_list_attr:
            length = len(op._attrs[arg.type_list_attr])
        result.extend([arg] * length)
    return result


def _variable_of(ref):
    """The mutable tensor of the variable that a mutable tensor stands for."""
    while True:
        inputs = [tensor for tensor in ref.op.inputs if tensor.dtype._is_ref_dtype]
        if not inputs:
            return ref
        ref = inputs[0]


def _updated_before(order):
    """{operation: the variables that operations which it depends on have updated}.

    In TensorFlow a mutable variable is read by sharing its memory: who computes with what was read,
    after an update that it waits for, sees the update.
    """
    before, after = {}, {}
    for op in order:
        found = frozenset().union(*[after[other] for other in
                                    {tensor.op for tensor in op.inputs}.union(op.control_inputs)
                                    if other in after])
        if found:
            before[op] = found
        changes = _changed_by(op)
        if found or changes:
            after[op] = found.union(changes)
    return before


def _changed_by(op):
    """The variables that an operation updates, as their mutable tensors."""
    if op.op_type.is_view or op.type == "IsVariableInitialized":
        return []
    return [_variable_of(tensor) for tensor in op.inputs if tensor.dtype._is_ref_dtype
            and any(arg.is_ref for arg, its in zip(_args_by_tensor(op), op.inputs)
                    if its is tensor)]


def _variable_behind(tensor, fed):
    """The mutable tensor that ``tensor`` is, or is an identity of; None when it is a value.

    A loop's Enter passes on what it gets, if that stays the same for all iterations.
    """
    while not tensor.dtype._is_ref_dtype:
        op = tensor.op
        if (op.type != "Identity" and not (op.type == "Enter" and op._attrs["is_constant"])
                or op.inputs[0] in fed):
            return None
        tensor = op.inputs[0]
    return None if tensor in fed else tensor


def _call_kernel(op, values, state):
    op_type = op.op_type
    names = [name for name in op_type.kernel_parameters if name != "ctx"]
    arguments = dict(zip(names, rule_arguments(op, names, values)))
    if "ctx" in op_type.kernel_parameters:
        arguments["ctx"] = state.context(op)
    return op_type.kernel_rule(**arguments)


def _copied(value):
    """A value of the caller's own."""
    return np.array(value)[()]


def _no_value(index):
    """What happens to a fetch in a branch that was not taken."""
    raise errors.InvalidArgumentError(None, None, f"Retval[{index}] does not have value")


def _as_bytes(value):
    return np.array(value, dtype=object)[()]
