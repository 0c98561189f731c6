"""The files of an artifact, which may come from anybody."""

import pytest

from reconcile.errors import Refusal
from reconcile.forge import artifacts
from tests.support.forge.fake_github import zipped


def test_an_archive_gives_its_files() -> None:
    """With their names as they stand there: nothing is written to a disk by them."""
    files = {"../evil.sh": b"x", "a/plan.json": b"{}"}
    assert dict(artifacts.members(zipped(files))) == files


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What counts is what comes out, not what the archive says of itself."""
    monkeypatch.setattr(artifacts, "LARGEST", 1000)
    with pytest.raises(Refusal, match="more than 1000 bytes"):
        list(artifacts.members(zipped({"plan.json": b"0" * 100_000})))
    monkeypatch.setattr(artifacts, "MOST", 1)
    with pytest.raises(Refusal, match="more than 1 files"):
        list(artifacts.members(zipped({"a": b"", "b": b""})))


def test_what_is_no_archive_is_refused() -> None:
    """By its kind of error, not by what is in it."""
    with pytest.raises(Refusal, match="not a readable archive"):
        list(artifacts.members(b"PK\x03\x04 and no more"))
