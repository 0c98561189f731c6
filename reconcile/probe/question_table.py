"""Every question, in the order in which it is asked."""

from .question import Question
from .questions import (
    account,
    api_v2,
    expiries,
    fields,
    grants_read,
    grants_written,
    listing,
    search,
    tags,
    updates,
)

QUESTIONS: tuple[Question, ...] = (
    *updates.QUESTIONS,
    *grants_read.QUESTIONS,
    *grants_written.QUESTIONS,
    *expiries.QUESTIONS,
    *tags.QUESTIONS,
    *fields.QUESTIONS,
    *search.QUESTIONS,
    *api_v2.QUESTIONS,
    *listing.QUESTIONS,
    *account.QUESTIONS,
    *account.UNASKED,
)
