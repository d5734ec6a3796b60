#!/usr/bin/env python3
"""Copies files of the repository into a folder, where the links between its pages still lead somewhere.

usage: bundle.py FOLDER WEB FROM=TO...

FROM is a file or folder of the repository, TO its place in FOLDER ('' is FOLDER itself). A link to something that is
copied too stays a link to it, one to anything else becomes WEB/PATH, or plain text where WEB is empty. What git does not
know is not copied.
"""

import os
import pathlib
import posixpath
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)#: ]+)(#[^)]*)?\)")


def known(path):
    """The files of the repository at a path; without git, those that are there."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", path], cwd=ROOT,
                            capture_output=True, text=True)
    if listed.returncode == 0:
        return [one for one in listed.stdout.split("\0") if one and (ROOT / one).is_file()]
    there = ROOT / path
    return [str(one.relative_to(ROOT)) for one in ([there] if there.is_file() else there.rglob("*")) if one.is_file()]


def places(pairs):
    """Where each file goes: its path in the repository, and in the folder."""
    found = {}
    for source, target in pairs:
        for path in known(source):
            below = posixpath.relpath(path, source)
            found[path] = posixpath.normpath(target if below == "." else posixpath.join(target, below))
    return found


def relinked(text, path, found, web):
    def link(match):
        words, target, rest = match[1], match[2], match[3] or ""
        aim = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        if aim in found:
            return f"[{words}]({posixpath.relpath(found[aim], posixpath.dirname(found[path]) or '.')}{rest})"
        return f"[{words}]({web}/{aim}{rest})" if web else words

    return LINK.sub(link, text)


def main():
    folder, web, *pairs = sys.argv[1:]
    found = places([pair.split("=", 1) for pair in pairs])
    for path, place in found.items():
        file = pathlib.Path(folder) / place
        file.parent.mkdir(parents=True, exist_ok=True)
        data = (ROOT / path).read_bytes()
        if path.endswith(".md"):
            data = relinked(data.decode(), path, found, web).encode()
        file.write_bytes(data)
        file.chmod(0o755 if os.access(ROOT / path, os.X_OK) else 0o644)


if __name__ == "__main__":
    main()
