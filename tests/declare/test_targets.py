"""How many requests at a time a target gets, by what `reconcile.yaml` says."""

from pathlib import Path

import pytest

from reconcile.declare.settings import load_settings


@pytest.mark.parametrize(
    ("target", "workers"),
    [
        ("{kind: evance, account: example.evance.me}", 8),
        ("{kind: evance, account: example.evance.me, rate: 0.5}", 8),
        ("{kind: evance, account: example.evance.me, rate: 20}", 32),
        ("{kind: evance, account: example.evance.me, rate: 900}", 64),
        ("{kind: evance, account: example.evance.me, rate: 20, concurrency: 3}", 3),
        ("{kind: sandbox}", 8),
    ],
)
def test_the_workers_are_enough_for_the_rate(target: str, workers: int, tmp_path: Path) -> None:
    """Rate times 1.6 seconds at a real account, unless a number is written."""
    (tmp_path / "reconcile.yaml").write_text(f"version: 1\ntargets:\n  shop: {target}\n", encoding="utf-8")
    (made,) = load_settings(tmp_path / "reconcile.yaml").targets
    assert made.concurrency == workers
