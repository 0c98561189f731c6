"""The one codec of our documents: a class describes a JSON object, and writing, reading and schema follow it.

    class VerdictDocument(Document[Verdict]):
        "What a guard says of the plan."

        name: Annotated[str, From("guard"), "The guard's name in `reconcile.yaml`."]
        passed: bool

Each annotation is a key, in the order in which the keys are written. Its value is the attribute of that name
of the model's class, unless the annotation says otherwise. So one more key is one more line. A class of the
model that has the very form of its JSON, such as ``Window``, describes itself.

No library does this for us. msgspec, which was tried, repeats a wrong word in its message, and the word may
be personal; its path does not name the key of a mapping; and it neither spreads one class of the model over
several objects nor gathers several classes in one object.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from enum import Enum, StrEnum, auto
from operator import attrgetter
from types import NoneType, UnionType
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from .json_kinds import SCALARS, JsonKind, Schema, as_it_is, list_of, mapping_of, nullable, words
from .json_text import JsonValue, json_text

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
    """The key is left out for this value, which is the model's default: earlier versions had no such key."""

    value: bool | int | str | tuple[()] | None


@dataclass(frozen=True, slots=True)
class AddedLater:
    """The key is always written; documents of earlier versions had none, and mean the model's default."""


class Layout(Enum):
    """Where the keys of a described object stand.

    OWN: in an object of their own under their key. GROUPED: there, too, but their values are attributes of
    the model's object around. INLINE: among the keys around.
    """

    OWN = auto()
    GROUPED = auto()
    INLINE = auto()


GROUPED, INLINE = Layout.GROUPED, Layout.INLINE

NOT_IN_JSON = object()
"""Marks an attribute of a class that describes itself which is no key of its object."""


def encode(document: type[Document[M]], value: M) -> dict[str, Any]:
    """A value of the model as JSON's types, in the order in which the keys are documented."""
    return object_shape(document).write(value)


def encode_text(document: type[Document[M]], value: M) -> str:
    """A value of the model as the text of a file in JSON."""
    return json_text(encode(document, value))


def decode(document: type[Document[M]], value: JsonValue, **known: Any) -> M:
    """The reverse; ValueError with the path of what is wrong. ``known`` are attributes told elsewhere."""
    shape = object_shape(document)
    model: M = shape.model(**shape.attributes(value), **known)
    return model


def encode_itself(value: Any) -> dict[str, Any]:
    """A value whose class describes itself, as JSON's types."""
    return object_shape(type(value)).write(value)


def decode_leniently(described: type[M], content: Any, **known: Any) -> M:
    """A value whose class describes itself, of what earlier versions wrote: what is missing has its default.

    ValueError with the path (``content.at``) of what is wrong, or missing without a default. ``known`` are
    attributes told elsewhere.
    """
    model: M = object_shape(described).read_leniently(JsonValue(content, "content"), **known)
    return model


@dataclass(frozen=True, slots=True)
class JsonKey:
    """One key of an object: where the model has its value, of which kind it is, and what is said of it.

    ``attribute`` is None where the value is only written. ``optional``: a document may miss the key, which
    then means the model's default. ``shape`` is that of an object in another layout.
    """

    name: str
    kind: JsonKind
    get: Callable[[Any], Any]
    attribute: str | None
    left_out: LeftOutWhen | None
    about: str
    optional: bool = False
    layout: Layout = Layout.OWN
    shape: "ObjectShape | None" = None

    def write(self, model: Any, members: dict[str, Any]) -> None:
        """Add the value to an object's members."""
        value = self.get(model)
        if self.layout is INLINE:
            members.update(self.kind.write(value))
        elif self.left_out is None or value != self.left_out.value:
            members[self.name] = self.kind.write(value)

    def read(self, holder: JsonValue, attributes: dict[str, Any]) -> None:
        """Add the value to the attributes of the model, if it is one."""
        if self.shape and self.layout is GROUPED:
            attributes.update(self.shape.attributes(holder.key(self.name)))
        elif self.attribute and (not self.optional or holder.has(self.name)):
            attributes[self.attribute] = self._value(holder)

    def _value(self, holder: JsonValue) -> Any:
        if self.kind.read_key is not None:
            return self.kind.read_key(holder, self.name)
        return self.kind.read(holder if self.layout is INLINE else holder.key(self.name))

    def schema(self) -> Schema:
        """What a JSON Schema says of the value."""
        described = {"description": self.about} if self.about else {}
        excluded = {"not": {"const": _as_json(self.left_out.value)}} if self.left_out else {}
        return {**described, **self.kind.schema, **excluded}


def _as_json(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True)
class ObjectShape:
    """An object as a class describes it."""

    model: type[Any]
    rows: tuple[JsonKey, ...]
    about: str

    def keys(self) -> Iterator[JsonKey]:
        """The keys that stand in the object itself."""
        for row in self.rows:
            yield from row.shape.keys() if row.shape and row.layout is INLINE else (row,)

    def write(self, value: Any) -> dict[str, Any]:
        """The object of a value of the model."""
        members: dict[str, Any] = {}
        for row in self.rows:
            row.write(value, members)
        return members

    def attributes(self, value: JsonValue) -> dict[str, Any]:
        """The attributes of the model that an object tells."""
        attributes: dict[str, Any] = {}
        for row in self.rows:
            row.read(value, attributes)
        return attributes

    def read_leniently(self, value: JsonValue, **known: Any) -> Any:
        """The model of an object that may miss what has a default."""
        optional = {field.name for field in fields(self.model) if field.default is not MISSING}
        rows = [row for row in self.rows if value.has(row.name) or row.name not in optional]
        read = {row.name: row.kind.leniently(value.key(row.name)) for row in rows}
        return self.model(**read, **known)

    def schema(self) -> Schema:
        """What a JSON Schema says of an object that may have further keys."""
        keys = list(self.keys())
        rules = [key.kind.object_rule(key.name) for key in keys if key.kind.object_rule]
        return {
            **({"description": self.about} if self.about else {}),
            "type": "object",
            "required": [key.name for key in keys if not key.optional],
            "properties": {key.name: key.schema() for key in keys},
            **({"allOf": rules} if rules else {}),
        }

    def closing_schema(self) -> Schema:
        """What a JSON Schema adds to allow no further keys, at any depth."""
        closing = {key.name: key.kind.closing for key in self.keys()}
        inner = {name: schema for name, schema in closing.items() if schema}
        return {"propertyNames": {"enum": list(closing)}, **({"properties": inner} if inner else {})}

    def kind(self) -> JsonKind:
        """The object as a kind of value."""
        return JsonKind(
            lambda value: self.model(**self.attributes(value)),
            self.schema(),
            self.write,
            self.closing_schema(),
            self.read_leniently,
        )


_SHAPES: dict[type[Any], ObjectShape] = {}


def object_shape(described: type[Any]) -> ObjectShape:
    """The object that a class describes: of the model's class that a document names, or of its own."""
    if described not in _SHAPES:
        hints = get_type_hints(described, include_extras=True)
        rows = (_key(name, hint) for name, hint in hints.items() if NOT_IN_JSON not in get_args(hint))
        about = " ".join((described.__doc__ or "").split()) if issubclass(described, Document) else ""
        _SHAPES[described] = ObjectShape(_model(described), tuple(rows), about)
    return _SHAPES[described]


def _model(described: type[Any]) -> Any:
    """The class of the model that a class describes: what a document names, or itself."""
    bases = (base for ancestor in described.__mro__ for base in ancestor.__dict__.get("__orig_bases__", ()))
    return next((get_args(base)[0] for base in bases if get_origin(base) is Document), described)


def _key(name: str, hint: Any) -> JsonKey:
    notes = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    layout = _noted(notes, Layout) or Layout.OWN
    get, attribute = _source(name, notes)
    if layout is GROUPED:
        get, attribute = as_it_is, None
    about = " ".join(note for note in notes if isinstance(note, str))
    shape = None if layout is Layout.OWN else object_shape(get_args(hint)[0])
    left_out = _noted(notes, LeftOutWhen)
    optional = left_out is not None or _noted(notes, AddedLater) is not None
    return JsonKey(name, _kind(hint), get, attribute, left_out, about, optional, layout, shape)


def _noted(notes: tuple[Any, ...], kind: type[M]) -> M | None:
    return next((note for note in notes if isinstance(note, kind)), None)


def _source(name: str, notes: tuple[Any, ...]) -> tuple[Callable[[Any], Any], str | None]:
    """How to get a key's value from the model, and its attribute; None where it is only written."""
    derived, renamed = _noted(notes, Derived), _noted(notes, From)
    if derived is not None:
        return attrgetter(derived.source) if isinstance(derived.source, str) else derived.source, None
    attribute = renamed.attribute if renamed else name
    return attrgetter(attribute), attribute


def _kind(hint: Any) -> JsonKind:
    """The kind of a value by its type, or the one that its key names."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _noted(arguments[1:], JsonKind) or _kind(arguments[0])
    if origin in (Union, UnionType):
        (inner,) = (argument for argument in arguments if argument is not NoneType)
        return nullable(_kind(inner))
    if origin is tuple:
        return list_of(_kind(arguments[0]))
    if origin is Mapping:
        return mapping_of(_kind(arguments[1]))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return words(hint)
    return SCALARS.get(hint) or object_shape(hint).kind()
