"""The sources as a dictionary: path relative to the root -> text. The checks take such a
dictionary, so that their own tests can plant one."""

import pathlib

FOLDERS = ("sim", "models", "scenarios", "harness", "python", "tests")
TOP = ("CMakeLists.txt", "CMakePresets.json", "README.md", "CHANGELOG.md", "LICENSE", "dev",
       "pyproject.toml", ".ci/run", ".clang-format", ".clang-tidy", ".gitignore")
CODE = (".h", ".cpp")


def read_tree(root):
    """Every text file of the project; what is binary is left out."""
    root = pathlib.Path(root)
    paths = [root / name for name in TOP if (root / name).is_file()]
    for folder in FOLDERS:
        paths += (p for p in (root / folder).rglob("*") if p.is_file())
    files = {}
    for path in sorted(paths):
        if "__pycache__" in path.parts or ".pytest_cache" in path.parts:
            continue
        try:
            files[path.relative_to(root).as_posix()] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return files


def is_code(path):
    return path.endswith(CODE) and path.split("/")[0] in FOLDERS


def is_shell(path):
    """The SystemC shell of a model."""
    return path.rsplit(".", 1)[0].endswith("_module")


def is_pure(path):
    """Plain C++ by architecture: what travels on wires, faults, the journal, behaviour."""
    return path.startswith(("sim/wire/", "sim/fault/", "sim/trace/", "sim/guard/")) or (
        path.startswith("models/") and not is_shell(path))


def find_cycle(arrows):
    """One cycle of a graph node -> nodes, as a list that ends where it begins; or None."""
    done, path = set(), []

    def visit(node):
        if node in path:
            return path[path.index(node):] + [node]
        if node in done:
            return None
        path.append(node)
        for following in sorted(arrows.get(node, ())):
            cycle = visit(following)
            if cycle:
                return cycle
        path.pop()
        done.add(node)
        return None

    for node in sorted(arrows):
        cycle = visit(node)
        if cycle:
            return cycle
    return None
