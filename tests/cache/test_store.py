"""A store gives back what it was given, or nothing: never what somebody else has put there."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from reconcile.cache import store as store_module
from reconcile.cache.store import JOB_VARIABLES, CacheFolder, CacheStore, own_caches
from reconcile.cache.user_key import KEY_SIZE
from reconcile.journal.durable_files import make_own_folder

ACCOUNT = "example.evance.me"

ENTRIES = {b"13": b"one", b"14": b"\x00other", b"": b""}


def folder_at(state: Path, key: bytes = b"k" * KEY_SIZE) -> CacheFolder:
    return CacheFolder(state / "cache", key, make_own_folder)


def store_at(state: Path, key: bytes = b"k" * KEY_SIZE) -> CacheStore:
    return folder_at(state, key).store("contacts", ACCOUNT, "1")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "project" / ".reconcile"


def test_entries_come_back(state: Path) -> None:
    """Those that are new, in place of earlier ones, and without those that are gone."""
    store = store_at(state)
    assert store.read() == {}
    store.update(ENTRIES)
    assert store.read() == ENTRIES
    store.update({b"14": b"anew", b"15": b"more"}, gone=[b"13", b"99"])
    assert store.read() == {b"14": b"anew", b"15": b"more", b"": b""}


def test_reading_leaves_no_trace(state: Path) -> None:
    """A folder comes with the first entry; it is its owner's alone, and none of Git's."""
    store_at(state).read()
    assert not state.exists()
    store_at(state).update(ENTRIES)
    (file,) = (state / "cache").iterdir()
    assert file.name.startswith(f"contacts-{ACCOUNT}-")
    assert [path.stat().st_mode & 0o777 for path in (file, file.parent, state)] == [0o600, 0o700, 0o700]
    assert (state / ".gitignore").read_text("utf-8").splitlines()[-1] == "*"


def test_a_folder_that_came_with_a_checkout_is_closed(state: Path) -> None:
    """Git makes folders that everybody can read."""
    (state / "cache").mkdir(parents=True, mode=0o755)
    store_at(state).update(ENTRIES)
    assert (state / "cache").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("kind", "account", "form"),
    [("files", ACCOUNT, "1"), ("contacts", "other.evance.me", "1"), ("contacts", ACCOUNT, "2")],
)
def test_each_kind_account_and_form_has_its_own(state: Path, kind: str, account: str, form: str) -> None:
    """None sees the entries of another one."""
    store_at(state).update(ENTRIES)
    assert folder_at(state).store(kind, account, form).read() == {}


def test_what_an_older_form_has_kept_goes(state: Path) -> None:
    """It tells of people, and nobody would read it any more. The other accounts' caches stay."""
    store_at(state).update(ENTRIES)
    other = folder_at(state).store("contacts", f"{ACCOUNT}-2", "1")
    other.update(ENTRIES)
    newer = folder_at(state).store("contacts", ACCOUNT, "2")
    newer.update({b"1": b"new"})
    assert newer.read() == {b"1": b"new"}
    assert store_at(state).read() == {}
    assert other.read() == ENTRIES
    assert len(list((state / "cache").iterdir())) == 2


def test_another_version_of_the_tool_reads_none_of_it(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may write the same form otherwise."""
    store_at(state).update(ENTRIES)
    monkeypatch.setattr(store_module, "__version__", "999")
    assert store_at(state).read() == {}


def test_a_colleague_s_cache_is_none(state: Path) -> None:
    """Neither under its own name nor under the one that ours would have."""
    theirs, ours = store_at(state, b"t" * KEY_SIZE), store_at(state)
    theirs.update(ENTRIES)
    assert ours.read() == {}
    shutil.copy(theirs.path, ours.path)
    assert ours.read() == {}
    ours.update({b"1": b"own"})
    assert ours.read() == {b"1": b"own"}


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for statement in statements:
            database.execute(statement)


def test_an_entry_that_was_changed_is_gone(state: Path) -> None:
    """And so is one that was given another name. The others stay."""
    store = store_at(state)
    store.update({b"1": b"one", b"2": b"two", b"3": b"three", b"4": b"four"})
    change(
        store.path,
        "UPDATE entries SET value = CAST('uno' AS BLOB) WHERE name = CAST('1' AS BLOB)",
        "UPDATE entries SET name = CAST('9' AS BLOB) WHERE name = CAST('2' AS BLOB)",
        "UPDATE entries SET value = 'three' WHERE name = CAST('3' AS BLOB)",
        "INSERT INTO entries VALUES (CAST('5' AS BLOB), CAST('five' AS BLOB), CAST('mark' AS BLOB))",
    )
    assert store.read() == {b"4": b"four"}


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE more (x)",
        "CREATE TRIGGER t AFTER INSERT ON entries BEGIN DELETE FROM entries; END",
        "DROP TABLE entries",
        "ALTER TABLE entries ADD COLUMN more",
    ],
)
def test_a_file_with_another_table_is_none(state: Path, statement: str) -> None:
    """A view or a trigger would run what somebody else has written."""
    store = store_at(state)
    store.update(ENTRIES)
    change(store.path, statement)
    assert store.read() == {}
    store.update({b"1": b"new"})
    assert store.read() == {b"1": b"new"}


def spoil(path: Path, how: str) -> None:
    content = path.read_bytes()
    if how == "a folder" or how.endswith("link"):
        path.unlink()
    match how:
        case "no database":
            path.write_bytes(b"no database" * 1000)
        case "empty":
            path.write_bytes(b"")
        case "cut":
            path.write_bytes(content[: len(content) // 2])
        case "torn":
            path.write_bytes(content[:4096] + bytes(len(content) - 4096))
        case "open to others":
            path.chmod(0o644)
        case "a link":
            path.with_name("elsewhere").write_bytes(content)
            path.symlink_to("elsewhere")
        case "a broken link":
            path.symlink_to("nowhere")
        case _:
            path.mkdir()


SPOILT = ["no database", "empty", "cut", "torn", "open to others", "a link", "a broken link"]


@pytest.mark.parametrize("how", SPOILT)
def test_a_broken_file_is_made_anew(state: Path, how: str) -> None:
    """It gives nothing, and the next update repairs it."""
    store = store_at(state)
    store.update({str(number).encode(): b"x" * 100 for number in range(200)})
    spoil(store.path, how)
    assert store.read() == {}
    store.update(ENTRIES)
    store.update({b"1": b"new"})
    assert store.read() == {**ENTRIES, b"1": b"new"}
    assert not store.path.is_symlink()
    assert store.path.stat().st_mode & 0o777 == 0o600


def test_what_can_not_be_repaired_is_left_out(state: Path, tmp_path: Path) -> None:
    """A folder in place of the file, a file in place of the folder, a folder that can't be made: no error."""
    store = store_at(state)
    store.update(ENTRIES)
    spoil(store.path, "a folder")
    (tmp_path / "shop").write_text("a file", encoding="utf-8")
    for odd in (store, store_at(tmp_path / "shop"), store_at(Path("/proc/1/nowhere"))):
        odd.update(ENTRIES)
        assert odd.read() == {}


def test_a_file_that_is_too_large_is_made_anew(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading it would take longer than asking the account."""
    store = store_at(state)
    store.update(ENTRIES)
    monkeypatch.setattr(store_module, "LARGEST", store.path.stat().st_size - 1)
    assert store.read() == {}
    monkeypatch.setattr(store_module, "LARGEST", 1 << 30)
    assert store.read() == ENTRIES


def test_who_finds_another_process_writing_gives_up(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache is left out, and stays as the other one makes it."""
    monkeypatch.setattr(store_module, "LOCK_TIMEOUT", 0.0)
    store = store_at(state)
    store.update(ENTRIES)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert store.read() == {}
        store.update({b"1": b"new"})
        other.execute("COMMIT")
    assert store.read() == ENTRIES


KILLED = """
import os, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA cache_size = 1")
database.execute("BEGIN IMMEDIATE")
database.execute("DELETE FROM entries")
rows = ((os.urandom(8), bytes(5000), b"") for _ in range(99))
database.executemany("INSERT INTO entries VALUES (?, ?, ?)", rows)
os._exit(9)
"""


def test_what_a_killed_process_had_begun_is_taken_back(state: Path) -> None:
    """It had written to the file already."""
    store = store_at(state)
    store.update(ENTRIES)
    size = store.path.stat().st_size
    subprocess.run([sys.executable, "-c", KILLED, str(store.path)], check=False)
    assert store.path.stat().st_size > size
    assert store.read() == ENTRIES


def test_an_update_is_whole_or_nothing(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a full disk: what was there before stays."""
    store = store_at(state)
    store.update(ENTRIES)
    pages = store.path.stat().st_size // 4096
    monkeypatch.setattr(store_module, "_CAREFUL", (*store_module._CAREFUL, f"max_page_count = {pages}"))
    store.update({str(number).encode(): bytes(1000) for number in range(50)}, gone=[b"13"])
    assert store.read() == ENTRIES


@pytest.mark.parametrize("variable", JOB_VARIABLES)
def test_a_job_has_no_caches(tmp_path: Path, state: Path, variable: str) -> None:
    """A runner may keep the home of its user from one job to the next."""
    home = {"HOME": str(tmp_path / "home")}
    assert own_caches(state, home, make_own_folder) is not None
    assert own_caches(state, {**home, variable: "true"}, make_own_folder) is None


def test_every_runner_and_forge_is_known() -> None:
    """A job is recognised by what masks its log, and by the table of the forges."""
    from reconcile.cli.output import _RUNNERS
    from reconcile.forge.forges import FORGES

    assert {*_RUNNERS, *(forge.variable for forge in FORGES)} == set(JOB_VARIABLES)


def test_the_caches_of_a_project_have_its_user_s_key(tmp_path: Path, state: Path) -> None:
    """Each user who works in the same folder has caches of their own."""
    homes = [{"HOME": str(tmp_path / name)} for name in ("one", "other")]
    one, other = (own_caches(state, home, make_own_folder) for home in homes)
    assert one is not None
    assert other is not None
    one.store("contacts", ACCOUNT, "1").update(ENTRIES)
    assert one.store("contacts", ACCOUNT, "1").read() == ENTRIES
    assert replace(other, path=one.path).store("contacts", ACCOUNT, "1").read() == {}
