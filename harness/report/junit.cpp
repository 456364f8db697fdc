// junit.xml: one testsuite for each folder of scenarios. JUnit knows passed, skipped, failed and
// error only: inconc and none are errors with their own type, so that nobody takes them for passes;
// not applicable is skipped with its reason.
#include <cstdio>
#include <utility>

#include "harness/report/report.h"
#include "harness/report/text.h"

namespace uketsuke::report {
namespace {

using verdict::Language;
using verdict::ScenarioResult;
using verdict::Verdict;

struct Suite {
  std::string folder;
  std::uint64_t tests = 0;
  std::uint64_t failures = 0;
  std::uint64_t errors = 0;
  std::uint64_t skipped = 0;
  std::uint64_t wall_us = 0;

  void add(const ScenarioResult& result) {
    ++tests;
    wall_us += result.wall_us;
    if (is_not_applicable(result)) {
      ++skipped;
    } else if (result.verdict == Verdict::kFail) {
      ++failures;
    } else if (result.verdict != Verdict::kPass) {
      ++errors;
    }
  }
};

std::string folder_of(const ScenarioResult& result) {
  const auto slash = result.file.rfind('/');
  return slash == std::string::npos ? "." : result.file.substr(0, slash);
}

std::string seconds(std::uint64_t us) {
  char text[40];
  std::snprintf(text, sizeof text, "%llu.%06llu", static_cast<unsigned long long>(us / 1'000'000),
                static_cast<unsigned long long>(us % 1'000'000));
  return text;
}

void attribute(std::string& out, std::string_view name, std::string_view value) {
  out.append(" ").append(name).append("=\"");
  for (const char c : value) {
    if (c == '\n' || c == '\t') {  // a parser would turn them into blanks anyway
      out.push_back(' ');
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

std::string xml(std::string_view text) {
  std::string out;
  append_xml(out, text);
  return out;
}

void counts(std::string& out, const Suite& suite) {
  attribute(out, "tests", std::to_string(suite.tests));
  attribute(out, "failures", std::to_string(suite.failures));
  attribute(out, "errors", std::to_string(suite.errors));
  attribute(out, "skipped", std::to_string(suite.skipped));
  attribute(out, "time", seconds(suite.wall_us));
}

// One line that says what happened, for the message attribute.
std::string message(const ScenarioResult& result) {
  const auto* step = decisive_step(result);
  if (!result.reason.empty() || step == nullptr) {
    return in_language(result.reason, Language::kBoth);
  }
  std::string text = step->seed_id.empty() ? "" : step->seed_id + ": ";
  text += in_language(step->title, Language::kBoth);
  if (!step->observed.empty()) text += " — " + in_language(step->observed, Language::kBoth);
  return text;
}

void unpassed(std::string& out, const ScenarioResult& result) {
  const char* element = result.verdict == Verdict::kFail ? "failure" : "error";
  out.append("<").append(element);
  attribute(out, "type", to_string(result.verdict));
  attribute(out, "message", xml(message(result)));
  out.push_back('>');
  append_xml(out, explain(result, Language::kBoth));
  out.append("</").append(element).append(">");
}

void test_case(std::string& out, const ScenarioResult& result, const std::string& folder) {
  out.append("<testcase");
  attribute(out, "name", xml(full_name(result)));
  attribute(out, "classname", xml(folder));
  attribute(out, "file", xml(result.file));
  if (result.line != 0) attribute(out, "line", std::to_string(result.line));
  attribute(out, "time", seconds(result.wall_us));
  const bool skipped = is_not_applicable(result);
  const bool passed = result.verdict == Verdict::kPass;
  if (passed && result.warnings.empty() && result.script.empty()) {
    out.append("/>\n");
    return;
  }
  out.push_back('>');
  if (!result.script.empty()) {
    out.append("<properties><property name=\"attested_by\" value=\"script\"/><property");
    attribute(out, "name", "script");
    attribute(out, "value", xml(result.script));
    out.append("/></properties>");
  }
  if (skipped) {
    out.append("<skipped");
    attribute(out, "message", xml(in_language(result.not_applicable, Language::kBoth)));
    out.append("/>");
  } else if (!passed) {
    unpassed(out, result);
  }
  if (!result.warnings.empty()) {
    out.append("<system-out>");
    for (const auto& warning : result.warnings) {
      append_xml(out, "warning: " + in_language(warning, Language::kBoth) + "\n");
    }
    out.append("</system-out>");
  }
  out.append("</testcase>\n");
}

// "--" must not occur in a comment (XML 1.0, clause 2.5).
std::string in_comment(const std::string& text) {
  std::string out;
  for (const char c : xml(text)) {
    if (c == '-' && !out.empty() && out.back() == '-') out.push_back(' ');
    out.push_back(c);
  }
  return out;
}

// Results of one folder stand next to each other in the list, but a list of single files may come
// back to a folder: then that is another testsuite of the same name.
std::vector<Suite> count_suites(const ResultSource& results) {
  std::vector<Suite> suites;
  results.for_each([&](const ScenarioResult& result) {
    auto folder = folder_of(result);
    if (suites.empty() || suites.back().folder != folder) {
      suites.emplace_back();
      suites.back().folder = std::move(folder);
    }
    suites.back().add(result);
  });
  return suites;
}

void open_suite(std::string& out, const Suite& suite, const RunInfo& info) {
  out.append("<testsuite");
  attribute(out, "name", xml(suite.folder));
  counts(out, suite);
  attribute(out, "timestamp", xml(info.started_at));
  out.append(">\n");
}

}  // namespace

void write_junit(const RunInfo& info, const verdict::Summary&, const ResultSource& results,
                 Sink& sink) {
  const auto suites = count_suites(results);
  Suite all;
  for (const auto& suite : suites) {
    all.tests += suite.tests;
    all.failures += suite.failures;
    all.errors += suite.errors;
    all.skipped += suite.skipped;
    all.wall_us += suite.wall_us;
  }
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  for (const auto& statement : info.statements.empty() ? statements() : info.statements) {
    out.append("<!-- " + in_comment(in_language(statement, Language::kBoth)) + " -->\n");
  }
  out.append("<testsuites name=\"uketsuke\"");
  counts(out, all);
  out.append(">\n");

  std::size_t next = 0;
  std::uint64_t left = 0;
  std::string folder;
  results.for_each([&](const ScenarioResult& result) {
    if (left == 0) {
      folder = suites[next].folder;
      left = suites[next].tests;
      open_suite(out, suites[next++], info);
    }
    test_case(out, result, folder);
    if (--left == 0) out.append("</testsuite>\n");
    sink.write(out);
    out.clear();
  });
  out.append("</testsuites>\n");
  sink.write(out);
}

}  // namespace uketsuke::report
