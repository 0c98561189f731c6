"""Entries of the configuration that match nothing guard nothing, and say so."""

import pytest

from reconcile.model.contact import Identity, Role
from reconcile.model.guards import GuardLimits
from reconcile.model.settings import Policy, Protect
from reconcile.plan.guards.idle_entries import idle_entries

ROLES = [Role("customer"), Role("[Vip]"), Role("staff-tools")]

PEOPLE = [Identity("7", "user", "Owner@example.com", "C-7")]


@pytest.mark.parametrize(
    ("pattern", "advice"),
    [
        ("custmer", "did you mean 'customer'?"),
        ("[Vip]", "'[' begins a set of letters in a pattern: write '[[]Vip]'"),
        ("zzz", "correct it or take it out"),
        ("[z]", "correct it or take it out ('[' begins a set of letters, any one of which matches)"),
    ],
)
def test_a_pattern_that_matches_no_role_says_what_to_do(pattern: str, advice: str) -> None:
    """Be it that the role is spelt otherwise, or that its name has a sign of patterns."""
    (sentence,) = idle_entries(Policy(protect=Protect(roles=(pattern, "staff-*"))), ROLES, PEOPLE)
    assert sentence.endswith(f"the account has no such role: nothing is guarded by that; {advice}")
    assert f"'{pattern}'" in sentence


@pytest.mark.parametrize("name", ["owner@example.com", "C-7", "7"])
def test_a_contact_is_named_in_three_ways(name: str) -> None:
    """By e-mail in any case, by reference, by id."""
    policy = Policy(protect=Protect(contacts=(name,)), guards=GuardLimits({"staff": (name,)}))
    assert idle_entries(policy, ROLES, PEOPLE) == ()
    assert len(idle_entries(policy, ROLES, [])) == 2


def test_nobody_is_missed_where_contacts_may_be_missing() -> None:
    """A listing that is not whole proves no name wrong."""
    assert idle_entries(Policy(protect=Protect(contacts=("x@example.com",))), ROLES, None) == ()


def test_the_escaped_form_names_the_role() -> None:
    """The advice works."""
    assert idle_entries(Policy(protect=Protect(roles=("[[]Vip]",))), ROLES, PEOPLE) == ()
