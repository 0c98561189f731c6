"""Asks every question, one by one, and brings the contact back, whatever happens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reconcile.errors import ApiError, ReconcileError, Unauthorized
from reconcile.model.probe_report import Finding

from .contact_view import Unanswerable
from .question import Question
from .question_table import QUESTIONS
from .restore import restore
from .scratch import ScratchContact

TROUBLES = 3
"""How many questions may end in an error of the account before the probe gives up."""

Progress = Callable[[str, int, int | None], None]
"""Told the name of the question that is asked next, how many were asked, and of how many."""


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
    progress: Progress = lambda _name, _done, _total: None,
    probes: Sequence[Question] = QUESTIONS,
) -> ProbeRun:
    """Ask, then bring the contact back and read it back to be sure.

    ``stopped`` is looked at before each request. It, and what the account does wrong, end the questions, not
    the bringing back; any other exception passes on once the contact is back as far as it can be.
    """
    findings: list[Finding] = []
    reason = ""
    scratch.prober.checkpoint = lambda: _check(stopped)
    try:
        if scratch.touched:
            restore(scratch)
        _ask_in_turn(scratch, probes, findings, progress)
    except (ProbeStopped, ApiError) as error:
        reason = str(error)
    finally:
        scratch.prober.checkpoint = lambda: None
        left = _brought_back(scratch)
    return ProbeRun(_with_the_unasked(findings, probes), left, reason)


def _brought_back(scratch: ScratchContact) -> tuple[str, ...]:
    """Bring the contact back, and begin once more when that itself is interrupted."""
    try:
        return restore(scratch)
    except BaseException:
        restore(scratch)
        raise


def _check(stopped: Callable[[], bool]) -> None:
    if stopped():
        raise ProbeStopped("stopped before all questions were asked")


def _ask_in_turn(
    scratch: ScratchContact, probes: Sequence[Question], findings: list[Finding], progress: Progress
) -> None:
    troubles = 0
    for done, probe in enumerate(probes):
        progress(probe.name, done, len(probes))
        try:
            findings.append(_found(probe, scratch))
        except Unauthorized:
            raise
        except ApiError as error:
            troubles += 1
            if troubles == TROUBLES:
                raise
            findings.append(Finding(probe.name, probe.question, None, str(error)))
    progress("", len(probes), len(probes))


def _found(probe: Question, scratch: ScratchContact) -> Finding:
    if probe.ask is None:
        return Finding(probe.name, probe.question, None, probe.never)
    try:
        said = probe.ask(scratch)
    except Unanswerable as reason:
        return Finding(probe.name, probe.question, None, str(reason))
    return Finding(probe.name, probe.question, said.answer, said.detail)


def _with_the_unasked(findings: Sequence[Finding], probes: Sequence[Question]) -> tuple[Finding, ...]:
    asked = {finding.name for finding in findings}
    rest = [probe for probe in probes if probe.name not in asked]
    return (
        *findings,
        *(
            Finding(one.name, one.question, None, one.never or "not asked: the probe ended early")
            for one in rest
        ),
    )
