"""What to do after ``init`` and ``demo``: commands, each with what it does."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from reconcile.model.settings import Target, TargetKind

from .environment import project_declares
from .new_files import FirstFile, NewProject


@dataclass(frozen=True, slots=True)
class NextStep:
    """A command, and what it does."""

    command: str
    effect: str


def steps_text(heading: str, steps: Iterable[NextStep]) -> str:
    """The steps below each other, their commands aligned."""
    rows = list(steps)
    width = max(len(row.command) for row in rows)
    return "\n".join([f"{heading}:", *(f"  {row.command:{width}}    {row.effect}" for row in rows)])


CREDENTIALS = """\
Credentials come from a private app of Evance's admin (Settings > App API Credentials). To read, it needs the
scopes contacts.readonly and roles.readonly; to apply, contacts instead of the first. Save the file that you
download there as shop.evance.json in this project, where Git ignores it, readable by nobody else:

  chmod 600 shop.evance.json
  export EVANCE_CREDENTIALS="$PWD/shop.evance.json"
"""


def steps_after_init(project: NewProject, folder: Path, *, repository: bool) -> Iterator[NextStep]:
    """What to do in a new project. ``repository``: its folder lies in one of Git."""
    if folder.resolve() != Path.cwd():
        yield NextStep(f"cd {quote(str(folder))}", "all that follows is called there")
    if not repository:
        yield NextStep("git init", "keeps who declared what, and when")
    if project.first is not FirstFile.EXAMPLE and not project_declares(folder):
        yield NextStep("reconcile import --all", "writes declarations of the contacts as they are today")
    yield NextStep("reconcile validate", "checks the declarations, offline")
    yield NextStep("reconcile plan", _PLANS[project.first])
    if project.first is FirstFile.EXAMPLE:
        yield NextStep("reconcile apply", "shows it, asks, and carries it out")


_PLANS = {
    FirstFile.EXAMPLE: "shows what would change in the practice shop, and changes nothing",
    FirstFile.GUIDE: "shows what would change: nothing yet; then edit a declaration",
    FirstFile.NOTHING: "shows what would change, and changes nothing",
}


def steps_after_demo(target: Target | None, *, declared: bool = True) -> Iterator[NextStep]:
    """What to try after a demo in a project for that target; None: there is no project yet.

    ``declared``: something is declared in it.
    """
    if target is not None and not declared:
        yield NextStep("reconcile import --all", f"writes declarations of the contacts of {_where(target)}")
    if target is None:
        yield NextStep("reconcile init", "writes that project into this folder, and says what comes next")
        yield NextStep(
            "reconcile plan", "then: shows what would change in a shop that stays, on this machine"
        )
    else:
        effect = f"shows what would change in {_where(target)}, and changes nothing"
        yield NextStep("reconcile plan", effect)
    yield NextStep("reconcile sandbox serve", "lets other programs use a practice shop, until Ctrl-C")


def _where(target: Target) -> str:
    if target.embedded:
        return "the practice shop, which stays"
    return f"{target.account} (needs credentials)" if target.kind is TargetKind.EVANCE else str(target.url)
