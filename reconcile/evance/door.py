"""Every call to the account passes here: token, pace, patience, and what the last answer means."""

from collections.abc import Callable, Mapping

from reconcile.errors import ApiError, Postponed

from .answers import failure, not_understood, write_failure
from .connection import Connection
from .timing import Pace, Patience, Timing, http_date, retry_after
from .tokens import Tokens
from .transport import Answer, NoJson, Request, Silence, Transport

Json = Mapping[str, object]

Watch = Callable[[str], None]
"""Told of each request in words: method, path, what came back, and how long it took."""


def unseen(_line: str) -> None:
    """The watch of somebody who does not look."""


def _told(request: Request, outcome: Answer | Silence, seconds: float) -> str:
    # Neither the query nor a body: both may hold what is personal or secret.
    came = outcome.status if isinstance(outcome, Answer) else outcome.value
    return f"{request.method} {request.path}: {came} in {seconds:.3f} s"


class Door:
    """The one way to an account, for any number of threads."""

    def __init__(
        self,
        connection: Connection,
        *,
        may_write: bool,
        timing: Timing,
        patience: Patience,
        watch: Watch = unseen,
    ) -> None:
        self.connection = connection
        self._watch = watch
        self._timing = timing
        self._patience = patience
        self._pace = Pace(connection.rate, timing)
        self._setbacks = 0
        self._transport = Transport(connection, may_write=may_write)
        self._tokens = Tokens(connection, timing, self._exchange)

    def read(self, request: Request) -> Json:
        """The JSON object that a GET is answered with; ApiError when there is none after all patience."""
        outcome = self._authorized(request)
        if isinstance(outcome, Silence) or not outcome.succeeded:
            raise failure(self._as_sent(request), outcome, self.connection)
        if not isinstance(outcome.body, dict):
            raise not_understood(request, self.connection)
        return outcome.body

    def write(self, request: Request) -> Json | None:
        """The JSON object that a write is answered with, None for an empty body.

        Sent again only when the server has surely not taken it (401, 429, no connection), and one that ages
        not even then. Postponed: it was not taken, or not even sent, since it would have had to wait; the
        next request waits as the server asks. OutcomeUnknown: it may have taken effect. Any other ApiError:
        it has not.
        """
        outcome = self._in_turn(request) if request.ages else self._authorized(request)
        if isinstance(outcome, Silence) or not outcome.succeeded:
            raise write_failure(self._as_sent(request), outcome, self.connection)
        if outcome.body is NoJson.EMPTY:
            return None
        if not isinstance(outcome.body, dict):
            raise not_understood(request, self.connection)
        return outcome.body

    def outcome(self, request: Request, token: str | None = None) -> Answer | Silence:
        """Whatever comes back after all patience, a refusal too; ``token`` is sent instead of our own."""
        return self._authorized(request) if token is None else self._exchange(request.bearing(token))

    def token_for(self, scope: str) -> str | None:
        """A token with no more than that scope; None when the account gives none."""
        return self._tokens.narrowed(scope)

    def heed(self, halted: Callable[[], str | None]) -> None:
        """End waits with Halted, within half a second, once that gives a reason."""
        self._pace.heed(halted)

    def stop(self) -> None:
        """End what waits for its turn."""
        self._pace.stop()

    def close(self) -> None:
        """Close the connections, once no thread uses them any more."""
        self._transport.close()

    def _as_sent(self, request: Request) -> Request:
        """The request with its token, which an error must not quote from an answer."""
        token = self._tokens.last
        return request if token is None else request.bearing(token)

    def _authorized(self, request: Request) -> Answer | Silence:
        """The last answer, after one renewal of a token that was not accepted."""
        token = self._tokens.current()
        outcome = self._exchange(request.bearing(token))
        if isinstance(outcome, Answer) and outcome.status == 401:
            outcome = self._exchange(request.bearing(self._tokens.renewed(token)))
        return outcome

    def _in_turn(self, request: Request) -> Answer | Silence:
        """The answer to a request that ages, which is sent once; Postponed or ApiError: it was not taken."""
        token = self._tokens.at_hand()
        if token is None or not self._pace.take_in_turn():
            raise Postponed(f"{request.doing} was not sent, since it would have had to wait: read again")
        outcome = self._on_the_wire(request.bearing(token))
        match outcome:
            case Answer(status=401) if self._tokens.withdrawn(token):
                raise Postponed(f"{self.connection.account} did not {request.doing} (401): its token is void")
            case Answer(status=429) | Silence.NOT_CONNECTED:
                raise self._postponed(request, outcome)
            case Answer(unsure=True):
                self._pause(outcome, min(self._setback(outcome), self._patience.total))
            case Answer(succeeded=True):
                self._setbacks = 0
                self._tokens.proven(token)
            case _:
                pass
        return outcome

    def _postponed(self, request: Request, outcome: Answer | Silence) -> ApiError:
        """Hold all workers for as long as the server asks, unless that is longer than anybody waits."""
        error = failure(request, outcome, self.connection)
        delay = self._setback(outcome)
        if delay > self._patience.total:
            return error
        self._pause(outcome, delay)
        return Postponed(str(error))

    def _setback(self, outcome: Answer | Silence) -> float:
        """The seconds to wait after a write that was not taken, or perhaps not: longer each time in a row."""
        self._setbacks += 1
        return self._delay(outcome, self._setbacks)

    def _pause(self, outcome: Answer | Silence, seconds: float) -> None:
        self._pace.pause(seconds, slower=isinstance(outcome, Answer) and outcome.asks_to_wait)

    def _exchange(self, request: Request) -> Answer | Silence:
        """The last answer, after as many tries as the kind of trouble is worth."""
        give_up = self._timing.monotonic() + self._patience.total
        attempt = 1
        outcome = self._sent(request)
        while attempt < self._tries(request, outcome):
            delay = self._delay(outcome, attempt)
            if self._timing.monotonic() + delay > give_up:
                break
            self._wait(outcome, delay)
            attempt += 1
            outcome = self._sent(request)
        return outcome

    def _sent(self, request: Request) -> Answer | Silence:
        self._pace.take(keep=request.leads)
        return self._on_the_wire(request)

    def _on_the_wire(self, request: Request) -> Answer | Silence:
        began = self._timing.monotonic()
        outcome = self._transport.send(request)
        self._watch(_told(request, outcome, self._timing.monotonic() - began))
        if isinstance(outcome, Answer) and outcome.succeeded:
            self._pace.ease()
        return outcome

    def _tries(self, request: Request, outcome: Answer | Silence) -> int:
        """How often a request with that outcome may be sent in all."""
        match outcome:
            case Answer(status=429):
                return self._patience.tries
            case Silence.NOT_CONNECTED:
                return self._patience.connecting
            case _ if request.writes or outcome is Silence.CERTIFICATE:
                return 1
            case Silence() | Answer(status=500 | 502 | 503 | 504):
                return self._patience.tries
            case Answer(succeeded=True, body=NoJson()):
                return self._patience.reading
            case _:
                return 1

    def _delay(self, outcome: Answer | Silence, attempt: int) -> float:
        """The seconds before the next try: what the server asks for, else the back-off."""
        asked = None
        if isinstance(outcome, Answer):
            # The server's own clock, where it tells it, makes a wrong clock here harmless.
            now = http_date(outcome.headers.get("Date"))
            asked = retry_after(
                outcome.headers.get("Retry-After"), self._timing.wall() if now is None else now
            )
        return self._patience.delay(attempt, self._timing.random()) if asked is None else asked

    def _wait(self, outcome: Answer | Silence, delay: float) -> None:
        """Hold all workers when the server asks for it; else only this one."""
        if isinstance(outcome, Answer) and outcome.asks_to_wait:
            self._pace.pause(delay)
        else:
            self._pace.sleep_until(self._timing.monotonic() + delay)
