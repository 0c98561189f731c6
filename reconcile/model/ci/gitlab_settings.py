"""How a project is set up at GitLab: what the pipeline relies on, and can't enforce itself."""

from dataclasses import dataclass

from .forge_settings import Unread


@dataclass(frozen=True, slots=True)
class CiVariable:
    """A variable of the project, without its value. ``environment`` is the pattern of where it is given."""

    name: str
    environment: str
    protected: bool
    masked: bool


@dataclass(frozen=True, slots=True)
class ProtectedBranch:
    """A protected branch. ``pushed_by`` and ``merged_by`` are who may, in GitLab's words."""

    name: str
    pushed_by: tuple[str, ...]
    merged_by: tuple[str, ...]
    may_be_forced: bool


@dataclass(frozen=True, slots=True)
class GitLabSettings:
    """The settings of one project. ``branch`` is the one that is applied.

    ``protected_tags`` are patterns. ``pipeline_variables`` is the least role that may set variables of a
    pipeline; empty where GitLab has no such setting. ``variables`` are the project's own.
    """

    branch: str
    private: bool
    must_succeed: bool
    merged_results: bool
    pipeline_variables: str
    protected: tuple[ProtectedBranch, ...] | Unread
    protected_tags: tuple[str, ...] | Unread
    variables: tuple[CiVariable, ...] | Unread
