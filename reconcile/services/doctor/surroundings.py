"""What the checks of an installation look at: this machine, the project, and the account when it is asked."""

import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import PackageNotFoundError, requires, version

from reconcile.declare.settings import load_settings
from reconcile.errors import ApiError, Unreachable
from reconcile.evance.api_client import Listener
from reconcile.evance.connection import Connection, Credentials, credentials_from
from reconcile.evance.reader import Reader, quick_reader
from reconcile.model.settings import Settings, Target
from reconcile.services.accounts import connected
from reconcile.services.caller import Console, ProjectChoice
from reconcile.services.project import Project, open_project

DISTRIBUTION = "evance-reconcile"

LONGEST_WAIT = 10.0
"""Maximum number of seconds for one answer: whoever asks why nothing works does not wait for minutes."""


@dataclass(frozen=True, slots=True)
class Packages:
    """What this tool requires, as its metadata says (``requests>=2.32``), and the versions that are there."""

    required: tuple[str, ...]
    present: Mapping[str, str]

    @classmethod
    def installed(cls) -> "Packages":
        """Those of this interpreter; nothing is required where the tool runs from a checkout."""
        try:
            lines = requires(DISTRIBUTION) or []
        except PackageNotFoundError:
            lines = []
        required = tuple(line for line in lines if ";" not in line)
        return cls(required, {name: found for line in required if (found := _version(name := _name(line)))})

    def unmet(self) -> tuple[str, ...]:
        """What is required and not there, or older: ``icalendar>=6.1 (there is none)``."""
        return tuple(
            f"{line} (there is {self.present.get(_name(line), 'none')})"
            for line in self.required
            if not _suffices(self.present.get(_name(line)), line)
        )


def _name(requirement: str) -> str:
    return requirement.partition(">=")[0].strip()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _suffices(found: str | None, requirement: str) -> bool:
    least = requirement.partition(">=")[2]
    return found is not None and _numbers(found) >= _numbers(least)


def _numbers(text: str) -> tuple[int, ...]:
    """The leading numbers of a version: later words, such as those of a pre-release, do not count."""
    numbers: list[int] = []
    for part in text.split(".") if text else ():
        if not part.isdigit():
            break
        numbers.append(int(part))
    return tuple(numbers)


@dataclass
class Surroundings:
    """What is there, read when a check first asks for it. Each property raises what a command would raise.

    ``python`` is the version of the interpreter. ``open`` ends the connections when it is left.
    """

    choice: ProjectChoice
    console: Console
    environment: Mapping[str, str]
    open: ExitStack
    python: tuple[int, ...] = tuple(sys.version_info[:3])
    packages: Packages = field(default_factory=Packages.installed)

    @cached_property
    def settings(self) -> Settings:
        """The configuration."""
        return load_settings(self.choice.config, self.choice.searched)

    @cached_property
    def project(self) -> Project:
        """The project, its target chosen."""
        return open_project(self.choice, self.console)

    @property
    def target(self) -> Target:
        """The chosen target."""
        return self.project.target

    @cached_property
    def credentials(self) -> Credentials | None:
        """The credentials at hand; None for the embedded sandbox, which needs none."""
        return None if self.target.embedded else credentials_from(self.environment)

    @cached_property
    def connection(self) -> Connection:
        """How the account is reached; the embedded sandbox runs from now on."""
        return self.open.enter_context(connected(self.project, self.project.capabilities()))

    @cached_property
    def account(self) -> Reader:
        """The account, for reading."""
        listener = Listener(self.console.trace, self.console.waiting)
        return self.open.enter_context(quick_reader(self.connection, LONGEST_WAIT, listener))

    @cached_property
    def sign_in_error(self) -> ApiError | None:
        """Why an account that answers gives no token; Unreachable where it does not answer."""
        try:
            self.account.sign_in()
        except Unreachable:
            raise
        except ApiError as error:
            return error
        return None


def own_by_mode(mode: int) -> bool:
    """Whether a file or folder of that mode is for its owner alone; modes say nothing but on POSIX."""
    return os.name != "posix" or not mode & 0o077
