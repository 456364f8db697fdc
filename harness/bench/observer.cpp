#include "harness/bench/observer.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/wire/reader_link/message.h"

namespace uketsuke::bench {
namespace {

using scenario::Expectation;
using scenario::Outcome;
using scenario::Value;

template <class Records>
std::string last_value(const Records& records, std::size_t since, std::string_view name,
                       std::string_view key) {
  for (std::size_t i = records.size(); i > since; --i) {
    if (records[i - 1].name != name) continue;
    for (const auto& [field, value] : records[i - 1].values)
      if (field == key) return value;
    return "true";
  }
  return {};
}

// The last record of one type since then; nullptr: none.
template <class T, class Records>
const T* last_of(const Records& records, std::size_t since) {
  for (std::size_t i = records.size(); i > since; --i)
    if (const T* record = std::get_if<T>(&records[i - 1])) return record;
  return nullptr;
}

std::string join(const std::vector<std::string>& words) {
  return fmt::format("[{}]", fmt::join(words, ", "));
}

bool matches(const Value& wanted, std::string_view key, std::string_view seen) {
  const Value* value = wanted.find(key);
  return value == nullptr || value->text == seen;
}

bool same_list(const Value& wanted, std::string_view key, const std::vector<std::string>& seen) {
  const Value* value = wanted.find(key);
  return value == nullptr ||
         std::equal(value->items.begin(), value->items.end(), seen.begin(), seen.end(),
                    [](const Value& item, const std::string& text) { return item.text == text; });
}

}  // namespace

Baseline Observer::mark() const {
  Baseline b;
  b.terminal_records = world_.terminal().records().size();
  b.terminal_refused = world_.terminal_panel().refused().size();
  if (world_.face() != nullptr) b.reader_records = world_.face()->records().size();
  if (world_.has_face_reader()) b.reader_refused = world_.reader_panel().refused().size();
  b.ehr_records = world_.ehr().records().size();
  b.ehr_refused = world_.ehr_panel().refused().size();
  b.backend_records = world_.backend().records().size();
  return b;
}

Seen Observer::state(const std::string& seen, const Value& wanted) const {
  return {seen == wanted.text, false, false, seen};
}

// Seen once in a step, it counts.
Seen Observer::message(const std::string& seen, const Value& wanted) const {
  Seen result = state(seen, wanted);
  result.event = true;
  return result;
}

// Every value that is named stands on the EHR's screen.
Seen Observer::shown(const Value& wanted) const {
  const auto& values = world_.ehr_panel().display().values;
  bool holds = true;
  std::string text;
  for (const auto& [key, value] : wanted.fields) {
    const auto found = values.find(key);
    const std::string seen = found == values.end() ? "not shown" : found->second;
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", key, seen);
    holds = holds && seen == value.text;
  }
  return {holds, false, false, "{" + text + "}"};
}

Seen Observer::event(const std::string& seen, const Value& wanted, std::string_view none) const {
  const std::string value = seen.empty() ? std::string(none) : seen;
  return {value == wanted.text, seen.empty() && value == wanted.text, true, value};
}

std::string Observer::account() const {
  const terminal::AccountSession& session = world_.terminal().terminal().account();
  if (!session.signed_in()) return "nobody";
  return session.administrator() ? "administrator" : "general";
}

std::string Observer::screen() const {
  return world_.has_face_reader() ? world_.reader_panel().display().screen
                                  : std::string("no face-auth reader");
}

std::string Observer::mode() const {
  if (!world_.has_face_reader()) return "no face-auth reader";
  // Of a reader that is not simulated: as it told the terminal over the reader link.
  return std::string(to_string(world_.face() != nullptr
                                   ? world_.face()->panel().mode()
                                   : world_.terminal().terminal().reader_mode()));
}

std::vector<std::string> Observer::view_reasons(const Baseline& since) const {
  const auto& records = world_.ehr().records();
  if (const auto* refused = last_of<ehr::RefusedByBackend>(records, since.ehr_records))
    return refused->reasons;
  return {};
}

std::vector<std::string> Observer::refused_inputs(const Baseline& since) const {
  std::vector<std::string> inputs;
  const auto add = [&inputs](const std::vector<wire::panel::Refused>& refused, std::size_t from) {
    for (std::size_t i = from; i < refused.size(); ++i)
      inputs.push_back(refused[i].control + ": " + refused[i].reason);
  };
  add(world_.reader_panel().refused(), world_.has_face_reader() ? since.reader_refused : 0);
  add(world_.terminal_panel().refused(), since.terminal_refused);
  add(world_.ehr_panel().refused(), since.ehr_refused);
  return inputs;
}

std::vector<std::string> Observer::refusals(const Baseline& since) const {
  std::vector<std::string> reasons;
  const auto add = [&reasons](const std::vector<wire::panel::Refused>& refused, std::size_t from) {
    for (std::size_t i = from; i < refused.size(); ++i) reasons.push_back(refused[i].reason);
  };
  if (world_.has_face_reader()) add(world_.reader_panel().refused(), since.reader_refused);
  add(world_.terminal_panel().refused(), since.terminal_refused);
  add(world_.ehr_panel().refused(), since.ehr_refused);
  const auto& terminal = world_.terminal().records();
  for (std::size_t i = since.terminal_records; i < terminal.size(); ++i) {
    for (const auto& [key, value] : terminal[i].values) {
      const bool failure = terminal[i].name == "reception_failed" ||
                           terminal[i].name == "sign_in_failed" ||
                           terminal[i].name == "mode_refused" ||
                           terminal[i].name == "card_failed";
      if ((key == "code" && failure) ||
          (key == "result" && terminal[i].name == "passcode_checked" && value != "accepted"))
        reasons.push_back(value);
    }
  }
  const auto& ehr = world_.ehr().records();
  for (std::size_t i = since.ehr_records; i < ehr.size(); ++i)
    if (std::holds_alternative<ehr::PermissionMissing>(ehr[i]))
      reasons.emplace_back("permission_missing");
  for (const std::string& reason : view_reasons(since)) reasons.push_back(reason);
  return reasons;
}

Seen Observer::reasons(const Value& wanted, const Baseline& since) const {
  const std::vector<std::string> seen = refusals(since);
  std::vector<std::string> words;
  for (const Value& item : wanted.items) words.push_back(item.text);
  if (wanted.form == Value::Form::kScalar) words.push_back(wanted.text);
  bool holds = !words.empty();
  for (const std::string& word : words)
    holds = holds && std::find(seen.begin(), seen.end(), word) != seen.end();
  // Of a refused view every reason has to be named.
  const std::vector<std::string> view = view_reasons(since);
  for (const std::string& reason : view)
    holds = holds && std::find(words.begin(), words.end(), reason) != words.end();
  return {holds, false, true, join(seen)};
}

Seen Observer::view(bool emergency, const Value& wanted, const Baseline& since) const {
  const auto& records = world_.ehr().records();
  std::string seen;
  for (std::size_t i = since.ehr_records; i < records.size(); ++i) {
    if (const auto* asked = std::get_if<ehr::Requested>(&records[i]);
        asked && asked->emergency == emergency)
      seen = "requested, no answer yet";
    if (const auto* got = std::get_if<ehr::Reflected>(&records[i]);
        got && got->emergency == emergency)
      seen = "returned";
    if (const auto* no = std::get_if<ehr::RefusedByBackend>(&records[i]);
        no && no->emergency == emergency)
      seen = "refused";
    if (const auto* late = std::get_if<ehr::TimedOut>(&records[i]);
        late && late->emergency == emergency)
      seen = "no_answer";
  }
  return event(seen, wanted, "not_requested");
}

Seen Observer::look(const Expectation& expectation, const Baseline& since) const {
  const Value& wanted = expectation.value;
  const auto& backend = world_.backend().records();
  const auto& terminal = world_.terminal().records();
  const bool failed =
      !last_value(terminal, since.terminal_records, "reception_failed", "code").empty();
  switch (expectation.outcome) {
    case Outcome::kScreen:
      return state(screen(), wanted);
    case Outcome::kMode: return state(mode(), wanted);
    case Outcome::kMessage:
      return message(world_.has_face_reader() ? world_.reader_panel().display().message
                                   : "no face-auth reader",
                     wanted);
    case Outcome::kConsent: {
      const auto* row = last_of<backend::ConsentRow>(backend, since.backend_records);
      return event(row ? std::string(to_string(row->consent)) : "", wanted, "nothing registered");
    }
    case Outcome::kEligibility: {
      const bool checked =
          last_of<backend::EligibilityChecked>(backend, since.backend_records) != nullptr;
      return event(checked ? "checked" : failed ? "refused" : "", wanted, "not_checked");
    }
    case Outcome::kIdentity: {
      const bool confirmed =
          last_of<backend::IdentityRecord>(backend, since.backend_records) != nullptr;
      return event(confirmed ? "confirmed" : failed ? "refused" : "", wanted, "nothing yet");
    }
    case Outcome::kTerminalScreen: return state(world_.terminal_panel().display().screen, wanted);
    case Outcome::kTerminalMessage:
      return message(world_.terminal_panel().display().message, wanted);
    case Outcome::kEhrScreen: return state(world_.ehr_panel().display().screen, wanted);
    case Outcome::kEmergencyView: return view(true, wanted, since);
    case Outcome::kOrdinaryView: return view(false, wanted, since);
    case Outcome::kRefused: {
      const std::vector<std::string> seen = refusals(since);
      const bool holds = wanted.text == "true"
                             ? !seen.empty()
                             : std::find(seen.begin(), seen.end(), wanted.text) != seen.end();
      return {holds, false, true, seen.empty() ? "nothing refused" : join(seen)};
    }
    case Outcome::kReason: return reasons(wanted, since);
    case Outcome::kAccount: return state(account(), wanted);
    case Outcome::kEhrMessage: return message(world_.ehr_panel().display().message, wanted);
    case Outcome::kEhrShows: return shown(wanted);
    case Outcome::kTriesLeft: {
      const auto& values = world_.reader_panel().display().values;
      const auto shown = values.find("tries_left");
      return state(shown == values.end() ? "not shown" : shown->second, wanted);
    }
    case Outcome::kReader: {
      const auto reader =
          world_.has_face_reader() ? terminal::kFaceReader : terminal::kGenericReader;
      const bool there = world_.terminal().terminal().reader_arrived(reader);
      return state(there ? "connected" : "gone", wanted);
    }
    case Outcome::kCard:
      return state(world_.hands().lying().empty() ? "absent" : "present", wanted);
    case Outcome::kWithin:
    case Outcome::kBy: break;
  }
  return {true, false, false, {}};
}

Seen Observer::identity_history(const Value& wanted) const {
  const auto& rows = world_.backend().backend().identity_history();
  std::string text;
  bool holds = rows.size() == wanted.items.size();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string by(to_string(rows[i].by));
    const std::string confirmed(rows[i].confirmed ? to_string(*rows[i].confirmed) : "");
    text += fmt::format("{}{{holder: {}, by: {}, confirmed: {}}}", text.empty() ? "" : ", ",
                        rows[i].holder, by, confirmed);
    if (!holds) continue;
    holds = matches(wanted.items[i], "holder", rows[i].holder) &&
            matches(wanted.items[i], "by", by) &&
            matches(wanted.items[i], "confirmed", confirmed) &&
            matches(wanted.items[i], "institution",
                    rows[i].institution == world_.config().terminal.institution ? "own" : "other");
  }
  return {holds, false, false, "[" + text + "]"};
}

Seen Observer::consents(const Value& wanted) const {
  const auto& rows = world_.backend().backend().consents();
  const auto last = [&rows](const std::string& holder) -> std::string {
    for (auto row = rows.rbegin(); row != rows.rend(); ++row)
      if (row->holder == holder) return std::string(to_string(row->consent));
    return "nothing registered";
  };
  bool holds = true;
  std::string text;
  const auto check = [&](const Value& item) {
    const std::string holder = item.text_at("holder");
    const std::string seen = holder.empty()
                                 ? (rows.empty() ? std::string("nothing registered")
                                                 : std::string(to_string(rows.back().consent)))
                                 : last(holder);
    text += (text.empty() ? "" : ", ") + (holder.empty() ? seen : holder + ": " + seen);
    holds = holds && seen == (holder.empty() ? item.text : item.text_at("consent"));
  };
  if (wanted.form == Value::Form::kList) {
    for (const Value& item : wanted.items) check(item);
  } else {
    check(wanted);
  }
  return {holds, false, false, text};
}

Seen Observer::eligibilities(const Value& wanted) const {
  const auto& records = world_.backend().records();
  const auto of = [&](const std::string& holder) -> std::string {
    for (const backend::Record& record : records) {
      const auto* checked = std::get_if<backend::EligibilityChecked>(&record);
      if (checked != nullptr && (holder.empty() || checked->holder == holder)) return "checked";
    }
    return "not_checked";
  };
  bool holds = true;
  std::string text;
  const auto check = [&](const Value& item) {
    const std::string holder = item.text_at("holder");
    const std::string seen = of(holder);
    text += (text.empty() ? "" : ", ") + (holder.empty() ? seen : holder + ": " + seen);
    holds = holds && seen == (holder.empty() ? item.text : item.text_at("eligibility"));
  };
  if (wanted.form == Value::Form::kList) {
    for (const Value& item : wanted.items) check(item);
  } else {
    check(wanted);
  }
  return {holds, false, false, text};
}

Seen Observer::consent_history(const Value& wanted) const {
  const auto& rows = world_.backend().backend().consents();
  std::string text;
  bool holds = rows.size() == wanted.items.size();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string consent(to_string(rows[i].consent));
    text += fmt::format("{}{{holder: {}, consent: {}}}", text.empty() ? "" : ", ", rows[i].holder,
                        consent);
    holds = holds && matches(wanted.items[i], "holder", rows[i].holder) &&
            matches(wanted.items[i], "consent", consent);
  }
  return {holds, false, false, "[" + text + "]"};
}

Seen Observer::eligibility_checks(const Value& wanted) const {
  std::vector<std::string> holders, words;
  for (const backend::Record& record : world_.backend().records())
    if (const auto* checked = std::get_if<backend::EligibilityChecked>(&record))
      holders.push_back(checked->holder);
  for (const Value& item : wanted.items) words.push_back(item.text);
  return {holders == words, false, false, join(holders)};
}

Seen Observer::view_log(const Value& wanted) const {
  const auto& rows = world_.backend().backend().view_log();
  std::string text;
  bool holds = rows.size() == wanted.items.size();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string view = rows[i].emergency ? "emergency" : "ordinary";
    const std::string outcome = rows[i].returned ? "returned" : "refused";
    const std::string statement(rows[i].statement ? to_string(*rows[i].statement) : "");
    text += fmt::format("{}{{holder: {}, view: {}, outcome: {}, clinician: {}{}}}",
                        text.empty() ? "" : ", ", rows[i].holder, view, outcome, rows[i].clinician,
                        statement.empty() ? "" : ", statement: " + statement);
    if (!holds) continue;
    const Value& item = wanted.items[i];
    holds = matches(item, "holder", rows[i].holder) && matches(item, "view", view) &&
            matches(item, "outcome", outcome) && matches(item, "clinician", rows[i].clinician) &&
            matches(item, "statement", statement);
  }
  return {holds, false, false, "[" + text + "]"};
}

Seen Observer::two_factor_history(const Value& wanted) const {
  const auto& rows = world_.backend().backend().two_factor_history();
  std::string text;
  bool holds = rows.size() == wanted.items.size();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    text += fmt::format("{}{{clinician: {}, factors: {}}}", text.empty() ? "" : ", ",
                        rows[i].clinician, join(rows[i].factors));
    holds = holds && matches(wanted.items[i], "clinician", rows[i].clinician) &&
            same_list(wanted.items[i], "factors", rows[i].factors);
  }
  return {holds, false, false, "[" + text + "]"};
}

Seen Observer::passcodes_issued(const Value& wanted) const {
  std::vector<std::string> users, words;
  for (const backend::Record& record : world_.backend().records())
    if (const auto* issued = std::get_if<backend::PasscodeIssuedFor>(&record))
      users.push_back(issued->user);
  for (const Value& item : wanted.items) words.push_back(item.text);
  return {users == words, false, false, join(users)};
}

Seen Observer::charts(const Value& wanted) const {
  std::string text;
  std::size_t count = 0;
  bool holds = true;
  for (const ehr::Record& record : world_.ehr().records()) {
    const auto* row = std::get_if<ehr::Reflected>(&record);
    if (row == nullptr) continue;
    const std::string view = row->emergency ? "emergency" : "ordinary";
    text += fmt::format("{}{{view: {}, clinician: {}, sections: [\"{}\"]}}",
                        text.empty() ? "" : ", ", view, row->clinician,
                        fmt::join(row->sections, "\", \""));
    holds = holds && count < wanted.items.size() && matches(wanted.items[count], "view", view) &&
            matches(wanted.items[count], "clinician", row->clinician) &&
            same_list(wanted.items[count], "sections", row->sections);
    ++count;
  }
  return {holds && count == wanted.items.size(), false, false, "[" + text + "]"};
}

Seen Observer::look_at_end(const Expectation& expectation) const {
  const Value& wanted = expectation.value;
  if (expectation.name == "backend.identity_history") return identity_history(wanted);
  if (expectation.name == "backend.consent") return consents(wanted);
  if (expectation.name == "backend.eligibility") return eligibilities(wanted);
  if (expectation.name == "backend.consent_history") return consent_history(wanted);
  if (expectation.name == "backend.eligibility_checks") return eligibility_checks(wanted);
  if (expectation.name == "backend.view_log") return view_log(wanted);
  if (expectation.name == "backend.two_factor_history") return two_factor_history(wanted);
  if (expectation.name == "backend.passcodes_issued") return passcodes_issued(wanted);
  if (expectation.name == "ehr.charts") return charts(wanted);
  if (expectation.name == "ehr.screen") return state(world_.ehr_panel().display().screen, wanted);
  if (expectation.name == "reader.mode") return state(mode(), wanted);
  if (expectation.name == "reader.screen") return state(screen(), wanted);
  if (expectation.name == "terminal.screen")
    return state(world_.terminal_panel().display().screen, wanted);
  if (expectation.name == "terminal.account") return state(account(), wanted);
  return {false, false, false, "no such check: " + expectation.name};
}

}  // namespace uketsuke::bench
