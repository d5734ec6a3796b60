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

    @unittest.skipUnless(os.uname().machine == "x86_64" and shutil.which("git"), "needs amd64 and git")
    def test_images_of_what_is_not_committed_are_refused_and_it_is_named(self):
        run("git", "init", "-q", cwd=self.folder)
        run("git", "add", ".", cwd=self.folder)
        run("git", "-c", "user.name=a", "-c", "user.email=a@localhost", "commit", "-qm", "all", cwd=self.folder)
        (self.folder / "cosign.key").touch()
        message = run("scripts/release", VERSION, cwd=self.folder).stderr
        self.assertIn("not committed", message)
        self.assertEqual(message.splitlines()[1:], ["?? cosign.key"])

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
        # `helm push` makes it a part of what it pushes.
        dates = {(self.folder / place / f"dist/taskgate-{VERSION}.tgz").stat().st_mtime for place in ("a", "another place", "b")}
        self.assertEqual(len(dates), 1)

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


class Sbom(InAFolder):
    """The lists of an image's packages, made of what syft has found."""

    HELD = {"libc6": "2.36-9", "libstdc++6": "12.2.0-14"}

    def settled(self, name, found, date="1700000000"):
        """The two documents of an image that holds HELD."""
        status = self.folder / name / "root/var/lib/dpkg/status.d"
        status.mkdir(parents=True)
        for package, version in self.HELD.items():
            (status / package).write_text(f"Package: {package}\nSource: made (9.9)\nVersion: {version}\nDepends: libgcc-s1\n")
        for end, document in found.items():
            (self.folder / name / f"found.{end}").write_text(json.dumps(document))
        done = run(LIB / "sbom/settle.py", self.folder / name / "root", self.folder / name / "found", self.folder / name / "made",
                   env={**os.environ, "SOURCE_DATE_EPOCH": date})
        if done.returncode:
            return done.stderr
        return {end: (self.folder / name / f"made.{end}").read_text() for end in found}

    @staticmethod
    def found(packages, run=1):
        """As syft writes it: with a time and an identity of each run."""
        return {
            "spdx.json": {
                "creationInfo": {"created": f"2026-01-0{run}T00:00:00Z"},
                "documentNamespace": f"https://syft.example/{run}",
                "packages": [{"SPDXID": "image", "name": "taskgate", "versionInfo": "1.2.3"},
                             *({"SPDXID": name, "name": name, "versionInfo": version} for name, version in packages.items())],
                "relationships": [
                    {"spdxElementId": "document", "relatedSpdxElement": "image", "relationshipType": "DESCRIBES"},
                    *({"spdxElementId": "image", "relatedSpdxElement": name, "relationshipType": "CONTAINS"} for name in packages)]},
            "cdx.json": {
                "serialNumber": f"urn:uuid:{run}",
                "metadata": {"timestamp": f"2026-01-0{run}T00:00:00Z"},
                "components": [
                    {"type": "operating-system", "name": "debian", "version": "12"},
                    *({"type": "library", "name": name, "version": version} for name, version in packages.items())]}}

    def test_the_same_image_gives_the_same_bytes(self):
        first = self.settled("a", self.found(self.HELD))
        self.assertEqual(first, self.settled("b", self.found(self.HELD, run=2)))
        self.assertEqual(json.loads(first["spdx.json"])["creationInfo"]["created"], "2023-11-14T22:13:20Z")
        self.assertEqual(json.loads(first["cdx.json"])["metadata"]["timestamp"], "2023-11-14T22:13:20Z")

    def test_each_list_has_an_identity_of_its_own(self):
        first = self.settled("a", self.found(self.HELD))
        other = self.settled("b", self.found(self.HELD), date="1700000001")
        for end, key in (("spdx.json", "documentNamespace"), ("cdx.json", "serialNumber")):
            self.assertNotEqual(json.loads(first[end])[key], json.loads(other[end])[key])

    def test_a_package_too_few_or_too_many_is_told(self):
        one = {"libc6": self.HELD["libc6"]}
        self.assertEqual(self.settled("a", self.found(one)), "spdx.json lacks libstdc++6 12.2.0-14\n")
        self.assertEqual(self.settled("b", {**self.found(self.HELD), "cdx.json": self.found(one)["cdx.json"]}),
                         "cdx.json lacks libstdc++6 12.2.0-14\n")
        self.assertEqual(self.settled("c", self.found({**self.HELD, "zlib1g": "1.2"})),
                         "spdx.json names zlib1g 1.2, which is not in the image\n")

    def test_another_version_of_a_package_is_told(self):
        self.assertEqual(self.settled("a", self.found({**self.HELD, "libc6": "2.37"})),
                         "spdx.json lacks libc6 2.36-9\nspdx.json names libc6 2.37, which is not in the image\n")


if __name__ == "__main__":
    sys.exit(unittest.main())
