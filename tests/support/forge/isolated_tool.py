"""The tool as a pipeline installs it: in an environment of its own, started isolated (``python -I``)."""

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parents[3]


def install_tool(home: Path) -> Path:
    """Make a virtual environment with this checkout's package in it; its Python.

    It has our locked dependencies from the environment of the tests, as nothing is fetched here. A Python
    that is started isolated reads neither ``PYTHONPATH`` nor the folder that it is started in.
    """
    packages = home / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    packages.mkdir(parents=True)
    (home / "bin").mkdir()
    python = home / "bin" / "python"
    python.symlink_to(Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}")
    (home / "pyvenv.cfg").write_text(
        f"home = {sys.base_prefix}/bin\ninclude-system-site-packages = false\n", encoding="utf-8"
    )
    (packages / "reconcile").symlink_to(ROOT / "reconcile")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python
