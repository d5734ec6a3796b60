#!/usr/bin/env python3
"""Writes an image for several architectures as one archive in the layout of the Open Container Initiative.

usage: oci_archive.py ARCHIVE NAME SECONDS ARCHITECTURE=FOLDER...

A FOLDER has `root`, what is in the image, and `config.json`, as an engine's inspect shows it. All is dated SECONDS since
1970, so that the same input gives the same bytes, which no engine promises of its own archives. Prints the digest of the
index, by which the image can be pulled once it is pushed.
"""

import datetime
import gzip
import hashlib
import io
import json
import pathlib
import sys
import tarfile

OCI = "application/vnd.oci.image"
# What an engine fills in beyond these is its own default.
KEPT = ("User", "Env", "Entrypoint", "Cmd", "WorkingDir", "Labels", "ExposedPorts", "StopSignal")


def digest_of(data):
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def as_json(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def packed(entries, seconds):
    """A tar archive of (name, mode, content), where a content of None is a folder."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, mode, content in entries:
            info = tarfile.TarInfo(name)
            info.mode, info.mtime = mode, seconds
            if content is None:
                info.type = tarfile.DIRTYPE
            else:
                info.size = len(content)
            tar.addfile(info, io.BytesIO(content or b""))
    return buffer.getvalue()


def entries_of(root):
    """The files below a folder, and the folders that hold one. An engine adds empty files for what it mounts."""
    files = sorted(one for one in root.rglob("*") if one.is_file() and one.stat().st_size)
    folders = {folder for one in files for folder in one.relative_to(root).parents if folder.name}
    return ([(str(one), 0o755, None) for one in sorted(folders)] +
            [(str(one.relative_to(root)), one.stat().st_mode & 0o777, one.read_bytes()) for one in files])


class Layout:
    def __init__(self, seconds):
        self.seconds = seconds
        self.date = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.blobs = {}

    def add(self, data, kind, **more):
        """Keeps a blob, and returns its descriptor."""
        digest = digest_of(data)
        self.blobs[digest] = data
        return {"mediaType": f"{OCI}.{kind}", "digest": digest, "size": len(data), **more}

    def image(self, architecture, folder):
        tar = packed(entries_of(folder / "root"), self.seconds)
        told = json.loads((folder / "config.json").read_text())
        config = {"created": self.date, "architecture": architecture, "os": "linux",
                  "config": {name: told[name] for name in KEPT if told.get(name)},
                  "rootfs": {"type": "layers", "diff_ids": [digest_of(tar)]},
                  "history": [{"created": self.date, "created_by": "Dockerfile"}]}
        manifest = {"schemaVersion": 2, "mediaType": f"{OCI}.manifest.v1+json",
                    "config": self.add(as_json(config), "config.v1+json"),
                    "layers": [self.add(gzip.compress(tar, mtime=0), "layer.v1.tar+gzip")]}
        platform = {"architecture": architecture, "os": "linux"}
        return self.add(as_json(manifest), "manifest.v1+json", platform=platform), config["config"]["Labels"]

    def write(self, archive, name, folders):
        images = [self.image(architecture, pathlib.Path(folder)) for architecture, folder in folders]
        index = self.add(as_json({"schemaVersion": 2, "mediaType": f"{OCI}.index.v1+json",
                                  "manifests": [descriptor for descriptor, _ in images], "annotations": images[0][1]}),
                         "index.v1+json", annotations={"org.opencontainers.image.ref.name": name})
        files = [("oci-layout", as_json({"imageLayoutVersion": "1.0.0"})),
                 ("index.json", as_json({"schemaVersion": 2, "manifests": [index]}))]
        files += [(f"blobs/{digest.replace(':', '/')}", data) for digest, data in sorted(self.blobs.items())]
        archive.write_bytes(packed([(path, 0o644, data) for path, data in files], self.seconds))
        return index["digest"]


def main():
    archive, name, seconds, *folders = sys.argv[1:]
    print(Layout(int(seconds)).write(pathlib.Path(archive), name, [one.split("=", 1) for one in folders]))


if __name__ == "__main__":
    main()
