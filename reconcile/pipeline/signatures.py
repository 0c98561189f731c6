"""What the pipeline keeps, signed: which files, of which kind, and who wrote them when for whom.

A forge keeps what a run leaves, and whoever may push to a branch can leave something, too. So a manifest
stands beside the files: canonical JSON, authenticated with HMAC-SHA-256 (RFC 2104) by a key that only jobs of
the main branch are given. Everything that a reader goes by is in what is signed. So nothing can be taken for
another kind, target, account or repository; and what was copied into another run tells the run that it is
from.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest, digest
from typing import Any

from reconcile.clock import utc_text
from reconcile.documents.json_text import JsonValue, canonical_json, parse_unique_keys

FORMAT_VERSION = 1

SHORTEST_KEY = 32
"""Minimum number of characters of a key: 16 random bytes in hexadecimal."""

MANIFEST = "manifest.json"
"""The name of a manifest among the files that it names."""

RUN_NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}", re.ASCII)

JOURNAL_NAME = re.compile(rf"{RUN_NAME.pattern}\.jsonl", re.ASCII)

RECORD_NAME = re.compile(rf"{RUN_NAME.pattern}\.json", re.ASCII)

PREVIEW_NAME = re.compile(r"preview\.json", re.ASCII)

ACCEPTANCE_NAME = re.compile(r"acceptance\.json", re.ASCII)


class SignedKind(StrEnum):
    """What a manifest is about.

    IDLE: a writing step that wrote no journal. RECORD: a record's entries, the journal that tells of them,
    and those after it. APPROVAL: of a preview. ACCEPTANCE: of what an earlier run did.
    """

    JOURNAL = "journal"
    IDLE = "idle"
    RECORD = "record"
    APPROVAL = "approval"
    ACCEPTANCE = "acceptance"


_FORMS: Mapping[SignedKind, Mapping[re.Pattern[str], range]] = {
    SignedKind.JOURNAL: {JOURNAL_NAME: range(1, 10_000)},
    SignedKind.IDLE: {},
    SignedKind.RECORD: {RECORD_NAME: range(1, 2), JOURNAL_NAME: range(1, 10_000)},
    SignedKind.APPROVAL: {PREVIEW_NAME: range(1, 2)},
    SignedKind.ACCEPTANCE: {ACCEPTANCE_NAME: range(1, 2)},
}
"""How many files of which form each kind has; a file of no form is refused."""


class NotVerified(ValueError):
    """Why a manifest and its files are not to be believed, in words that follow a name and a colon."""


@dataclass(frozen=True, slots=True)
class JobIdentity:
    """Who writes: for which target and account, and which attempt of which run on which branch, at a commit.

    ``repository`` is its full name at the forge. Attempts count from 1.
    """

    target: str
    account: str
    repository: str
    branch: str
    commit: str
    run: int
    attempt: int

    def difference(self, other: "JobIdentity", *names: str) -> str:
        """The first of these attributes that another job has otherwise, in words; empty when none is."""
        for name in names:
            ours, theirs = getattr(self, name), getattr(other, name)
            if ours != theirs:
                return f"it is signed for {name} {theirs}, not {ours}"
        return ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is signed: ``files`` has the SHA-256 of each, in hexadecimal. ``created`` is the writer's time."""

    kind: SignedKind
    job: JobIdentity
    created: datetime
    files: Mapping[str, str] = field(default_factory=dict)


def manifest_of(
    kind: SignedKind, job: JobIdentity, created: datetime, files: Mapping[str, bytes]
) -> Manifest:
    """The manifest of these files. ValueError where their names are not those of the kind."""
    manifest = Manifest(kind, job, created, {name: _hash(content) for name, content in files.items()})
    _refuse_odd_names(manifest)
    return manifest


def sign(manifest: Manifest, key: bytes) -> bytes:
    """The manifest with its signature, as the content of a file."""
    body = _body(manifest)
    return canonical_json({**body, "signature": _signature(body, key)}) + b"\n"


def verify(content: bytes, files: Mapping[str, bytes], keys: Sequence[bytes]) -> Manifest:
    """The manifest, if one of the keys has signed it and it names exactly these files; else NotVerified.

    Whether it is for whoever asks is `JobIdentity.difference`'s to tell.
    """
    body = _parsed(content)
    signature = body.pop("signature", None)
    if not isinstance(signature, str) or not signature.isascii():
        raise NotVerified("it is not signed")
    if not any(compare_digest(signature, _signature(body, key)) for key in keys):
        raise NotVerified("it is signed with another key")
    return _checked(body, files)


def read_unverified(content: bytes, files: Mapping[str, bytes]) -> Manifest:
    """The manifest, if it names exactly these files; who wrote it is not asked. Else NotVerified."""
    return _checked(_parsed(content), files)


def _checked(body: Mapping[str, Any], files: Mapping[str, bytes]) -> Manifest:
    try:
        manifest = _manifest(JsonValue(body, "the manifest"))
    except ValueError as error:
        raise NotVerified(f"{error}") from None
    _refuse_odd_names(manifest)
    for name in sorted(manifest.files.keys() | files.keys()):
        if name not in files:
            raise NotVerified(f"its file {name} is missing")
        if name not in manifest.files:
            raise NotVerified("it holds a file that its manifest does not name")
        if _hash(files[name]) != manifest.files[name]:
            raise NotVerified(f"its file {name} is not the one that was signed")
    return manifest


def _refuse_odd_names(manifest: Manifest) -> None:
    """A name is a path on some disk later: only the forms of our own are taken."""
    forms = _FORMS[manifest.kind]
    numbers = Counter(next((form for form in forms if form.fullmatch(name)), None) for name in manifest.files)
    if None in numbers or any(numbers[form] not in allowed for form, allowed in forms.items()):
        raise NotVerified(f"its files are not those of {_ARTICLES[manifest.kind]}")


_ARTICLES = {
    SignedKind.JOURNAL: "journals",
    SignedKind.IDLE: "a step that wrote no journal",
    SignedKind.RECORD: "a record",
    SignedKind.APPROVAL: "an approval",
    SignedKind.ACCEPTANCE: "an acceptance",
}


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        body = parse_unique_keys(content)
    except (ValueError, RecursionError):
        raise NotVerified("its manifest is not JSON") from None
    if not isinstance(body, dict):
        raise NotVerified("its manifest is no object")
    return body


def _manifest(body: JsonValue) -> Manifest:
    if body.key("format_version").count() != FORMAT_VERSION:
        raise body.wrong("is of another version: use the version of reconcile that wrote it, or a newer one")
    files = body.key("files")
    return Manifest(
        kind=SignedKind(body.key("kind").one_of(*SignedKind)),
        job=JobIdentity(
            target=body.key("target").text(),
            account=body.key("account").text(),
            repository=body.key("repository").text(),
            branch=body.key("branch").text(),
            commit=body.key("commit").text(),
            run=body.key("run").count(),
            attempt=body.key("attempt").count(),
        ),
        created=body.key("created").instant(),
        files={name: files.key(name).text() for name in files.mapping()},
    )


def _body(manifest: Manifest) -> dict[str, Any]:
    job = manifest.job
    return {
        "format_version": FORMAT_VERSION,
        "kind": manifest.kind.value,
        "target": job.target,
        "account": job.account,
        "repository": job.repository,
        "branch": job.branch,
        "commit": job.commit,
        "run": job.run,
        "attempt": job.attempt,
        "created": utc_text(manifest.created),
        "files": {**manifest.files},
    }


def _signature(body: Mapping[str, Any], key: bytes) -> str:
    """HMAC over the canonical JSON, whatever form the file has: of two readings only one is signed."""
    return digest(key, canonical_json(body), "sha256").hex()


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()
