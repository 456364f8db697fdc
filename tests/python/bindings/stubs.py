"""Holds a stub to its module: every public name of one is in the other, and what pybind11 writes
into docstrings (names of parameters, defaults, what is answered) is what the stub says."""

import ast
import dataclasses
import re
from collections.abc import Iterator
from typing import Any

SIMPLE = {"str", "int", "bool", "float", "bytes"}
Function = ast.FunctionDef


@dataclasses.dataclass(frozen=True)
class Signature:
    parameters: tuple[str, ...]  # "name", "name=", "/", "*", "*name", "**name"; "_" without a name
    returns: str


def _split(text: str) -> Iterator[str]:
    """At the commas that are in no bracket and no string."""
    part, depth, quoted = "", 0, False
    for character in text:
        quoted ^= character == "'"
        depth += 0 if quoted else (character in "[({<") - (character in "])}>")
        if character == "," and depth == 0 and not quoted:
            yield part.strip()
            part = ""
        else:
            part += character
    if part.strip():
        yield part.strip()


def signatures_of(name: str, doc: str | None) -> list[Signature]:
    """What pybind11 says of a function; one for each overload."""
    line = re.compile(rf"^(?:\d+\. )?{re.escape(name)}\((.*)\) -> (.+)$")
    found = [match for match in map(line.match, (doc or "").splitlines()) if match]
    if len(found) > 1:  # the first line is "name(*args, **kwargs)"
        found = [match for match in found if match[0][0].isdigit()]
    result = []
    for match in found:
        parameters = []
        for text in _split(match[1]):
            word = re.split(r"[:=]", text, maxsplit=1)[0].strip()
            word = "_" if re.fullmatch(r"arg\d+", word) else word
            parameters.append(word + ("=" if re.search(r"(?<!:)=", text) else ""))
        result.append(Signature(tuple(parameters), match[2]))
    return result


def signature_in_stub(function: Function) -> Signature:
    arguments = function.args
    words = [a.arg for a in [*arguments.posonlyargs, *arguments.args]]
    for index in range(len(words) - len(arguments.defaults), len(words)):
        words[index] += "="
    for index, word in enumerate(words):
        if index < len(arguments.posonlyargs) or word.startswith("__"):
            words[index] = "_" + ("=" if word.endswith("=") else "")
    if arguments.vararg:
        words.append("*" + arguments.vararg.arg)
    elif arguments.kwonlyargs:
        words.append("*")
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
        words.append(argument.arg + ("=" if default else ""))
    if arguments.kwarg:
        words.append("**" + arguments.kwarg.arg)
    return Signature(tuple(words), ast.unparse(function.returns) if function.returns else "")


def _same_return(runtime: str, stub: str) -> bool:
    if runtime == "None" or stub in ("None", "NoReturn"):
        return runtime == "None" and stub in ("None", "NoReturn")
    return not (runtime in SIMPLE and stub in SIMPLE) or runtime == stub


def _without_self(signature: Signature, static: bool) -> Signature:
    rest = signature.parameters if static else signature.parameters[1:]
    return dataclasses.replace(signature, parameters=tuple(p for p in rest if p != "/"))


def _compare(where: str, runtime: Any, functions: list[Function], static: bool) -> Iterator[str]:
    name = where.rsplit(".", 1)[-1]
    theirs = [_without_self(s, static) for s in signatures_of(name, runtime.__doc__)]
    mine = [_without_self(signature_in_stub(f), static) for f in functions]
    if len(theirs) != len(mine):
        yield f"{where}: {len(theirs)} signatures, {len(mine)} in the stub"
    for its, stub in zip(theirs, mine):
        if its.parameters != stub.parameters:
            yield f"{where}: parameters {its.parameters}, in the stub {stub.parameters}"
        if name != "__init__" and not _same_return(its.returns, stub.returns):
            yield f"{where}: answers {its.returns}, in the stub {stub.returns}"


def _declared(body: list[ast.stmt]) -> dict[str, list[ast.stmt]]:
    """Name -> its statements; imports and names with one underscore are the stub's own affair."""
    names: dict[str, list[ast.stmt]] = {}
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            names.setdefault(statement.name, []).append(statement)
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            names.setdefault(statement.target.id, []).append(statement)
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    names.setdefault(target.id, []).append(statement)
    return {name: found for name, found in names.items() if not re.match(r"_(?!_)", name)}


def _is_static(function: ast.stmt) -> bool:
    return isinstance(function, Function) and any(
        isinstance(d, ast.Name) and d.id == "staticmethod" for d in function.decorator_list)


def _check(where: str, runtime: dict[str, Any], body: list[ast.stmt], inside: bool
           ) -> Iterator[str]:
    declared = _declared(body)
    public = {name for name in runtime if not name.startswith("_")}
    for name in sorted(public - set(declared)):
        yield f"{where}.{name}: not in the stub"
    for name, statements in sorted(declared.items()):
        if name not in runtime:
            yield f"{where}.{name}: only in the stub"
            continue
        value = runtime[name]
        first = statements[0]
        if isinstance(first, ast.ClassDef):
            yield from _check(f"{where}.{name}", dict(vars(value)), first.body, True)
        elif isinstance(first, Function) and not isinstance(value, property):
            functions = [s for s in statements if isinstance(s, Function)]
            static = not inside or _is_static(first)
            if isinstance(value, staticmethod):
                value = value.__func__
            yield from _compare(f"{where}.{name}", value, functions, static)


def check_stub(module: Any, stub: str) -> list[str]:
    """What differs between a module made with pybind11 and the text of its stub."""
    return list(_check(module.__name__, dict(vars(module)), ast.parse(stub).body, False))
