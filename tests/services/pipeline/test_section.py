"""The section of one target in the comment of a pull request."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from reconcile.clock import parse_utc_text
from reconcile.declare.loader import load_declarations
from reconcile.errors import Refusal
from reconcile.model.baseline import NoLonger
from reconcile.model.ci.section import SectionState
from reconcile.model.facets import Facet
from reconcile.model.plans.plan import Plan
from reconcile.model.problem import Place, Problem
from reconcile.model.settings import Policy
from reconcile.plan.approval import refusal_reason
from reconcile.render.masking.mask import mask
from reconcile.services.pipeline.section import SectionWriter, read_sections, share_of, write_section
from reconcile.services.pipeline.take_back import absent_entries, contacts_left, item_entries
from tests.support.pages.hostile_texts import HOSTILE
from tests.support.plans.large_plan import large_plan
from tests.support.plans.plan_samples import (
    allowance,
    full_plan,
    plan,
    scheduled,
    undeclared,
    verdict,
)

NOW = parse_utc_text("2026-11-23T09:00:00Z")

WRITER = SectionWriter("shop", "example.evance.me", "a" * 40, NOW, source_url="https://git.example/blob/abc")

NAMES = ("bob@email.com", "carol@email.com", "pippa@rowe.example.org", "Old & Co", "01473 000000")


def test_a_section_is_masked_and_tells_no_digest() -> None:
    """Whatever is said in it: the plan, why it is refused, the effect of a changed configuration."""
    before = full_plan()
    against = ("bob@email.com lost the role press in run 1; 'reconcile revert' gives it back",)
    section = WRITER.planned(before, against=against, whole=before)
    written = json.dumps([section.text, section.headline])
    assert [name for name in NAMES if name in written] == []
    assert "sha256" not in written
    assert "(contact 13) lost the role press in run 1" in section.text
    assert "The changed configuration, for the whole account" in section.text
    shown = replace(WRITER, masked=False).planned(before, against=against)
    assert "bob@email.com" in shown.text
    assert "sha256" not in shown.text


@pytest.mark.parametrize(
    ("sample", "against", "state"),
    [
        (full_plan(), (), SectionState.PLANNED),
        (full_plan(), ("a freeze holds",), SectionState.REFUSED),
        (plan(), (), SectionState.NOTHING),
        (plan(scheduled=(scheduled(),)), (), SectionState.PLANNED),
    ],
)
def test_the_state_says_what_merging_would_do(
    sample: Plan, against: tuple[str, ...], state: SectionState
) -> None:
    """A plan that only schedules is a plan: somebody must see it."""
    assert WRITER.planned(sample, against=against).state is state


def test_what_the_plan_tells_is_not_told_twice() -> None:
    """Its guards and who is set aside stand in it; the clock and a freeze do not."""
    refused = verdict("losing-access", 30, 10)
    against = (refusal_reason(refused), "the machine's clock is an hour ahead; set it")
    text = WRITER.planned(plan(guards=(refused,)), against=against).text
    assert text.count("would lose a role") == 1
    assert "> - `the machine's clock is an hour ahead; set it`" in text


def test_an_override_says_that_it_needs_a_review() -> None:
    """Where a review is not required otherwise, too."""
    assert not WRITER.planned(plan()).lifted
    section = WRITER.planned(plan(allow=(allowance(),)))
    assert (section.lifted, "counts only with an approving review" in section.text) == (True, True)


@pytest.mark.parametrize("targets", [1, 3, 7, 100])
def test_a_section_keeps_within_its_share(targets: int) -> None:
    """With everything that is said beside a large plan."""
    limit = share_of(targets)
    large = replace(large_plan(300), undeclared=full_plan().undeclared, allow=(allowance(),))
    section = replace(WRITER, limit=limit).planned(large, against=["x" * 500] * 50, whole=large)
    assert len(section.text.encode("utf-8")) <= limit
    assert "would not be applied whole" in section.text


def test_problems_are_linked_to_their_lines_and_masked() -> None:
    """An address in a message or a file's name does not leave; such a file has no link."""
    problems = [
        Problem(Place("contacts/a.yaml", 4, 7), "two entries are for bob@email.com; keep one", "duplicate"),
        Problem(Place("contacts/bob@email.com.yaml", 1, 1), "unknown key 'rolse'", "unknown-key"),
    ]
    text = WRITER.problems(problems).text
    assert "[`contacts/a.yaml:4`](<https://git.example/blob/abc/contacts/a.yaml#L4>): `two entries" in text
    assert "`c•••@e•••.yaml:1`: `unknown key" in text
    assert text.startswith("### The declarations have 2 errors\n")
    assert "bob@" not in text


def test_ten_thousand_problems_are_counted() -> None:
    """Within the share of the target."""
    problems = [Problem(Place("a.yaml", line), "x" * 100, "rule") for line in range(1, 10_001)]
    text = replace(WRITER, limit=share_of(7)).problems(problems).text
    assert len(text.encode("utf-8")) <= share_of(7)
    assert "more problems; the log of the run has them all" in text


def test_a_section_reads_back_and_the_last_one_of_a_target_counts(tmp_path: Path) -> None:
    """A job that is run again leaves another; a folder that is not there holds none."""
    first, second = WRITER.failed("no answer"), replace(WRITER.planned(full_plan()), digest_changed=True)
    later = replace(second, made=parse_utc_text("2026-11-23T10:00:00Z"))
    other = replace(first, target="outlet")
    for number, section in enumerate((later, first, other)):
        folder = tmp_path / str(number)
        folder.mkdir()
        write_section(folder / "section.json", section)
    assert read_sections([tmp_path, tmp_path / "missing"]) == [other, later]


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format_version": "2.0"}', "[" * 100_000])
def test_what_is_no_section_is_refused(tmp_path: Path, content: str) -> None:
    """By its file."""
    (tmp_path / "section.json").write_text(content)
    with pytest.raises(Refusal, match="this is no section"):
        read_sections([tmp_path])


def test_what_merging_leaves_can_be_pasted(tmp_path: Path) -> None:
    """As entries that the loader takes: all of it absent, or each item with its end, to delete lines from."""
    rows = (
        undeclared("customer"),
        replace(undeclared("season"), expires=parse_utc_text("2027-02-01T00:00:00Z")),
        undeclared("vip", facet=Facet.TAGS),
        undeclared(None, facet=None, of="quinn@email.com", id="41"),
        undeclared("press", NoLonger.FACET, of="rosa@email.com", id="42"),
    )
    left = contacts_left(mask(plan(undeclared=rows)))
    (tmp_path / "a.yaml").write_text(absent_entries(left))
    policy = Policy()
    absent = load_declarations(tmp_path, policy, root=tmp_path, now=NOW).declarations
    assert [(entry.id, entry.present) for entry in absent] == [("40", False), ("41", False)]
    (tmp_path / "a.yaml").write_text(item_entries(left))
    entries = load_declarations(tmp_path, policy, root=tmp_path, now=NOW).declarations
    assert [(entry.id, [role.reference for role in entry.roles or ()]) for entry in entries] == [
        ("40", ["customer", "season"]),
        ("41", []),
    ]
    assert "Merging takes nothing away from 2 contacts" in WRITER.planned(plan(undeclared=rows)).text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_name_ends_the_text_to_paste(hostile: str) -> None:
    """A name that can't be written as YAML leaves its contact out; a fence can't be closed."""
    rows = (undeclared(HOSTILE[hostile], facet=Facet.TAGS), undeclared("customer", id="41"))
    text = item_entries(contacts_left(plan(undeclared=rows)))
    assert "  - id: 41\n    roles: [customer]\n" in text
    assert all(line.startswith(("contacts:", "  ")) for line in text.splitlines())
    assert not any(
        line.lstrip().startswith("```") and len(line) - len(line.lstrip()) < 4 for line in text.splitlines()
    )
