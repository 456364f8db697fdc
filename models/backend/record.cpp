#include "models/backend/record.h"

namespace uketsuke::backend {
namespace {

void add(std::string& out, std::string_view name, std::string_view value) {
  if (!out.empty()) out += ' ';
  out.append(name).append("=").append(value);
}

struct Describe {
  std::string out;

  void operator()(const SignedIn& r) {
    add(out, "institution", r.institution);
    add(out, "user", r.user);
    add(out, "account", api::to_string(r.account));
  }
  void operator()(const SignedOut&) {}
  void operator()(const PasscodeIssuedFor& r) {
    add(out, "institution", r.institution);
    add(out, "by", r.user);
  }
  void operator()(const PasscodeTried& r) {
    add(out, "institution", r.institution);
    add(out, "result", api::to_string(r.result));
    add(out, "tries_left", std::to_string(r.tries_left));
  }
  void operator()(const IdentityRecord& r) {
    add(out, "holder", r.holder);
    add(out, "by", api::to_string(r.by));
    if (r.confirmed) add(out, "confirmed", api::to_string(*r.confirmed));
    add(out, "institution", r.institution);
    add(out, "confirmation_date", r.confirmation_date);
    add(out, "time", r.time);
    add(out, "account", r.account);
    if (r.certificate_in_grace) add(out, "certificate", "in_grace");
  }
  void operator()(const ConsentRow& r) {
    add(out, "holder", r.holder);
    add(out, "institution", r.institution);
    add(out, "consent", api::to_string(r.consent));
    if (!r.consent_time.empty()) add(out, "consent_time", r.consent_time);
    if (!r.available_time.empty()) add(out, "available_time", r.available_time);
  }
  void operator()(const EligibilityChecked& r) {
    add(out, "holder", r.holder);
    add(out, "institution", r.institution);
    add(out, "validity", r.validity);
  }
  void operator()(const TwoFactorRow& r) {
    add(out, "institution", r.institution);
    add(out, "clinician", r.clinician);
    for (const std::string& factor : r.factors) add(out, "factor", factor);
  }
  void operator()(const ViewRow& r) {
    add(out, "institution", r.institution);
    add(out, "clinician", r.clinician);
    add(out, "holder", r.holder.empty() ? "unknown" : r.holder);
    if (r.registered_consent) add(out, "registered_consent", api::to_string(*r.registered_consent));
    if (r.statement) add(out, "statement", api::to_string(*r.statement));
    for (const Check& check : r.checks) {
      add(out, check.id, check.reason.empty() ? to_string(check.outcome) : check.reason);
    }
    for (const auto section : r.sections) add(out, "section", section);
  }
  void operator()(const RequestRefused& r) {
    add(out, "op", r.op);
    add(out, "reason", r.reason);
  }
};

struct Name {
  std::string_view operator()(const SignedIn&) { return "signed_in"; }
  std::string_view operator()(const SignedOut&) { return "signed_out"; }
  std::string_view operator()(const PasscodeIssuedFor&) { return "visual_passcode_issued"; }
  std::string_view operator()(const PasscodeTried&) { return "visual_passcode_tried"; }
  std::string_view operator()(const IdentityRecord&) { return "identity_recorded"; }
  std::string_view operator()(const ConsentRow&) { return "consent_recorded"; }
  std::string_view operator()(const EligibilityChecked&) { return "eligibility_checked"; }
  std::string_view operator()(const TwoFactorRow&) { return "two_factor_recorded"; }
  std::string_view operator()(const ViewRow& r) {
    if (r.emergency) return r.returned ? "emergency_view_returned" : "emergency_view_refused";
    return r.returned ? "ordinary_view_returned" : "ordinary_view_refused";
  }
  std::string_view operator()(const RequestRefused&) { return "request_refused"; }
};

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPassed:
      return "passed";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kSkipped:
      return "skipped";
  }
  return "?";
}

std::string_view name_of(const Record& record) { return std::visit(Name{}, record); }

std::string describe(const Record& record) {
  Describe visitor;
  std::visit(visitor, record);
  return std::move(visitor.out);
}

}  // namespace uketsuke::backend
