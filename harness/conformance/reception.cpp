#include "harness/conformance/reception.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

#include "harness/bench/director.h"
#include "harness/bench/world_config.h"
#include "harness/bind/bindings.h"
#include "harness/conformance/reception_rows.h"
#include "harness/conformance/reception_words.h"
#include "harness/run/find.h"
#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

using scenario::Scenario;
using verdict::say;
using verdict::ScenarioResult;

// "faults/x.yaml#2" or "faults/x.yaml".
struct Entry {
  std::string file;
  int row = 0;  // from 1; 0: all
};

Entry entry_of(const std::string& text) {
  const auto mark = text.find('#');
  Entry entry{text.substr(0, mark), 0};
  if (mark == std::string::npos) return entry;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + mark + 1, end, entry.row);
  if (error != std::errc() || rest != end || entry.row < 1) entry.row = -1;
  return entry;
}

std::optional<bool> face_of(const Facts& facts) {
  const auto found = facts.find("face");
  if (found == facts.end()) return std::nullopt;
  const bool* face = std::get_if<bool>(&found->second);
  return face == nullptr ? std::nullopt : std::optional<bool>(*face);
}

bool truth_of(const Facts& facts, const std::string& name) {
  const auto found = facts.find(name);
  return found != facts.end() && found->second == Value(true);
}

bool types_pin(const Scenario& row) {
  return std::any_of(row.steps.begin(), row.steps.end(), [](const scenario::Step& step) {
    return step.action.act == scenario::Act::kEnterPin;
  });
}

// A card that the row wants and that the bench file, if it lists cards, has not; empty: none.
std::string missing_card(const Scenario& row, const bind::Bindings& bindings) {
  if (bindings.cards.empty()) return {};
  const std::string usual = row.given.text_at("card.holder");
  for (const scenario::Step& step : row.steps) {
    const scenario::Value& argument = step.action.argument;
    std::vector<std::string> holders;
    if (step.action.act == scenario::Act::kPlaceCard ||
        step.action.act == scenario::Act::kPlaceSecondCard) {
      const bool map = argument.form == scenario::Value::Form::kMap;
      holders = {map ? argument.text_at("card") : argument.text, argument.text_at("with")};
      if (holders.front().empty()) holders.front() = usual;
    }
    for (const std::string& holder : holders)
      if (!holder.empty() && bindings.find_card(holder) == nullptr) return holder;
  }
  return {};
}

// Why the row is not about this reader; empty: it is.
Text not_about(const Scenario& row, const ReceptionDesk& desk) {
  const auto face = face_of(desk.facts);
  if (face && *face != (row.bench.reader == "face")) {
    return *face ? Text{"汎用カードリーダーのシナリオ", "a scenario of a generic reader"}
                 : Text{"顔認証付きカードリーダーのシナリオ", "a scenario of a face-auth reader"};
  }
  const std::string& profile = row.bench.reader_profile;
  if (!desk.profile.empty() && !profile.empty() && profile != desk.profile)
    return say("リーダー {} のモデルについてのもの", "about the model of the reader {}", profile);
  if (profile.empty() && truth_of(desk.facts, "pin_verify") && types_pin(row)) {
    return {"PIN を端末で打つシナリオ（このリーダーではパッドで打つ）",
            "a scenario in which the PIN is typed at the terminal (this reader has a pad for it)"};
  }
  return {};
}

// The assumption that the step rests on at which a row ended.
std::string rests_on(const Scenario& row, const ScenarioResult& result) {
  const verdict::StepResult* decisive = verdict::decisive_step(result);
  if (decisive == nullptr || decisive->index >= row.steps.size()) return {};
  const scenario::Step& step = row.steps[decisive->index];
  return step.by.rfind("A-", 0) == 0 ? step.by : step.within.assumption;
}

// No path of this machine goes into the evidence.
void make_relative(ScenarioResult& result, const std::string& folder) {
  const auto shorten = [&folder](std::string& path) {
    if (path.rfind(folder + "/", 0) == 0) path.erase(0, folder.size() + 1);
  };
  shorten(result.file);
  for (verdict::StepResult& step : result.steps) shorten(step.file);
}

ScenarioResult not_loaded(const std::string& entry, const std::vector<yaml::Problem>& problems,
                          Verdict verdict, const std::string& path, const std::string& shown) {
  ScenarioResult result;
  result.id = std::filesystem::path(shown).stem().string();
  result.file = shown;
  result.steps_planned = 1;
  verdict::StepResult step;
  step.verdict = verdict;
  step.title = say("{} を読む", "reading {}", entry);
  step.expected = {"シナリオの言葉（シードから書き写したもの）が画面の言葉と一致すること",
                   "the words of the scenario, typed from the seed, are those of the screens"};
  for (const yaml::Problem& problem : problems) {
    if (!step.observed.empty()) step.observed = step.observed + "\n";
    step.observed = step.observed + yaml::to_text(problem);
    if (step.line == 0) step.line = static_cast<std::uint32_t>(problem.mark.line);
  }
  for (std::string* text : {&step.observed.ja, &step.observed.en})
    for (std::size_t at = text->find(path); at != std::string::npos; at = text->find(path))
      text->replace(at, path.size(), shown);
  result.steps.push_back(std::move(step));
  return result;
}

}  // namespace

// The executor of the bench, with what a case wants more.
class ReceptionRunner::Bound : public bench::BenchExecutor {
 public:
  using BenchExecutor::BenchExecutor;
  const ReceptionDesk* desk = nullptr;
  bool look_for_secrets = false;

 protected:
  AtEnd watch(const Scenario&, const run::Options&, bench::RunSettings& settings) override {
    settings.look_for_secrets = look_for_secrets;
    settings.amend = [before = settings.amend, after = desk->amend](bench::WorldConfig& config) {
      if (before) before(config);
      if (after) after(config);
    };
    return {};
  }
};

ReceptionRunner::ReceptionRunner(const std::string& data_folder)
    : folder_(bench::find_data_folder(data_folder)) {
  try {
    assets_ = bench::load_assets(folder_);
  } catch (const std::exception& error) {
    throw run::RunError(run::RunError::Kind::kEnvironment,
                        say("ハーネスのデータを読み込めません：{}",
                            "cannot load the data of the harness: {}", error.what()));
  }
}

const scenario::LoadResult& ReceptionRunner::loaded(const std::string& path) {
  const auto found = loaded_.find(path);
  if (found != loaded_.end()) return found->second;
  return loaded_.emplace(path, scenario::load(path, assets_->catalog)).first->second;
}

void ReceptionRunner::run_entry(const Case& of, const std::string& entry,
                                const ReceptionDesk& desk, ReceptionRows& rows) {
  const Entry wanted = entry_of(entry);
  const std::string path = folder_ + "/" + wanted.file;
  const scenario::LoadResult& good = loaded(path);
  ReceptionRow row;
  row.entry = entry;
  const auto end_with = [&](ScenarioResult result) {
    row.result = std::move(result);
    rows.rows.push_back(row);
  };
  if (!good.ok())
    return end_with(not_loaded(entry, good.errors, Verdict::kError, path, wanted.file));
  const bench::Assets& assets = desk.assets ? *desk.assets : *assets_;
  const bool own_words = of.words_as_written && desk.assets != nullptr;
  scenario::LoadResult again;
  if (own_words) again = scenario::load(path, assets.catalog);
  const bind::Bindings bindings = bind::bindings_of(desk.options.extra);
  if (bindings.bound() && !bound_) bound_ = std::make_shared<Bound>(folder_);
  std::size_t taken = 0;
  for (std::size_t i = 0; i < good.scenarios.size(); ++i) {
    if (wanted.row != 0 && wanted.row != static_cast<int>(i) + 1) continue;
    ++taken;
    row.left_out = not_about(good.scenarios[i], desk);
    const std::string missing = missing_card(good.scenarios[i], bindings);
    if (row.left_out.empty() && !missing.empty()) {
      row.left_out = say("カード {} がこの台にない（ベンチファイルの cards）",
                         "the bench has no card of {} (cards of the bench file)", missing);
    }
    if (!row.left_out.empty()) {
      rows.rows.push_back(row);
      continue;
    }
    if (own_words && !again.ok())
      return end_with(not_loaded(entry, again.errors, Verdict::kFail, path, wanted.file));
    const Scenario& one = own_words ? again.scenarios[i] : good.scenarios[i];
    row.bound = bindings.bound();
    if (row.bound) {
      bound_->desk = &desk;
      bound_->look_for_secrets = of.no_personal_data;
      row.result = bound_->execute(path, static_cast<int>(i), desk.options);
    } else {
      bench::RunSettings settings;
      settings.seed = desk.options.random_seed;
      settings.look_for_secrets = of.no_personal_data;
      settings.amend = [&](bench::WorldConfig& config) {
        const auto reader = assets.readers.find(desk.profile);
        if (!config.face_reader && reader != assets.readers.end()) config.generic = reader->second;
        if (desk.amend) desk.amend(config);
      };
      row.result = bench::run_scenario(assets, one, settings);
    }
    verdict::seal(row.result);
    row.rests_on = rests_on(one, row.result);
    make_relative(row.result, folder_);
    rows.rows.push_back(row);
  }
  if (taken == 0) {
    yaml::Problem problem;
    problem.message = say("{} にその行はない", "{} has no such row", wanted.file);
    end_with(not_loaded(entry, {problem}, Verdict::kError, path, wanted.file));
  }
}

CaseResult ReceptionRunner::execute(const Case& of, const ReceptionDesk& desk,
                                    std::string& trace) {
  ReceptionRows rows;
  rows.id = of.id;
  CaseResult result;
  result.id = of.id;
  result.title = of.title;
  result.rules = of.rules;
  try {
    if (of.applies && !desk.facts.empty() && !of.applies->truth(desk.facts)) {
      result.not_applicable = Text(of.applies->with_values(desk.facts));
      return result;
    }
    for (const std::string& entry : of.scenarios) run_entry(of, entry, desk, rows);
    if (of.words_as_written && !bind::bindings_of(desk.options.extra).bound()) {
      ReceptionRow words;
      words.entry = "screens";
      words.result = compare_words(assets_->catalog.requirements,
                                   (desk.assets ? *desk.assets : *assets_).catalog);
      rows.rows.push_back(std::move(words));
    }
    trace = to_text(rows);
    return judge_reception(of, rows);
  } catch (const ExpressionError& error) {
    result.reason = say("{}:{} 適用条件：{}", "{}:{}: applicability: {}", of.file, of.line,
                        error.text());
  } catch (const std::exception& error) {
    result.reason = say("試験環境の誤り：{}", "the bench failed: {}", error.what());
  }
  result.verdict = Verdict::kError;
  seal(result);
  return result;
}

CaseResult execute_reception(const Case& of, const ReceptionDesk& desk, std::string& trace) {
  return ReceptionRunner().execute(of, desk, trace);
}

}  // namespace uketsuke::conformance
