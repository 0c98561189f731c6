"""Loads ``reconcile.yaml`` into settings."""

from pathlib import Path, PurePosixPath
from typing import Any, assert_never
from zoneinfo import available_timezones

from reconcile import clock
from reconcile.errors import DeclarationError
from reconcile.model.guards import GUARDS, GuardLimits, SettingKind
from reconcile.model.problem import Problem
from reconcile.model.settings import (
    Patterns,
    Policy,
    Protect,
    Settings,
    Target,
    TargetKind,
    WarningSettings,
)
from reconcile.text import did_you_mean, quoted, replace_unprintable

from . import rules
from .apply_settings import read_apply_settings
from .checks.credentials import refuse_credentials
from .files import read_file
from .problems import ProblemList
from .schema.configuration import CONFIGURATION
from .schema.containers import ReadMapping
from .yaml.nodes import ScalarNode
from .yaml.reader import read_tree

SANDBOX_RATE = 1_000.0
"""Requests a second to a sandbox that is told no rate: it has no other customers to be spared."""

DEFAULTS = Settings()

MACHINE_DEPENDENT = {"localtime", "posixrules", "Factory"}
"""Names of the database that mean something else on each machine."""


def load_settings(path: Path) -> Settings:
    """The settings of a configuration file. Raises DeclarationError with all problems, sorted by place."""
    settings, problems = read_settings(path)
    if problems or settings is None:
        raise DeclarationError(problems)
    return settings


def read_settings(path: Path) -> tuple[Settings | None, tuple[Problem, ...]]:
    """What could be read of a configuration file, and all problems, sorted by place.

    With problems, the settings only serve to look for more of them in the declarations; None when it is not
    even certain where these are.
    """
    problems: list[Problem] = []
    report = ProblemList(replace_unprintable(path.name), problems)
    entry = _read(path, report)
    settings = _settings(entry, report) if entry is not None else None
    if entry is not None and not _tells_folders(entry):
        settings = None
    return settings, tuple(sorted(set(problems)))


def _tells_folders(entry: ReadMapping) -> bool:
    written, values = entry.node.entries, entry.values
    if any(key in written and key not in values for key in ("contacts", "targets")):
        return False
    tables = [target for _, _, target in values.get("targets", ())]
    return all("contacts" in target.values or not target.wrote("contacts") for target in tables)


def _read(path: Path, report: ProblemList) -> ReadMapping | None:
    if not path.exists():
        message = (
            "there is no configuration; write one that begins with 'version: 1', or name it with --config"
        )
        report.add(rules.NO_CONFIGURATION, None, message)
        return None
    data = read_file(path, report)
    if data is None:
        return None
    root, whole = read_tree(data, report)
    if root is None:
        if whole:
            report.add(rules.MISSING_KEY, None, "this file is empty; begin it with 'version: 1'")
        return None
    entry = CONFIGURATION.read(refuse_credentials(root, report), report)
    return entry if isinstance(entry, ReadMapping) else None


def _settings(entry: ReadMapping, report: ProblemList) -> Settings:
    values = entry.values
    tables = values.get("targets", ())
    targets = tuple(_target(key, name, target, report) for key, name, target in tables) or DEFAULTS.targets
    policy = _policy(entry, report)
    settings = Settings(
        contacts=values.get("contacts", DEFAULTS.contacts),
        policy=policy,
        targets=targets,
        target=_default_target(entry, targets, report),
        privacy=values.get("privacy", DEFAULTS.privacy),
        applying=read_apply_settings(values.get("apply"), policy.timezone, report),
    )
    _check_folders(settings, entry, report)
    return settings


def _plain(entry: ReadMapping | None) -> dict[str, Any]:
    """The values of an entry as arguments: lists as tuples, without their nodes."""
    if entry is None:
        return {}
    return {
        name: tuple(item for _, item in value) if isinstance(value, list) else value
        for name, value in entry.values.items()
    }


def _target(key: ScalarNode, name: str, entry: ReadMapping, report: ProblemList) -> Target:
    defaults: dict[str, Any] = {"name": name, "kind": TargetKind.SANDBOX}
    if entry.values.get("kind") is TargetKind.SANDBOX:
        defaults["rate"] = SANDBOX_RATE
    target = Target(**{**defaults, **entry.values})
    if "kind" not in entry.values:
        return target
    if target.kind is TargetKind.EVANCE and not entry.wrote("account"):
        report.add(rules.MISSING_KEY, key, "a target of kind evance needs 'account'; add it")
    wrong = {TargetKind.EVANCE: "url", TargetKind.SANDBOX: "account"}[target.kind]
    if entry.wrote(wrong):
        message = f"'{wrong}' does not go with kind {target.kind}; delete it, or correct the kind"
        report.add(rules.UNFIT_KEY, entry.node.keys[wrong], message)
    return target


def _default_target(entry: ReadMapping, targets: tuple[Target, ...], report: ProblemList) -> str:
    """The target that is written; else the one named as by default, else the only one."""
    names = [target.name for target in targets]
    written: str | None = entry.values.get("target")
    if written is None:
        if entry.wrote("target") or DEFAULTS.target in names or len(names) == 1:
            return DEFAULTS.target if DEFAULTS.target in names else names[0]
        message = f"say which target is used by default: add 'target' with one of {', '.join(names)}"
        report.add(rules.UNKNOWN_TARGET, entry.node, message)
    elif written not in names:
        advice = did_you_mean(written, names) or f"; write one of: {', '.join(names)}"
        report.add(rules.UNKNOWN_TARGET, entry.at("target"), f"unknown target {quoted(written)}{advice}")
    return written or names[0]


def _policy(entry: ReadMapping, report: ProblemList) -> Policy:
    values = entry.values
    return Policy(
        timezone=_timezone(entry, report),
        **_plain(values.get("manage")),
        ignore=Patterns(**_plain(values.get("ignore"))),
        protect=Protect(**_plain(values.get("protect"))),
        guards=_guard_limits(values.get("guards")),
        judgement=_judgement(values),
    )


def _timezone(entry: ReadMapping, report: ProblemList) -> str:
    """The configured time zone; UTC where it is told that there is none of that name."""
    name: str = entry.values.get("timezone", DEFAULTS.policy.timezone)
    if _is_timezone(name):
        return name
    advice = (
        did_you_mean(name, sorted(available_timezones() - MACHINE_DEPENDENT))
        or "; write one such as Europe/London"
    )
    report.add(rules.UNKNOWN_TIMEZONE, entry.at("timezone"), f"unknown time zone {quoted(name)}{advice}")
    return DEFAULTS.policy.timezone


def _is_timezone(name: str) -> bool:
    # Looking the one name up takes a thousandth of the time of listing them all.
    if name in MACHINE_DEPENDENT or name.startswith(("posix/", "right/")):
        return False
    try:
        return bool(clock.zone(name))
    except ValueError:
        return False


def _guard_limits(entry: ReadMapping | None) -> GuardLimits:
    written = entry.values if entry is not None else {}
    configured: dict[str, Any] = {}
    for guard in GUARDS.values():
        value = written.get(guard.name)
        values = value.values if isinstance(value, ReadMapping) else {"": value}
        for setting in guard.settings:
            if values.get(setting.key) is not None:
                configured[setting.name] = _setting_value(setting.kind, values[setting.key])
    return GuardLimits(configured)


def _setting_value(kind: SettingKind, value: Any) -> Any:
    match kind:
        case SettingKind.COUNT | SettingKind.HOURS:
            return value
        case SettingKind.SHARE:
            return int(value.removesuffix("%")) / 100
        case SettingKind.ROLES | SettingKind.CONTACTS:
            return tuple(item for _, item in value)
        case _:
            assert_never(kind)


def _judgement(values: dict[str, Any]) -> WarningSettings:
    limits = {name.replace("-", "_"): count for name, count in _plain(values.get("warn")).items()}
    conflicts = (tuple(role for _, role in roles) for _, roles in values.get("conflicts", ()))
    reasons = _plain(values.get("require")).get("reason", ())
    return WarningSettings(reasons=reasons, conflicts=tuple(conflicts), **limits)


def _check_folders(settings: Settings, entry: ReadMapping, report: ProblemList) -> None:
    """A folder within another target's would be read for both accounts."""
    folders = sorted({PurePosixPath(settings.folder(target)) for target in settings.targets})
    for outer in folders:
        for inner in folders:
            if inner != outer and inner.is_relative_to(outer):
                message = f"the folder '{inner}' lies within '{outer}', which another target reads; part them"
                report.add(rules.NESTED_FOLDERS, entry.at("targets"), message)
