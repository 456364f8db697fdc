"""Holds the sources to the architecture; and each check is seen to fail on a planted violation."""

import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from allowed import ALLOWED  # noqa: E402
from layers import check_layers, check_once  # noqa: E402
from links import check_links  # noqa: E402
from releases import check_releases  # noqa: E402
from sizes import check_sizes, cpp_functions  # noqa: E402
from tree import read_tree  # noqa: E402
from words import check_words  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
KERNEL = {"sim/kernel/simulation.h": "#pragma once\n#include <systemc>\n"}


def including(*names):
    return "".join(f'#include "{n}"\n' if "." in n and "/" in n and n.split("/")[0] in (
        "sim", "models", "harness", "python", "tests") else f"#include <{n}>\n" for n in names)


class Planted(unittest.TestCase):
    def only(self, found, *parts):
        """Exactly one finding, and it names these."""
        self.assertEqual(len(found), 1, found)
        for part in parts:
            self.assertIn(part, found[0])


class Project(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.files = read_tree(ROOT)

    def none(self, found):
        if found:
            self.fail("\n" + "\n".join(found))

    def test_there_are_sources(self):
        for folder in ("sim/wire/", "sim/kernel/", "models/card/", "harness/run/", "tests/unit/"):
            self.assertGreater(sum(p.startswith(folder) for p in self.files), 2, folder)

    def test_includes(self):
        self.none(check_layers(self.files))
        self.none(check_once(self.files))

    def test_link_lines(self):
        path = os.environ.get("UKETSUKE_LINK_LINES")
        if not path:
            self.skipTest("UKETSUKE_LINK_LINES does not name what CMake wrote")
        text = pathlib.Path(path).read_text(encoding="utf-8")
        self.assertIn("\nuketsuke_card_module|", text)
        self.none(check_links(text, self.files))

    def test_sizes(self):
        self.none(check_sizes(self.files, ALLOWED))

    def test_words(self):
        self.none(check_words(self.files, ROOT))

    def test_releases(self):
        self.none(check_releases(self.files))


class Layers(Planted):
    def test_what_is_right_is_let_through(self):
        files = {
            **KERNEL, "sim/wire/bytes.h": "#pragma once\n", "models/card/card.h": "",
            "models/card/card.cpp": including("models/card/card.h", "sim/wire/bytes.h"),
            "models/card/card_module.h": including("models/card/card.h", *KERNEL),
            "harness/bench/world.cpp": including("models/card/card_module.h"),
            "harness/yaml/yaml.h": including("yaml-cpp/mark.h"),
            "harness/cli/command_line.cpp": including("CLI/CLI.hpp"),
            "sim/trace/journal.cpp": including("openssl/sha.h", "nlohmann/json.hpp"),
            "tests/unit/card/fixture.h": "",
            "tests/unit/card/card_test.cpp": '#include "fixture.h"\n',
        }
        self.assertEqual(check_layers(files), [])

    def test_libraries_in_the_wrong_place(self):
        for path, name in (
                ("sim/wire/a.h", "systemc"), ("sim/fault/a.cpp", "systemc.h"),
                ("sim/trace/a.cpp", "tlm_utils/simple_target_socket.h"),
                ("models/card/card.cpp", "systemc"), ("harness/bench/world.cpp", "systemc"),
                ("tests/unit/card/a.cpp", "systemc"), ("models/card/card.h", "yaml-cpp/yaml.h"),
                ("harness/scenario/load.cpp", "yaml-cpp/yaml.h"),
                ("models/terminal/a.cpp", "winscard.h"), ("sim/wire/a.cpp", "libusb-1.0/libusb.h"),
                ("harness/cli/console.cpp", "CLI/CLI.hpp"), ("sim/wire/a.h", "nlohmann/json.hpp"),
                ("sim/trace/tap.cpp", "openssl/sha.h"), ("models/card/a.cpp", "openssl/evp.h"),
                ("harness/report/a.cpp", "pugixml.hpp"), ("harness/run/a.cpp", "Python.h")):
            with self.subTest(path=path, name=name):
                self.only(check_layers({path: including(name)}), path, "no place")

    def test_spelling_of_an_include_does_not_matter(self):
        self.only(check_layers({"sim/wire/a.h": '  #  include "systemc"\n'}), "systemc")

    def test_plain_files_reach_no_kernel_through_other_headers(self):
        for path in ("models/card/card.cpp", "models/card/card.h", "tests/unit/card/card_test.cpp"):
            files = {**KERNEL, "models/card/card_module.h": including(*KERNEL),
                     path: including("models/card/card_module.h")}
            with self.subTest(path=path):
                self.only(check_layers(files), path, "reaches systemc through",
                          "models/card/card_module.h -> sim/kernel/simulation.h")

    def test_arrows_point_one_way(self):
        for path, other in (
                ("sim/wire/a.h", "models/card/b.h"), ("sim/channel/a.cpp", "harness/run/b.h"),
                ("models/card/a.cpp", "harness/run/b.h"), ("models/card/a.cpp", "python/b.h"),
                ("harness/run/a.cpp", "python/b.h"), ("harness/run/a.cpp", "tests/b.h"),
                ("sim/wire/a.h", "sim/kernel/b.h"), ("sim/wire/a.h", "sim/trace/b.h"),
                ("sim/kernel/a.h", "sim/channel/b.h"), ("sim/fault/a.h", "sim/channel/b.h")):
            with self.subTest(path=path, other=other):
                self.only(check_layers({path: including(other), other: ""}), path, "may not know")

    def test_reference_models_know_nothing_of_the_roles(self):
        files = {"models/card/card.h": "", "harness/explore/reference.h": including("vector"),
                 "harness/explore/graph.h": including("harness/explore/reference.h")}
        self.assertEqual(check_layers(files), [])
        for name in ("models/card/card.h", "harness/explore/graph.h", "yaml-cpp/yaml.h"):
            planted = {**files, "harness/explore/reference_p3.cpp": including(name)}
            self.assertTrue(any("reference model includes" in f for f in check_layers(planted)))

    def test_cycles(self):
        self.only(check_layers({"models/card/a.h": including("models/card/b.h"),
                                "models/card/b.h": including("models/card/a.h")}), "include cycle")
        for one, two in (("models/card", "models/crypto"), ("harness/run", "harness/report"),
                         ("sim/wire/usb", "sim/wire/ccid")):
            files = {f"{one}/a.h": including(f"{two}/a.h"), f"{two}/a.h": "",
                     f"{two}/b.h": including(f"{one}/b.h"), f"{one}/b.h": ""}
            with self.subTest(one=one):
                self.only(check_layers(files), "cycle of folders", one, two)

    def test_includes_start_at_the_root_and_with_the_own_header(self):
        self.only(check_layers({"sim/wire/a.h": "", "sim/wire/b.h": '#include "a.h"\n'}),
                  'no "a.h"')
        self.only(check_layers({"sim/wire/a.h": "", "sim/wire/a.cpp":
                                including("vector", "sim/wire/a.h")}), "own header")
        self.only(check_layers({"tests/unit/a.h": "", "tests/unit/a.cpp": including("vector")}),
                  "own header")

    def test_headers_that_are_read_twice(self):
        self.assertEqual(check_once({"sim/wire/a.h": "// a\n#pragma once\n", "a.cpp": ""}), [])
        self.only(check_once({"sim/wire/a.h": "// #pragma once\n"}), "sim/wire/a.h")


LINKS = """uketsuke_wire|STATIC_LIBRARY|sim/wire|Boost::headers
uketsuke_kernel|STATIC_LIBRARY|sim/kernel|uketsuke_wire;PkgConfig::SYSTEMC
uketsuke_card|STATIC_LIBRARY|models/card|uketsuke_wire
uketsuke_card_module|STATIC_LIBRARY|models/card|uketsuke_card;uketsuke_kernel
uketsuke_run|STATIC_LIBRARY|harness/run|uketsuke_card_module
unit_card|EXECUTABLE|tests/unit/card|uketsuke_card
"""


class Links(Planted):
    def plant(self, target, library):
        before = next(line for line in LINKS.splitlines() if line.startswith(target + "|"))
        return LINKS.replace(before, f"{before};{library}")

    def test_what_is_right_is_let_through(self):
        self.assertEqual(check_links(LINKS, {}), [])

    def test_no_link_lines_is_no_success(self):
        self.only(check_links("", {}), "no link lines")

    def test_libraries_from_outside(self):
        for target, library, words in (
                ("uketsuke_wire", "$<LINK_ONLY:uketsuke_kernel>", "uketsuke_card (models/card)"),
                ("uketsuke_card", "uketsuke_kernel", "uketsuke_card (models/card) links systemc"),
                ("uketsuke_card", "PkgConfig::SYSTEMC", "uketsuke_card (models/card) names"),
                ("uketsuke_card", "yaml-cpp", "uketsuke_card (models/card) links yaml-cpp"),
                ("uketsuke_run", "yaml-cpp", "uketsuke_run (harness/run) names yaml-cpp"),
                ("uketsuke_run", "CLI11::CLI11", "uketsuke_run (harness/run) names CLI11"),
                ("uketsuke_card", "OpenSSL::Crypto", "uketsuke_card (models/card) names openssl"),
                ("unit_card", "uketsuke_card_module", "unit_card: a unit test has no kernel")):
            with self.subTest(target=target, library=library):
                found = check_links(self.plant(target, library), {})
                self.assertTrue([line for line in found if words in line], found)

    def test_arrows(self):
        for target, library, words in (
                ("uketsuke_kernel", "uketsuke_card", "uketsuke_kernel (sim/kernel) links models/"),
                ("uketsuke_wire", "uketsuke_run", "uketsuke_wire (sim/wire) links harness/"),
                ("uketsuke_card", "uketsuke_run", "uketsuke_card (models/card) links harness/"),
                ("uketsuke_card", "$<LINK_ONLY:uketsuke_card_module>", "links the shell"),
                ("uketsuke_wire", "uketsuke_card", "link cycle")):
            with self.subTest(target=target, library=library):
                found = check_links(self.plant(target, library), {})
                self.assertTrue([line for line in found if words in line], found)

    def test_what_is_included_is_linked(self):
        files = {"models/crypto/rsa.h": "",
                 "models/card/card.cpp": including("models/crypto/rsa.h")}
        lines = LINKS + "uketsuke_crypto|STATIC_LIBRARY|models/crypto|uketsuke_wire\n"
        self.only(check_links(lines, files), "card.cpp:1", "without linking uketsuke_crypto")
        lines = lines.replace("models/card|uketsuke_wire", "models/card|uketsuke_crypto")
        self.assertEqual(check_links(lines, files), [])


class Sizes(Planted):
    def test_limits(self):
        for path, text, kind in (
                ("sim/a.h", "\n" * 201, "header of 201"),
                ("sim/a.cpp", "\n" * 601, "source of 601"),
                ("sim/a.cpp", "x" * 101 + "\n", "line of 101"),
                ("sim/CMakeLists.txt", "x" * 101, "line of 101"),
                ("tests/a.py", "def a():\n" + "    a()\n" * 70, "function of 71"),
                ("sim/a.cpp", "void f() {\n" + "  f();\n" * 69 + "}\n", "function of 71")):
            with self.subTest(path=path, kind=kind):
                self.only(check_sizes({path: text}, {}), path, kind)

    def test_at_the_limit(self):
        files = {"sim/a.h": "\n" * 200, "sim/b.cpp": "受" * 100 + "\n" * 600,
                 "sim/c.cpp": "void f() {\n" + "  f();\n" * 68 + "}\n",
                 "sim/d.cpp": 'auto kText = R"(' + "x" * 200 + ')";\n'}
        self.assertEqual(check_sizes(files, {}), [])

    def test_the_allow_list_only_shrinks(self):
        allowed = {("header", "sim/a.h"): 250}
        self.assertEqual(check_sizes({"sim/a.h": "\n" * 250}, allowed), [])
        self.only(check_sizes({"sim/a.h": "\n" * 251}, allowed), "header of 251, limit 250")
        self.only(check_sizes({"sim/a.h": "\n" * 240}, allowed), "put that into the allow list")
        self.only(check_sizes({"sim/a.h": "\n" * 200}, allowed), "take it off")
        self.only(check_sizes({}, allowed), "take it off")

    def test_functions_are_found_and_data_is_none(self):
        text = """namespace a::b {
// a brace { in a comment, and '"' too
#define OPEN {
const std::array<Row, 2> kRows{{{1, f(2)}, {2, 3}}};
const auto kName = [] { return R"x({)x"; }();
enum class E { kA, kB };
struct S final : Base {
  S() : a_{1}, b_{2} {
    f('{', "}");
  }
  bool operator==(const S& o) const { return a == o.a; }
  int a_ = 1'000'000;
};
BOOST_AUTO_TEST_SUITE(x)
template <typename T = int>
auto g(T x = {}) -> T {
  if (x) {
    return [] { return 1; }();
  }
}
}  // namespace a::b
"""
        self.assertEqual([(line, size, name) for line, size, name in cpp_functions(text)], [
            (5, 1, "const auto kName = []"),
            (8, 3, "S() : a_{1}, b_{2}"),
            (11, 1, "bool operator==(const S& o) const"),
            (15, 6, "auto g(T x = {}) -> T")])


class Words(Planted):
    def test_words(self):
        for text in ("see /work/main", "cd /tmp/b-x", "/root/a", "# TODO later", "// FIXME",
                     "XXX", "a HACK", "a Placeholder", "https://pypi.org/simple",
                     "image: docker.io/debian", "http://10.0.0.1:8080/", "https://nowhere.test/x"):
            with self.subTest(text=text):
                self.assertTrue(check_words({"sim/a.h": text}))

    def test_where_the_tree_lies(self):
        self.only(check_words({"dev": "cd /srv/tree"}, "/srv/tree"), "/srv/tree")

    def test_what_is_right_is_let_through(self):
        for text in ("uketsuke-XXXXXX", "rework/", "homework/a", "http://json-schema.org/x",
                     "${PWD}/work/a", "hacked", "todo"):
            with self.subTest(text=text):
                self.assertEqual(check_words({"sim/a.h": text}), [])


class Releases(Planted):
    def test_a_question_for_the_release(self):
        for text in ('if (release.id == x) return;', 'return release->id;', 'id == "2024-12"',
                     'if (name == "planned") return;', "release_id"):
            with self.subTest(text=text):
                self.only(check_releases({"models/a/b.cpp": text + "\n"}), "models/a/b.cpp:1")

    def test_what_is_right_is_let_through(self):
        files = {"models/a/b.cpp": "if (release.visual_passcode.enabled) go();  // of 2024-12\n",
                 "harness/a.cpp": 'release = "2024-12";\n',
                 "models/backend/parameters.h": '  std::string id = "2024-12";\n'}
        self.assertEqual(check_releases(files), [])


if __name__ == "__main__":
    unittest.main()
