"""What a terminal shows, by its own kind: bars that vanish, colour where it is wanted and can be shown."""

import io
import os
import pty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TextIO

import pytest

from reconcile.cli import signals
from reconcile.cli.console import Terminal, colour

WORK = "Listing contacts"


@contextmanager
def terminal(kind: str = "xterm") -> Iterator[Callable[[], str]]:
    """A real terminal as standard error; what was written to it so far."""
    ours, theirs = pty.openpty()
    written: list[str] = []

    def read() -> str:
        os.set_blocking(ours, False)
        while chunk := _chunk(ours):
            written.append(chunk)
        return "".join(written)

    with (
        os.fdopen(theirs, "w", encoding="utf-8") as stream,
        redirect_stderr(stream),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("TERM", kind)
        yield read
    os.close(ours)


def _chunk(number: int) -> str:
    try:
        return os.read(number, 65_536).decode()
    except OSError:
        return ""


def screen(written: str) -> list[str]:
    """The lines that somebody sees in the end."""
    lines = [""]
    for piece in written.replace("\r\n", "\n").replace("\x1b[?25l", "").replace("\x1b[?25h", "").split("\n"):
        shown = piece.rpartition("\x1b[2K")[2].rpartition("\r")[2]
        lines[-1] = shown.rstrip()
        lines.append("")
    return [line for line in lines if line]


def work(console: Terminal, ending: Callable[[], None] = lambda: None) -> None:
    with console.progress() as progress:
        for done in range(0, 101, 50):
            progress(WORK, done, 100)
        ending()


def test_a_finished_bar_vanishes() -> None:
    """What comes next begins on a clean line, and the cursor is there again."""
    with terminal() as written:
        work(Terminal())
        assert "100%" in written()
        assert screen(written()) == []
        assert written().rfind("\x1b[?25h") > written().rfind("\x1b[?25l")
        Terminal().note("Note: all is well")
        assert screen(written()) == ["Note: all is well"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_a_bar_vanishes_however_the_work_ends(error: type[BaseException]) -> None:
    """Interrupted or failed: what is said about it stands alone on its line."""

    def end() -> None:
        raise error

    with terminal() as written:
        with pytest.raises(error):
            work(Terminal(), end)
        Terminal().note("stopped")
        assert screen(written()) == ["stopped"]


def test_what_is_said_meanwhile_stands_on_a_clean_line() -> None:
    """A wait for the account, and the answer to Ctrl-C, while the bar is there."""
    with terminal() as written:
        work(Terminal(), lambda: Terminal().waiting("503, trying again in 8 s", 8.0))
        work(Terminal(), lambda: signals._say("stopping"))
        assert screen(written()) == ["503, trying again in 8 s", "stopping"]


def test_a_dumb_terminal_has_no_bars() -> None:
    """It can't go back on a line."""
    with terminal("dumb") as written:
        work(Terminal())
        assert written() == ""


class Watched(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("output", "environment", "coloured"),
    [
        (Watched(), {}, True),
        (Watched(), {"TERM": "dumb"}, False),
        (Watched(), {"NO_COLOR": "1"}, False),
        (Watched(), {"NO_COLOR": ""}, True),
        (io.StringIO(), {}, False),
        (io.StringIO(), {"FORCE_COLOR": "1"}, True),
        (io.StringIO(), {"FORCE_COLOR": ""}, False),
        (io.StringIO(), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (Watched(), {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
    ],
)
def test_colour_where_it_is_wanted_and_can_be_shown(
    output: TextIO, environment: dict[str, str], *, coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the conventions of no-color.org and force-color.org."""
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with redirect_stdout(output):
        assert colour() == coloured
