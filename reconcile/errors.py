"""What can go wrong, split first by whose fault it is.

    ReconcileError                    exit 1   anything unexpected
    ├── DeclarationError              exit 65  you: the declarations or the configuration
    ├── InvalidScope                  exit 65  you: the commit to compare with, or a name that means nothing
    ├── UsageError                    exit 64  you: the call
    ├── ApiError                      exit 1   them: the account did not do what it should
    │   ├── Unreachable                        no connection, no answer in time
    │   ├── Unauthorized                       the credentials were not accepted
    │   ├── Forbidden                          they lack a scope
    │   ├── NotFound                           no such thing in the account
    │   ├── Rejected                           the API says that the request is not valid
    │   ├── ServerFailure                      a 5xx, or too many requests for too long
    │   ├── WriteDeferred                      a write that was not taken now: read again, then write
    │   ├── Stopped                            the run was stopped while a request waited: it was not sent
    │   ├── UnexpectedResponse                 an answer that is not what the API documents
    │   └── OutcomeUnknown                     a write whose answer was lost
    ├── ForgeError                    exit 1   them: the Git forge did not do what it should
    ├── Refusal                       exit 3   think again: nothing was written
    └── PartlyApplied                 exit 4   some contacts were not written or not confirmed

An exception takes facts and words itself. Its text is one or more lines for a person: what is wrong,
where, and what to do. It never holds a secret. An ApiError of a write becomes its `WriteResult`; only
Unauthorized and Forbidden, which the next write would meet, too, are raised.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .model.problem import Problem


class ExitCode(IntEnum):
    """The exit codes, the same for every command."""

    DONE = 0
    FAILED = 1
    CHANGES = 2
    REFUSED = 3
    PARTLY_APPLIED = 4
    USAGE = 64
    INVALID = 65


class ReconcileError(Exception):
    """The root: everything this package raises on purpose."""

    exit_code = ExitCode.FAILED


class UsageError(ReconcileError):
    """The call can't be carried out as it was made."""

    exit_code = ExitCode.USAGE


class DeclarationError(ReconcileError):
    """The declarations or the configuration are invalid: all problems, sorted by place; many are counted."""

    exit_code = ExitCode.INVALID

    def __init__(self, problems: "Iterable[Problem]") -> None:
        from .model.problem import problem_lines

        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(problem_lines(self.problems)))


class InvalidScope(ReconcileError):
    """What a plan is to be cut down to is not valid: what a base declares, or a name that means nothing."""

    exit_code = ExitCode.INVALID


class ApiError(ReconcileError):
    """The account did not do what it should."""


class Unreachable(ApiError):
    """No connection, or no answer in time."""


class Unauthorized(ApiError):
    """The credentials were not accepted; the run stops."""


class Forbidden(ApiError):
    """The credentials are good but lack a scope; the run stops."""


class NotFound(ApiError):
    """The account has no such thing."""


class ChangedSinceListed(NotFound):
    """A contact is gone, or is another one, since the account was listed: list it again."""


class Rejected(ApiError):
    """The API says that the request is not valid (400, 405, 409, 422)."""


class ServerFailure(ApiError):
    """A 5xx, or too many requests for longer than the client waits."""


class WriteDeferred(ApiError):
    """A write that was not taken now, or would have had to wait: read again before another try.

    ``sent``: False where it surely did not reach the account.
    """

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


class Stopped(ApiError):
    """The run was stopped while a request waited for its turn: it was not sent."""


class UnexpectedResponse(ApiError):
    """An answer that is not what the API documents: not JSON, or a key is missing."""


class OutcomeUnknown(ApiError):
    """A write whose answer was lost: it may have taken effect. Read before anything else."""


class ForgeError(ReconcileError):
    """The Git forge (GitHub, GitLab) did not do what it should. ``status``: its answer's, if any."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class Refusal(ReconcileError):
    """Think again: a guard, a stale plan, a protected item. Nothing was written."""

    exit_code = ExitCode.REFUSED


class PartlyApplied(ReconcileError):
    """Some contacts were not written, or not confirmed by reading back."""

    exit_code = ExitCode.PARTLY_APPLIED


def refuse_if(reasons: tuple[str, ...], headline: str, advice: str = "") -> None:
    """Raise Refusal when there are reasons: the headline, a line for each, and what to do about all."""
    if reasons:
        from .text import escape_unprintable

        lines = [f"{headline}:", *(f"  {escape_unprintable(reason)}" for reason in reasons)]
        raise Refusal("\n".join([*lines, *map(escape_unprintable, advice.splitlines())]))
