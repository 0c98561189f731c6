"""The client that writes: one contact at a time."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from reconcile.errors import Rejected, UnexpectedResponse
from reconcile.model.contact import Contact, Identity, email_key
from reconcile.model.plan import Payload
from reconcile.wire.contacts_v1 import (
    CONTACTS_V1,
    contact_in,
    contact_path_v1,
    payload_fields,
    read_contact,
)
from reconcile.wire.identities import Json, read_identity
from reconcile.wire.sets import SET_KEYS

from .error_mapping import unexpected_response
from .reader import Reader
from .transport import ApiRequest


class Writer(Reader):
    """A reader that may also write: one contact a call, never repeated when its answer was lost."""

    _may_write: ClassVar[bool] = True

    def stop_when(self, stop_reason: Callable[[], str | None]) -> None:
        """End waits with Stopped, within half a second, once that gives a reason, and send no more writes.

        A reading that needs only its ordinary turn still goes out, so that a write can be read back.
        """
        self._api.stop_when(stop_reason)

    def contact_to_update(self, id: str) -> Contact:  # noqa: A002 -- the API's own word
        """``contact``, right before its update: the next turn to send is reserved for this thread."""
        path, action = contact_path_v1(id), f"show contact {id}"
        return self._read_contact(ApiRequest("GET", path, action, "contacts.readonly", reserve_next=True), id)

    def update(self, id: str, payload: Payload) -> Contact | None:  # noqa: A002 -- the API's own word
        """Send an update; the contact as the answer shows it, None when the answer does not show it whole.

        ``payload`` is the exact body, ``{"contact": {...}}``. OutcomeUnknown: it may have been written, read
        it. WriteDeferred: it was not written, and since it would have had to wait, the contact should be read
        again first. Any other ApiError: it was not written.
        """
        self._refuse_unsafe(payload)
        method, path = self.connection.update_method, contact_path_v1(id)
        request = ApiRequest(method, path, f"update contact {id}", "contacts", body=payload, send_once=True)
        answer = self._api.write(request)
        if answer is None:
            return None
        shown = contact_in(answer)
        if shown is None or str(shown.get("id", id)) != id:
            raise unexpected_response(request, self.connection)
        return _contact_if_whole(answer)

    def namesakes(self, emails: Iterable[str], reference: str | None) -> tuple[Identity, ...]:
        """Whom the account finds by these addresses or that reference right before a creation, to compare."""
        spellings = {spelling for email in emails if email for spelling in (email, email_key(email))}
        filters = [("email", email) for email in sorted(spellings)]
        filters += [("reference", reference)] if reference else []
        listings = [self._search(field, value, reserve_next=True) for field, value in filters]
        return tuple(sorted({identity for listing in listings for identity in listing.identities}))

    def create(self, payload: Payload) -> str:
        """Create a contact; its new id. OutcomeUnknown: it may exist now, look for it before another try.

        WriteDeferred: it was not created, and since it would have had to wait, look again first.
        """
        self._refuse_unsafe(payload)
        request = ApiRequest(
            "POST", CONTACTS_V1, "create a contact", "contacts", body=payload, send_once=True
        )
        answer = self._api.write(request) or {}
        try:
            return read_identity(contact_in(answer) or {}).id
        except UnexpectedResponse:
            raise unexpected_response(request, self.connection) from None

    def _refuse_unsafe(self, payload: Payload) -> None:
        """Raise Rejected for a set that the account's capabilities say must not be written."""
        fields = payload_fields(payload)
        unsafe = [facet for facet in self.connection.capabilities.refuse if SET_KEYS[facet] in fields]
        if unsafe:
            raise Rejected(
                f"not sent: evance.capabilities.yaml says to refuse a write of {' and '.join(unsafe)} "
                f"at {self.connection.account}; the file says why"
            )


def _contact_if_whole(answer: Json) -> Contact | None:
    try:
        return read_contact(answer)
    except UnexpectedResponse:
        return None
