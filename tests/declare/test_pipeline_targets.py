"""Which targets a pipeline works on, by what `reconcile.yaml` says."""

from pathlib import Path

import pytest

from reconcile.declare.settings import load_settings

TARGETS = """\
version: 1
targets:
  sandbox: {kind: sandbox}
  shop: {kind: evance, account: example.evance.me}
  outlet: {kind: evance, account: outlet.evance.me, contacts: outlet/}
  local: {kind: sandbox, url: "http://127.0.0.1:8081"}
"""


@pytest.mark.parametrize(
    ("ci", "names"),
    [
        ("", ["shop", "outlet", "local"]),
        ("ci: {require-review: false}\n", ["shop", "outlet", "local"]),
        ("ci: {targets: [outlet, shop]}\n", ["shop", "outlet"]),
        ("ci: {targets: [sandbox]}\n", ["sandbox"]),
    ],
)
def test_the_targets_of_the_pipeline(ci: str, names: list[str], tmp_path: Path) -> None:
    """Every one but the embedded sandbox, which is nobody's account; else those that are named."""
    (tmp_path / "reconcile.yaml").write_text(TARGETS + ci, encoding="utf-8")
    settings = load_settings(tmp_path / "reconcile.yaml")
    assert [target.name for target in settings.ci_targets] == names
