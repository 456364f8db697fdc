#include "harness/run/find.h"

#include <unistd.h>

#include "tests/unit/run/temporary_folder.h"

using namespace uketsuke::run;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> names(const TemporaryFolder& folder,
                               const std::vector<std::string>& paths) {
  auto files = find_files(paths);
  for (auto& file : files) file = fs::path(file).lexically_relative(folder.path()).native();
  return files;
}

RunError::Kind kind_of(const std::string& path) {
  try {
    find_files({path});
  } catch (const RunError& error) {
    BOOST_TEST(error.text().en.find(path) != std::string::npos);
    BOOST_TEST(error.text().ja.find(path) != std::string::npos);
    return error.kind();
  }
  BOOST_FAIL("nothing was thrown");
  return RunError::Kind::kUsage;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(find)

BOOST_AUTO_TEST_CASE(a_folder_gives_its_yaml_files_at_any_depth_in_the_order_of_their_paths) {
  const TemporaryFolder folder;
  for (const auto* name : {"b.yaml", "a/z.yml", "a/b/c.yaml", "a.txt", "c.yaml.bak", ".hidden.yaml",
                           ".git/d.yaml"}) {
    folder.write(name, "");
  }
  const std::vector<std::string> expected{"a/b/c.yaml", "a/z.yml", "b.yaml"};
  BOOST_TEST(names(folder, {folder.path()}) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(paths_keep_the_order_of_the_command_line_and_a_file_named_twice_runs_once) {
  const TemporaryFolder folder;
  folder.write("a/1.yaml", "");
  folder.write("b/2.yaml", "");
  const std::vector<std::string> expected{"b/2.yaml", "a/1.yaml"};
  BOOST_TEST(names(folder, {folder / "b/2.yaml", folder / "a", folder / "b/../b"}) == expected,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_named_file_is_taken_whatever_it_is_called) {
  const TemporaryFolder folder;
  folder.write("x.scenario", "");
  BOOST_TEST(names(folder, {folder / "x.scenario"}).size() == 1u);
}

BOOST_AUTO_TEST_CASE(links_to_folders_are_not_followed_so_that_no_search_is_endless) {
  const TemporaryFolder folder;
  folder.write("a/1.yaml", "");
  fs::create_directory_symlink(folder.path(), folder / "a/loop");
  BOOST_TEST(names(folder, {folder.path()}).size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_link_that_leads_nowhere_is_not_left_out_silently) {
  const TemporaryFolder folder;
  fs::create_symlink("nowhere", folder / "a.yaml");
  BOOST_TEST(find_files({folder.path()}).size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_not_there_or_not_a_file_is_wrong_usage) {
  const TemporaryFolder folder;
  BOOST_TEST((kind_of(folder / "missing") == RunError::Kind::kUsage));
  BOOST_TEST((kind_of("/dev/null") == RunError::Kind::kUsage));
  BOOST_TEST((kind_of("") == RunError::Kind::kUsage));
  BOOST_TEST(find_files({folder.path()}).empty());
}

BOOST_AUTO_TEST_CASE(filters_ask_for_all_tags_and_any_of_the_names) {
  const std::vector<std::string> tags{"slow", "p3"};
  BOOST_TEST(passes({}, "x", tags));
  BOOST_TEST(passes({{"slow", "p3"}, {}}, "x", tags));
  BOOST_TEST(!passes({{"slow", "p4"}, {}}, "x", tags));
  BOOST_TEST(passes({{}, {"y", "x"}}, "x", tags));
  BOOST_TEST(!passes({{}, {"y"}}, "x", tags));
  BOOST_TEST(passes({{}, {"p3_*"}}, "p3_reception", tags));
  BOOST_TEST(!passes({{}, {"p3_*"}}, "xp3_", tags));
  BOOST_TEST(!passes({{"p4"}, {"x"}}, "x", tags));
}

BOOST_AUTO_TEST_SUITE_END()
