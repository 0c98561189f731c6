"""Asks every question in its order, brings the contact back, and derives the capabilities."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reconcile.errors import ApiError, ReconcileError, Unauthorized
from reconcile.model.reports.probe import Finding
from reconcile.model.settings import Capabilities, FacetSource, UpdateMethod

from .question import Question
from .questions import (
    account,
    api_v2,
    grants_read,
    grants_written,
    list_rows,
    listing,
    modified,
    tags,
    updates,
)
from .restore import restore
from .scratch import ScratchContact, Unanswerable

QUESTIONS: tuple[Question, ...] = (
    *updates.UPDATE_QUESTIONS,
    *grants_read.QUESTIONS,
    *grants_written.GRANT_QUESTIONS,
    *grants_written.EXPIRY_QUESTIONS,
    *tags.QUESTIONS,
    *updates.FIELD_QUESTIONS,
    *listing.SEARCH_QUESTIONS,
    *api_v2.QUESTIONS,
    *list_rows.QUESTIONS,
    *modified.QUESTIONS,
    *listing.LIST_QUESTIONS,
    *account.QUESTIONS,
    *account.UNASKED,
)


def capabilities_from(findings: Sequence[Finding], account: str, configured: UpdateMethod) -> Capabilities:
    """The capabilities that follow from the findings. What was not found out stays at the safe assumption.

    ``configured`` is the verb of an update where both work.
    """
    contact = FacetSource.CONTACT
    known = Capabilities(
        (account,), roles_from=contact, tags_from=contact, profile_from=contact, address_from=contact
    )
    answers = {finding.name: finding.answer for finding in findings}
    for question in QUESTIONS:
        answer = answers.get(question.name)
        if answer is not None:
            for decision in question.decides:
                value = decision.rule(answer, known, configured)
                known = replace(known, **{decision.capability: value})
    return known


MOST_FAILURES = 3
"""Maximum number of questions that end in an error of the account, then the probe gives up."""

AskProgress = Callable[[str, int, int | None], None]
"""Called with the name of the question that is asked next, how many were asked, and of how many."""


class ProbeStopped(ReconcileError):
    """Somebody asked the probe to end."""


@dataclass(frozen=True, slots=True)
class ProbeRun:
    """The findings so far, what of the contact is not as it was, and why the probe ended early, if it did."""

    findings: tuple[Finding, ...]
    not_restored: tuple[str, ...] = ()
    stopped: str = ""


def ask_all(
    scratch: ScratchContact,
    *,
    stopped: Callable[[], bool],
    progress: AskProgress = lambda _name, _done, _total: None,
    questions: Sequence[Question] | None = None,
) -> ProbeRun:
    """Ask, then bring the contact back and read it back to be sure. By default every question is asked.

    ``stopped`` is asked before each request. It, and errors of the account, end the questions, not the
    bringing back; any other exception passes on once the contact has been brought back as well as it can be.
    """
    questions = QUESTIONS if questions is None else questions
    findings: list[Finding] = []
    reason = ""

    def check() -> None:
        if stopped():
            raise ProbeStopped("stopped before all questions were asked")

    scratch.prober.checkpoint = check
    try:
        if scratch.touched:
            restore(scratch)
        _ask_in_turn(scratch, questions, findings, progress)
    except (ProbeStopped, ApiError) as error:
        reason = str(error)
    finally:
        scratch.prober.checkpoint = lambda: None
        not_restored = _restore_surely(scratch)
    return ProbeRun((*findings, *_unasked(questions, findings)), not_restored, reason)


def _restore_surely(scratch: ScratchContact) -> tuple[str, ...]:
    """Bring the contact back, and begin once more when that itself is interrupted."""
    try:
        return restore(scratch)
    except BaseException:
        restore(scratch)
        raise


def _ask_in_turn(
    scratch: ScratchContact, questions: Sequence[Question], findings: list[Finding], progress: AskProgress
) -> None:
    failures = 0
    for done, question in enumerate(questions):
        progress(question.name, done, len(questions))
        try:
            findings.append(_ask(question, scratch))
        except Unauthorized:
            raise
        except ApiError as error:
            failures += 1
            if failures == MOST_FAILURES:
                raise
            findings.append(_open(question, str(error)))
    progress("", len(questions), len(questions))


def _ask(question: Question, scratch: ScratchContact) -> Finding:
    if question.ask is None:
        return _open(question, question.never)
    try:
        answer = question.ask(scratch)
    except Unanswerable as reason:
        return _open(question, str(reason))
    return Finding(question.name, question.question, answer.answer, answer.detail)


def _unasked(questions: Sequence[Question], findings: Sequence[Finding]) -> list[Finding]:
    """The findings on the questions that an early end has left out."""
    asked = {finding.name for finding in findings}
    left_out = (question for question in questions if question.name not in asked)
    return [_open(question, question.never or "not asked: the probe ended early") for question in left_out]


def _open(question: Question, reason: str) -> Finding:
    """The finding on a question that stays open."""
    return Finding(question.name, question.question, None, reason)
