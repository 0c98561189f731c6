"""How long loading declarations takes, compared with PyYAML's own fast loader on the same files.

    python bench/declare.py [CONTACTS] [CONTACTS_PER_FILE] [ROUNDS]

Both run in every round, and the ratio counts: the speed of the machine cancels out of it.
"""

import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from reconcile.declare.loader import load_declarations
from reconcile.declare.problems import ProblemList
from reconcile.declare.yaml.reader import read_tree
from reconcile.model.settings import Policy

ROLES = ("customer", "trade-account", "newsletter", "preview", "wholesale")

TAGS = ("ipswich", "vip", "trade", "spring", "north", "south")


def contact_text(number: int, chance: random.Random) -> str:
    """One contact of about eight lines, as people write them."""
    lines = [
        f"  - email: person{number}@example.com",
        "    profile:",
        f"      firstname: {chance.choice(('Ann', 'Bob', 'Cleo', 'Noor', 'Tom'))}",
        f"      lastname: {chance.choice(('Smith', 'Jones', 'Okafor', 'Lind'))}",
        f"      company: Company {number % 997}",
        "    roles:",
    ]
    for role in chance.sample(ROLES, chance.randint(1, 3)):
        if chance.random() < 1 / 3:
            day = f"2027-0{chance.randint(1, 9)}-15"
            lines.append(f"      - {{reference: {role}, expires: {day}, status: active}}")
        else:
            lines.append(f"      - {role}")
    if tags := chance.sample(TAGS, chance.randint(0, 4)):
        lines.append(f"    tags: [{', '.join(tags)}]")
    return "\n".join(lines) + "\n"


def write_folder(folder: Path, contacts: int, per_file: int) -> None:
    """Write the declarations; they are the same in every run."""
    chance = random.Random(1)
    for first in range(0, contacts, per_file):
        numbers = range(first, min(contacts, first + per_file))
        texts = (contact_text(number, chance) for number in numbers)
        (folder / f"{first:08}.yaml").write_text("contacts:\n" + "".join(texts), encoding="utf-8")


def pyyaml(folder: Path) -> None:
    """What is compared with: plain data, without checks and places."""
    loaded = [yaml.load(path.read_bytes(), yaml.CSafeLoader) for path in sorted(folder.iterdir())]
    assert loaded


def tree(folder: Path) -> None:
    """The nodes with their places, without the checks of declarations."""
    for path in sorted(folder.iterdir()):
        read_tree(path.read_bytes(), ProblemList(path.name, []))


def declarations(folder: Path) -> None:
    """All of it: nodes, checks, bundles, declarations."""
    assert load_declarations(folder, Policy(), root=folder)


def main(contacts: int = 100_000, per_file: int = 100, rounds: int = 3) -> None:
    """Measure all three in every round, and print the best round of each."""
    runs: tuple[Callable[[Path], None], ...] = (pyyaml, tree, declarations)
    best = dict.fromkeys(runs, float("inf"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_folder(folder, contacts, per_file)
        for _ in range(rounds):
            for run in runs:
                began = time.process_time()
                run(folder)
                best[run] = min(best[run], time.process_time() - began)
    for run, seconds in best.items():
        ratio = seconds / best[pyyaml]
        print(f"{run.__name__:14} {seconds / contacts * 1e6:6.1f} µs a contact   {ratio:5.2f} x pyyaml")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{contacts} contacts, {per_file} a file; peak of the whole run {peak} MiB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
