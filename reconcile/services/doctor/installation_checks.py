"""The table of the checks of an installation. To add one, add its row.

A check raises what a command would raise, whose message says what to do; what it returns is in order, or
worth a look.
"""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from reconcile.cache.store import CACHE_FOLDER
from reconcile.clock import zoned_text
from reconcile.errors import ReconcileError
from reconcile.journal.durable_files import STATE_FOLDER
from reconcile.model.ci.forge_settings import CheckState
from reconcile.model.settings import TargetKind
from reconcile.services.accounts import check_clock
from reconcile.services.git import tracked_files
from reconcile.services.planning.write_permission import WritePermission
from reconcile.text import count

from .surroundings import Surroundings, own_by_mode

LEAST_PYTHON = (3, 11)

READING_SCOPES = ("contacts.readonly", "roles.readonly")

WRITING_SCOPE = "contacts"


@dataclass(frozen=True, slots=True)
class Sight:
    """What a check saw, in sentences, and what to do about it; nothing to do where it is in order."""

    detail: tuple[str, ...]
    remedy: str = ""
    state: CheckState = CheckState.OK


def _ok(*detail: str) -> Sight:
    return Sight(detail)


def _warning(detail: str, remedy: str) -> Sight:
    return Sight((detail,), remedy, CheckState.WARNING)


def _lacks(detail: str, remedy: str) -> Sight:
    return Sight((detail,), remedy, CheckState.MISSING)


def _unknown(detail: str) -> Sight:
    return Sight((detail,), "", CheckState.UNKNOWN)


def _python(there: Surroundings) -> Sight:
    shown = ".".join(map(str, there.python))
    least = ".".join(map(str, LEAST_PYTHON))
    if there.python < LEAST_PYTHON:
        return _lacks(f"Python {shown}", f"install Python {least} or newer, and reconcile with it")
    return _ok(f"Python {shown}; {least} or newer is needed")


def _packages(there: Surroundings) -> Sight:
    if not there.packages.required:
        return _unknown("reconcile runs from a folder and is not installed: nothing says what it requires")
    if unmet := there.packages.unmet():
        return _lacks(
            f"not there, or too old: {', '.join(unmet)}", "install reconcile again, with all it needs"
        )
    return _ok(f"all {count(len(there.packages.required), 'package')} are there")


def _configuration(there: Surroundings) -> Sight:
    settings = there.settings
    read = f"{there.choice.config}, time zone {settings.policy.timezone}"
    if settings.warnings:
        number = count(len(settings.warnings), "warning")
        return _warning(f"{read}; {number}", "'reconcile validate' lists them")
    return _ok(read)


def _target(there: Surroundings) -> Sight:
    target = there.target
    where = target.account or target.url or "the embedded sandbox"
    return _ok(f"{target.name}: {where}")


def _declarations(there: Surroundings) -> Sight:
    loaded = there.project.load()
    folder = there.project.settings.folder(there.target)
    read = f"{count(len(loaded.declarations), 'contact')} declared in {folder}"
    if loaded.warnings:
        number = count(len(loaded.warnings), "warning")
        return _warning(f"{read}; {number}", "'reconcile validate' lists them")
    return _ok(read)


def _git(there: Surroundings) -> Sight:
    commit = there.project.commit()
    if commit is None:
        return _warning(
            "no commit is checked out here", "keep declarations under Git: 'git init', and commit them"
        )
    shown = f"commit {commit.name[:12]}"
    if commit.dirty:
        return _warning(
            f"{shown}; declarations or configuration differ from it", "commit them, or take them back"
        )
    return _ok(shown)


def _state_folder(there: Surroundings) -> Sight:
    state = there.project.state
    if not state.exists():
        return _ok(f"{STATE_FOLDER}/ is not there yet; the first run makes it")
    if tracked_files(state.parent, STATE_FOLDER):
        forget = f"git rm -r --cached {STATE_FOLDER}"
        return _lacks(
            f"Git tracks files in {STATE_FOLDER}/, where journals name people", f"'{forget}', and commit"
        )
    if not os.access(state, os.W_OK):
        return _lacks(
            f"{STATE_FOLDER}/ can't be written", f"give it back to yourself: 'chown -R $USER {STATE_FOLDER}'"
        )
    if not own_by_mode(stat.S_IMODE(state.stat().st_mode)):
        return _warning(
            f"other users of this machine can look into {STATE_FOLDER}/", f"'chmod 700 {STATE_FOLDER}'"
        )
    return _ok(f"{STATE_FOLDER}/ is yours alone, and not under Git", *_newest_readings(there))


def _newest_readings(there: Surroundings) -> Iterator[str]:
    """Of when the newest cache is, for people: it can be deleted at any time."""
    caches = (there.project.state / CACHE_FOLDER).glob("*.sqlite3")
    written = [path.stat().st_mtime for path in caches if path.is_file()]
    if written:
        newest = datetime.fromtimestamp(max(written) // 60 * 60, UTC)
        at = zoned_text(newest, there.project.settings.policy.timezone)
        yield f"{STATE_FOLDER}/{CACHE_FOLDER}/ has what commands have read, the newest of {at}"


def _kill_switch(there: Surroundings) -> Sight:
    project = there.project
    applying = project.settings.applying
    reason = WritePermission(applying, there.environment, project.state, project.present).kill_reason()
    if reason:
        return _warning(f"{reason}: nothing is applied", "take it back when that is not meant any more")
    return _ok("off")


def _capabilities(there: Surroundings) -> Sight:
    file = there.project.capabilities_file
    known = there.project.capabilities()
    if file.exists():
        return _ok(f"{file.name} tells of {', '.join(known.accounts) or 'any account'}")
    if there.target.kind is TargetKind.SANDBOX:
        return _ok("no probe is needed for a sandbox")
    return _warning(
        f"there is no {file.name}, so the safest is assumed where Evance's documents are silent",
        "'reconcile probe' against a development account finds out more",
    )


def _credentials(there: Surroundings) -> Sight:
    credentials = there.credentials
    if credentials is None:
        return _ok("the embedded sandbox needs none")
    account = f" for {credentials.account}" if credentials.account else ""
    pair = all(there.environment.get(name, "").strip() for name in ("EVANCE_CLIENT_ID", "EVANCE_PRIVATE_KEY"))
    source = "EVANCE_CLIENT_ID and EVANCE_PRIVATE_KEY" if pair else "the file that EVANCE_CREDENTIALS names"
    return _ok(f"from {source}{account}; neither is shown")


def _reachable(there: Surroundings) -> Sight:
    _ = there.sign_in_error
    return _ok(f"{there.connection.account} answers")


def _token(there: Surroundings) -> Sight:
    if there.sign_in_error is not None:
        raise there.sign_in_error
    return _ok("the account accepts the credentials")


def _scopes(there: Surroundings) -> Sight:
    granted = {scope: there.account.grants(scope) for scope in (*READING_SCOPES, WRITING_SCOPE)}
    refused = [scope for scope in READING_SCOPES if granted[scope] is False]
    if refused:
        return _lacks(
            f"not granted: {', '.join(refused)}",
            "add them to the private app in Evance's admin: every plan needs them",
        )
    if None in granted.values():
        return _unknown(
            "the account does not tell which scopes it grants; the rows below show what can be read"
        )
    if not granted[WRITING_SCOPE]:
        return _ok(f"may read; it can't write ('apply' needs {WRITING_SCOPE}), which is right for plans")
    return _ok("may read and write")


def _clock(there: Surroundings) -> Sight:
    report = check_clock(there.project, there.account)
    if report.reasons:
        return Sight(report.reasons, "", CheckState.MISSING)
    return _unknown(report.warnings[0]) if report.warnings else _ok("within five minutes of the account's")


def _roles(there: Surroundings) -> Sight:
    return _ok(f"{count(len(there.account.roles()), 'role')} can be read")


def _contacts(there: Surroundings) -> Sight:
    return _ok(f"the list can be read: {count(there.account.first_page().pages, 'page')} of contacts")


@dataclass(frozen=True, slots=True)
class InstallationCheck:
    """One row: its name, what is looked at, which rows must be in order before, and how it looks.

    ``asks``: it asks the account.
    """

    name: str
    reads: str
    look: Callable[[Surroundings], Sight]
    needs: tuple[str, ...] = ()
    asks: bool = False


CHECKS = (
    InstallationCheck("python", "the version of Python", _python),
    InstallationCheck("packages", "the versions of the packages that reconcile requires", _packages),
    InstallationCheck("configuration", "reconcile.yaml", _configuration),
    InstallationCheck("target", "the target that a command would work on", _target, ("configuration",)),
    InstallationCheck("declarations", "the contacts folder of the target", _declarations, ("target",)),
    InstallationCheck("git", "the commit of the declarations", _git, ("target",)),
    InstallationCheck("state-folder", "what the tool keeps of its runs", _state_folder, ("target",)),
    InstallationCheck("kill-switch", "what stops all writes", _kill_switch, ("target",)),
    InstallationCheck("capabilities", "evance.capabilities.yaml", _capabilities, ("target",)),
    InstallationCheck("credentials", "where the credentials come from", _credentials, ("target",)),
    InstallationCheck(
        "reachable", "an answer of the account", _reachable, ("credentials", "capabilities"), asks=True
    ),
    InstallationCheck("token", "a token of the account", _token, ("reachable",), asks=True),
    InstallationCheck("scopes", "what the token may do", _scopes, ("token",), asks=True),
    InstallationCheck("clock", "this machine's clock against the account's", _clock, ("token",), asks=True),
    InstallationCheck("roles", "the list of roles", _roles, ("token",), asks=True),
    InstallationCheck("contacts", "one page of the list of contacts", _contacts, ("token",), asks=True),
)


def see(check: InstallationCheck, there: Surroundings) -> Sight:
    """What a check comes to; an error is what is missing, and says itself what to do."""
    try:
        return check.look(there)
    except ReconcileError as error:
        return Sight(tuple(str(error).splitlines()), "", CheckState.MISSING)
    except OSError as error:
        return _lacks(
            f"{error.filename or check.reads}: {error.strerror or error}", "make it readable for yourself"
        )
