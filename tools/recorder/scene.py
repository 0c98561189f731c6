"""One scenario: a project's folder and an account, in which commands are run and recorded in turn."""

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .account import Account, Server
from .commands import Call, Done, run, run_on_terminal
from .scrub import Scrubber
from .wire import Sent

ROOT = Path(__file__).parent.parent.parent
AS_OF = "2026-11-23T09:00:00Z"
PLAIN = {"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC", "PYTHONUTF8": "1"}
NOT_SHOWN = (".sqlite3", ".sqlite3-wal", ".sqlite3-shm", "credentials.json")


@dataclass
class Scene:
    """Where commands run. `servers` are those whose requests are recorded; `parallel` puts these in order."""

    folder: Path
    out: Path
    secrets: Mapping[str, str] = field(default_factory=dict)
    servers: tuple[Server, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    parallel: bool = False
    account: Account | None = None
    runs: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.out.mkdir(parents=True, exist_ok=True)
        self._known: dict[str, tuple[int, bytes]] = {}
        self._names: list[str] = []
        places = {str(self.folder): "<folder>", str(self.folder.parent): "<work>", str(ROOT): "<repository>"}
        self.scrub = Scrubber({**places, **self.secrets})

    def write(self, file: str, text: str) -> None:
        """Put a file into the folder, before a run; it is not recorded as changed by one."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self._known.update(self._files())

    def note(self, text: str) -> None:
        """Say beside the recorded runs what they are about."""
        (self.out / "about.txt").write_text(f"{text}\n", encoding="utf-8")

    def run(self, *arguments: str, **environment: str) -> Done:
        """Run a command and write down what it was given and what it did."""
        return self._recorded(run, arguments, "", environment)

    def on_terminal(self, *arguments: str, entered: str = "", **environment: str) -> Done:
        """Run a command on a terminal; what is shown there counts as standard output."""
        return self._recorded(run_on_terminal, arguments, entered, {"TERM": "xterm", **environment})

    def _recorded(
        self,
        how: Callable[[Call], Done],
        arguments: tuple[str, ...],
        entered: str,
        environment: Mapping[str, str],
    ) -> Done:
        self._known = self._files()
        self.runs += 1
        around = {**PLAIN, **self.environment, **environment}
        done = how(Call(arguments, self.folder, around, entered, self.runs))
        told = self._told(arguments, environment, done)
        (self.out / f"{self.runs:03}-{self._slug(arguments)}.txt").write_text(told, encoding="utf-8")
        return done

    def at(self, *arguments: str, as_of: str = AS_OF, **environment: str) -> Done:
        """Run a command as of an instant."""
        return self.run(*arguments, "--as-of", as_of, **environment)

    def _slug(self, arguments: tuple[str, ...]) -> str:
        words = self.scrub(" ".join(arguments).replace(f" --as-of {AS_OF}", ""))
        return re.sub(r"[^A-Za-z0-9]+", "-", words)[:70].strip("-") or "nothing"

    def _told(self, arguments: tuple[str, ...], environment: Mapping[str, str], done: Done) -> str:
        parts = [f"$ reconcile {json.dumps(arguments, ensure_ascii=False)}"]
        parts += [f"with {name}={value}" for name, value in sorted(environment.items())]
        parts += [f"exit code {done.code}", *_block("standard output", done.out)]
        parts += _block("standard error", done.err)
        for server in self.servers:
            sent = server.take()
            parts += (
                [request for one in sent for request in _request(one)]
                if not self.parallel
                else sorted("\n".join(_request(one)) for one in sent)
            )
        return self.scrub("\n".join([*parts, *self._changes(), ""]))

    def _files(self) -> dict[str, tuple[int, bytes]]:
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return {
            path.relative_to(self.folder).as_posix(): (path.stat().st_mode & 0o777, path.read_bytes())
            for path in sorted(found)
            if not path.name.endswith(NOT_SHOWN)
        }

    def _changes(self) -> list[str]:
        """What became of the folder's files: those that are new, other than before, or gone."""
        now = self._files()
        parts = [f"=== file {name} is gone" for name in sorted(self._known.keys() - now.keys())]
        told: dict[str, tuple[int, bytes]] = {self.scrub(name): now[name] for name in self._changed(now)}
        for name, (mode, content) in sorted(told.items()):
            shown = b"<number>\n" if name.endswith("lock") else content
            parts += _block(f"file {name} mode {mode:o}", shown)
        return parts

    def _changed(self, now: Mapping[str, tuple[int, bytes]]) -> list[str]:
        return [name for name, held in now.items() if self._known.get(name) != held]

    def newest_run(self) -> str:
        """The name of the last run of apply, for commands that take one."""
        folder = self.folder / ".reconcile" / "runs"
        return max((path.stem for path in folder.glob("*.jsonl")), default="none")


def _block(title: str, content: bytes) -> list[str]:
    text = content.decode("utf-8", "backslashreplace")
    return [f"=== {title} ({text.count(chr(10))} lines)", text] if content else [f"=== {title}: nothing"]


def _request(sent: Sent) -> list[str]:
    """The lines of a request. What the client's library says of itself is left out."""
    kept = [line for line in sent.head.split("\r\n") if not line.lower().startswith("accept-encoding")]
    return [f"=== request {kept[0]}", *kept[1:], "", sent.body.decode("utf-8", "backslashreplace")]


def settings(account: Account | None, text: str = "", **target: Any) -> str:
    """A configuration for that account; `text` is what else it says."""
    if account is None:
        return f"version: 1\n{text}"
    told = {"kind": "sandbox", "url": account.url, "rate": 1000, "concurrency": 1, **target}
    return f"version: 1\n{text.rstrip()}\ntarget: local\ntargets: {json.dumps({'local': told})}\n"


def scene_for(account: Account, folder: Path, out: Path, *, parallel: bool = False) -> Scene:
    """A project for an account, with its credentials in a file beside the folder."""
    folder.mkdir(parents=True)
    identity, key = account.secrets
    told = {"client_id": identity, "private_key": key, "account": account.server.told["account"]}
    path = folder.parent / "credentials.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    path.chmod(0o600)
    secrets = {identity: "<client id>", key: "<private key>"}
    environment = {"EVANCE_CREDENTIALS": str(path), "HOME": str(folder.parent)}
    return Scene(folder, out, secrets, (account.server,), environment, parallel, account)
