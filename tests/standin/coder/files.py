"""/api/files/: upload, download, and raw with ranges, below the folder of --files."""

import os
import re
import urllib.parse

HOME = "/home/dev"
STEP = 65536
LIMIT = 200 * 1024 * 1024
TYPES = {".mp4": "video/mp4", ".png": "image/png", ".pdf": "application/pdf", ".txt": "text/plain"}
RANGE = re.compile(r"bytes=([0-9]*)-([0-9]*)")


def path_below(root, name):
    """A path as clients name it, absolute below /home/dev or relative to it; None when it leads out."""
    path = os.path.normpath(os.path.join(HOME, name))
    return root + path[len(HOME):] if (path + "/").startswith(HOME + "/") else None


def asked_range(field, size):
    """First and last byte of the one range that is asked for; None for any other request, and ValueError when there is no
    such byte."""
    found = RANGE.fullmatch(field)
    if not found or found[0] == "bytes=-":
        return None
    if found[1]:
        first = int(found[1])
        last = max(first, int(found[2] or size))
    else:
        first, last = max(0, size - int(found[2])), size
    if first >= size:
        raise ValueError
    return first, min(last, size - 1)


def send_file(http, path, with_ranges):
    if not os.path.isfile(path):
        http.error(404, "File not found")
        return
    size = os.path.getsize(path)
    try:
        part = asked_range(http.headers.get("Range", ""), size) if with_ranges else None
    except ValueError:
        http.begin(416, [("Content-Range", f"bytes */{size}"), ("Content-Length", "0")])
        return
    first, last = part or (0, size - 1)
    fields = [("Content-Type", TYPES.get(os.path.splitext(path)[1].lower(), "application/octet-stream")),
              ("Content-Length", str(last - first + 1))]
    if with_ranges:
        fields.append(("Accept-Ranges", "bytes"))
    if part:
        fields.append(("Content-Range", f"bytes {first}-{last}/{size}"))
    http.begin(206 if part else 200, fields)
    with open(path, "rb") as file:
        file.seek(first)
        for at in range(first, last + 1, STEP):
            http.send(file.read(min(STEP, last + 1 - at)))


def serve(http):
    """GET with ?path=. True when the path was one of these."""
    with_ranges = http.read in ("/api/files/raw", "/api/files/view")
    if not with_ranges and http.read != "/api/files/download":
        return False
    if not http.is_authorized():
        return True
    name = urllib.parse.parse_qs(http.query).get("path", [""])[0]
    path = path_below(http.server.options.files, name)
    if path:
        send_file(http, path, with_ranges)
    else:
        http.error(403, "path is outside the home folder")
    return True


def serve_upload(http):
    if http.routed != "/api/files/upload":
        return False
    if http.is_authorized():
        upload(http)
    return True


def upload(http):
    try:
        length = int(http.headers.get("Content-Length", 0))
    except ValueError:
        length = 0
    name = urllib.parse.unquote(http.headers.get("X-Filename", ""))
    folder = urllib.parse.unquote(http.headers.get("X-Dest-Path", "")) or HOME
    path = path_below(http.server.options.files, os.path.join(folder, name))
    if length <= 0:
        http.error(400, "empty body")
    elif length > LIMIT:
        http.error(413, "file too large")
    elif not path or not name:
        http.error(400, "invalid path")
    elif store(http, length, path) < length:
        http.error(400, "upload was cut short")
    else:
        http.json(201, {"ok": True, "filename": name, "size": length})


def store(http, length, path):
    """In steps, so what came of an aborted upload stays. Gives how much came."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    stored = 0
    with open(path, "wb", buffering=0) as file:
        while stored < length and (step := http.rfile.read(min(STEP, length - stored))):
            stored += file.write(step)
    return stored
