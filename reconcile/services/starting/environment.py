"""What is there where a project begins: a configuration, declarations, a repository, the machine's zone."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from reconcile.declare.configuration_file import CONFIGURATION_FILE
from reconcile.declare.settings import is_timezone, read_settings
from reconcile.model.settings import Settings

from .ci_files import OWNERS_PLACES, ForgeKind, PipelineScope
from .new_files import FirstFile, NewProject


def first_file(folder: Path, *, practice: bool, example: bool | None) -> FirstFile:
    """What stands in the contacts folder first. Unless it is asked for, nothing in a project that exists."""
    if example is not None:
        return FirstFile.EXAMPLE if example else FirstFile.GUIDE
    if os.path.lexists(folder / CONFIGURATION_FILE) or project_declares(folder):
        return FirstFile.NOTHING
    return FirstFile.EXAMPLE if practice else FirstFile.GUIDE


def project_declares(folder: Path) -> bool:
    """Whether a folder of a target's declarations in that project holds a file of them."""
    return any(folder_declares(folder / inner) for inner in _folders(settings_in(folder)))


def folder_declares(folder: Path) -> bool:
    """Whether a folder holds a file of declarations, whatever that says."""
    return any(folder.rglob("*.y*ml"))


def settings_in(folder: Path) -> Settings:
    """What the configuration says that is there already, as far as it can be read; else the defaults."""
    file = folder / CONFIGURATION_FILE
    return (read_settings(file)[0] if file.is_file() else None) or Settings()


def _folders(settings: Settings) -> tuple[str, ...]:
    """The folders of declarations, of the targets' own, too."""
    return tuple(
        dict.fromkeys(
            [settings.contacts, *(target.contacts or settings.contacts for target in settings.targets)]
        )
    )


def pipeline_scope(folder: Path, project: NewProject, forge: ForgeKind) -> PipelineScope:
    """What a pipeline works on in that folder, by the configuration there, else by the new project's."""
    settings = settings_in(folder)
    there = os.path.lexists(folder / CONFIGURATION_FILE)
    owners = next((place for place in OWNERS_PLACES[forge] if os.path.lexists(folder / place)), None)
    target = settings.target or settings.targets[0].name
    return PipelineScope(target if there else project.target, _folders(settings), owners)


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
    chosen = environment.get("TZ", "").removeprefix(":")
    if chosen:
        yield chosen.rpartition(_DATABASE)[2]
        return  # it is meant to be another than the system's, so that one would be wrong
    try:
        yield os.path.realpath(etc / "localtime").rpartition(_DATABASE)[2]
        yield (etc / "timezone").read_text("ascii", "replace").strip()
    except OSError:
        return
