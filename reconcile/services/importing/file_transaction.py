"""Writes several files of declarations: each one whole, and none where one of them can't be written."""

import os
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from reconcile.errors import ReconcileError, Refusal
from reconcile.journal.durable_files import replace_file, sync_folder, written_beside
from reconcile.services.caller import Console
from reconcile.text import escape_unprintable

PREFIX = ".reconcile-import-"
"""Of files that are written beside those that they replace: hidden, so that no loader reads them."""

_FINISHING = "stopping once the files are written"


@dataclass(frozen=True, slots=True)
class ProposedFile:
    """A file as it is to be. ``before`` is what it held when it was read; None where there was none."""

    file: str
    path: Path
    before: bytes | None
    after: bytes


def write_files(
    files: Sequence[ProposedFile], console: Console, changed: Callable[[], Iterable[str]] = tuple
) -> None:
    """Put the files in place, in this order; whoever interrupts that finds all of them written, or none.

    ``changed`` names the files beside them that are not as they were read any more: what was found of all
    files together is not true then. Refusal: that, or one of these files was changed since it was read.
    ReconcileError: the disk did not take one. Either leaves all files as they were. A machine that stops in
    between leaves whole files, the first of them new.
    """
    sweep_leftovers({file.path.parent for file in files})
    with _staged(files, console) as ready, console.on_interrupt(lambda: None, _FINISHING):
        _refuse_changed(files, changed())
        _put_in_place(list(zip(files, ready, strict=True)))
        for folder in {_target(file.path).parent for file in files}:
            sync_folder(folder)


def _put_in_place(files: Sequence[tuple[ProposedFile, Path]]) -> None:
    """Rename all; where one can't be renamed, those before it get back what they held."""
    done: list[ProposedFile] = []
    for file, temporary in files:
        try:
            temporary.replace(_target(file.path))
        except OSError as error:
            for written in done:
                _take_back(written)
            raise _unwritable(error, file.file) from None
        done.append(file)


def _take_back(file: ProposedFile) -> None:
    target = _target(file.path)
    if file.before is None:
        target.unlink()
    else:
        replace_file(target, file.before, _mode(target))


def _unwritable(error: OSError, file: str) -> ReconcileError:
    return ReconcileError(
        f"{escape_unprintable(file)}: can't be written: {error.strerror}; no file was changed; mend that, "
        "then give the same command again"
    )


@contextmanager
def _staged(files: Sequence[ProposedFile], console: Console) -> Iterator[list[Path]]:
    """The new contents on the disk, each beside the file that it is for; gone afterwards, or put in place."""
    with ExitStack() as stack, console.ended_by_interrupt():
        yield [_stage_or_tell(file, stack) for file in files]


def _stage_or_tell(file: ProposedFile, stack: ExitStack) -> Path:
    try:
        return _stage(file, stack)
    except OSError as error:
        raise _unwritable(error, file.file) from None


def _stage(file: ProposedFile, stack: ExitStack) -> Path:
    target = _target(file.path)
    _make_folders(target.parent, stack)
    return stack.enter_context(written_beside(target, file.after, _mode(target), prefix=temporary_prefix()))


def _make_folders(folder: Path, stack: ExitStack) -> None:
    """Make a folder and those above it; they go again where they stay empty."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        stack.callback(_remove_empty, path)


def _remove_empty(path: Path) -> None:
    with suppress(OSError):
        path.rmdir()


def _target(path: Path) -> Path:
    """The file itself: a link to it stays one."""
    return path.resolve()


def _mode(path: Path) -> int:
    """The permissions of the file that is there, else those that any new file gets."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _refuse_changed(files: Sequence[ProposedFile], others: Iterable[str]) -> None:
    changed = {*others, *(file.file for file in files if _content(file) != file.before)}
    if changed:
        names = ", ".join(map(escape_unprintable, sorted(changed)))
        raise Refusal(
            f"changed by somebody else meanwhile: {names}; nothing was written; give the same command again"
        )


def _content(file: ProposedFile) -> bytes | None:
    try:
        return file.path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unwritable(error, file.file) from None


def temporary_prefix() -> str:
    """What begins the name of a file that this process writes beside another one."""
    return f"{PREFIX}{os.getpid()}-"


def sweep_leftovers(folders: Collection[Path]) -> None:
    """Remove what a process that was killed has left beside the files: `git add` would take it."""
    for folder in folders:
        for path in folder.glob(f"{PREFIX}*") if folder.is_dir() else ():
            process = path.name.removeprefix(PREFIX).partition("-")[0]
            if process.isdecimal() and not _runs(int(process)):
                with suppress(OSError):
                    path.unlink()


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
