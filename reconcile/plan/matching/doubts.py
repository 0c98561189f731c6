"""Why it is not sure whom a declaration means, and what to do about it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconcile.model.contact import Identity, email_key
from reconcile.model.declaration import Declaration
from reconcile.model.plans.change import SetAside
from reconcile.model.problem import Problem

from .directory import Directory, pin_text, possible_emails


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


def doubt_of(
    declaration: Declaration, known: str, candidates: list[Identity], directory: Directory
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


def match_problem(
    declaration: Declaration, candidates: list[Identity], directory: Directory, *, complete: bool
) -> Problem | None:
    """What is wrong with a declaration and the contacts that it may mean; None when nothing is."""
    if not candidates and declaration.create:
        return _taken(declaration, directory)
    if not candidates:
        return _not_found(declaration, directory) if complete else None
    if len(candidates) > 1:
        return _ambiguous(declaration, candidates)
    return _mismatch(declaration, candidates[0])


def _taken(declaration: Declaration, directory: Directory) -> Problem | None:
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


def _not_found(declaration: Declaration, directory: Directory) -> Problem:
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


def claimed_twice(matched: Sequence[tuple[Declaration, Identity]]) -> Iterator[Problem]:
    """A problem for each declaration that finds a contact which an earlier one has found."""
    claims: dict[str, Declaration] = {}
    for declaration, identity in matched:
        first = claims.setdefault(identity.id, declaration)
        if first is not declaration:
            message = (
                f"this is contact {identity.id}, which {first.place} declares already; merge the two entries"
            )
            yield Problem(declaration.place, message, "contact-claimed-twice")
