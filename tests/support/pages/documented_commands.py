"""What a page of the documentation does: the files it writes, the commands it runs, what happens meanwhile.

In a page, a fence ``console`` holds commands after ``$`` and what they print (``…`` stands for any text on a
line, ``...`` alone on a line for any lines). All commands of a page run in one shell. A fence that names a
file, as ``yaml contacts/a.yaml``, writes it into the folder where that shell is then. A comment
``<!-- shop: PATCH contacts/32 {"email": "…"} -->`` is what somebody does in the embedded sandbox, as its
control API has it. What stands between ``<!-- long: why -->`` and ``<!-- end of long -->`` is run by the
long tests alone. Other fences are shown, not run: commands that serve until they are stopped, or that need
an account.

``python -m tests.support.pages.documented_commands PAGE`` writes what the commands print now into the page,
where it is something else.
"""

import json
import os
import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from reconcile.sandbox import running
from tests.support import command_line
from tests.support.pages.shell_session import ShellSession, shell_session

_STEP = re.compile(
    r"^```(?P<language>\w+)(?: (?P<file>\S+))?\n(?P<body>.*?)^```$"
    r"|^<!-- shop: (?P<verb>[A-Z]+) (?P<path>\S+)(?: (?P<content>{.*?}))? -->$",
    re.MULTILINE | re.DOTALL,
)

_LONG = re.compile(r"^<!-- long: .*?^<!-- end of long -->$", re.MULTILINE | re.DOTALL)

_COMMAND = re.compile(r"^\$ (.+)$", re.MULTILINE)

_PLAIN = re.compile(r"reconcile ([^;&|<>`$*()\\]+?)( &> /dev/null)?")
"""A command that needs no shell, and is run in this process, which is quicker."""

AT_A_TERMINAL = {"CI": "", "NO_COLOR": "1"}
"""A page shows what a person sees; the log of a CI system would have its e-mails masked."""

WITH_GIT = {
    **{f"GIT_{role}_NAME": "Ada Lovelace" for role in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{role}_EMAIL": "ada@example.com" for role in ("AUTHOR", "COMMITTER")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_PAGER": "",
}
"""Git knows who commits, and nothing of the machine's own configuration takes part."""


@dataclass(frozen=True)
class WrittenFile:
    """A file that the page gives."""

    name: str
    content: str


@dataclass(frozen=True)
class Act:
    """What somebody does in the shop, as a request to the sandbox's control API."""

    verb: str
    path: str
    content: str


@dataclass(frozen=True)
class Command:
    """A command, and what the page says that it prints. ``span`` is where that stands in the page."""

    line: str
    expected: str
    span: tuple[int, int] = field(compare=False)

    def pattern(self) -> str:
        """The expected output as a regular expression."""
        lines = [
            r"(?:.*\n)*?" if line == "..." else r".*".join(map(re.escape, line.split("…"))) + "\n"
            for line in self.expected.rstrip("\n").split("\n")
            if self.expected.strip()
        ]
        return "".join(lines)

    def is_right(self, printed: str) -> bool:
        """Whether it prints what the page says."""
        return re.fullmatch(self.pattern(), printed) is not None


Step = WrittenFile | Act | Command


def without_long_parts(text: str) -> str:
    """The page as the short tests run it."""
    return _LONG.sub("", text)


def steps(text: str) -> Iterator[Step]:
    """What the page does, in order."""
    for match in _STEP.finditer(text):
        if match["verb"]:
            yield Act(match["verb"], match["path"], match["content"])
        elif match["file"]:
            yield WrittenFile(match["file"], match["body"])
        elif match["language"] == "console":
            yield from _commands(match["body"], match.start("body"))


def _commands(body: str, offset: int) -> Iterator[Command]:
    lines = list(_COMMAND.finditer(body))
    ends = [*(line.start() for line in lines[1:]), len(body)]
    for line, end in zip(lines, ends, strict=True):
        start = min(line.end() + 1, end)
        yield Command(line[1], body[start:end], (offset + start, offset + end))


@dataclass(frozen=True)
class Reader:
    """Somebody who does in a shell what a page says, step by step.

    Where ``in_process`` is true, commands that need no shell run in this process, which is quicker; folder
    and environment are the shell's all the same.
    """

    shell: ShellSession
    in_process: bool = True

    def take(self, step: Step) -> str:
        """Take a step; what it prints."""
        if isinstance(step, Command):
            return self._run(step.line)
        if isinstance(step, Act):
            _act(step, self.shell.folder)
            return ""
        path = self.shell.folder / step.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(step.content, encoding="utf-8")
        return ""

    def _run(self, command: str) -> str:
        """What a command prints on both streams, as a person at a terminal sees them."""
        plain = _PLAIN.fullmatch(command) if self.in_process else None
        if plain is None:
            return self.shell.run(command)
        words, shell = shlex.split(plain[1]), self.shell
        printed = command_line.printed_by(*words, environment=shell.environment, folder=shell.folder)
        return "" if plain[2] else printed


@contextmanager
def reader(folder: Path) -> Iterator[Reader]:
    """Somebody who reads a page, begins in that folder, and has this tool."""
    binaries = str(Path(sys.executable).parent)
    own = {"PATH": f"{binaries}:{os.environ['PATH']}"}
    with shell_session(folder, {**os.environ, **AT_A_TERMINAL, **WITH_GIT, **own}) as shell:
        yield Reader(shell)


def follow(text: str, somebody: Reader) -> None:
    """Do what a page says, to the end; each command prints what the page shows."""
    for step in steps(text):
        printed = somebody.take(step)
        if isinstance(step, Command):
            assert step.is_right(printed), f"$ {step.line}\n{printed}"


def _act(act: Act, folder: Path) -> None:
    with running(folder / ".reconcile" / "sandbox.sqlite3") as access, requests.Session() as session:
        session.trust_env = False
        body = json.loads(act.content) if act.content else None
        answer = session.request(act.verb, f"{access.url}/_sandbox/{act.path}", json=body, timeout=30)
        assert answer.ok, answer.text


def written_anew(text: str) -> str:
    """The page with what its commands print now, where the page says something else."""
    pieces, at = [], 0
    with TemporaryDirectory() as folder, reader(Path(folder)) as somebody:
        for step in steps(text):
            printed = somebody.take(step)
            if isinstance(step, Command) and not step.is_right(printed):
                start, end = step.span
                pieces += [text[at:start], _lasting(printed)]
                at = end
    return "".join([*pieces, text[at:]])


def _lasting(printed: str) -> str:
    """Without what is another one each time, or is of no use to a reader."""
    return re.sub(r"(?<=Digest sha256:)[0-9a-f]{64}|(?<=write: )[0-9.]+(?= s)", "…", printed)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        page = Path(name)
        page.write_text(written_anew(page.read_text(encoding="utf-8")), encoding="utf-8")
