#!/usr/bin/env python3
"""Makes a container image of a folder, without a container engine: a tar that `ctr images import` takes.

usage: image.py NAME FOLDER TAR [--user UID:GID] [--env NAME=VALUE]... [--label NAME=VALUE]... -- ENTRYPOINT [ARGUMENT...]
"""

import argparse
import hashlib
import io
import json
import tarfile


def without_time(member):
    member.mtime = 0
    return member


def layer_of(folder):
    """The folder's files as they are, but for the times."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        tar.add(folder, ".", filter=without_time)
    return layer.getvalue()


def config_of(options, layer):
    run = {"Entrypoint": options.entrypoint, "User": options.user, "Env": options.env,
           "Labels": dict(label.split("=", 1) for label in options.label)}
    return json.dumps({
        "architecture": "amd64", "os": "linux", "config": run,
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]}}).encode()


def write(options):
    layer = layer_of(options.folder)
    config = config_of(options, layer)
    name = hashlib.sha256(config).hexdigest() + ".json"
    manifest = [{"Config": name, "RepoTags": [options.name], "Layers": ["layer.tar"]}]
    with tarfile.open(options.tar, "w") as tar:
        for member, content in ((name, config), ("layer.tar", layer), ("manifest.json", json.dumps(manifest).encode())):
            info = tarfile.TarInfo(member)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    for name in ("name", "folder", "tar"):
        parser.add_argument(name)
    parser.add_argument("--user", default="")
    parser.add_argument("--env", action="append", default=["PATH=/usr/local/bin:/usr/bin:/bin"])
    parser.add_argument("--label", action="append", default=[])
    parser.add_argument("entrypoint", nargs="+")
    write(parser.parse_args())


main()
