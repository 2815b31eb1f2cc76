"""Protocol buffer messages of TensorFlow 1.15: ``protos.GraphDef``, ``protos.ConfigProto``, ...

Every attribute of this module is a real protobuf class (or, for an enum, its wrapper), made when it
is first asked for. Importing the module imports neither protobuf nor tensorboardX.

Messages come from two places. Those that tensorboardX ships with all that TensorFlow's have are
taken from there. The others are declared in ``messages.proto`` beside this file, in the package
``minitf``, with TensorFlow's field numbers and types: tensorboardX has no ConfigProto, and its
TensorProto and whatever refers to a type or a tensor do not know uint32, uint64 and variant. So
bytes and text are exchanged with TensorFlow freely; and as packages and file names are not
TensorFlow's, an installed tensorflow or tensorboard does not clash.
"""

import functools
import importlib
import re

_SCHEMA_FILE = "messages.proto"

# Which of tensorboardX's modules holds each message that is taken from it.
_TENSORBOARDX_MODULES = {
    "HistogramProto": "summary_pb2",
    "SessionLog": "event_pb2",
    "SummaryDescription": "summary_pb2",
    "SummaryMetadata": "summary_pb2",
    "TaggedRunMetadata": "event_pb2",
    "TensorShapeProto": "tensor_shape_pb2",
    "VersionDef": "versions_pb2",
}


def __getattr__(name):
    if name.startswith("_"):  # protocol probes such as __path__ must not load protobuf
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in _TENSORBOARDX_MODULES:
        module = importlib.import_module("tensorboardX.proto." + _TENSORBOARDX_MODULES[name])
        value = getattr(module, name)
    else:
        try:
            value = _schema_classes()[name]
        except KeyError:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    globals()[name] = value
    return value


def __dir__():
    declared = re.findall(r"^(?:message|enum) (\w+)", _schema_text(), re.MULTILINE)
    return sorted({*globals(), *_TENSORBOARDX_MODULES, *declared})


@functools.cache
def _schema_classes():
    """The messages and enums of messages.proto, and the values of its top-level enums, by name."""
    from google.protobuf import any_pb2, descriptor_pool  # noqa: F401  (any.proto enters the pool)
    from google.protobuf.internal import builder  # what protoc's generated modules call

    for module in set(_TENSORBOARDX_MODULES.values()):
        importlib.import_module("tensorboardX.proto." + module)
    file_name = __package__.replace(".", "/") + "/" + _SCHEMA_FILE
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(_SchemaParser(_schema_text()).parse(file_name).SerializeToString())
    classes = {}
    builder.BuildTopDescriptorsAndMessages(pool.FindFileByName(file_name), __name__, classes)
    return classes


def _schema_text():
    from importlib import resources

    return resources.files(__package__).joinpath(_SCHEMA_FILE).read_text(encoding="utf-8")


class _SchemaParser:
    """Recursive descent over proto3 text, as far as messages.proto uses it.

    Messages, enums, fields, `repeated`, `oneof` and `map`; no options, services or extensions.
    Type names stay as they are written: protobuf's pool resolves them in their scope, and finds out
    whether they name a message or an enum.
    """

    _TOKEN = re.compile(r'//[^\n]*|"[^"]*"|-?[\w.]+|[^\s\w]')

    def __init__(self, text):
        from google.protobuf import descriptor_pb2

        self._field_proto = descriptor_pb2.FieldDescriptorProto
        self._scalar_types = {name[len("TYPE_"):].lower(): number
                              for name, number in self._field_proto.Type.items()}
        self._file = descriptor_pb2.FileDescriptorProto()
        self._tokens = [t for t in self._TOKEN.findall(text) if not t.startswith("//")]
        self._tokens.reverse()  # so that the next one is popped

    def parse(self, name):
        """Returns the FileDescriptorProto of the text, as the file called `name`."""
        self._file.name = name
        while self._tokens:
            keyword = self._next()
            if keyword == "message":
                self._message(self._file.message_type.add(name=self._next()))
            elif keyword == "enum":
                self._enum(self._file.enum_type.add(name=self._next()))
            elif keyword == "import":
                self._file.dependency.append(self._string())
            elif keyword == "package":
                self._file.package = self._next()
                self._expect(";")
            elif keyword == "syntax":
                self._expect("=")
                self._file.syntax = self._string()
            else:
                raise SyntaxError(f"{_SCHEMA_FILE}: unexpected {keyword!r}")
        return self._file

    def _message(self, message):
        self._expect("{")
        while (word := self._next()) != "}":
            if word == "message":
                self._message(message.nested_type.add(name=self._next()))
            elif word == "enum":
                self._enum(message.enum_type.add(name=self._next()))
            elif word == "oneof":
                self._oneof(message)
            else:
                self._field(message, word)

    def _enum(self, enum):
        self._expect("{")
        while (name := self._next()) != "}":
            enum.value.add(name=name, number=self._number())

    def _oneof(self, message):
        message.oneof_decl.add(name=self._next())
        self._expect("{")
        while (word := self._next()) != "}":
            self._field(message, word)
            message.field[-1].oneof_index = len(message.oneof_decl) - 1

    def _field(self, message, word):
        field = message.field.add(label=self._field_proto.LABEL_OPTIONAL)
        if word in ("repeated", "map"):
            field.label = self._field_proto.LABEL_REPEATED
        if word == "map":
            self._map(message, field)
            return
        self._set_type(field, self._next() if word == "repeated" else word)
        field.name = self._next()
        field.number = self._number()

    def _map(self, message, field):
        """A map is a repeated message of key and value, declared inside the message it is in."""
        self._expect("<")
        key_type = self._next()
        self._expect(",")
        value_type = self._next()
        self._expect(">")
        field.name = self._next()
        field.number = self._number()
        field.type_name = "".join(map(str.capitalize, field.name.split("_"))) + "Entry"
        entry = message.nested_type.add(name=field.type_name)
        entry.options.map_entry = True
        optional = self._field_proto.LABEL_OPTIONAL
        self._set_type(entry.field.add(name="key", number=1, label=optional), key_type)
        self._set_type(entry.field.add(name="value", number=2, label=optional), value_type)

    def _set_type(self, field, word):
        if word in self._scalar_types:
            field.type = self._scalar_types[word]
        else:
            field.type_name = word

    def _number(self):
        self._expect("=")
        number = int(self._next())
        self._expect(";")
        return number

    def _string(self):
        value = self._next().strip('"')
        self._expect(";")
        return value

    def _next(self):
        if not self._tokens:
            raise SyntaxError(f"{_SCHEMA_FILE}: unexpected end")
        return self._tokens.pop()

    def _expect(self, token):
        if (got := self._next()) != token:
            raise SyntaxError(f"{_SCHEMA_FILE}: expected {token!r}, got {got!r}")
