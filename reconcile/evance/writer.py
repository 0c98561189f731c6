"""The client that writes: one contact at a time, each write with one result."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from reconcile.errors import (
    ApiError,
    Forbidden,
    OutcomeUnknown,
    Stopped,
    Unauthorized,
    UnexpectedResponse,
    Unreachable,
    WriteDeferred,
)
from reconcile.model.contact import Contact, Identity, email_key
from reconcile.model.plans.change import Payload
from reconcile.model.settings import SearchCase
from reconcile.wire.contacts_v1 import (
    CONTACTS_V1,
    contact_in,
    contact_path_v1,
    email_in,
    payload_fields,
    read_contact,
)
from reconcile.wire.roles_and_tags import SET_KEYS
from reconcile.wire.values import Json, read_identity

from .error_mapping import unexpected_response
from .reader import Reader
from .transport import ApiRequest


class WriteKind(StrEnum):
    """What is known of a write after it."""

    WRITTEN = "written"
    REJECTED = "rejected"
    NOT_SENT = "not sent"
    DEFERRED = "deferred"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What became of one write.

    - WRITTEN: ``contact_id`` is the contact's, ``contact`` what the answer shows of it, None if not all.
    - REJECTED: it was surely not written, and would not be if it were sent again.
    - NOT_SENT: the run was stopped while the write waited for its turn.
    - DEFERRED: it was not written, since it would have had to wait: read again, then write.
    - UNKNOWN: its answer was lost, so it may have taken effect: read before anything else.

    ``detail`` says why, for a person; empty when it was written. ``sent``: False where it surely did not
    reach the account. An answer that says "not taken" may yet come after the effect.
    """

    kind: WriteKind
    detail: str = ""
    contact_id: str = ""
    contact: Contact | None = None
    sent: bool = True


class Writer(Reader):
    """A reader that may also write: one contact a call, never repeated when its answer was lost.

    A write raises Unauthorized and Forbidden, which the next contact would meet, too; whatever else becomes
    of it is its result.
    """

    _may_write: ClassVar[bool] = True

    def stop_when(self, stop_reason: Callable[[], str | None]) -> None:
        """End waits with Stopped, within half a second, once that gives a reason, and send no more writes.

        A reading that needs only its ordinary turn still goes out, so that a write can be read back.
        """
        self._api.rate_limiter.stop_when(stop_reason)

    def contact_to_update(self, id: str) -> Contact:  # noqa: A002 -- the API's own word
        """``contact``, right before its update: the next turn to send is reserved for this thread."""
        return self._read_contact(id, reserve_next=True)

    def update(self, id: str, payload: Payload) -> WriteResult:  # noqa: A002 -- the API's own word
        """Update a contact; ``payload`` is the exact body, ``{"contact": {...}}``."""
        method, path = self.connection.update_method, contact_path_v1(id)
        request = ApiRequest(method, path, f"update contact {id}", "contacts", body=payload, send_once=True)
        return self._write(request, payload, id)

    def namesakes(self, emails: Iterable[str], reference: str | None) -> tuple[Identity, ...]:
        """Whom the account has with these addresses or that reference right before a creation, to compare.

        Unless a probe has found that a search ignores letter case, the whole list is looked through first:
        in another case the address would be found by no spelling that is known.
        """
        keys = {email_key(email) for email in emails if email}
        spellings = keys | {email for email in emails if email}
        filters = [("email", email) for email in sorted(spellings)]
        filters += [("reference", reference)] if reference else []
        found = set(self._listed_by_email(keys))
        for field, value in filters:
            found.update(self.search(field, value, reserve_next=True).identities)
        return tuple(sorted(found))

    def _listed_by_email(self, keys: Collection[str]) -> Iterable[Identity]:
        """The contacts of the whole list with such an address; none where a search finds them as well."""
        if not keys or self.connection.capabilities.email_search is SearchCase.FOLDED:
            return ()
        listing = self.listing()
        self._refuse_gap(listing.gap, "contacts")
        self._refuse_odd_rows(listing)
        return (identity for identity in listing.identities if email_key(identity.email) in keys)

    def create(self, payload: Payload) -> WriteResult:
        """Create a contact; ``payload`` is the exact body, ``{"contact": {...}}``."""
        request = ApiRequest(
            "POST", CONTACTS_V1, "create a contact", "contacts", body=payload, send_once=True
        )
        return self._write(request, payload, None)

    def _write(self, request: ApiRequest, payload: Payload, known_id: str | None) -> WriteResult:
        """Send a write; ``known_id`` is the contact's, None for a new one."""
        refusal = self._refusal(payload)
        if refusal:
            return WriteResult(WriteKind.REJECTED, refusal, sent=False)
        try:
            return self._written(request, self._api.write(request), payload, known_id)
        except (Unauthorized, Forbidden):
            raise
        except ApiError as error:
            kind = _KINDS.get(type(error), WriteKind.REJECTED)
            return WriteResult(kind, str(error), sent=_was_sent(error))

    def _written(
        self, request: ApiRequest, answer: Json | None, payload: Payload, known_id: str | None
    ) -> WriteResult:
        """The result of a success; OutcomeUnknown when its answer shows no contact, or another one."""
        if answer is None and known_id is not None:
            return WriteResult(WriteKind.WRITTEN, contact_id=known_id)
        shown = contact_in(answer or {})
        contact_id = _id_of(shown, known_id)
        is_other = known_id != contact_id if known_id else _has_another_address(shown, payload)
        if contact_id is None or is_other:
            raise unexpected_response(request, self.connection)
        return WriteResult(WriteKind.WRITTEN, "", contact_id, _contact_if_whole(answer or {}))

    def _refusal(self, payload: Payload) -> str:
        """Why a set in the payload must not be written, by the account's capabilities; empty if it may."""
        fields = payload_fields(payload)
        unsafe = [facet for facet in self.connection.capabilities.refuse if SET_KEYS[facet] in fields]
        if not unsafe:
            return ""
        return (
            f"not sent: evance.capabilities.yaml says to refuse a write of {' and '.join(unsafe)} "
            f"at {self.connection.account}; the file says why"
        )


_KINDS: dict[type[ApiError], WriteKind] = {
    Stopped: WriteKind.NOT_SENT,
    WriteDeferred: WriteKind.DEFERRED,
    OutcomeUnknown: WriteKind.UNKNOWN,
}
"""What an error of the client means for a write; any other one means that it was not written."""


def _was_sent(error: ApiError) -> bool:
    """False for an error that says that the write surely did not reach the account."""
    if isinstance(error, WriteDeferred):
        return error.sent
    return not isinstance(error, Stopped | Unreachable)


def _has_another_address(shown: Json | None, payload: Payload) -> bool:
    """True when the answer to a creation shows somebody else; it may leave the address out."""
    email, sent = (shown or {}).get("email"), email_in(payload)
    return isinstance(email, str) and bool(email and sent) and email_key(email) != email_key(sent)


def _id_of(shown: Json | None, known_id: str | None) -> str | None:
    """The id that an answer shows; that of the updated contact where the answer leaves it out."""
    if shown is None:
        return None
    if known_id is not None:
        return str(shown.get("id", known_id))
    try:
        return read_identity(shown).id
    except UnexpectedResponse:
        return None


def _contact_if_whole(answer: Json) -> Contact | None:
    try:
        return read_contact(answer)
    except UnexpectedResponse:
        return None
