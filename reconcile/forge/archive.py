"""Small files out of a ZIP archive that may come from anybody: nothing is unpacked to disk here."""

from collections.abc import Iterator
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from reconcile.errors import Refusal

LARGEST = 256 * 1024 * 1024
"""Bytes in all, unpacked. A ZIP bomb says less than it holds, so what is read is what counts."""

MOST = 1_000


def members(archive: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file, in order. Refusal: it is no archive, or one that is far too large."""
    left = LARGEST
    try:
        with ZipFile(BytesIO(archive)) as opened:
            entries = [entry for entry in opened.infolist() if not entry.is_dir()]
            if len(entries) > MOST:
                raise Refusal(f"the artifact holds more than {MOST} files")
            for entry in entries:
                with opened.open(entry) as file:
                    content = file.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise Refusal(f"the artifact holds more than {LARGEST} bytes")
                yield entry.filename, content
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise Refusal(f"the artifact is not a readable archive ({type(error).__name__})") from None
