"""Finds contacts that are declared twice, over all files and without the account."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reconcile.declare import rules
from reconcile.model.contact import email_key
from reconcile.model.declaration import Declaration
from reconcile.model.problem import Problem


@dataclass(slots=True)
class _EarlierDeclarations:
    """The first declarations that share an id, reference or e-mail, by what could tell them apart."""

    any: Declaration | None = None
    without_id: Declaration | None = None
    without_reference: Declaration | None = None
    without_both: Declaration | None = None

    def of_same_contact(self, declaration: Declaration, identity: str) -> Declaration | None:
        """An earlier one that nothing tells apart from this one; two ids or two references would."""
        if identity == "id":
            return self.any
        if declaration.reference is None or identity == "reference":
            return self.any if declaration.id is None else self.without_id
        return self.without_reference if declaration.id is None else self.without_both

    def add(self, declaration: Declaration) -> None:
        """Remember a declaration where it is the first of its sort."""
        self.any = self.any or declaration
        if declaration.id is None:
            self.without_id = self.without_id or declaration
        if declaration.reference is None:
            self.without_reference = self.without_reference or declaration
            if declaration.id is None:
                self.without_both = self.without_both or declaration


def find_duplicates(declarations: Iterable[Declaration]) -> Iterator[Problem]:
    """A problem for each declaration whose contact an earlier one declares already.

    The same id proves it. The same reference or e-mail proves it unless something tells the two apart:
    guests repeat the addresses of others, so declarations that pin different ids may share one.
    """
    reported: set[int] = set()
    for (identity, _), group in _sharing_an_identity(declarations).items():
        earlier = _EarlierDeclarations()
        for declaration in group:
            first = earlier.of_same_contact(declaration, identity)
            earlier.add(declaration)
            if first is not None and id(declaration) not in reported:
                reported.add(id(declaration))
                yield _problem(declaration, first, identity)


_IDENTITIES = ("id", "reference", "e-mail")


def _sharing_an_identity(declarations: Iterable[Declaration]) -> dict[tuple[str, str], list[Declaration]]:
    """The declarations that share an id, a reference or an e-mail, in that order."""
    first: dict[tuple[str, str], Declaration] = {}
    groups: dict[tuple[str, str], list[Declaration]] = {}
    for declaration in declarations:
        for identity in _identities(declaration):
            earlier = first.setdefault(identity, declaration)
            if earlier is not declaration:
                groups.setdefault(identity, [earlier]).append(declaration)
    return dict(sorted(groups.items(), key=lambda group: _IDENTITIES.index(group[0][0])))


def _identities(declaration: Declaration) -> Iterator[tuple[str, str]]:
    """What finds the contact, its new address included."""
    if declaration.id is not None:
        yield "id", declaration.id
    if declaration.reference is not None:
        yield "reference", declaration.reference
    if declaration.email is not None:
        yield "e-mail", email_key(declaration.email)
    if declaration.profile and (new_email := declaration.profile.get("email")):
        yield "e-mail", email_key(new_email)


def _problem(declaration: Declaration, first: Declaration, identity: str) -> Problem:
    message = f"the same contact is declared at {first.place} (same {identity}); merge the two entries"
    if identity != "id":
        message += ", or pin both with 'id'"
    return Problem(declaration.place, message, rules.DUPLICATE_CONTACT.id)


def find_shared_emails(declarations: Iterable[Declaration]) -> Iterator[Problem]:
    """A problem for each declaration that gives its contact the address that another one has or gets.

    Contacts that trade addresses share none in the end. Guests may: nobody is given what both have already.
    """
    having: dict[str, list[Declaration]] = {}
    for declaration in declarations:
        new = declaration.profile.get("email") if declaration.profile else None
        final = new or declaration.email
        if final is not None:
            having.setdefault(email_key(final), []).append(declaration)
    for email, sharing in having.items():
        if len(sharing) > 1:
            yield from _given_to_several(email, sharing)


def _given_to_several(email: str, sharing: Iterable[Declaration]) -> Iterator[Problem]:
    """Whoever has the address already keeps it, else the first one that gets it."""
    owner, *others = sorted(sharing, key=lambda declaration: _gives(declaration, email))
    for declaration in others:
        if _gives(declaration, email) and _told_apart(declaration, owner):
            message = (
                f"the entry at {owner.place} has or gets the e-mail address that this one gives its contact; "
                "keep one of the two"
            )
            yield Problem(declaration.place, message, rules.DUPLICATE_EMAIL.id)


def _gives(declaration: Declaration, email: str) -> bool:
    return declaration.email is None or email_key(declaration.email) != email


def _told_apart(one: Declaration, other: Declaration) -> bool:
    """True for two contacts; one that is declared twice is told as such."""
    if one.id and other.id:
        return one.id != other.id
    return bool(one.reference and other.reference) and one.reference != other.reference
