"""Who and what is meant: each declaration finds its one live contact, and each role one of the account's."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from reconcile.model.contact import USER, Identity, Role, email_key
from reconcile.model.declaration import Declaration
from reconcile.model.plan import SetAside
from reconcile.model.problem import Problem
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

    def candidates(self, declaration: Declaration) -> list[Identity]:
        if declaration.id is not None:
            return self.by_id.get(declaration.id, [])
        if declaration.reference is not None:
            return self.by_reference.get(declaration.reference, [])
        emails = possible_emails(declaration)
        return sorted({identity for email in emails for identity in self.by_email.get(email, [])})


def match_declarations(
    declarations: Sequence[Declaration], identities: Iterable[Identity], *, complete: bool = True
) -> Matches:
    """Pair every declaration with its live contact: pinned by id, else reference, else e-mail.

    What else is declared of the contact is checked, so that roles never move to another person. Where the
    identities are not ``complete``, a declaration that finds no contact is no problem, and creates nothing.
    """
    directory = _Directory()
    for identity in identities:
        directory.add(identity)
    matched: list[tuple[Declaration, Identity]] = []
    alone: list[Declaration] = []
    problems: list[Problem] = []
    for declaration in declarations:
        candidates = directory.candidates(declaration)
        problem = _match_problem(declaration, candidates, directory, complete=complete)
        if problem is not None:
            problems.append(problem)
        elif candidates:
            matched.append((declaration, candidates[0]))
        else:
            alone.append(declaration)
    to_create, unseen = (alone, []) if complete else ([], alone)
    wrong = (*problems, *_claimed_twice(matched))
    return Matches(tuple(matched), tuple(to_create), wrong, tuple(unseen))


def possible_emails(declaration: Declaration) -> set[str]:
    """The addresses the contact may have: its own, and the one that a change of address gives it."""
    changed = (declaration.profile or {}).get("email")
    return {email_key(email) for email in (declaration.email, changed) if email}


def claimants(declarations: Iterable[Declaration], identity: Identity) -> tuple[Declaration, ...]:
    """The declarations that find this live contact, even where what else they say of it does not fit."""
    directory = _Directory()
    directory.add(identity)
    return tuple(declaration for declaration in declarations if directory.candidates(declaration))


def _match_problem(
    declaration: Declaration, candidates: list[Identity], directory: _Directory, *, complete: bool
) -> Problem | None:
    if not candidates and declaration.create:
        return _taken(declaration, directory)
    if not candidates:
        return _not_found(declaration) if complete else None
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


def _not_found(declaration: Declaration) -> Problem:
    pinned = pin_text(declaration)
    among = " among contacts of type user" if pinned.startswith("e-mail") else ""
    message = f"no contact has {pinned}{among}; correct it, or add 'create: true' to make the contact"
    return Problem(declaration.place, message, "contact-not-found")


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


def declarations_named(declarations: Iterable[Declaration], name: str) -> tuple[Declaration, ...]:
    """The declarations of a contact of that name. Letter case counts for a reference, not for an e-mail."""
    number = parse_contact_id(name)
    return tuple(
        declaration
        for declaration in declarations
        if name == declaration.reference
        or declaration.id in {name, number} - {None}
        or email_key(name) in possible_emails(declaration)
    )


def contacts_named(identities: Iterable[Identity], name: str) -> tuple[Identity, ...]:
    """The live contacts of that id or reference, and the users of that e-mail; guests repeat addresses."""
    return tuple(
        identity
        for identity in identities
        if parse_contact_id(name) == identity.id
        or name == identity.reference
        or (identity.type == USER and email_key(identity.email) == email_key(name))
    )


def parse_contact_id(name: str) -> str | None:
    """The id that a name is, with or without the word before it (``id 13``); None when it is none."""
    number = name.removeprefix("id ")
    return number if number.isascii() and number.isdecimal() else None


def nearest_name(declarations: Iterable[Declaration], name: str) -> str | None:
    """The declared e-mail, reference or id that is spelt most like a name."""
    pins = (pin for known in declarations for pin in (known.email, known.reference, known.id) if pin)
    return nearest(name, pins, key=email_key)


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
