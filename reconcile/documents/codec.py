"""The one codec of our documents: a class describes a JSON object, and writing, reading and schema follow it.

    class VerdictDocument(Document[Verdict]):
        "What a guard says of the plan."

        name: Annotated[str, From("guard"), "The guard's name in `reconcile.yaml`."]
        passed: bool

Each annotation is a key, in the order in which the keys are written. Its value is the attribute of that name
of the model's class, unless the annotation says otherwise. So one more key is one more line here. A class of
the model that has the very form of its JSON, such as ``Place``, describes itself.

Why none of the libraries for this (msgspec was tried): what is wrong has to be said by its path and in our
words, never with the value itself, which may be personal; and one class of the model may be spread over
several objects, or several be gathered in one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from enum import Enum, StrEnum, auto
from operator import attrgetter
from types import NoneType, UnionType
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from .json_kinds import SCALARS, JsonKind, ListKind, MappingKind, NullableKind, Schema, words
from .json_value import JsonValue

M = TypeVar("M")


class Document(Generic[M]):
    """Describes the JSON object of a class of the model; it is never instantiated."""


@dataclass(frozen=True, slots=True)
class From:
    """The value is the attribute of that name."""

    attribute: str


@dataclass(frozen=True, slots=True)
class Derived:
    """The value is written from a path of attributes or by a function; it is never read."""

    source: str | Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class LeftOutWhen:
    """The key is left out for this value, which is the model's default."""

    value: bool


class Layout(Enum):
    """Where the keys of a described object stand, if not in an object of their own under their key.

    INLINE: among the keys around them. GROUPED: in an object, but as attributes of the model's object around.
    """

    INLINE = auto()
    GROUPED = auto()


INLINE, GROUPED = Layout

NOT_IN_JSON = object()
"""Marks an attribute of a class that describes itself which is no key of its object."""


def encode(document: type[Document[M]], value: M) -> dict[str, Any]:
    """A value of the model as JSON's types, in the order in which the keys are documented."""
    return object_kind(document).write(value)


def decode(document: type[Document[M]], value: JsonValue, **known: Any) -> M:
    """The reverse; ValueError with the path of what is wrong. ``known`` are attributes told elsewhere."""
    kind = object_kind(document)
    model: M = kind.model(**kind.attributes(value), **known)
    return model


def encode_itself(value: Any) -> dict[str, Any]:
    """A value whose class describes itself, as JSON's types."""
    return object_kind(type(value)).write(value)


def decode_leniently(shape: type[M], content: Any, **known: Any) -> M:
    """A value whose class describes itself, of what is there, unchecked: for what was written long ago.

    What is missing has its default; without one, asking for it raises AttributeError. ``known`` are
    attributes told elsewhere.
    """
    model: M = object_kind(shape).read_leniently(content)
    for name, value in known.items():
        object.__setattr__(model, name, value)
    return model


@dataclass(frozen=True, slots=True)
class JsonKey:
    """One key of an object: where the model has its value, of which kind it is, and what is said of it."""

    name: str
    kind: JsonKind
    get: Callable[[Any], Any]
    attribute: str | None
    left_out: LeftOutWhen | None
    about: str

    def write(self, model: Any, members: dict[str, Any]) -> None:
        """Add the key's value to an object's members."""
        value = self.get(model)
        if self.left_out is None or value is not self.left_out.value:
            members[self.name] = self.kind.write(value)

    def read(self, holder: JsonValue, attributes: dict[str, Any]) -> None:
        """Add the value to the attributes of the model, if it is one."""
        if self.attribute and (self.left_out is None or holder.has(self.name)):
            attributes[self.attribute] = self.kind.read_key(holder, self.name)

    def keys(self) -> Iterator["JsonKey"]:
        """The keys that stand in the object itself."""
        yield self

    def schema(self) -> Schema:
        """What a JSON Schema says of the value."""
        schema = self.kind.schema()
        if self.left_out is not None:
            schema["not"] = {"const": self.left_out.value}
        return {**({"description": self.about} if self.about else {}), **schema}


class GroupedKeys(JsonKey):
    """An object with keys that are of the object of the model around it."""

    __slots__ = ()
    kind: "ObjectKind"

    def read(self, holder: JsonValue, attributes: dict[str, Any]) -> None:
        """See JsonKey."""
        attributes.update(self.kind.attributes(holder.key(self.name)))


class InlineKeys(JsonKey):
    """The keys of another object of the model, among those around them."""

    __slots__ = ()
    kind: "ObjectKind"

    def write(self, model: Any, members: dict[str, Any]) -> None:
        """See JsonKey."""
        members.update(self.kind.write(self.get(model)))

    def read(self, holder: JsonValue, attributes: dict[str, Any]) -> None:
        """See JsonKey."""
        if self.attribute:
            attributes[self.attribute] = self.kind.read(holder)

    def keys(self) -> Iterator[JsonKey]:
        """See JsonKey."""
        return self.kind.all_keys()


@dataclass(frozen=True, slots=True)
class ObjectKind(JsonKind):
    """An object as a class describes it."""

    model: type[Any]
    rows: tuple[JsonKey, ...]
    about: str

    def all_keys(self) -> Iterator[JsonKey]:
        """The keys that stand in the object."""
        for row in self.rows:
            yield from row.keys()

    def attributes(self, value: JsonValue) -> dict[str, Any]:
        """The attributes of the model that the object tells."""
        attributes: dict[str, Any] = {}
        for row in self.rows:
            row.read(value, attributes)
        return attributes

    def write(self, value: Any) -> dict[str, Any]:
        """See JsonKind."""
        members: dict[str, Any] = {}
        for row in self.rows:
            row.write(value, members)
        return members

    def read(self, value: JsonValue) -> Any:
        """See JsonKind."""
        return self.model(**self.attributes(value))

    def read_leniently(self, value: Any) -> Any:
        """See JsonKind."""
        if not isinstance(value, Mapping):
            return value
        model = object.__new__(self.model)
        for name, default in _defaults(self.model):
            object.__setattr__(model, name, default)
        for row in self.rows:
            if row.name in value:
                object.__setattr__(model, row.name, row.kind.read_leniently(value[row.name]))
        return model

    def schema(self) -> Schema:
        """See JsonKind."""
        keys = list(self.all_keys())
        rules = [rule for key in keys if (rule := key.kind.object_rule(key.name))]
        return {
            **({"description": self.about} if self.about else {}),
            "type": "object",
            "required": [key.name for key in keys if key.left_out is None],
            "properties": {key.name: key.schema() for key in keys},
            **({"allOf": rules} if rules else {}),
        }

    def closing_schema(self) -> Schema:
        """See JsonKind."""
        closing = {key.name: key.kind.closing_schema() for key in self.all_keys()}
        inner = {name: schema for name, schema in closing.items() if schema}
        return {"propertyNames": {"enum": list(closing)}, **({"properties": inner} if inner else {})}


def _defaults(model: type[Any]) -> Iterator[tuple[str, Any]]:
    for field in fields(model):
        if field.default is not MISSING:
            yield field.name, field.default


_KINDS: dict[type[Any], ObjectKind] = {}


def object_kind(shape: type[Any]) -> ObjectKind:
    """The JSON object that a class describes: of the model's class that a document names, or of its own."""
    if shape not in _KINDS:
        _KINDS[shape] = _described_object(shape)
    return _KINDS[shape]


def _described_object(shape: type[Any]) -> ObjectKind:
    hints = get_type_hints(shape, include_extras=True)
    rows = tuple(_key(name, hint) for name, hint in hints.items() if NOT_IN_JSON not in get_args(hint))
    if not issubclass(shape, Document):
        return ObjectKind(shape, rows, "")
    return ObjectKind(_described_model(shape), rows, " ".join((shape.__doc__ or "").split()))


def _described_model(document: type[Document[Any]]) -> Any:
    bases = (base for shape in document.__mro__ for base in shape.__dict__.get("__orig_bases__", ()))
    return next(get_args(base)[0] for base in bases if get_origin(base) is Document)


def _key(name: str, hint: Any) -> JsonKey:
    notes = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    kind, layout = _kind(hint), _noted(notes, Layout)
    get, attribute = _source(name, notes)
    about = " ".join(note for note in notes if isinstance(note, str))
    row = {None: JsonKey, INLINE: InlineKeys, GROUPED: GroupedKeys}[layout]
    if layout is GROUPED:
        get, attribute = _itself, None
    return row(name, kind, get, attribute, _noted(notes, LeftOutWhen), about)


def _noted(notes: tuple[Any, ...], kind: type[M]) -> M | None:
    return next((note for note in notes if isinstance(note, kind)), None)


def _itself(model: Any) -> Any:
    return model


def _source(name: str, notes: tuple[Any, ...]) -> tuple[Callable[[Any], Any], str | None]:
    """How to get a key's value from the model, and its attribute; None where reading leaves it out."""
    derived, renamed = _noted(notes, Derived), _noted(notes, From)
    if derived is not None:
        source = derived.source
        return (attrgetter(source) if isinstance(source, str) else source), None
    attribute = renamed.attribute if renamed else name
    return attrgetter(attribute), attribute


def _kind(hint: Any) -> JsonKind:
    """The kind of a value by its type, or the one that its key names."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _noted(arguments[1:], JsonKind) or _kind(arguments[0])
    if origin in (Union, UnionType):
        (inner,) = (argument for argument in arguments if argument is not NoneType)
        return NullableKind(_kind(inner))
    if origin is tuple:
        return ListKind(_kind(arguments[0]))
    if origin is Mapping:
        return MappingKind(_kind(arguments[1]))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return words(hint)
    return SCALARS.get(hint) or object_kind(hint)
