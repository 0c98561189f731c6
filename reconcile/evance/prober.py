"""The client that asks odd questions: any GET, and any update of one contact, answered as they come."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import quote

from reconcile.errors import NotFound
from reconcile.http.messages import TransportFailure
from reconcile.http.retry import RetryPolicy, Timing
from reconcile.model.plan import Payload
from reconcile.model.settings import UpdateMethod
from reconcile.wire.contacts_v1 import contact_path
from reconcile.wire.identities import Json
from reconcile.wire.instants import parse_atom

from .api_client import Trace, no_trace
from .connection import Connection
from .error_mapping import read_failure, write_failure
from .reader import Reader
from .transport import ApiRequest, ApiResponse

PROBE_RETRY = RetryPolicy(tries=4, total=60.0)
"""Less than elsewhere, so that a probe can be stopped while the account does not answer."""


@dataclass(frozen=True, slots=True)
class ProbeReply:
    """What came back: ``body`` is the JSON object, None when there was none; header names in lower case."""

    status: int
    body: Json | None = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    @property
    def accepted(self) -> bool:
        """True for the 2xx."""
        return 200 <= self.status < 300


def no_checkpoint() -> None:
    """The checkpoint that lets every request pass."""


class Prober(Reader):
    """A reader that may also update one contact, in any way, and no other one.

    A refusal (400, 403, 404, 405, 422, ...) is an answer here and comes back as a Reply. ApiError: no answer
    that means anything came (no connection, a 5xx, credentials not accepted); OutcomeUnknown after a write.

    ``checkpoint`` is called before each request of ``get`` and ``change`` and may raise to stop. Replies
    pass ``witness``.
    """

    _may_write: ClassVar[bool] = True

    def __init__(
        self,
        connection: Connection,
        contact: str,
        *,
        timing: Timing | None = None,
        retry: RetryPolicy | None = None,
        trace: Trace = no_trace,
    ) -> None:
        super().__init__(connection, timing=timing, retry=retry or PROBE_RETRY, trace=trace)
        self.id = contact
        self.checkpoint: Callable[[], None] = no_checkpoint
        self.header_names: set[str] = set()
        self._v2_path: str | None = None

    @property
    def path(self) -> str:
        """Where v1 has the contact."""
        return contact_path(self.id)

    def get(
        self, path: str, params: Mapping[str, str] | None = None, *, token: str | None = None
    ) -> ProbeReply:
        """Ask for anything; ``token`` is sent instead of our own."""
        return self._reply(ApiRequest("GET", path, "answer a probe", params=params or {}), token)

    def change(self, method: str, fields: Payload, *, token: str | None = None) -> ProbeReply:
        """Send ``{"contact": fields}`` to the contact's address in v1."""
        request = ApiRequest(method, self.path, f"update contact {self.id}", body={"contact": fields})
        return self._reply(request, token)

    def change_v2(self, fields: Payload) -> ProbeReply:
        """Send ``{"data": fields}`` to the contact's address in v2; ValueError unless it was met there."""
        if self._v2_path is None:
            raise ValueError("the contact's address in v2 is not known")
        return self._reply(
            ApiRequest(
                UpdateMethod.PUT, self._v2_path, f"update contact {self.id} in v2", body={"data": fields}
            )
        )

    def met_in_v2(self, number: str) -> Json | None:
        """The contact as v2 has it under that number; None when it is another one there, or nobody.

        The e-mail address, the type, the first name and the instant of its creation must agree.
        """
        path = f"/api/v2/contacts/{quote(number, safe='')}.json"
        row, ours = self._data(path, "data"), self._data(self.path, "contact")
        if not row or not ours or not _same(row, ours):
            return None
        self._v2_path = path
        return row

    def token_for(self, scope: str) -> str | None:
        """A token with no more than that scope; None when the account gives none."""
        self.checkpoint()
        return self._api.token_for(scope)

    def _data(self, path: str, key: str) -> Json | None:
        reply = self.get(path)
        found = (reply.body or {}).get(key)
        return found if reply.accepted and isinstance(found, dict) else None

    def contact_as_shown(self) -> Json:
        """The contact as v1 shows it, uninterpreted; NotFound when there is none of that id."""
        found = self._data(self.path, "contact")
        if found is None or str(found.get("id")) != self.id:
            raise NotFound(f"{self.connection.account} has no contact {self.id}")
        return found

    def _reply(self, request: ApiRequest, token: str | None = None) -> ProbeReply:
        self.checkpoint()
        outcome = self._api.outcome(request, token)
        if isinstance(outcome, TransportFailure) or not _means_something(outcome, ours=token is None):
            fail = write_failure if request.writes else read_failure
            raise fail(request, outcome, self.connection)
        headers = {name.lower(): value for name, value in outcome.headers.items()}
        self.header_names |= set(headers)
        return ProbeReply(outcome.status, outcome.body if isinstance(outcome.body, dict) else None, headers)


def _means_something(answer: ApiResponse, *, ours: bool) -> bool:
    """True for a success and for a refusal, but for one of our own token and of too many requests."""
    unwanted = {429, 401} if ours else {429}
    return answer.succeeded or (
        400 <= answer.status < 500 and not answer.may_have_applied and answer.status not in unwanted
    )


def _same(v2: Json, v1: Json) -> bool:
    """True when both versions tell of one and the same contact."""
    created = [parse_atom(str(body.get(key))) for body, key in ((v2, "createdOn"), (v1, "created"))]
    pairs = (("email", "email"), ("type", "type"), ("firstName", "firstname"))
    texts = all((v2.get(ours) or "") == (v1.get(theirs) or "") for ours, theirs in pairs)
    return texts and created[0] is not None and created[0] == created[1]
