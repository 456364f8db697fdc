#include "sim/wire/oqs/project_defined.h"

#include "sim/wire/oqs/codec_parts.h"

namespace uketsuke::wire::oqs {
namespace {

using xml::Group;
using xml::Need;

constexpr std::size_t kMaxReasons = 20;
constexpr std::size_t kMaxEntries = 1000;
constexpr std::size_t kMaxEntryText = 2000;

// Our element for each section.
constexpr std::string_view kSectionElements[kSections] = {
    "ConsultationHistory", "ElectronicPrescription", "Drug", "Operation", "Treatment", "Dialysis",
    "HealthCheckup"};

void read_patient(Group& from, backend_api::InsuredKey& out) {
  out.insurer_number = from.insurer_number("InsurerNumber", Need::kRequired);
  out.symbol = from.text("InsuredCardSymbol");
  out.number = from.text("InsuredIdentificationNumber", Need::kRequired);
  out.branch = from.text("InsuredBranchNumber");
}

void write_patient(xml::Writer& out, const backend_api::InsuredKey& patient) {
  out.insurer_number("InsurerNumber", patient.insurer_number);
  out.leaf("InsuredCardSymbol", patient.symbol);
  out.leaf("InsuredIdentificationNumber", patient.number);
  out.leaf("InsuredBranchNumber", patient.branch);
}

// OQSCD016 of the emergency interface: 1 or 3 (facts/domain.md 7, item 2).
ConsFlg read_emergency_consent(Group& from) {
  return static_cast<ConsFlg>(from.code("ConsFlg", "13", Need::kRequired, 3));
}

// facts/domain.md 2.6: the header of the drug and treatment request has spellings of its own.
void read_ordinary_request(Group root, ViewRequest& out) {
  Group header = root.group("MessageHeader", Need::kRequired);
  out.header.MedicalInstitutionCode = header.digits("MedicalInstitutionCode", 10, Need::kRequired);
  out.patient.insurer_number = header.insurer_number("InsurerNumber", Need::kRequired);
  out.patient.symbol = header.text("InsuranceCardSymbol");
  out.patient.number = header.text("InsuredPersonIdentificationNumber", Need::kRequired);
  out.patient.branch = header.text("BranchNumber");
  out.header.ArbitraryFileIdentifier = header.text("ArbitraryFileIdentifier");
  header.finish();
  Group body = root.group("MessageBody", Need::kRequired);
  out.StartDate = body.date("StartDate");
  out.EndDate = body.date("EndDate");
  body.text("FileCategory");
  body.code("PrDiInfClassification", "1", Need::kRequired);
  body.code("MedicalTreatmentFlag", "1", Need::kRequired);
  out.ViewerIdentifier = body.text("ViewerIdentifier", Need::kRequired, 100);
  body.finish();
  root.finish();
}

void write_ordinary_request(xml::Writer& out, const ViewRequest& message) {
  out.open("MessageHeader");
  out.leaf("MedicalInstitutionCode", message.header.MedicalInstitutionCode);
  out.insurer_number("InsurerNumber", message.patient.insurer_number);
  out.leaf("InsuranceCardSymbol", message.patient.symbol);
  out.leaf("InsuredPersonIdentificationNumber", message.patient.number);
  out.leaf("BranchNumber", message.patient.branch);
  out.leaf("ArbitraryFileIdentifier", message.header.ArbitraryFileIdentifier);
  out.close("MessageHeader");
  out.open("MessageBody");
  out.leaf_if("StartDate", message.StartDate);
  out.leaf_if("EndDate", message.EndDate);
  out.leaf("PrDiInfClassification", "1");
  out.leaf("MedicalTreatmentFlag", "1");
  out.leaf("ViewerIdentifier", message.ViewerIdentifier);
  out.close("MessageBody");
}

void read_summary(Group from, Summary& out) {
  out.name = from.text("Name");
  out.birth_date = from.date("Birthdate");
  out.created = from.time("CreationTime", Need::kRequired);
  for (std::size_t i = 0; i < kSections; ++i) {
    Group section = from.group(kSectionElements[i], Need::kOptional);
    if (!section.exists()) continue;
    SummarySection& into = out.sections.emplace_back();
    into.section = static_cast<Section>(i);
    into.from = section.date("StartDate");
    into.to = section.date("EndDate");
    for (Group& entry : section.groups("Entry", kMaxEntries)) {
      Entry& e = into.entries.emplace_back();
      e.date = entry.date("Date", Need::kRequired);
      e.institution = entry.text("InstitutionName");
      e.text = entry.text("Description", Need::kOptional, kMaxEntryText);
      entry.finish();
    }
    section.finish();
  }
  from.finish();
}

void write_summary(xml::Writer& out, std::string_view name, const Summary& summary) {
  out.open(name);
  out.leaf("Name", summary.name);
  out.leaf("Birthdate", summary.birth_date);
  out.leaf("CreationTime", summary.created);
  for (const SummarySection& section : summary.sections) {
    const std::string_view element = kSectionElements[static_cast<std::size_t>(section.section)];
    out.open(element);
    out.leaf("StartDate", section.from);
    out.leaf("EndDate", section.to);
    for (const Entry& entry : section.entries) {
      out.open("Entry");
      out.leaf("Date", entry.date);
      out.leaf("InstitutionName", entry.institution);
      out.leaf_if("Description", entry.text);
      out.close("Entry");
    }
    out.close(element);
  }
  out.close(name);
}

std::string_view summary_element(bool emergency) {
  return emergency ? "EmergencySummary" : "MedicalInformation";
}

}  // namespace

ConsFlg cons_flg(backend_api::ConsentStatement statement) {
  return statement == backend_api::ConsentStatement::kConsentGiven ? ConsFlg::kYes
                                                                   : ConsFlg::kUnobtainable;
}

backend_api::ConsentStatement statement_of(ConsFlg flag) {
  return flag == ConsFlg::kYes ? backend_api::ConsentStatement::kConsentGiven
                               : backend_api::ConsentStatement::kConsentUnobtainable;
}

void read_message(Group root, ViewRequest& out) {
  if (!out.emergency) return read_ordinary_request(std::move(root), out);
  out.header = read_request_header(root.group("MessageHeader", Need::kRequired));
  Group body = root.group("MessageBody", Need::kRequired);
  Group info = body.group("EmergencyViewInfo", Need::kRequired);
  read_patient(info, out.patient);
  out.ViewerIdentifier = info.text("ViewerIdentifier", Need::kRequired, 100);
  out.EmergencyMode = info.code("EmergencyMode", "01", Need::kRequired) == 1;
  out.consent = read_emergency_consent(info);
  info.finish();
  body.finish();
  root.finish();
}

void write_message(xml::Writer& out, const ViewRequest& message) {
  if (!message.emergency) return write_ordinary_request(out, message);
  write_header(out, message.header);
  out.open("MessageBody");
  out.open("EmergencyViewInfo");
  write_patient(out, message.patient);
  out.leaf("ViewerIdentifier", message.ViewerIdentifier);
  out.code("EmergencyMode", message.EmergencyMode ? 1 : 0);
  out.code("ConsFlg", static_cast<int>(message.consent));
  out.close("EmergencyViewInfo");
  out.close("MessageBody");
}

void read_message(Group root, ViewResult& out) {
  out.header = read_result_header(root.group("MessageHeader", Need::kRequired));
  Group body = root.group("MessageBody", Need::kRequired);
  read_patient(body, out.patient);
  if (out.emergency) out.consent = read_emergency_consent(body);
  Group reasons = body.group("ReasonList", Need::kOptional);
  out.reasons = reasons.texts("Reason", kMaxReasons);
  reasons.finish();
  const std::string_view element = summary_element(out.emergency);
  if (Group summary = body.group(element, Need::kOptional); summary.exists()) {
    out.summary.emplace();
    out.summary->emergency = out.emergency;
    read_summary(std::move(summary), *out.summary);
  }
  // A summary goes with 正常終了, reasons with 異常終了, and there is one of the two.
  const bool normal = out.header.SegmentOfResult == Segment::kNormal;
  if (normal != out.summary.has_value()) body.fail(DecodeErrc::kBadValue, element);
  if (normal != out.reasons.empty()) body.fail(DecodeErrc::kBadValue, "ReasonList");
  body.finish();
  root.finish();
}

void write_message(xml::Writer& out, const ViewResult& message) {
  write_header(out, message.header);
  out.open("MessageBody");
  write_patient(out, message.patient);
  if (message.emergency) out.code("ConsFlg", static_cast<int>(message.consent));
  if (!message.reasons.empty()) {
    out.open("ReasonList");
    for (const std::string& reason : message.reasons) out.leaf("Reason", reason);
    out.close("ReasonList");
  }
  if (message.summary) write_summary(out, summary_element(message.emergency), *message.summary);
  out.close("MessageBody");
}

void read_message(Group root, PasscodeRequest& out) {
  out.header = read_request_header(root.group("MessageHeader", Need::kRequired));
  root.group("MessageBody", Need::kOptional).finish();
  root.finish();
}

void write_message(xml::Writer& out, const PasscodeRequest& message) {
  write_header(out, message.header);
  out.leaf("MessageBody", "");
}

void read_message(Group root, PasscodeResult& out) {
  out.header = read_result_header(root.group("MessageHeader", Need::kRequired));
  Group body = root.group("MessageBody", Need::kRequired);
  out.VisualPasscode = body.text("VisualPasscode", Need::kOptional, 32);
  const bool normal = out.header.SegmentOfResult == Segment::kNormal;
  if (normal == out.VisualPasscode.empty()) body.fail(DecodeErrc::kBadValue, "VisualPasscode");
  body.finish();
  root.finish();
}

void write_message(xml::Writer& out, const PasscodeResult& message) {
  write_header(out, message.header);
  out.open("MessageBody");
  out.leaf_if("VisualPasscode", message.VisualPasscode);
  out.close("MessageBody");
}

}  // namespace uketsuke::wire::oqs
