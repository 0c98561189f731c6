"""Writes what is made from the code: rules, references, tables, JSON Schemas, workflows.

python tools/generate.py            write them anew
python tools/generate.py --check    say which are out of date, and exit with 1 if any is
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import fill
from typing import Any, assert_never

from reconcile.declare.rules import RULES, Rule, RuleScope, rule_texts
from reconcile.declare.schema.configuration import configuration_json_schema
from reconcile.declare.schema.declarations import declarations_json_schema
from reconcile.model.guards import GUARDS, Guard, GuardSetting, SettingKind
from reconcile.model.problem import Severity
from reconcile.probe import runner
from reconcile.probe.question import Question
from reconcile.wire.fields import ADDRESS_FIELDS, PROFILE_FIELDS

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]  # where this file is called as a script, its own folder stands there

INTRODUCTION = """\
# Rules

Everything that can be wrong with declarations and configuration. A problem is told as
`file:line:col: message [rule-id]`; all problems of all files are told at once. `reconcile rules ID` shows
one rule, `reconcile rules` lists them all. This page is made from the rules in the code by
`tools/generate.py`.

An error stops every command. A warning is a judgement: the command goes on, and `reconcile validate --strict`
makes an error of it. Rules marked *editor* are in the JSON Schemas too (`reconcile schema`), so an editor
tells them while you type; the others need more than one value, the calendar, all files or the account.
"""

SECTIONS = {
    RuleScope.CONTACTS: "Errors in declarations",
    RuleScope.CONFIGURATION: "Errors in the configuration",
    RuleScope.FILES: "Errors of files and folders",
    RuleScope.ACCOUNT: "Errors that only the account can tell",
}

WARNINGS = "Warnings"


def rules_page() -> str:
    """The page of all rules, by what they are about."""
    parts = [INTRODUCTION]
    for title, rules in _sections():
        parts.append(f"\n## {title}\n")
        parts += map(_rule, rules)
    return "".join(parts)


def _sections() -> Iterator[tuple[str, list[Rule]]]:
    errors = [rule for rule in RULES.values() if rule.severity is Severity.ERROR]
    for scope, title in SECTIONS.items():
        yield title, [rule for rule in errors if rule.scope is scope]
    yield WARNINGS, [rule for rule in RULES.values() if rule.severity is Severity.WARNING]


def _rule(rule: Rule) -> str:
    editor = " *editor*" if rule.in_schema else ""
    return f"\n### {rule.id}\n\n{rule_texts()[rule.id].about}{editor}\n\n{_examples(rule)}"


def _examples(rule: Rule) -> str:
    example = rule_texts()[rule.id]
    if rule.scope in (RuleScope.FILES, RuleScope.ACCOUNT):
        return f"Wrong: {example.wrong}\n\nRight: {example.right}\n"
    with_settings = f" (with `{example.settings}` in reconcile.yaml)" if example.settings else ""
    return f"Wrong{with_settings}:\n\n{_fence(example.wrong)}\nRight:\n\n{_fence(example.right)}"


def _fence(text: str) -> str:
    return f"```yaml\n{text}\n```\n"


GUARDS_HEAD = """\
| guard | refuses when | default | in `reconcile.yaml` | lifted by |
| --- | --- | --- | --- | --- |
"""


def guards_table() -> str:
    """The table of all guards, sorted by name."""
    return GUARDS_HEAD + "".join(_guard(GUARDS[name]) for name in sorted(GUARDS))


def _guard(guard: Guard) -> str:
    defaults = ", ".join(_default(setting) for setting in guard.settings)
    cells = [f"`{guard.name}`", guard.refuses_when, defaults, _configured(guard), _lifted_by(guard)]
    return f"| {' | '.join(cells)} |\n".replace("|  |", "| |").replace("|  |", "| |")


def _lifted_by(guard: Guard) -> str:
    """The keys of an entry under ``allow``; ``--allow`` lifts the same guards."""
    return ", ".join(f"`{key}`" for key in guard.lifted_by)


def _default(setting: GuardSetting[Any]) -> str:
    match setting.kind:
        case SettingKind.COUNT:
            return f"{setting.default} {setting.key}".strip()
        case SettingKind.HOURS:
            return f"{setting.default} hours"
        case SettingKind.SHARE:
            return f"{setting.default:.0%}".replace("%", " %")
        case SettingKind.ROLES:
            return "no roles"
        case SettingKind.CONTACTS:
            return "nobody"
        case _:
            assert_never(setting.kind)


def _configured(guard: Guard) -> str:
    """The guard as it is written in the configuration, with its defaults or an example."""
    if guard.mapping:
        pairs = ", ".join(f"{setting.key}: {_written(setting)}" for setting in guard.settings)
        return f"`{guard.name}: {{{pairs}}}`"
    if guard.settings:
        return f"`{guard.name}: {_written(guard.settings[0])}`"
    return f"`{guard.configured_by}`" if guard.configured_by else ""


def _written(setting: GuardSetting[Any]) -> str:
    match setting.kind:
        case SettingKind.COUNT | SettingKind.HOURS:
            return str(setting.default)
        case SettingKind.SHARE:
            return f"{setting.default:.0%}"
        case SettingKind.ROLES:
            return "[trade-*]"
        case SettingKind.CONTACTS:
            return "[owner@example.com]"
        case _:
            assert_never(setting.kind)


def _with_table(page: Path, name: str, table: str) -> str:
    """A page written by hand, with the table between the marks of that name."""
    start, end = f"<!-- {name}: made by tools/generate.py -->\n", f"<!-- end of {name} -->\n"
    before, _, rest = page.read_text(encoding="utf-8").partition(start)
    _, _, after = rest.partition(end)
    return f"{before}{start}{table}{end}{after}"


def fields_list() -> str:
    """The fields of the profile and of the address, in the order of their tables."""
    tables = {"profile": PROFILE_FIELDS, "address": ADDRESS_FIELDS}
    lists = {key: ", ".join(f"`{field.name}`" for field in table.values()) for key, table in tables.items()}
    return fill(" ".join(f"`{key}` takes {names}." for key, names in lists.items()), 120) + "\n"


QUESTIONS_HEAD = """\
| question | what is sent or looked at | it decides |
| --- | --- | --- |
"""


def questions_table() -> str:
    """The table of all questions of a probe, in their order."""
    return QUESTIONS_HEAD + "".join(map(_question, runner.QUESTIONS))


def _question(question: Question) -> str:
    decided = dict.fromkeys(f"`{decision.capability}`" for decision in question.decides)
    method = question.method.replace("``", "`") or f"Not asked: {question.never}."
    cells = [f"`{question.name}`: {question.question}", method, ", ".join(decided)]
    return f"| {' | '.join(cells)} |\n".replace("|  |", "| |")


def github_workflow(name: str) -> str:
    """Our own workflow as a project has it that is apart from the tool: it calls the tool's at a commit."""
    text = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")
    text = re.sub(r"uses: \$/(\S+)", r"uses: @TOOL@/\1@@COMMIT@ # v@VERSION@", text)
    return text.replace(" docs/ci.md has", " @GUIDE@/ci.md has")


def gitlab_pipeline() -> str:
    """The pipeline of the page on GitLab, with the tool at a commit."""
    page = (ROOT / "docs" / "gitlab-ci.md").read_text(encoding="utf-8")
    text = page.partition("```yaml .gitlab-ci.yml\n")[2].partition("```")[0]
    text = text.replace("https://git.example.com/tools/reconcile.git COMMIT", "@SOURCE@ @COMMIT@")
    text = re.sub(r"\bshop\b", "@TARGET@", text)
    return f"# What must be set up by hand is told in @GUIDE@/gitlab-ci.md\n{text}"


def references() -> dict[Path, str]:
    """The pages of ``docs/reference``."""
    from tools.references.commands import commands_page  # noqa: PLC0415 - needs the path from above
    from tools.references.configuration import configuration_page  # noqa: PLC0415
    from tools.references.environment import environment_page  # noqa: PLC0415

    folder = ROOT / "docs" / "reference"
    return {
        folder / "commands.md": commands_page(),
        folder / "configuration.md": configuration_page(),
        folder / "environment.md": environment_page(),
    }


def files() -> dict[Path, str]:
    """The files to write, with their text."""
    schemas = ROOT / "reconcile" / "declare" / "schema"
    guards_page, declarations_page = ROOT / "docs" / "guards.md", ROOT / "docs" / "declarations.md"
    probe_page = ROOT / "docs" / "probe.md"
    templates = ROOT / "reconcile" / "services" / "starting" / "templates"
    return {
        ROOT / "docs" / "rules.md": rules_page(),
        **references(),
        guards_page: _with_table(guards_page, "guards", guards_table()),
        declarations_page: _with_table(declarations_page, "fields", fields_list()),
        probe_page: _with_table(probe_page, "questions", questions_table()),
        **{templates / f"github-{name}.yml": github_workflow(name) for name in ("plan", "apply", "drift")},
        templates / "gitlab-ci.yml": gitlab_pipeline(),
        schemas / "declarations.json": _json(declarations_json_schema()),
        schemas / "configuration.json": _json(configuration_json_schema()),
    }


def _json(schema: dict[str, object]) -> str:
    return json.dumps(schema, indent=2) + "\n"


def main(arguments: Iterable[str]) -> int:
    """Write the files, or check them."""
    stale = {path: text for path, text in files().items() if not _is(path, text)}
    if "--check" in arguments:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is out of date; run `make generate`")
        return 1 if stale else 0
    for path, text in stale.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
