#include "harness/bench/invariants.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

namespace uketsuke::bench {
namespace {

namespace api = wire::backend_api;
using verdict::Text;
using wire::oqs::Seconds;

constexpr wire::Micros kLongestWaitUs = 600'000'000;
constexpr std::size_t kFactors = 2;  // P2: 二要素認証
constexpr std::uint8_t kMasked = 0;  // no instruction and no status has this value
constexpr std::uint8_t kComputeDigitalSignature = 0x2A;  // JPKI: 80 2A (facts: JICSAP)

// What one request may bring about, at most once. The request is named by its `op` on the network.
struct Effect {
  std::string_view op;
  std::string_view record;  // name_of() a record of the backend
  std::string_view other;   // a second name of the same effect
};
constexpr std::array<Effect, 8> kEffects{{
    {"complete_identity", "identity_recorded", {}},
    {"register_consent", "consent_recorded", {}},
    {"check_eligibility", "eligibility_checked", {}},
    {"issue_visual_passcode", "visual_passcode_issued", {}},
    {"check_visual_passcode", "visual_passcode_tried", {}},
    {"record_two_factor", "two_factor_recorded", {}},
    {"ordinary_view", "ordinary_view_returned", "ordinary_view_refused"},
    {"emergency_view", "emergency_view_returned", "emergency_view_refused"},
}};

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}
bool has_member(std::string_view json, std::string_view name, std::string_view value) {
  return has(json, fmt::format("\"{}\":\"{}\"", name, value));
}
bool begins(wire::ByteView bytes, std::string_view text) {
  return bytes.size() >= text.size() &&
         std::equal(text.begin(), text.end(), bytes.begin(),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}
bool is_within(const std::string& time, Seconds now, Seconds window) {
  const auto then = wire::oqs::seconds_of(time);
  return then && *then <= now && now - *then <= window;
}

class Walk {
 public:
  explicit Walk(const Evidence& evidence) : seen_(evidence) {}
  std::vector<Violation> run();

 private:
  void message(std::size_t index, const trace::Entry& entry);
  void session(const trace::Entry& entry);
  void person(const std::string& input, const trace::Entry& entry);
  void screen(const trace::Entry& entry);
  void request(std::string json);
  void note(const trace::Entry& entry);
  void record(const backend::Record& record);
  void identity(const backend::IdentityRecord& record);
  void consent(const backend::ConsentRow& row);
  void emergency_view(const backend::ViewRow& row);
  std::vector<std::string> missing(const backend::ViewRow& row) const;
  bool has_identity(const backend::ViewRow& row, Seconds now) const;
  bool has_two_factors(const backend::ViewRow& row, Seconds now) const;
  bool asked_in_emergency_mode(const std::string& clinician) const;
  void effects();
  void violated(std::string_view invariant, Text what) {
    found_.push_back({std::string(invariant), std::move(what)});
  }

  const Evidence& seen_;
  std::vector<Violation> found_;
  std::size_t next_record_ = 0;  // of the backend, in step with its notes
  std::size_t identities_ = 0, two_factors_ = 0;  // rows that are there at this point of the walk

  bool signature_asked_ = false;             // by the last command on the session wire
  bool card_read_ = false;                   // a signature came back, no record rests on it yet
  bool consent_asked_ = false;               // the reader's screen asks
  bool granted_ = false, declined_ = false;  // pressed since it asks
  struct Tick { bool surely = false, maybe = false; };
  bool form_open_ = false;   // the screen on which the box stands
  Tick tick_;                // of the terminal's form as it is
  Tick tick_of_reception_;   // and as it was when the reception began
  std::string judge_;  // who judged the view to be necessary
  std::vector<std::string> emergency_requests_;
  std::map<std::string, std::size_t> asked_;
  std::map<std::string_view, std::size_t> done_;
};

// ---- what passed on the wires

void Walk::message(std::size_t index, const trace::Entry& entry) {
  const std::string_view wire = entry.pipe->wire;
  if (wire == "session") return session(entry);
  if (wire == "panel" && entry.pipe->name == "input")
    return person(seen_.journal.decoded(index), entry);
  if (wire == "panel") return screen(entry);
  if (wire == "network" && entry.pipe->name == "request") request(seen_.journal.decoded(index));
}

void Walk::session(const trace::Entry& entry) {
  if (entry.pipe->name == "command") {
    // After a fault all is masked (zero): then any command may have been the one.
    signature_asked_ = entry.bytes.size() > 1 && (entry.bytes[1] == kComputeDigitalSignature ||
                                                  entry.bytes[1] == kMasked);
    return;
  }
  const std::size_t size = entry.bytes.size();
  if (signature_asked_ && size > 2 && entry.bytes[size - 1] == 0 &&
      (entry.bytes[size - 2] == 0x90 || entry.bytes[size - 2] == kMasked))
    card_read_ = true;
  signature_asked_ = false;
}

// In the words of the panel wire: "press granted", "tick viewing_consent on".
void Walk::person(const std::string& input, const trace::Entry& entry) {
  if (consent_asked_ && entry.pipe->to == "face_reader") {
    granted_ = granted_ || input == "press granted";
    declined_ = declined_ || input == "press declined";
  }
  const bool on = input == "tick viewing_consent on";
  if (!on && input != "tick viewing_consent off") return;
  // What a fault touched may have arrived, or not.
  const bool sure = entry.remark.empty();
  if (sure && !form_open_) return;  // refused: this screen has no such box
  tick_ = {on && sure, on || (tick_.maybe && !sure)};
}

void Walk::screen(const trace::Entry& entry) {
  if (!begins(entry.bytes, "display\t")) return;  // an input was refused: the screen stays
  if (entry.pipe->from == "face_reader") {
    const bool asks = begins(entry.bytes, "display\tconsent\t");
    if (asks && !consent_asked_) granted_ = declined_ = false;
    consent_asked_ = asks;
  }
  // One that a fault touched is painted again.
  if (entry.pipe->from != "terminal" || !entry.remark.empty()) return;
  // The form is gone, and its ticks with it: left for the menu, or opened anew.
  const bool opens = begins(entry.bytes, "display\tconfirm_by_card\t");
  if (begins(entry.bytes, "display\tmenu\t") || (opens && !form_open_)) tick_ = {};
  form_open_ = opens;
}

void Walk::request(std::string json) {
  constexpr std::string_view kOp = "\"op\":\"";
  const auto at = json.find(kOp);
  if (at == std::string::npos) return;
  const std::string op = json.substr(at + kOp.size(), json.find('"', at + kOp.size()) - at -
                                                          kOp.size());
  ++asked_[op];
  if (op == "emergency_view") emergency_requests_.push_back(std::move(json));
}

// ---- what was recorded

void Walk::note(const trace::Entry& entry) {
  if (entry.role == "terminal" && entry.event == "reception_started") {
    card_read_ = false;
    tick_of_reception_ = std::exchange(tick_, {});
    granted_ = declined_ = false;
  }
  if (entry.role == "ehr" && entry.event == "judged" && has(entry.text, "necessary=yes"))
    judge_ = entry.text;
  if (entry.role != "backend") return;
  ++done_[entry.event];
  const auto& records = seen_.records;
  if (next_record_ < records.size()) record(records[next_record_++]);
}

void Walk::record(const backend::Record& record) {
  if (const auto* row = std::get_if<backend::IdentityRecord>(&record)) return identity(*row);
  if (const auto* row = std::get_if<backend::ConsentRow>(&record)) return consent(*row);
  if (std::holds_alternative<backend::TwoFactorRow>(record)) ++two_factors_;
  if (const auto* row = std::get_if<backend::ViewRow>(&record))
    if (row->emergency && row->returned) emergency_view(*row);
}

void Walk::identity(const backend::IdentityRecord& record) {
  ++identities_;
  if (record.by != api::IdentityBy::kMyNumberCard) return;
  if (!card_read_) {
    violated("identity",
             {fmt::format("{}の本人確認履歴が、この受付で完了したカード読取に基づいていない",
                          record.holder),
              fmt::format("an identity record of {} rests on no card read completed in this "
                          "reception",
                          record.holder)});
  }
  card_read_ = false;
}

void Walk::consent(const backend::ConsentRow& row) {
  bool right = true;
  switch (row.consent) {
    case api::ConsentRecord::kGranted: right = granted_ || tick_of_reception_.maybe; break;
    case api::ConsentRecord::kDeclined: right = declined_; break;
    case api::ConsentRecord::kNotAsked:
      right = !granted_ && !declined_ && !tick_of_reception_.surely;
      break;
  }
  if (!right) {
    const std::string word(to_string(row.consent));
    violated("consent",
             {fmt::format("記録された同意 ({}) が、押された又はチェックされたものと違う", word),
              fmt::format("the consent recorded ({}) is not what was pressed or ticked", word)});
  }
  granted_ = declined_ = false;
  tick_of_reception_ = {};
}

// P2: identity history, emergency mode, two-factor history; P1: what the release allows.
bool Walk::has_identity(const backend::ViewRow& row, Seconds now) const {
  const backend::Parameters& p = seen_.backend;
  const auto& rows = seen_.identities;
  const auto end = rows.begin() + static_cast<std::ptrdiff_t>(std::min(identities_, rows.size()));
  return std::any_of(rows.begin(), end, [&](const backend::IdentityRecord& record) {
    const backend::Feature& allowed =
        record.by == api::IdentityBy::kMyNumberCard ? p.release.emergency_by_my_number_card
        : record.by == api::IdentityBy::kFourItems  ? p.release.emergency_by_four_items
                                                    : p.release.emergency_by_insured_number;
    return record.holder == row.holder && allowed.enabled &&
           is_within(record.time, now, p.emergency_window);
  });
}

bool Walk::has_two_factors(const backend::ViewRow& row, Seconds now) const {
  const backend::Parameters& p = seen_.backend;
  const auto& rows = seen_.two_factors;
  const auto end = rows.begin() + static_cast<std::ptrdiff_t>(std::min(two_factors_, rows.size()));
  return std::any_of(rows.begin(), end, [&](const backend::TwoFactorRow& record) {
    return record.clinician == row.clinician && record.factors.size() >= kFactors &&
           is_within(record.time, now, p.two_factor_window);
  });
}

bool Walk::asked_in_emergency_mode(const std::string& clinician) const {
  return std::any_of(emergency_requests_.begin(), emergency_requests_.end(),
                     [&](const std::string& json) {
                       return has(json, "\"emergency_mode\":true") &&
                              has_member(json, "clinician", clinician);
                     });
}

std::vector<std::string> Walk::missing(const backend::ViewRow& row) const {
  std::vector<std::string> checks;
  const Seconds now = wire::oqs::seconds_of(row.time).value_or(0);
  if (!seen_.backend.release.emergency_view.enabled) checks.emplace_back("P1 release");
  if (!has_identity(row, now)) checks.emplace_back("P2 identity history");
  if (!asked_in_emergency_mode(row.clinician)) checks.emplace_back("P2 emergency mode");
  if (!has_two_factors(row, now)) checks.emplace_back("P2 two-factor history");
  if (!has(judge_, "clinician=" + row.clinician)) checks.emplace_back("P2 physician's judgement");
  return checks;
}

void Walk::emergency_view(const backend::ViewRow& row) {
  const std::vector<std::string> checks = missing(row);
  if (checks.empty()) return;
  const std::string list = fmt::format("{}", fmt::join(checks, ", "));
  violated("emergency_view",
           {fmt::format("満たされていない確認があるのに救急時閲覧が返された: {}", list),
            fmt::format("an emergency view was returned although a check did not hold: {}", list)});
}

void Walk::effects() {
  for (const Effect& effect : kEffects) {
    const std::size_t asked = asked_[std::string(effect.op)];
    const std::size_t done =
        done_[effect.record] + (effect.other.empty() ? 0 : done_[effect.other]);
    if (done <= asked) continue;
    violated("effect", {fmt::format("要求 {} は{}回、結果の記録は{}件", effect.op, asked, done),
                        fmt::format("{} was requested {} times and took effect {} times",
                                    effect.op, asked, done)});
  }
}

std::vector<Violation> Walk::run() {
  const auto& records = seen_.records;
  const auto count = [&](auto&& is) {
    return static_cast<std::size_t>(std::count_if(records.begin(), records.end(), is));
  };
  // Rows of `given:` were there before anything happened.
  identities_ = seen_.identities.size() - count([](const backend::Record& record) {
                  return std::holds_alternative<backend::IdentityRecord>(record);
                });
  two_factors_ = seen_.two_factors.size() - count([](const backend::Record& record) {
                   return std::holds_alternative<backend::TwoFactorRow>(record);
                 });
  const trace::Journal& journal = seen_.journal;
  for (std::size_t i = 0; i < journal.size(); ++i) {
    const trace::Entry entry = journal.entry(i);
    if (entry.pipe == nullptr) {
      note(entry);
    } else {
      message(i, entry);
    }
  }
  effects();
  return std::move(found_);
}

}  // namespace

std::vector<Violation> violations(const Evidence& evidence) { return Walk(evidence).run(); }

std::vector<Violation> violations(World& world) {
  kernel::Simulation& simulation = world.simulation();
  if (!world.waiting().empty())
    simulation.run_until([&] { return world.waiting().empty(); },
                         simulation.now_us() + kLongestWaitUs);
  const backend::Backend& backend = world.backend().backend();
  std::vector<Violation> found =
      violations(Evidence{world.journal(), world.backend().records(), backend.identity_history(),
                          backend.two_factor_history(), world.config().backend});
  for (const std::string& who : world.waiting()) {
    found.push_back({"answer",
                     {fmt::format("{}: 答えも時間切れもなく待ち続けている", who),
                      fmt::format("{}: waits without end, no answer and no time-out", who)}});
  }
  return found;
}

}  // namespace uketsuke::bench
