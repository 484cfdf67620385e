"""The process of the server that a run starts: `python -P serving.py PLACE WORDS...`.

It runs the command line with WORDS, which ends when standard input does, and deletes PLACE.
A failure leaves the file failed.txt in PLACE until then, for the processes that wait.
"""

import os
import runpy
import shutil
import sys
from pathlib import Path

FAILED = "failed.txt"


def main(place: Path, *words: str) -> None:
    """Run the command line in this process, and delete `place` at the end of standard input."""
    sys.argv = ["bambleweeny", *words]
    status: object = 1
    try:
        runpy.run_module("bambleweeny", run_name="__main__", alter_sys=True)
    except SystemExit as ex:
        status = ex.code
    finally:
        if status:
            (place / FAILED).touch()
            while os.read(0, 1 << 12):
                pass
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
