"""What runs keep at the forge, and whether it is to be believed: archives of files with a signed manifest."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from reconcile.errors import ForgeError, Refusal, UsageError
from reconcile.forge.artifacts import members
from reconcile.forge.environment import CiEnvironment
from reconcile.forge.evidence import Evidence
from reconcile.model.ci.pull_request import ForgeArtifact
from reconcile.model.settings import Target
from reconcile.pipeline.retention import (
    MOST_TRIED,
    RECORDS_KEPT,
    AttemptKey,
    artifact_name,
    attempt_of,
    may_be_newer,
)
from reconcile.pipeline.signatures import (
    MANIFEST,
    SHORTEST_KEY,
    JobIdentity,
    Manifest,
    NotVerified,
    SignedKind,
    read_unverified,
    verify,
)
from reconcile.services.project import Project
from reconcile.text import escape_unprintable

KEY, KEY_BEFORE = "RECONCILE_JOURNAL_KEY", "RECONCILE_JOURNAL_KEY_BEFORE"

_GONE = {404, 410}
"""What a forge answers for an artifact that has been deleted, or that has expired, since it was listed."""


@dataclass(frozen=True, slots=True)
class JournalKeys:
    """The key that signs, and the former one, which only verifies while the key is replaced."""

    current: bytes
    before: bytes | None = None

    @property
    def verifying(self) -> tuple[bytes, ...]:
        """The keys whose signatures are believed."""
        return (self.current, self.before) if self.before else (self.current,)


def journal_keys(environment: Mapping[str, str], target: Target) -> JournalKeys:
    """The keys of the environment's variables; UsageError says which secret is missing, and where."""
    current = _key(environment, KEY)
    if current is None:
        environments = ", ".join(f"reconcile-{job}-{target.name}" for job in ("preview", "apply", "clock"))
        raise UsageError(
            f"{KEY} is not set: it signs journals and records. Make it a secret of the environments "
            f"{environments}, the same in each, and hand it to this step; openssl rand -hex 32 makes one. "
            "Jobs of pull requests have none: they call 'reconcile ci journals --hints'"
        )
    return JournalKeys(current, _key(environment, KEY_BEFORE))


def _key(environment: Mapping[str, str], name: str) -> bytes | None:
    key = environment.get(name, "").strip()
    if key and len(key) < SHORTEST_KEY:
        raise UsageError(
            f"{name} has {len(key)} characters, fewer than {SHORTEST_KEY}: openssl rand -hex 32 makes one"
        )
    return key.encode("utf-8", "surrogateescape") or None


def job_identity(project: Project, job: CiEnvironment, branch: str | None = None) -> JobIdentity:
    """Which attempt of which run this is, and for whom; ``branch`` if it is not the job's own."""
    if job.run_id is None:
        raise UsageError("the number of this job's run is not set (GITHUB_RUN_ID or CI_PIPELINE_ID)")
    return JobIdentity(
        target=project.target.name,
        account=account_of_target(project.target),
        repository=job.repository,
        branch=branch or job.branch,
        commit=job.commit,
        run=job.run_id,
        attempt=job.attempt,
    )


def account_of_target(target: Target) -> str:
    """The account as journals name it. No credential is needed to know it."""
    account = (target.account or "").strip().lower() or urlsplit(target.url or "").netloc
    if not account:
        raise UsageError(
            f"target '{target.name}' is a sandbox that is started on demand: no pipeline works on it; "
            "choose another one with --target"
        )
    return account


@dataclass(frozen=True, slots=True)
class KeptBundle:
    """What one attempt of a run has kept."""

    manifest: Manifest
    files: Mapping[str, bytes]

    @property
    def key(self) -> AttemptKey:
        """The attempt of the run that has kept it."""
        return self.manifest.job.run, self.manifest.job.attempt


@dataclass(frozen=True, slots=True)
class KeptBundles:
    """The bundles that runs on a branch have kept, as far as they are to be believed.

    ``job`` is who asks. Without ``keys`` no signature is checked. ``note`` is told of each bundle that is
    ignored, with its run and the reason.
    """

    evidence: Evidence
    job: JobIdentity
    keys: tuple[bytes, ...]
    note: Callable[[str], None]

    def journals(self, since: datetime) -> Iterator[tuple[AttemptKey, KeptBundle | None]]:
        """The journals that were kept since then, newest first; None for those that are ignored."""
        for artifact in self._kept(SignedKind.JOURNAL, since):
            yield self._attempt(artifact, SignedKind.JOURNAL), self._read(artifact, SignedKind.JOURNAL)

    def idle(self, since: datetime) -> Iterator[AttemptKey]:
        """The attempts that have kept word that there was no journal.

        That is not downloaded: only jobs of a run can have left it there.
        """
        for artifact in self._kept(SignedKind.IDLE, since):
            yield self._attempt(artifact, SignedKind.IDLE)

    def _attempt(self, artifact: ForgeArtifact, kind: SignedKind) -> AttemptKey:
        """The attempt that left an artifact, by the forge's word."""
        attempt = attempt_of(artifact, artifact_name(kind, self.job.target))
        return artifact.run.id, attempt or artifact.run.attempt

    def newest_records(self, now: datetime) -> tuple[KeptBundle, ...]:
        """The records of which one is the newest, by what is signed, not by when it was uploaded.

        That is most often the one that was uploaded last, and no other has to be looked at.
        """
        found: list[KeptBundle] = []
        for number, artifact in enumerate(self._kept(SignedKind.RECORD, now - RECORDS_KEPT), 1):
            newest = max((bundle.manifest.created for bundle in found), default=None)
            if number > MOST_TRIED or (newest is not None and not may_be_newer(artifact, newest)):
                break
            bundle = self._read(artifact, SignedKind.RECORD)
            found += [bundle] if bundle else []
        return tuple(found)

    def _kept(self, kind: SignedKind, since: datetime) -> Iterator[ForgeArtifact]:
        return self.evidence.kept(artifact_name(kind, self.job.target), self.job.branch, since)

    def _read(self, artifact: ForgeArtifact, kind: SignedKind) -> KeptBundle | None:
        """A bundle; None, once it is noted, for one that is not to be believed or is gone.

        None without a word, too, where a forge's archive holds other bundles of its job alone.
        """
        name = artifact_name(kind, self.job.target)
        try:
            files = _of_bundle(self._archive(artifact), name)
            return self._checked(artifact, kind, files) if files else None
        except NotVerified as error:
            run, attempt = self._attempt(artifact, kind)
            reason = escape_unprintable(str(error))
            self.note(f"Ignored: the {kind} of attempt {attempt} of run {run}: {reason}.")
            return None

    def _archive(self, artifact: ForgeArtifact) -> dict[str, bytes]:
        try:
            found = list(members(self.evidence.download(artifact)))
        except Refusal as error:
            raise NotVerified(str(error)) from None
        except ForgeError as error:
            if error.status not in _GONE:
                raise
            raise NotVerified("it is gone from the forge") from None
        if len(dict(found)) != len(found):
            raise NotVerified("its archive names a file twice")
        return dict(found)

    def _checked(self, artifact: ForgeArtifact, kind: SignedKind, files: dict[str, bytes]) -> KeptBundle:
        content = files.pop(MANIFEST, None)
        if content is None:
            raise NotVerified("it has no manifest")
        manifest = verify(content, files, self.keys) if self.keys else read_unverified(content, files)
        if manifest.kind is not kind:
            raise NotVerified(f"it is signed as {manifest.kind}")
        self._refuse_another(artifact, manifest)
        return KeptBundle(manifest, files)

    def _refuse_another(self, artifact: ForgeArtifact, manifest: Manifest) -> None:
        """What was copied from another run, target, account or repository is signed for that one."""
        names = ["repository", "target", "account", "branch"]
        difference = self.job.difference(manifest.job, *names)
        if manifest.job.run != artifact.run.id:
            difference = f"it was copied: it is signed for run {manifest.job.run}"
        attempt = attempt_of(artifact, artifact_name(manifest.kind, self.job.target))
        if attempt not in (None, manifest.job.attempt):
            difference = f"it was copied: it is signed for attempt {manifest.job.attempt}"
        if difference:
            raise NotVerified(difference)


def _of_bundle(archive: Mapping[str, bytes], name: str) -> dict[str, bytes]:
    """The files of one bundle, by their names; a forge's archive may have a folder for each of them.

    Empty where it has folders of other bundles alone.
    """
    paths = {PurePosixPath(path): content for path, content in archive.items()}
    if any(path.parent.name == name for path in paths):
        return {path.name: content for path, content in paths.items() if path.parent.name == name}
    if archive and all(path.parent.name.startswith("reconcile-") for path in paths):
        return {}
    return dict(archive)
