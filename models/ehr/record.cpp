#include "models/ehr/ehr.h"

namespace uketsuke::ehr {
namespace {

std::string joined(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& item : list) out += (out.empty() ? "" : ",") + item;
  return out;
}

std::string_view kind(bool emergency) { return emergency ? "emergency" : "ordinary"; }

struct Name {
  std::string_view operator()(const SignedIn&) { return "signed_in"; }
  std::string_view operator()(const SignInFailed&) { return "sign_in_failed"; }
  std::string_view operator()(const SignedOut&) { return "signed_out"; }
  std::string_view operator()(const TwoFactorReported&) { return "two_factor_reported"; }
  std::string_view operator()(const PatientArrived&) { return "patient_arrived"; }
  std::string_view operator()(const Judged&) { return "judged"; }
  std::string_view operator()(const PermissionMissing&) { return "permission_missing"; }
  std::string_view operator()(const Requested&) { return "requested"; }
  std::string_view operator()(const Reflected&) { return "reflected"; }
  std::string_view operator()(const RefusedByBackend&) { return "refused_by_backend"; }
  std::string_view operator()(const TimedOut&) { return "timed_out"; }
  std::string_view operator()(const FileIgnored&) { return "ignored"; }
};

struct Describe {
  std::string operator()(const SignedIn& r) {
    return "clinician=" + r.clinician + " factors=" + joined(r.factors);
  }
  std::string operator()(const SignInFailed& r) { return "user=" + r.user; }
  std::string operator()(const SignedOut& r) { return "clinician=" + r.clinician; }
  std::string operator()(const TwoFactorReported& r) {
    return "clinician=" + r.clinician + (r.accepted ? " accepted=yes" : " accepted=no");
  }
  std::string operator()(const PatientArrived& r) {
    return "via=" + r.via + " consent=" + std::string(api::to_string(r.consent));
  }
  std::string operator()(const Judged& r) {
    return "clinician=" + r.clinician + (r.necessary ? " necessary=yes" : " necessary=no");
  }
  std::string operator()(const PermissionMissing& r) { return "clinician=" + r.clinician; }
  std::string operator()(const Requested& r) {
    std::string out = "view=" + std::string(kind(r.emergency)) + " clinician=" + r.clinician +
                      " reference=" + r.reference + " path=" + std::string(to_string(r.path));
    if (r.statement) out += " statement=" + std::string(api::to_string(*r.statement));
    return out;
  }
  std::string operator()(const Reflected& r) {
    return "view=" + std::string(kind(r.emergency)) + " clinician=" + r.clinician +
           " sections=" + joined(r.sections);
  }
  std::string operator()(const RefusedByBackend& r) {
    return "view=" + std::string(kind(r.emergency)) + " reasons=" + joined(r.reasons);
  }
  std::string operator()(const TimedOut& r) { return "view=" + std::string(kind(r.emergency)); }
  std::string operator()(const FileIgnored& r) { return "name=" + r.name + " why=" + r.why; }
};

}  // namespace

std::string_view to_string(Path path) { return path == Path::kFolder ? "folder" : "network"; }

std::string_view to_string(Folder folder) {
  switch (folder) {
    case Folder::kReq:
      return "req";
    case Folder::kRes:
      return "res";
    case Folder::kFace:
      return "face";
  }
  return "?";
}

std::string_view name_of(const Record& record) { return std::visit(Name{}, record); }
std::string describe(const Record& record) { return std::visit(Describe{}, record); }

}  // namespace uketsuke::ehr
