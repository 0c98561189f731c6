"""What a guard counts is counted over the runs of its hours: many small runs do as much as a large one."""

import pytest

from tests.support.sandbox.sandbox_account import SandboxAccount

ONE, TWO, THREE = (
    "rosalind.keane@example.com",
    "mei.tan@example.org",
    "harriet@mowbraydesign.example.net",
)

COUNTED = ("changing-email", "granting", "creating")

CHANGING = "guards: {changing-email: 2}\n"

CREATING = "guards: {creating: 2}\n"

GRANTING = "guards: {granting: {roles: [seasonal-*], contacts: 2}}\n"


def moving(*people: str) -> str:
    """Each gets another address."""
    entries = (f"  - {{email: {one}, profile: {{email: {one}.example.com}}}}\n" for one in people)
    return "contacts:\n" + "".join(entries)


def giving(*people: str) -> str:
    """Each gets a privileged role beside those that it has."""
    entries = (
        f"  - {{email: {one}, roles: [seasonal-sale], manage: {{roles: additive}}}}\n" for one in people
    )
    return "contacts:\n" + "".join(entries)


def creating(*people: str) -> str:
    """Each is a new contact beside the one that has the address in the shop."""
    entries = (
        f"  - {{email: new.{one}, create: true, type: user, profile: {{firstname: New, lastname: Person}}}}\n"
        for one in people
    )
    return "contacts:\n" + "".join(entries)


@pytest.mark.parametrize(
    ("settings", "declared"), [(CHANGING, moving), (GRANTING, giving), (CREATING, creating)]
)
def test_a_third_contact_is_refused_in_a_run_of_its_own(
    sandbox_account: SandboxAccount, settings: str, declared: object
) -> None:
    """Two may in a day; an override names the whole number, and after a day the next two may."""
    assert callable(declared)
    checkout = sandbox_account.checkout(declared(ONE), settings=settings)
    for person in (ONE, TWO):
        checkout.declare(declared(person))
        done = checkout.apply()
        assert done.code == 0, done.said
    checkout.declare(declared(THREE))
    written = len(sandbox_account.writes())
    refused = checkout.apply()
    assert refused.code == 3, refused.said
    assert "3 contacts would " in refused.err
    assert "(2 of them in the last 24 hours); the limit is 2" in refused.err
    too_low = (part for guard in COUNTED for part in ("--allow", f"{guard}=2"))
    assert checkout.apply(*too_low).code == 3
    assert len(sandbox_account.writes()) == written
    assert checkout.apply(as_of="2026-11-24T09:00:01Z").code == 0


def test_with_a_limit_of_0_each_gain_has_an_override_of_its_own(sandbox_account: SandboxAccount) -> None:
    """There is nothing to be split: a review of the second gain need not know of the first."""
    checkout = sandbox_account.checkout(giving(ONE), settings=GRANTING.replace("2}", "0}"))
    for person in (ONE, TWO):
        checkout.declare(giving(person))
        assert checkout.apply().code == 3
        assert checkout.apply("--allow", "granting=1").code == 0


def test_a_new_contact_that_gained_a_role_counts(sandbox_account: SandboxAccount) -> None:
    """Created with a privileged role, its id is known from the answer."""
    new = (
        "contacts: [{email: new@example.com, create: true, type: user, roles: [seasonal-sale],"
        " profile: {firstname: New, lastname: Person}}]\n"
    )
    checkout = sandbox_account.checkout(new, settings=GRANTING.replace("contacts: 2", "contacts: 1"))
    assert checkout.apply().code == 0
    checkout.declare(giving(ONE))
    refused = checkout.apply()
    assert refused.code == 3, refused.said
    assert "granting: 2 contacts would gain a privileged role (1 of them in the last 24 hours)" in refused.err
