"""A job that works on what was merged: the run it belongs to, and whether its commit still is what counts."""

from dataclasses import dataclass

from reconcile.errors import Refusal, UsageError
from reconcile.forge.evidence import Evidence
from reconcile.pipeline.signatures import JobIdentity
from reconcile.services.project import Project
from reconcile.text import escape_unprintable

BY_HAND_EVENTS = frozenset({"workflow_dispatch", "web", "api"})
"""What starts the run by hand: at GitHub, and at GitLab (``CI_PIPELINE_SOURCE``)."""


@dataclass(frozen=True, slots=True)
class MainJob:
    """A job of a run, as its forge tells it.

    ``branch`` is the one whose tip counts, ``ref`` the full name of what the run is for: a tag may have the
    same short name as the branch. ``run`` is the run's number, ``attempt`` how often it was started.
    ``visibility`` is that of the repository, ``event`` what started the run.
    """

    evidence: Evidence
    repository: str
    branch: str
    ref: str
    commit: str
    run: int
    attempt: int
    visibility: str = "private"
    event: str = ""

    def refuse_unless_by_hand(self, what: str) -> None:
        """Refusal where no person started the run: ``what`` has no other ceiling than what he asks for."""
        if self.event not in BY_HAND_EVENTS:
            event = escape_unprintable(self.event) or "nothing that is known"
            raise Refusal(
                f"{what} is for the run that a person starts by hand, and this one was started by {event}; "
                "nothing was written"
            )

    def refuse_where_others_read(self) -> None:
        """Refusal where not only those who read the declarations could read what a run keeps."""
        if self.visibility != "private":
            raise Refusal(
                f"the repository is {self.visibility or 'of unknown visibility'}: others could read journals "
                "and previews, which name people, so nothing is applied from here; make it private"
            )

    def superseded(self) -> str | None:
        """Why this run must do nothing, or None: only the tip of the branch is applied, by its own run."""
        if self.ref != f"refs/heads/{self.branch}":
            found = escape_unprintable(self.ref) or "nothing"
            return f"this run is for {found}, and only what is at the tip of {self.branch} counts"
        tip = self.evidence.tip(self.branch)
        if tip != self.commit:
            by_now = f"{self.branch} is at {tip[:7]} by now"
            return f"{by_now}, and its own run does the work, not that of {self.commit[:7]}"
        return None

    def refuse_other_checkout(self, project: Project) -> None:
        """UsageError where something else is checked out than what the run is for, or files were changed.

        Refusal where the configuration is a link.
        """
        found = project.commit()
        if found is None or found.name != self.commit:
            raise UsageError(f"{self.commit[:7]}, which this run is for, is not what is checked out")
        if found.dirty:
            raise UsageError("files of the checkout were changed: only what is merged is applied")
        for file in (project.choice.config, project.capabilities_file):
            if file.is_symlink():
                raise Refusal(
                    f"{file.name} is a link: what it leads to could be changed as if it configured nothing; "
                    "put the file itself there"
                )

    def identity(self, target: str, account: str) -> JobIdentity:
        """Who signs here."""
        return JobIdentity(target, account, self.repository, self.branch, self.commit, self.run, self.attempt)
