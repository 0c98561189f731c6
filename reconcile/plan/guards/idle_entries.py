"""Entries of the configuration that should guard or revoke something, and match nothing in the account.

A misspelt name protects nobody, a misspelt pattern revokes nothing, and nothing else would ever say so.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from reconcile.model.contact import Identity, Role, email_key
from reconcile.model.guards import GRANTING_ROLES, STAFF
from reconcile.model.settings import Policy
from reconcile.plan.contact_plan import ContactPlan
from reconcile.text import nearest

from .facts import matches
from .people import is_named

_GUARDED, _REVOKED = "nothing is guarded by that", "no role is revoked by that"


def idle_entries(
    policy: Policy,
    roles: Iterable[Role],
    identities: Iterable[Identity] | None,
    planned: Sequence[ContactPlan] = (),
) -> tuple[str, ...]:
    """A sentence for each entry that matches nothing, with what to do about it.

    ``identities`` are all contacts of the account; None when some may be missing: then none is missed.
    ``planned`` are contacts that may be about to get the name that is looked for.
    """
    references = sorted(role.reference for role in roles)
    idle_contacts = () if identities is None else _idle_contacts(policy, identities, planned)
    return (*_idle_roles(policy, references), *idle_contacts)


def _idle_roles(policy: Policy, references: Sequence[str]) -> Iterator[str]:
    entries = {
        "protect: {roles: [...]}": (policy.protect.roles, _GUARDED),
        "guards: {granting: {roles: [...]}}": (policy.guards.of(GRANTING_ROLES), _GUARDED),
        "authoritative: {roles: [...]}": (policy.authoritative.roles, _REVOKED),
    }
    for key, (patterns, effect) in entries.items():
        for pattern in patterns:
            if not any(matches(reference, [pattern]) for reference in references):
                yield _sentence(key, pattern, "role", effect, _advice(pattern, references))


def _idle_contacts(
    policy: Policy, identities: Iterable[Identity], planned: Sequence[ContactPlan]
) -> Iterator[str]:
    entries = {
        "protect: {contacts: [...]}": policy.protect.contacts,
        "guards: {self: [...]}": policy.guards.of(STAFF),
    }
    known: set[str] = set()
    if any(entries.values()):
        for identity in identities:
            known |= {email_key(identity.email), email_key(identity.reference or ""), identity.id}
    for key, names in entries.items():
        for name in names:
            if email_key(name) not in known and not any(is_named(contact, [name]) for contact in planned):
                yield _sentence(key, name, "contact", _GUARDED, "correct it or take it out")


def _sentence(key: str, name: str, noun: str, effect: str, advice: str) -> str:
    return (
        f"the configuration's '{key}' names '{name}', and the account has no such {noun}: {effect}; {advice}"
    )


def _advice(pattern: str, references: Sequence[str]) -> str:
    """How to name the role that was meant: where signs of patterns stand in its name, or by its spelling."""
    if pattern in references:
        escaped = re.sub(r"[*?[]", r"[\g<0>]", pattern)
        return f"'[' begins a set of letters in a pattern: write '{escaped}'"
    near = nearest(pattern, references, likeness=0.6)
    if near:
        return f"did you mean '{near}'?"
    in_brackets = " ('[' begins a set of letters, any one of which matches)" if "[" in pattern else ""
    return f"correct it or take it out{in_brackets}"
