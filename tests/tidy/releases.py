"""Features of a release are data: no behaviour asks which release it is."""

import re

# A release's id as a literal, or the id of a release in an expression.
ASKS = re.compile(r'"(20\d\d-\d\d|planned)"|\brelease_?\w*\s*(\.|->)\s*id\b|\brelease_id\b')
# The default of the parameter that carries the id.
MEANT = {("models/backend/parameters.h", 'std::string id = "2024-12";')}


def check_releases(files):
    found = []
    for path, text in files.items():
        if not path.startswith(("models/", "sim/")) or not path.endswith((".h", ".cpp")):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            code = line.split("//")[0]
            if ASKS.search(code) and (path, code.strip()) not in MEANT:
                found.append(f"{path}:{number}: asks which release it is: {code.strip()}")
    return found
