"""The Git forge: comments and issues of our own, and the plan that was approved in a pull request."""

from .approved import APPLIED, COMPLETE, PLAN, Approved, Source, approved_plan, merge_of
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
    "APPLIED",
    "COMPLETE",
    "JOURNAL_ARTIFACT",
    "PLAN",
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
    "merge_of",
    "surroundings",
]
