"""The Git forge: comments and issues of our own, and the plan that was approved in a pull request."""

from .approved import Approved, Source, approved_plan
from .archive import members
from .door import Door, Waiting
from .github import GitHub
from .gitlab import GitLab
from .journals import JOURNAL_ARTIFACT, journals
from .mark import Facts, facts_of, marked
from .nouns import Comment, Forge, Issue, Merged
from .sticky import Sticky, issue_of
from .surroundings import Surroundings, surroundings

__all__ = [
    "JOURNAL_ARTIFACT",
    "Approved",
    "Comment",
    "Door",
    "Facts",
    "Forge",
    "GitHub",
    "GitLab",
    "Issue",
    "Merged",
    "Source",
    "Sticky",
    "Surroundings",
    "Waiting",
    "approved_plan",
    "facts_of",
    "issue_of",
    "journals",
    "marked",
    "members",
    "surroundings",
]
