"""What GitLab records of pipelines and jobs while they run: told to the stand-in, which answers with it."""

from dataclasses import dataclass

from tests.support.forge.fake_gitlab import FakeGitLab, Row

from .event import Event


@dataclass
class PipelineRecord:
    """The rows of the stand-in, as far as the jobs of pipelines make them."""

    fake_gitlab: FakeGitLab

    def began(self, commit: str, event: Event) -> int:
        """A pipeline begins; its number."""
        row: Row = {
            "id": next(self.fake_gitlab.ids),
            "sha": commit,
            "ref": event.ref,
            "source": event.source,
            "iid": event.number,
            "status": "running",
        }
        self.fake_gitlab.pipelines.insert(0, row)
        return int(row["id"])

    def ended(self, pipeline: int, status: str) -> None:
        """Nothing of it runs any more."""
        next(row for row in self.fake_gitlab.pipelines if row["id"] == pipeline)["status"] = status

    def job_began(self, pipeline: int, name: str) -> int:
        """A job begins; its number. One of the same name in the same pipeline was retried."""
        row: Row = {"id": next(self.fake_gitlab.ids), "name": name, "status": "running", "pipeline": pipeline}
        for other in self.fake_gitlab.jobs:
            if (other["pipeline"], other["name"]) == (pipeline, name):
                other["retried"] = True
        self.fake_gitlab.jobs.append({**row, "archive": None})
        return int(row["id"])

    def job_ended(self, job: int, status: str, archive: bytes | None) -> None:
        """A job ends, and has uploaded its archive."""
        next(row for row in self.fake_gitlab.jobs if row["id"] == job).update(status=status, archive=archive)
