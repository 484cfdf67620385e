"""The files of an executable, which all workers read from one archive."""

import os
from io import BytesIO
from zipfile import ZipFile

from bambleweeny.resources import opened

TEXT = os.urandom(300_000)


def archive() -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as written:
        for name in ("a", "b"):
            written.writestr(f"console/{name}", TEXT)
    return file.getvalue()


def test_a_worker_reads_no_wrong_bytes_while_another_one_reads():
    folder = opened(archive()) / "console"
    assert {file.name for file in folder.iterdir()} == {"a", "b"}
    with (folder / "a").open("rb") as file:
        first = file.read(100_000)
        pid = os.fork()
        if not pid:
            os._exit((folder / "b").read_bytes() != TEXT)
        assert os.waitpid(pid, 0)[1] == 0
        assert first + file.read() == TEXT
