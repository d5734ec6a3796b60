"""What scripts/release checks, and what it makes without an image."""

import hashlib
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIB = ROOT / "scripts/lib"
RELEASE = (ROOT / "scripts/release").read_text()
VERSION = re.search(r"project\(taskgate VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
CARRIERS = re.search(r"^CARRIERS=\(([^)]*)\)", RELEASE, re.MULTILINE)[1].split()
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#: ]+)(?:#[^)]*)?\)")


def run(*command, cwd=ROOT, **more):
    return subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True, timeout=900, **more)


def released(folder, **environment):
    """The files of a release without images, by name."""
    done = run("scripts/release", VERSION, "--without-images", f"--into={folder}/dist",
               env={**os.environ, "TASKGATE_SOURCE": "https://code.example/taskgate", **environment})
    if done.returncode:
        raise AssertionError(done.stderr)
    return {file.name: file.read_bytes() for file in (folder / "dist").iterdir()}


class InAFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)


class Version(InAFolder):
    """The script among copies of the files that name the version, and nothing else: past the check it finds no tools."""

    def setUp(self):
        super().setUp()
        for name in ("scripts/release", *CARRIERS):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.folder / name)

    def said(self, version):
        done = run("scripts/release", version, "--without-images", cwd=self.folder)
        self.assertNotEqual(done.returncode, 0)
        return done.stderr

    def test_that_of_the_sources_passes(self):
        self.assertIn("scripts/lib/chart_tools", self.said(VERSION))

    def test_another_is_refused_and_the_way_to_raise_it_works(self):
        message = self.said("98.7.6")
        for line in (f"CMakeLists.txt: {VERSION}", f"charts/taskgate/Chart.yaml: version {VERSION}",
                     f"charts/taskgate/Chart.yaml: appVersion {VERSION}", "manifests/source/Chart.yaml: does not name it"):
            self.assertIn(f"\n  {line}\n", message)
        raising = next(line for line in message.splitlines() if line.startswith("  sed "))
        self.assertEqual(run("bash", "-c", raising, cwd=self.folder).returncode, 0)
        self.assertIn("scripts/lib/chart_tools", self.said("98.7.6"))
        self.assertIn(f"this is not {VERSION}", self.said(VERSION))

    def test_one_file_that_lags_behind_is_named_alone(self):
        chart = self.folder / "charts/taskgate/Chart.yaml"
        chart.write_text(chart.read_text().replace(f'appVersion: "{VERSION}"', 'appVersion: "0.0.9"'))
        message = self.said(VERSION)
        self.assertEqual(message.splitlines()[1:3], ["  charts/taskgate/Chart.yaml: appVersion 0.0.9", "to make it so:"])

    def test_what_is_no_version_is_refused(self):
        for version in ("1.2", "v1.2.3", "1.2.3-rc1", "1.2.3 "):
            self.assertIn(f"'{version}' is no version; write it as 1.2.3", self.said(version))

    def test_nothing_is_made_of_a_word_that_is_no_flag(self):
        for word in ("--without-image", "--into", "--into="):
            self.assertEqual(run("scripts/release", VERSION, word, cwd=self.folder).returncode, 64)

    def test_a_folder_that_holds_something_else_is_left_alone(self):
        (self.folder / "notes").mkdir()
        done = run("scripts/release", VERSION, "--without-images", "--into=notes", cwd=self.folder)
        self.assertEqual(done.stderr, "release: 'notes' holds no release, and is not written over\n")


class WithoutImages(InAFolder):
    def test_the_same_sources_give_the_same_bytes(self):
        first = released(self.folder / "a")
        # What differs from machine to machine: who may read what is made, and the place.
        self.assertEqual(first, released(self.folder / "another place", TZ="Asia/Tokyo"))
        mask = os.umask(0o077)
        self.addCleanup(os.umask, mask)
        self.assertEqual(first, released(self.folder / "b"))

    def test_the_sums_and_the_provenance_name_every_file(self):
        files = released(self.folder)
        sums = dict(reversed(line.split("  ")) for line in files["SHA256SUMS"].decode().splitlines())
        self.assertEqual(sums, {name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != "SHA256SUMS"})
        statement = json.loads(files[f"taskgate-provenance-{VERSION}.json"])
        self.assertEqual({one["name"]: one["digest"]["sha256"] for one in statement["subject"]},
                         {name: sum for name, sum in sums.items() if "provenance" not in name})
        self.assertEqual(statement["predicate"]["buildDefinition"]["externalParameters"]["source"],
                         "https://code.example/taskgate")

    def test_no_page_has_a_link_that_leads_nowhere(self):
        for name, data in released(self.folder).items():
            if not name.endswith("gz"):
                continue
            with tarfile.open(fileobj=io.BytesIO(data)) as tar:
                names = {one.name for one in tar}
                pages = {one: tar.extractfile(one).read().decode() for one in names if one.endswith(".md")}
            self.assertTrue({one for one in names if one.endswith("/LICENSE")}, name)
            for page, text in pages.items():
                for link in LINK.findall(text):
                    self.assertIn(os.path.normpath(os.path.join(os.path.dirname(page), link)), names, page)

    def test_the_chart_says_where_it_comes_from(self):
        released(self.folder)
        tools = run("scripts/lib/chart_tools").stdout.strip()
        chart = run(f"{tools}/helm", "show", "chart", self.folder / f"dist/taskgate-{VERSION}.tgz").stdout
        for line in ("home: https://code.example/taskgate", "- https://code.example/taskgate", "icon: data:image/svg+xml,",
                     "- name: taskgate maintainers", "artifacthub.io/license: Apache-2.0"):
            self.assertIn(line, chart)


class Archive(InAFolder):
    """The images' archive, of folders that an engine might have left."""

    def folder_of(self, name):
        root = self.folder / name / "root"
        (root / "usr/bin").mkdir(parents=True)
        (root / "dev").mkdir()
        (root / "usr/bin/program").write_text(name)
        (root / "usr/bin/program").chmod(0o755)
        (root / "etc-of-the-engine").touch()
        (self.folder / name / "config.json").write_text(json.dumps(
            {"User": "1000:1000", "Entrypoint": ["/usr/bin/program"], "Labels": {"a": "b"}, "Hostname": "builder"}))
        return f"{name}={self.folder / name}"

    def archive(self, name, *folders):
        done = run(LIB / "oci_archive.py", self.folder / name, "1.2.3", "1700000000", *folders)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip(), (self.folder / name).read_bytes()

    def test_each_blob_is_what_its_digest_says_and_every_one_is_named(self):
        digest, data = self.archive("x.tar", self.folder_of("amd64"), self.folder_of("arm64"))
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            files = {one.name: tar.extractfile(one).read() for one in tar}
        blobs = {name.rpartition("/")[2]: blob for name, blob in files.items() if name.startswith("blobs/")}
        for name, blob in blobs.items():
            self.assertEqual(hashlib.sha256(blob).hexdigest(), name)
        self.assertEqual(json.loads(files["index.json"])["manifests"][0]["digest"], digest)
        index = json.loads(blobs[digest.removeprefix("sha256:")])
        self.assertEqual([one["platform"]["architecture"] for one in index["manifests"]], ["amd64", "arm64"])
        for entry in index["manifests"]:
            manifest = json.loads(blobs[entry["digest"].removeprefix("sha256:")])
            config = json.loads(blobs[manifest["config"]["digest"].removeprefix("sha256:")])
            self.assertEqual(config["architecture"], entry["platform"]["architecture"])
            self.assertEqual(config["config"], {"User": "1000:1000", "Entrypoint": ["/usr/bin/program"], "Labels": {"a": "b"}})
            with tarfile.open(fileobj=io.BytesIO(blobs[manifest["layers"][0]["digest"].removeprefix("sha256:")])) as layer:
                self.assertEqual([(one.name, oct(one.mode), one.uid) for one in layer],
                                 [("usr", "0o755", 0), ("usr/bin", "0o755", 0), ("usr/bin/program", "0o755", 0)])

    def test_the_same_files_give_the_same_bytes(self):
        folder = self.folder_of("amd64")
        first = self.archive("x.tar", folder)
        os.utime(self.folder / "amd64/root/usr/bin/program", (1, 1))
        os.chmod(self.folder / "amd64/root/usr", 0o700)
        self.assertEqual(first, self.archive("y.tar", folder))


if __name__ == "__main__":
    sys.exit(unittest.main())
