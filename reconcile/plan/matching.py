"""Who and what is meant: each declaration finds its one live contact, and each role one of the account's."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from reconcile.model.contact import USER, Identity, Role, email_key
from reconcile.model.declaration import Declaration
from reconcile.model.plans.change import SetAside
from reconcile.model.problem import Problem
from reconcile.model.record import NOTHING_REMEMBERED, Remembered
from reconcile.text import nearest


@dataclass(frozen=True, slots=True)
class DoubtfulMatch:
    """A declaration of which it is not sure who is meant, and why, with what to do.

    ``identity`` is the live contact that it may mean, if there is just one.
    """

    declaration: Declaration
    reason: str
    identity: Identity | None = None

    def set_aside(self) -> SetAside:
        """The declaration as a contact that is set aside."""
        declared = self.declaration
        named = Identity(declared.id or "", declared.type or "", declared.email or "", declared.reference)
        return SetAside(self.identity or named, declared.place, self.reason)


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


@dataclass(slots=True)
class _Directory:
    """The live contacts by each thing that can pin one."""

    by_id: dict[str, list[Identity]] = field(default_factory=lambda: defaultdict(list))
    by_reference: dict[str, list[Identity]] = field(default_factory=lambda: defaultdict(list))
    by_email: dict[str, list[Identity]] = field(default_factory=lambda: defaultdict(list))

    def add(self, identity: Identity) -> None:
        self.by_id[identity.id].append(identity)
        if identity.reference:
            self.by_reference[identity.reference].append(identity)
        # Guests repeat addresses and may carry a user's: only users are matched by e-mail.
        if identity.type == USER:
            self.by_email[email_key(identity.email)].append(identity)

    def candidates(self, declaration: Declaration, known: str | None) -> list[Identity]:
        """The contacts that a declaration may mean; ``known`` is the id of the one that it was about."""
        if declaration.id is not None:
            return self.by_id.get(declaration.id, [])
        renamed = [
            identity for identity in self.by_id.get(known or "", []) if _is_renamed(declaration, identity)
        ]
        if renamed:
            return renamed
        if declaration.reference is not None:
            return self.by_reference.get(declaration.reference, [])
        return sorted(set(self.by_email.get(email_key(declaration.email or ""), [])))


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
    directory = _Directory()
    for identity in identities:
        directory.add(identity)
    matched: list[tuple[Declaration, Identity]] = []
    alone: list[Declaration] = []
    problems: list[Problem] = []
    doubtful: list[DoubtfulMatch] = []
    for declaration in declarations:
        known = None if declaration.id else remembered.contact(declaration.key)
        candidates = directory.candidates(declaration, known)
        doubt = _doubt(declaration, known, candidates, directory) if known else None
        if doubt is not None:
            doubtful.append(doubt)
            continue
        problem = _match_problem(declaration, candidates, directory, complete=complete)
        if problem is not None:
            problems.append(problem)
        elif candidates:
            matched.append((declaration, candidates[0]))
        else:
            alone.append(declaration)
    to_create, unseen = (alone, []) if complete else ([], alone)
    wrong = (*problems, *_claimed_twice(matched))
    return Matches(tuple(matched), tuple(to_create), wrong, tuple(unseen), tuple(doubtful))


def possible_emails(declaration: Declaration) -> set[str]:
    """The addresses the contact may have: its own, and the one that a change of address gives it."""
    changed = (declaration.profile or {}).get("email")
    return {email_key(email) for email in (declaration.email, changed) if email}


def claimants(
    declarations: Iterable[Declaration], identity: Identity, remembered: Remembered = NOTHING_REMEMBERED
) -> tuple[Declaration, ...]:
    """The declarations that find this live contact, even where what else they say of it does not fit."""
    directory = _Directory()
    directory.add(identity)
    return tuple(
        declaration
        for declaration in declarations
        if directory.candidates(declaration, remembered.contact(declaration.key))
    )


def _is_renamed(declaration: Declaration, identity: Identity) -> bool:
    """True when the contact has the address that its declaration gives it, in place of the one it had.

    A reference that finds a contact is never changed by its declaration (rule ``reference-moves``).
    """
    email = (declaration.profile or {}).get("email")
    by_email = declaration.reference is None and bool(email)
    return by_email and email_key(identity.email) == email_key(email or "")


def _doubt(
    declaration: Declaration, known: str, candidates: list[Identity], directory: _Directory
) -> DoubtfulMatch | None:
    """Why a declaration is set aside that was about a known contact; None when it still is about that one.

    Roles must not follow a name to whoever has it now.
    """
    others = [identity for identity in candidates if identity.id != known]
    live = next(iter(directory.by_id.get(known, [])), None)
    if others and len(others) < len(candidates):
        return None  # several contacts of one name are a problem of their own
    if others:
        listed = " and ".join(f"contact {identity.id}" for identity in others)
        was = _was(known) if live is not None else f"{_was(known)} and is gone"
        name = f"reference '{declaration.reference}'" if declaration.reference else declaration.email
        reason = f"{was}; {name} is now {listed}: pin the one that is meant with 'id'"
        return DoubtfulMatch(declaration, reason, others[0] if len(others) == 1 else None)
    if live is None or (candidates and _mismatch(declaration, live) is None):
        return None
    return DoubtfulMatch(declaration, f"{_was(known)} and {_is_now(declaration, live)}", live)


def _was(known: str) -> str:
    return f"contact {known} was this person at the last run"


def _is_now(declaration: Declaration, live: Identity) -> str:
    """Who a contact is that its declaration no longer names, and how to say that it is still meant."""
    pin = f"pin it with 'id: {live.id}'"
    if declaration.email is None or email_key(live.email) in possible_emails(declaration):
        if declaration.reference is None:
            return f"is of type {live.type} by now: {pin}"
        reference = f"reference '{live.reference}'" if live.reference else "no reference"
        return f"now has {reference}: {pin} and set 'profile: {{reference: …}}'"
    return f"is now {live.email}: {pin} and set 'profile: {{email: …}}'"


def _match_problem(
    declaration: Declaration, candidates: list[Identity], directory: _Directory, *, complete: bool
) -> Problem | None:
    if not candidates and declaration.create:
        return _taken(declaration, directory)
    if not candidates:
        return _not_found(declaration, directory) if complete else None
    if len(candidates) > 1:
        return _ambiguous(declaration, candidates)
    return _mismatch(declaration, candidates[0])


def _taken(declaration: Declaration, directory: _Directory) -> Problem | None:
    """A contact to be created must not have the address of another: that one would be meant twice."""
    emails = sorted(possible_emails(declaration))
    holders = [identity for email in emails for identity in directory.by_email.get(email, [])]
    if not holders:
        return None
    message = (
        f"contact {holders[0].id} has the address {holders[0].email} but not {pin_text(declaration)}; "
        "correct one of them instead of creating a second contact"
    )
    return Problem(declaration.place, message, "contact-mismatch")


def _not_found(declaration: Declaration, directory: _Directory) -> Problem:
    pinned = pin_text(declaration)
    among = " among contacts of type user" if pinned.startswith("e-mail") else ""
    namesakes = [
        identity
        for email in sorted(possible_emails(declaration))
        for identity in directory.by_email.get(email, [])
    ]
    advice = "correct it, or add 'create: true' to make the contact"
    if namesakes:
        # No run has changed that address, as far as is known: it may be a stranger's.
        advice = f"contact {namesakes[0].id} has {namesakes[0].email}: pin it with 'id' if it is the one"
    return Problem(declaration.place, f"no contact has {pinned}{among}; {advice}", "contact-not-found")


def _ambiguous(declaration: Declaration, candidates: list[Identity]) -> Problem:
    listed = ", ".join(f"contact {identity.id} ({identity.email})" for identity in candidates)
    message = f"{len(candidates)} contacts have {pin_text(declaration)}: {listed}; pin one of them with 'id'"
    return Problem(declaration.place, message, "contact-ambiguous")


def _mismatch(declaration: Declaration, identity: Identity) -> Problem | None:
    if declaration.reference is not None and identity.reference != declaration.reference:
        has = f"reference '{identity.reference}'" if identity.reference else "no reference"
        message = f"contact {identity.id} has {has}, not '{declaration.reference}'; correct one of them"
        return Problem(declaration.place, message, "contact-mismatch")
    if declaration.email is not None and email_key(identity.email) not in possible_emails(declaration):
        has = f"the address {identity.email}"
        message = f"contact {identity.id} has {has}, not {declaration.email}; correct one of them"
        return Problem(declaration.place, message, "contact-mismatch")
    return None


def pin_text(declaration: Declaration) -> str:
    """What of a declaration finds its contact, in words."""
    if declaration.id is not None:
        return f"id {declaration.id}"
    if declaration.reference is not None:
        return f"reference '{declaration.reference}'"
    return f"e-mail {declaration.email}"


def _claimed_twice(matched: Sequence[tuple[Declaration, Identity]]) -> Iterator[Problem]:
    claims: dict[str, Declaration] = {}
    for declaration, identity in matched:
        first = claims.setdefault(identity.id, declaration)
        if first is not declaration:
            message = (
                f"this is contact {identity.id}, which {first.place} declares already; merge the two entries"
            )
            yield Problem(declaration.place, message, "contact-claimed-twice")


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
