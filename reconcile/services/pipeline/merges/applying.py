"""Applies the preview that an earlier job of the same run has made and signed, and nothing else.

A run that accepts something of an earlier run has such a preview, too.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reconcile.documents.section import acceptance_from_document, preview_report_from_document
from reconcile.errors import Refusal, UsageError
from reconcile.model.ci.section import Acceptance, AcceptanceKind
from reconcile.model.plans.plan import Plan
from reconcile.pipeline.signatures import (
    JobIdentity,
    NotVerified,
    SignedKind,
    manifest_of,
    sign,
    verify,
)
from reconcile.services.accounts import account_of
from reconcile.services.applying import apply_project
from reconcile.services.caller import ApplyOutput, ApplyRequest, Console
from reconcile.services.files import read_approved_plan
from reconcile.services.journals import acknowledge_losses, retire_run
from reconcile.services.project import Project

from .main_job import MainJob

PREVIEW, ACCEPTANCE, APPROVAL = "preview.json", "acceptance.json", "approval.json"
"""The files of a preview: the plan, or what is accepted; and who has made it for which run, signed."""

REPORT_FILE = "report.json"
"""What became of the preview, for those who are told of it."""

_START_AGAIN = "nothing was written; start the whole run again, which makes another preview"


def signed_preview(content: bytes, identity: JobIdentity, created: datetime, key: bytes) -> bytes:
    """The approval of a preview: that this run's own preview job has made it."""
    return sign(manifest_of(SignedKind.APPROVAL, identity, created, {PREVIEW: content}), key)


def signed_acceptance(content: bytes, identity: JobIdentity, created: datetime, key: bytes) -> bytes:
    """The same of what is to be accepted."""
    return sign(manifest_of(SignedKind.ACCEPTANCE, identity, created, {ACCEPTANCE: content}), key)


@dataclass(frozen=True, slots=True)
class PreviewFolder:
    """The folder in which a preview lies, and the keys of which one must have signed it."""

    path: Path
    keys: Sequence[bytes]

    @property
    def preview(self) -> Path:
        """The file of the plan."""
        return self.path / PREVIEW

    @property
    def accepts(self) -> bool:
        """Whether there is something to accept, and nothing to apply."""
        return (self.path / ACCEPTANCE).exists()

    def own_preview(self, identity: JobIdentity) -> Plan:
        """The preview, if a job of this very run has signed it; else Refusal."""
        self._signed(PREVIEW, SignedKind.APPROVAL, identity)
        return read_approved_plan(self.preview, None)

    def own_acceptance(self, identity: JobIdentity) -> Acceptance:
        """What is to be accepted, if a job of this very run has signed it; else Refusal."""
        content = self._signed(ACCEPTANCE, SignedKind.ACCEPTANCE, identity)
        return acceptance_from_document(json.loads(content))

    def pull_requests(self, target: str) -> tuple[int, ...]:
        """Those that the run carries, for the journal alone: no signature covers what tells them."""
        try:
            report = preview_report_from_document(json.loads((self.path / REPORT_FILE).read_bytes()))
        except (OSError, ValueError, RecursionError):
            return ()
        return report.pull_requests if report.target == target else ()

    def _signed(self, name: str, kind: SignedKind, identity: JobIdentity) -> bytes:
        """The content of a file that is signed as that kind."""
        file = self.path / APPROVAL
        try:
            content = (self.path / name).read_bytes()
            signed = verify(file.read_bytes(), {name: content}, self.keys)
        except OSError as error:
            raise UsageError(f"{error.filename}: can't be read: {error.strerror}") from None
        except NotVerified as error:
            raise Refusal(f"{file}: {error}; {_START_AGAIN}") from None
        found = "" if signed.kind is kind else f"it is signed as a {signed.kind}"
        reason = found or _another_run(signed.job, identity)
        if reason:
            raise Refusal(f"{file}: {reason}; {_START_AGAIN}")
        return content


def apply_preview(
    project: Project, console: Console, output: ApplyOutput, job: MainJob, folder: PreviewFolder
) -> str | None:
    """Apply the preview in a folder, or say why nothing is left for this run to do.

    Refusal: it is not this run's own, or the declarations, the account or the journals tell more by now.
    """
    superseded = job.superseded()
    if superseded is not None:
        return superseded
    job.refuse_where_others_read()
    job.refuse_other_checkout(project)
    identity = job.identity(project.target.name, account_of(project))
    if folder.accepts:
        output.print_ending(_accept(project, console, folder.own_acceptance(identity)))
        return None
    preview = folder.own_preview(identity)
    if preview.revert is not None:
        raise Refusal(f"{folder.preview} undoes a run: only what is merged is applied; nothing was written")
    carried = folder.pull_requests(project.target.name)
    request = ApplyRequest(folder.preview, preview.digest, confirm=False, preview=True, pull_requests=carried)
    apply_project(project, request, console, output)
    return None


def _accept(project: Project, console: Console, acceptance: Acceptance) -> str:
    """Accept just what was seen; how that ended, in words."""
    act = acknowledge_losses if acceptance.kind is AcceptanceKind.ACKNOWLEDGE else retire_run
    return act(project, acceptance.run, console, confirm=False, seen=acceptance.seen)


def _another_run(signer: JobIdentity, own: JobIdentity) -> str:
    """Why what was signed is no approval of this run.

    Attempts make no difference: a job that is started again takes the preview that there is, and GitLab's are
    the numbers of its jobs.
    """
    return own.difference(signer, "target", "account", "repository", "branch", "commit", "run")
