"""What is measured: each contender is one command in a fresh process, and a proof that it did the work."""

import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.account import Account

ROOT = Path(__file__).parent.parent

OCTODNS = ROOT / ".venv-bench" / "bin" / "python"
"""The environment that `make bench` makes from ``bench/requirements.txt``."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a row is measured on. ``differing``: how many contacts, and how many records, a plan must find."""

    project: Path
    zone: Path
    account: Account
    declared: int
    differing: int


@dataclass(frozen=True, slots=True)
class Contender:
    """A command. ``proof`` is a pattern of what it prints when it did the work.

    ``cold``: what an earlier plan kept is removed before. ``times_itself``: its seconds stand in its output.
    """

    command: tuple[str, ...]
    folder: Path
    proof: str = ""
    cold: bool = True
    times_itself: bool = False

    def prepare(self) -> None:
        if self.cold:
            shutil.rmtree(self.folder / ".reconcile", ignore_errors=True)

    def did(self, output: str) -> bool:
        """True when the output proves that the work was done."""
        return re.search(self.proof, output) is not None


def environment() -> Mapping[str, str]:
    """The same for all: nothing of who measures gets in, but where programs are and which language."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    keys = {"EVANCE_CLIENT_ID": "bench", "EVANCE_PRIVATE_KEY": "bench"}
    return {**kept, **keys, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'bench'}", "NO_COLOR": "1"}


def _reconcile(scene: Scene, *arguments: str, proof: str, cold: bool = True) -> Contender:
    return Contender((sys.executable, "-m", "reconcile", *arguments), scene.project, proof, cold)


def _planned(scene: Scene) -> str:
    if not scene.differing:
        return f"{scene.declared:,} unchanged|No changes"
    return rf"Plan: {scene.differing:,} contacts? to update, {scene.declared - scene.differing:,} unchanged"


def _load_yaml(scene: Scene) -> Contender:
    command = (sys.executable, "-m", "bench.load_yaml", str(scene.project / "contacts"))
    return Contender(command, scene.project, times_itself=True)


def _script(scene: Scene) -> Contender:
    script = str(ROOT / "bench" / "plain_script.py")
    command = (sys.executable, script, "contacts", f"http://{scene.account.host}")
    return Contender(command, scene.project, rf"(?m)^{scene.differing} contacts differ$")


def _octodns(scene: Scene) -> Contender:
    code = "import sys; from octodns.cmds.sync import main; sys.exit(main())"
    command = (str(OCTODNS), "-c", code, "--config-file", str(scene.zone / "config.yaml"))
    return Contender(
        command, scene.zone, rf"Updates={scene.differing}, Deletes=0, Existing={scene.declared},"
    )


CONTENDERS: Mapping[str, Callable[[Scene], Contender]] = {
    "bare": lambda scene: Contender((sys.executable, "-c", "pass"), scene.project),
    "help": lambda scene: _reconcile(scene, "--help", proof="(?i)usage"),
    "yaml": _load_yaml,
    "validate": lambda scene: _reconcile(scene, "validate", proof=f"{scene.declared:,}"),
    "plan": lambda scene: _reconcile(scene, "plan", proof=_planned(scene)),
    "plan-again": lambda scene: _reconcile(scene, "plan", proof=_planned(scene), cold=False),
    "script": _script,
    "octodns": _octodns,
}
"""In a row they run in this order, round by round. `plan-again` finds what `plan` has kept."""
