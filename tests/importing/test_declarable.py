"""What an import takes for sayable is what declarations take: the two must not drift apart."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconcile.clock import LATEST, zone
from reconcile.declare.problems import ProblemList
from reconcile.declare.schema.declarations import contact_mapping
from reconcile.declare.schema.scalars import window_end
from reconcile.declare.yaml.reader import read_tree
from reconcile.importing.declarable import (
    can_declare,
    can_declare_email,
    can_declare_field,
    can_declare_id,
    written_end,
    written_tag,
)
from reconcile.model.facets import Facet, tag_key
from reconcile.wire.fields import ADDRESS_FIELDS, PROFILE_FIELDS
from tests.support.pages.hostile_texts import HOSTILE

TEXTS = st.text(max_size=8) | st.sampled_from(
    [
        *HOSTILE.values(),
        "a@b.de",
        "A.b+c@d.example.org",
        "a@b",
        "GB",
        "UK",
        "13",
        "013",
        "x" * 201,
        "<b",
        "< b",
    ]
)

SCHEMA = contact_mapping()


def is_taken(entry: dict[str, Any]) -> bool:
    """Whether a declaration may say this, in quotes; a lone surrogate can't even be saved."""
    problems = ProblemList("a.yaml", [])
    try:
        data = json.dumps(entry, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    root = read_tree(data, problems)
    if root is not None and not problems.problems:
        SCHEMA.read(root, problems)
    return not problems.problems


SAYABLE: dict[str, tuple[Callable[[str], bool], Callable[[str], dict[str, Any]]]] = {
    "role": (can_declare, lambda text: {"roles": [text]}),
    "role with an end": (can_declare, lambda text: {"roles": [{"reference": text, "expires": "2027-01-31"}]}),
    "tag": (can_declare, lambda text: {"tags": [{"value": text}]}),
    "reference": (can_declare, lambda text: {"reference": text}),
    "email": (can_declare_email, lambda text: {"email": text}),
    "id": (can_declare_id, lambda text: {"id": text}),
}


@pytest.mark.parametrize("kind", sorted(SAYABLE))
@given(text=TEXTS)
@settings(max_examples=60)
def test_texts(kind: str, text: str) -> None:
    """Whatever the account holds is said where it may be, and is not where it may not."""
    can_be_said, entry = SAYABLE[kind]
    assert can_be_said(text) == is_taken(entry(text))


FIELDS = [(Facet.PROFILE, field.name) for field in PROFILE_FIELDS.values()] + [
    (Facet.ADDRESS, field.name) for field in ADDRESS_FIELDS.values()
]


@given(st.sampled_from(FIELDS), st.none() | TEXTS)
@settings(max_examples=200)
@example((Facet.PROFILE, "email"), None)
@example((Facet.ADDRESS, "countryCode"), None)
@example((Facet.ADDRESS, "countryCode"), "UK")
@example((Facet.PROFILE, "biography"), "one\ntwo\tthree")
@example((Facet.PROFILE, "company"), "x" * 201)
def test_fields(field: tuple[Facet, str], value: str | None) -> None:
    """A field gets the live value only where a declaration may give it; the account has no empty texts."""
    facet, name = field
    if value != "":
        assert can_declare_field(facet, name, value) == is_taken({facet.value: {name: value}})


@given(TEXTS)
def test_a_tag_is_written_without_blanks(value: str) -> None:
    """What is written of a tag is the same tag."""
    written = written_tag(value)
    assert written is None or (can_declare(written) and tag_key(written) == tag_key(value))
    assert written is not None or not can_declare(value)


@given(
    expires=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(  # noqa: DTZ001
        lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
    ),
    timezone=st.sampled_from(["UTC", "Europe/London", "Pacific/Apia", "America/Sao_Paulo", "Asia/Kathmandu"]),
    whole=st.booleans(),
)
@example(expires=LATEST, timezone="UTC", whole=False)
@example(expires=LATEST, timezone="Pacific/Apia", whole=False)
def test_an_end_is_read_as_it_was(expires: datetime, timezone: str, *, whole: bool) -> None:
    """A bare date or an instant: the loader makes the very same instant of it."""
    if whole:
        expires = window_end(expires.date(), zone(timezone))
    written = written_end(expires, timezone)
    assert written is not None
    assert window_end(written, zone(timezone)) == expires
    assert not whole or not isinstance(written, datetime)
