"""``reconcile validate``: check configuration and declarations, offline and without credentials."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from reconcile.cli.formats import format_option, render
from reconcile.cli.options import Common, common_options
from reconcile.errors import DeclarationError, ExitCode
from reconcile.model.problem import Problem, ProblemReport, Severity
from reconcile.model.settings import Privacy, Settings


@dataclass(frozen=True, slots=True)
class Validation:
    """What a check found: problems, sorted by place, and how much was read."""

    problems: tuple[Problem, ...] = ()
    contacts: int = 0
    files: int = 0
    privacy: Privacy = Privacy.MASK


@click.command()
@format_option(ProblemReport)
@click.option("--strict", is_flag=True, help="Make every warning an error.")
@click.option("--account", is_flag=True, help="Also check roles against the account; needs credentials.")
@common_options
def validate(common: Common, *, form: str, strict: bool, account: bool) -> int:
    """Check the configuration and all declarations, without an account and without credentials.

    All problems are told at once. Without --target, the folders of all targets are checked. In a format other
    than text the problems are the result and go to standard output.
    """
    from reconcile.cli import console

    found = check(common)
    if account and not _failed(found.problems):
        found = replace(found, problems=tuple(sorted({*found.problems, *_of_account(common)})))
    problems = tuple(map(_as_error, found.problems)) if strict else found.problems
    if form == "text":
        _tell(problems, common)
    report = _report(replace(found, problems=problems))
    console.print_result(render(report, form, configured=found.privacy))
    return ExitCode.INVALID if _failed(problems) else ExitCode.DONE


def check(common: Common) -> Validation:
    """Every problem of the configuration and of all files that it names."""
    from reconcile.cli import console
    from reconcile.declare.loader import load_declarations
    from reconcile.declare.settings import read_settings

    settings, known = read_settings(common.config)
    if settings is None:
        return Validation(known)
    console.set_privacy(settings.privacy)
    root = common.declarations.resolve() if common.declarations else common.config.resolve().parent
    problems, contacts, files = list(known), 0, 0
    for folder in _folders(settings, common):
        try:
            loaded = load_declarations(root / folder, settings.policy, root=root, now=common.now())
        except DeclarationError as error:
            problems += error.problems
        else:
            problems += loaded.warnings
            contacts += len(loaded.declarations)
            files += loaded.files
    return Validation(tuple(sorted(set(problems))), contacts, files, settings.privacy)


def _of_account(common: Common) -> tuple[Problem, ...]:
    """What only the account's roles can tell of the declarations of one target."""
    from reconcile.cli.account import open_reader
    from reconcile.cli.project import open_project
    from reconcile.declare.checks.warnings import warn_of_skipped_approvals
    from reconcile.plan.matching import unknown_roles

    project = open_project(common)
    declarations = project.load().declarations
    with open_reader(project, common) as account:
        roles = account.roles()
    return (*unknown_roles(declarations, roles), *warn_of_skipped_approvals(declarations, roles))


def _folders(settings: Settings, common: Common) -> list[Path]:
    """The folders to check, each once: that of the target asked for, else those of all."""
    from reconcile.cli.project import choose

    targets = [choose(settings, common)] if common.target else settings.targets
    return sorted({Path(settings.folder(target)) for target in targets})


def _as_error(problem: Problem) -> Problem:
    return replace(problem, severity=Severity.ERROR)


def _failed(problems: Sequence[Problem]) -> bool:
    return any(problem.severity is Severity.ERROR for problem in problems)


def _tell(problems: Sequence[Problem], common: Common) -> None:
    """Errors end the command; warnings are said and do not."""
    from reconcile.cli import console

    if _failed(problems):
        raise DeclarationError(problems)
    for problem in problems:
        console.note(str(problem), common)


def _report(checked: Validation) -> ProblemReport:
    from reconcile import __version__
    from reconcile.declare.rules import RULES

    about = {rule.id: rule.about for rule in RULES.values()}
    return ProblemReport(checked.problems, checked.contacts, checked.files, about, __version__)
