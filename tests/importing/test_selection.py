"""Whom an import is about: what of each kind, and of all kinds together, a contact must meet."""

from datetime import timedelta

import pytest

from reconcile.importing.selection import Selectors, Unmet, select
from reconcile.model.contact import Contact, Grant, Identity, State
from reconcile.model.settings import Patterns, Policy
from tests.support.plans.import_accounts import NOW

EXPIRED = Grant("press", expires=NOW - timedelta(days=1))

ACCOUNT = (
    Contact(Identity("1", "user", "ann@example.com"), State((Grant("customer"),), ("Trade ",))),
    Contact(
        Identity("2", "user", "bob@example.com", "GB-2"), State((Grant("trade-account", "pending"),), ())
    ),
    Contact(Identity("3", "guest", "Ann@example.com"), State((Grant("customer"),), ())),
    Contact(Identity("4", "guest", "guest@example.com"), State((EXPIRED,), ("auto:imported",))),
    Contact(Identity("5", "branch", "", "GB-5"), State((Grant("staff-tools"),), ())),
    Contact(Identity("6", "user", "odd@example.com"), State(None, ())),
)

POLICY = Policy(ignore=Patterns(("staff-*",), ("auto:*",)))


def ids(selectors: Selectors) -> list[str]:
    return sorted(contact.identity.id for contact in select(ACCOUNT, selectors, POLICY, NOW).contacts)


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        (Selectors(), "1 2 3 6"),
        (Selectors(roles=("customer",)), "1 3"),
        (Selectors(roles=("customer", "trade-*")), "1 2 3"),
        (Selectors(roles=("Customer",)), ""),
        (Selectors(roles=("press",)), ""),
        (Selectors(tags=("TRADE",)), "1"),
        (Selectors(types=("user", "branch")), "1 2 6"),
        (Selectors(roles=("customer",), types=("guest",)), "3"),
        (Selectors(emails=("ANN@example.com",)), "1"),
        (Selectors(emails=("guest@example.com",)), "4"),
        (Selectors(ids=("5",), references=("GB-2",), emails=("guest@example.com",)), "2 4 5"),
        (Selectors(ids=("id 5",)), "5"),
        (Selectors(references=("gb-2",)), ""),
        (Selectors(ids=("1", "2"), roles=("customer",)), "1"),
    ],
)
def test_who_is_meant(selectors: Selectors, expected: str) -> None:
    """One selector of each kind must be met; names are one kind, and find those, too, that hold nothing."""
    assert ids(selectors) == expected.split()


def test_who_holds_nothing_to_be_managed_is_counted() -> None:
    """What is ignored or has expired is nothing; a set that could not be read may hold something."""
    everyone, guests = (
        select(ACCOUNT, one, POLICY, NOW) for one in (Selectors(), Selectors(types=("guest",)))
    )
    assert (everyone.holding_nothing, guests.holding_nothing) == (2, 1)
    assert select(ACCOUNT, Selectors(ids=("4", "5")), POLICY, NOW).holding_nothing == 0


def test_what_nobody_meets_is_named() -> None:
    """Most likely a typing mistake; that others of its kind are met does not hide it."""
    selectors = Selectors(roles=("customer", "custmer"), types=("guests",), ids=("1", "90"))
    assert select(ACCOUNT, selectors, POLICY, NOW).unmet == (
        Unmet("role", "custmer"),
        Unmet("type", "guests"),
        Unmet("id", "90"),
    )
