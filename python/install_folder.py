"""install_folder.py PREFIX: where a package goes below this prefix so that this Python finds it:
one of the folders that it searches, or else one that is called like the first of them."""

import site
import sys


def install_folder(prefix: str, folders: list[str]) -> str:
    for folder in folders:
        if folder.startswith((f"{prefix}/lib/", f"{prefix}/lib64/")):
            return folder
    return f"{prefix}/lib/" + folders[0].split("/lib/", 1)[-1]


if __name__ == "__main__":
    print(install_folder(sys.argv[1].rstrip("/"), site.getsitepackages()))
