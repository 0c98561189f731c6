"""Which declarations of the whole folder mean a contact, in whatever scope a plan is made."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from reconcile.model.contact import Identity, email_key
from reconcile.model.declaration import Declaration
from reconcile.model.record import NOTHING_REMEMBERED, Remembered

from .directory import claimants, possible_emails
from .matches import Matches

Match = Callable[[Sequence[Declaration], Sequence[Identity]], Matches]
"""Pairs declarations with live contacts, with all else that is known (`match_declarations`)."""

_Pin = tuple[str, str]


class DeclarationIndex:
    """All declarations by what they say of whom they mean, and by the contact that each was about.

    Built once, so that 100,000 are not walked again for each contact.
    """

    def __init__(
        self, declarations: Iterable[Declaration], remembered: Remembered = NOTHING_REMEMBERED
    ) -> None:
        self._remembered = remembered
        self._by_pin: dict[_Pin, list[Declaration]] = defaultdict(list)
        for declaration in declarations:
            for pin in set(self._pins(declaration)):
                self._by_pin[pin].append(declaration)

    def _pins(self, declaration: Declaration) -> Iterator[_Pin]:
        known = declaration.id or self._remembered.contact(declaration.key)
        if known is not None:
            yield "id", known
        if declaration.reference is not None:
            yield "reference", declaration.reference
        for email in possible_emails(declaration):
            yield "email", email

    def claiming(self, identity: Identity) -> tuple[Declaration, ...]:
        """The declarations that find this live contact, or were about it, sorted by place."""
        pins = (
            ("id", identity.id),
            ("reference", identity.reference or ""),
            ("email", email_key(identity.email)),
        )
        near = {id(found): found for pin in pins for found in self._by_pin.get(pin, ())}
        finding = claimants(near.values(), identity, self._remembered)
        about = (entry for entry in near.values() if self._remembered.contact(entry.key) == identity.id)
        claiming = {id(entry): entry for entry in (*finding, *about)}
        return tuple(sorted(claiming.values(), key=lambda entry: entry.place))


def match_in_scope(
    scoped: Sequence[Declaration],
    identities: Sequence[Identity],
    index: DeclarationIndex,
    match: Match,
) -> Matches:
    """The pairs of the declarations in scope; an entry elsewhere for one of their contacts counts, too.

    ``identities`` are contacts that were looked for, or all of them; ``match`` pairs declarations with them.
    """
    inside = {declaration.key for declaration in scoped}
    matches = match(scoped, identities)
    found = {identity for _, identity in matches.matched} | {
        doubt.identity for doubt in matches.doubtful if doubt.identity
    }
    others = {
        other.key: other
        for identity in sorted(found)
        for other in index.claiming(identity)
        if other.key not in inside
    }
    if not others:
        return matches
    # The others first, so that a contact that is meant twice is a fault of the entry in scope.
    return _cut(match((*others.values(), *scoped), identities), scoped)


def _cut(matches: Matches, scoped: Sequence[Declaration]) -> Matches:
    """What is said of the declarations in scope."""
    inside = {declaration.place for declaration in scoped}
    return Matches(
        matched=tuple(pair for pair in matches.matched if pair[0].place in inside),
        to_create=tuple(entry for entry in matches.to_create if entry.place in inside),
        problems=tuple(problem for problem in matches.problems if problem.place in inside),
        unseen=tuple(entry for entry in matches.unseen if entry.place in inside),
        doubtful=tuple(match for match in matches.doubtful if match.declaration.place in inside),
        gone=tuple(pair for pair in matches.gone if pair[0].place in inside),
    )
