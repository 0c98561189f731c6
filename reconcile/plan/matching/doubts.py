"""Why it is not sure whom a declaration means, and what to do about it."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reconcile.model.contact import Identity, email_key
from reconcile.model.declaration import Declaration
from reconcile.text import count

from .directory import Directory, People, pin_text, possible_emails


@dataclass(frozen=True, slots=True)
class DoubtfulMatch:
    """A declaration of which it is not sure who is meant, and why, with what to do.

    ``identity`` is the live contact that it may mean, if there is just one; ``contact`` is its id where it
    surely means that one, which can't be read. ``rule`` is the rule that it breaks if nobody has declared it
    so before; empty when it never is an error. ``gone``: the contact is no more, and so holds nothing.
    """

    declaration: Declaration
    reason: str
    identity: Identity | None = None
    contact: str | None = None
    rule: str = ""
    gone: bool = False

    @property
    def named(self) -> Identity:
        """The contact as far as it is known: the live one, else as it is declared."""
        declared = self.declaration
        return self.identity or Identity(
            declared.id or "", declared.type or "", declared.email or "", declared.reference
        )


def moved_on(
    declaration: Declaration,
    known: str,
    candidates: People,
    directory: Directory,
    *,
    complete: bool = True,
) -> DoubtfulMatch | None:
    """Why a declaration is set aside that was about a known contact; None when it still is about that one.

    Roles must not follow a name to whoever has it now.
    """
    others = [identity for identity in candidates if identity.id != known]
    live = next(iter(directory.by_id.get(known, ())), None)
    if others and len(others) < len(candidates):
        return None  # that several contacts have one name is a doubt of its own
    if others:
        listed = " and ".join(f"contact {identity.id}" for identity in others)
        was = _was(known) if live is not None or not complete else f"{_was(known)} and is gone"
        name = f"reference '{declaration.reference}'" if declaration.reference else declaration.email
        pins = " or ".join(f"'id: {number}'" for number in (*([known] if live else []), *_ids(others)))
        reason = f"{was}; {name} is now {listed}: pin the one that is meant with {pins}"
        return DoubtfulMatch(declaration, reason, others[0] if len(others) == 1 else None)
    if live is None or (candidates and mismatch(declaration, live) is None):
        return None
    return DoubtfulMatch(declaration, f"{_was(known)} and {_is_now(declaration, live)}", live)


def _was(known: str) -> str:
    return f"contact {known} was this person at the last run"


def _ids(identities: Iterable[Identity]) -> list[str]:
    return [identity.id for identity in identities]


def _is_now(declaration: Declaration, live: Identity) -> str:
    """Who a contact is that its declaration no longer names, and the lines to paste if it is still meant."""
    creation = " instead of 'create' and 'type'" if declaration.create else ""
    pin = f"if that is the same person, write 'id: {live.id}'{creation}"
    if declaration.email is None or email_key(live.email) in possible_emails(declaration):
        if declaration.reference is None:
            return f"is of type {live.type} by now: {pin}"
        reference = f"reference '{live.reference}'" if live.reference else "no reference"
        return f"now has {reference}: {pin} instead of the reference"
    return f"is now {live.email}: {pin} and {_new_email(declaration, live.email)}"


_NEEDS_NO_QUOTES = re.compile(r"[A-Za-z][A-Za-z0-9._+-]*@[A-Za-z0-9.-]+\.[A-Za-z]+", re.ASCII)


def _new_email(declaration: Declaration, email: str) -> str:
    """``'profile: {email: …}'``; an address that could be more than a text in YAML is not to be pasted."""
    line = f"email: {email if _NEEDS_NO_QUOTES.fullmatch(email) else '…'}"
    return f"'{line}' below its 'profile'" if declaration.profile else f"'profile: {{{line}}}'"


def odd_row(declaration: Declaration, known: str, odd_rows: Mapping[str, str]) -> DoubtfulMatch:
    """The account lists the contact itself in a form that is not understood."""
    reason = (
        f"contact {known} is listed in a form that is not understood ({odd_rows[known]}): correct it there"
    )
    return DoubtfulMatch(declaration, reason, contact=known)


def beside_odd_rows(declaration: Declaration, odd_rows: Mapping[str, str]) -> DoubtfulMatch:
    """Nobody is found, but for contacts of which the list does not tell who they are."""
    first, fault = min(odd_rows.items())
    more = f" and {count(len(odd_rows) - 1, 'more contact')}" if len(odd_rows) > 1 else ""
    reason = (
        f"{_nobody(declaration)}, but contact {first}{more} may be the one: listed in a form that is not "
        f"understood ({fault}); pin the one that is meant with 'id'"
    )
    return DoubtfulMatch(declaration, reason)


def taken(declaration: Declaration, directory: Directory) -> DoubtfulMatch | None:
    """A contact to be created must not have the address of another: that one would be meant twice."""
    holders = _by_email(declaration, directory)
    if not holders:
        return None
    reason = (
        f"contact {holders[0].id} has the address {holders[0].email} but not {pin_text(declaration)}; "
        "correct one of them instead of creating a second contact"
    )
    return DoubtfulMatch(declaration, reason, holders[0])


def namesakes(declaration: Declaration, directory: Directory) -> Sequence[Identity]:
    """Who has an address or the reference that a declaration names, whatever pins it."""
    reference = declaration.reference
    return [
        *_by_email(declaration, directory),
        *(directory.by_reference.get(reference, ()) if reference else ()),
    ]


def _by_email(declaration: Declaration, directory: Directory) -> list[Identity]:
    emails = sorted(possible_emails(declaration))
    return [identity for email in emails for identity in directory.by_email.get(email, ())]


def not_found(declaration: Declaration, known: str | None, directory: Directory) -> DoubtfulMatch:
    """Nobody is found. ``known`` is the id of the contact that a run has seen; None when none has."""
    others = namesakes(declaration, directory)
    # No run has changed that address, as far as is known: it may be a stranger's.
    other = (
        f"contact {others[0].id} has {others[0].email}: write 'id: {others[0].id}' if it is the one"
        if others
        else ""
    )
    if known is not None and known == (declaration.id or known):
        is_gone = "is gone" if declaration.id else "was this person at the last run and is gone"
        reason = f"contact {known} {is_gone}: delete the entry" + (f"; {other}" if other else "")
        return DoubtfulMatch(declaration, reason, rule="contact-not-found", gone=True)
    seen = f"{_was(known)}" if known is not None else "no run has seen one"
    remedy = "add 'create: true' to make the contact" if declaration.present else "delete the entry"
    advice = f"; {other}" if other else f": a typing mistake? Correct it, or {remedy}"
    return DoubtfulMatch(declaration, f"{_nobody(declaration)}, and {seen}{advice}", rule="contact-not-found")


def _nobody(declaration: Declaration) -> str:
    pinned = pin_text(declaration)
    among = " among contacts of type user" if pinned.startswith("e-mail") else ""
    return f"no contact has {pinned}{among}"


def ambiguous(declaration: Declaration, candidates: People) -> DoubtfulMatch:
    """Several contacts have the name."""
    listed = ", ".join(f"contact {identity.id} ({identity.email})" for identity in candidates)
    reason = f"{len(candidates)} contacts have {pin_text(declaration)}: {listed}; pin one of them with 'id'"
    return DoubtfulMatch(declaration, reason, rule="contact-ambiguous")


def mismatch(declaration: Declaration, identity: Identity) -> DoubtfulMatch | None:
    """The contact is not what else the declaration says of it."""
    has = _other_name(declaration, identity)
    return (
        DoubtfulMatch(declaration, f"contact {identity.id} has {has}; correct one of them", identity)
        if has
        else None
    )


def _other_name(declaration: Declaration, identity: Identity) -> str:
    """The reference or address of a contact that is not as declared; empty where both are."""
    if declaration.reference is not None and identity.reference != declaration.reference:
        has = f"reference '{identity.reference}'" if identity.reference else "no reference"
        return f"{has}, not '{declaration.reference}'"
    if declaration.email in (None, identity.email):
        return ""
    if email_key(identity.email) not in possible_emails(declaration):
        return f"the address {identity.email}, not {declaration.email}"
    return ""


def claimed_twice(matched: Sequence[tuple[Declaration, Identity]]) -> dict[str, list[DoubtfulMatch]]:
    """The declarations that find a contact which another one finds, too, by the contact's id."""
    found = Counter(identity.id for _, identity in matched)
    twice = {contact for contact, times in found.items() if times > 1}
    claims: dict[str, list[tuple[Declaration, Identity]]] = defaultdict(list)
    for declaration, identity in matched if twice else ():
        if identity.id in twice:
            claims[identity.id].append((declaration, identity))
    return {
        contact: [_claim(index, pairs) for index in range(len(pairs))] for contact, pairs in claims.items()
    }


def _claim(index: int, pairs: Sequence[tuple[Declaration, Identity]]) -> DoubtfulMatch:
    declaration, identity = pairs[index]
    others = sorted(other.place for other, _ in pairs if other is not declaration)
    places = " and ".join(map(str, others))
    reason = f"this is contact {identity.id}, which {places} declares, too; merge the entries"
    return DoubtfulMatch(declaration, reason, identity, rule="contact-claimed-twice")
