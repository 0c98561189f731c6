"""The recorder of all commands: two recordings of the same code are the same to the byte."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def recorded(out: Path, pattern: str) -> dict[str, str]:
    """All that was recorded of the scenarios that match, by name."""
    command = [sys.executable, str(ROOT / "tools" / "record.py"), str(out), "--only", pattern]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return {path.relative_to(out).as_posix(): path.read_text("utf-8") for path in out.rglob("*.txt")}


@pytest.mark.long
def test_two_recordings_are_the_same_to_the_byte(tmp_path: Path) -> None:
    """With a plan, its requests, an apply and its journal in them."""
    first = recorded(tmp_path / "first", "plan/create/approved")
    assert first == recorded(tmp_path / "second", "plan/create/approved")
    (applied,) = [text for name, text in first.items() if name.endswith("003-apply-plan-json-yes.txt")]
    assert "exit code 0\n" in applied
    assert "=== request POST /api/contacts.json HTTP/1.1" in applied
    assert "=== file .reconcile/runs/20261123T090000Z-<run 1>.jsonl mode 600 (6 lines)" in applied
    assert "Bearer <token>" in applied


@pytest.mark.long
def test_every_scenario_of_a_kind_can_be_chosen(tmp_path: Path) -> None:
    """And what could not be brought about is listed."""
    found = recorded(tmp_path / "some", "explain/unread*")
    assert any(name.startswith("explain/unreadable/001-") for name in found)
    assert "explain/unread-and-not-declared" in found["skipped.txt"]
