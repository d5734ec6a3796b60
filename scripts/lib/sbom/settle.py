#!/usr/bin/env python3
"""Writes lists of an image's packages as they are published: none too many or too few, and the same bytes each time.

usage: settle.py ROOT FOUND INTO

Reads FOUND.spdx.json and FOUND.cdx.json, which syft has made of the image's root folder ROOT, and writes INTO.spdx.json and
INTO.cdx.json. Their date is SOURCE_DATE_EPOCH. syft gives each document a random identity; here it is made of what is in it.
"""

import datetime
import json
import os
import pathlib
import re
import sys
import uuid

IDENTITIES = "https://taskgate.dev/sbom/"


def packages_in(root):
    """(name, version) of each package that the image says it holds; a scanner reads the same files."""
    entries = (file.read_text(encoding="utf-8") for file in sorted((root / "var/lib/dpkg/status.d").iterdir()))
    return {tuple(re.search(rf"^{key}: (.*)$", entry, re.MULTILINE)[1] for key in ("Package", "Version"))
            for entry in entries}


def packages_of_spdx(document):
    described = {one["relatedSpdxElement"] for one in document["relationships"] if one["relationshipType"] == "DESCRIBES"}
    return {(one["name"], one["versionInfo"]) for one in document["packages"] if one["SPDXID"] not in described}


def packages_of_cyclonedx(document):
    return {(one["name"], one["version"]) for one in document["components"] if one["type"] != "operating-system"}


def check(kind, said, held):
    wrong = [f"{kind} lacks {name} {version}" for name, version in sorted(held - said)]
    wrong += [f"{kind} names {name} {version}, which is not in the image" for name, version in sorted(said - held)]
    if wrong:
        sys.exit("\n".join(wrong))


def identity_of(document):
    return uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(document, sort_keys=True))


def settle_spdx(document, date):
    document["creationInfo"]["created"] = date
    document["documentNamespace"] = ""
    document["documentNamespace"] = f"{IDENTITIES}{identity_of(document)}"


def settle_cyclonedx(document, date):
    document["metadata"]["timestamp"] = date
    document["serialNumber"] = ""
    document["serialNumber"] = identity_of(document).urn


def main():
    root, found, into = sys.argv[1:]
    date = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    held = packages_in(pathlib.Path(root))
    for end, packages, settle in ((".spdx.json", packages_of_spdx, settle_spdx),
                                  (".cdx.json", packages_of_cyclonedx, settle_cyclonedx)):
        document = json.loads(pathlib.Path(found + end).read_text(encoding="utf-8"))
        check(end[1:], packages(document), held)
        settle(document, date.strftime("%Y-%m-%dT%H:%M:%SZ"))
        pathlib.Path(into + end).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
