"""Every call to the account passes here: token, rate limit, retries, and what the last answer means."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reconcile.errors import ApiError, WriteDeferred
from reconcile.http.messages import FailureKind, TransportFailure
from reconcile.http.rate_limit_headers import told_limit
from reconcile.http.rate_limiter import (
    RateLimiter,
    RetryPolicy,
    Timing,
    Wait,
    WhenWaiting,
    http_date,
    no_wait_told,
    retry_after,
)
from reconcile.wire.values import Json

from .connection import Connection
from .error_mapping import cached_response, failure_of, unexpected_response
from .server_clock import ServerClock
from .tokens import TokenSource
from .transport import ApiRequest, ApiResponse, NoJson, Transport

Trace = Callable[[str], None]
"""Told of each request in words: method, path, what came back, and how long it took."""


def no_trace(_line: str) -> None:
    """The trace that nobody reads."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told what a client does, from any of its threads."""

    request: Trace = no_trace
    wait: WhenWaiting = no_wait_told
    limit: Trace = no_trace


NOBODY_LISTENS = Listener()


def _trace_line(request: ApiRequest, outcome: ApiResponse | TransportFailure, seconds: float) -> str:
    # Neither the query nor a body: both may hold what is personal or secret.
    result = outcome.status if isinstance(outcome, ApiResponse) else outcome.kind.value
    return f"{request.method} {request.path}: {result} in {seconds:.3f} s"


_FAILURES = {
    FailureKind.NOT_CONNECTED: "no connection",
    FailureKind.BROKEN: "the connection broke off",
    FailureKind.TIMEOUT: "no answer in time",
}


def _reason_to_wait(outcome: ApiResponse | TransportFailure) -> str:
    if isinstance(outcome, TransportFailure):
        return _FAILURES.get(outcome.kind, outcome.kind.value)
    return "an answer that is no JSON" if outcome.succeeded else str(outcome.status)


def _is_refused(outcome: ApiResponse | TransportFailure) -> bool:
    """Whether it was one request too many for the server's limit."""
    return isinstance(outcome, ApiResponse) and outcome.status == 429


def _limit_text(rate: float, connection: Connection) -> str:
    told = float(f"{rate * 0.995:.1g}") if rate < 1 else math.floor(rate * 10) / 10
    return (
        f"Note: {connection.account} takes about {told:g} requests a second and was asked for "
        f"{connection.rate:g}: set 'rate: {told:g}' for this target in reconcile.yaml"
    )


class ApiClient:
    """The one way to an account, for any number of threads.

    ``rate_limiter`` ends the waits of its requests; ``tokens`` gives a token of its own for a narrower scope;
    ``server_clock`` is what the successful answers tell of the time: an error may come from a gateway.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        may_write: bool,
        timing: Timing,
        retry: RetryPolicy,
        listener: Listener = NOBODY_LISTENS,
    ) -> None:
        self.connection = connection
        self._listener = listener
        self._timing = timing
        self._retry = retry
        self.rate_limiter = RateLimiter(connection.rate, timing)
        self.server_clock = ServerClock(timing)
        self._setbacks_in_a_row = 0
        self._closed = False
        self._transport = Transport(connection, may_write=may_write)
        self.tokens = TokenSource(connection, timing, self._send_with_retries)

    def read(self, request: ApiRequest) -> Json:
        """The JSON object that a GET is answered with; ApiError when there is none after all tries.

        Right before a write nothing that a cache has kept is an answer: what it lacks would be written away.
        """
        answer: Json = self.read_decoded(request)
        return answer

    def read_decoded(self, request: ApiRequest) -> Any:
        """The same, or what the request decodes it to."""
        response = self._success(request, self._authorized(request))
        if request.reserve_next and response.kept_by_cache:
            raise cached_response(request, self.connection)
        return response.body if response.decoded else self._json_object(request, response)

    def write(self, request: ApiRequest) -> Json | None:
        """The JSON object that a write is answered with, None for an empty body.

        Sent again only when the server has surely not taken it (401, 429, no connection), and not even then
        when it is to be sent once. WriteDeferred: it was not taken, or not even sent, since it would have had
        to wait; the next request waits as the server asks. OutcomeUnknown: it may have taken effect. Any
        other ApiError: it has not.
        """
        outcome = self._send_once(request) if request.send_once else self._authorized(request)
        response = self._success(request, outcome)
        return None if response.body is NoJson.EMPTY else self._json_object(request, response)

    def _success(self, request: ApiRequest, outcome: ApiResponse | TransportFailure) -> ApiResponse:
        if isinstance(outcome, ApiResponse) and outcome.succeeded:
            return outcome
        # With the token that was sent, which an error must not quote from an answer.
        token = self.tokens.last
        sent = request if token is None else request.with_token(token)
        raise failure_of(sent, outcome, self.connection)

    def _json_object(self, request: ApiRequest, response: ApiResponse) -> Json:
        if isinstance(response.body, dict):
            return response.body
        raise unexpected_response(request, self.connection)

    def outcome(self, request: ApiRequest, token: str | None = None) -> ApiResponse | TransportFailure:
        """The last answer after all tries, a refusal too; ``token`` is sent instead of our own."""
        return (
            self._authorized(request) if token is None else self._send_with_retries(request.with_token(token))
        )

    def close(self) -> None:
        """Close the connections, once no thread uses them any more, and tell of a limit that was found."""
        self._transport.close()
        found = self.rate_limiter.found
        if found is not None and not self._closed:
            self._listener.limit(_limit_text(found, self.connection))
        self._closed = True

    def _authorized(self, request: ApiRequest) -> ApiResponse | TransportFailure:
        """The last answer, after one renewal of a token that was not accepted."""
        token = self.tokens.current()
        outcome = self._send_with_retries(request.with_token(token))
        if isinstance(outcome, ApiResponse) and outcome.status == 401:
            outcome = self._send_with_retries(request.with_token(self.tokens.renewed(token)))
        return outcome

    def _send_once(self, request: ApiRequest) -> ApiResponse | TransportFailure:
        """The answer to a request that is sent once; WriteDeferred or ApiError: it was not taken."""
        token = self.tokens.at_hand()
        if token is None or not self.rate_limiter.wait_for_reserved_turn():
            reason = f"{request.action} was not sent, since it would have had to wait: read again"
            raise WriteDeferred(reason, sent=False)
        outcome = self._send(request.with_token(token))
        match outcome:
            case ApiResponse(status=401) if self.tokens.withdrawn(token):
                reason = f"{self.connection.account} did not {request.action} (401): its token is void"
                raise WriteDeferred(reason, sent=True)
            case ApiResponse(status=429) | TransportFailure(kind=FailureKind.NOT_CONNECTED):
                raise self._deferred(request, outcome)
            case ApiResponse(may_have_applied=True):
                self._hold_all_workers(outcome, min(self._delay_after_setback(outcome), self._retry.total))
            case ApiResponse(succeeded=True):
                self._setbacks_in_a_row = 0
                self.tokens.proven(token)
            case _:
                pass
        return outcome

    def _deferred(self, request: ApiRequest, outcome: ApiResponse | TransportFailure) -> ApiError:
        """Hold all workers for as long as the server asks, unless that is longer than a request may take."""
        error = failure_of(request, outcome, self.connection)
        delay = self._delay_after_setback(outcome)
        if delay > self._retry.total:
            return error
        self._hold_all_workers(outcome, delay)
        return WriteDeferred(str(error), sent=isinstance(outcome, ApiResponse))

    def _delay_after_setback(self, outcome: ApiResponse | TransportFailure) -> float:
        """The seconds to wait after a write that was not taken, or perhaps not: longer each time in a row."""
        self._setbacks_in_a_row += 1
        return self._delay_before_next_try(outcome, self._setbacks_in_a_row)

    def _hold_all_workers(self, outcome: ApiResponse | TransportFailure, seconds: float) -> None:
        self._tell_wait(outcome, seconds)
        self.rate_limiter.pause(seconds, refused=_is_refused(outcome))

    def _send_with_retries(self, request: ApiRequest) -> ApiResponse | TransportFailure:
        """The last answer, after as many tries as the kind of failure is worth.

        Each kind is counted by itself: a body that is no JSON after two gateways' errors is the first one.
        """
        give_up = self._timing.monotonic() + self._retry.total
        attempt = 1
        outcome = self._send_when_free(request)
        most = self._tries(request, outcome)
        tries = Counter([most])
        while attempt < self._retry.tries and all(count < limit for limit, count in tries.items()):
            delay = self._delay_before_next_try(outcome, attempt)
            if self._timing.monotonic() + delay > give_up:
                break
            # Every try counts for the largest limit, and those of its kind alone for a smaller one.
            following = 1 + (attempt if most == self._retry.tries else tries[most])
            self._wait_before_next_try(outcome, delay, following, most)
            attempt += 1
            outcome = self._send_when_free(request)
            most = self._tries(request, outcome)
            tries[most] += 1
        return outcome

    def _send_when_free(self, request: ApiRequest) -> ApiResponse | TransportFailure:
        self.rate_limiter.wait_for_turn(reserve_next=request.reserve_next)
        return self._send(request)

    def _send(self, request: ApiRequest) -> ApiResponse | TransportFailure:
        began = self._timing.monotonic()
        outcome = self._transport.send(request)
        ended = self._timing.monotonic()
        self._listener.request(_trace_line(request, outcome, ended - began))
        if isinstance(outcome, ApiResponse) and outcome.succeeded:
            self.server_clock.note(outcome.headers, began, ended)
        if isinstance(outcome, ApiResponse) and outcome.counted:
            self.rate_limiter.take(told_limit(outcome.headers, self._servers_time(outcome)))
        return outcome

    def _tries(self, request: ApiRequest, outcome: ApiResponse | TransportFailure) -> int:
        """How often a request with that outcome may be sent in all."""
        match outcome:
            case ApiResponse(status=429):
                return self._retry.tries
            case TransportFailure(kind=FailureKind.NOT_CONNECTED):
                return self._retry.connecting
            case _ if request.writes:
                return 1
            case (
                TransportFailure(kind=FailureKind.BROKEN | FailureKind.TIMEOUT)
                | ApiResponse(status=500 | 502 | 503 | 504)
            ):
                return self._retry.tries
            case ApiResponse(succeeded=True, body=NoJson()):
                return self._retry.reading
            case _:
                return 1

    def _delay_before_next_try(self, outcome: ApiResponse | TransportFailure, attempt: int) -> float:
        """The seconds before the next try: what the server asks for, else the back-off."""
        seconds = None
        if isinstance(outcome, ApiResponse):
            seconds = retry_after(outcome.headers.get("Retry-After"), self._servers_time(outcome))
        if seconds is not None:
            return seconds
        # All workers wait for the same limit, whichever of their requests meets it next.
        tries = 1 + self.rate_limiter.refused_in_a_row if _is_refused(outcome) else 1
        return self._retry.delay(max(attempt, tries), self._timing.random())

    def _servers_time(self, response: ApiResponse) -> float:
        """Seconds since 1970: the server's own clock, where it tells it, makes a wrong one here harmless."""
        now = http_date(response.headers.get("Date"))
        return self._timing.wall() if now is None else now

    def _wait_before_next_try(
        self, outcome: ApiResponse | TransportFailure, delay: float, attempt: int, tries: int
    ) -> None:
        """Hold all workers when the server asks for it; else only this one."""
        self._tell_wait(outcome, delay, attempt, tries)
        if isinstance(outcome, ApiResponse) and outcome.asks_to_wait:
            self.rate_limiter.pause(delay, refused=_is_refused(outcome))
        else:
            self.rate_limiter.sleep_until(self._timing.monotonic() + delay)

    def _tell_wait(
        self, outcome: ApiResponse | TransportFailure, seconds: float, attempt: int = 0, tries: int = 0
    ) -> None:
        asked = isinstance(outcome, ApiResponse) and "Retry-After" in outcome.headers
        wait = Wait(_reason_to_wait(outcome), seconds, asked, attempt, tries)
        self._listener.wait(str(wait), seconds)
