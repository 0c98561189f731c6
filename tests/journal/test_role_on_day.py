"""``--who-had``: what is called held or seen without it was so on that day, whatever others did."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.clock import utc_text
from reconcile.journal.hash_chain import Entry
from reconcile.journal.journaled_run import JournaledRun
from reconcile.journal.reports.role_on_day import seen_contacts
from reconcile.journal.reports.sightings import by_contact, sightings
from reconcile.model.baseline import EntryKey, ResolvedForm, ResolvedItem
from reconcile.model.facets import Facet
from reconcile.model.record import Record, RecordedEntry
from reconcile.model.reports.role_on_day import HolderVerdict
from tests.support.repository import Repository
from tests.support.sandbox.sandbox_account import Checkout, SandboxAccount

BEGIN = datetime(2026, 11, 20, 21, tzinfo=UTC)

HELD, GONE = "held", "gone"

Expiry = datetime | None

Moment = tuple[datetime, bool, Expiry]
"""From that instant on the role is held, or not, and lapses then."""


def at(hours: float) -> datetime:
    return BEGIN + timedelta(hours=hours)


def snapshot(moment: Moment) -> dict[str, Any]:
    _, held, expires = moment
    grant = {
        "reference": "press",
        "status": "active",
        "expires": expires and utc_text(expires),
        "readable": True,
    }
    return {
        "id": "36",
        "type": "user",
        "email": "a@example.com",
        "reference": None,
        "roles": [grant] if held else [],
        "tags": [],
        "profile": None,
        "address": None,
    }


def operation(before: Moment, after: Moment) -> dict[str, Any]:
    def value(moment: Moment) -> Any:
        return {"status": "active", "expires": moment[2] and utc_text(moment[2])} if moment[1] else None

    action = "add" if not before[1] else "change" if after[1] else "remove"
    told = {"before": value(before), "after": value(after), "origin": "declared"}
    empty = dict.fromkeys(("detail", "reason", "at", "source"))
    return {"facet": "roles", "item": "press", "action": action, **told, **empty}


def journaled(number: int, begun: datetime, ended: datetime | None, *lines: tuple[str, Any]) -> JournaledRun:
    """A run of these lines between its begin and its end, which may not tell when it was."""
    begin = {
        "account": "a",
        "target": "t",
        "tool_version": "1",
        "changes": 1,
        "config": "",
        "declarations": "",
        "at": utc_text(begun),
        "machine": utc_text(begun),
    }
    end = {"complete": True, "stopped": None, "at": utc_text(ended) if ended else ""}
    contents = [("begin", begin), *lines, ("end", end)]
    entries = [
        Entry(place, kind, line, f"{number}-{place}") for place, (kind, line) in enumerate(contents, 1)
    ]
    return JournaledRun(f"run-{number}", Path(f"run-{number}.jsonl"), tuple(entries))


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[JournaledRun], dict[str, Record], list[Moment]]:
    """An account in which others change the role between and during runs, and what the runs tell."""
    truth: list[Moment] = [(BEGIN - timedelta(days=9), draw(st.booleans()), None)]
    runs: list[JournaledRun] = []
    records: dict[str, Record] = {}
    clock = 0.0
    expiries = st.none() | st.integers(0, 90).map(at)

    def outside() -> None:
        truth.append((at(clock), draw(st.booleans()), draw(expiries)))

    for number in range(draw(st.integers(1, 4))):
        clock += draw(st.integers(1, 20))
        if draw(st.booleans()):
            outside()
            clock += 0.1
        begun = at(clock)
        clock += draw(st.integers(1, 16))  # a run may last past midnight
        before, after = truth[-1], (at(clock), draw(st.booleans()), draw(expiries))
        seen_held = before[1] and (before[2] is None or before[2] > at(clock))
        writes = after[1:] != before[1:] and (after[1] or before[1])
        applied = draw(st.booleans())
        lines: list[tuple[str, Any]] = []
        if writes:
            step = {"key": "36", "contact": "36", "email": "a@example.com", "payload_digest": ""}
            told = {"operations": [operation(before, after)], "before": snapshot(before)}
            lines.append(("intent", {**step, **told}))
            if applied:
                truth.append(after)
            outcome = "applied" if applied else "not written"
            lines.append(
                ("outcome", {"key": "36", "contact": "36", "email": "a", "detail": "", "outcome": outcome})
            )
        elif seen_held or not before[1]:
            item = ResolvedItem(Facet.ROLES, "press", (Facet.ROLES, "press"))
            form = ResolvedForm((Facet.ROLES,), (item,) if seen_held else (), not seen_held)
            entry = RecordedEntry("", "36", begun.replace(microsecond=0))
            records[f"run-{number}"] = Record(
                f"run-{number}", begun.replace(microsecond=0), None, "", "",
                {EntryKey(id="36"): RecordedEntry(entry.resolved, "36", entry.settled, form=form)},
            )  # fmt: skip
        clock += 0.1
        if draw(st.booleans()):
            outside()
            clock += 0.1
        runs.append(journaled(number, begun, draw(st.sampled_from([None, at(clock)])), *lines))
    return runs, records, truth


def held_at(truth: list[Moment], instant: datetime) -> bool:
    _, held, expires = next(moment for moment in reversed(truth) if moment[0] <= instant)
    return held and (expires is None or expires > instant)


def times_of(truth: list[Moment], start: datetime, end: datetime) -> set[bool]:
    """Whether the role was held at any instant of the day, and whether it was not."""
    turns = [moment[0] for moment in truth] + [moment[2] for moment in truth if moment[2]]
    instants = [start, *(turn for turn in turns if start <= turn < end)]
    return {held_at(truth, instant) for instant in instants}


@settings(max_examples=250)
@given(stories())
def test_what_is_told_was_so(story: tuple[list[JournaledRun], dict[str, Record], list[Moment]]) -> None:
    """For each day: a contact that is called held held it then at some time; so with the other verdict."""
    runs, records, truth = story
    found = [
        seen for run in runs for seen in sightings(run, runs, "press", records.get(run.name), managed=True)
    ]
    for number in range(5):
        start = datetime(2026, 11, 20 + number, tzinfo=UTC)
        end = start + timedelta(days=1)
        for row in seen_contacts(by_contact(found), {}, start, end):
            if row.verdict is not HolderVerdict.UNKNOWN:
                assert (row.verdict is HolderVerdict.HELD) in times_of(truth, start, end)
                assert row.proof is not None


def test_a_run_proves_its_own_day_and_no_other(sandbox_account: SandboxAccount) -> None:
    """Held before the write, taken by it; the day after nothing is known, and both sides are shown."""
    checkout = sandbox_account.checkout(
        "contacts: [{id: 36, roles: [customer, preview]}, {id: 38, roles: [customer]}]\n"
    )
    assert checkout.apply().code == 0
    done = asked(checkout, "press", "2026-11-23")
    assert "1 held, 0 seen without it, 0 not known" in done
    assert "+ rosalind.keane@example.com (contact 36)  held (active), read before the write of run" in done
    assert "2 held" in asked(checkout, "customer", "2026-11-23")
    assert "held (active or waiting), as declared" in asked(checkout, "customer", "2026-11-23")
    later = asked(checkout, "press", "2026-11-24")
    assert "0 held, 0 seen without it, 1 not known" in later
    assert "(contact 36)  before: not held, read back by run" in later
    assert "counted for that one: 1 run." in later  # the tests work as of a time
    assert checkout.run("history", "--who-had", "", "--on", "2026-11-23").code == 64
    misspelt = checkout.run("history", "--who-had", "pres", "--on", "2026-11-23")
    assert (misspelt.code, misspelt.err) == (
        0,
        "Note: no run on this checkout has seen anybody with the role 'pres'; did you mean 'press'?\n",
    )


def test_a_run_in_a_scope_has_not_seen_whom_it_took_over(sandbox_account: SandboxAccount) -> None:
    """Its record has the entries of the run before it, which may have begun in the very same second."""
    checkout = sandbox_account.checkout("contacts: [{id: 38, roles: [customer]}]\n")
    Repository.at(checkout.root).commit()
    assert checkout.apply().code == 0
    sandbox_account.outside("38", revoke="customer")
    assert checkout.apply("--base", "HEAD").code == 0
    first, second = checkout.journals()
    assert first.record is not None
    assert second.record is not None
    assert second.record.at == first.record.at
    told = checkout.run("history", "--who-had", "customer", "--on", "2026-11-23", "--format", "json").out
    assert f'"run": "{first.name}"' in told
    assert f'"run": "{second.name}"' not in told


def asked(checkout: Checkout, role: str, day: str) -> str:
    done = checkout.run("history", "--who-had", role, "--on", day)
    assert (done.code, done.err) == (0, ""), done.said
    return done.out


def test_a_question_without_a_day_is_no_question(sandbox_account: SandboxAccount) -> None:
    """Each of the two options asks for the other; a day that does not exist is told."""
    checkout = sandbox_account.checkout("")
    for words in (
        "--who-had press",
        "--on 2026-11-23",
        "--who-had press --on 2026-02-30",
        "last --who-had a --on b",
    ):
        assert checkout.run("history", *words.split()).code == 64
    nothing = checkout.run("history", "--who-had", "press", "--on", "2026-11-23")
    assert (nothing.code, "nothing was applied to the target 'local'" in nothing.err) == (64, True), (
        nothing.said
    )
