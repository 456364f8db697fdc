// Ordinary and emergency view: their tables of checks, the viewing log, the document (P2, P1).
#include <algorithm>
#include <array>
#include <set>

#include "models/backend/state.h"

namespace uketsuke::backend {
namespace {

using wire::oqs::seconds_of;
using wire::oqs::time_of;

// ---- what the checks look at
struct Inquiry {
  const State& state;
  const std::string& institution;
  const std::string& clinician;
  const InsuredPerson* person;
  Seconds now;
  bool emergency_mode = false;
  std::vector<const IdentityRecord*> history;   // of the person, anywhere
  std::vector<const IdentityRecord*> released;  // of them: kinds that the release allows
  const ConsentRow* choice = nullptr;           // the last one at this institution
};

const Feature& feature_of(const Release& release, api::IdentityBy by) {
  switch (by) {
    case api::IdentityBy::kMyNumberCard:
      return release.emergency_by_my_number_card;
    case api::IdentityBy::kFourItems:
      return release.emergency_by_four_items;
    case api::IdentityBy::kInsuredNumber:
      break;
  }
  return release.emergency_by_insured_number;
}

Inquiry inquire(const State& state, const std::string& institution, const std::string& clinician,
                const api::InsuredKey& patient, Seconds now) {
  Inquiry out{state, institution, clinician, state.find_person(patient), now, false,
              {},    {},          nullptr};
  if (out.person == nullptr) return out;
  for (const IdentityRecord& record : state.identities) {
    if (record.holder != out.person->holder) continue;
    out.history.push_back(&record);
    if (feature_of(state.parameters.release, record.by).enabled) out.released.push_back(&record);
  }
  out.choice = state.last_choice(out.person->holder, institution);
  return out;
}

bool is_here(const Inquiry& q, const IdentityRecord& record) {
  return record.institution == q.institution;
}
bool is_today(const Inquiry& q, const IdentityRecord& record) {
  return record.time.substr(0, 8) == time_of(q.now).substr(0, 8);
}
// The end belongs to the window.
bool is_within(const std::string& time, Seconds now, Seconds window) {
  const auto then = seconds_of(time);
  return then && *then <= now && now - *then <= window;
}
bool is_in_window(const Inquiry& q, const IdentityRecord& record) {
  return is_within(record.time, q.now, q.state.parameters.emergency_window);
}
bool is_visual(const Inquiry&, const IdentityRecord& record) {
  return record.confirmed == api::Confirmed::kVisually;
}

using RecordRule = bool (*)(const Inquiry&, const IdentityRecord&);
bool any_released(const Inquiry& q, RecordRule rule) {
  return std::any_of(q.released.begin(), q.released.end(),
                     [&](const IdentityRecord* record) { return rule(q, *record); });
}

bool always(const Inquiry&) { return true; }
bool bound_to_here(const Inquiry& q) {
  return q.state.parameters.binding != Binding::kLenient && !q.released.empty();
}
bool bound_to_today(const Inquiry& q) {
  return q.state.parameters.binding == Binding::kStrict && !q.released.empty();
}
bool visual_required(const Inquiry& q) {
  return q.state.parameters.require_visual_confirmation && !q.released.empty();
}
bool has_released(const Inquiry& q) { return !q.released.empty(); }
bool has_history(const Inquiry& q) { return !q.history.empty(); }

bool satisfies_all(const Inquiry& q, const IdentityRecord& record) {
  return is_in_window(q, record) && (!bound_to_here(q) || is_here(q, record)) &&
         (!bound_to_today(q) || is_today(q, record)) &&
         (!visual_required(q) || is_visual(q, record));
}

bool two_factor_is_there(const Inquiry& q) {
  const auto& rows = q.state.two_factors;
  return std::any_of(rows.begin(), rows.end(), [&](const TwoFactorRow& row) {
    return row.institution == q.institution && row.clinician == q.clinician &&
           is_within(row.time, q.now, q.state.parameters.two_factor_window);
  });
}

// ---- the tables: every row is looked at, every failing one is in the refusal
struct Row {
  std::string_view id, source, reason;
  bool (*applies)(const Inquiry&);
  bool (*passes)(const Inquiry&);
};

constexpr std::array<Row, 12> kEmergency = {{
    {"release", "P1", "emergency_view_not_released", always,
     [](const Inquiry& q) { return q.state.parameters.release.emergency_view.enabled; }},
    {"patient", "P2", "patient_unknown", always,
     [](const Inquiry& q) { return q.person != nullptr; }},
    {"identity_history", "P2", "no_identity_history", always, has_history},
    {"identity_kind", "P1", "identity_kind_not_released", has_history, has_released},
    {"institution", "A-24", "other_institution", bound_to_here,
     [](const Inquiry& q) { return any_released(q, is_here); }},
    {"day", "A-24", "other_day", bound_to_today,
     [](const Inquiry& q) { return any_released(q, is_today); }},
    {"window", "A-22", "outside_window", has_released,
     [](const Inquiry& q) { return any_released(q, is_in_window); }},
    {"visual_confirmation", "A-23", "not_confirmed_visually", visual_required,
     [](const Inquiry& q) { return any_released(q, is_visual); }},
    // Each of the four above may be met by another record: one has to meet them all.
    {"one_record", "A-24", "no_record_meets_all",
     [](const Inquiry& q) {
       return any_released(q, is_in_window) &&
              (!bound_to_here(q) || any_released(q, is_here)) &&
              (!bound_to_today(q) || any_released(q, is_today)) &&
              (!visual_required(q) || any_released(q, is_visual));
     },
     [](const Inquiry& q) { return any_released(q, satisfies_all); }},
    {"emergency_mode", "P2", "not_emergency_mode", always,
     [](const Inquiry& q) { return q.emergency_mode; }},
    {"two_factor_history", "P2", "no_two_factor_history", always, two_factor_is_there},
    // 同意あり or 取得困難 is accepted as stated, and logged.
    {"consent_statement", "A-34", "", always, always},
}};

constexpr std::array<Row, 4> kOrdinary = {{
    {"patient", "P2", "patient_unknown", always,
     [](const Inquiry& q) { return q.person != nullptr; }},
    {"identity_record", "P2", "no_identity_history", always,
     [](const Inquiry& q) {
       return std::any_of(q.history.begin(), q.history.end(),
                          [&](const IdentityRecord* record) { return is_here(q, *record); });
     }},
    {"consent", "P2", "consent_not_granted", always,
     [](const Inquiry& q) {
       return q.choice != nullptr && q.choice->consent == api::ConsentRecord::kGranted;
     }},
    // facts/domain.md 2.4 (PQ A3): within 24 hours of the registration.
    {"consent_period", "A-22", "consent_expired",
     [](const Inquiry& q) {
       return q.choice != nullptr && q.choice->consent == api::ConsentRecord::kGranted;
     },
     [](const Inquiry& q) {
       const auto end = seconds_of(q.choice->available_time);
       const auto begin = seconds_of(q.choice->consent_time);
       return end && begin && *begin <= q.now && q.now <= *end;
     }},
}};

template <std::size_t N>
std::vector<Check> run(const std::array<Row, N>& table, const Inquiry& inquiry) {
  std::vector<Check> out;
  out.reserve(N);
  for (const Row& row : table) {
    Check check{row.id, row.source, Outcome::kSkipped, {}};
    if (row.applies(inquiry)) {
      const bool passed = row.passes(inquiry);
      check.outcome = passed ? Outcome::kPassed : Outcome::kFailed;
      if (!passed) check.reason = row.reason;
    }
    out.push_back(check);
  }
  return out;
}

// ---- the document
wire::oqs::Summary summarise(const InsuredPerson& person, const Windows& windows, bool emergency,
                             Seconds now) {
  using wire::oqs::Section;
  wire::oqs::Summary out;
  out.emergency = emergency;
  out.name = person.person.name;
  out.birth_date = person.person.birth_date;
  out.created = time_of(now);
  const std::string today = out.created.substr(0, 8);
  for (std::size_t i = 0; i < wire::oqs::kSections; ++i) {
    const Window& window = windows[i];
    if (window.months == 0 && window.days == 0) continue;
    wire::oqs::SummarySection& section = out.sections.emplace_back();
    section.section = static_cast<Section>(i);
    section.from =
        wire::oqs::date_minus_days(wire::oqs::date_minus_months(today, window.months), window.days);
    section.to = today;
    for (const MedicalEntry& entry : person.entries) {
      if (entry.section != section.section || entry.entry.date < section.from ||
          entry.entry.date > section.to) {
        continue;
      }
      // W18002: of prescriptions the dispensing data only, of check-ups the date only.
      if (emergency && entry.section == Section::kPrescriptions && !entry.dispensed) continue;
      section.entries.push_back(entry.entry);
      if (emergency && entry.section == Section::kHealthCheckups) {
        section.entries.back().text.clear();
      }
    }
    std::stable_sort(section.entries.begin(), section.entries.end(),
                     [](const auto& a, const auto& b) { return a.date > b.date; });
  }
  return out;
}

api::Answer decide(State& state, const Inquiry& inquiry, ViewRow row, const Windows& windows,
                   Records& records) {
  row.institution = inquiry.institution;
  row.clinician = inquiry.clinician;
  row.time = time_of(inquiry.now);
  if (inquiry.person != nullptr) row.holder = inquiry.person->holder;
  if (inquiry.choice != nullptr) row.registered_consent = inquiry.choice->consent;
  api::ViewRefused refused;
  for (const Check& check : row.checks) {
    if (check.outcome == Outcome::kFailed) refused.reasons.emplace_back(check.reason);
  }
  row.returned = refused.reasons.empty();
  std::string summary_json;
  if (row.returned) {
    const auto summary = summarise(*inquiry.person, windows, row.emergency, inquiry.now);
    for (const auto& section : summary.sections) {
      row.sections.push_back(wire::oqs::to_string(section.section));
    }
    summary_json = wire::oqs::to_json(summary);
  }
  const bool returned = row.returned;
  state.views.push_back(row);
  records.push_back(std::move(row));
  if (returned) return api::ViewReturned{std::move(summary_json)};
  return refused;
}

}  // namespace

// a sign-in with fewer than two different factors is no two-factor history.
api::Answer answer(State& state, const api::RecordTwoFactor& request, Seconds now,
                   Records& records) {
  if (request.clinician.empty()) return api::Refusal{"clinician_missing"};
  const std::set<std::string> different(request.factors.begin(), request.factors.end());
  if (different.size() < state.parameters.two_factors || different.count("") != 0) {
    return api::Refusal{"not_two_factors"};
  }
  TwoFactorRow row{request.institution, request.clinician, request.factors, time_of(now)};
  records.push_back(row);
  state.two_factors.push_back(std::move(row));
  return api::Done{};
}

api::Answer answer(State& state, const api::OrdinaryView& request, Seconds now, Records& records) {
  const Inquiry inquiry =
      inquire(state, request.institution, request.clinician, request.patient, now);
  ViewRow row;
  row.checks = run(kOrdinary, inquiry);
  return decide(state, inquiry, std::move(row), state.parameters.ordinary, records);
}

api::Answer answer(State& state, const api::EmergencyView& request, Seconds now, Records& records) {
  Inquiry inquiry = inquire(state, request.institution, request.clinician, request.patient, now);
  inquiry.emergency_mode = request.emergency_mode;
  ViewRow row;
  row.emergency = true;
  row.statement = request.statement;
  row.checks = run(kEmergency, inquiry);
  return decide(state, inquiry, std::move(row), state.parameters.emergency, records);
}

}  // namespace uketsuke::backend
