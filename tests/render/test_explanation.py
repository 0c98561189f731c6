"""What is printed: hostile strings change no structure, masked texts name nobody, keys stay."""

import json
import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.documents.codec import encode_text
from reconcile.documents.explanation import ExplanationDocument
from reconcile.documents.reports import TimelineDocument
from reconcile.render.explanation import explanation_text
from reconcile.render.layout import TextLayout
from reconcile.render.masking.mask import mask
from reconcile.render.timeline.timeline_text import timeline_text
from reconcile.text import invisible_character
from tests.support.pages.hostile_plan import before, tame
from tests.support.pages.hostile_texts import HOSTILE
from tests.support.plans.explanation_samples import coming, explained, unmanaged

Change = Callable[[str], str]

TEXTS: dict[str, Callable[[Change], str]] = {
    "explained": lambda change: explanation_text(explained(change)),
    "unmanaged": lambda change: explanation_text(unmanaged(change)),
    "masked": lambda change: explanation_text(mask(explained(change))),
    "timeline": lambda change: timeline_text(coming(change)),
    "masked timeline": lambda change: timeline_text(mask(coming(change))),
}


def structure(text: str) -> list[str]:
    """What leads each line."""
    return [line[:13] if line.startswith("        ") else line[:4] for line in text.split("\n")[1:]]


def as_it_is(text: str) -> str:
    return text


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("shown", ["explained", "unmanaged", "timeline"])
def test_hostile_strings_change_no_structure(shown: str, name: str) -> None:
    """With a hostile string in every field at once the lines lead with the same as with harmless ones."""
    hostile, harmless = (TEXTS[shown](fill(HOSTILE[name])) for fill in (before, tame))
    assert structure(hostile) == structure(harmless)


@settings(deadline=None, max_examples=40)  # a busy machine is no fault
@given(hostile=st.text(min_size=1, max_size=30), shown=st.sampled_from(["explained", "timeline"]))
def test_no_string_changes_the_structure(hostile: str, shown: str) -> None:
    """The same for any string at all."""
    assert structure(TEXTS[shown](before(hostile))) == structure(TEXTS[shown](tame(hostile)))


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("shown", TEXTS)
def test_nothing_invisible_is_shown(shown: str, name: str) -> None:
    """Control, bidi, zero-width and other unseen characters are spelt out; every text can be encoded."""
    text = TEXTS[shown](before(HOSTILE[name]))
    text.encode("utf-8")
    assert invisible_character(text) is None
    kinds = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert {char for char in text if unicodedata.category(char) in kinds} <= {"\n"}


def test_the_sample_fills_every_field() -> None:
    """The corpus reaches each place where a string is shown: without it, none of the old is left."""
    for shown in ("explained", "unmanaged", "timeline"):
        assert not re.search(
            r"email|preview|trade|Ipswich|Agreement|evance\.me|team", TEXTS[shown](lambda _: "x")
        )


CANARIES = ("Zebedee", "canary", "Sorrel", "960777")


def personal(text: str) -> str:
    """Puts something personal wherever people put it: the declaration's address, names in files and tags."""
    told = {
        "bob@email.com": "zebedee.canary@canary-host.example",
        "01632 960000": "01632 960777",
        "gold": "ring 01632 960777",
        "Agreement 7": "asked for by zebedee.canary@canary-host.example",
        "contacts/team.yaml": "contacts/zebedee.canary@canary-host.example.yaml",
        "Tilney": "Zebedee",
    }
    return told.get(text, text)


MASKED: dict[str, tuple[Callable[[], str], Callable[[], str]]] = {
    "explanation": (
        lambda: explanation_text(mask(explained(personal))),
        lambda: explanation_text(explained(personal)),
    ),
    "explanation as JSON": (
        lambda: encode_text(ExplanationDocument, mask(explained(personal))),
        lambda: encode_text(ExplanationDocument, explained(personal)),
    ),
    "of nobody's": (
        lambda: explanation_text(mask(unmanaged(personal))),
        lambda: explanation_text(unmanaged(personal)),
    ),
    "timeline": (
        lambda: timeline_text(mask(coming(personal))),
        lambda: timeline_text(coming(personal)),
    ),
    "timeline as JSON": (
        lambda: encode_text(TimelineDocument, mask(coming(personal))),
        lambda: encode_text(TimelineDocument, coming(personal)),
    ),
}


@pytest.mark.parametrize("form", MASKED)
def test_what_is_masked_names_nobody(form: str) -> None:
    """Not one canary passes in any form; unmasked, each form shows some. Roles, lines and days stay."""
    masked, whole = (show() for show in MASKED[form])
    assert [canary for canary in CANARIES if canary.casefold() in masked.casefold()] == []
    assert any(canary.casefold() in whole.casefold() for canary in CANARIES)
    assert "newsletter" in masked
    assert masked.count("\n") == whole.count("\n")


def test_the_keys_of_an_explanation_are_what_the_page_documents() -> None:
    """A program can go by them: to rename one is another major version."""
    document = json.loads(encode_text(ExplanationDocument, explained(as_it_is)))
    assert document["format_version"] == "1.0"
    assert list(document) == [
        "format_version", "tool_version", "target", "account", "as_of", "timezone", "contact", "declared",
        "absent", "action", "managed", "untold", "items", "next", "refused",
    ]  # fmt: skip
    assert list(document["contact"]) == ["id", "type", "email", "reference", "source"]
    keys = {tuple(item) for item in document["items"]}
    assert keys == {
        ("facet", "item", "action", "told", "live", "target", "origin", "detail", "reason", "at", "source",
         "window", "passed_over", "next"),
    }  # fmt: skip
    assert document["managed"]["roles"] == {"mode": "authoritative", "set_by": "configuration"}
    newsletter = next(item for item in document["items"] if item["item"] == "newsletter")
    assert newsletter["passed_over"] == [
        {
            "bundle": "trade-customer",
            "status": None,
            "window": {"starts": None, "expires": None},
            "source": {"file": "contacts/team.yaml", "line": 9, "column": 1},
        }
    ]
    assert newsletter["next"] == {"at": "2026-11-30T09:00:00Z", "event": "lapses", "item": "newsletter"}


def test_the_keys_of_a_timeline_are_what_the_page_documents() -> None:
    """A program can go by them, too."""
    document = json.loads(encode_text(TimelineDocument, coming(as_it_is)))
    assert document["format_version"] == "1.0"
    assert list(document) == [
        "format_version", "tool_version", "target", "as_of", "until", "days", "timezone", "summary", "events",
    ]  # fmt: skip
    assert document["summary"] == {"contacts": 1, "starts": 2, "lapses": 3}
    assert {tuple(event) for event in document["events"]} == {
        ("at", "event", "facet", "item", "contact", "window", "origin", "detail", "reason", "source"),
    }  # fmt: skip
    assert [event["event"] for event in document["events"]].count("starts") == 2


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("shown", ["explained", "timeline"])
def test_lines_are_wrapped_to_the_terminal(shown: str, width: int) -> None:
    """No line is longer than the terminal is wide, but for a single word; and no word is lost."""
    found = explained(as_it_is) if shown == "explained" else coming(as_it_is)
    show = explanation_text if shown == "explained" else timeline_text
    narrow, wide = show(found, TextLayout(width=width)), show(found)
    assert narrow.split() == wide.split()
    assert all(len(line) <= width or len(line.split()) <= 5 for line in narrow.splitlines())


@pytest.mark.parametrize("shown", ["explained", "timeline"])
def test_colour_adds_nothing_but_colour(shown: str) -> None:
    """Without its escapes a coloured text is the plain one."""
    found = explained(as_it_is) if shown == "explained" else coming(as_it_is)
    show = explanation_text if shown == "explained" else timeline_text
    coloured = show(found, TextLayout(colour=True))
    assert coloured != show(found)
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == show(found)
