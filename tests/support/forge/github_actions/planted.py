"""What a colleague who may push, but not approve, makes of a branch: its workflow keeps a plan of his own."""

from pathlib import Path

from tests.support.command_line import run_command
from tests.support.forge.git_command import git

from .team import Team, TeamPullRequest

PLANTING = """\
name: plan
on:
  pull_request:
permissions: {}
jobs:
  plan:
    name: Plan (shop)
    runs-on: ubuntu-24.04
    permissions:
      contents: read
    steps:
      - name: Check out
        uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with:
          persist-credentials: false
      - name: Plan
        run: mkdir out && cp planted.json out/plan.json
      - name: Keep the plan
        uses: actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2
        with:
          name: reconcile-plan-shop-1
          path: out/plan.json
          if-no-files-found: error
          retention-days: 30
"""
"""A workflow of the name of ours, which keeps as a plan whatever lies in the branch."""


def planting(plan: str) -> dict[str, str]:
    """The files of a branch whose runs keep that plan."""
    return {".github/workflows/plan.yml": PLANTING, "planted.json": plan}


def planting_branch(team: Team, name: str, plan: str) -> None:
    """A branch off main whose workflow keeps that plan for everything that is proposed to it."""
    git("checkout", "--quiet", "--detach", team.tip, at=team.clone)
    for path, text in planting(plan).items():
        team.write(path, text)
    team.commit("Plan otherwise", name)


def whole_plan(team: Team, pull: TeamPullRequest) -> str:
    """A plan of all that a head declares: our own command, with the credential that every branch may use."""
    git("checkout", "--quiet", "--detach", pull.head, at=team.clone)
    return _written(team, "plan", "--as-of", team.runner.as_of)


def plan_to_undo(team: Team, run: str, folder: Path) -> str:
    """A plan that undoes a run, whose journal lies in a folder."""
    return _written(team, "revert", run, folder=folder)


def _written(team: Team, *arguments: str, folder: Path | None = None) -> str:
    file = team.folder / "planted.json"
    environment = team.runner.environments["reconcile-plan-shop"].secrets
    done = run_command(*arguments, "--out", str(file), environment=environment, folder=folder or team.clone)
    assert done.code == 0, done.said
    return file.read_text(encoding="utf-8")
