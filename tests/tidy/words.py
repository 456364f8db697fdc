"""Words that do not belong into the sources: paths of one machine, hosts, notes to oneself."""

import re

# Hosts of URLs that sources may name: standards, name spaces, documents.
HOSTS = {"json-schema.org", "www.apache.org", "www.w3.org", "keepachangelog.com", "semver.org",
         "pid.codes", "127.0.0.1", "localhost", "example.com", "example.org", "example.invalid"}
URL = re.compile(r"\bhttps?://([^/\s\"'<>)\]:]+)", re.I)

WORDS = (
    ("path of one machine", re.compile(r"(?<![\w.$}])/(work|root|home)/|/tmp/b-")),
    ("registry host", re.compile(
        r"\b(pypi\.org|files\.pythonhosted\.org|(deb|security|snapshot)\.debian\.org|"
        r"registry\.npmjs\.org|(index\.|static\.)?crates\.io|proxy\.golang\.org|ghcr\.io|"
        r"(registry\.)?(hub\.)?docker\.(io|com)|quay\.io|gcr\.io|artifactory\S*)\b", re.I)),
    ("note to oneself", re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")),
    ("placeholder", re.compile(r"\bplaceholders?\b", re.I)),
)
# Where a word has a meaning of its own: `${name}` in scenarios; this list and its test.
MEANT = {
    "placeholder": ("harness/scenario/reference.cpp", "harness/scenario/schema.cpp",
                    "scenarios/schema/scenario.schema.json"),
}
OWN = ("tests/tidy/words.py", "tests/tidy/test_tidy.py")


def check_words(files, root=None):
    """root: where the tree lies; that path is in no file either."""
    found = []
    for path, text in files.items():
        if path in OWN:
            continue
        if root and len(str(root)) > 4 and str(root) in text:
            found.append(f"{path}: {root}")
        for number, line in enumerate(text.splitlines(), 1):
            for what, pattern in WORDS:
                match = pattern.search(line)
                if match and path not in MEANT.get(what, ()):
                    found.append(f"{path}:{number}: {what}: {match[0]}")
            for match in URL.finditer(line):
                if match[1].lower() not in HOSTS:
                    found.append(f"{path}:{number}: unknown host: {match[1]}")
    return found
