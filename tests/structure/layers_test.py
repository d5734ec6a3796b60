"""Tests of layers.py: each makes a small tree and looks at what is reported."""

import pathlib
import tempfile
import unittest

import layers

PAGE = """# Architecture

## Layers

| Layer | Folder | What lives there | May include |
|---|---|---|---|
| 0 | `src/base` | values | nothing |
| 1 | `src/http` | heads | base |
| 2 | `src/proxy` | connections | base, http |
| 3 | `src/cli` | commands | all |
| 4 | `src/main.cc` | main | cli |

## Libraries

| Library | Included as | Only in |
|---|---|---|
| Asio | `boost/asio` | `src/base/task.h`, `src/proxy` |
"""

GOOD = {
    "src/base/task.h": '#pragma once\n#include <boost/asio/awaitable.hpp>\n#include <string>\n',
    "src/base/log.h": "#include <string>\n",
    "src/base/log.cc": '#include "base/log.h"\n',
    "src/http/head.h": '#include "base/log.h"\n',
    "src/proxy/proxy.cc": '#include <boost/asio/write.hpp>\n\n#include "http/head.h"\n',
    "src/cli/run.cc": '#include "base/log.h"\n#include "proxy/proxy.h"\n',
    "src/main.cc": '#include "cli/cli.h"\n',
}


def report(changes, page=PAGE):
    """The violations of the good tree with `changes`: a path's new text, or None to leave it out."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for path, text in {**GOOD, **changes, layers.PAGE: page}.items():
            if text is not None:
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
        return list(layers.violations(root))


class LayersTest(unittest.TestCase):
    def test_a_tree_that_keeps_to_the_page_has_no_violation(self):
        self.assertEqual(report({}), [])

    def test_an_include_upwards_is_reported_with_its_line(self):
        self.assertEqual(
            report({"src/base/log.cc": '#include "base/log.h"\n\n#include "http/head.h"\n'}),
            ["src/base/log.cc:3: base includes http/head.h; it may include nothing"],
        )

    def test_an_include_of_a_neighbour_that_the_row_does_not_name_is_reported(self):
        page = PAGE.replace("| base, http |", "| base |")
        self.assertEqual(
            report({}, page),
            ["src/proxy/proxy.cc:3: proxy includes http/head.h; it may include base"],
        )

    def test_angle_brackets_do_not_hide_an_include(self):
        self.assertEqual(
            report({"src/base/log.cc": "#  include <proxy/proxy.h>\n"}),
            ["src/base/log.cc:1: base includes proxy/proxy.h; it may include nothing"],
        )

    def test_main_may_include_only_what_its_row_names(self):
        self.assertEqual(
            report({"src/main.cc": '#include "proxy/proxy.h"\n'}),
            ["src/main.cc:1: main.cc includes proxy/proxy.h; it may include cli"],
        )

    def test_a_quoted_include_that_is_no_path_from_src_is_reported(self):
        self.assertEqual(
            report({"src/base/log.cc": '#include "log.h"\n#include "../http/head.h"\n'}),
            [
                'src/base/log.cc:1: "log.h" is not a path from src',
                'src/base/log.cc:2: "../http/head.h" is not a path from src',
            ],
        )

    def test_a_library_outside_its_place_is_reported(self):
        self.assertEqual(
            report({"src/http/head.h": "#include <boost/asio/buffer.hpp>\n"}),
            [
                "src/http/head.h:1: Asio (boost/asio/buffer.hpp) may be seen only in "
                "src/base/task.h, src/proxy"
            ],
        )

    def test_a_place_that_is_a_file_does_not_open_its_folder(self):
        self.assertEqual(len(report({"src/base/log.h": "#include <boost/asio.hpp>\n"})), 1)

    def test_a_folder_that_the_page_does_not_name_is_reported(self):
        self.assertEqual(
            report({"src/queue/queue.h": "#pragma once\n"}),
            ["docs/architecture.md: src/queue is missing in the table of layers"],
        )

    def test_a_row_without_a_folder_is_reported(self):
        self.assertEqual(
            report({"src/cli/run.cc": None}),
            ["docs/architecture.md: the table of layers names src/cli, which does not exist"],
        )

    def test_a_row_that_allows_its_own_height_is_reported(self):
        page = PAGE.replace("| heads | base |", "| heads | base, proxy |")
        self.assertEqual(
            report({}, page),
            ["docs/architecture.md: src/http may include proxy, which is not below it"],
        )

    def test_a_row_that_allows_an_unknown_folder_is_reported(self):
        page = PAGE.replace("| heads | base |", "| heads | base, sockets |")
        self.assertEqual(
            report({}, page),
            ["docs/architecture.md: src/http may include 'sockets', which is no layer of the table"],
        )

    def test_a_page_without_its_table_ends_the_check(self):
        with self.assertRaisesRegex(SystemExit, "no section 'Libraries'"):
            report({}, PAGE.split("## Libraries")[0])


if __name__ == "__main__":
    unittest.main()
