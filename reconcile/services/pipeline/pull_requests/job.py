"""The job of a pull request that plans one target: the plan, the page, and the section of the comment."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from reconcile.documents.plan import plan_json
from reconcile.errors import DeclarationError, ForgeError, ReconcileError, UsageError
from reconcile.forge.evidence import Evidence
from reconcile.model.ci.section import Section
from reconcile.model.plans.plan import Plan
from reconcile.model.settings import Privacy
from reconcile.pipeline.approvals import MIXED
from reconcile.render import registry
from reconcile.services.accounts import account_of
from reconcile.services.caller import Console, ProjectChoice
from reconcile.services.files import write_file
from reconcile.services.git import Repository
from reconcile.services.pipeline.commits import Commits
from reconcile.services.pipeline.section import SECTION_FILE, SectionWriter, share_of, write_section
from reconcile.services.planning.project_plan import ProjectPlan
from reconcile.services.project import Project, open_project

from .facts import PLAN_FILE, earlier_digest
from .merge_plan import PullRequestPlan, plan_pull_request

PAGE_FILE = "plan.html"

_FIRST = (
    "The target branch has no {config} yet: merging brings the first one, and the run by hand applies what "
    "is declared."
)


@dataclass(frozen=True, slots=True)
class PullRequestJob:
    """What the job is for. ``out`` is the folder of what it leaves.

    ``base`` is the first parent of the merge that is checked out; or ``merge`` is the commit of the target
    branch with which the merge is made here. ``number`` and ``head`` are those of the pull request, and the
    commit at its head; None where the job belongs to none. ``source_url``: see `SectionWriter`.
    """

    evidence: Evidence
    out: Path
    base: str | None
    merge: str | None
    number: int | None
    head: str | None
    source_url: str | None = None

    def run(self, choice: ProjectChoice, console: Console) -> ProjectPlan | None:
        """Plan, and leave the plan, its page and its section; the section is left also when it fails.

        The plan is None where there is nothing to plan yet. The errors are those of planning.
        """
        self.out.mkdir(parents=True, exist_ok=True)
        writer = SectionWriter(choice.target or "", "", self.head or "", choice.now())
        writing = _SectionWriting(self, console, writer)
        section, planned = writing.section(choice)
        write_section(self.out / SECTION_FILE, section)
        return planned

    @contextmanager
    def checkout(self, choice: ProjectChoice) -> Iterator[tuple[ProjectChoice, str]]:
        """The merge's declarations, and its first parent."""
        if (self.base is None) == (self.merge is None):
            raise UsageError("give --base, where the merge is checked out, or --merge, where it is not")
        if self.base is not None:
            yield choice, self.base
            return
        repository = Repository.around(choice.checkout)
        commits, target = Commits(repository), repository.commit(self.merge or "")
        with commits.merge(target, commits.head()) as folder:
            yield replace(choice, declarations=folder), target


@dataclass(frozen=True, slots=True)
class _SectionWriting:
    job: PullRequestJob
    console: Console
    writer: SectionWriter

    def section(self, choice: ProjectChoice) -> tuple[Section, ProjectPlan | None]:
        if not choice.config.exists():
            return self.writer.nothing(_FIRST.format(config=choice.config.name)), None
        with self._told_in_section():
            project = open_project(choice, self.console)
            writing = replace(self, writer=self._writer_for(project))
        return writing.planned(project)

    @contextmanager
    def _told_in_section(self) -> Iterator[None]:
        """What goes wrong stands in the section, too: nobody looks for it in a log."""
        file = self.job.out / SECTION_FILE
        try:
            yield
        except DeclarationError as error:
            write_section(file, self.writer.problems(error.problems))
            raise
        except ReconcileError as error:
            write_section(file, self.writer.failed(str(error)))
            raise

    def _writer_for(self, project: Project) -> SectionWriter:
        return replace(
            self.writer,
            target=project.target.name,
            account=account_of(project),
            masked=project.settings.privacy is Privacy.MASK,
            limit=share_of(len(project.settings.ci_targets)),
            source_url=self.job.source_url,
        )

    def planned(self, project: Project) -> tuple[Section, ProjectPlan]:
        with self._told_in_section(), self.job.checkout(project.choice) as (choice, base):
            project = replace(project, choice=choice)
            result = plan_pull_request(project, self.console, base, self.job.head)
            plan = result.planned.plan
            write_file(self.job.out / PLAN_FILE, plan_json(plan))
            row, source_url = registry.format_of(Plan, "html"), self.job.source_url
            page = registry.render(plan, row, masked=self.writer.masked, source_url=source_url)
            write_file(self.job.out / PAGE_FILE, page)
            return self._section_of(result), result.planned

    def _section_of(self, result: PullRequestPlan) -> Section:
        configuration = result.configuration
        return self.writer.planned(
            result.planned.plan,
            against=(*result.planned.against, *([MIXED] if configuration and configuration.mixed else [])),
            whole=configuration.plan if configuration else None,
            unplanned=configuration.reason if configuration else "",
            digest_changed=self._digest_changed(result.planned.plan),
        )

    def _digest_changed(self, plan: Plan) -> bool:
        """Whether an earlier plan of the same head was another one: its reviewers have not seen this one."""
        job = self.job
        if job.number is None or job.head is None:
            return False
        try:
            earlier = earlier_digest(job.evidence, job.number, job.head, plan.target)
        except ForgeError as error:
            self.console.note(f"Warning: nobody can tell whether this head had another plan before: {error}")
            return False
        return earlier is not None and earlier != plan.digest
