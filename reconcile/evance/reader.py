"""The client that reads: it has no way to write."""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, Self

from reconcile.clock import ServerTime
from reconcile.errors import (
    ApiError,
    ChangedSinceListed,
    Forbidden,
    NotFound,
    Rejected,
    ServerFailure,
    Stopped,
    Unauthorized,
    UnexpectedResponse,
    Unreachable,
)
from reconcile.http.rate_limiter import RetryPolicy, Timing
from reconcile.model.contact import Contact, Identity, Role, State
from reconcile.model.partial_fields import NO_FIELDS, FieldNeeds
from reconcile.model.settings import Numbering
from reconcile.wire.contacts_v1 import contact_path_v1, read_contact
from reconcile.wire.contacts_v2 import ReadRow, read_page
from reconcile.wire.roles_and_tags import ROLES_V2, read_role

from .api_client import NOBODY_LISTENS, ApiClient, Listener
from .connection import Connection
from .error_mapping import parse_answer
from .list_pages import LIST_CONTACTS, ListPages, WorkerPool, ids_request, search_request
from .listing import (
    EMPTY_LISTING,
    FirstPage,
    Listing,
    ListingProgress,
    listing_of,
    no_progress,
    read_whole_list,
)
from .told_contacts import in_known_words, interpret_by, needs_from_list, refuse_another
from .transport import ApiRequest

WhenUnread = Callable[[Identity, ApiError], None]
"""Told that a contact can't be read, and why."""


def fail(_identity: Identity, error: ApiError) -> None:
    """Raise the error: where one contact is wanted, nothing else is of use."""
    raise error


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
        listener: Listener = NOBODY_LISTENS,
    ) -> None:
        self.connection = connection
        self._api = ApiClient(
            connection,
            may_write=self._may_write,
            timing=timing or Timing(),
            retry=retry or RetryPolicy(),
            listener=listener,
        )
        self._workers = WorkerPool(connection.concurrency, "evance")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not KeyboardInterrupt:
            self.close()
            return
        # Who interrupts waits for no answer: a request that is under way may take a minute.
        self._api.rate_limiter.close()
        self._workers.abandon()

    def close(self) -> None:
        """End the workers and close the connections."""
        self._api.rate_limiter.close()
        self._workers.close()
        self._api.close()

    def sign_in(self) -> None:
        """Ask for a token, unless there is one: a first answer, before long work."""
        self._api.tokens.current()

    def grants(self, scope: str) -> bool | None:
        """Whether the credentials are good for a scope; None when the account does not tell."""
        self.sign_in()
        return self._api.tokens.grants(scope)

    def server_time(self) -> ServerTime | None:
        """What the account's clock shows now, by its newest answer so far; None when no answer tells."""
        return self._api.server_clock.now()

    def roles(self) -> tuple[Role, ...]:
        """All access roles of the account, sorted by reference."""
        request = ApiRequest("GET", ROLES_V2, "list the roles", "roles.readonly")
        list_rows = read_whole_list(ListPages(self._api, self._workers, request, read_page), no_progress)
        self._refuse_gap(list_rows.gap, "roles")
        return tuple(sorted(parse_answer(read_role, row, self.connection) for row in list_rows.rows))

    def first_page(self, needs: FieldNeeds = NO_FIELDS) -> FirstPage:
        """The first page of the list of contacts, which tells how many there are."""
        page = self._contact_pages(LIST_CONTACTS, needs).page(1)
        return FirstPage(page, listing_of(dict(page.rows).values()))

    def listing(
        self,
        progress: ListingProgress = no_progress,
        *,
        needs: FieldNeeds = NO_FIELDS,
        versions: bool = False,
        first: FirstPage | None = None,
    ) -> Listing:
        """All contacts of the account, or those that could be read and the gap that makes them doubtful.

        They have the fields that are needed, as far as the list tells them. With ``versions`` it has what
        tells its rows from earlier ones. ``first`` was read just now, for the same needs, without versions.
        """
        pages = self._contact_pages(LIST_CONTACTS, needs, versions=versions)
        list_rows = read_whole_list(pages, progress, None if first is None else first.page)
        return listing_of(list_rows.rows, list_rows.gap)

    def search(self, field: str, value: str, *, reserve_next: bool = False) -> Listing:
        """The contacts that the account finds by a field, ``email`` or ``reference``: to be compared.

        A server may find more than was asked for, or ignore the filter and list all. It may distinguish
        letter case (Evance help says of neither). ApiError when its findings can't be read whole.
        """
        request = search_request(field, value, reserve_next=reserve_next)
        list_rows = read_whole_list(self._contact_pages(request), no_progress)
        listing = listing_of(list_rows.rows, list_rows.gap)
        self._refuse_gap(listing.gap, "contacts")
        self._refuse_odd_rows(listing)
        return listing

    def searched(
        self, searches: Iterable[tuple[str, str]], needs: FieldNeeds = NO_FIELDS
    ) -> Generator[Listing | None]:
        """What each of these searches by a field finds, in any order; the contacts are as in a listing.

        None where the account does not answer it, or finds more than a page: then it has to be listed.
        """
        return self._workers.results(partial(self._searched, needs=needs), searches)

    def _searched(self, search: tuple[str, str], needs: FieldNeeds) -> Listing | None:
        # One page alone: who reads others waits for a worker, and this is one.
        try:
            page = self._contact_pages(search_request(*search), needs).page(1)
        except (NotFound, Rejected, ServerFailure, UnexpectedResponse):
            return None
        listing = listing_of(dict(page.rows).values())
        return None if listing.odd_rows or len(page.rows) != page.total else listing

    def listed_by_ids(
        self, ids: Sequence[str], at_once: int, needs: FieldNeeds = NO_FIELDS
    ) -> Generator[Listing]:
        """What the list shows of these contacts, so many by one request, in any order: to be compared.

        Nobody where the account does not answer, or shows others.
        """
        groups = [ids[start : start + at_once] for start in range(0, len(ids), at_once)]
        return self._workers.results(partial(self._listed_by_ids, needs=needs), groups)

    def _listed_by_ids(self, ids: Sequence[str], needs: FieldNeeds) -> Listing:
        try:
            page = self._contact_pages(ids_request(ids), needs).page(1)
        except (NotFound, Rejected, ServerFailure, UnexpectedResponse):
            return EMPTY_LISTING
        rows = dict(page.rows)
        return listing_of(rows.values()) if rows.keys() <= set(ids) else EMPTY_LISTING

    def _refuse_gap(self, gap: str, noun: str) -> None:
        if gap:
            account = self.connection.account
            raise ApiError(f"incomplete listing of {account}'s {noun}: {gap}; try again at a quieter time")

    def _refuse_odd_rows(self, listing: Listing) -> None:
        for number, fault in sorted(listing.odd_rows.items()):
            where = self.connection.account
            raise UnexpectedResponse(f"{where} gave an unknown answer: contact {number}: {fault}")

    def _contact_pages(
        self, request: ApiRequest, needs: FieldNeeds = NO_FIELDS, *, versions: bool = False
    ) -> ListPages[ReadRow]:
        # It needs the typed decoder, which who lists no contacts should not wait for.
        from reconcile.wire.contact_pages import ContactRows, decode_page  # noqa: PLC0415

        known = self.connection.capabilities
        rows = ContactRows(interpret_by(known), needs_from_list(needs, known), versions=versions)
        return ListPages(self._api, self._workers, replace(request, decode=decode_page), rows.page)

    def contacts(
        self,
        identities: Sequence[Identity],
        progress: ListingProgress = no_progress,
        *,
        known: Listing | None = None,
        needs: FieldNeeds = NO_FIELDS,
        when_unread: WhenUnread = fail,
    ) -> dict[str, Contact]:
        """These contacts by id, with both sets and what else is needed, in the order given.

        A contact that ``known`` shows with all of that is taken from there; all others are read, one
        request each, in parallel. ``when_unread`` is told why one can't be read, ChangedSinceListed when it
        is gone, or is another than the listing showed; it raises the error, or the contact is left out.
        """
        if self.connection.capabilities.contact_ids is Numbering.OTHER:
            raise ApiError(
                f"{self.connection.account} numbers contacts differently in its two API versions (so says "
                "evance.capabilities.yaml): a listed contact can't be told from another one"
            )
        listed = {} if known is None else known.contacts
        ids = [identity.id for identity in identities]
        contacts = {id_: listed[id_] for id_ in ids if id_ in listed and needs.are_met_by(listed[id_])}
        unread = [identity for identity in identities if identity.id not in contacts]
        progress(len(contacts), len(identities))
        for done, (identity, told) in enumerate(self._workers.results(self._told_contact, unread), 1):
            if isinstance(told, Contact):
                contacts[identity.id] = told
            else:
                when_unread(identity, told)
            progress(len(identities) - len(unread) + done, len(identities))
        return {id_: contacts[id_] for id_ in ids if id_ in contacts}

    def looked_up(self, identities: Iterable[Identity]) -> Generator[Contact | None]:
        """Each of these contacts as it comes, in any order; None for one that is gone by now.

        One that can't be read comes without its sets. Unauthorized ends it; closing it early leaves the rest
        unread.
        """
        return self._workers.results(self._contact_if_there, identities)

    def _contact_if_there(self, identity: Identity) -> Contact | None:
        try:
            return self.contact(identity.id)
        except NotFound:
            return None
        except (Rejected, Forbidden, ServerFailure, Unreachable, UnexpectedResponse):
            return Contact(identity, State())

    def contact(self, id: str) -> Contact:  # noqa: A002 -- the API's own word
        """One contact, read anew and whole; NotFound when there is none of that id."""
        return self._read_contact(id)

    def _read_contact(self, id: str, *, reserve_next: bool = False) -> Contact:  # noqa: A002 -- see above
        path, action = contact_path_v1(id), f"show contact {id}"
        request = ApiRequest("GET", path, action, "contacts.readonly", reserve_next=reserve_next)
        contact = parse_answer(read_contact, self._api.read(request), self.connection)
        contact = replace(contact, state=in_known_words(contact.state, self.connection.capabilities))
        if contact.identity.id != id:
            raise UnexpectedResponse(
                f"asked for contact {id}, {self.connection.account} answered with another one"
            )
        return contact

    def _told_contact(self, identity: Identity) -> tuple[Identity, Contact | ApiError]:
        """A listed identity with its contact, or with why that can't be read, where others may be."""
        try:
            return identity, self._listed_contact(identity)
        except (Unauthorized, Stopped):
            raise
        except ApiError as error:
            return identity, error

    def _listed_contact(self, identity: Identity) -> Contact:
        """The contact of a listed identity; ChangedSinceListed when it is gone, or another one by now."""
        try:
            contact = self.contact(identity.id)
        except NotFound:
            raise ChangedSinceListed(
                f"contact {identity.id} was listed but is gone: if it was deleted just now, run the plan "
                "again"
            ) from None
        refuse_another(contact.identity, identity)
        return contact


def quick_reader(connection: Connection, longest: float, listener: Listener = NOBODY_LISTENS) -> Reader:
    """A reader for a first look: it waits for an answer that many seconds at most, and seldom asks twice."""
    limits: dict[str, Any] = {f"{what}_timeout": longest for what in ("connect", "read", "answer")}
    retry = RetryPolicy(tries=2, connecting=1, reading=1, total=2 * longest)
    return Reader(replace(connection, **limits), retry=retry, listener=listener)
