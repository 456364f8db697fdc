"""What C++ gives (python/core/)."""

version: str

def main(arguments: list[bytes], name: str) -> int:
    """The command line `uketsuke` with these arguments; the exit code. Hints to the person call the
    program `name`. Ctrl-C acts as on the program while it runs."""
