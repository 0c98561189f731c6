"""Bundles that an import proposes: what they give, and what they leave to the entries."""

from reconcile.importing.bundles import with_bundles
from reconcile.model.edits import NewEntry, WrittenItem


def entry(number: int, roles: str | None, tags: str | None = None) -> NewEntry:
    items = [None if names is None else tuple(map(WrittenItem, names.split())) for names in (roles, tags)]
    return NewEntry(email=f"c{number}@example.com", roles=items[0], tags=items[1])


def test_a_facet_that_an_entry_leaves_undeclared_stays_so() -> None:
    """`tags: []` would be a revocation of every tag that somebody gives later; `roles: []` was meant."""
    entries = [
        entry(1, "a b"),
        entry(2, "a b"),
        entry(3, "a b c"),
        entry(4, "", "a b"),
        entry(5, None, "a b"),
    ]
    shortened, (bundle,) = with_bundles(entries)
    assert [item.name for item in bundle.roles] == ["a", "b"]
    assert [(one.bundles, one.roles, one.tags) for one in shortened[:3]] == [
        (("a-b",), None, None),
        (("a-b",), None, None),
        (("a-b",), (WrittenItem("c"),), None),
    ]
    assert shortened[3:] == tuple(entries[3:])


def test_in_a_large_shop_a_bundle_is_for_many() -> None:
    """For a hundredth of the contacts and more: a list of fifty bundles says nothing about a shop."""
    many = [entry(number, "customer newsletter") for number in range(397)]
    three = [entry(number, "press preview") for number in range(397, 400)]
    assert [bundle.name for bundle in with_bundles([*many, *three])[1]] == ["customer-newsletter"]
    assert [bundle.name for bundle in with_bundles(three)[1]] == ["press-preview"]
