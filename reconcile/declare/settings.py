"""Loads ``reconcile.yaml`` into settings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from reconcile import clock
from reconcile.errors import DeclarationError
from reconcile.model.declaration import Mode
from reconcile.model.facets import SETS, Facet, item_key
from reconcile.model.guards import GUARDS, GuardLimits
from reconcile.model.problem import Problem, Severity
from reconcile.model.settings import (
    ApplySettings,
    Freeze,
    Patterns,
    Policy,
    Protect,
    Settings,
    WarningSettings,
    first_match,
)
from reconcile.text import did_you_mean, escape_unprintable, quoted

from . import rules
from .checks.forbidden import refuse_credentials
from .problems import ProblemList, YamlNode
from .schema.configuration import configuration_mapping
from .schema.containers import CheckedMapping
from .schema.scalars import window_end, window_start
from .target_settings import check_folders, ci_settings, default_target, read_target
from .yaml.reader import read_tree
from .yaml.source import read_bytes, refuse_link_outside

DEFAULTS = Settings()

MACHINE_DEPENDENT = {"localtime", "posixrules", "Factory"}
"""Names of the database that mean something else on each machine."""


def load_settings(path: Path, searched: Sequence[Path] = ()) -> Settings:
    """The settings of a configuration file. Raises DeclarationError with all problems, sorted by place.

    ``searched``: the folders in which it was looked for in vain, told where there is no such file.
    """
    settings, problems = read_settings(path, searched)
    if settings is None or any(problem.severity is Severity.ERROR for problem in problems):
        raise DeclarationError(problems)
    return replace(settings, warnings=problems)


def read_settings(path: Path, searched: Sequence[Path] = ()) -> tuple[Settings | None, tuple[Problem, ...]]:
    """What could be read of a configuration file, and all problems, sorted by place.

    With errors, the settings only serve to look for more problems in the declarations; None when it is not
    even certain where these are.
    """
    problems = ProblemList(escape_unprintable(path.name), [])
    mapping = _read_mapping(path, searched, problems)
    settings = None
    if mapping is not None:
        settings = _settings(mapping, problems)
        settings = settings if _knows_folders(mapping) else None
    return settings, tuple(sorted(set(problems.problems)))


def _read_mapping(path: Path, searched: Sequence[Path], problems: ProblemList) -> CheckedMapping | None:
    if refuse_link_outside(path, problems):
        return None
    if not path.exists():
        problems.add(rules.NO_CONFIGURATION, None, _missing(path, searched))
        return None
    root = read_tree(read_bytes(path, problems), problems)
    if root is None:
        problems.add(rules.MISSING_KEY, None, "this file is empty; begin it with 'version: 1'")
        return None
    mapping = configuration_mapping().read(refuse_credentials(root, problems), problems)
    return mapping if isinstance(mapping, CheckedMapping) else None


def _missing(path: Path, searched: Sequence[Path]) -> str:
    if not searched:
        named = escape_unprintable(str(path))
        return f"there is no file {named}; correct --config, or write a configuration with 'reconcile init'"
    here, top = (escape_unprintable(str(folder)) for folder in (searched[0], searched[-1]))
    above = "" if here == top else f", nor in a folder above it up to {top}"
    return f"there is none in {here}{above}; 'reconcile init' writes one, or name yours with --config"


def _knows_folders(mapping: CheckedMapping) -> bool:
    """False when the folder of a target's declarations could not be read."""
    written, values = mapping.node.entries, mapping.values
    if any(key in written and key not in values for key in ("contacts", "targets")):
        return False
    targets = [target for _, _, target in values.get("targets", ())]
    return all("contacts" in target.values or "contacts" not in target.node.entries for target in targets)


def _settings(mapping: CheckedMapping, problems: ProblemList) -> Settings:
    values = mapping.values
    targets = tuple(
        read_target(key, name, target, problems) for key, name, target in values.get("targets", ())
    )
    policy = _policy(mapping, problems)
    settings = Settings(
        contacts=values.get("contacts", DEFAULTS.contacts),
        policy=policy,
        targets=targets or DEFAULTS.targets,
        target=default_target(mapping, targets or DEFAULTS.targets, problems),
        privacy=values.get("privacy", DEFAULTS.privacy),
        applying=_apply_settings(values.get("apply"), policy.timezone, problems),
        ci=ci_settings(values.get("ci"), targets or DEFAULTS.targets, problems),
    )
    check_folders(settings, mapping, problems)
    _warn_of_idle_patterns(policy, mapping, problems)
    return settings


def _policy(mapping: CheckedMapping, problems: ProblemList) -> Policy:
    values = mapping.values
    return Policy(
        timezone=_timezone(mapping, problems),
        **_plain(values.get("manage")),
        authoritative=Patterns(**_plain(values.get("authoritative"))),
        ignore=Patterns(**_plain(values.get("ignore"))),
        protect=Protect(**_plain(values.get("protect"))),
        guards=_guard_limits(values.get("guards")),
        judgement=_warning_settings(values),
        undeclared=values.get("undeclared", DEFAULTS.policy.undeclared),
    )


def _warn_of_idle_patterns(policy: Policy, mapping: CheckedMapping, problems: ProblemList) -> None:
    """What stands under ``authoritative`` changes nothing where all is, and where the item is ignored."""
    written: CheckedMapping | None = mapping.values.get("authoritative")
    if written is None:
        return
    for facet in SETS:
        for message in _idle_patterns(policy, facet):
            problems.add(rules.IDLE_PATTERN, written.node_of(facet), message)


def _idle_patterns(policy: Policy, facet: Facet) -> Iterator[str]:
    patterns, ignored = policy.authoritative.of(facet), policy.ignore.of(facet)
    if patterns and policy.mode(facet) is Mode.AUTHORITATIVE:
        advice = f"delete them, or write 'manage: {{{facet}: additive}}'"
        yield f"all {facet} are authoritative already, so these patterns change nothing; {advice}"
        return
    for pattern in patterns:
        if by := _ignoring(pattern, facet, ignored):
            other = "" if by == pattern else f" by {quoted(by)}"
            yield f"{quoted(pattern)} is ignored{other}, which goes before this; delete it here or there"


def _ignoring(pattern: str, facet: Facet, ignored: Sequence[str]) -> str | None:
    """The pattern that ignores the one item that this one names, or that is the same one spelt otherwise."""
    names_one = not _SIGNS.search(pattern)
    key = item_key(facet, pattern)
    same = (other for other in ignored if item_key(facet, other) == key)
    return next(same, None) or (first_match(ignored, facet, pattern) if names_one else None)


_SIGNS = re.compile(r"[*?[]")
"""What makes a pattern match more than the name that it spells."""


def _plain(mapping: CheckedMapping | None) -> dict[str, Any]:
    return {} if mapping is None else mapping.plain()


def _timezone(mapping: CheckedMapping, problems: ProblemList) -> str:
    """The configured time zone; UTC, and a problem, when there is none of that name."""
    name: str = mapping.values.get("timezone", DEFAULTS.policy.timezone)
    if is_timezone(name):
        return name
    problems.add(rules.UNKNOWN_TIMEZONE, mapping.node_of("timezone"), unknown_timezone(name))
    return DEFAULTS.policy.timezone


def unknown_timezone(name: str) -> str:
    """The message for a time zone that there is not, with the one that was meant."""
    known = sorted(available_timezones() - MACHINE_DEPENDENT)
    advice = did_you_mean(name, known) or "; write one such as Europe/London"
    return f"unknown time zone {quoted(name)}{advice}"


def is_timezone(name: str) -> bool:
    """Whether this is the name of a zone that means the same on each machine."""
    # Looking up one name takes a thousandth of the time of listing them all.
    if name in MACHINE_DEPENDENT or name.startswith(("posix/", "right/")):
        return False
    try:
        return bool(clock.zone(name))
    except ValueError:
        return False


def _guard_limits(mapping: CheckedMapping | None) -> GuardLimits:
    """The settings of guards that are written, by the names of the guards' table."""
    written = _plain(mapping)
    configured: dict[str, Any] = {}
    for guard in GUARDS.values():
        value = written.get(guard.name)
        values = value.plain() if isinstance(value, CheckedMapping) else {"": value}
        for setting in guard.settings:
            if values.get(setting.key) is not None:
                configured[setting.name] = values[setting.key]
    return GuardLimits(configured)


def _warning_settings(values: dict[str, Any]) -> WarningSettings:
    limits = {key.replace("-", "_"): limit for key, limit in _plain(values.get("warn")).items()}
    conflicts = tuple(tuple(role for _, role in roles) for _, roles in values.get("conflicts", ()))
    reasons = _plain(values.get("require")).get("reason", ())
    return WarningSettings(reasons=reasons, conflicts=conflicts, **limits)


def _apply_settings(mapping: CheckedMapping | None, timezone: str, problems: ProblemList) -> ApplySettings:
    """The settings for apply; bare dates begin and end in that time zone."""
    if mapping is None:
        return DEFAULTS.applying
    values = mapping.values
    return ApplySettings(
        failures=values.get("failures", DEFAULTS.applying.failures),
        freezes=tuple(_freezes(values.get("freeze", []), timezone, problems)),
        revoke_in_freeze=values.get("revoke-in-freeze", False),
        stopped=values.get("stop", False),
    )


def _freezes(
    items: list[tuple[YamlNode, CheckedMapping]], timezone: str, problems: ProblemList
) -> Iterator[Freeze]:
    zone = clock.zone(timezone)
    for node, mapping in items:
        if not _is_complete(mapping):
            continue
        starts, expires, reason = (mapping.values[key] for key in ("starts", "expires", "reason"))
        freeze = Freeze(window_start(starts, zone), window_end(expires, zone), reason)
        if freeze.starts < freeze.expires:
            yield freeze
        else:
            message = "'expires' is not after 'starts', so this would never hold; correct one of them"
            problems.add(rules.EXPIRES_BEFORE_START, node, message)


def _is_complete(mapping: CheckedMapping) -> bool:
    """True when every key of a freeze is there and could be read; otherwise what is wrong is known."""
    return mapping.whole and all(field.name in mapping.values for field in fields(Freeze))
