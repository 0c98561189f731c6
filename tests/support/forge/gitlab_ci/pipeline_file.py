"""A ``.gitlab-ci.yml`` as a pipeline reads it: jobs with what they extend, and which of them take part.

Only the keywords of our own pipeline are understood; another one fails the test that brought it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from .rules import Variables, expanded, holds

Row = dict[str, Any]

_GLOBAL = {"workflow", "stages", "default", "variables"}

_UNDERSTOOD = {
    "after_script", "allow_failure", "artifacts", "before_script", "environment", "extends", "image",
    "interruptible", "needs", "resource_group", "rules", "script", "stage", "timeout", "variables",
}  # fmt: skip


@dataclass(frozen=True)
class JobText:
    """A job that takes part in a pipeline, with its variables put in."""

    name: str
    stage: str
    when: str
    allow_failure: bool
    variables: dict[str, str]
    keys: Row

    @property
    def needs(self) -> list[str] | None:
        """The jobs that it waits for; None: all of earlier stages."""
        return self.keys.get("needs")

    @property
    def environment(self) -> str:
        """The name of its environment; empty when it has none."""
        found = self.keys.get("environment", {})
        return expanded(found if isinstance(found, str) else found["name"], self.variables) if found else ""

    @property
    def resource_group(self) -> str:
        return expanded(self.keys.get("resource_group", ""), self.variables)

    def script(self, key: str) -> str:
        """The commands of a script, as one text for the shell."""
        return "\n".join(_flat(self.keys.get(key, [])))


def _flat(lines: Any) -> Iterator[str]:
    """The lines of a script, which may be lists in lists."""
    for line in [lines] if isinstance(lines, str) else lines:
        if isinstance(line, str):
            yield line
        else:
            yield from _flat(line)


@dataclass(frozen=True)
class PipelineFile:
    """The whole file."""

    keys: Row

    @classmethod
    def read(cls, text: str) -> "PipelineFile":
        return cls(yaml.safe_load(text))

    @property
    def stages(self) -> list[str]:
        return [".pre", *self.keys["stages"], ".post"]

    def makes_pipeline(self, predefined: Variables) -> bool:
        """Whether ``workflow:rules`` let a pipeline begin."""
        rules = self.keys.get("workflow", {}).get("rules")
        return rules is None or self._rule(rules, self._global(predefined)) is not None

    def jobs(self, predefined: Variables, project: Variables) -> list[JobText]:
        """The jobs that take part, in the order of their stages. What the project sets beats the file."""
        found = [
            job
            for name in self.keys
            if name not in _GLOBAL and not name.startswith(".")
            for job in self._job(name, predefined, project)
        ]
        names = {job.name for job in found}
        for job in found:
            assert job.stage in self.stages, f"{job.name}: there is no stage {job.stage}"
            missing = set(job.needs or []) - names
            assert not missing, f"{job.name} needs {missing}, which take no part"
        return sorted(found, key=lambda job: self.stages.index(job.stage))

    def _job(self, name: str, predefined: Variables, project: Variables) -> Iterator[JobText]:
        keys = {**self.keys.get("default", {}), **self._extended(name)}
        assert set(keys) <= _UNDERSTOOD, f"{name}: {set(keys) - _UNDERSTOOD}"
        variables = {**self._global(predefined), **_texts(keys.get("variables", {})), **project}
        rule = self._rule(keys["rules"], variables) if "rules" in keys else {}
        if rule is None:
            return
        when = rule.get("when", "on_success")
        if when != "never":
            # In rules, a manual job must be played for the pipeline to go on unless it may fail.
            lenient = bool(rule.get("allow_failure", keys.get("allow_failure", False)))
            told = {**variables, **_texts(rule.get("variables", {})), **project}
            yield JobText(name, keys.get("stage", "test"), when, lenient, told, keys)

    def _global(self, predefined: Variables) -> dict[str, str]:
        return {**predefined, **_texts(self.keys.get("variables", {}))}

    @staticmethod
    def _rule(rules: list[Row], variables: Variables) -> Row | None:
        return next((rule for rule in rules if "if" not in rule or holds(rule["if"], variables)), None)

    def _extended(self, name: str) -> Row:
        """A job with what it extends: mappings are merged, all else is replaced by the later one."""
        own = dict(self.keys[name])
        named = own.pop("extends", [])
        merged: Row = {}
        for other in [named] if isinstance(named, str) else named:
            merged = _merged(merged, self._extended(other))
        return _merged(merged, own)


def _merged(base: Row, over: Row) -> Row:
    both = {key for key in base if isinstance(base[key], dict) and isinstance(over.get(key), dict)}
    return {**base, **over, **{key: _merged(base[key], over[key]) for key in both}}


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}
