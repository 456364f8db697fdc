#include "harness/report/atomic_file.h"

#include <stdlib.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/report/sample.h"

using namespace uketsuke::report;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "uketsuke-test-XXXXXX").string();
    BOOST_TEST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  std::string operator/(const std::string& name) const { return path + "/" + name; }
  std::string path;
};

std::string read(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void put(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

std::size_t entries(const std::string& path) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(path), fs::directory_iterator()));
}

ReportError::Kind kind_of(const std::string& path) {
  try {
    const OutFolder folder(path, "stamp");
  } catch (const ReportError& error) {
    BOOST_TEST(!error.text().ja.empty());
    BOOST_TEST(!error.text().en.empty());
    return error.kind();
  }
  BOOST_FAIL("nothing was refused");
  return ReportError::Kind::kUsage;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(atomic_file)

BOOST_AUTO_TEST_CASE(a_file_is_there_only_after_commit_and_then_complete) {
  const Folder folder;
  const auto path = folder / "a.json";
  {
    AtomicFile file(path);
    file.write(std::string(1'000'000, 'x'));
    BOOST_TEST(!fs::exists(path));
    file.commit();
  }
  BOOST_TEST(fs::file_size(path) == 1'000'000u);
  BOOST_TEST(entries(folder.path) == 1u);
}

BOOST_AUTO_TEST_CASE(without_commit_the_old_file_stays_and_nothing_is_left) {
  const Folder folder;
  put(folder / "a.json", "old");
  {
    AtomicFile file(folder / "a.json");
    file.write(std::string(1'000'000, 'x'));
  }
  BOOST_TEST(read(folder / "a.json") == "old");
  BOOST_TEST(entries(folder.path) == 1u);
}

BOOST_AUTO_TEST_CASE(a_file_that_must_not_be_replaced_is_not) {
  const Folder folder;
  put(folder / "a.yaml", "old");
  {
    AtomicFile file(folder / "a.yaml", AtomicFile::Existing::kRefuse);
    file.write("new");
    BOOST_CHECK_THROW(file.commit(), ReportError);
  }
  BOOST_TEST(read(folder / "a.yaml") == "old");
  BOOST_TEST(entries(folder.path) == 1u);
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_not_there_is_a_message_with_the_path) {
  const Folder folder;
  try {
    AtomicFile file(folder / "missing/a.json");
    BOOST_FAIL("was created");
  } catch (const ReportError& error) {
    BOOST_TEST(error.text().en.find("missing/a.json") != std::string::npos);
    BOOST_TEST((error.kind() == ReportError::Kind::kEnvironment));
  }
}

BOOST_AUTO_TEST_CASE(a_new_output_folder_is_made_with_its_parents_and_marked) {
  const Folder folder;
  const OutFolder out(folder / "a/b/", "stamp");
  BOOST_TEST(out.path() == folder / "a/b");
  BOOST_TEST(fs::exists(out.file(kMarkerName)));
}

BOOST_AUTO_TEST_CASE(an_empty_folder_is_taken_and_a_folder_of_somebody_else_is_not) {
  const Folder folder;
  fs::create_directory(folder / "empty");
  { const OutFolder out(folder / "empty", "stamp"); }
  fs::create_directory(folder / "theirs");
  put(folder / "theirs/thesis.txt", "years of work");
  BOOST_TEST((kind_of(folder / "theirs") == ReportError::Kind::kUsage));
  BOOST_TEST(entries(folder / "theirs") == 1u);
  put(folder / "file", "");
  BOOST_TEST((kind_of(folder / "file") == ReportError::Kind::kUsage));
}

BOOST_AUTO_TEST_CASE(our_folder_is_taken_again_without_its_old_reports_but_with_everything_else) {
  const Folder folder;
  const auto path = folder / "out";
  { const OutFolder out(path, "stamp"); }
  for (const auto* name : {"results.json", "junit.xml", "report.html", "notes.txt"}) {
    put(path + "/" + name, "old");
  }
  fs::create_directory(path + "/journal");
  put(path + "/journal/x.jsonl", "old");
  const OutFolder out(path, "stamp");
  BOOST_TEST(!fs::exists(path + "/results.json"));
  BOOST_TEST(!fs::exists(path + "/journal"));
  BOOST_TEST(fs::exists(path + "/notes.txt"));
}

BOOST_AUTO_TEST_CASE(a_folder_in_use_by_another_run_is_refused) {
  const Folder folder;
  const OutFolder out(folder / "out", "stamp");
  BOOST_TEST((kind_of(folder / "out") == ReportError::Kind::kEnvironment));
}

BOOST_AUTO_TEST_CASE(default_folders_of_the_same_second_get_numbers) {
  const Folder folder;
  const auto before = fs::current_path();
  fs::current_path(folder.path);
  const OutFolder first("", "20260131-120000");
  const OutFolder second("", "20260131-120000");
  BOOST_TEST(first.path() == "uketsuke-out/20260131-120000");
  BOOST_TEST(second.path() == "uketsuke-out/20260131-120000-2");
  fs::current_path(before);
}

BOOST_AUTO_TEST_CASE(three_reports_are_written_and_nothing_else) {
  const Folder folder;
  const OutFolder out(folder / "out", "stamp");
  const auto results = sample::all();
  write_reports(out, {}, sample::summary_of(results), VectorSource(results));
  BOOST_TEST(entries(out.path()) == 4u);  // and the marker
  BOOST_TEST(fs::exists(out.file("results.json")));
  BOOST_TEST(fs::exists(out.file("junit.xml")));
  BOOST_TEST(fs::exists(out.file("report.html")));
}

BOOST_AUTO_TEST_SUITE_END()
