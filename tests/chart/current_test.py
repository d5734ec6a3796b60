"""What scripts make out of the chart is what the repository has."""

import unittest

from world import ROOT, TOOLS, kubeconform, run


class Current(unittest.TestCase):
    def test_the_charts_README(self):
        status, out, err = run([ROOT / "scripts/chart_readme", "--check"])
        self.assertEqual(status, 0, err)

    def test_the_manifests(self):
        status, out, err = run([ROOT / "scripts/manifests", "--check"])
        self.assertEqual(status, 0, err)

    def test_each_folder_of_manifests_builds_and_is_valid(self):
        folders = sorted(file.parent for file in (ROOT / "manifests").glob("*/kustomization.yaml")
                         if "kind: Component" not in file.read_text())
        self.assertEqual([one.name for one in folders], ["monitoring", "policy", "workspace"])
        for folder in folders:
            with self.subTest(folder=folder.name):
                status, out, err = run([TOOLS / "kustomize", "build", folder])
                self.assertEqual(status, 0, err)
                self.assertEqual(kubeconform(out), "")

    def test_files_that_are_no_part_of_a_kustomization_by_themselves_are_valid_too(self):
        for file in (ROOT / "manifests/workspace").glob("*.yaml"):
            if file.name != "kustomization.yaml":
                self.assertEqual(kubeconform(file.read_text()), "")


if __name__ == "__main__":
    unittest.main()
