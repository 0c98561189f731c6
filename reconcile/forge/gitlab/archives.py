"""What GitLab's jobs left: an artifact is a folder of its name below ``out/`` in a job's one archive.

GitLab docs: "Job artifacts API". Which jobs leave what is told in docs/gitlab-ci.md. The time of an artifact
is that of the job's end.
"""

import heapq
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from reconcile.errors import ForgeError, Refusal
from reconcile.forge.artifacts import members
from reconcile.model.ci.pull_request import ForgeArtifact, ForgeRun, PullRequest

from .jobs import GitLabJob, GitLabJobs, GitLabPipeline, run_of, whole_run
from .project import GitLabProject

FOLDER = "out/"
"""Where the jobs put what they leave."""

OUTPUTS, _CHANGES = f"{FOLDER}preview.env", b"changes=true"
"""What a preview tells its own job; whether there is something to apply."""

LEFT_BY = {
    "plan": ("plan",),
    "preview": ("preview",),
    "journal": ("apply", "clock", "preview"),
    "idle": ("apply", "clock", "preview"),
    "record": ("apply", "clock", "preview"),
}
"""The jobs that leave an artifact of a kind, by the first word of their names; the second is the target's."""

_ARTIFACT = re.compile(r"reconcile-([a-z]+)-(.+)")

_GONE = 404

Order = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class GitLabArchives:
    """The archives of one project's jobs."""

    project: GitLabProject
    jobs: GitLabJobs

    def of_request(self, pull: PullRequest, name: str) -> Iterator[ForgeArtifact]:
        """The artifacts of that name that pipelines for its head left, newest first."""
        if not pull.own:
            return iter(())  # its pipelines are the fork's
        found = [
            artifact
            for pipeline in self.jobs.of_request(pull)
            for artifact in self._of_pipeline(
                pipeline, name, pull.head_branch, self.jobs.started_by(pipeline.id)
            )
        ]
        return iter(sorted(found, key=_order, reverse=True))

    def of_branch(self, name: str, branch: str, since: datetime) -> Iterator[ForgeArtifact]:
        """The artifacts of that name that pipelines of a branch left since then, newest first.

        A job ends before something changes last in its pipeline. So what was left since the next pipeline
        changed is newer than all that this one and later ones have.
        """
        waiting: list[tuple[float, int, ForgeArtifact]] = []
        for pipeline in self.jobs.of_branch(branch, since):
            while waiting and waiting[0][2].created >= pipeline.updated:
                yield heapq.heappop(waiting)[2]
            for artifact in self._of_pipeline(pipeline, name, branch):
                if artifact.created >= since:
                    heapq.heappush(waiting, (-artifact.created.timestamp(), -artifact.id, artifact))
        while waiting:
            yield heapq.heappop(waiting)[2]

    def runs(self, branch: str, since: datetime) -> Iterator[ForgeRun]:
        """The pipelines of a branch of which something changed since then, each as a run."""
        for pipeline in self.jobs.of_branch(branch, since):
            jobs = self.jobs.of_pipeline(pipeline.id)
            if jobs:
                yield whole_run(pipeline, jobs, waiting=any(self._waits(job, jobs) for job in jobs))

    def download(self, artifact: ForgeArtifact) -> bytes:
        """The files of an artifact, as an archive of their own."""
        name = artifact.name.removesuffix(f"-{artifact.id}")
        return _zipped(self._files(artifact.id, name))

    def _waits(self, job: GitLabJob, jobs: tuple[GitLabJob, ...]) -> bool:
        """Whether a job that writes could be started, and the newest preview of its target has changes."""
        if not job.writes or job.status != "manual":
            return False
        preview = next((other for other in jobs if other.name == f"preview {job.writes}"), None)
        if preview is None or not preview.kept:
            return False
        return _CHANGES in self._archive_of(preview.id).get(OUTPUTS, b"").split()

    def _of_pipeline(
        self, pipeline: GitLabPipeline, name: str, branch: str, actor: str = ""
    ) -> Iterator[ForgeArtifact]:
        names = _jobs_that_leave(name)
        for job in self.jobs.of_pipeline(pipeline.id):
            if job.name in names and job.kept and job.ended is not None and self._files(job.id, name):
                run = run_of(pipeline, job, branch, actor)
                yield ForgeArtifact(job.id, f"{name}-{job.id}", run, job.ended)

    def _files(self, job: int, name: str) -> dict[str, bytes]:
        """The files of a folder in a job's archive, by their paths below it."""
        start = f"{FOLDER}{name}/"
        archive = self._archive_of(job)
        return {
            path.removeprefix(start): content for path, content in archive.items() if path.startswith(start)
        }

    def _archive_of(self, job: int) -> dict[str, bytes]:
        return self.project.once(("archive", str(job)), partial(self._archive, job))

    def _archive(self, job: int) -> dict[str, bytes]:
        """Every file of a job's archive; none where it has expired or is no archive."""
        try:
            content = self.project.client.download(self.project.path(f"/jobs/{job}/artifacts"))
            return dict(members(content))
        except ForgeError as error:
            if error.status == _GONE:
                return {}
            raise
        except Refusal:
            return {}


def _jobs_that_leave(name: str) -> set[str]:
    found = _ARTIFACT.fullmatch(name)
    if found is None:
        raise ForgeError(f"GitLab's jobs leave no artifact {name}")
    return {f"{word} {found[2]}" for word in LEFT_BY.get(found[1], ())}


def _order(artifact: ForgeArtifact) -> Order:
    return artifact.created, artifact.id


def _zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()
