"""The page about declarations leaves no key out."""

from pathlib import Path

import pytest

from reconcile.declare.schema.containers import KeyedMapping
from reconcile.declare.schema.declarations import (
    BUNDLE,
    GRANT,
    TAGGING,
    address_mapping,
    contact_mapping,
    profile_mapping,
)

PAGE = Path(__file__).parent.parent.parent / "docs" / "declarations.md"

RECORDS = {
    "contact": contact_mapping(),
    "role": GRANT,
    "tag": TAGGING,
    "bundle": BUNDLE,
    "profile": profile_mapping(),
    "address": address_mapping(),
}


@pytest.mark.parametrize("name", RECORDS)
def test_every_key_is_on_the_page(name: str) -> None:
    """A key that nobody can read about does not exist."""
    text = PAGE.read_text(encoding="utf-8")
    record: KeyedMapping = RECORDS[name]
    assert [key.name for key in record.keys if f"`{key.name}`" not in text] == []
