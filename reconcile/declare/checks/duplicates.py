"""Finds contacts that are declared twice, over all files and without the account."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reconcile.declare import rules
from reconcile.model.contact import email_key
from reconcile.model.declaration import Declaration
from reconcile.model.problem import Problem


@dataclass(slots=True)
class _EarlierEntries:
    """The first declarations that share one id, reference or e-mail, by what could tell them apart."""

    any: Declaration | None = None
    without_id: Declaration | None = None
    without_reference: Declaration | None = None
    without_both: Declaration | None = None

    def earlier(self, entry: Declaration, what: str) -> Declaration | None:
        """An earlier one that nothing tells apart from this entry; two ids or two references would."""
        if what == "id":
            return self.any
        if entry.reference is None or what == "reference":
            return self.any if entry.id is None else self.without_id
        return self.without_reference if entry.id is None else self.without_both

    def add(self, entry: Declaration) -> None:
        """Remember a declaration where it is the first of its sort."""
        self.any = self.any or entry
        if entry.id is None:
            self.without_id = self.without_id or entry
        if entry.reference is None:
            self.without_reference = self.without_reference or entry
            if entry.id is None:
                self.without_both = self.without_both or entry


def find_duplicates(declarations: Iterable[Declaration]) -> Iterator[Problem]:
    """A problem for each declaration whose contact an earlier one declares already.

    The same id proves it. The same reference or e-mail proves it unless something tells the two apart:
    guests repeat the addresses of others, so entries that pin different ids may share one.
    """
    told = set()
    for (what, _), entries in _repeated(declarations).items():
        namesakes = _EarlierEntries()
        for entry in entries:
            first = namesakes.earlier(entry, what)
            namesakes.add(entry)
            if first is not None and entry.place not in told:
                told.add(entry.place)
                yield _problem(entry, first, what)


def _repeated(declarations: Iterable[Declaration]) -> dict[tuple[str, str], list[Declaration]]:
    """The declarations that share an id, a reference or an e-mail, in that order."""
    alone: dict[tuple[str, str], Declaration] = {}
    repeated: dict[tuple[str, str], list[Declaration]] = {}
    for entry in declarations:
        for name in _names(entry):
            first = alone.setdefault(name, entry)
            if first is not entry:
                repeated.setdefault(name, [first]).append(entry)
    return dict(sorted(repeated.items(), key=lambda item: _ORDER.index(item[0][0])))


_ORDER = ("id", "reference", "e-mail")


def _names(entry: Declaration) -> Iterator[tuple[str, str]]:
    """What finds the contact, its new address included."""
    if entry.id is not None:
        yield "id", entry.id
    if entry.reference is not None:
        yield "reference", entry.reference
    if entry.email is not None:
        yield "e-mail", email_key(entry.email)
    if entry.profile and (new := entry.profile.get("email")):
        yield "e-mail", email_key(new)


def _problem(entry: Declaration, first: Declaration, what: str) -> Problem:
    message = f"the same contact is declared at {first.place} (same {what}); merge the two entries"
    if what != "id":
        message += ", or pin both with 'id'"
    return Problem(entry.place, message, rules.DUPLICATE_CONTACT.id)
