"""``reconcile ci``: what the workflows of GitHub and GitLab do, so that it can be tested and read."""

import click

from .applied import applied
from .approved_plan import approved_plan
from .comment import comment
from .drift_issue import drift_issue
from .journals import journals
from .summary import summary


@click.group()
def ci() -> None:
    """Steps of a CI job: the comment, the approved plan, the result, the drift issue.

    The repository, the commit and the pull request are taken from the job's environment (GITHUB_* or CI_*),
    and so is the token: GITHUB_TOKEN or RECONCILE_GITLAB_TOKEN.
    """


for command in (applied, approved_plan, comment, drift_issue, journals, summary):
    ci.add_command(command)
