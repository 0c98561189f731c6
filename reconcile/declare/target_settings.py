"""The targets of ``reconcile.yaml``: each account, the default one, and those of the pipeline."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import PurePosixPath
from typing import Any

from reconcile.model.ci.settings import CiSettings
from reconcile.model.settings import Settings, Target, TargetKind
from reconcile.text import did_you_mean, quoted

from . import rules
from .problems import ProblemList, ScalarNode
from .schema.containers import CheckedMapping

SANDBOX_RATE = 1_000.0
"""Requests a second to a sandbox without a configured rate: it has no other customers to be spared."""

SLOW_ANSWER = 1.6
"""Seconds of an answer that the workers of a target without a configured number bear at its rate."""

FEWEST_WORKERS, MOST_WORKERS = 8, 64
"""Bounds of that number: below, slow answers still overlap; above, an account has connections enough."""

UNFIT_KEYS = {TargetKind.EVANCE: "url", TargetKind.SANDBOX: "account"}
"""The key that does not go with a kind of target."""


def read_target(key: ScalarNode, name: str, mapping: CheckedMapping, problems: ProblemList) -> Target:
    """The target of that name; a problem for a key that is missing for its kind, or does not go with it."""
    values: dict[str, Any] = {"name": name, "kind": TargetKind.SANDBOX}
    if mapping.values.get("kind") is TargetKind.SANDBOX:
        values["rate"] = SANDBOX_RATE
    target = Target(**{**values, **mapping.values})
    if target.kind is TargetKind.EVANCE and "concurrency" not in mapping.values:
        target = replace(target, concurrency=workers_for(target.rate))
    if "kind" not in mapping.values:
        return target
    if target.kind is TargetKind.EVANCE and "account" not in mapping.node.entries:
        problems.add(rules.MISSING_KEY, key, "a target of kind evance needs 'account'; add it")
    unfit = UNFIT_KEYS[target.kind]
    if unfit in mapping.node.keys:
        message = f"'{unfit}' does not go with kind {target.kind}; delete it, or correct the kind"
        problems.add(rules.UNFIT_KEY, mapping.node.keys[unfit], message)
    return target


def workers_for(rate: float) -> int:
    """How many workers use up a rate although answers are slow: rate times latency, within bounds."""
    return min(MOST_WORKERS, max(FEWEST_WORKERS, math.ceil(rate * SLOW_ANSWER)))


def default_target(mapping: CheckedMapping, targets: tuple[Target, ...], problems: ProblemList) -> str | None:
    """The target that is written, else the only one; None where each command has to name one of several."""
    names = [target.name for target in targets]
    name: str | None = mapping.values.get("target")
    if name is not None and name not in names:
        problems.add(rules.UNKNOWN_TARGET, mapping.node_of("target"), _unknown_target(name, names))
    return name or (names[0] if len(names) == 1 else None)


def _unknown_target(name: str, names: Sequence[str]) -> str:
    advice = did_you_mean(name, names) or f"; write one of: {', '.join(names)}"
    return f"unknown target {quoted(name)}{advice}"


def ci_settings(
    mapping: CheckedMapping | None, targets: tuple[Target, ...], problems: ProblemList
) -> CiSettings:
    """What holds in a pipeline alone. A target that there is not must not be one that nobody works on."""
    if mapping is None:
        return CiSettings()
    written = {key.replace("-", "_"): value for key, value in mapping.plain().items()}
    names = [target.name for target in targets]
    chosen = written.pop("targets", ())
    for node, name in mapping.values.get("targets", ()):
        if name not in names:
            problems.add(rules.UNKNOWN_TARGET, node, _unknown_target(name, names))
    return CiSettings(**written, targets=tuple(chosen))


def check_folders(settings: Settings, mapping: CheckedMapping, problems: ProblemList) -> None:
    """A folder within another target's would be read for both accounts."""
    folders = sorted({PurePosixPath(settings.folder(target)) for target in settings.targets})
    for outer, inner in permutations(folders, 2):
        if inner.is_relative_to(outer):
            message = f"the folder '{inner}' lies within '{outer}', which another target reads; part them"
            problems.add(rules.NESTED_FOLDERS, mapping.node_of("targets"), message)
