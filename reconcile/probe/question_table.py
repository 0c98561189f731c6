"""Every question, in the order in which it is asked, and what the answers decide together."""

from collections.abc import Sequence
from dataclasses import replace

from reconcile.model.capabilities import Capabilities, Finding, SetSource
from reconcile.model.settings import UpdateMethod

from .question import Question
from .questions import (
    account,
    api_v2,
    expiries,
    grants_read,
    grants_written,
    listing,
    tags,
    updates,
)

QUESTIONS: tuple[Question, ...] = (
    *updates.UPDATE_QUESTIONS,
    *grants_read.QUESTIONS,
    *grants_written.QUESTIONS,
    *expiries.QUESTIONS,
    *tags.QUESTIONS,
    *updates.FIELD_QUESTIONS,
    *listing.SEARCH_QUESTIONS,
    *api_v2.QUESTIONS,
    *listing.LIST_QUESTIONS,
    *account.QUESTIONS,
    *account.UNASKED,
)


def capabilities_from(findings: Sequence[Finding], account: str, configured: UpdateMethod) -> Capabilities:
    """The capabilities that follow from the findings. What was not found out stays at the safe assumption.

    ``configured`` is the verb of an update where both work.
    """
    contact = SetSource.CONTACT
    known = Capabilities(accounts=(account,), roles_from=contact, tags_from=contact)
    answers = {finding.name: finding.answer for finding in findings}
    for question in QUESTIONS:
        answer = answers.get(question.name)
        if answer is not None:
            for decision in question.decides:
                value = decision.rule(answer, known, configured)
                known = replace(known, **{decision.capability: value})
    return known
