"""The command `uketsuke`, in the process of the interpreter: `python3 -m uketsuke`."""

import os
import sys
from typing import NoReturn

if not __package__:  # run as a file: the package is the one that the file is of
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from uketsuke import _core


def _name() -> str:
    if os.path.basename(sys.argv[0]) == "__main__.py":
        return f"{sys.orig_argv[0]} -m uketsuke"
    return sys.argv[0]


def main() -> NoReturn:
    """Ends the process with the exit code of the command."""
    sys.exit(_core.main([os.fsencode(argument) for argument in sys.argv[1:]], _name()))


if __name__ == "__main__":
    main()
