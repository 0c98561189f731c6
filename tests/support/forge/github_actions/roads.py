"""What a team does on all of its roads: begin, propose, have it looked at."""

from collections.abc import Mapping

from tests.support.forge.team import FILE

from .run import WorkflowRun
from .team import Team, TeamPullRequest


def begin(team: Team, text: str | None = None) -> WorkflowRun:
    """The first run, which somebody starts by hand, of other declarations if wanted."""
    if text is not None:
        team.write(FILE, text)
        team.commit("Declare", "main")
    run = team.let_through(team.by_hand())
    assert run.result == "success", run.logs
    return run


def approved(team: Team, files: Mapping[str, str | None], branch: str = "change") -> TeamPullRequest:
    """A pull request that was planned, and approved by somebody else then."""
    pull = team.propose(files, branch=branch)
    run = team.plan(pull)
    assert run.ended("Planned") == "success", run.logs
    team.approve(pull)
    return pull
