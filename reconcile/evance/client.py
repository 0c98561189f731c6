"""The client that reads: it has no way to write."""

from collections.abc import Callable, Collection, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import ClassVar, Self, TypeVar
from urllib.parse import quote

from reconcile.errors import ApiError, Forbidden, NotFound, Rejected, ServerFailure, Unintelligible
from reconcile.model import (
    Capabilities,
    Contact,
    Facet,
    Identity,
    Numbering,
    Role,
    SetSource,
    State,
    email_key,
)

from . import wire
from .connection import Connection
from .door import Door, Watch, unseen
from .listing import Listing, Progress, Rows, Source, listing, unwatched, whole
from .parallel import in_parallel
from .timing import Patience, Timing
from .transport import Request
from .windows import Window

Parsed = TypeVar("Parsed")

V2_CONTACTS = "/api/v2/contacts.json"

GONE = wire.Page((), 0, 0)
"""What is on a page that there is no more, since the list has become shorter."""

SETS = (Facet.ROLES, Facet.TAGS)
"""The facets that a plan needs of a contact unless told otherwise."""


class Reader:
    """Reads an account. It has no method that writes, and its transport lets no write pass.

    A context manager: leaving it ends the workers and closes the connections. Any method may raise an
    ApiError. Safe to use from several threads.
    """

    _may_write: ClassVar[bool] = False

    def __init__(
        self,
        connection: Connection,
        *,
        timing: Timing | None = None,
        patience: Patience | None = None,
        watch: Watch = unseen,
    ) -> None:
        self.connection = connection
        self._door = Door(
            connection,
            may_write=self._may_write,
            timing=timing or Timing(),
            patience=patience or Patience(),
            watch=watch,
        )
        self._pool = ThreadPoolExecutor(connection.concurrency, thread_name_prefix="evance")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers and close the connections."""
        self._door.stop()
        self._pool.shutdown(cancel_futures=True)
        self._door.close()

    def roles(self) -> tuple[Role, ...]:
        """All access roles of the account, sorted by reference."""
        request = Request("GET", "/api/v2/roles.json", "list the roles", "roles.readonly")
        found = self._rows(request, unwatched)
        self._refuse_gap(found.gap, "roles")
        return tuple(sorted(self._understood(wire.role, row) for row in found.rows))

    def listing(self, progress: Progress = unwatched) -> Listing:
        """All contacts of the account, or those that could be read and the gap that makes them doubtful."""
        request = Request("GET", V2_CONTACTS, "list the contacts", "contacts.readonly")
        return self._listed(request, progress)

    def search(self, field: str, value: str) -> Listing:
        """The contacts that the account finds by a field, ``email`` or ``reference``: to be compared.

        A server may find more than was asked for, or pass the filter over and list all. Letter case may count
        for it (Evance help says of neither). ApiError when what it finds can't be read whole.
        """
        return self._found_by(field, value)

    def _found_by(self, field: str, value: str, *, leads: bool = False) -> Listing:
        doing = f"look for contacts by {field}"
        request = Request("GET", V2_CONTACTS, doing, "contacts.readonly", params={field: value}, leads=leads)
        found = self._listed(request, unwatched)
        self._refuse_gap(found.gap, "contacts")
        return found

    def _refuse_gap(self, gap: str, what: str) -> None:
        if gap:
            where = self.connection.account
            raise ApiError(f"incomplete listing of {where}'s {what}: {gap}; try again at a quieter time")

    def _listed(self, request: Request, progress: Progress) -> Listing:
        found = self._rows(request, progress)
        told = partial(_believed, self.connection.capabilities)
        return listing((told(self._understood(wire.listed, row)) for row in found.rows), found.gap)

    def contacts(
        self,
        identities: Sequence[Identity],
        progress: Progress = unwatched,
        *,
        known: Listing | None = None,
        facets: Collection[Facet] = SETS,
    ) -> dict[str, Contact]:
        """These contacts by id, with at least these facets, in the order given.

        A contact of which ``known`` tells all the facets is taken from there; all others are read, one
        request each, in parallel. ApiError: one of them is gone, or is another than the listing told.
        """
        if self.connection.capabilities.contact_ids is Numbering.OTHER:
            raise ApiError(
                f"{self.connection.account} numbers contacts differently in its two API versions (so says "
                "evance.capabilities.yaml): a listed contact can't be told from another one"
            )
        told = {} if known is None else known.contacts
        found = {
            who.id: told[who.id] for who in identities if who.id in told and _tells(told[who.id], facets)
        }
        unread = [who for who in identities if who.id not in found]
        progress(len(found), len(identities))
        for contact in in_parallel(self._pool, self.connection.concurrency, self._same, unread):
            found[contact.identity.id] = contact
            progress(len(found), len(identities))
        return {who.id: found[who.id] for who in identities}

    def looked_up(self, identities: Iterable[Identity]) -> Generator[Contact | None]:
        """Each of these contacts as it comes, in any order; None for one that is gone meanwhile.

        One that can't be read comes without its sets. Unauthorized ends it; closing it early leaves the rest
        unread.
        """
        return in_parallel(self._pool, self.connection.concurrency, self._if_there, identities)

    def _if_there(self, who: Identity) -> Contact | None:
        try:
            return self.contact(who.id)
        except NotFound:
            return None
        except (Rejected, Forbidden, ServerFailure, Unintelligible):
            return Contact(who, State())

    def contact(self, id: str) -> Contact:  # noqa: A002 -- the API's own word
        """One contact, read anew and whole; NotFound when there is none of that id."""
        return self._shown(Request("GET", contact_path(id), f"show contact {id}", "contacts.readonly"), id)

    def _shown(self, request: Request, id: str) -> Contact:  # noqa: A002 -- the API's own word
        contact = self._understood(wire.contact, self._door.read(request))
        if contact.identity.id != id:
            raise Unintelligible(
                f"asked for contact {id}, {self.connection.account} answered with another one"
            )
        return contact

    def _same(self, who: Identity) -> Contact:
        """The contact of a listed identity. v1 and v2 might number contacts differently: the e-mail tells."""
        try:
            contact = self.contact(who.id)
        except NotFound:
            raise NotFound(
                f"contact {who.id} was listed but is gone: if it was deleted just now, run the plan again"
            ) from None
        if email_key(contact.identity.email) != email_key(who.email):
            raise ApiError(
                f"contact {who.id} has another e-mail address than in the listing: if it was changed just "
                "now, run the plan again; if this stays, the two API versions number contacts differently"
            )
        return contact

    def _understood(self, parse: Callable[[wire.Json], Parsed], body: wire.Json) -> Parsed:
        try:
            return parse(body)
        except Unintelligible as error:
            raise Unintelligible(f"{self.connection.account} gave an unknown answer: {error}") from None

    def _rows(self, request: Request, progress: Progress) -> Rows:
        def page(number: int) -> wire.Page:
            try:
                return self._page(request, {"page": str(number)})
            except NotFound:
                if number == 1:
                    raise
            return GONE

        def window(of: Window) -> tuple[Window, wire.Page]:
            return of, self._page(request, {"page": "1", **of.params})

        source = Source(
            self.connection.page_size,
            page,
            partial(in_parallel, self._pool, self.connection.concurrency, page),
            partial(in_parallel, self._pool, self.connection.concurrency, window),
        )
        return whole(source, progress)

    def _page(self, request: Request, asked: dict[str, str]) -> wire.Page:
        params = {**request.params, **asked, "limit": str(self.connection.page_size)}
        return self._understood(wire.page, self._door.read(replace(request, params=params)))


def _believed(known: Capabilities, row: Contact) -> Contact:
    """A row of the list without the sets that are to be read contact by contact."""
    roles = row.state.roles if known.roles_from is SetSource.LIST else None
    tags = row.state.tags if known.tags_from is SetSource.LIST else None
    return replace(row, state=replace(row.state, roles=roles, tags=tags))


def contact_path(contact: str) -> str:
    """Where v1 has a contact."""
    return f"/api/contacts/{quote(contact, safe='')}.json"


def _tells(contact: Contact, facets: Collection[Facet]) -> bool:
    # Both sets, whatever was asked for: the fingerprint of a contact covers both.
    return all(getattr(contact.state, facet) is not None for facet in {*SETS, *facets})
