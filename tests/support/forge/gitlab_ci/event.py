"""Why a pipeline begins, and the predefined variables that it brings."""

from dataclasses import dataclass

from tests.support.forge.fake_gitlab import PROJECT


@dataclass(frozen=True)
class Event:
    """``source`` is as ``CI_PIPELINE_SOURCE`` names it. ``branch`` is the one that the pipeline runs for.

    For a merge request that is its source branch; ``number`` is the request's, ``target`` the branch that it
    goes to, ``source_project`` where the branch lies. ``schedule`` is the description of a schedule.
    ``by`` is who started it, most often by pushing.
    """

    source: str
    branch: str
    number: int | None = None
    target: str = "main"
    source_project: str = PROJECT
    schedule: str = ""
    by: str = "ann"

    @property
    def variables(self) -> dict[str, str]:
        """The predefined variables that it brings."""
        if self.number is None:
            told = {"CI_COMMIT_BRANCH": self.branch, "CI_COMMIT_REF_NAME": self.branch}
            return {**told, "CI_PIPELINE_SCHEDULE_DESCRIPTION": self.schedule} if self.schedule else told
        return {
            "CI_COMMIT_REF_NAME": self.branch,
            "CI_MERGE_REQUEST_IID": str(self.number),
            "CI_MERGE_REQUEST_EVENT_TYPE": "detached",
            "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": self.branch,
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": self.target,
            "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": self.source_project,
            "CI_MERGE_REQUEST_PROJECT_ID": PROJECT,
        }

    @property
    def ref(self) -> str:
        """What the pipeline runs for, as the API tells it."""
        return self.branch if self.number is None else f"refs/merge-requests/{self.number}/head"
