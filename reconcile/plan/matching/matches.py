"""Pairs every declaration with its one live contact, and finds the roles that the account does not have."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconcile.model.contact import Identity, Role
from reconcile.model.declaration import Declaration
from reconcile.model.problem import Problem
from reconcile.model.record import NOTHING_REMEMBERED, Remembered
from reconcile.text import nearest

from .directory import Directory
from .doubts import DoubtfulMatch, claimed_twice, doubt_of, match_problem


@dataclass(frozen=True, slots=True)
class Matches:
    """The pairs found, the declarations whose contact is to be created, and what is wrong.

    ``unseen`` are declarations without a contact in a listing that may lack some: they may have one.
    ``doubtful`` are those that are set aside, so that the others can be planned.
    """

    matched: tuple[tuple[Declaration, Identity], ...]
    to_create: tuple[Declaration, ...]
    problems: tuple[Problem, ...]
    unseen: tuple[Declaration, ...] = ()
    doubtful: tuple[DoubtfulMatch, ...] = ()

    @property
    def declarations(self) -> tuple[Declaration, ...]:
        """All declarations that are not a problem."""
        matched = (declaration for declaration, _ in self.matched)
        doubtful = (match.declaration for match in self.doubtful)
        return (*matched, *self.to_create, *self.unseen, *doubtful)


def match_declarations(
    declarations: Sequence[Declaration],
    identities: Iterable[Identity],
    *,
    complete: bool = True,
    remembered: Remembered = NOTHING_REMEMBERED,
) -> Matches:
    """Pair every declaration with its live contact: pinned by id, else reference, else e-mail.

    What else is declared of the contact is checked, so that roles never move to another person. Nor do they
    when a name changes hands: a declaration is about the contact that it was about, as is ``remembered``, or
    it is set aside. Where the identities are not ``complete``, a declaration that finds no contact is no
    problem, and creates nothing.
    """
    directory = Directory.of(identities)
    matched: list[tuple[Declaration, Identity]] = []
    alone: list[Declaration] = []
    problems: list[Problem] = []
    doubtful: list[DoubtfulMatch] = []
    for declaration in declarations:
        known = None if declaration.id else remembered.contact(declaration.key)
        candidates = directory.candidates(declaration, known)
        doubt = doubt_of(declaration, known, candidates, directory) if known else None
        if doubt is not None:
            doubtful.append(doubt)
            continue
        problem = match_problem(declaration, candidates, directory, complete=complete)
        if problem is not None:
            problems.append(problem)
        elif candidates:
            matched.append((declaration, candidates[0]))
        else:
            alone.append(declaration)
    to_create, unseen = (alone, []) if complete else ([], alone)
    wrong = (*problems, *claimed_twice(matched))
    return Matches(tuple(matched), tuple(to_create), wrong, tuple(unseen), tuple(doubtful))


def unknown_roles(declarations: Iterable[Declaration], roles: Iterable[Role]) -> tuple[Problem, ...]:
    """A problem for each declared reference that the account does not have, with the nearest name.

    Spelling counts to the letter: whether the API folds case in a contact write is not documented.
    """
    known = sorted(role.reference for role in roles)
    problems = {
        Problem(grant.place, _unknown_role_message(grant.reference, known), "unknown-role")
        for declaration in declarations
        for grant in declaration.roles or ()
        if grant.reference not in known
    }
    return tuple(sorted(problems))


def _unknown_role_message(reference: str, known: list[str]) -> str:
    near = nearest(reference, known, likeness=0.6)
    advice = f"did you mean '{near}'?" if near else "create the role in Evance first"
    return f"the account has no role '{reference}'; {advice}"
