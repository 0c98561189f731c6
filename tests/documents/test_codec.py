"""The codec of our documents: what a class describes is written, read and told to others alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from jsonschema import Draft202012Validator

from reconcile.documents.codec import (
    GROUPED,
    INLINE,
    Derived,
    Document,
    From,
    LeftOutWhen,
    decode,
    decode_leniently,
    encode,
    encode_itself,
    object_shape,
)
from reconcile.documents.json_text import JsonValue


@dataclass(frozen=True)
class Wheel:
    """What a toy has."""

    size: int
    spare: bool = False


@dataclass(frozen=True)
class Toy:
    """A toy of the model."""

    title: str
    wheels: tuple[Wheel, ...]
    front: Wheel
    colour: str | None = None
    weights: Mapping[str, int | None] | None = None


@dataclass(frozen=True)
class Cart:
    """A class that has the form of its JSON, of such classes."""

    wheels: tuple[Wheel, ...]
    load: int | None = None


class WheelDocument(Document[Wheel]):
    """One wheel."""

    size: Annotated[int, "In inches."]
    spare: Annotated[bool, LeftOutWhen(False)]


class LookDocument(Document[Toy]):
    """How the toy looks."""

    colour: str | None


class ToyDocument(Document[Toy]):
    """A toy."""

    name: Annotated[str, From("title")]
    count: Annotated[int, Derived(lambda toy: len(toy.wheels))]
    wheels: tuple[WheelDocument, ...]
    front: Annotated[WheelDocument, INLINE]
    look: Annotated[LookDocument, GROUPED]


class HeavierToyDocument(ToyDocument):
    """The same with one more line."""

    weights: Mapping[str, int | None] | None


TOY = Toy("Train", (Wheel(3), Wheel(4, spare=True)), Wheel(5), "red", {"engine": 2, "bell": None})

JSON = {
    "name": "Train",
    "count": 2,
    "wheels": [{"size": 3}, {"size": 4, "spare": True}],
    "size": 5,
    "look": {"colour": "red"},
}


def valid(document: type[Document[Any]], value: Any) -> bool:
    schema = object_shape(document).schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema).is_valid(value)


def test_a_document_is_written_and_read_as_its_class_says() -> None:
    """In its order; what is derived is not read, and what the class does not name has its default."""
    assert list(encode(ToyDocument, TOY).items()) == list(JSON.items())
    read = decode(ToyDocument, JsonValue({**JSON, "count": "not read", "invented": 1}))
    assert read == Toy(TOY.title, TOY.wheels, TOY.front, TOY.colour)
    assert valid(ToyDocument, JSON)
    assert not valid(ToyDocument, {**JSON, "count": "not read"})


def test_another_key_is_another_line() -> None:
    """In what is written, in what is read and in the schema, without touching anything else."""
    written = encode(HeavierToyDocument, TOY)
    assert written == {**JSON, "weights": {"engine": 2, "bell": None}}
    assert decode(HeavierToyDocument, JsonValue(written)) == TOY
    assert valid(HeavierToyDocument, written)
    assert not valid(HeavierToyDocument, {**written, "weights": {"engine": "x"}})
    assert not valid(HeavierToyDocument, JSON)
    with pytest.raises(ValueError, match=r"^weights is missing$"):
        decode(HeavierToyDocument, JsonValue(JSON))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": 1}, "name is not a string"),
        ({"wheels": {}}, "wheels is not a list"),
        ({"wheels": [{"size": 3}, {"size": True}]}, r"wheels\[1\].size is not a whole number from 0"),
        ({"wheels": [{"size": 3, "spare": None}]}, r"wheels\[0\].spare is not true or false"),
        ({"look": None}, "look is not an object"),
        ({"look": {"colour": 1}}, "look.colour is not a string"),
        ({"weights": {"bell": -1}}, "weights.bell is not a whole number from 0"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(changed: dict[str, Any], message: str) -> None:
    """Reading and the schema refuse it, and the value is not repeated."""
    document = {**JSON, "weights": {}, **changed}
    assert not valid(HeavierToyDocument, document)
    with pytest.raises(ValueError, match=f"^{message}$"):
        decode(HeavierToyDocument, JsonValue(document))


def test_a_closed_schema_takes_no_further_key() -> None:
    """At any depth."""
    closed = Draft202012Validator(object_shape(ToyDocument).closing_schema())
    assert closed.is_valid(JSON)
    assert not closed.is_valid({**JSON, "invented": 1})
    assert not closed.is_valid({**JSON, "wheels": [{"size": 3, "invented": 1}]})
    assert not closed.is_valid({**JSON, "look": {"invented": 1}})


def test_a_class_that_has_the_form_of_its_json_describes_itself() -> None:
    """Strictly written; read leniently, it may miss what has a default, at any depth."""
    assert encode_itself(Wheel(3)) == {"size": 3, "spare": False}
    assert decode_leniently(Wheel, {"size": 3}) == Wheel(3)
    assert decode_leniently(Cart, {"wheels": [{"size": 3, "invented": 1}]}) == Cart((Wheel(3),))
    for content, message in (
        ({"size": "odd"}, "content.size is not a whole number from 0"),
        ({"spare": True}, "content.size is missing"),
        ([], "content is not an object"),
    ):
        with pytest.raises(ValueError, match=f"^{message}$"):
            decode_leniently(Wheel, content)
    with pytest.raises(ValueError, match=r"^content.wheels\[0\].spare is not true or false$"):
        decode_leniently(Cart, {"wheels": [{"size": 3, "spare": 1}]})
