"""A fresh plan from the declarations and the live account: list, resolve, check, read, plan."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from reconcile.errors import DeclarationError
from reconcile.evance import Listing, Reader
from reconcile.model import Contact, Declaration, Facet, Identity, Plan
from reconcile.plan import Census, Scene, make_plan, resolve, unknown_roles

from .holders import Looking, counted, orphaned, others, searched
from .past import NO_PAST, Past

Progress = Callable[[str, int, int | None], None]
"""Told what is being done, how much of it is done, and of how many (None: not known yet)."""


def unwatched(_what: str, _done: int, _total: int | None) -> None:
    """The progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """A plan of the account as it is now, and how many contacts the account has."""

    plan: Plan
    contacts: int


def fresh_plan(  # noqa: PLR0913 - what a plan is made of, and three ways to make it
    declarations: Sequence[Declaration],
    account: Reader,
    scene: Scene,
    *,
    past: Past = NO_PAST,
    progress: Progress = unwatched,
    thorough: bool = True,
) -> Fresh:
    """Plan the declarations against the account as it is now, with an eye to earlier runs.

    ``thorough``: also look for other holders of a role that would lose its last one, for the guards.

    Raises DeclarationError with every declaration that finds no contact or more than one, and every role that
    the account does not have; ApiError when the account can't be read whole.
    """
    roles = account.roles()
    listing = account.listing(lambda done, total: progress("Listing contacts", done, total))
    found = resolve(declarations, listing.identities, complete=not listing.gap)
    problems = (*found.problems, *unknown_roles(declarations, roles))
    if problems:
        raise DeclarationError(problems)
    live = _read(found.matched, account, listing, progress)
    known = others(listing, live)
    census = counted(_census(listing, past, scene), known, scene.now)
    plan = make_plan(found, live, scene, census)
    doubtful = orphaned(plan)
    if thorough and doubtful and known.unread:
        looking = Looking(account, scene.now, partial(progress, "Looking for other holders"))
        census = searched(census, doubtful, looking, known.unread)
        plan = make_plan(found, live, scene, census)
    return Fresh(plan, len(listing.identities))


def _census(listing: Listing, past: Past, scene: Scene) -> Census:
    hours = scene.policy.guards.losing_access_hours
    return Census(
        contacts=len(listing.identities),
        before=past.contacts_before,
        gap=listing.gap,
        recent_losses=past.recent_losses(scene.now, hours),
    )


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
