"""The journal: private, without a credential, and a chain in which every later change is found."""

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.journal.hash_chain import BrokenChain, Entry, HashChain, read_entries
from reconcile.journal.journaled_run import read_run
from reconcile.journal.writer import open_journal
from reconcile.model.contact import Contact, Grant, Identity, State
from reconcile.model.facets import Facet
from reconcile.model.plans.change import Change, ChangeAction
from reconcile.model.plans.operation import Action, Operation, Origin, OriginKind
from reconcile.model.problem import Place
from reconcile.model.result import Outcome, Result
from tests.support.sandbox.full_change import DECLARED
from tests.support.sandbox.sandbox_account import FakeClock, ProcessKilled, SandboxAccount
from tests.support.shop import NOW

PLACE = Place("contacts/a.yaml", 1, 1)

HELD = Contact(Identity("101", "guest", "bob@email.com"), State(roles=(Grant("press"),), tags=()))

values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)

contents = st.lists(st.dictionaries(st.text(max_size=3), values, max_size=2), min_size=1, max_size=4)


def chained(path: Path, lines: list[dict[str, Any]]) -> tuple[Entry, ...]:
    path.unlink(missing_ok=True)
    chain = HashChain(path)
    for content in lines:
        chain.append("kind", content)
    chain.close()
    return read_entries(path)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("journal") / "run.jsonl"


@given(lines=contents, data=st.data())
@settings(max_examples=20, deadline=None)
def test_any_changed_byte_of_a_whole_line_is_found(
    file: Path, lines: list[dict[str, Any]], data: Any
) -> None:
    """Whatever byte, whatever it is changed to; the line feeds between lines, too."""
    chained(file, lines)
    written = file.read_bytes()
    for place in data.draw(st.sets(st.integers(0, len(written) - 2), min_size=10, max_size=30), "places"):
        changed = bytearray(written)
        changed[place] ^= data.draw(st.integers(1, 255) | st.just(written[place] ^ 13 or 1), "flipped")
        file.write_bytes(changed)
        with pytest.raises(BrokenChain, match=r"run.jsonl:\d+: this line is not what was written"):
            read_entries(file)


@given(lines=contents, data=st.data())
@settings(max_examples=20, deadline=None)
def test_a_torn_last_line_is_tolerated_and_written_over(
    file: Path, lines: list[dict[str, Any]], data: Any
) -> None:
    """Cut anywhere in its last line, the file still reads, and goes on as if the line had never begun."""
    whole = chained(file, lines)
    content = file.read_bytes()
    start = content[:-1].rfind(b"\n") + 1
    for cut in range(start, len(content), 7):
        file.write_bytes(content[:cut])
        assert read_entries(file) == whole[:-1]
    file.write_bytes(content[: data.draw(st.integers(start, len(content) - 1), "cut")])
    chain = HashChain(file)
    chain.append("kind", lines[-1])
    chain.close()
    assert file.read_bytes() == content


@given(lines=contents, data=st.data())
@settings(max_examples=20, deadline=None)
def test_a_line_that_is_taken_out_or_moved_is_found(
    file: Path, lines: list[dict[str, Any]], data: Any
) -> None:
    """But for the last ones: that takes a later run, which knows them."""
    chained(file, [*lines, {}])
    found = file.read_bytes().splitlines(keepends=True)
    place = data.draw(st.integers(0, len(found) - 2), "place")
    moved = found.pop(place)
    if data.draw(st.booleans(), "moved"):
        found.insert(place + 1, moved)
    file.write_bytes(b"".join(found))
    with pytest.raises(BrokenChain):
        read_entries(file)


def test_a_journal_is_its_owners_alone_and_holds_no_credential(sandbox_account: SandboxAccount) -> None:
    """Mode 0600 in folders of mode 0700; neither the key nor a token is in it."""
    checkout = sandbox_account.checkout(DECLARED)
    assert checkout.apply().code == 0
    (file,) = (checkout.state / "runs").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (file.parent, checkout.state)] == [0o700, 0o700]
    text = file.read_text("ascii")
    assert sandbox_account.access.private_key not in text
    assert "Bearer" not in text
    assert "access_token" not in text


def test_every_write_has_its_intent_before_it_and_its_outcome_after_it(
    sandbox_account: SandboxAccount,
) -> None:
    """One line before, its effect and the outcome after, for each contact that was sent; record and end."""
    checkout = sandbox_account.checkout(DECLARED, workers=4)
    assert checkout.apply().code == 0
    (record,) = checkout.journals()
    kinds = [line.kind for line in record.lines]
    assert (kinds[0], kinds[-2:]) == ("begin", ["record", "end"])
    assert len(kinds) == 3 + 3 * len(sandbox_account.writes())
    told: dict[str, list[str]] = {}
    for line in record.lines[1:-2]:
        told.setdefault(line.content["key"], []).append(line.kind)
        if line.kind == "effect":
            intent = record.lines[line.content["intent"] - 1]
            assert (intent.kind, intent.content["key"]) == ("intent", line.content["key"])
    assert set(map(tuple, told.values())) == {("intent", "effect", "outcome")}


def test_a_broken_journal_is_told_and_nothing_is_written(sandbox_account: SandboxAccount) -> None:
    """The guards go by it: with a journal that was changed they would be deceived."""
    checkout = sandbox_account.checkout(DECLARED)
    assert checkout.apply().code == 0
    (file,) = (checkout.state / "runs").iterdir()
    file.write_bytes(file.read_bytes().replace(b"applied", b"Applied", 1))
    sandbox_account.reset()
    done = checkout.apply()
    assert done.code == 1, done.said
    assert f"{file}:" in done.err
    assert sandbox_account.writes() == []


def change(contact: str, email: str, action: ChangeAction = ChangeAction.UPDATE) -> Change:
    step = Operation(Facet.ROLES, "press", Action.REMOVE, Grant("press"), None, Origin(OriginKind.UNDECLARED))
    return Change(Identity(contact, "guest", email), PLACE, action, (step,), (), {"contact": {}}, None)


def test_contacts_that_share_an_address_are_told_apart(tmp_path: Path) -> None:
    """Guests repeat addresses: the outcome of one says nothing of another."""
    with open_journal(tmp_path, NOW) as book:
        for number in ("101", "102"):
            book.intent(change(number, "bob@email.com"), HELD)
        book.outcome(Result(change("102", "bob@email.com"), Outcome.APPLIED))
    (file,) = tmp_path.iterdir()
    assert [intent.contact for intent in read_run(file).in_doubt] == ["101"]


def test_a_creation_is_settled_by_its_outcome(tmp_path: Path) -> None:
    """It has no id when it is begun and one when it is done: it is the same contact all the same."""
    new, lost = (change("", email, ChangeAction.CREATE) for email in ("new@example.com", "lost@example.com"))
    with open_journal(tmp_path, NOW) as book:
        book.intent(new, None)
        book.intent(lost, None)
        book.outcome(Result(new, Outcome.APPLIED, created="402"))
    (file,) = tmp_path.iterdir()
    assert [intent.email for intent in read_run(file).in_doubt] == ["lost@example.com"]


def test_a_contact_that_was_sent_twice_is_in_doubt_once(sandbox_account: SandboxAccount) -> None:
    """The answer to its first write was lost and the run was killed in the second: the last one counts."""
    checkout = sandbox_account.checkout(
        "contacts: [{email: grace.odell@example.com, roles: [customer, press]}]\n"
    )
    sandbox_account.upset("status:code=500,method=POST,path=/api/contacts/*")
    clock = FakeClock()
    checkout.apply(clock=clock)
    assert len(checkout.lines("intent")) == 3
    again = sandbox_account.checkout(
        "contacts: [{email: grace.odell@example.com, roles: [customer, press]}]\n"
    )
    with pytest.raises(ProcessKilled):
        again.apply(clock=FakeClock(fuse=clock.looks - 1))
    assert len(again.lines("intent")) == 3
    sandbox_account.calm()
    done = again.apply()
    assert done.code == 0, done.said
    assert done.err.count("was cut off while it wrote") == 1
    assert "the write has not taken effect" in done.err


def test_a_line_that_did_not_fit_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a full disk the chain goes on behind its last whole line."""
    chain = HashChain(tmp_path / "run.jsonl")
    chain.append("begin", {})
    whole = os.write

    def half(descriptor: int, data: bytes) -> int:
        whole(descriptor, data[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(os, "write", half)
        with pytest.raises(OSError, match="No space"):
            chain.append("intent", {})
    chain.append("end", {})
    chain.close()
    assert [link.kind for link in read_entries(tmp_path / "run.jsonl")] == ["begin", "end"]
