#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes the JSON schemas of some objects out of Kubernetes' swagger.json.

usage: kubernetes_schemas.py SWAGGER_JSON FOLDER

One file for each kind, named as the kind in small letters, without references to other files, and
strict: an object has no members but those of its schema.
"""
import json
import sys
from pathlib import Path

KINDS = {
    "deployment": "io.k8s.api.apps.v1.Deployment",
    "configmap": "io.k8s.api.core.v1.ConfigMap",
    "secret": "io.k8s.api.core.v1.Secret",
    "persistentvolumeclaim": "io.k8s.api.core.v1.PersistentVolumeClaim",
}
# Definitions that say less than the server takes.
SPECIAL = {
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {"type": ["string", "integer"]},
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {"type": ["string", "number"]},
}
PREFIX = "#/definitions/"


def resolved(schema, definitions):
    if isinstance(schema, list):
        return [resolved(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(PREFIX)
        return SPECIAL.get(name) or resolved(definitions[name], definitions)
    out = {key: resolved(value, definitions) for key, value in schema.items()
           if not key.startswith("x-kubernetes")}
    if isinstance(out.get("properties"), dict) and "additionalProperties" not in out:
        out["additionalProperties"] = False
    return out


def main():
    definitions = json.loads(Path(sys.argv[1]).read_text())["definitions"]
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for kind, name in KINDS.items():
        schema = resolved(definitions[name], definitions)
        schema["required"] = ["apiVersion", "kind", "metadata"]
        (folder / f"{kind}.json").write_text(json.dumps(schema))


if __name__ == "__main__":
    main()
