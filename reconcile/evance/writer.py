"""The client that writes: one contact at a time."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from reconcile.errors import Rejected, UnexpectedResponse
from reconcile.model.contact import Contact, Identity, email_key
from reconcile.model.facets import Facet
from reconcile.model.plan import Payload
from reconcile.wire import contacts_v1, identities
from reconcile.wire.contacts_v1 import CONTACTS_V1, contact_path

from .error_mapping import unexpected_response
from .reader import Reader
from .transport import ApiRequest

_KEYS = {Facet.ROLES: "accessRoles", Facet.TAGS: "tags"}
"""Where a set stands in a payload."""


class Writer(Reader):
    """A reader that may also write: one contact a call, never repeated when its answer was lost."""

    _may_write: ClassVar[bool] = True

    def stop_when(self, stop_reason: Callable[[], str | None]) -> None:
        """End waits with Halted, within half a second, once that gives a reason, and send no more writes.

        What needs only its ordinary turn is still read, so that a write can be read back.
        """
        self._api.stop_when(stop_reason)

    def contact_to_update(self, id: str) -> Contact:  # noqa: A002 -- the API's own word
        """``contact``, right before its update: this thread's turn to send that is kept beside this one's."""
        request = ApiRequest(
            "GET", contact_path(id), f"show contact {id}", "contacts.readonly", reserve_next=True
        )
        return self._shown(request, id)

    def update(self, id: str, payload: Payload) -> Contact | None:  # noqa: A002 -- the API's own word
        """Send an update; the contact as the answer tells it, None when the answer does not tell it whole.

        ``payload`` is the exact body, ``{"contact": {...}}``. OutcomeUnknown: it may have been written, read
        it. Postponed: it was not written, and since it would have had to wait, the contact should be read
        again first. Any other ApiError: it was not written.
        """
        self._refuse_unsafe(payload)
        request = ApiRequest(
            self.connection.update_method,
            contact_path(id),
            f"update contact {id}",
            "contacts",
            body=_checked_payload(payload),
            send_once=True,
        )
        answer = self._api.write(request)
        if answer is None:
            return None
        echo = answer.get("contact")
        if not isinstance(echo, dict) or str(echo.get("id", id)) != id:
            raise unexpected_response(request, self.connection)
        return _echoed_contact(answer)

    def namesakes(self, emails: Iterable[str], reference: str | None) -> tuple[Identity, ...]:
        """Whom the account finds by these addresses or that reference right before a creation, to compare."""
        spellings = {spelling for email in emails if email for spelling in (email, email_key(email))}
        asked = [("email", email) for email in sorted(spellings)]
        asked += [("reference", reference)] if reference else []
        found = [self._found_by(key, value, reserve_next=True) for key, value in asked]
        return tuple(sorted({who for one in found for who in one.identities}))

    def create(self, payload: Payload) -> str:
        """Create a contact; its new id. OutcomeUnknown: it may exist now, look for it before another try.

        Postponed: it was not created, and since it would have had to wait, another look should come first.
        """
        self._refuse_unsafe(payload)
        request = ApiRequest(
            "POST",
            CONTACTS_V1,
            "create a contact",
            "contacts",
            body=_checked_payload(payload),
            send_once=True,
        )
        answer = self._api.write(request) or {}
        created = answer.get("contact")
        try:
            return identities.read_identity(created if isinstance(created, dict) else {}).id
        except UnexpectedResponse:
            raise unexpected_response(request, self.connection) from None

    def _refuse_unsafe(self, payload: Payload) -> None:
        """Raise Rejected for a set that the account's capabilities say must not be written."""
        body = _checked_payload(payload)["contact"]
        unsafe = [facet for facet in self.connection.capabilities.refuse if _KEYS[facet] in body]
        if unsafe:
            raise Rejected(
                f"not sent: evance.capabilities.yaml says to refuse a write of {' and '.join(unsafe)} "
                f"at {self.connection.account}; the file says why"
            )


def _checked_payload(payload: Payload) -> Payload:
    """The payload, once it is seen to be a whole body; ValueError is a fault of the caller's code."""
    if set(payload) != {"contact"}:
        raise ValueError("a payload is the whole body: {'contact': {...}}")
    return payload


def _echoed_contact(answer: identities.Json) -> Contact | None:
    try:
        return contacts_v1.read_contact(answer)
    except UnexpectedResponse:
        return None
