"""Writes the files of a new project into a folder, beside those that are there, and says what comes next."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from shlex import quote

from reconcile.declare.settings import is_timezone, read_settings
from reconcile.errors import ReconcileError
from reconcile.journal.durable_files import add_new_file
from reconcile.model.settings import Settings, Target, TargetKind
from reconcile.text import escape_unprintable

from .new_files import OWNERS_PLACES, First, ForgeKind, NewFile, NewProject, Steered

_READABLE = 0o644


class FileAction(StrEnum):
    """What became of a file."""

    WRITTEN = "written"
    KEPT = "kept"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """A file, what became of it, a remark on that, and lines that are to be added by hand."""

    path: str
    action: FileAction
    remark: str = ""
    lines: tuple[str, ...] = ()


def initialize(folder: Path, files: Iterable[NewFile], *, dry_run: bool = False) -> tuple[FileOutcome, ...]:
    """Write each file that is not there. What is there stays as it is, and nothing leads out of the folder.

    With ``dry_run`` nothing is written. ReconcileError: a file can't be written; those before it stay.
    """
    return tuple(_write(folder, file, dry_run=dry_run) for file in files)


def _write(folder: Path, file: NewFile, *, dry_run: bool) -> FileOutcome:
    path = folder / file.path
    obstacle = next(_obstacles(path, folder), None)
    if obstacle is not None:
        return FileOutcome(file.path, FileAction.SKIPPED, obstacle)
    if os.path.lexists(path):
        return _kept(path, file)
    if not dry_run:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            add_new_file(path, file.text.encode("utf-8"), _READABLE)
        except FileExistsError:
            return _kept(path, file)
        except OSError as error:
            raise ReconcileError(
                f"{escape_unprintable(str(path))}: can't be written: {error.strerror}"
            ) from None
    return FileOutcome(file.path, FileAction.WRITTEN)


def _obstacles(path: Path, folder: Path) -> Iterator[str]:
    """Why a file has no place: on the way to it a link leads out of the folder, or there is no folder."""
    home = Path(os.path.realpath(folder))
    for inner in reversed(path.relative_to(folder).parents):
        on_the_way = folder / inner
        if not Path(os.path.realpath(on_the_way)).is_relative_to(home):
            yield f"{inner} is a link that leads out of this folder"
        elif os.path.lexists(on_the_way) and not on_the_way.is_dir():
            yield f"{inner} is no folder"


def _kept(path: Path, file: NewFile) -> FileOutcome:
    """A file that is there already, with what it lacks."""
    try:
        text = path.read_text("utf-8", "replace") if path.is_file() else None
    except OSError:
        text = None
    if text is None:
        return FileOutcome(file.path, FileAction.KEPT, _UNREADABLE)
    lines = file.lacking(text)
    remark = "add these lines" if lines else file.renewal if text != file.text else ""
    return FileOutcome(file.path, FileAction.KEPT, remark, lines)


_UNREADABLE = "what stands there is no file that can be read; move it away, and call init again"


def first_of(folder: Path, *, practice: bool, example: bool | None) -> First:
    """What stands in the contacts folder first. Unless it is asked for, nothing in a project that exists."""
    if example is not None:
        return First.EXAMPLE if example else First.GUIDE
    if os.path.lexists(folder / "reconcile.yaml") or _has_declarations(folder):
        return First.NOTHING
    return First.EXAMPLE if practice else First.GUIDE


def _has_declarations(folder: Path) -> bool:
    return any(declares(folder / inner) for inner in _folders(settings_in(folder)))


def declares(folder: Path) -> bool:
    """Whether a folder holds a file of declarations, whatever that says."""
    return any(folder.rglob("*.y*ml"))


def settings_in(folder: Path) -> Settings:
    """What the configuration says that is there already, as far as it can be read; else the defaults."""
    file = folder / "reconcile.yaml"
    return (read_settings(file)[0] if file.is_file() else None) or Settings()


def _folders(settings: Settings) -> tuple[str, ...]:
    """The folders of declarations, of the targets' own, too."""
    return tuple(
        dict.fromkeys(
            [settings.contacts, *(target.contacts or settings.contacts for target in settings.targets)]
        )
    )


def steered_in(folder: Path, project: NewProject, forge: ForgeKind) -> Steered:
    """What a pipeline in that folder works on."""
    settings = settings_in(folder)
    there = os.path.lexists(folder / "reconcile.yaml")
    owners = next((place for place in OWNERS_PLACES[forge] if os.path.lexists(folder / place)), None)
    return Steered(settings.target if there else project.target, _folders(settings), owners)


def repository_around(folder: Path) -> Path | None:
    """The root of the Git repository that the folder lies in; None outside of one."""
    real = Path(os.path.realpath(folder))
    return next((above for above in (real, *real.parents) if os.path.lexists(above / ".git")), None)


_DATABASE = "/zoneinfo/"

UNKNOWN = "UTC"


def machine_timezone(environment: Mapping[str, str], etc: Path = Path("/etc")) -> str:
    """The zone that the environment or the system names; UTC where neither names one."""
    zone = next(filter(is_timezone, _named(environment, etc)), UNKNOWN)
    return UNKNOWN if zone == "Etc/UTC" else zone  # what a machine without a place is set to


def _named(environment: Mapping[str, str], etc: Path) -> Iterator[str]:
    """What may be the name: ``TZ``, the end of what ``/etc/localtime`` links to, or ``/etc/timezone``."""
    told = environment.get("TZ", "").removeprefix(":")
    if told:
        yield told.rpartition(_DATABASE)[2]
        return  # it is meant to be another than the system's, so that one would be wrong
    try:
        yield os.path.realpath(etc / "localtime").rpartition(_DATABASE)[2]
        yield (etc / "timezone").read_text("ascii", "replace").strip()
    except OSError:
        return


@dataclass(frozen=True, slots=True)
class NextStep:
    """A command, and what it does."""

    command: str
    effect: str


def steps_text(heading: str, steps: Iterable[NextStep]) -> str:
    """The steps below each other, their commands aligned."""
    rows = list(steps)
    width = max(len(row.command) for row in rows)
    return "\n".join([f"{heading}:", *(f"  {row.command:{width}}    {row.effect}" for row in rows)])


CREDENTIALS = """\
Credentials come from a private app of Evance's admin (Settings > App API Credentials). To read, it needs the
scopes contacts.readonly and roles.readonly; to apply, contacts instead of the first. Save the file that you
download there as shop.evance.json in this project, where Git ignores it:

  export EVANCE_CREDENTIALS="$PWD/shop.evance.json"
"""


def steps_after_init(project: NewProject, folder: Path, *, repository: bool) -> Iterator[NextStep]:
    """What to do in a new project. ``repository``: its folder lies in one of Git."""
    if folder.resolve() != Path.cwd():
        yield NextStep(f"cd {quote(str(folder))}", "all that follows is called there")
    if not repository:
        yield NextStep("git init", "keeps who declared what, and when")
    if project.first is not First.EXAMPLE and not _has_declarations(folder):
        yield NextStep("reconcile import --all", "writes declarations of the contacts as they are today")
    yield NextStep("reconcile validate", "checks the declarations, offline")
    yield NextStep("reconcile plan", _PLANS[project.first])
    if project.first is First.EXAMPLE:
        yield NextStep("reconcile apply", "shows it, asks, and carries it out")


_PLANS = {
    First.EXAMPLE: "shows what would change in the practice shop, and changes nothing",
    First.GUIDE: "shows what would change: nothing yet; then edit a declaration",
    First.NOTHING: "shows what would change, and changes nothing",
}


def steps_after_demo(target: Target | None, *, declared: bool = True) -> Iterator[NextStep]:
    """What to try after a demo in a project for that target; None: there is no project yet.

    ``declared``: something is declared in it.
    """
    if target is not None and not declared:
        yield NextStep("reconcile import --all", f"writes declarations of the contacts of {_where(target)}")
    if target is None:
        yield NextStep("reconcile init", "writes that project into this folder, and says what comes next")
        yield NextStep(
            "reconcile plan", "then: shows what would change in a shop that stays, on this machine"
        )
    else:
        effect = f"shows what would change in {_where(target)}, and changes nothing"
        yield NextStep("reconcile plan", effect)
    yield NextStep("reconcile sandbox serve", "lets other programs use a practice shop, until Ctrl-C")


def _where(target: Target) -> str:
    if target.embedded:
        return "the practice shop, which stays"
    return f"{target.account} (needs credentials)" if target.kind is TargetKind.EVANCE else str(target.url)
