"""Git, asked about the repository around the declarations.

What a repository holds is not trusted: nothing in it makes another program run (no hook, no filter, no
watcher of the file system, no transport that fetches what is missing).
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from reconcile.errors import UsageError
from reconcile.model.record import CheckedOutCommit
from reconcile.text import escape_unprintable

LONGEST = 20.0
"""Maximum number of seconds, then the commit counts as not known: nothing waits for a hanging file system."""

LONGEST_READING = 300.0
"""Maximum number of seconds for the files of a whole folder of declarations."""

_READING = {"ls-tree", "cat-file", "rev-list", "diff-tree", "merge-tree", "worktree"}

_OF_A_HOOK = {
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
}
"""The variables by which a hook of Git names its own repository, whatever the folder."""

_CLOSED = {
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "LC_ALL": "C",
}
"""A commit has the contents that its name vouches for, and what is missing is fetched from nowhere."""

_AUTHOR = {
    f"GIT_{who}_{what}": text
    for who in ("AUTHOR", "COMMITTER")
    for what, text in (("NAME", "reconcile"), ("EMAIL", "reconcile@localhost"))
}
"""Who makes the commits that no branch gets, whoever is configured."""

FILE, LINK, SUBMODULE = "file", "link", "submodule"
"""What stands in a tree."""

_KINDS = {"100644": FILE, "100755": FILE, "120000": LINK, "160000": SUBMODULE}

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.ASCII)

_HEAD = 3
"""Number of words before a content: its name, its kind and its size."""


def checked_out_commit(folder: Path, paths: Iterable[str]) -> CheckedOutCommit | None:
    """The commit of the repository around a folder, and whether these files differ from it.

    None outside of a repository, or where Git does not tell.
    """
    head = _output(folder, "rev-parse", "--verify", "HEAD")
    if head is None:
        return None
    dirty = _output(folder, "status", "--porcelain", "--", *paths) != ""
    return CheckedOutCommit(head.strip(), dirty)


def commit_parents(folder: Path, commit: str) -> tuple[str, ...]:
    """The parents of a commit, several for a merge; none where Git does not know it."""
    told = _output(folder, "rev-list", "--parents", "--max-count=1", "--end-of-options", commit)
    return tuple(told.split()[1:]) if told and _COMMIT.fullmatch(commit) else ()


def tracked_files(folder: Path, name: str) -> tuple[str, ...] | None:
    """What Git tracks in a folder by a name there, and below it; None outside of a repository, or on failure.

    In letters of any case: a machine whose file system takes no notice of that finds it by the name.
    """
    told = _output(folder, "ls-files", "-z")
    if told is None:
        return None
    return tuple(file for file in told.split("\0") if file.partition("/")[0].casefold() == name.casefold())


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """What stands in a commit at a path: its kind, and the name and size in bytes of its content."""

    path: str
    kind: str
    object: str
    size: int


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository around a folder. ``prefix`` leads from its root to there: empty, or it ends in ``/``."""

    folder: Path
    prefix: str

    @classmethod
    def around(cls, folder: Path) -> "Repository":
        """The repository; UsageError where there is none, or where Git is missing or refuses to look."""
        if shutil.which("git") is None:
            raise UsageError(
                "--base needs Git, which is not installed here; install it, or plan without --base"
            )
        done = _run(folder, "rev-parse", "--show-prefix")
        if done is None or done.returncode != 0:
            told = done.stderr.decode(errors="replace").split("\n")[0] if done else "no answer"
            raise UsageError(
                f"--base: Git finds no repository around {folder} ({escape_unprintable(told)}); "
                "work in a clone, or plan without --base"
            )
        return cls(folder, os.fsdecode(done.stdout).removesuffix("\n"))

    def commit(self, ref: str) -> str:
        """The full name of the commit that a branch, a tag or a name means.

        UsageError if there is none, or a tag or another branch of that name means another one: whoever may
        make tags must not choose what others compare with.
        """
        found = self._commit(ref)
        if found is None:
            raise UsageError(
                f"--base: this repository has no commit '{escape_unprintable(ref)}'; {self._advice(ref)}"
            )
        namesakes = [name for name in self._full_names(ref) if self._commit(name) is not None]
        if {found, *map(self._commit, namesakes)} != {found}:
            raise UsageError(
                f"--base: '{escape_unprintable(ref)}' names different commits; write which one is meant: "
                + " or ".join(map(escape_unprintable, namesakes))
            )
        return found

    def output(self, *arguments: str) -> str:
        """What Git prints when it is asked that; UsageError, with its own words, when it fails."""
        code, text = self.answer(*arguments)
        if code != 0:
            raise UsageError(f"git {arguments[0]}: {escape_unprintable(text.strip().split(chr(10))[0])}")
        return text

    def answer(self, *arguments: str) -> tuple[int, str]:
        """Git's exit code, and what it prints; what it says of an error where it prints nothing."""
        done = _run(self.folder, *arguments)
        if done is None:
            return 1, "no answer"
        return done.returncode, os.fsdecode(done.stdout or (done.stderr if done.returncode else b""))

    def _full_names(self, ref: str) -> list[str]:
        """What a short name may stand for; a whole name of either kind stands for itself."""
        whole = ref.startswith("refs/") or _COMMIT.fullmatch(ref)
        return [] if whole else [f"refs/{kind}/{ref}" for kind in ("heads", "tags", "remotes")]

    def _commit(self, ref: str) -> str | None:
        arguments = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        told = _output(self.folder, *arguments) if ref and "\0" not in ref else None
        # What names no commit but a way to leave some out, as ``^main`` does, is told in other words.
        return told.strip() if told and _COMMIT.fullmatch(told.strip()) else None

    def _advice(self, ref: str) -> str:
        if self._commit(f"origin/{ref}"):
            return f"did you mean 'origin/{ref}'?"
        if _output(self.folder, "rev-parse", "--is-shallow-repository") == "true\n":
            return (
                "this clone is shallow and has only the newest commits: fetch the others with "
                "'git fetch --unshallow', in a pipeline check out with 'fetch-depth: 0'"
            )
        return "correct it, or fetch it with 'git fetch origin', in a pipeline with 'fetch-depth: 0'"

    def entries(self, commit: str, paths: Iterable[str]) -> list[TreeEntry]:
        """What stands at and below these paths, which are relative to the folder, as theirs are."""
        full = [f"{self.prefix}{path}" for path in paths]
        done = _run(self.folder, "ls-tree", "-r", "-l", "-z", "--full-tree", commit, "--", *full)
        if done is None or done.returncode != 0:
            raise _incomplete(commit)
        rows = (row.split(b"\t", 1) for row in done.stdout.split(b"\0") if row)
        return [self._entry(facts.decode().split(), os.fsdecode(path)) for facts, path in rows]

    def _entry(self, facts: Sequence[str], path: str) -> TreeEntry:
        mode, _, name, size = facts
        kind = _KINDS.get(mode, mode)
        return TreeEntry(path.removeprefix(self.prefix), kind, name, int(size) if size.isdecimal() else 0)

    def contents(self, entries: Sequence[TreeEntry]) -> Iterator[tuple[TreeEntry, bytes]]:
        """The content of each of these files as it was committed, one after the other."""
        with TemporaryFile() as asked, TemporaryFile() as told:
            asked.write(b"".join(f"{entry.object}\n".encode() for entry in entries))
            asked.seek(0)
            done = _run(self.folder, "cat-file", "--batch", files=(asked, told))
            told.seek(0)
            for entry in entries:
                yield entry, self._content(entry, told, whole=done is not None)

    def _content(self, entry: TreeEntry, told: IO[bytes], *, whole: bool) -> bytes:
        """The next content; UsageError where the clone lacks it."""
        head = told.readline().split()
        if not whole or len(head) != _HEAD or head[:2] != [entry.object.encode(), b"blob"]:
            raise _incomplete(entry.path)
        content = told.read(int(head[2]))
        told.read(1)
        return content


def _incomplete(missing: str) -> UsageError:
    return UsageError(
        f"--base: this clone lacks a part of that commit ({escape_unprintable(missing)}); fetch all of it "
        "('git fetch --refetch --no-filter'), or make a fresh clone"
    )


def _output(folder: Path, *arguments: str) -> str | None:
    """What Git prints; None when it fails."""
    done = _run(folder, *arguments)
    try:
        return done.stdout.decode() if done is not None and done.returncode == 0 else None
    except UnicodeError:
        return None


def _run(
    folder: Path, *arguments: str, files: tuple[IO[bytes], IO[bytes]] | None = None
) -> subprocess.CompletedProcess[bytes] | None:
    """A call of Git, from and to ``files`` if given; None when it can't be made, or takes too long.

    No setting of the repository makes it run another program.
    """
    program = shutil.which("git")
    if program is None:
        return None
    options = ("--no-optional-locks", "--literal-pathspecs", "-c", "core.fsmonitor=false")
    command = [program, *options, "-c", f"core.hooksPath={os.devnull}", "-C", str(folder), *arguments]
    environment = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
    environment |= _CLOSED | _AUTHOR
    asked, told = files or (subprocess.DEVNULL, subprocess.PIPE)
    timeout = LONGEST_READING if arguments[0] in _READING else LONGEST
    try:
        return subprocess.run(  # noqa: S603
            command,
            stdin=asked,
            stdout=told,
            stderr=subprocess.PIPE,
            timeout=timeout,
            check=False,
            env=environment,
        )
    except (OSError, subprocess.SubprocessError):
        return None
