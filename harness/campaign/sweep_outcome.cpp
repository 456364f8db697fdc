#include "harness/campaign/sweep_outcome.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/bench/observer.h"

namespace uketsuke::campaign {
namespace {

using verdict::Verdict;

// Longer than every time-out of a role.
constexpr wire::Micros kQuietUs = 120'000'000;
constexpr int kMoreQuiet = 5;  // so many times more for whoever still waits for a machine

// Messages of screens that say nothing of trouble; every other one reports it.
const std::set<std::string, std::less<>> kPlainMessages{
    "",           "completion_message", "eligibility_checked",  "reading",
    "please_wait", "passcode_checking",  "take_card",            "face_matched",
    "view_returned", "waiting_for_answer", "unattended_operation", "visual_passcode_issued",
    "staff_confirmation_required", "view_not_necessary"};
// Records of the terminal that report trouble, by their names.
const std::set<std::string, std::less<>> kTrouble{
    "card_failed",      "reception_failed", "sign_in_failed", "ehr_file_refused",
    "file_not_written", "mode_refused",     "reader_refused", "reader_gone",
    "unmodelled"};
const std::set<std::string, std::less<>> kTroubleNotes{
    "anomaly",      "link_error", "unmodelled",   "panel_error", "enumeration_failed",
    "usb_detached", "card_taken", "folder_error", "backend_error"};

void add_history(const backend::Backend& backend, std::vector<Row>& rows) {
  for (const backend::IdentityRecord& row : backend.identity_history()) {
    rows.push_back({"identity", row.holder,
                    fmt::format("by {}, confirmed {}, at {}, date {}, account {}, in grace {}",
                                to_string(row.by), row.confirmed ? to_string(*row.confirmed) : "-",
                                row.institution, row.confirmation_date, row.account,
                                row.certificate_in_grace)});
  }
  for (const backend::ConsentRow& row : backend.consents()) {
    rows.push_back(
        {"consent", row.holder, fmt::format("{} at {}", to_string(row.consent), row.institution)});
  }
  for (const backend::TwoFactorRow& row : backend.two_factor_history()) {
    rows.push_back({"two_factor", row.clinician,
                    fmt::format("{} at {}", fmt::join(row.factors, "+"), row.institution)});
  }
  for (const backend::ViewRow& row : backend.view_log()) {
    if (!row.returned) continue;  // a refusal is no view
    rows.push_back({"view", row.holder,
                    fmt::format("{} by {} at {}, statement {}, {}",
                                row.emergency ? "emergency" : "ordinary", row.clinician,
                                row.institution, row.statement ? to_string(*row.statement) : "-",
                                fmt::join(row.sections, "+"))});
  }
}

void add_records(const std::vector<backend::Record>& records, Evidence& seen) {
  for (const backend::Record& record : records) {
    if (const auto* row = std::get_if<backend::EligibilityChecked>(&record))
      seen.rows.push_back({"eligibility", row->holder, row->validity});
    if (const auto* row = std::get_if<backend::PasscodeIssuedFor>(&record))
      seen.rows.push_back({"passcode", row->user, row->institution});
    if (const auto* row = std::get_if<backend::RequestRefused>(&record))
      ++seen.refusals[fmt::format("backend: {} {}", row->op, row->reason)];
  }
}

void add_ehr(const std::vector<ehr::Record>& records, Evidence& seen) {
  for (const ehr::Record& record : records) {
    if (const auto* row = std::get_if<ehr::Reflected>(&record))
      seen.rows.push_back({"chart", row->clinician,
                           fmt::format("{}: {}", row->emergency ? "emergency" : "ordinary",
                                       fmt::join(row->sections, "+"))});
    if (const auto* row = std::get_if<ehr::RefusedByBackend>(&record))
      ++seen.refusals[fmt::format("ehr: {}", fmt::join(row->reasons, "+"))];
    if (std::holds_alternative<ehr::TimedOut>(record)) ++seen.reports["ehr: no answer"];
    if (const auto* row = std::get_if<ehr::FileIgnored>(&record))
      ++seen.reports["ehr: file ignored: " + row->why];
    if (std::holds_alternative<ehr::SignInFailed>(record)) ++seen.reports["ehr: sign-in failed"];
    if (const auto* row = std::get_if<ehr::TwoFactorReported>(&record); row && !row->accepted)
      ++seen.reports["ehr: two-factor sign-in not reported"];
  }
}

void add_screen(const char* device, channel::PanelChannel& panel, Evidence& seen) {
  const wire::panel::Display& display = panel.display();
  if (kPlainMessages.count(display.message) == 0)
    ++seen.reports[fmt::format("{} says {}", device, display.message)];
}

// What the second has more of than the first.
std::string more(const std::map<std::string, int>& clean, const std::map<std::string, int>& now) {
  for (const auto& [what, count] : now) {
    const auto found = clean.find(what);
    if (found == clean.end() || found->second < count) return what;
  }
  return {};
}

std::string key(const Row& row) { return row.table + "|" + row.holder + "|" + row.text; }
std::string words(const Row& row) {
  return fmt::format("{} of {}: {}", row.table, row.holder, row.text);
}

std::map<std::string, int> counted(const std::vector<Row>& rows) {
  std::map<std::string, int> counts;
  for (const Row& row : rows) ++counts[key(row)];
  return counts;
}

// The row of the run without the fault in whose place this one stands, if there is one.
std::string instead_of(const Row& wrong, const Evidence& clean, const Evidence& faulty) {
  std::map<std::string, int> left = counted(faulty.rows);
  for (const Row& row : clean.rows) {
    const bool gone = --left[key(row)] < 0;
    if (gone && row.table == wrong.table && row.holder == wrong.holder)
      return fmt::format(" (without the fault: {})", row.text);
  }
  return {};
}

// The worst that the records say; kRecovered: nothing wrong.
Judgement records_of(const Evidence& clean, const Evidence& faulty) {
  std::map<std::string, int> left = counted(clean.rows);
  const std::map<std::string, int> all = left;
  std::set<std::string> people;
  for (const Row& row : clean.rows) people.insert(row.table + "|" + row.holder);
  Judgement worst{Outcome::kRecovered, {}};
  for (const Row& row : faulty.rows) {
    if (--left[key(row)] >= 0) continue;
    const Outcome outcome = all.count(key(row)) != 0 ? Outcome::kDoubleRecord
                            : people.count(row.table + "|" + row.holder) == 0
                                ? Outcome::kWrongPerson
                                : Outcome::kWrongRecord;
    if (worst.outcome == Outcome::kRecovered || outcome == Outcome::kWrongPerson)
      worst = {outcome, words(row) + instead_of(row, clean, faulty)};
  }
  return worst;
}

std::string missing_row(const Evidence& clean, const Evidence& faulty) {
  std::map<std::string, int> left = counted(faulty.rows);
  for (const Row& row : clean.rows)
    if (--left[key(row)] < 0) return words(row);
  return {};
}

const verdict::StepResult* broken_invariant(const verdict::ScenarioResult& result) {
  for (const verdict::StepResult& step : result.steps)
    if (step.verdict > Verdict::kPass && step.title.en.rfind("invariant", 0) == 0) return &step;
  return nullptr;
}

Outcome outcome_of_invariant(std::string_view title) {
  const auto names = [title](std::string_view word) {
    return title.find(word) != std::string_view::npos;
  };
  if (names("effect")) return Outcome::kDoubleRecord;
  if (names("answer")) return Outcome::kHang;
  return Outcome::kInvariant;
}

}  // namespace

Evidence look_at(bench::World& world) {
  world.simulation().run_for(kQuietUs);
  for (int i = 0; i < kMoreQuiet && !world.waiting().empty(); ++i)
    world.simulation().run_for(kQuietUs);
  for (channel::PanelChannel* panel :
       {&world.reader_panel(), &world.terminal_panel(), &world.ehr_panel()})
    panel->read();
  Evidence seen;
  add_history(world.backend().backend(), seen.rows);
  add_records(world.backend().records(), seen);
  add_ehr(world.ehr().records(), seen);
  const bench::Observer observer(world);
  for (const std::string& reason : observer.refusals({})) ++seen.refusals[reason];
  for (const auto& record : world.terminal().records())
    if (kTrouble.count(record.name) != 0) ++seen.reports["terminal: " + record.name];
  for (const std::string& note : kTroubleNotes) {
    if (const std::size_t count = world.journal().count_notes(note); count != 0)
      seen.reports["note " + note] = static_cast<int>(count);
  }
  if (const std::uint32_t count = world.anomalies(); count != 0)
    seen.reports["anomalies"] = static_cast<int>(count);
  seen.waits = world.waiting();
  if (world.face() != nullptr && world.face()->panel().state() == face_reader::State::kReading)
    seen.waits.emplace_back("face_reader: reading");
  if (world.terminal().terminal().screen() == terminal::ScreenId::kReading)
    seen.waits.emplace_back("terminal: reading");
  if (world.face() != nullptr) add_screen("face_reader", world.reader_panel(), seen);
  add_screen("terminal", world.terminal_panel(), seen);
  add_screen("ehr", world.ehr_panel(), seen);
  seen.screens = screens_of(world);
  return seen;
}

Judgement judge(const Evidence& clean, const Evidence& faulty,
                const verdict::ScenarioResult& result, std::uint32_t touched) {
  if (result.verdict == Verdict::kError || result.verdict == Verdict::kNone)
    return {Outcome::kCrash, result.reason.en};
  if (const Judgement records = records_of(clean, faulty); records.outcome != Outcome::kRecovered)
    return records;
  if (const verdict::StepResult* step = broken_invariant(result))
    return {outcome_of_invariant(step->title.en), step->title.en + ": " + step->observed.en};
  if (touched == 0) return {Outcome::kUntouched, {}};
  if (!faulty.waits.empty() && faulty.waits != clean.waits)
    return {Outcome::kHang, faulty.waits.front()};
  const std::string missing = missing_row(clean, faulty);
  // What came too late for the scenario has come in the end.
  const bool as_clean = missing.empty() && faulty.screens == clean.screens;
  if (as_clean || (result.verdict == Verdict::kPass && missing.empty()))
    return {Outcome::kRecovered, {}};
  if (const std::string what = more(clean.refusals, faulty.refusals); !what.empty())
    return {Outcome::kRefused, what};
  if (const std::string what = more(clean.reports, faulty.reports); !what.empty())
    return {Outcome::kReported, what};
  if (!faulty.people.empty()) return {Outcome::kReported, "people: " + faulty.people};
  if (result.verdict == Verdict::kPass) return {Outcome::kWrongRecord, "missing: " + missing};
  const verdict::StepResult* step = decisive_step(result);
  if (step == nullptr) return {Outcome::kHang, result.reason.en};
  return {Outcome::kSilent, fmt::format("{} (observed: {})", step->title.en, step->observed.en)};
}

}  // namespace uketsuke::campaign
