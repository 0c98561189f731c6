"""Who starts a run, from which commit and for which pull requests: what its journal notes of that."""

import os
from collections.abc import Sequence
from dataclasses import replace
from getpass import getuser

from reconcile.forge.forges import job_provenance
from reconcile.model.record import CheckedOutCommit, Provenance


def run_provenance(commit: CheckedOutCommit | None, pull_requests: Sequence[int] = ()) -> Provenance:
    """Who starts this run, and what it carries out; ``pull_requests`` where the pipeline knows them.

    In a job of a forge the login that started it; elsewhere the user's name on this machine and nothing else:
    an address or a full name, as Git has them, is nothing that anybody asked to have kept.
    """
    known = job_provenance(os.environ) or Provenance(_user())
    return replace(
        known,
        commit=commit.name if commit else None,
        dirty=commit is not None and commit.dirty,
        pull_requests=tuple(pull_requests) or known.pull_requests,
    )


def _user() -> str:
    """The name of the user on this machine; empty where the system has none for it."""
    try:
        return getuser()
    except (OSError, KeyError, ImportError):
        return ""
