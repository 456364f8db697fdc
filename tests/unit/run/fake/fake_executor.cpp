#include "tests/unit/run/fake/fake_executor.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "harness/run/find.h"
#include "harness/run/slice.h"

namespace fake {
namespace {

using namespace uketsuke;
using verdict::ScenarioResult;
using verdict::Verdict;

struct File {
  std::string id;
  std::vector<std::string> tags;
  std::vector<std::string> words{"pass"};
  std::string load;
  std::string broken;
  std::string warn;
  int variants = 0;
  int steps = 1;
  long sleep_us = 0;
};

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

File load(const std::string& path) {
  std::ifstream stream(path);
  if (!stream || std::filesystem::is_directory(path))
    throw std::runtime_error("cannot read " + path);
  File file;
  for (std::string line; std::getline(stream, line);) {
    const auto colon = line.find(": ");
    if (colon == std::string::npos) continue;
    const auto key = line.substr(0, colon);
    const auto value = line.substr(colon + 2);
    if (key == "id") file.id = value;
    if (key == "tags") file.tags = words_of(value);
    if (key == "do") file.words = words_of(value);
    if (key == "load") file.load = value;
    if (key == "broken") file.broken = value;
    if (key == "warn") file.warn = value;
    if (key == "variants") file.variants = std::stoi(value);
    if (key == "steps") file.steps = std::stoi(value);
    if (key == "sleep_us") file.sleep_us = std::stol(value);
  }
  return file;
}

[[noreturn]] void hang() {
  for (;;) ::pause();
}

void misbehave(const std::string& word) {
  if (word == "throw") throw std::runtime_error("told to throw");
  if (word == "crash") {
    std::fputs("about to crash\n", stderr);
    ::raise(SIGKILL);
  }
  if (word == "exit") std::_Exit(3);
  if (word == "hang") hang();
}

void busy(long us) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(us);
  while (std::chrono::steady_clock::now() < until) {
  }
}

void add_steps(ScenarioResult& result, const File& file, Verdict last) {
  for (int i = 0; i < file.steps; ++i) {
    verdict::StepResult step;
    step.index = static_cast<std::uint32_t>(i);
    step.seed_id = "P3-" + std::to_string(i % 5 + 1);
    step.title = {"職員用ボタンを押す", "press the staff button"};
    step.who = "reception_staff";
    step.line = static_cast<std::uint32_t>(i + 10);
    step.expected = {"画面 passcode_entry", "screen passcode_entry"};
    step.observed = {"画面 passcode_entry", "screen passcode_entry"};
    step.verdict = i + 1 < file.steps ? Verdict::kPass : last;
    if (step.verdict > Verdict::kPass) {
      step.observed = {"画面 initial <まま>", "screen <still> initial"};
      step.wire_tail = {"usb: PC_to_RDR_XfrBlock bSeq=7", "usb: RDR_to_PC_DataBlock 9000"};
    }
    result.steps.push_back(std::move(step));
  }
  result.steps_planned = static_cast<std::uint32_t>(file.steps);
}

}  // namespace

std::vector<run::Selected> FakeExecutor::expand(const std::string& path,
                                                const run::Filters& filters) {
  const auto file = load(path);
  misbehave(file.load);
  std::vector<run::Selected> selected;
  if (!file.broken.empty()) {
    run::Selected entry;
    entry.path = path;
    entry.variant = 0;
    entry.id = file.id;
    entry.broken = true;
    return {entry};
  }
  if (!run::passes(filters, file.id, file.tags)) return selected;
  for (int variant = 0; variant < std::max(1, file.variants); ++variant) {
    run::Selected entry;
    entry.path = path;
    entry.variant = variant;
    entry.id = file.id;
    if (file.variants > 0) entry.variant_name = std::to_string(variant);
    entry.title = {"題名", "title"};
    entry.line = 1;
    entry.tags = file.tags;
    selected.push_back(std::move(entry));
  }
  return selected;
}

ScenarioResult FakeExecutor::execute(const std::string& path, int variant,
                                     const run::Options& options) {
  const auto file = load(path);
  const auto index =
      std::min<std::size_t>(static_cast<std::size_t>(variant), file.words.size() - 1);
  const auto& word = file.words[index];
  if (options.progress != nullptr) *options.progress = run::progress_at(2, 17);
  if (options.on_step) options.on_step({2, 3, 17, "P3-2", {"入力", "enters"}});
  while (word == "steps_for_ever") {
    busy(10'000);
    options.on_step({1, 1, 1, {}, {}});
  }
  misbehave(word);
  busy(file.sleep_us);
  ScenarioResult result;
  result.id = file.id;
  result.file = path;
  result.line = 1;
  result.title = {"題名", "title"};
  result.release = "2024-12";
  result.seed_page = "P3";
  if (file.variants > 0) result.variant = std::to_string(variant);
  result.assumptions = {"A-29"};
  result.produced_by = "model";
  result.simulated_us = options.random_seed;
  if (word == "print") std::printf("hello from the worker\n");
  if (word == "print") std::fflush(stdout);
  if (word == "journal_lost") {
    result.journal_problem = {"記録を書き込めません（容量）", "cannot write the journal: no space"};
  }
  if (!file.broken.empty()) {
    result.verdict = Verdict::kError;
    result.title = {};
    result.reason = {path + ":1:1: " + file.broken + "\n" + path + ":2:1: 二つ目",
                     path + ":1:1: " + file.broken + "\n" + path + ":2:1: the second"};
  } else if (word == "na") {
    result.not_applicable = "reader.pinpad = false";
  } else if (word == "error") {
    result.verdict = Verdict::kError;
    result.reason = {"読み込めません", path + ":3:1: unknown key"};
  } else if (word == "big") {
    add_steps(result, file, Verdict::kFail);
    result.steps.back().wire_tail.assign(100'000, std::string(200, 'x'));
  } else if (word != "none") {
    const auto verdict = verdict::verdict_from(word);
    add_steps(result, file, verdict ? *verdict : Verdict::kPass);
  }
  return result;
}

run::FileCheck FakeExecutor::check(const std::string& path) {
  run::FileCheck found;
  try {
    const auto file = load(path);
    found.id = file.id;
    if (file.id.empty())
      found.errors.push_back({path + ":1:1", {"id がありません", "there is no id"}});
    if (!file.broken.empty()) found.errors.push_back({path + ":1:1", file.broken});
    if (!file.warn.empty()) found.warnings.push_back({path + ":1:1", file.warn});
  } catch (const std::exception&) {
    found.unreadable = true;
    found.errors.push_back({path, {"読めません", "the file cannot be read"}});
  }
  return found;
}

std::string FakeExecutor::steps(verdict::Language language) {
  return language == verdict::Language::kJapanese ? "press: ボタンを押す\n"
                                                  : "press: press a button\n";
}

std::string FakeExecutor::schema() { return "{\"type\": \"object\"}\n"; }

std::string FakeExecutor::scenario_template(const std::string& path) {
  return "id: " + std::filesystem::path(path).stem().string() + "\ndo: pass\n";
}

}  // namespace fake
