"""Pairs every declaration with its one live contact, and finds the roles that the account does not have."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from reconcile.model.baseline import Baseline
from reconcile.model.contact import Identity, Role
from reconcile.model.declaration import Declaration
from reconcile.model.problem import Problem
from reconcile.model.record import NOTHING_REMEMBERED, Remembered
from reconcile.text import nearest

from .directory import Directory, People
from .doubts import (
    DoubtfulMatch,
    ambiguous,
    beside_odd_rows,
    claimed_twice,
    mismatch,
    moved_on,
    namesakes,
    not_found,
    odd_row,
    taken,
)

NO_ODD_ROWS: Mapping[str, str] = {}


class _Unmatched(Enum):
    """What becomes of a declaration that finds nobody and is in order all the same."""

    TO_CREATE = "to create"
    UNSEEN = "unseen"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Matches:
    """The pairs found, the declarations whose contact is to be created, and what is wrong.

    ``unseen`` are declarations without a contact in a listing that may lack some: they may have one.
    ``doubtful`` are those that are set aside, so that the others can be planned. ``gone`` are those with
    ``state: absent`` whose contact the account surely has no more, each with the id that it had.
    """

    matched: tuple[tuple[Declaration, Identity], ...]
    to_create: tuple[Declaration, ...]
    problems: tuple[Problem, ...]
    unseen: tuple[Declaration, ...] = ()
    doubtful: tuple[DoubtfulMatch, ...] = ()
    gone: tuple[tuple[Declaration, str], ...] = ()

    @property
    def declarations(self) -> tuple[Declaration, ...]:
        """All declarations that are not a problem."""
        matched = (declaration for declaration, _ in (*self.matched, *self.gone))
        doubtful = (match.declaration for match in self.doubtful)
        return (*matched, *self.to_create, *self.unseen, *doubtful)

    def without_unread(self, reasons: Mapping[str, str]) -> "Matches":
        """The same, with those set aside whose contact could not be read: the reasons by its id."""
        matched = tuple(pair for pair in self.matched if pair[1].id not in reasons)
        unread = tuple(
            DoubtfulMatch(declaration, reasons[identity.id], identity, contact=identity.id)
            for declaration, identity in self.matched
            if identity.id in reasons
        )
        return replace(self, matched=matched, doubtful=(*self.doubtful, *unread))


def match_declarations(  # noqa: PLR0913 - what the account shows, and what is known from before
    declarations: Sequence[Declaration],
    identities: Iterable[Identity],
    *,
    complete: bool = True,
    odd_rows: Mapping[str, str] = NO_ODD_ROWS,
    remembered: Remembered = NOTHING_REMEMBERED,
    baseline: Baseline | None = None,
) -> Matches:
    """Pair every declaration with its live contact: pinned by id, else reference, else e-mail.

    What else is declared of the contact is checked, so that roles never move to another person. Nor do they
    when a name changes hands: a declaration is about the contact that it was about, as is ``remembered``.
    Whoever is not sure to be meant is set aside. A problem is only a new declaration that finds nobody,
    several, or the contact of another one: most likely it is a typing mistake. New is what neither
    ``baseline`` nor any run knows.

    Where the identities are not ``complete``, a declaration that finds no contact is neither, and creates
    nothing. ``odd_rows`` says of contacts that are in no identity, by their id, what of them is not
    understood.
    """
    matcher = _Matcher(Directory.of(identities), remembered, odd_rows, complete)
    outcomes = [(declaration, matcher.outcome(declaration)) for declaration in declarations]
    pairs = [(entry, outcome) for entry, outcome in outcomes if isinstance(outcome, Identity)]
    doubts = [outcome for _, outcome in outcomes if isinstance(outcome, DoubtfulMatch)]
    claims = claimed_twice(pairs)
    news = _News(remembered, baseline)

    def left(kind: _Unmatched) -> tuple[Declaration, ...]:
        return tuple(declaration for declaration, outcome in outcomes if outcome is kind)

    return Matches(
        matched=tuple(pair for pair in pairs if pair[1].id not in claims),
        to_create=left(_Unmatched.TO_CREATE),
        problems=(
            *news.problems(doubts),
            *(problem for claim in claims.values() for problem in news.of_claims(claim)),
        ),
        unseen=left(_Unmatched.UNSEEN),
        doubtful=(*doubts, *(doubt for claim in claims.values() for doubt in claim)),
        gone=tuple((entry, matcher.known(entry) or "") for entry in left(_Unmatched.GONE)),
    )


@dataclass(frozen=True, slots=True)
class _Matcher:
    """Finds the contact of one declaration after the other; see `match_declarations`."""

    directory: Directory
    remembered: Remembered
    odd_rows: Mapping[str, str]
    complete: bool

    def known(self, declaration: Declaration) -> str | None:
        """The id that the contact has, or had: as pinned, else as is remembered."""
        return declaration.id or self.remembered.contact_of(declaration)

    def outcome(self, declaration: Declaration) -> Identity | DoubtfulMatch | _Unmatched:
        """The contact; else why it is not sure who is meant, or what becomes of the declaration."""
        known = self.known(declaration)
        if known in self.odd_rows:
            return odd_row(declaration, known or "", self.odd_rows)
        before = None if declaration.id else known
        candidates = self.directory.candidates(declaration, before)
        doubt = self._moved_on(declaration, before, candidates) if before else None
        if doubt is not None:
            return doubt
        if not candidates:
            return self._of_nobody(declaration)
        if len(candidates) > 1:
            return ambiguous(declaration, candidates)
        return mismatch(declaration, candidates[0]) or candidates[0]

    def _moved_on(self, declaration: Declaration, known: str, candidates: People) -> DoubtfulMatch | None:
        return moved_on(declaration, known, candidates, self.directory, complete=self.complete)

    def _of_nobody(self, declaration: Declaration) -> DoubtfulMatch | _Unmatched:
        """What becomes of a declaration that finds no contact."""
        doubt = taken(declaration, self.directory) if declaration.create else None
        if doubt is not None:
            return doubt
        if not self.complete:
            return _Unmatched.UNSEEN
        known = self.known(declaration)
        if known and not declaration.present and not namesakes(declaration, self.directory):
            return _Unmatched.GONE
        if self.odd_rows and (declaration.create or not known):
            return beside_odd_rows(declaration, self.odd_rows)
        if declaration.create:
            return _Unmatched.TO_CREATE
        return not_found(declaration, self.remembered.contact(declaration.key), self.directory)


@dataclass(frozen=True, slots=True)
class _News:
    """Tells the doubts that are errors, since nobody has declared it so before."""

    remembered: Remembered
    baseline: Baseline | None

    def problems(self, doubts: Iterable[DoubtfulMatch]) -> Iterator[Problem]:
        """The problems that these are."""
        for doubt in doubts:
            if doubt.rule and self._is_new(doubt.declaration):
                yield Problem(doubt.declaration.place, doubt.reason, doubt.rule)

    def of_claims(self, claims: Sequence[DoubtfulMatch]) -> Iterator[Problem]:
        """The problems among those that find one contact: where all are new, the first one is in order."""
        problems = tuple(self.problems(claims))
        return iter(problems[1:] if len(problems) == len(claims) else problems)

    def _is_new(self, declaration: Declaration) -> bool:
        entries = self.baseline.entries if self.baseline is not None else {}
        return declaration.key not in entries and self.remembered.contact(declaration.key) is None


def unknown_roles(declarations: Iterable[Declaration], roles: Iterable[Role]) -> tuple[Problem, ...]:
    """A problem for each declared reference that the account does not have, with the nearest name.

    Spelling counts to the letter: whether the API folds case in a contact write is not documented.
    """
    references = {role.reference for role in roles}
    known = sorted(references)
    problems = {
        Problem(grant.place, _unknown_role_message(grant.reference, known), "unknown-role")
        for declaration in declarations
        for grant in declaration.roles or ()
        if grant.reference not in references
    }
    return tuple(sorted(problems))


def _unknown_role_message(reference: str, known: list[str]) -> str:
    near = nearest(reference, known, likeness=0.6)
    advice = f"did you mean '{near}'?" if near else "create the role in Evance first"
    return f"the account has no role '{reference}'; {advice}"
