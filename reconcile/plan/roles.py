"""The check of declared role references against the roles that the account has."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from reconcile.model import Declaration, Problem, Role


def unknown_roles(declarations: Iterable[Declaration], roles: Iterable[Role]) -> tuple[Problem, ...]:
    """A problem for each declared reference that the account does not have, with the nearest name.

    Spelling counts to the letter: whether the API folds case in a contact write is not documented.
    """
    known = sorted(role.reference for role in roles)
    return tuple(sorted(set(_unknown(declarations, known))))


def _unknown(declarations: Iterable[Declaration], known: list[str]) -> Iterator[Problem]:
    for declaration in declarations:
        for grant in declaration.roles or ():
            if grant.reference not in known:
                yield Problem(grant.place, _message(grant.reference, known), "unknown-role")


def _message(reference: str, known: list[str]) -> str:
    folded = {name.casefold(): name for name in known}
    nearest = get_close_matches(reference.casefold(), folded, n=1)
    advice = f"did you mean '{folded[nearest[0]]}'?" if nearest else "create the role in Evance first"
    return f"the account has no role '{reference}'; {advice}"
