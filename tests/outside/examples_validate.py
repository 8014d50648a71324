"""Every example in the document is valid against its schema (JSON Schema 2020-12, formats included)."""

import json
import sys

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from house import TOP

ROOT = "urn:document"
document = json.loads((TOP / "openapi/openapi.json").read_text())
registry = Registry().with_resource(ROOT, Resource.from_contents(document, default_specification=DRAFT202012))
faults, seen = [], 0


def check(example, pointer, schema):
    """`schema` stands at `pointer`; it is named by reference, so that references inside it are found."""
    global seen
    seen += 1
    validator = Draft202012Validator({"$ref": f"{ROOT}#{pointer}"}, registry=registry, format_checker=FormatChecker())
    faults.extend(f"{pointer}: {fault.json_path} {fault.message}" for fault in validator.iter_errors(example))


def walk(node, pointer):
    if isinstance(node, list):
        for at, inner in enumerate(node):
            walk(inner, f"{pointer}/{at}")
    if not isinstance(node, dict):
        return
    # A parameter, header or media type: its examples belong to the schema beside them.
    if "schema" in node and not pointer.endswith("/properties"):
        if "example" in node:
            check(node["example"], f"{pointer}/schema", node["schema"])
        for named in node.get("examples", {}).values():
            if "value" in named:
                check(named["value"], f"{pointer}/schema", node["schema"])
    # A schema of its own.
    elif {"type", "$ref", "allOf", "oneOf", "enum"} & node.keys() and not pointer.endswith("/properties"):
        for example in node.get("examples", []) + ([node["example"]] if "example" in node else []):
            check(example, pointer, node)
    for name, inner in node.items():
        if name not in ("example", "examples", "enum", "const", "default"):
            escaped = name.replace("~", "~0").replace("/", "~1")
            # A pointer in a URI fragment is percent-encoded where it holds braces.
            walk(inner, f"{pointer}/{escaped.replace('{', '%7B').replace('}', '%7D')}")


walk(document["paths"], "/paths")
walk(document["components"], "/components")
missing = [
    f"{method} {path}"
    for path, item in document["paths"].items()
    for method, operation in item.items()
    if operation.get("requestBody") and not all("example" in c or "examples" in c for c in operation["requestBody"]["content"].values() if "json" in str(c))
]
if faults or missing or seen < 100:
    sys.exit("\n".join([f"{len(faults)} faults in {seen} examples", *faults[:50], *(f"no example: {m}" for m in missing)]))
print(f"examples validate: {seen} examples, no fault")
