"""The files in an artifact's archive. It may come from anybody: nothing is unpacked to disk here."""

from collections.abc import Iterator
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from reconcile.errors import Refusal

LARGEST = 256 * 1024 * 1024
"""Maximum number of bytes in all, unpacked. They are counted while reading: a ZIP bomb names fewer."""

MOST = 10_000
"""Maximum number of files: a year of journals, one an hour, and the records."""


def members(archive: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file, in order. Refusal: it is no archive, or one that is far too large."""
    left = LARGEST
    try:
        with ZipFile(BytesIO(archive)) as opened:
            files = [info for info in opened.infolist() if not info.is_dir()]
            if len(files) > MOST:
                raise Refusal(f"the artifact holds more than {MOST} files")
            for info in files:
                with opened.open(info) as file:
                    content = file.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise Refusal(f"the artifact holds more than {LARGEST} bytes")
                yield info.filename, content
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise Refusal(f"the artifact is not a readable archive ({type(error).__name__})") from None
