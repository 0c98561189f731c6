"""Finds contacts that are declared twice, over all files and without the account."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reconcile.model import Declaration, Problem, email_key

from . import rules


@dataclass(slots=True)
class _Namesakes:
    """The first declarations that share one id, reference or e-mail, by what could tell them apart."""

    any: Declaration | None = None
    without_id: Declaration | None = None
    without_reference: Declaration | None = None
    without_both: Declaration | None = None

    def earlier(self, entry: Declaration) -> Declaration | None:
        """An earlier one that nothing tells apart from this entry; two ids or two references would."""
        if entry.id is None:
            return self.any if entry.reference is None else self.without_reference
        return self.without_id if entry.reference is None else self.without_both

    def add(self, entry: Declaration) -> None:
        """Remember a declaration where it is the first of its sort."""
        self.any = self.any or entry
        if entry.id is None:
            self.without_id = self.without_id or entry
        if entry.reference is None:
            self.without_reference = self.without_reference or entry
            if entry.id is None:
                self.without_both = self.without_both or entry


def declared_twice(declarations: Iterable[Declaration]) -> Iterator[Problem]:
    """A problem for each declaration whose contact an earlier one declares already.

    The same id proves it. The same reference or e-mail proves it unless something tells the two apart:
    guests repeat the addresses of others, so entries that pin different ids may share one.
    """
    ids: dict[str, Declaration] = {}
    shared: defaultdict[tuple[str, str], _Namesakes] = defaultdict(_Namesakes)
    for entry in declarations:
        found = [(ids.setdefault(entry.id, entry), "id")] if entry.id is not None else []
        for what, value in _names(entry):
            namesakes = shared[what, value]
            found += [(first, what)] if (first := namesakes.earlier(entry)) else []
            namesakes.add(entry)
        twice = [(first, what) for first, what in found if first is not entry]
        if twice:
            yield _problem(entry, *twice[0])


def _names(entry: Declaration) -> Iterator[tuple[str, str]]:
    """What finds the contact, its new address included."""
    if entry.reference is not None:
        yield "reference", entry.reference
    new = entry.profile.get("email") if entry.profile else None
    for key in {email_key(email) for email in (entry.email, new) if email}:
        yield "e-mail", key


def _problem(entry: Declaration, first: Declaration, what: str) -> Problem:
    message = f"the same contact is declared at {first.place} (same {what}); merge the two entries"
    if what != "id":
        message += ", or pin both with 'id'"
    return Problem(entry.place, message, rules.DUPLICATE_CONTACT.id)
