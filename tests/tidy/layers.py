"""Which file may include what: the layering of the architecture, told by the #include lines."""

import posixpath
import re

from tree import find_cycle, is_code, is_pure, is_shell

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)

# What a header that is not ours belongs to.
LIBRARIES = (
    ("systemc", re.compile(r"(systemc|tlm)(\.h)?$|sysc/|tlm_core/|tlm_utils/")),
    ("libusb", re.compile(r"(libusb-1\.0/)?libusb\.h$")),
    ("pcsc", re.compile(r"(PCSC/.*|winscard\.h|wintypes\.h|pcsclite\.h)$")),
    ("yaml-cpp", re.compile(r"yaml-cpp/")),
    ("CLI11", re.compile(r"CLI/")),
    ("nlohmann-json", re.compile(r"nlohmann/")),
    ("openssl", re.compile(r"openssl/")),
    ("pugixml", re.compile(r"pug(ixml|iconfig)\.hpp$")),
    ("pybind11", re.compile(r"(pybind11/.*|Python\.h)$")),
)

# Where each of them may be included directly. tests/ may include anything, tests/unit no SystemC.
PLACES = {
    "systemc": lambda p: p.startswith(("sim/kernel/", "sim/channel/"))
    or (p.startswith("models/") and is_shell(p)) or p.startswith("tests/sim/"),
    "libusb": lambda p: p.startswith("sim/gateway/"),
    "pcsc": lambda p: p.startswith("sim/gateway/"),
    "yaml-cpp": lambda p: p.startswith("harness/yaml/"),
    "CLI11": lambda p: p.startswith("harness/cli/command_line"),
    "nlohmann-json": lambda p: p.endswith(".cpp"),
    "openssl": lambda p: p.startswith("models/crypto/")
    or p in ("sim/trace/journal.cpp", "sim/guard/keyed_digest.cpp",
             "harness/evidence/signature.cpp", "harness/evidence/signing_key.cpp",
             "harness/evidence/openssl_owned.h"),
    "pugixml": lambda p: p.startswith("sim/wire/oqs/"),
    "pybind11": lambda p: p.startswith("python/"),
}
# What plain C++ may not even reach through other headers.
IMPURE = ("systemc", "libusb", "pcsc", "yaml-cpp", "CLI11", "nlohmann-json", "pybind11")

RANK = {"sim": 0, "models": 1, "harness": 2, "python": 3, "tests": 4}
# Arrows inside sim/; a folder that is not named here has none.
SIM = {
    "wire": set(), "fault": {"wire"}, "trace": {"wire"}, "kernel": {"wire"},
    "guard": {"wire", "trace"},
    "channel": {"wire", "fault", "trace", "kernel"},
    "gateway": {"wire", "trace", "kernel", "channel", "guard"},
}


def library_of(name):
    return next((library for library, pattern in LIBRARIES if pattern.match(name)), None)


class Includes:
    """The #include lines of a tree, resolved from the root (tests: also beside the file)."""

    def __init__(self, files):
        self.ours, self.libraries, self.unknown = {}, {}, []
        for path, text in files.items():
            if is_code(path):
                self._read(path, text, files)
        self._reached = {}

    def _read(self, path, text, files):
        self.ours[path], self.libraries[path] = {}, {}
        for match in INCLUDE.finditer(text):
            line, name = text.count("\n", 0, match.start(2)) + 1, match[2]
            beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
            if name in files:
                self.ours[path][name] = line
            elif path.startswith("tests/") and beside in files:
                self.ours[path][beside] = line
            elif library_of(name):
                self.libraries[path][library_of(name)] = line
            elif match[1] == '"':
                self.unknown.append(f'{path}:{line}: no "{name}" below the root')

    def reached(self, path):
        """Library -> chain of project files through which this file includes it."""
        if path not in self._reached:
            self._reached[path] = {}  # ends the walk in a cycle, which is reported by itself
            found = {library: [path] for library in self.libraries[path]}
            for other in self.ours[path]:
                for library, chain in self.reached(other).items():
                    found.setdefault(library, [path, *chain])
            self._reached[path] = found
        return self._reached[path]


def folder(path):
    """The unit of an arrow: sim/wire, models/card, harness/run."""
    return "/".join(path.split("/")[:2])


def _direct(includes):
    for path, libraries in includes.libraries.items():
        for library, line in libraries.items():
            if path.startswith("tests/") and library != "systemc":
                continue
            if not PLACES[library](path):
                yield f"{path}:{line}: {library} has no place here"


def _may_not_reach(path, library):
    if path.startswith("tests/unit/"):
        return library == "systemc"
    return is_pure(path) and library in IMPURE


def _transitive(includes):
    for path in includes.ours:
        for library, chain in includes.reached(path).items():
            # Only where the chain leaves what is plain: those before it have no other fault.
            if len(chain) > 1 and _may_not_reach(path, library) and \
                    not _may_not_reach(chain[1], library):
                yield f"{path}: reaches {library} through {' -> '.join(chain[1:])}"


def _arrows(includes):
    for path, others in includes.ours.items():
        for other, line in others.items():
            mine, its = path.split("/"), other.split("/")
            if RANK[its[0]] > RANK[mine[0]]:
                yield f"{path}:{line}: {mine[0]}/ may not know {its[0]}/ ({other})"
            elif mine[0] == its[0] == "sim" and mine[1] != its[1] and \
                    its[1] not in SIM.get(mine[1], set()):
                yield f"{path}:{line}: {folder(path)} may not know {folder(other)}"


def _cycles(includes):
    cycle = find_cycle(includes.ours)
    if cycle:
        yield f"include cycle: {' -> '.join(cycle)}"
    for depth, top in ((2, ("sim", "models", "harness", "python")), (3, ("sim/wire",))):
        graph = {}
        for path, others in includes.ours.items():
            if not path.startswith(tuple(t + "/" for t in top)):
                continue
            mine = "/".join(path.split("/")[:-1][:depth])
            theirs = {"/".join(o.split("/")[:-1][:depth]) for o in others}
            graph.setdefault(mine, set()).update(theirs - {mine})
        cycle = find_cycle(graph)
        if cycle:
            yield f"cycle of folders: {' -> '.join(cycle)}"


def _references(includes):
    """The reference models of explore are typed from the seed: they know nothing else of ours."""
    mine = "harness/explore/reference"
    for path, others in includes.ours.items():
        if not path.startswith(mine):
            continue
        for other, line in others.items():
            if not other.startswith(mine):
                yield f"{path}:{line}: a reference model includes {other}"
        for library, line in includes.libraries[path].items():
            yield f"{path}:{line}: a reference model includes {library}"


def _own_header_first(files):
    """So that compiling the source proves that the header stands alone (CMakeLists.txt)."""
    for path, text in files.items():
        own = path[:-len(".cpp")] + ".h"
        if path.endswith(".cpp") and own in files:
            first = INCLUDE.search(text)
            if not first or first[2] != own:
                yield f"{path}: its own header comes first"


def check_layers(files):
    includes = Includes(files)
    return [*includes.unknown, *_direct(includes), *_transitive(includes), *_arrows(includes),
            *_cycles(includes), *_references(includes), *_own_header_first(files)]


def check_once(files):
    return [f"{path}: #pragma once is missing" for path, text in files.items()
            if path.endswith(".h") and not re.search(r"^#pragma once$", text, re.M)]
