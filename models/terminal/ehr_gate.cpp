#include "models/terminal/ehr_gate.h"

#include <algorithm>

namespace uketsuke::terminal {
namespace {

namespace oqs = wire::oqs;

constexpr std::size_t kTakenNames = 64;

template <class T>
const T* get_if(const backend_api::Answer& answer) {
  return std::get_if<T>(&answer);
}

const oqs::RequestHeader& header_of(const oqs::Message& request) {
  if (const auto* view = std::get_if<oqs::ViewRequest>(&request)) return view->header;
  if (const auto* passcode = std::get_if<oqs::PasscodeRequest>(&request)) return passcode->header;
  return std::get<oqs::QualificationRequest>(request).header;
}

oqs::ResultHeader result_header(const Desk& desk, const oqs::Message& request) {
  const oqs::RequestHeader& asked = header_of(request);
  oqs::ResultHeader header;
  header.ProcessExecutionTime = desk.now();
  header.QualificationConfirmationDate = asked.QualificationConfirmationDate;
  header.MedicalInstitutionCode = desk.parameters().institution;
  header.ArbitraryFileIdentifier = asked.ArbitraryFileIdentifier;
  header.CharacterCodeIdentifier = asked.encoding;
  return header;
}

backend_api::InsuredKey key_of(const oqs::QualificationConfirmSearchInfo& search) {
  return {search.InsurerNumber, search.InsuredCardSymbol, search.InsuredIdentificationNumber,
          search.InsuredBranchNumber};
}

oqs::ViewResult view_result(const Desk& desk, const oqs::Message& request) {
  const auto& asked = std::get<oqs::ViewRequest>(request);
  oqs::ViewResult result;
  result.header = result_header(desk, request);
  result.emergency = asked.emergency;
  result.patient = asked.patient;
  result.consent = asked.consent;
  return result;
}

}  // namespace

void EhrGate::file(Desk& desk, const FileArrived& file, const std::string& session) {
  const auto name = oqs::parse_file_name(file.name);
  const auto refuse = [&](const std::string& why) {
    desk.record("ehr_file_refused", {{"why", why}});
    desk.act(WriteFile{Folder::kTrash, file.name, file.content});
  };
  if (!name || !oqs::is_request(name->kind)) {
    return refuse(name ? "not_a_request" : to_string(name.error()));
  }
  auto request = oqs::decode(name->kind, file.content);
  // An answer would have to name the patient, so there is none.
  if (!request) return refuse(to_string(request.error()));
  // A file name is used once: the EHR counts on in it.
  if (std::find(taken_.begin(), taken_.end(), file.name) != taken_.end()) return refuse("again");
  if (taken_.size() == kTakenNames) taken_.pop_front();
  taken_.push_back(file.name);
  desk.record("ehr_request", {{"interface", std::string(to_string(name->kind))}});
  Pending pending{*name, std::move(*request)};
  if (header_of(pending.request).MedicalInstitutionCode != desk.parameters().institution) {
    return reply_error(desk, pending, "institution_wrong");
  }
  if (pending_.size() >= desk.parameters().max_ehr_requests) {
    return reply_error(desk, pending, "busy");
  }
  const std::uint64_t tag = next_tag_++;
  pending_.emplace(tag, std::move(pending));
  ask(desk, tag, session);
}

void EhrGate::ask(Desk& desk, std::uint64_t tag, const std::string& session) {
  const oqs::Message& request = pending_.at(tag).request;
  const std::string& institution = desk.parameters().institution;
  if (const auto* view = std::get_if<oqs::ViewRequest>(&request)) {
    if (view->emergency) {  // P2; the statement is passed on as stated
      return desk.ask_backend(
          Owner::kEhr,
          backend_api::EmergencyView{institution, view->ViewerIdentifier, view->patient,
                                     view->EmergencyMode, oqs::statement_of(view->consent)},
          tag);
    }
    return desk.ask_backend(
        Owner::kEhr,
        backend_api::OrdinaryView{institution, view->ViewerIdentifier, view->patient}, tag);
  }
  if (std::holds_alternative<oqs::PasscodeRequest>(request)) {
    return desk.ask_backend(Owner::kEhr, backend_api::IssueVisualPasscode{institution, session},
                            tag);
  }
  const auto& search = std::get<oqs::QualificationRequest>(request);
  desk.ask_backend(
      Owner::kEhr,
      backend_api::IdentifyByInsuredNumber{institution, session, key_of(search.search),
                                           search.header.QualificationConfirmationDate},
      tag);
}

void EhrGate::answer(Desk& desk, const backend_api::Answer& answer, std::uint64_t tag) {
  const auto it = pending_.find(tag);
  if (it == pending_.end()) return;
  // A search is two steps: identify, then check.
  if (const auto* found = get_if<backend_api::IdentityAnswer>(answer)) {
    return desk.ask_backend(
        Owner::kEhr,
        backend_api::CheckEligibility{desk.parameters().institution, found->transaction}, tag);
  }
  const Pending pending = std::move(it->second);
  pending_.erase(it);
  reply(desk, pending, answer);
}

void EhrGate::reply(Desk& desk, const Pending& pending, const backend_api::Answer& answer) {
  if (const auto* refusal = get_if<backend_api::Refusal>(answer)) {
    return reply_error(desk, pending, refusal->reason);
  }
  const oqs::Message& request = pending.request;
  if (std::holds_alternative<oqs::ViewRequest>(request)) {
    oqs::ViewResult result = view_result(desk, request);
    if (const auto* refused = get_if<backend_api::ViewRefused>(answer)) {
      result.header.SegmentOfResult = oqs::Segment::kAbnormal;
      result.reasons = refused->reasons;
      if (!result.reasons.empty()) result.header.ErrorCode = result.reasons.front();
      return write(desk, pending, result, "refused");
    }
    const auto* returned = get_if<backend_api::ViewReturned>(answer);
    auto summary = returned != nullptr ? oqs::summary_from_json(returned->summary_json)
                                       : wire::Result<oqs::Summary>(wire::DecodeError{});
    if (!summary) return reply_error(desk, pending, "bad_answer");
    result.summary = std::move(*summary);
    return write(desk, pending, result, "returned");
  }
  if (const auto* issued = get_if<backend_api::PasscodeIssued>(answer)) {
    if (!std::holds_alternative<oqs::PasscodeRequest>(request)) {
      return reply_error(desk, pending, "bad_answer");
    }
    return write(desk, pending, oqs::PasscodeResult{result_header(desk, request), issued->passcode},
                 "issued");
  }
  const auto* eligibility = get_if<backend_api::Eligibility>(answer);
  if (eligibility == nullptr || !std::holds_alternative<oqs::QualificationRequest>(request)) {
    return reply_error(desk, pending, "bad_answer");
  }
  oqs::ResultHeader header = result_header(desk, request);
  header.ReferenceClassification = oqs::Reference::kInsuredCard;
  write(desk, pending, oqs::result_from(*eligibility, std::move(header)), "checked");
}

void EhrGate::reply_error(Desk& desk, const Pending& pending, const std::string& code) {
  oqs::ResultHeader header = result_header(desk, pending.request);
  header.SegmentOfResult = oqs::Segment::kAbnormal;
  header.ErrorCode = code;
  if (std::holds_alternative<oqs::ViewRequest>(pending.request)) {
    oqs::ViewResult result = view_result(desk, pending.request);
    result.header = header;
    result.reasons = {code};
    return write(desk, pending, result, "refused");
  }
  if (std::holds_alternative<oqs::PasscodeRequest>(pending.request)) {
    return write(desk, pending, oqs::PasscodeResult{header, {}}, "refused");
  }
  oqs::QualificationResult result;
  result.header = header;
  result.ProcessingResultStatus = oqs::ProcessingStatus::kError;
  result.ProcessingResultCode = code;
  write(desk, pending, result, "refused");
}

void EhrGate::write(Desk& desk, const Pending& pending, const oqs::Message& message,
                    const std::string& outcome) {
  const auto name = oqs::build_file_name(oqs::answer_name(pending.name));
  auto content = oqs::encode(message);
  if (!name || !content) {
    desk.record("file_not_written", {{"why", !name ? to_string(name.error())
                                                   : to_string(content.error())}});
    return;
  }
  std::vector<std::pair<std::string, std::string>> values{
      {"interface", std::string(to_string(pending.name.kind))}, {"outcome", outcome}};
  if (const auto* view = std::get_if<oqs::ViewResult>(&message)) {
    for (const std::string& reason : view->reasons) values.emplace_back("reason", reason);
  }
  desk.record("ehr_answer", std::move(values));
  desk.act(WriteFile{Folder::kRes, *name, std::move(*content)});
}

}  // namespace uketsuke::terminal
