"""A fresh plan from the declarations and the live account: list, resolve, check, read, plan."""

from collections.abc import Callable, Sequence
from typing import Protocol

from reconcile.errors import DeclarationError
from reconcile.model import Contact, Declaration, Facet, Identity, Plan, Role
from reconcile.plan import Scene, make_plan, resolve, unknown_roles

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how much of it is done, and of how many (None: not known yet)."""


class Survey(Protocol):
    """What planning needs of the account: reading, nothing else."""

    def roles(self) -> Sequence[Role]:
        """Every role of the account."""

    def identities(self, progress: Callable[[int, int | None], None], /) -> Sequence[Identity]:
        """Every contact of the account, as a listing tells it."""

    def contacts(
        self,
        wanted: Sequence[tuple[Identity, frozenset[Facet]]],
        progress: Callable[[int, int | None], None],
        /,
    ) -> dict[str, Contact]:
        """The wanted contacts by id, each with at least those facets where the account tells them."""


def fresh_plan(
    declarations: Sequence[Declaration],
    account: Survey,
    scene: Scene,
    progress: Progress = lambda _what, _done, _total: None,
) -> Plan:
    """Plan the declarations against the account as it is now.

    Raises DeclarationError with every declaration that finds no contact or more than one, and every role that
    the account does not have.
    """
    roles = account.roles()
    found = resolve(declarations, account.identities(lambda done, total: progress("Listing", done, total)))
    problems = (*found.problems, *unknown_roles(declarations, roles))
    if problems:
        raise DeclarationError(problems)
    wanted = [(identity, managed_facets(entry)) for entry, identity in found.matched]
    live = account.contacts(wanted, lambda done, total: progress("Reading", done, total))
    return make_plan(found, live, scene)


def managed_facets(declaration: Declaration) -> frozenset[Facet]:
    """The facets that a declaration manages."""
    return frozenset(facet for facet in Facet if getattr(declaration, facet.value) is not None)
