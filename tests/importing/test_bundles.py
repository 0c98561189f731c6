"""Bundles that an import proposes: what they give, and what they leave to the entries."""

from reconcile.clock import Window
from reconcile.importing.bundles import ExistingBundles, with_bundles
from reconcile.model.declaration import DeclaredGrant, DeclaredItem, DeclaredTag
from reconcile.model.edits import NewEntry, WrittenItem
from reconcile.model.facets import Facet
from reconcile.model.problem import Place
from tests.support.plans.import_accounts import NOW


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


def gives(*items: DeclaredItem, empty: tuple[Facet, ...] = ()) -> dict[Facet, tuple[DeclaredItem, ...]]:
    facets = {item.key[0] for item in items}
    sets = {facet: tuple(item for item in items if item.key[0] is facet) for facet in facets}
    return {**sets, **dict.fromkeys(empty, ())}


CUSTOMER, NEWSLETTER = (DeclaredGrant(name, Place("a.yaml")) for name in ("customer", "newsletter"))


def test_a_bundle_that_is_there_is_used() -> None:
    """Somebody has named it: be it for one contact, no second one of the same is made."""
    existing: ExistingBundles = {"reader": gives(CUSTOMER, NEWSLETTER)}
    (one, other), bundles = with_bundles([entry(1, "customer newsletter press"), entry(2, "press")], existing)
    assert (one.bundles, one.roles) == (("reader",), (WrittenItem("press"),))
    assert other == entry(2, "press")
    assert bundles == ()


def test_a_bundle_that_gives_more_than_a_name_is_left_to_people() -> None:
    """One with a window, a status, or an empty set, which it would declare. Its name is taken, though."""
    window = DeclaredTag("trade", Place("a.yaml"), Window(expires=None, starts=NOW))
    status = DeclaredGrant("newsletter", Place("a.yaml"), "active")
    existing: ExistingBundles = {
        "Customer-Newsletter": gives(CUSTOMER, status),
        "trade": gives(CUSTOMER, NEWSLETTER, window),
        "empty": gives(CUSTOMER, NEWSLETTER, empty=(Facet.TAGS,)),
    }
    entries = [entry(number, "customer newsletter", "trade") for number in range(2)]
    assert with_bundles(entries, existing) == (tuple(entries), ())
    (bundle,) = with_bundles([entry(number, "customer newsletter") for number in range(3)], existing)[1]
    assert bundle.name == "customer-newsletter-2"
