// Cases as data: what is shipped loads, what judges nothing is refused.
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "harness/conformance/case.h"

using namespace uketsuke;
using namespace uketsuke::conformance;
namespace fs = std::filesystem;

namespace {

// A data folder with one file of cases.
class Folder {
 public:
  explicit Folder(const std::string& cases)
      : path_(fs::temp_directory_path() / ("uketsuke_catalogue_" + std::to_string(getpid()))) {
    fs::create_directories(path_ / "conformance");
    std::ofstream(path_ / "conformance" / "cases.yaml") << "uketsuke: 1\ncases:\n" << cases;
  }
  ~Folder() { fs::remove_all(path_); }
  Catalogue load() const { return load_catalogue(path_.string()); }
  // Why it cannot be loaded, in English.
  std::string problem() const {
    try {
      load();
    } catch (const yaml::Error& error) {
      for (const yaml::Problem& one : error.problems()) BOOST_TEST(!one.message.ja.empty());
      return error.what();
    }
    return "";
  }

 private:
  fs::path path_;
};

std::string case_of(const std::string& steps, const std::string& id = "MSG-01",
                    const std::string& more = "") {
  return "  - id: " + id + "\n    title: {ja: 題, en: title}\n    rules: [CCID-1.1/6.2-a]\n" +
         "    confidence: S\n" + more + "    steps: " + steps + "\n";
}
bool says(const std::string& text, const std::string& word) {
  return text.find(word) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_shipped_catalogue_loads) {
  const Catalogue catalogue = load_catalogue(UKETSUKE_SOURCE_DIR "/scenarios");
  BOOST_TEST(catalogue.digest.size() == 64U);
  for (const char* id : {"MSG-01", "MSG-18", "PWR-01", "PWR-20", "NOT-01", "NOT-08", "PRM-01",
                         "PRM-09", "CLK-01", "CLK-04", "XFR-05", "XFR-11", "ABT-01", "ABT-05",
                         "SEC-01", "SEC-09", "ESC-01", "MEC-01", "TPA-01"}) {
    BOOST_TEST(catalogue.find(id) != nullptr, id);
  }
  for (const CasePtr& one : catalogue.cases) {
    BOOST_TEST(!one->title.ja.empty(), one->id);
    BOOST_TEST(!one->title.en.empty(), one->id);
    BOOST_TEST(!one->rules.empty(), one->id);
    BOOST_TEST((one->warns_only || one->confidence == "S"), one->id);
  }
  BOOST_TEST(!catalogue.find("MSG-13")->warns_only);
  BOOST_TEST(catalogue.find("MSG-14")->warns_only);
  BOOST_TEST(catalogue.find("MSG-99") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_case_is_read_as_it_is_written) {
  const Folder folder(case_of("[{place: taro}, {command: GetSlotStatus}]", "MSG-01",
                              "    card: any\n    repeat: 10\n    accept: 9\n"
                              "    applies: slots > 1\n"));
  const Catalogue catalogue = folder.load();
  BOOST_REQUIRE(catalogue.cases.size() == 1U);
  const Case& one = *catalogue.cases[0];
  BOOST_TEST(one.family() == "MSG");
  BOOST_TEST((one.cards == std::set<std::string>{"any", "taro"}));
  BOOST_TEST(one.needs == "card");
  BOOST_TEST(one.repeat == 10U);
  BOOST_TEST(one.accept == 9U);
  BOOST_TEST(one.applies->text() == "slots > 1");
  BOOST_TEST(one.steps[1]->source == "command: GetSlotStatus");
  BOOST_TEST(one.line == 3U);
}

BOOST_AUTO_TEST_CASE(a_case_that_judges_nothing_is_refused) {
  BOOST_TEST(says(Folder(case_of("[{wait_ms: 5}]")).problem(), "judges nothing"));
  BOOST_TEST(says(Folder(case_of("[{repeat: {times: 2, steps: [{wait_ms: 5}]}}]")).problem(),
                  "judges nothing"));
  BOOST_TEST(says(Folder(case_of("[{command: {message: GetSlotStatus, read: false}}]")).problem(),
                  "judges nothing"));
  BOOST_TEST(says(Folder(case_of("[]")).problem(), "exactly one of steps"));
  BOOST_TEST(Folder(case_of("[{command: GetSlotStatus}]")).problem().empty());
}

BOOST_AUTO_TEST_CASE(an_unknown_step_is_refused_with_the_nearest_one) {
  const std::string problem = Folder(case_of("[{comand: GetSlotStatus}]")).problem();
  BOOST_TEST(says(problem, "there is no step comand"));
  BOOST_TEST(says(problem, "did you mean command?"));
  BOOST_TEST(says(problem, "cases.yaml:"));
  BOOST_TEST(says(Folder(case_of("[{command: GetSlotStatsu}]")).problem(), "GetSlotStatus"));
  BOOST_TEST(says(Folder(case_of("[{command: {message: GetSlotStatus, expext: {}}}]")).problem(),
                  "expect"));
  BOOST_TEST(says(Folder(case_of("[{command: {message: GetSlotStatus, expect: {icc: actve}}}]"))
                      .problem(),
                  "active"));
}

BOOST_AUTO_TEST_CASE(a_missing_language_is_refused) {
  for (const char* title : {"{ja: 題}", "{en: title}", "title"}) {
    const Folder folder(std::string("  - id: MSG-01\n    title: ") + title +
                        "\n    rules: [r]\n    confidence: S\n"
                        "    steps: [{command: GetSlotStatus}]\n");
    BOOST_TEST(!folder.problem().empty(), title);
  }
}

BOOST_AUTO_TEST_CASE(a_case_twice_is_refused) {
  const std::string one = case_of("[{command: GetSlotStatus}]");
  BOOST_TEST(says(Folder(one + one).problem(), "MSG-01 is there twice"));
}

BOOST_AUTO_TEST_CASE(every_problem_of_a_file_is_told_at_once) {
  const std::string problem =
      Folder(case_of("[{wait_ms: 5}]") + case_of("[{comand: X}]", "MSG-02") +
             case_of("[{command: GetSlotStatus}]", "MSG-03", "    applies: slots >\n"))
          .problem();
  BOOST_TEST(says(problem, "judges nothing"));
  BOOST_TEST(says(problem, "comand"));
  BOOST_TEST(says(problem, "cannot be read"));
}

BOOST_AUTO_TEST_CASE(the_example_of_every_step_can_be_read) {
  BOOST_TEST(step_kinds().size() > 20U);
  for (const StepKind& kind : step_kinds()) {
    BOOST_TEST_CONTEXT(kind.name) {
      const std::string example = kind.example;
      BOOST_TEST(example.rfind(std::string(kind.name) + ":", 0) == 0U);
      BOOST_TEST(!kind.title.ja.empty());
      BOOST_TEST(!kind.title.en.empty());
      try {
        const yaml::Document document = yaml::load_text("- " + example + "\n", "example");
        const Steps steps = read_steps(document.root());
        BOOST_TEST(steps.size() == 1U);
      } catch (const yaml::Error& error) {
        BOOST_ERROR(error.what());
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(hostile_numbers_and_patterns_in_steps_are_refused) {
  for (const char* steps : {"[{command: {message: GetSlotStatus, slot: \"1 +\"}}]",
                            "[{command: {message: GetSlotStatus, header: [1, 2]}}]",
                            "[{command: {message: XfrBlock, data: \"0\"}}]",
                            "[{command: {message: XfrBlock, data: {fil: 3}}}]",
                            "[{command: {message: XfrBlock, expect: {data: \"GG\"}}}]",
                            "[{command: {message: XfrBlock, expect: {length: {}}}}]",
                            "[{remember: {name: x}}]", "[{for_each: {name: n, steps: []}}]",
                            "[{answers: {of: []}}]", "[command]", "[{a: 1, b: 2}]", "{}"}) {
    BOOST_TEST(!Folder(case_of(steps)).problem().empty(), steps);
  }
}
