"""A fresh plan from the declarations and the live account: list, resolve, check, read, plan."""

from collections.abc import Callable, Sequence

from reconcile.errors import DeclarationError
from reconcile.evance import Listing, Reader
from reconcile.model import Contact, Declaration, Facet, Identity, Plan
from reconcile.plan import Scene, make_plan, resolve, unknown_roles

Progress = Callable[[str, int, int | None], None]
"""Told what is being done, how much of it is done, and of how many (None: not known yet)."""


def unwatched(_what: str, _done: int, _total: int | None) -> None:
    """The progress that nobody watches."""


def fresh_plan(
    declarations: Sequence[Declaration], account: Reader, scene: Scene, progress: Progress = unwatched
) -> Plan:
    """Plan the declarations against the account as it is now.

    Raises DeclarationError with every declaration that finds no contact or more than one, and every role that
    the account does not have; ApiError when the account can't be read whole.
    """
    roles = account.roles()
    listing = account.listing(lambda done, total: progress("Listing contacts", done, total))
    found = resolve(declarations, listing.identities)
    problems = (*found.problems, *unknown_roles(declarations, roles))
    if problems:
        raise DeclarationError(problems)
    live = _read(found.matched, account, listing, progress)
    return make_plan(found, live, scene)


def _read(
    matched: Sequence[tuple[Declaration, Identity]], account: Reader, listing: Listing, progress: Progress
) -> dict[str, Contact]:
    """The matched contacts by id; one request each, unless the listing told all that is managed of it."""
    facets = {identity: managed_facets(entry) for entry, identity in matched}
    live: dict[str, Contact] = {}
    for needed in sorted(set(facets.values()), key=sorted):
        group = [identity for identity, managed in facets.items() if managed == needed]
        live |= account.contacts(
            group, _counted(progress, len(live), len(facets)), known=listing, facets=needed
        )
    return live


def _counted(progress: Progress, before: int, total: int) -> Callable[[int, int | None], None]:
    return lambda done, _of_group: progress("Reading contacts", before + done, total)


def managed_facets(declaration: Declaration) -> frozenset[Facet]:
    """The facets that a declaration manages."""
    return frozenset(facet for facet in Facet if getattr(declaration, facet.value) is not None)
