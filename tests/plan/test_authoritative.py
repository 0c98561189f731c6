"""Patterns that are authoritative in additive mode: what they revoke, and what they leave as it is."""

from dataclasses import replace
from fnmatch import fnmatchcase

import pytest
from hypothesis import given

from reconcile.clock import OPEN
from reconcile.model.contact import State, item_name
from reconcile.model.declaration import Declaration, DeclaredGrant, Mode
from reconcile.model.facets import SETS, Facet, item_key
from reconcile.model.plans.operation import OriginKind
from reconcile.model.settings import Patterns, Policy
from reconcile.plan.digest import policy_digest, resolved_digest
from reconcile.plan.fold import fold
from tests.support.plans.declaration_strategies import NOW, PLACE, declarations, policies, states

NO_PATTERNS = Patterns()

ADDITIVE = Policy(roles=Mode.ADDITIVE, tags=Mode.ADDITIVE)

TRADE = replace(ADDITIVE, authoritative=Patterns(roles=("trade-account",)))


def matches(facet: Facet, name: str, policy: Policy) -> bool:
    patterns = policy.authoritative.of(facet)
    return any(fnmatchcase(item_key(facet, name), item_key(facet, pattern)) for pattern in patterns)


@given(declarations, states, policies)
def test_patterns_revoke_exactly_the_undeclared_items_that_match(
    declaration: Declaration, state: State, policy: Policy
) -> None:
    """Beside that the target is the one without them; a contact's own mode goes before them."""
    target = fold(declaration, state, policy, NOW).target
    kept = fold(declaration, state, replace(policy, authoritative=NO_PATTERNS), NOW)
    own = dict(declaration.modes)
    for facet in declaration.managed:
        if facet in SETS:
            assert target.items(facet) == tuple(
                item
                for item in kept.target.items(facet)
                if facet in own
                or kept.origins[facet, item_name(item)].kind is not OriginKind.ADDITIVE
                or not matches(facet, item_name(item), policy)
            )


@given(declarations, states, policies)
def test_patterns_that_match_all_are_the_authoritative_mode(
    declaration: Declaration, state: State, policy: Policy
) -> None:
    """Item by item they lead to the mode of the whole facet, so that a shop can get there in steps."""
    everything = Patterns(roles=("*",), tags=("*",))
    by_pattern = replace(policy, authoritative=everything)
    by_mode = replace(policy, roles=Mode.AUTHORITATIVE, tags=Mode.AUTHORITATIVE)
    assert fold(declaration, state, by_pattern, NOW).target == fold(declaration, state, by_mode, NOW).target


EARLIER = "sha256:ee092f4770a89bf28649478f42ffa2dcb814250b433d02f21426f1edd8c16180"
"""What version 0.1.0 noted of the following entry in additive mode."""

BOB = Declaration(PLACE, id="13", roles=(DeclaredGrant("customer", PLACE, window=OPEN),))


@pytest.mark.parametrize(
    ("declaration", "policy", "same"),
    [
        (BOB, TRADE, False),
        (replace(BOB, roles=None, tags=()), TRADE, True),
        (replace(BOB, modes=((Facet.ROLES, Mode.ADDITIVE),)), TRADE, True),
        (BOB, replace(TRADE, roles=Mode.AUTHORITATIVE), False),
        (BOB, replace(ADDITIVE, authoritative=Patterns(tags=("vip",))), True),
    ],
    ids=["counts", "not-managed", "own-mode", "whole-facet", "other-facet"],
)
def test_a_declaration_comes_to_something_else_where_patterns_count(
    declaration: Declaration, policy: Policy, *, same: bool
) -> None:
    """So that a plan against a base looks at those contacts, and at no others."""
    before = resolved_digest(declaration, ADDITIVE)
    assert (resolved_digest(declaration, policy) == before) == same


def test_records_of_earlier_versions_count_where_there_are_no_patterns() -> None:
    """The digest of a declaration is that of version 0.1.0 until somebody writes the new key."""
    assert resolved_digest(BOB, ADDITIVE) == EARLIER
    assert policy_digest(TRADE, "a") != policy_digest(ADDITIVE, "a")
