"""Targets in a pipeline: a name that would lead elsewhere, or to another one's credential, is refused."""

import pytest

from reconcile.model.settings import Target, TargetKind
from reconcile.pipeline.matrix import reasons_against_targets


def shop(name: str, account: str = "") -> Target:
    return Target(name, TargetKind.EVANCE, account=account or f"{name}.evance.me")


@pytest.mark.parametrize("name", ["shop", "Shop-2", "a.b_c", "9"])
def test_a_plain_name_is_worked_on(name: str) -> None:
    assert list(reasons_against_targets([shop(name), shop("outlet")])) == []


ODD = [
    "../../out",
    "a/b",
    "a b",
    "shop, outlet",
    "shop) / Apply (outlet",
    "$(id)",
    "-x",
    "",
    "ä",
    "a\nb",
    "x" * 64,
]


@pytest.mark.parametrize("name", ODD)
def test_an_odd_name_is_refused(name: str) -> None:
    """It could be a path in the folder of what is kept, or another target's in the name of a job."""
    (reason,) = reasons_against_targets([shop(name, "odd.evance.me"), shop("outlet")])
    assert "can't be worked on in a pipeline" in reason
    assert "\n" not in reason


def test_two_names_of_one_environment_are_refused() -> None:
    (reason,) = reasons_against_targets([shop("Shop"), shop("shop")])
    assert "would have the same environments" in reason


def test_two_names_of_one_account_are_refused() -> None:
    (reason,) = reasons_against_targets([shop("a", "X.evance.me"), shop("b", "x.evance.me")])
    assert "two jobs would write at once" in reason
