"""Ratchets: length of headers, sources, lines and functions. Lengths of lines are in characters;
what stands between the quotes of a raw string is data and has no limit."""

import ast
import bisect
import re

from tree import CODE

LIMITS = {"header": 200, "source": 600, "line": 100, "function": 70}
LINES_OF = (".h", ".cpp", ".in", ".py", "CMakeLists.txt", ".cmake", "dev")

# Longest first, so that a quote inside a comment is no string and the other way round.
_SKIPPED = re.compile(
    r'//(?:\\\n|[^\n])*|/\*.*?\*/|R"([^()\s\\]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'|^[ \t]*#(?:\\\n|[^\n])*"
    r"|^BOOST_AUTO_TEST_SUITE(?:_END)?\([^\n]*", re.S | re.M)
_SCOPE = re.compile(r"(inline\s+)?namespace\b|extern\s+_\s*$|(class|struct|union)\b[^()]*$")


def _blank(match):
    filler = "_" if match[0][0] in "\"'R" else ""
    return filler + re.sub(r"[^\n]", "", match[0])


def code_only(text):
    """The text without comments, strings and preprocessor lines; as many lines as before."""
    return _SKIPPED.sub(_blank, text)


def _closing(text, start):
    """Where the brace that opens at start is closed."""
    depth = 0
    for match in re.compile(r"[{}]").finditer(text, start):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.start()
    return len(text) - 1


def _is_function(head):
    head = re.sub(r"\boperator\s*\S+?\s*(?=\()", "operator", head)
    call, assigned = head.find("("), head.find("=")
    if 0 <= assigned and (call < 0 or assigned < call):
        return "](" in head or head.rstrip().endswith("]")  # a lambda with a name
    return call >= 0


def cpp_functions(text):
    """(line, length, first words) of every function; lambdas belong to what they stand in."""
    code = code_only(text)
    starts = [0, *(m.end() for m in re.finditer("\n", code))]

    def line(position):
        return bisect.bisect_right(starts, position)

    functions, head, position = [], 0, 0
    end_of_head = re.compile(r"[;{}]")
    goes_on = re.compile(r"\s*[,{]")
    while True:
        match = end_of_head.search(code, position)
        if not match:
            return functions
        position = match.end()
        if match[0] != "{":
            head = position
            continue
        words = re.sub(r"^(\s*template\s*<[^{};]*?>\s*(?=[\w\[]))+", "", code[head:match.start()])
        words = re.sub(r"\[\[.*?\]\]|\b(public|private|protected)\s*:(?!:)", "", words).strip()
        if _SCOPE.match(words):
            head = position
            continue
        end = _closing(code, match.start())
        position = end + 1
        if words.count("(") > words.count(")") or goes_on.match(code, position):
            continue  # `f(T x = {})`, `: member_{value}, other_{value} {`: still the head
        if _is_function(words):
            begin = head + len(code[head:]) - len(code[head:].lstrip())
            functions.append((line(begin), line(end) - line(begin) + 1, words.split("\n")[0]))
        head = position


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno - node.lineno + 1, node.name


def _without_raw_strings(text):
    keep = re.compile(r'(R"([^()\s\\]{0,16})\()(.*?)(\)\2")|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.S)
    return keep.sub(lambda m: m[1] + re.sub(r"[^\n]", "", m[3]) + m[4] if m[1] else m[0], text)


def measure(files):
    """(kind, path, line, size) of everything that has a limit."""
    for path, text in files.items():
        lines = text.splitlines()
        if path.endswith((".h", ".cpp", ".py")):
            yield "header" if path.endswith(".h") else "source", path, len(lines), len(lines)
        if path.endswith(LINES_OF) or path == "dev":
            code = _without_raw_strings(text) if path.endswith(CODE) else text
            for number, content in enumerate(code.splitlines(), 1):
                yield "line", path, number, len(content)
        if path.endswith(CODE):
            for number, length, _ in cpp_functions(text):
                yield "function", path, number, length
        if path.endswith(".py"):
            for number, length, _ in python_functions(text):
                yield "function", path, number, length


def check_sizes(files, allowed):
    """allowed: (kind, path) -> the largest size in that file today; it may only shrink."""
    worst, found = {}, []
    for kind, path, line, size in measure(files):
        worst[kind, path] = max(size, worst.get((kind, path), 0))
        if size > allowed.get((kind, path), LIMITS[kind]):
            found.append(f"{path}:{line}: {kind} of {size}, "
                         f"limit {allowed.get((kind, path), LIMITS[kind])}")
    for (kind, path), size in allowed.items():
        now = worst.get((kind, path), 0)
        if now < size:
            found.append(f"{path}: the largest {kind} is {now} now, not {size}: " + (
                "put that into the allow list" if now > LIMITS[kind] else
                "take it off the allow list"))
    return found
