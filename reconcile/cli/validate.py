"""``reconcile validate``: check configuration and declarations, offline and without credentials."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from reconcile.errors import DeclarationError, ExitCode
from reconcile.model import Privacy, Problem, Settings, Severity

from .options import Common, common_options

FORMATS = ("text", "json", "github", "sarif")


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found: problems, sorted by place, and how much was read."""

    problems: tuple[Problem, ...] = ()
    contacts: int = 0
    files: int = 0
    privacy: Privacy = Privacy.MASK


@click.command()
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="The form."
)
@click.option("--strict", is_flag=True, help="Make every warning an error.")
@common_options
def validate(common: Common, form: str, strict: bool) -> int:  # noqa: FBT001 - Click gives options by name
    """Check the configuration and all declarations, without an account and without credentials.

    All problems are told at once. Without --target, the folders of all targets are checked. In a format other
    than text the problems are the result and go to standard output.
    """
    from . import say

    found = check(common)
    problems = tuple(map(_as_error, found.problems)) if strict else found.problems
    if form == "text":
        _tell(problems, common)
        say.result(_summary(found.contacts, found.files, len(problems)))
    else:
        say.result(render(form, problems, found.privacy))
    return ExitCode.INVALID if _failed(problems) else ExitCode.DONE


def check(common: Common) -> Found:
    """Every problem of the configuration and of all files that it names."""
    from reconcile.declare import load_declarations, read_settings

    from . import say

    settings, known = read_settings(common.config)
    if settings is None:
        return Found(known)
    say.configured(settings.privacy)
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
    return Found(tuple(sorted(set(problems))), contacts, files, settings.privacy)


def _folders(settings: Settings, common: Common) -> list[Path]:
    """The folders to check, each once: that of the target asked for, else those of all."""
    from .project import choose

    targets = [choose(settings, common)] if common.target else settings.targets
    return sorted({Path(settings.folder(target)) for target in targets})


def _as_error(problem: Problem) -> Problem:
    return replace(problem, severity=Severity.ERROR)


def _failed(problems: Sequence[Problem]) -> bool:
    return any(problem.severity is Severity.ERROR for problem in problems)


def _tell(problems: Sequence[Problem], common: Common) -> None:
    """Errors end the command; warnings are said and do not."""
    from . import say

    if _failed(problems):
        raise DeclarationError(problems)
    for problem in problems:
        say.note(str(problem), common)


def _summary(contacts: int, files: int, warnings: int) -> str:
    told = f"no errors, {_counted(warnings, 'warning')}" if warnings else "no problems"
    return f"{_counted(contacts, 'contact')} in {_counted(files, 'file')}: {told}."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def render(form: str, problems: Sequence[Problem], privacy: Privacy) -> str:
    """The problems in a format for machines; without e-mails where it is shown to others."""
    from reconcile import __version__
    from reconcile.declare import RULES
    from reconcile.render import problems_github, problems_json, problems_sarif, scrubbed

    if form == "json":
        return problems_json(problems)
    if privacy is Privacy.MASK:
        problems = [replace(problem, message=scrubbed(problem.message)) for problem in problems]
    if form == "github":
        return problems_github(problems)
    return problems_sarif(problems, {rule.id: rule.about for rule in RULES.values()}, __version__)
