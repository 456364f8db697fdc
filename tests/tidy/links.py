"""Which library may link what. CMake writes the link lines down when it configures
(tests/tidy/CMakeLists.txt): one line `target|type|folder|library;library...` each."""

import re

from layers import Includes, folder
from tree import find_cycle, is_shell

# Names on link lines of libraries that are not ours.
OUTSIDE = (
    ("systemc", re.compile(r"(PkgConfig::SYSTEMC|(-l)?systemc)$")),
    ("libusb", re.compile(r"PkgConfig::LIBUSB|(-l)?usb-1\.0$")),
    ("pcsc", re.compile(r"PkgConfig::PCSC|(-l)?pcsclite$")),
    ("yaml-cpp", re.compile(r"(-l)?yaml-cpp")),
    ("CLI11", re.compile(r"CLI11::CLI11")),
    ("openssl", re.compile(r"OpenSSL::|(-l)?(crypto|ssl)$")),
)
PURE_NEVER = {"systemc", "libusb", "pcsc", "yaml-cpp", "CLI11"}
# Folders whose libraries may name one of them on their own link line (tests/ is free).
PLACES = {
    "systemc": ("sim/kernel",), "libusb": ("sim/gateway",), "pcsc": ("sim/gateway",),
    "yaml-cpp": ("harness/yaml",), "CLI11": ("harness/cli",),
    # evidence: CMS (RFC 5652)
    "openssl": ("models/crypto", "sim/trace", "sim/guard", "harness/evidence"),
}


class Target:
    def __init__(self, line):
        self.name, self.kind, self.folder, libraries = line.split("|")
        libraries = re.sub(r"\$<LINK_ONLY:([^>]*)>", r"\1", libraries)
        self.libraries = {name for name in libraries.split(";")
                          if name and not name.startswith("::@")}

    def is_module(self):
        return self.name.endswith("_module")

    def is_pure(self):
        return self.folder in ("sim/wire", "sim/fault", "sim/trace", "sim/guard") or (
            self.folder.startswith("models/") and not self.is_module())

    def outside(self):
        return {name for library in self.libraries for name, pattern in OUTSIDE
                if pattern.match(library)}


def read_targets(text):
    targets = (Target(line) for line in text.splitlines() if line)
    return {target.name: target for target in targets}


def closure(targets, name):
    """The targets of ours that this one links, itself included, and the libraries from outside."""
    ours, outside, todo = set(), set(), [name]
    while todo:
        target = targets[todo.pop()]
        if target.name in ours:
            continue
        ours.add(target.name)
        outside |= target.outside()
        todo += (library for library in target.libraries if library in targets)
    return ours, outside


def _arrows(targets):
    for target in targets.values():
        ours, outside = closure(targets, target.name)
        top = target.folder.split("/")[0]
        tops = {targets[name].folder.split("/")[0] for name in ours}
        forbidden = {"sim": {"models", "harness", "python", "tests"},
                     "models": {"harness", "python", "tests"},
                     "harness": {"python", "tests"}}.get(top, set())
        for other in sorted(tops & forbidden):
            yield f"{target.name} ({target.folder}) links {other}/"
        if target.is_pure():
            for library in sorted(outside & PURE_NEVER):
                yield f"{target.name} ({target.folder}) links {library}"
            for module in sorted(name for name in ours if targets[name].is_module()):
                yield f"{target.name} ({target.folder}) links the shell {module}"
        if target.name.startswith("unit_") and "systemc" in outside:
            yield f"{target.name}: a unit test has no kernel"


def _places(targets):
    for target in targets.values():
        if target.folder.startswith("tests"):
            continue
        for library in sorted(target.outside()):
            if target.folder not in PLACES[library]:
                yield f"{target.name} ({target.folder}) names {library}"


def _includes_are_linked(targets, files):
    """A folder whose headers are included is on the link line."""
    homes = {}
    for target in targets.values():
        homes.setdefault((folder(target.folder), target.is_module()), set()).add(target.name)
    linked = {home: set().union(*(closure(targets, name)[0] for name in names))
              for home, names in homes.items()}
    for path, others in Includes(files).ours.items():
        home = (folder(path), is_shell(path))
        if path.startswith("tests/") or home not in linked:
            continue
        for other, line in others.items():
            wanted = homes.get((folder(other), is_shell(other)), set())
            if wanted and not wanted & linked[home]:
                yield f"{path}:{line}: includes {other} without linking {sorted(wanted)[0]}"


def check_links(text, files):
    targets = read_targets(text)
    if not targets:
        return ["no link lines"]
    cycle = find_cycle({t.name: t.libraries & set(targets) for t in targets.values()})
    return [*([f"link cycle: {' -> '.join(cycle)}"] if cycle else []), *_arrows(targets),
            *_places(targets), *_includes_are_linked(targets, files)]
