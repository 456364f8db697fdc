// Guards and places of harness/yaml. Sources: YAML 1.2 (2009), and the limits of yaml.h.
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>

#include "harness/yaml/yaml.h"

namespace {

using namespace uketsuke;

std::string error_of(std::string_view text, const yaml::Limits& limits = {}) {
  try {
    yaml::load_text(text, "x.yaml", limits);
  } catch (const yaml::Error& error) {
    return error.what();
  }
  return "no error";
}

std::string repeated(std::string_view part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("uketsuke_yaml_" + std::to_string(::getpid()));
  Folder() { std::filesystem::create_directory(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file(const char* name, const std::string& text) const {
    std::ofstream(path / name, std::ios::binary) << text;
    return (path / name).string();
  }
};

std::string file_error(const std::string& path) {
  try {
    yaml::load_file(path);
  } catch (const yaml::Error& error) {
    return error.message();
  }
  return "no error";
}

BOOST_AUTO_TEST_SUITE(yaml_load)

BOOST_AUTO_TEST_CASE(a_file_becomes_a_tree_that_knows_where_every_word_stands) {
  const auto document = yaml::load_text("a: 1\nボタン: {x: [同意しない, \"y\"]}\n", "x.yaml");
  const yaml::Node root = document.root();
  BOOST_TEST(root.size() == 2U);
  BOOST_TEST(root.value(0).as_int() == 1);
  BOOST_TEST(root.key(1).text() == "ボタン");
  const yaml::Node list = root.value(1).value(0);
  BOOST_TEST(list.size() == 2U);
  BOOST_TEST(list.at(0).text() == "同意しない");
  BOOST_TEST(list.at(1).quoted());
  BOOST_TEST(!list.at(0).quoted());
  BOOST_TEST(!list.at(2));
  // Columns count characters, not bytes: ボタン: {x: [同
  BOOST_TEST(to_string(list.at(0).mark()) == "x.yaml:2:11");
  BOOST_TEST(to_string(list.at(1).mark()) == "x.yaml:2:18");
}

BOOST_AUTO_TEST_CASE(a_value_that_is_missing_stands_where_its_key_stands) {
  const auto document = yaml::load_text("a:\n\n\nb: 1\n", "x.yaml");
  BOOST_TEST(document.root().value(0).is_null());
  BOOST_TEST(to_string(document.root().value(0).mark()) == "x.yaml:1:1");
}

BOOST_AUTO_TEST_CASE(an_empty_file_is_nothing) {
  BOOST_TEST(yaml::load_text("", "x.yaml").root().is_null());
  BOOST_TEST(yaml::load_text("# only a comment\n", "x.yaml").root().is_null());
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_and_dos_line_ends_are_taken) {
  const auto document = yaml::load_text(
      "\xEF\xBB\xBF"
      "a: 1\r\nb: 2\r\n",
      "x.yaml");
  BOOST_TEST(document.root().value(1).as_int() == 2);
  BOOST_TEST(to_string(document.root().value(1).mark()) == "x.yaml:2:4");
}

BOOST_AUTO_TEST_CASE(a_syntax_error_is_told_with_its_place) {
  BOOST_TEST(error_of("a: [1, 2\nb: 3\n")
                 .find("x.yaml:1:4: this [ is not closed; add ] (noticed in line 2)") == 0U);
  BOOST_TEST(
      error_of("a: *nowhere\n").find("x.yaml:1:4: a value that begins with * or & is an alias") ==
      0U);
}

BOOST_AUTO_TEST_CASE(what_is_no_text_is_refused) {
  BOOST_TEST(error_of("a: \xFF\n") ==
             "x.yaml:1:4: these bytes are not UTF-8 text; save the file as UTF-8");
  BOOST_TEST(error_of("a: \xE3\x81\n") ==
             "x.yaml:1:4: these bytes are not UTF-8 text; save the file as UTF-8");
  BOOST_TEST(error_of("a: \xC0\xAF\n") ==
             "x.yaml:1:4: these bytes are not UTF-8 text; save the file as UTF-8");  // overlong
  BOOST_TEST(error_of("a: \xED\xA0\x80\n") ==
             "x.yaml:1:4: these bytes are not UTF-8 text; save the file as UTF-8");  // surrogate
  BOOST_TEST(error_of(std::string_view("a: \0\n", 5)) ==
             "x.yaml:1:4: a control character; this is not a text file");
  BOOST_TEST(error_of("\x7F"
                      "ELF")
                 .find("control character") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_key_stands_once_and_is_a_word) {
  BOOST_TEST(error_of("a: 1\nb: 2\na: 3\n") ==
             "x.yaml:3:1: the key a stands here twice; keep one of them");
  std::string many = "{";
  for (int i = 0; i < 100; ++i) many += "k" + std::to_string(i) + ": 1, ";
  BOOST_TEST(error_of(many + "k7: 2}").find("the key k7 stands here twice") != std::string::npos);
  BOOST_TEST(error_of("[1, 2]: 3\n") == "x.yaml:1:1: a key has to be a word");
}

BOOST_AUTO_TEST_CASE(one_file_holds_one_document) {
  BOOST_TEST(error_of("a: 1\n---\nb: 2\n").find("a second document begins here") !=
             std::string::npos);
  BOOST_TEST(error_of("---\na: 1\n...\n") == "no error");
}

BOOST_AUTO_TEST_CASE(tags_are_refused) {
  BOOST_TEST(error_of("a: !!binary aGVsbG8=\n").find("has no meaning here") != std::string::npos);
  BOOST_TEST(error_of("a: !run {b: 1}\n").find("has no meaning here") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_alias_stands_for_its_anchor) {
  const auto document = yaml::load_text("a: &x {k: 1}\nb: *x\n", "x.yaml");
  BOOST_TEST(document.root().value(1).value(0).as_int() == 1);
}

BOOST_AUTO_TEST_CASE(aliases_that_would_make_gigabytes_are_refused_at_once) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i <= 12; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + repeated(last + ", ", 9) +
            last + "]\n";
  }
  const auto begin = std::chrono::steady_clock::now();
  BOOST_TEST(error_of(text).find("more than 100000 values") != std::string::npos);
  BOOST_TEST((std::chrono::steady_clock::now() - begin < std::chrono::seconds(1)));
}

BOOST_AUTO_TEST_CASE(an_alias_inside_its_own_anchor_is_refused) {
  BOOST_TEST(error_of("a: &x [1, *x]\n").find("stands for something that contains it") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(depth_counts_through_aliases) {
  std::string text = "a0: &a0 [1]\n";
  for (int i = 1; i < 40; ++i) {
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) +
            "]\n";
  }
  BOOST_TEST(error_of(text).find("nested more than 32 levels deep") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(deep_nesting_of_every_style_is_refused_without_a_crash) {
  const char* openers[] = {"[",  "{",        "{a: ",     "[a: ", "- ",
                           "? ", "[\"]\", ", "{\"}\": ", "[? ",  "[{"};
  for (const char* opener : openers) {
    for (const std::size_t times : {40U, 900U, 50000U}) {
      BOOST_TEST(error_of(repeated(opener, times)) != "no error", opener << " x " << times);
    }
  }
  std::string stairs;
  for (int i = 0; i < 400; ++i) stairs += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  BOOST_TEST(error_of(stairs).find("nested more than 32 levels deep") != std::string::npos);
  BOOST_TEST(error_of(repeated("[", 32) + repeated("]", 32)) == "no error");
  BOOST_TEST(error_of(repeated("[", 33) + repeated("]", 33)) ==
             "x.yaml:1:33: nested more than 32 levels deep");
}

BOOST_AUTO_TEST_CASE(size_and_count_have_limits) {
  yaml::Limits limits;
  limits.max_bytes = 10;
  BOOST_TEST(error_of("a: 123456789", limits) == "x.yaml: larger than 10 bytes");
  limits.max_bytes = 1000;
  limits.max_nodes = 5;
  BOOST_TEST(error_of("[1, 2, 3, 4]", limits) == "no error");
  BOOST_TEST(error_of("[1, 2, 3, 4, 5]", limits).find("more than 5 values") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_no_readable_file_is_refused) {
  const Folder folder;
  BOOST_TEST(file_error((folder.path / "none.yaml").string()) == "no such file");
  BOOST_TEST(file_error(folder.path.string()) == "this is a directory, not a file");
  BOOST_TEST(file_error("/dev/zero").find("this is not a regular file (a device") == 0U);
  const std::string pipe = (folder.path / "pipe").string();
  BOOST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  BOOST_TEST(file_error(pipe).find("this is not a regular file (a pipe)") == 0U);
  const std::string good = folder.file("good.yaml", "a: 1\n");
  BOOST_TEST(yaml::load_file(good).root().value(0).as_int() == 1);
  const std::string big = folder.file("big.yaml", std::string((1U << 20U) + 1, '#'));
  BOOST_TEST(file_error(big).find("larger than") == 0U);
  if (::geteuid() != 0) {
    ::chmod(good.c_str(), 0);
    BOOST_TEST(file_error(good) .find("the file cannot be read (") == 0U);
  }
}

// Any bytes give a tree or an Error, in time. The seed of the generator is fixed and printed.
BOOST_AUTO_TEST_CASE(damaged_files_never_crash) {
  const std::string good =
      "uketsuke: 1\ntitle: {ja: 顔CR, en: \"a b\"}\nx: &a [1, 'q', *a1]\n? k\n: v\nt: |\n  b\n  c\n"
      "d: >-\n  e\n# c\nsteps:\n  - {id: P3-1, do: {press: 職員用ボタン}}\n  - [a, {b: c}]\n";
  const std::string marks = "[]{}:-?&*!|>'\"#%@`, \n\t\xE3~<=a1";
  const unsigned seed = 20241209;
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937 random(seed);
  int trees = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string text = good;
    for (unsigned k = random() % 6 + 1; k > 0; --k) {
      const std::size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] = marks[random() % marks.size()];
          break;
        case 1:
          text.insert(at, 1, marks[random() % marks.size()]);
          break;
        default:
          text.erase(at, random() % 8 + 1);
          break;
      }
      if (text.empty()) text = "a";
    }
    try {
      yaml::load_text(text, "x.yaml");
      ++trees;
    } catch (const yaml::Error& error) {
      BOOST_REQUIRE(!error.message().empty());
    }
  }
  BOOST_TEST(trees < 4000);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
