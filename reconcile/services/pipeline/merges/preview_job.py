"""The job that previews one target on main: what it leaves for the job that applies, and for people."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from reconcile.documents.plan import plan_json
from reconcile.documents.section import acceptance_json, preview_report_json
from reconcile.errors import DeclarationError, ReconcileError, Refusal, refuse_if
from reconcile.model.ci.section import Acceptance, PreviewReport, PreviewState, Section
from reconcile.model.plans.plan import Plan
from reconcile.model.settings import Privacy
from reconcile.pipeline.signatures import JobIdentity
from reconcile.render import registry
from reconcile.render.masking.personal_texts import mask_emails
from reconcile.render.masking.plan_mask import mask_sentences
from reconcile.services.accounts import account_of
from reconcile.services.caller import Console
from reconcile.services.files import write_file
from reconcile.services.pipeline.bundles import JournalKeys
from reconcile.services.pipeline.section import SECTION_FILE, SectionWriter, write_section
from reconcile.services.project import Project

from .accepting import asked_run, preview_acceptance
from .applying import ACCEPTANCE, APPROVAL, PREVIEW, REPORT_FILE, signed_acceptance, signed_preview
from .main_job import MainJob
from .preview import Preview, Previewing

PAGE_FILE = "preview.html"


@dataclass(frozen=True, slots=True)
class PreviewJob:
    """What the job is for. ``out`` is the folder of what it leaves, ``keys`` sign it.

    ``source_url`` is the address of the repository's files at the commit.
    """

    project: Project
    console: Console
    job: MainJob
    out: Path
    keys: JournalKeys
    source_url: str | None = None

    def run(self, *, whole: bool) -> Preview:
        """Preview what was merged, or the whole account, and leave it; what people read is left in any case.

        Refusal: it must not be applied. The other errors are those of planning.
        """
        self._clear()
        previewing = Previewing(self.project, self.console, self.job)
        with self._told(partial(_about_merges, previewing)):
            preview = previewing.preview(whole=whole)
        self._leave(preview)
        for note in (*preview.notes, *(() if preview.plan else preview.reasons)):
            self.console.note(note)
        refuse_if(preview.refusals, "what is merged is not applied; nothing was written")
        return preview

    def accept(self, acknowledge: str, retire: str) -> Preview:
        """Show what is to be accepted of an earlier run, and leave it as the preview of this one.

        The errors are those of `asked_run` and `preview_acceptance`.
        """
        self._clear()
        with self._told(lambda failed: failed):
            preview = preview_acceptance(self.project, self.job, asked_run(acknowledge, retire))
        if preview.accepts is None:
            self._tell(self._writer.nothing(" ".join(preview.reasons)), preview)
        else:
            self._tell(self._writer.accepting(preview.accepts), preview)
            self._sign_acceptance(preview.accepts)
        for line in (*preview.reasons, *(preview.accepts.seen if preview.accepts else ())):
            self.console.note(line)
        return preview

    def _clear(self) -> None:
        self.out.mkdir(parents=True, exist_ok=True)
        for name in (PREVIEW, ACCEPTANCE, APPROVAL):
            (self.out / name).unlink(missing_ok=True)  # an earlier job's may not stand for this one's

    @contextmanager
    def _told(self, known: Callable[[Preview], Preview]) -> Iterator[None]:
        """What goes wrong stands in the report, too, for all whom it is about; ``known`` adds who that is."""
        try:
            yield
        except ReconcileError as error:
            state = PreviewState.REFUSED if isinstance(error, Refusal) else PreviewState.FAILED
            failed = known(Preview(state, reasons=tuple(str(error).split("\n"))))
            problems = error.problems if isinstance(error, DeclarationError) else ()
            section = self._writer.problems(problems) if problems else self._writer.failed(str(error))
            self._tell(section, failed)
            raise

    def _brought(self) -> tuple[int, ...]:
        """The pull requests that brought this very commit: all that is known without a complete run."""
        return tuple(pull.number for pull in self.job.evidence.merged_with(self.job.commit))

    def _leave(self, preview: Preview) -> None:
        plan = preview.plan
        if plan is None:
            self._tell(self._writer.nothing(" ".join(preview.reasons)), preview)
            return
        self._tell(self._writer.planned(plan, against=preview.refusals), preview)
        row = registry.format_of(Plan, "html")
        page = registry.render(plan, row, masked=self._masked, source_url=self.source_url)
        write_file(self.out / PAGE_FILE, page)
        if not preview.refusals:
            self._sign(plan_json(plan))

    def _sign(self, text: str) -> None:
        """Leave the plan itself, signed. What must not be applied is not signed."""
        write_file(self.out / PREVIEW, text)
        content, created = text.encode("utf-8"), self.project.machine_time()
        signed = signed_preview(content, self._identity, created, self.keys.current)
        write_file(self.out / APPROVAL, signed.decode("ascii"))

    def _sign_acceptance(self, accepts: Acceptance) -> None:
        text = acceptance_json(accepts)
        write_file(self.out / ACCEPTANCE, text)
        content, created = text.encode("utf-8"), self.project.machine_time()
        signed = signed_acceptance(content, self._identity, created, self.keys.current)
        write_file(self.out / APPROVAL, signed.decode("ascii"))

    @property
    def _identity(self) -> JobIdentity:
        return self.job.identity(self.project.target.name, account_of(self.project))

    def _tell(self, section: Section, preview: Preview) -> None:
        write_section(self.out / SECTION_FILE, section)
        write_file(self.out / REPORT_FILE, preview_report_json(self._report(preview)))

    @property
    def _masked(self) -> bool:
        return self.project.settings.privacy is Privacy.MASK

    @property
    def _writer(self) -> SectionWriter:
        project, made = self.project, self.project.now
        writer = SectionWriter(project.target.name, account_of(project), self.job.commit, made)
        return replace(writer, masked=self._masked, source_url=self.source_url)

    def _report(self, preview: Preview) -> PreviewReport:
        target, account = self.project.target.name, account_of(self.project)
        return PreviewReport(
            target,
            account,
            self.job.commit,
            preview.base,
            preview.state,
            self.project.now,
            preview.pull_requests,
            self._shown(preview.plan, preview.reasons),
            preview.notes,
            preview.accepts,
        )

    def _shown(self, plan: Plan | None, reasons: Sequence[str]) -> tuple[str, ...]:
        if not self._masked:
            return tuple(reasons)
        return mask_sentences(plan, reasons) if plan else tuple(map(mask_emails, reasons))


def _about_merges(previewing: Previewing, failed: Preview) -> Preview:
    """With the pull requests that the run carries, as far as they can be known."""
    about = replace(failed, pull_requests=previewing.carried)
    with suppress(ReconcileError):
        return replace(about, base=previewing.base)
    return about
