"""Long work and waits are shown: on a terminal at once, in a log a line every half minute at most."""

import io
import re
from collections.abc import Callable
from contextlib import redirect_stderr

import pytest

from reconcile.cli.console import Terminal
from tests.support.sandbox.sandbox_account import AS_OF, SandboxAccount

WAIT = "503, trying again in 8 s (3 of 6)"


class Watched(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Seconds:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def printed(
    act: Callable[[Terminal, Seconds], None], stream: io.StringIO, *, quiet: bool = False
) -> list[str]:
    """The lines on standard error."""
    seconds = Seconds()
    with redirect_stderr(stream):
        act(Terminal(quiet=quiet, monotonic=seconds), seconds)
    return [line.strip() for line in stream.getvalue().split("\n") if line]


def wait_for_a_minute(terminal: Terminal, seconds: Seconds) -> None:
    """Eight workers wait eight seconds, again and again, for a minute."""
    for seconds.now in range(0, 60, 8):
        for _ in range(8):
            terminal.waiting(WAIT, 8)


def test_in_a_log_waits_are_summed_up() -> None:
    """A line every half minute, with the number of those that were passed over."""
    assert printed(wait_for_a_minute, io.StringIO()) == [WAIT, f"{WAIT}; 31 more since the last such line"]


def test_on_a_terminal_each_wait_is_told_once() -> None:
    """However many workers wait at the same time."""
    assert printed(wait_for_a_minute, Watched()) == [WAIT] * 8


@pytest.mark.parametrize("stream", [io.StringIO(), Watched()], ids=["log", "terminal"])
def test_nobody_is_told_of_what_nobody_notices(stream: io.StringIO) -> None:
    """A second passes by itself; and only results are wanted with --quiet."""
    assert printed(lambda terminal, _: terminal.waiting(WAIT, 1.9), stream) == []
    assert printed(wait_for_a_minute, stream, quiet=True) == []


def list_100_000(terminal: Terminal, seconds: Seconds) -> None:
    with terminal.progress() as progress:
        for seconds.now in range(100):
            progress("Listing contacts", 1_000 * int(seconds.now), 100_000)


def test_in_a_log_long_work_has_a_line_every_half_minute() -> None:
    """Somebody who looks at the job sees that it goes on; what takes less adds no line."""
    assert printed(list_100_000, io.StringIO()) == [
        "Listing contacts: 30,000 of 100,000",
        "Listing contacts: 60,000 of 100,000",
        "Listing contacts: 90,000 of 100,000",
    ]
    assert printed(list_100_000, io.StringIO(), quiet=True) == []


def test_a_plan_says_that_it_waits_for_the_account(sandbox_account: SandboxAccount) -> None:
    """Once for a while, on standard error, and then what it ends with."""
    checkout = sandbox_account.checkout("contacts:\n  - {email: grace.odell@example.com, tags: [seen]}\n")
    sandbox_account.upset("status:code=503,method=GET,path=/api/v2/contacts*")
    done = checkout.run("plan", "--as-of", AS_OF)
    assert (done.code, done.out) == (1, ""), done.said
    wait, *failure = done.err.splitlines()
    assert re.fullmatch(r"503, trying again in [2-4] s \([34] of 8\)", wait)
    assert len(failure) == 1
    assert "503" in failure[0]
    assert checkout.run("plan", "--as-of", AS_OF, "--quiet").err.splitlines() == failure
