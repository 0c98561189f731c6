"""A manifest holds for exactly the files, the kind and the place that it was signed for."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.documents.json_text import canonical_json
from reconcile.pipeline.signatures import (
    JobIdentity,
    Manifest,
    NotVerified,
    SignedKind,
    manifest_of,
    read_unverified,
    sign,
    verify,
)

KEY, FORMER = b"k" * 32, b"f" * 32

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

RUN, OTHER = "20261123T090000Z-abcdef", "20261123T100000Z-012345"

JOB = JobIdentity("shop", "example.evance.me", "example/shop", "main", "c" * 40, run=5, attempt=1)

FILES: dict[SignedKind, dict[str, bytes]] = {
    SignedKind.JOURNAL: {f"{RUN}.jsonl": b"{}\n", f"{OTHER}.jsonl": b""},
    SignedKind.IDLE: {},
    SignedKind.RECORD: {f"{RUN}.json": b"{}", f"{OTHER}.jsonl": b"{}\n"},
    SignedKind.APPROVAL: {"preview.json": b"{}"},
    SignedKind.ACCEPTANCE: {"acceptance.json": b"{}"},
}


def signed(kind: SignedKind = SignedKind.JOURNAL) -> tuple[Manifest, bytes, dict[str, bytes]]:
    manifest = manifest_of(kind, JOB, NOW, FILES[kind])
    return manifest, sign(manifest, KEY), FILES[kind]


@pytest.mark.parametrize("kind", SignedKind)
def test_what_was_signed_is_believed(kind: SignedKind) -> None:
    """With everything that it says; while a key is replaced, what the former one signed, too."""
    manifest, content, files = signed(kind)
    assert verify(content, files, [KEY]) == manifest
    assert verify(content, files, [b"n" * 32, KEY]) == manifest
    assert verify(sign(manifest, FORMER), files, [KEY, FORMER]) == manifest
    assert read_unverified(content, files) == manifest


def test_it_does_not_hold_with_another_key_or_none() -> None:
    """Whoever has no key signs nothing, and no key verifies nothing."""
    _, content, files = signed()
    for keys in ([], [FORMER], [KEY[:-1]]):
        with pytest.raises(NotVerified, match="another key"):
            verify(content, files, keys)


SIGNED_KEYS = sorted(json.loads(signed()[1]))


@given(st.sampled_from(SIGNED_KEYS), st.sampled_from(["x", 7, None, {}, [], "a" * 64]))
def test_every_single_value_is_signed(name: str, value: Any) -> None:
    """None can be another one, be it missing; another kind, target, account or run least of all."""
    _, content, files = signed()
    told = json.loads(content)
    with pytest.raises(NotVerified):
        verify(canonical_json({**told, name: value}), files, [KEY])
    with pytest.raises(NotVerified):
        verify(canonical_json({key: told[key] for key in told if key != name}), files, [KEY])
    with pytest.raises(NotVerified):
        verify(canonical_json({**told, "more": value}), files, [KEY])


@given(st.binary(max_size=40))
def test_any_bytes_are_no_manifest(content: bytes) -> None:
    """They are refused, and nothing else goes wrong."""
    with pytest.raises(NotVerified):
        verify(content, {}, [KEY])


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"signature": "x", "signature": "y"}',
        b'{"signature": 1}',
        '{"signature": "é"}'.encode(),
        b"9" * 5_000,
        b'{"signature": "", "a": ' + b"[" * 900 + b"]" * 900 + b"}",
    ],
)
def test_odd_json_is_refused(content: bytes) -> None:
    """Deep, ambiguous, of other types."""
    with pytest.raises(NotVerified):
        verify(content, {}, [KEY])


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({f"{RUN}.jsonl": b"{}\n"}, f"its file {OTHER}.jsonl is missing"),
        ({**FILES[SignedKind.JOURNAL], "more": b""}, "a file that its manifest does not name"),
        ({**FILES[SignedKind.JOURNAL], f"{RUN}.jsonl": b"{}"}, "is not the one that was signed"),
    ],
)
def test_every_file_is_named_and_none_else(files: dict[str, bytes], reason: str) -> None:
    """A file that was taken away, added or changed is found."""
    _, content, _ = signed()
    with pytest.raises(NotVerified, match=reason):
        verify(content, files, [KEY])


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (SignedKind.JOURNAL, []),
        (SignedKind.JOURNAL, ["../x.jsonl"]),
        (SignedKind.JOURNAL, [f"{RUN}.jsonl\n"]),
        (SignedKind.JOURNAL, [f"{RUN}.json"]),
        (SignedKind.IDLE, [f"{RUN}.jsonl"]),
        (SignedKind.RECORD, [f"{RUN}.json"]),
        (SignedKind.RECORD, [f"{RUN}.jsonl"]),
        (SignedKind.RECORD, [f"{RUN}.json", f"{OTHER}.json", f"{RUN}.jsonl"]),
        (SignedKind.APPROVAL, [f"{RUN}.json"]),
        (SignedKind.APPROVAL, []),
    ],
)
def test_names_are_those_of_the_kind(kind: SignedKind, names: list[str]) -> None:
    """A name becomes a path; one of another form is neither signed nor believed, though the key be ours."""
    files = dict.fromkeys(names, b"")
    with pytest.raises(NotVerified, match="its files are not those of"):
        manifest_of(kind, JOB, NOW, files)
    forged = Manifest(kind, JOB, NOW, dict.fromkeys(names, "e" * 64))
    with pytest.raises(NotVerified, match="its files are not those of"):
        verify(sign(forged, KEY), files, [KEY])


def test_who_it_is_for_is_compared_name_by_name() -> None:
    """The first difference is told; what is not asked for does not count."""
    other = replace(JOB, target="other", run=9, commit="d" * 40)
    assert JOB.difference(other, "account", "repository") == ""
    assert JOB.difference(other, "run") == "it is signed for run 9, not 5"
    assert JOB.difference(other, "target", "run") == "it is signed for target other, not shop"
