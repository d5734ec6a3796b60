#!/usr/bin/env python3
"""Prints what a release was made of, as an in-toto statement with SLSA's provenance (version 1), which cosign can sign.

usage: provenance.py VERSION REVISION SOURCE INDEX BASE FILE...

SOURCE is the address of the source, INDEX the digest of the image's index, BASE the name and id of the builder's image
(NAME=ID); all of them may be empty. No time is in it, so that who makes the release again gets the same bytes.
"""

import hashlib
import json
import pathlib
import sys


def subject(name, digest):
    return {"name": name, "digest": {"sha256": digest.removeprefix("sha256:")}}


def statement(version, revision, source, index, base, files):
    subjects = [subject(file.name, hashlib.sha256(file.read_bytes()).hexdigest()) for file in files]
    if index:
        subjects.append(subject("taskgate", index))
    materials = [{"uri": f"git+{source}" if source else "git+file:taskgate", "digest": {"gitCommit": revision}}]
    if base:
        name, _, digest = base.rpartition("=")
        materials.append({"uri": f"oci:{name}", **subject("builder", digest)})
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects,
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "https://taskgate.dev/release/v1",
                "externalParameters": {"command": f"./dev release {version}", "version": version, "source": source},
                "resolvedDependencies": materials,
            },
            "runDetails": {"builder": {"id": "https://taskgate.dev/release/v1"}},
        },
    }


def main():
    *words, = sys.argv[1:6]
    print(json.dumps(statement(*words, [pathlib.Path(name) for name in sys.argv[6:]]), indent=1))


if __name__ == "__main__":
    main()
