"""validate.py SCENARIOS FOLDER...: scenarios against SCENARIOS/schema/scenario.schema.json.

Every YAML file with the key `uketsuke` has to be valid; a few damaged copies have to be refused.
"""
import copy
import json
import pathlib
import re
import sys

try:
    import jsonschema
    import yaml
except ImportError:
    print("jsonschema or PyYAML is not installed")
    sys.exit(77)


class Loader(yaml.SafeLoader):
    """YAML 1.2: dates stay text, and `on` is a word."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, expression) for tag, expression in resolvers
            if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def damaged(good):
    """Copies that must not be valid."""
    def copy_with(change):
        data = copy.deepcopy(good)
        change(data)
        return data
    yield copy_with(lambda d: d.pop("scenario"))
    yield copy_with(lambda d: d.update(scenari="x"))
    yield copy_with(lambda d: d.update(uketsuke=2))
    yield copy_with(lambda d: d["steps"].append({"do": {"pres": "x"}}))
    yield copy_with(lambda d: d["steps"].append({"do": "press"}))
    yield copy_with(lambda d: d["steps"].append({"do": {"press": "x", "click": "y"}}))
    yield copy_with(lambda d: d["steps"].append({"do": {"show_face": 1001}}))
    yield copy_with(lambda d: d["steps"].append({"expect": {"mode": "visual"}}))
    yield copy_with(lambda d: d["given"].update(terminal={"signed_in": "guest"}))


def main(folders):
    schema = json.loads(
        (pathlib.Path(folders[0]) / "schema" / "scenario.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    seen = bad = 0
    for folder in folders:
        for path in sorted(pathlib.Path(folder).rglob("*.yaml")):
            data = yaml.load(path.read_text(encoding="utf-8"), Loader)
            if not isinstance(data, dict) or "uketsuke" not in data or "scenario" not in data:
                continue
            seen += 1
            for error in validator.iter_errors(data):
                bad += 1
                print(f"{path}: {list(error.absolute_path)}: {error.message[:200]}")
            for number, wrong in enumerate(damaged(data) if path.name == "example.yaml" else ()):
                if validator.is_valid(wrong):
                    bad += 1
                    print(f"{path}: damaged copy {number} is taken for valid")
    print(f"{seen} scenarios, {bad} errors")
    return 1 if bad or not seen else 0


sys.exit(main(sys.argv[1:]))
