"""Loading by example: each file in ``tests/cases/declare`` holds files of a project and what comes of them.

A case has a ``claim`` (what it shows), the text of one file of declarations (``declare``, as
contacts/case.yaml) or of several ``files``, what reconcile.yaml says beside its version (``settings``) or
its whole text (``configuration``), and ``now`` (by default 2026-11-23T09:00:00Z). What comes out is either
``problems`` (every line, warnings too) or ``declares`` (contact → lines), ``allows`` (a line an entry that
lifts a guard) or, where only the configuration is about, ``configures`` (path → value).
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconcile.clock import Window, parse_instant, utc_text
from reconcile.declare.loader import LoadedDeclarations, load_declarations
from reconcile.declare.rules import RULES, Rule, RuleScope, rule_texts
from reconcile.declare.settings import load_settings
from reconcile.errors import DeclarationError
from reconcile.model.allowance import Allowance
from reconcile.model.declaration import Declaration
from reconcile.model.guards import GuardLimits
from reconcile.model.problem import Problem, Severity
from reconcile.model.settings import Settings

CASES = Path(__file__).parent.parent / "cases" / "declare"

NAMES = sorted(path.stem for path in CASES.glob("*.yaml"))


def read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    return content


def write(content: dict[str, Any], root: Path) -> None:
    """Write the project of a case."""
    files = dict(content.get("files", {}))
    if "declare" in content:
        files["contacts/case.yaml"] = content["declare"]
    files["reconcile.yaml"] = content.get("configuration", "version: 1\n" + content.get("settings", ""))
    for file, text in files.items():
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def load(root: Path, now: datetime) -> tuple[Settings, LoadedDeclarations]:
    """What the project loads to; its warnings are all problems."""
    settings = Settings()
    try:
        settings = load_settings(root / "reconcile.yaml")
        if not (root / settings.contacts).exists():
            return settings, LoadedDeclarations(warnings=settings.warnings)
        loaded = load_declarations(root / settings.contacts, settings.policy, root=root, now=now)
    except DeclarationError as error:
        return settings, LoadedDeclarations(warnings=error.problems)
    return settings, replace(loaded, warnings=tuple(sorted({*settings.warnings, *loaded.warnings})))


def told(entry: Declaration) -> Iterator[str]:
    """A declaration as lines."""
    if not entry.present:
        yield "absent"
    if entry.create:
        yield f"create {entry.type}"
    yield from () if entry.roles is None else [f"{len(entry.roles)} roles"] if not entry.roles else []
    for grant in entry.roles or ():
        told_status = grant.status or "-"
        yield f"role {grant.reference} {told_status}{when(grant.window)}{why(grant.reason, grant.bundle)}"
    yield from () if entry.tags is None else [f"{len(entry.tags)} tags"] if not entry.tags else []
    for tag in entry.tags or ():
        yield f"tag {tag.value}{when(tag.window)}{why(tag.reason, tag.bundle)}"
    for facet, values in (("profile", entry.profile), ("address", entry.address)):
        yield from (f"{facet}.{name} {value!r}" for name, value in (values or {}).items())
    yield from (f"{facet} {mode}" for facet, mode in entry.modes)


def allowed(entry: Allowance) -> str:
    """``last-holder for 40, until …: why``: an entry that lifts a guard."""
    people = " and ".join(
        " ".join(filter(None, (key.id, key.reference, key.email))) for key in entry.contacts
    )
    reach = f"up to {entry.ceiling}" if entry.ceiling else f"for {people}"
    return f"{entry.guard} {reach}, until {utc_text(entry.until)}: {entry.reason}"


def when(window: Window) -> str:
    parts = [utc_text(moment) if moment else "" for moment in (window.starts, window.expires)]
    return f" {parts[0]}..{parts[1]}" if any(parts) else ""


def why(reason: str | None, bundle: str | None) -> str:
    return (f" '{reason}'" if reason else "") + (f" by {bundle}" if bundle else "")


def configured(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of the settings by its path."""
    if isinstance(value, GuardLimits):
        yield from ((f"{path}.{name}", limit) for name, limit in value.complete().items())
    elif is_dataclass(value):
        for entry in fields(value):
            yield from configured(getattr(value, entry.name), f"{path}.{entry.name}".strip("."))
    elif isinstance(value, tuple) and value and is_dataclass(value[0]):
        for number, item in enumerate(value):
            yield from configured(item, f"{path}.{getattr(item, 'name', number)}")
    else:
        yield path, utc_text(value) if isinstance(value, datetime) else value


def plain(value: Any) -> Any:
    return [plain(item) for item in value] if isinstance(value, tuple) else value


def result(content: dict[str, Any], root: Path) -> dict[str, Any]:
    """What comes of a case, in the words of the case files."""
    write(content, root)
    now = parse_instant(content.get("now", "2026-11-23T09:00:00Z"))
    assert now is not None
    settings, loaded = load(root, now)
    found: dict[str, Any] = {}
    if loaded.warnings:
        found["problems"] = [str(problem) for problem in loaded.warnings]
    if "declares" in content or not (loaded.warnings or {"configures", "allows"} & content.keys()):
        found["declares"] = {entry.label: list(told(entry)) for entry in loaded.declarations}
    if "allows" in content:
        found["allows"] = list(map(allowed, loaded.allowances))
    if "configures" in content:
        values = dict(configured(settings))
        found["configures"] = {path: plain(values[path]) for path in content["configures"]}
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_case_comes_out_as_it_says(name: str, tmp_path: Path) -> None:
    """Declarations, settings and problems are those of the file, to the letter."""
    content = read(name)
    expected = {
        key: content[key] for key in ("problems", "declares", "allows", "configures") if key in content
    }
    assert expected, "a case says what comes out"
    assert result(content, tmp_path) == expected


def test_there_are_cases_for_every_rule() -> None:
    """Each rule that files alone can break is broken by a case."""
    broken = {line.rsplit("[", 1)[1][:-1] for name in NAMES for line in read(name).get("problems", [])}
    elsewhere = {rule.id for rule in RULES.values() if rule.scope in (RuleScope.FILES, RuleScope.ACCOUNT)}
    assert set(RULES) - elsewhere <= broken


EXAMPLES = [rule for rule in RULES.values() if rule.scope in (RuleScope.CONTACTS, RuleScope.CONFIGURATION)]


def problems_of(rule: Rule, text: str, root: Path) -> list[Problem]:
    if rule.scope is RuleScope.CONFIGURATION:
        content = {"configuration": text, "declare": "contacts:\n  - {email: a@example.com, tags: [x]}\n"}
    else:
        content = {"settings": rule_texts()[rule.id].settings, "declare": text}
    write(content, root)
    now = parse_instant("2026-11-23T09:00:00Z")
    assert now is not None
    return list(load(root, now)[1].warnings)


@pytest.mark.parametrize("rule", EXAMPLES, ids=lambda rule: rule.id)
def test_a_rule_refuses_its_wrong_example_and_takes_its_right_one(rule: Rule, tmp_path: Path) -> None:
    """The examples that people read do what they are there for, and nothing else."""
    wrong = problems_of(rule, rule_texts()[rule.id].wrong, tmp_path / "wrong")
    assert {(problem.rule, problem.severity) for problem in wrong} == {(rule.id, rule.severity)}
    assert all(problem.place.line for problem in wrong)
    right = problems_of(rule, rule_texts()[rule.id].right, tmp_path / "right")
    assert [
        problem for problem in right if problem.severity is Severity.ERROR or problem.rule == rule.id
    ] == []
