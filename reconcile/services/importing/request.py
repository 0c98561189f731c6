"""What an import is asked for, and the contacts that this means; an error where it means nobody."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconcile.errors import InvalidScope, UsageError
from reconcile.importing.selection import SelectedContacts, Selectors, Unmet, select
from reconcile.model.contact import email_key, item_name
from reconcile.model.declaration import Declaration
from reconcile.model.facets import Facet
from reconcile.text import nearest, quoted

from .snapshot import AccountSnapshot


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What an import is asked for.

    ``everyone``: no selector has to be given; the selectors are those of `Selectors`. ``layout`` says how new
    entries are spread over files, ``into`` is the file or folder that they go into. ``bundles``: what
    many share becomes a bundle.
    """

    everyone: bool = False
    roles: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    layout: str = "single"
    bundles: bool = False
    into: Path | None = None
    dry_run: bool = False

    @property
    def selectors(self) -> Selectors:
        """Which contacts are meant."""
        return Selectors(self.roles, self.tags, self.types, self.emails, self.ids, self.references)

    def refuse_unclear(self) -> None:
        """UsageError where nobody, or both everybody and some, are asked for."""
        some = self.selectors != Selectors()
        if not (some or self.everyone):
            raise UsageError(
                "say which contacts to import: --all, or --role, --tag, --type, --email, --id or --reference"
            )
        if some and self.everyone:
            raise UsageError("--all means every contact: leave it out, or the selectors")


def select_contacts(
    snapshot: AccountSnapshot, selectors: Selectors, declared: Sequence[Declaration]
) -> SelectedContacts:
    """The contacts that are meant.

    InvalidScope: a selector means nobody, most likely a typing mistake; the nearest name is told.
    """
    context = snapshot.context
    known = snapshot.claims(declared).declared
    selection = select(snapshot.meant, selectors, context.policy, context.now, known)
    # Names and types were looked for among all contacts already, those that could not be read among them.
    unmet = (*snapshot.unmet, *(one for one in selection.unmet if one.option in _ITEMS))
    if unmet:
        raise InvalidScope("\n".join(_unmet_text(one, snapshot, selection, declared) for one in unmet))
    if selectors != Selectors() and not (selection.contacts or selection.holding_nothing or snapshot.unread):
        raise InvalidScope("no contact meets one selector of each kind that was given; give fewer kinds")
    return selection


_ITEMS = {"role": Facet.ROLES, "tag": Facet.TAGS}


def _unmet_text(
    unmet: Unmet, snapshot: AccountSnapshot, selection: SelectedContacts, declared: Iterable[Declaration]
) -> str:
    known = set(_known_names(unmet.option, snapshot, declared))
    among = "that was named " if selection.by_name and unmet.option in {*_ITEMS, "type"} else ""
    start = f"--{unmet.option}: no contact {among}"
    if unmet.option in _ITEMS and unmet.value in known:
        return f"{start}holds {unmet.option} {quoted(unmet.value)}; nothing was written"
    verb = "holds" if unmet.option in _ITEMS else "is called" if unmet.option != "type" else "is of type"
    likeness = _LIKE_AN_ADDRESS if unmet.option == "email" else _LIKE_A_NAME
    near = nearest(unmet.value, known, key=email_key, likeness=likeness)
    advice = f"did you mean {quoted(near)}?" if near else _ADVICE[unmet.option]
    return f"{start}{verb} {quoted(unmet.value)}; {advice}"


_LIKE_A_NAME = 0.6

_LIKE_AN_ADDRESS = 0.85
"""Half of an address is its domain, which strangers share: only a slip or two are taken for one."""

_ADVICE = {
    "role": "give the reference of a role that somebody holds",
    "tag": "give a tag that somebody has",
    "type": "Evance knows user, guest, branch, recipient and hq",
    "email": "give the address that it has in Evance",
    "id": "give the number that it has in Evance",
    "reference": "give the reference that it has in Evance",
}


def _known_names(kind: str, snapshot: AccountSnapshot, declared: Iterable[Declaration]) -> Iterator[str]:
    """The names of that kind that the account has, and those that are declared."""
    identities = snapshot.listing.identities
    match kind:
        case "role":
            yield from (role.reference for role in snapshot.roles)
        case "tag":
            yield from (item_name(tag) for contact in snapshot.meant for tag in contact.state.tags or ())
        case "type":
            yield from (identity.type for identity in identities)
        case _:
            for entry in (*identities, *declared):
                name = getattr(entry, kind)
                if name:
                    yield name
