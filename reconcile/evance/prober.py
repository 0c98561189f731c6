"""The client that asks odd questions: any GET, and any update of one contact, answered as they come."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from reconcile.errors import NotFound
from reconcile.http.messages import TransportFailure
from reconcile.http.rate_limiter import RetryPolicy, Timing
from reconcile.model.plans.change import Payload
from reconcile.model.settings import UpdateMethod
from reconcile.wire.contacts_v1 import contact_in, contact_path_v1, update_payload_of
from reconcile.wire.contacts_v2 import contact_in_v2, contact_path_v2, is_same_contact, update_payload_v2
from reconcile.wire.values import Json

from .api_client import NOBODY_LISTENS, Listener
from .connection import Connection
from .error_mapping import failure_of
from .reader import Reader
from .transport import ApiRequest, ApiResponse

PROBE_RETRY = RetryPolicy(tries=4, total=60.0)
"""Fewer tries than elsewhere, so that a probe can be stopped while the account does not answer."""


@dataclass(frozen=True, slots=True)
class ProbeReply:
    """An answer: ``body`` is the JSON object, None when there was none; header names are in lower case."""

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

    A refusal (400, 403, 404, 405, 422, ...) is an answer here and comes back as a ProbeReply. ApiError: no
    answer that means anything came (no connection, a 5xx, credentials not accepted); OutcomeUnknown after a
    write.

    ``checkpoint`` is called before each request of ``get`` and ``change`` and may raise to stop.
    ``header_names`` are those of all answers so far.
    """

    _may_write: ClassVar[bool] = True

    def __init__(
        self,
        connection: Connection,
        contact: str,
        *,
        timing: Timing | None = None,
        retry: RetryPolicy | None = None,
        listener: Listener = NOBODY_LISTENS,
    ) -> None:
        super().__init__(connection, timing=timing, retry=retry or PROBE_RETRY, listener=listener)
        self.id = contact
        self.checkpoint: Callable[[], None] = no_checkpoint
        self.header_names: set[str] = set()
        self._path_v2: str | None = None

    @property
    def path(self) -> str:
        """Where v1 has the contact."""
        return contact_path_v1(self.id)

    def get(
        self, path: str, params: Mapping[str, str] | None = None, *, token: str | None = None
    ) -> ProbeReply:
        """Ask for anything; ``token`` is sent instead of our own."""
        return self._reply(ApiRequest("GET", path, "answer a probe", params=params or {}), token)

    def change(self, method: str, fields: Payload, *, token: str | None = None) -> ProbeReply:
        """Send these fields to the contact's address in v1."""
        request = ApiRequest(method, self.path, f"update contact {self.id}", body=update_payload_of(fields))
        return self._reply(request, token)

    def change_v2(self, fields: Payload) -> ProbeReply:
        """Send these fields to the contact's address in v2; ValueError unless it was met there."""
        if self._path_v2 is None:
            raise ValueError("the contact's address in v2 is not known")
        action = f"update contact {self.id} in v2"
        return self._reply(
            ApiRequest(UpdateMethod.PUT, self._path_v2, action, body=update_payload_v2(fields))
        )

    def met_in_v2(self, number: str) -> Json | None:
        """The contact as v2 has it under that number; None when it is another one there, or nobody.

        The e-mail address, the type, the first name and the instant of its creation must agree.
        """
        path = contact_path_v2(number)
        in_v2, in_v1 = self._shown(path, contact_in_v2), self._shown(self.path, contact_in)
        if not in_v2 or not in_v1 or not is_same_contact(in_v2, in_v1):
            return None
        self._path_v2 = path
        return in_v2

    def token_for(self, scope: str) -> str | None:
        """A token with no more than that scope; None when the account gives none."""
        self.checkpoint()
        return self._api.tokens.narrowed(scope)

    def contact_as_shown(self) -> Json:
        """The contact as v1 shows it, uninterpreted; NotFound when there is none of that id."""
        shown = self._shown(self.path, contact_in)
        if shown is None or str(shown.get("id")) != self.id:
            raise NotFound(f"{self.connection.account} has no contact {self.id}")
        return shown

    def _shown(self, path: str, contact_of: Callable[[Json], Json | None]) -> Json | None:
        reply = self.get(path)
        return contact_of(reply.body or {}) if reply.accepted else None

    def _reply(self, request: ApiRequest, token: str | None = None) -> ProbeReply:
        self.checkpoint()
        outcome = self._api.outcome(request, token)
        if isinstance(outcome, TransportFailure) or not _means_something(outcome, ours=token is None):
            raise failure_of(request, outcome, self.connection)
        headers = {name.lower(): value for name, value in outcome.headers.items()}
        self.header_names |= set(headers)
        return ProbeReply(outcome.status, outcome.body if isinstance(outcome.body, dict) else None, headers)


def _means_something(answer: ApiResponse, *, ours: bool) -> bool:
    """True for a success and for a refusal, except for one of our own token and of too many requests."""
    unwanted = {429, 401} if ours else {429}
    return answer.succeeded or (
        400 <= answer.status < 500 and not answer.may_have_applied and answer.status not in unwanted
    )
