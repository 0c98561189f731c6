"""The one place for masking: a plan without names and addresses, for everything that leaves the terminal.

What is masked: e-mail addresses wherever they stand; profile and address fields, also in payloads (names and
companies to their initials, all else but the country whole); a contact's names, telephone numbers and street
wherever else its change tells them: in tags, reasons and the names of files.

What stays: ids, references, roles, tags and dates, since a review needs them, and digests, which name the
plan that was masked. Reasons stay too, but for what is said above: they are written for the reviewer and
stand in Git beside the declaration. The fingerprint goes: with all else known, it would let a guessed address
be tried.

A masked plan is for reading. It does not have the digest that it names and can't be applied.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from reconcile.model.contact import Grant
from reconcile.model.facets import Facet
from reconcile.model.plan import Boundary, Change, Kept, Operation, Origin, Plan, Value, Verdict
from reconcile.model.problem import Place

from .escape import MASK

_EMAIL = re.compile(
    r"""
      "[^"]+" @ [^\s<>"(),:;|]+
    | (?<![^\s<>"(),:;|]) [^\s<>"(),:;|]+ @ [^\s<>"'(),:;|]+
    """,
    re.VERBOSE,
)
"""Looked for from the start of each word on: from every letter on, a word of 64 kB would take a minute."""

_INITIALS = frozenset({"firstname", "lastname", "company", "username", "title"})

_OPEN = frozenset({"type", "reference", "country", "countrycode"})

_TELLING = frozenset(
    {"email", "firstname", "lastname", "username", "phone", "mobile", "line1", "line2", "line3", "website"}
)
"""Fields whose values are looked for in tags, reasons and file names too. A town or a company is not: half of
all tags are named after one."""

_SHORTEST = 3
"""A shorter name is left in tags and reasons: it would be found inside half of all words."""


def mask_plan(plan: Plan) -> Plan:
    """The plan with everything personal masked."""
    return replace(
        plan,
        valid_until=_boundary(plan) if plan.valid_until else None,
        changes=tuple(map(_change, plan.changes)),
        notes=tuple(map(mask_emails, plan.notes)),
        guards=tuple(map(mask_verdict, plan.guards)),
    )


@lru_cache(maxsize=65_536)
def mask_email(address: str) -> str:
    """``b•••@e•••.com``: as much as tells two addresses apart to those who know them."""
    local, _, domain = address.strip().rpartition("@")
    host, dot, top = domain.rpartition(".")
    if not local:
        return f"{_first(domain)}{MASK}" if address else ""
    return f"{_first(local)}{MASK}@{_first(host or top)}{MASK}{dot and dot + top}"


def _first(text: str) -> str:
    """The first letter or digit."""
    return next(filter(str.isalnum, text), "")


def initials(name: str) -> str:
    """``M. J.`` for ``Mary Jane``."""
    return " ".join(f"{letter}." for letter in map(_first, name.split()) if letter) or MASK


def mask_emails(sentence: str) -> str:
    """A sentence with every e-mail address in it masked."""
    return _EMAIL.sub(lambda found: mask_email(found[0]), sentence) if "@" in sentence else sentence


def _boundary(plan: Plan) -> Boundary | None:
    """Whose window it is stays known for contacts of the plan only."""
    boundary = plan.valid_until
    if boundary is None:
        return None
    whose = next((change for change in plan.changes if change.is_called(boundary.contact)), None)
    contact = _label(whose) if whose else MASK
    return replace(boundary, item=mask_emails(boundary.item), contact=contact)


def _label(change: Change) -> str:
    return mask_email(change.contact.email) if change.contact.email else mask_emails(change.label)


def mask_verdict(verdict: Verdict) -> Verdict:
    """What a guard says, without addresses."""
    subjects = tuple(map(mask_emails, verdict.subjects))
    return replace(verdict, message=mask_emails(verdict.message), subjects=subjects)


def _change(change: Change) -> Change:
    known = personal_texts(_personal(change))
    who = change.contact
    return replace(
        change,
        contact=replace(
            who, email=mask_email(who.email), reference=who.reference and mask_emails(who.reference)
        ),
        source=known.place(change.source),
        operations=tuple(map(known.operation, change.operations)),
        kept=tuple(map(known.kept, change.kept)),
        payload=known.payload(change.payload),
        live_fingerprint=None,
    )


@dataclass(frozen=True, slots=True)
class PersonalTexts:
    """What is known of a contact, case-folded, longest first: hidden wherever else it stands."""

    texts: tuple[str, ...]

    def hide(self, text: str) -> str:
        """A text without e-mail addresses and without what is known."""
        text, folded = mask_emails(text), text.casefold()
        if any(known in folded for known in self.texts):
            known = "|".join(map(re.escape, self.texts))
            return re.sub(rf"(?<!\w)(?:{known})(?!\w)", MASK, text, flags=re.IGNORECASE)
        return text

    def place(self, place: Place) -> Place:
        """A place whose file's name tells nothing."""
        return Place(self.hide(place.file), place.line, place.column)

    def operation(self, step: Operation) -> Operation:
        """An operation without what is known."""
        before, after = (self.value(step.facet, step.item, value) for value in (step.before, step.after))
        item, origin = self.item(step.facet, step.item), self.origin(step.origin)
        return replace(step, item=item, before=before, after=after, origin=origin)

    def kept(self, kept: Kept) -> Kept:
        """What is kept, without what is known."""
        value = self.value(kept.facet, kept.item, kept.value)
        return Kept(kept.facet, self.item(kept.facet, kept.item), value, self.origin(kept.origin))

    def item(self, facet: Facet, item: str) -> str:
        """An item's name: a role's may stay but for an address in it."""
        return mask_emails(item) if facet is Facet.ROLES else self.hide(item)

    def value(self, facet: Facet, item: str, value: Value) -> Value:
        """A grant bears its role's name, so both are masked alike; a tag is its own value."""
        if isinstance(value, Grant):
            return replace(value, reference=mask_emails(value.reference), status=mask_emails(value.status))
        if facet in {Facet.PROFILE, Facet.ADDRESS}:
            return _field(item, value)
        return value and self.hide(value)

    def origin(self, origin: Origin) -> Origin:
        """An origin without what is known in its reason and its file's name."""
        return replace(
            origin,
            detail=origin.detail and mask_emails(origin.detail),
            reason=origin.reason and self.hide(origin.reason),
            place=origin.place and self.place(origin.place),
        )

    def payload(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """A payload of the same shape: roles and tags stay, fields are masked."""
        return {mask_emails(name): self._body(value, name) for name, value in payload.items()}

    def _body(self, value: Any, name: str) -> Any:
        match value:
            case Mapping():
                return {
                    mask_emails(key): self._body(inner, name if name in _SETS else key)
                    for key, inner in value.items()
                }
            case list():
                return [self._body(inner, name) for inner in value]
            case str() if name in _SETS:
                return mask_emails(value) if name == "accessRoles" else self.hide(value)
            case str():
                return _field(name, value)
            case None | bool():
                return value
            case _:
                return MASK


_SETS = frozenset({"accessRoles", "tags"})


def personal_texts(texts: Iterable[str]) -> PersonalTexts:
    """What these texts tell: those that are long enough to be looked for."""
    folded = {text.strip().casefold() for text in texts}
    return PersonalTexts(
        tuple(sorted((text for text in folded if len(text) >= _SHORTEST), key=len, reverse=True))
    )


def _personal(change: Change) -> Iterator[str]:
    """The texts that tell who somebody is."""
    yield change.contact.email
    yield from telling_fields(change.payload)
    for step in change.operations:
        if step.facet in {Facet.PROFILE, Facet.ADDRESS}:
            yield from telling_fields({step.item: step.before})
            yield from telling_fields({step.item: step.after})


def telling_fields(value: Any, name: str = "") -> Iterator[str]:
    """The telling fields of a payload, or of a profile or address."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from telling_fields(inner, key)
    elif isinstance(value, str) and name.casefold() in _TELLING:
        yield value


def _field(name: str, value: Value) -> str | None:
    """A profile or address field by its API name, masked as its kind asks for."""
    if not isinstance(value, str):
        return None
    key = name.casefold()
    if key in _OPEN or not value:
        return mask_emails(value)
    if key == "email":
        return mask_email(value)
    return initials(value) if key in _INITIALS else MASK
