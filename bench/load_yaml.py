"""Y, the measure of all others: PyYAML's own fast loader over the same files, to plain data.

    python -m bench.load_yaml FOLDER

prints the seconds of processor and the seconds that the loading took: without the start of the interpreter.
"""

import json
import sys
import time
from pathlib import Path

import yaml


def main(folder: str) -> None:
    """Load all files, and keep what they hold, as who goes on with it must."""
    began, processor = time.perf_counter(), time.process_time()
    loaded = [yaml.load(path.read_bytes(), yaml.CSafeLoader) for path in sorted(Path(folder).iterdir())]
    figures = {"processor": time.process_time() - processor, "seconds": time.perf_counter() - began}
    print(json.dumps({**figures, "files": len(loaded)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
