"""The client that reads: it has no way to write."""

from collections.abc import Callable, Collection, Generator, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar, Self, TypeVar

from reconcile.errors import ApiError, Forbidden, NotFound, Rejected, ServerFailure, UnexpectedResponse
from reconcile.http.parallel import WorkerPool
from reconcile.http.retry import RetryPolicy, Timing
from reconcile.model.capabilities import Capabilities, Numbering, SetSource
from reconcile.model.contact import Contact, Identity, Role, State, email_key
from reconcile.model.facets import Facet
from reconcile.wire import contacts_v1, contacts_v2, identities, roles_v2
from reconcile.wire.contacts_v1 import contact_path
from reconcile.wire.contacts_v2 import CONTACTS_V2, EMPTY_PAGE

from .api_client import ApiClient, Trace, no_trace
from .connection import Connection
from .id_ranges import IdRange
from .listing import Listing, ListingProgress, ListRows, ListSource, listing_of, no_progress, read_whole_list
from .transport import ApiRequest

Understood = TypeVar("Understood")

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
        retry: RetryPolicy | None = None,
        trace: Trace = no_trace,
    ) -> None:
        self.connection = connection
        self._api = ApiClient(
            connection,
            may_write=self._may_write,
            timing=timing or Timing(),
            retry=retry or RetryPolicy(),
            trace=trace,
        )
        self._workers = WorkerPool(connection.concurrency, "evance")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers and close the connections."""
        self._api.stop()
        self._workers.close()
        self._api.close()

    def roles(self) -> tuple[Role, ...]:
        """All access roles of the account, sorted by reference."""
        request = ApiRequest("GET", "/api/v2/roles.json", "list the roles", "roles.readonly")
        found = self._rows(request, no_progress)
        self._refuse_gap(found.gap, "roles")
        return tuple(sorted(self._understood(roles_v2.read_role, row) for row in found.rows))

    def listing(self, progress: ListingProgress = no_progress) -> Listing:
        """All contacts of the account, or those that could be read and the gap that makes them doubtful."""
        request = ApiRequest("GET", CONTACTS_V2, "list the contacts", "contacts.readonly")
        return self._listed(request, progress)

    def search(self, field: str, value: str) -> Listing:
        """The contacts that the account finds by a field, ``email`` or ``reference``: to be compared.

        A server may find more than was asked for, or pass the filter over and list all. Letter case may count
        for it (Evance help says of neither). ApiError when what it finds can't be read whole.
        """
        return self._found_by(field, value)

    def _found_by(self, field: str, value: str, *, reserve_next: bool = False) -> Listing:
        action = f"look for contacts by {field}"
        request = ApiRequest(
            "GET", CONTACTS_V2, action, "contacts.readonly", params={field: value}, reserve_next=reserve_next
        )
        found = self._listed(request, no_progress)
        self._refuse_gap(found.gap, "contacts")
        return found

    def _refuse_gap(self, gap: str, what: str) -> None:
        if gap:
            where = self.connection.account
            raise ApiError(f"incomplete listing of {where}'s {what}: {gap}; try again at a quieter time")

    def _listed(self, request: ApiRequest, progress: ListingProgress) -> Listing:
        found = self._rows(request, progress)
        told = partial(_as_capable, self.connection.capabilities)
        return listing_of(
            (told(self._understood(contacts_v2.read_row, row)) for row in found.rows), found.gap
        )

    def contacts(
        self,
        identities: Sequence[Identity],
        progress: ListingProgress = no_progress,
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
            who.id: told[who.id] for who in identities if who.id in told and _has_facets(told[who.id], facets)
        }
        unread = [who for who in identities if who.id not in found]
        progress(len(found), len(identities))
        for contact in self._workers.results(self._same, unread):
            found[contact.identity.id] = contact
            progress(len(found), len(identities))
        return {who.id: found[who.id] for who in identities}

    def looked_up(self, identities: Iterable[Identity]) -> Generator[Contact | None]:
        """Each of these contacts as it comes, in any order; None for one that is gone meanwhile.

        One that can't be read comes without its sets. Unauthorized ends it; closing it early leaves the rest
        unread.
        """
        return self._workers.results(self._if_there, identities)

    def _if_there(self, who: Identity) -> Contact | None:
        try:
            return self.contact(who.id)
        except NotFound:
            return None
        except (Rejected, Forbidden, ServerFailure, UnexpectedResponse):
            return Contact(who, State())

    def contact(self, id: str) -> Contact:  # noqa: A002 -- the API's own word
        """One contact, read anew and whole; NotFound when there is none of that id."""
        return self._shown(ApiRequest("GET", contact_path(id), f"show contact {id}", "contacts.readonly"), id)

    def _shown(self, request: ApiRequest, id: str) -> Contact:  # noqa: A002 -- the API's own word
        contact = self._understood(contacts_v1.read_contact, self._api.read(request))
        if contact.identity.id != id:
            raise UnexpectedResponse(
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

    def _understood(
        self, parse: Callable[[identities.Json], Understood], body: identities.Json
    ) -> Understood:
        try:
            return parse(body)
        except UnexpectedResponse as error:
            raise UnexpectedResponse(f"{self.connection.account} gave an unknown answer: {error}") from None

    def _rows(self, request: ApiRequest, progress: ListingProgress) -> ListRows:
        def page(number: int) -> contacts_v2.Page:
            try:
                return self._page(request, {"page": str(number)})
            except NotFound:
                if number == 1:
                    raise
            return EMPTY_PAGE

        def window(of: IdRange) -> tuple[IdRange, contacts_v2.Page]:
            return of, self._page(request, {"page": "1", **of.params})

        source = ListSource(
            self.connection.page_size,
            page,
            partial(self._workers.results, page),
            partial(self._workers.results, window),
        )
        return read_whole_list(source, progress)

    def _page(self, request: ApiRequest, asked: dict[str, str]) -> contacts_v2.Page:
        params = {**request.params, **asked, "limit": str(self.connection.page_size)}
        return self._understood(contacts_v2.read_page, self._api.read(replace(request, params=params)))


def _as_capable(known: Capabilities, row: Contact) -> Contact:
    """A row of the list without the sets that are to be read contact by contact."""
    roles = row.state.roles if known.roles_from is SetSource.LIST else None
    tags = row.state.tags if known.tags_from is SetSource.LIST else None
    return replace(row, state=replace(row.state, roles=roles, tags=tags))


def _has_facets(contact: Contact, facets: Collection[Facet]) -> bool:
    # Both sets, whatever was asked for: the fingerprint of a contact covers both.
    return all(getattr(contact.state, facet) is not None for facet in {*SETS, *facets})
