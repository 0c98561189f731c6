"""The section of one target in the comment of a pull request: made by the job that plans, read by the last.

A section leaves the repository's readers for everybody whom the forge sends mail, so it is masked as
configured, and no digest is in it. It proves nothing: a branch can write one. It is only text for people.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from reconcile.documents.section import section_from_document, section_json
from reconcile.errors import Refusal, UsageError
from reconcile.model.ci.section import Acceptance, Section, SectionState
from reconcile.model.plans.plan import Plan
from reconcile.model.problem import Problem, ProblemReport
from reconcile.plan.approval import refusal_reason
from reconcile.render.escape import MARKDOWN
from reconcile.render.masking.mask import mask
from reconcile.render.masking.personal_texts import mask_emails
from reconcile.render.masking.plan_mask import mask_sentences
from reconcile.render.pipeline.acceptance_text import AcceptanceText
from reconcile.render.pipeline.section_text import (
    SectionParts,
    failed_text,
    nothing_text,
    planned_text,
    problems_headline,
    problems_text,
)
from reconcile.render.plan_markdown.document import COMMENT_LIMIT, SHORTEST_LIMIT
from reconcile.render.wording.sentences import PlanSentences
from reconcile.services.files import write_file

from .take_back import MOST_ENTRIES, absent_entries, contacts_left, item_entries

SECTION_FILE = "section.json"

_FRAME = 4_000
"""Bytes of a comment that are no section: its first line, its headings, its foot."""

_LARGEST_FILE = 4 * 1024 * 1024
"""Bytes of a section's file; a comment is far smaller."""


def share_of(targets: int) -> int:
    """The bytes that each of so many targets has in the comment, 8,000 at least.

    Where even that is too much for all of them, the comment leaves out texts whole.
    """
    return max(SHORTEST_LIMIT, (COMMENT_LIMIT - _FRAME) // max(1, targets))


@dataclass(frozen=True, slots=True)
class SectionWriter:
    """Makes the section of one target. ``limit`` is in bytes, at least 8,000, ``made`` when it is made.

    ``source_url`` is the address of the repository's folder at the commit, to which lines are linked.
    """

    target: str
    account: str
    head: str
    made: datetime
    masked: bool = True
    limit: int = share_of(1)
    source_url: str | None = None

    def planned(
        self,
        plan: Plan,
        *,
        against: Sequence[str] = (),
        whole: Plan | None = None,
        unplanned: str = "",
        digest_changed: bool = False,
    ) -> Section:
        """The section of a plan, which is not masked yet.

        ``against`` is why an apply would not carry it out whole (``ProjectPlan.against``). ``whole`` is the
        plan of the whole account with the configuration of the pull request where that is another one,
        ``unplanned`` says why there is none.
        """
        shown = self._shown(plan)
        left = contacts_left(shown)
        parts = SectionParts(
            against=self._sentences(plan, _beside_the_plan(plan, against)),
            whole=whole and self._shown(whole),
            unplanned=self._sentence(unplanned),
            left=len(left),
            absent=absent_entries(left) if 0 < len(left) <= MOST_ENTRIES else "",
            item_by_item=item_entries(left) if len(left) <= MOST_ENTRIES else "",
        )
        text = planned_text(shown, parts, limit=self.limit, source_url=self.source_url)
        section = self._section(_state(plan, against), PlanSentences(shown, MARKDOWN).dated_headline(), text)
        return replace(section, digest_changed=digest_changed, lifted=bool(plan.allow))

    def problems(self, problems: Iterable[Problem]) -> Section:
        """The section of declarations or a configuration with errors."""
        found = tuple(problems)
        if self.masked:
            found = tuple(map(_with_masked_file, mask(ProblemReport(found)).problems))
        text = problems_text(found, limit=self.limit, source_url=self.source_url)
        return self._section(SectionState.PROBLEMS, problems_headline(found), text)

    def failed(self, reason: str) -> Section:
        """The section of a plan that could not be made for another reason."""
        return self._section(
            SectionState.FAILED, "No plan could be made", failed_text(self._sentence(reason))
        )

    def nothing(self, why: str) -> Section:
        """The section of a target for which there is nothing to plan, such as its first configuration."""
        return self._section(SectionState.NOTHING, "Nothing to plan", nothing_text(self._sentence(why)))

    def accepting(self, acceptance: Acceptance) -> Section:
        """The section of a run that accepts something of an earlier one, and does nothing else."""
        text = AcceptanceText(acceptance, self.target, self.limit)
        return self._section(SectionState.PLANNED, text.headline, text.asked())

    def _section(self, state: SectionState, headline: str, text: str) -> Section:
        return Section(self.target, self.account, self.head, state, self.made, headline, text)

    def _shown(self, plan: Plan) -> Plan:
        """The plan as others see it: never with its digest, which confirms a guess also where names show."""
        return mask(plan) if self.masked else replace(plan, digest="")

    def _sentences(self, plan: Plan, sentences: Sequence[str]) -> tuple[str, ...]:
        return mask_sentences(plan, sentences) if self.masked else tuple(sentences)

    def _sentence(self, sentence: str) -> str:
        return mask_emails(sentence) if self.masked else sentence


def _state(plan: Plan, against: Sequence[str]) -> SectionState:
    if against:
        return SectionState.REFUSED
    return SectionState.PLANNED if plan.pending or plan.schedules else SectionState.NOTHING


def _beside_the_plan(plan: Plan, against: Sequence[str]) -> list[str]:
    """The reasons that the plan itself does not tell: its guards and who is set aside stand in it."""
    told = {refusal_reason(verdict, pipeline=plan.pipeline) for verdict in plan.refused}
    aside = tuple(f"{entry.contact.label_with_id} ({entry.source}): set aside: " for entry in plan.set_aside)
    return [reason for reason in against if reason not in told and not reason.startswith(aside)]


def _with_masked_file(problem: Problem) -> Problem:
    """Files may be named after people. Annotations need the true name, and stay among the code's readers."""
    return replace(problem, place=problem.place._replace(file=mask_emails(problem.place.file)))


def write_section(path: Path, section: Section) -> None:
    """Write a section where the last job finds it."""
    write_file(path, section_json(section))


def read_sections(paths: Iterable[Path]) -> list[Section]:
    """The sections of these files, and of all files ``section.json`` below these folders, by target.

    Of several of one target the one that was made last counts: a job that is run again leaves another.
    Nothing there is no section. Refusal: a file is none that this version reads.
    """
    newest: dict[str, Section] = {}
    for path in paths:
        for section in map(_read_section, _files(path)):
            known = newest.get(section.target)
            if known is None or known.made <= section.made:
                newest[section.target] = section
    return [newest[target] for target in sorted(newest)]


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(path.rglob(SECTION_FILE))
    elif path.exists():
        yield path


def _read_section(path: Path) -> Section:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE)
        return section_from_document(json.loads(content))
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise Refusal(f"{path}: this is no section as 'reconcile ci plan' writes it") from None
