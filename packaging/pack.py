"""Pack a folder for the launcher: a tar file without times and owners, then zstd."""

import io
import sys
import tarfile
from pathlib import Path

import zstandard


def pack(folder: Path) -> bytes:
    """Answer the packed folder; the same folder gives the same bytes."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        # NOTE: the program comes last: where it is, unpacking went to its end.
        program = folder / "bambleweeny"
        for path in [*sorted(set(folder.rglob("*")) - {program}), program]:
            tar.add(path, path.relative_to(folder), recursive=False, filter=_anonymous)
    return zstandard.ZstdCompressor(level=22).compress(whole.getvalue())


def _anonymous(file: tarfile.TarInfo) -> tarfile.TarInfo:
    if len(file.name) >= 100:
        raise SystemExit(f"pack.py: {file.name} is too long a name for launcher.c")
    file.uid = file.gid = file.mtime = 0
    file.uname = file.gname = ""
    file.mode = 0o700 if file.mode & 0o100 else 0o600
    return file


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(pack(Path(sys.argv[1])))
