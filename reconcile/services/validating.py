"""Checks configuration and declarations offline; on request also their roles, at the account."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from reconcile import __version__
from reconcile.declare.loader import load_declarations
from reconcile.declare.rules import rule_texts
from reconcile.declare.settings import read_settings
from reconcile.errors import DeclarationError
from reconcile.model.problem import Problem, ProblemReport, Severity
from reconcile.model.settings import Settings

from .caller import Console, ProjectChoice


def validate_project(
    choice: ProjectChoice,
    console: Console,
    *,
    account: bool = False,
    strict: bool = False,
    explained: bool = False,
) -> ProblemReport:
    """Every problem of the configuration and of all files that it names.

    ``account``: if there is no error yet, check the roles against the account too; this needs credentials.
    ``strict`` makes every warning an error. ``explained``: the report has a line about each rule.
    """
    report = _check_files(choice, console)
    if account and not report.failed:
        problems = {*report.problems, *_problems_at_account(choice, console)}
        report = replace(report, problems=tuple(sorted(problems)))
    if strict:
        errors = (replace(problem, severity=Severity.ERROR) for problem in report.problems)
        report = replace(report, problems=tuple(errors))
    return replace(report, rules=_rules()) if explained else report


def _check_files(choice: ProjectChoice, console: Console) -> ProblemReport:
    settings, known = read_settings(choice.config, choice.searched)
    if settings is None:
        return _report(known)
    console.set_privacy(settings.privacy)
    root, now = choice.checkout, choice.in_zone(settings.policy.timezone).now()
    problems, contacts, files = list(known), 0, 0
    for folder in _folders(settings, choice):
        try:
            loaded = load_declarations(root / folder, settings.policy, root=root, now=now)
        except DeclarationError as error:
            problems += error.problems
        else:
            problems += loaded.warnings
            contacts += len(loaded.declarations)
            files += loaded.files
    return _report(tuple(sorted(set(problems))), contacts, files)


def _report(problems: tuple[Problem, ...], contacts: int = 0, files: int = 0) -> ProblemReport:
    return ProblemReport(problems, contacts, files, tool_version=__version__)


def _rules() -> dict[str, str]:
    return {rule: text.about for rule, text in rule_texts().items()}


def _folders(settings: Settings, choice: ProjectChoice) -> Sequence[Path]:
    """The folders to check, each once: that of the target asked for, else those of all targets."""
    targets = [choice.target_of(settings)] if choice.target else settings.targets
    return sorted({Path(settings.folder(target)) for target in targets})


def _problems_at_account(choice: ProjectChoice, console: Console) -> tuple[Problem, ...]:
    """What only the account's roles can tell of the declarations of one target."""
    from reconcile.declare.checks.warnings import warn_of_skipped_approvals
    from reconcile.plan.matching.matches import unknown_roles

    from .accounts import open_reader
    from .project import open_project

    project = open_project(choice, console)
    declarations = project.load().declarations
    with open_reader(project, console) as account:
        roles = account.roles()
    return (*unknown_roles(declarations, roles), *warn_of_skipped_approvals(declarations, roles))
