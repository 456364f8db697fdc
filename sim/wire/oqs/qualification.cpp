#include "sim/wire/oqs/qualification.h"

#include <algorithm>

#include "sim/wire/oqs/calendar.h"
#include "sim/wire/oqs/codec_parts.h"

namespace uketsuke::wire::oqs {
namespace {

using xml::Group;
using xml::Need;

constexpr std::size_t kMaxResults = 20;
constexpr std::size_t kMaxDiseases = 10;

struct ConsentNames {
  std::string_view flag, time, available;
};
constexpr std::array<ConsentNames, kConsentKinds> kConsentNames = {{
    {"SpecificHealthCheckupsInfoConsFlg", "SpecificHealthCheckupsInfoConsTime",
     "SpecificHealthCheckupsInfoAvailableTime"},
    {"PharmacistsInfoConsFlg", "PharmacistsInfoConsTime", "PharmacistsInfoAvailableTime"},
    {"DiagnosisInfoConsFlg", "DiagnosisInfoConsTime", "DiagnosisInfoAvailableTime"},
    {"OperationInfoConsFlg", "OperationInfoConsTime", "OperationInfoAvailableTime"},
}};

// The plain elements of one result, in the order of the layout, before and after the groups.
enum class Rule { kText, kDate, kSex, kFamily, kInsurer };
template <class R, class F>
void plain_elements(R& r, F&& f) {
  f("InsuredCardClassification", r.InsuredCardClassification, Rule::kText);
  f("InsurerNumber", r.InsurerNumber, Rule::kInsurer);
  f("InsuredCardSymbol", r.InsuredCardSymbol, Rule::kText);
  f("InsuredIdentificationNumber", r.InsuredIdentificationNumber, Rule::kText);
  f("InsuredBranchNumber", r.InsuredBranchNumber, Rule::kText);
  f("PersonalFamilyClassification", r.PersonalFamilyClassification, Rule::kFamily);
  f("InsuredName", r.InsuredName, Rule::kText);
  f("Name", r.Name, Rule::kText);
  f("NameOfOther", r.NameOfOther, Rule::kText);
  f("NameKana", r.NameKana, Rule::kText);
  f("NameOfOtherKana", r.NameOfOtherKana, Rule::kText);
  f("Sex1", r.Sex1, Rule::kSex);
  f("Sex2", r.Sex2, Rule::kSex);
  f("Birthdate", r.Birthdate, Rule::kDate);
  f("Address", r.Address, Rule::kText);
  f("PostNumber", r.PostNumber, Rule::kText);
  f("QualificationDate", r.QualificationDate, Rule::kDate);
  f("DisqualificationDate", r.DisqualificationDate, Rule::kDate);
  f("InsuredCertificateIssuanceDate", r.InsuredCertificateIssuanceDate, Rule::kDate);
  f("InsuredCardValidDate", r.InsuredCardValidDate, Rule::kDate);
  f("InsuredCardExpirationDate", r.InsuredCardExpirationDate, Rule::kDate);
  f("InsuredPartialContributionRatio", r.InsuredPartialContributionRatio, Rule::kText);
  f("PreschoolClassification", r.PreschoolClassification, Rule::kText);
  f("ReasonOfLoss", r.ReasonOfLoss, Rule::kText);
  f("InsurerName", r.InsurerName, Rule::kText);
}

std::string read_digit(Group& from, std::string_view name, std::string_view allowed) {
  const int value = from.code(name, allowed, Need::kOptional, -1);
  return value < 0 ? std::string() : std::string(1, static_cast<char>('0' + value));
}

void read_search(Group search, QualificationConfirmSearchInfo& out, Need need) {
  out.InsurerNumber = search.insurer_number("InsurerNumber", need);
  out.InsuredCardSymbol = search.text("InsuredCardSymbol");
  out.InsuredIdentificationNumber = search.text("InsuredIdentificationNumber", need);
  out.InsuredBranchNumber = search.text("InsuredBranchNumber");
  out.Birthdate = search.date("Birthdate", need);
  out.LimitApplicationCertificateRelatedConsFlg =
      read_digit(search, "LimitApplicationCertificateRelatedConsFlg", "01");
  out.ArbitraryIdentifier = search.text("ArbitraryIdentifier");
  search.finish();
}

void write_search(xml::Writer& out, const QualificationConfirmSearchInfo& search) {
  out.open("QualificationConfirmSearchInfo");
  out.insurer_number("InsurerNumber", search.InsurerNumber);
  out.leaf("InsuredCardSymbol", search.InsuredCardSymbol);
  out.leaf("InsuredIdentificationNumber", search.InsuredIdentificationNumber);
  out.leaf("InsuredBranchNumber", search.InsuredBranchNumber);
  out.leaf("Birthdate", search.Birthdate);
  out.leaf_if("LimitApplicationCertificateRelatedConsFlg",
              search.LimitApplicationCertificateRelatedConsFlg);
  out.leaf("ArbitraryIdentifier", search.ArbitraryIdentifier);
  out.close("QualificationConfirmSearchInfo");
}

void read_consent(Group& from, const ConsentNames& names, Consent& out) {
  out.present = from.has(names.flag);
  // 2 belongs to visits and online treatment, 3 to the emergency interface (OQSCD016).
  out.flag = static_cast<ConsFlg>(from.code(names.flag, "01", Need::kOptional));
  const Need need = out.flag == ConsFlg::kYes ? Need::kRequired : Need::kOptional;
  out.ConsTime = from.time(names.time, need);
  out.AvailableTime = from.time(names.available, need);
  if (out.flag == ConsFlg::kYes) {
    if (time_plus(out.ConsTime, kDay) != out.AvailableTime) {
      from.fail(DecodeErrc::kBadValue, names.available);
    }
  } else if (!out.ConsTime.empty() || !out.AvailableTime.empty()) {
    from.fail(DecodeErrc::kBadValue, out.ConsTime.empty() ? names.available : names.time);
  }
}

void read_result(Group from, ResultOfQualificationConfirmation& out) {
  plain_elements(out, [&](std::string_view name, std::string& value, Rule rule) {
    switch (rule) {
      case Rule::kText:
        value = from.text(name);
        break;
      case Rule::kDate:
        value = from.date(name);
        break;
      case Rule::kSex:
        value = read_digit(from, name, "123");
        break;
      case Rule::kFamily:
        value = read_digit(from, name, "12");
        break;
      case Rule::kInsurer:
        value = from.insurer_number(name, Need::kOptional);
        break;
    }
  });
  out.ElderlyRecipientCertificateInfo =
      from.group("ElderlyRecipientCertificateInfo", Need::kOptional).leaves();
  out.LimitApplicationCertificateRelatedConsFlg =
      read_digit(from, "LimitApplicationCertificateRelatedConsFlg", "01");
  out.LimitApplicationCertificateRelatedConsTime =
      from.time("LimitApplicationCertificateRelatedConsTime");
  out.LimitApplicationCertificateRelatedInfo =
      from.group("LimitApplicationCertificateRelatedInfo", Need::kOptional).leaves();
  out.SpecificDiseasesCertificateRelatedConsFlg =
      read_digit(from, "SpecificDiseasesCertificateRelatedConsFlg", "01");
  out.SpecificDiseasesCertificateRelatedConsTime =
      from.time("SpecificDiseasesCertificateRelatedConsTime");
  Group diseases = from.group("SpecificDiseasesCertificateList", Need::kOptional);
  for (Group& info : diseases.groups("SpecificDiseasesCertificateInfo", kMaxDiseases)) {
    out.SpecificDiseasesCertificateList.push_back(info.leaves());
  }
  diseases.finish();
  for (std::size_t i = 0; i < kConsentKinds; ++i) {
    read_consent(from, kConsentNames[i], out.consents[i]);
  }
  out.ReferenceNumber = from.text("ReferenceNumber", Need::kOptional, 50);
  from.finish();
}

void write_leaves(xml::Writer& out, std::string_view name, const Leaves& leaves) {
  if (leaves.empty()) return;
  out.open(name);
  for (const auto& [leaf, text] : leaves) out.leaf(leaf, text);
  out.close(name);
}

void write_result(xml::Writer& out, const ResultOfQualificationConfirmation& result) {
  out.open("ResultOfQualificationConfirmation");
  plain_elements(result, [&](std::string_view name, const std::string& value, Rule rule) {
    if (value.empty()) return;
    rule == Rule::kInsurer ? out.insurer_number(name, value) : out.leaf(name, value);
  });
  write_leaves(out, "ElderlyRecipientCertificateInfo", result.ElderlyRecipientCertificateInfo);
  out.leaf_if("LimitApplicationCertificateRelatedConsFlg",
              result.LimitApplicationCertificateRelatedConsFlg);
  out.leaf_if("LimitApplicationCertificateRelatedConsTime",
              result.LimitApplicationCertificateRelatedConsTime);
  write_leaves(out, "LimitApplicationCertificateRelatedInfo",
               result.LimitApplicationCertificateRelatedInfo);
  out.leaf_if("SpecificDiseasesCertificateRelatedConsFlg",
              result.SpecificDiseasesCertificateRelatedConsFlg);
  out.leaf_if("SpecificDiseasesCertificateRelatedConsTime",
              result.SpecificDiseasesCertificateRelatedConsTime);
  if (!result.SpecificDiseasesCertificateList.empty()) {
    out.open("SpecificDiseasesCertificateList");
    for (const Leaves& info : result.SpecificDiseasesCertificateList) {
      write_leaves(out, "SpecificDiseasesCertificateInfo", info);
    }
    out.close("SpecificDiseasesCertificateList");
  }
  for (std::size_t i = 0; i < kConsentKinds; ++i) {
    const Consent& consent = result.consents[i];
    if (!consent.present) continue;
    out.code(kConsentNames[i].flag, static_cast<int>(consent.flag));
    out.leaf_if(kConsentNames[i].time, consent.ConsTime);
    out.leaf_if(kConsentNames[i].available, consent.AvailableTime);
  }
  out.leaf_if("ReferenceNumber", result.ReferenceNumber);
  out.close("ResultOfQualificationConfirmation");
}

bool is_writable_name(const std::string& name) {
  return !name.empty() && name.size() <= 100 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }) && !(name[0] >= '0' && name[0] <= '9');
}

bool all_writable(const Leaves& leaves) {
  return std::all_of(leaves.begin(), leaves.end(),
                     [](const auto& leaf) { return is_writable_name(leaf.first); });
}

}  // namespace

std::string_view to_string(ConsentKind kind) {
  const std::string_view flag = kConsentNames[static_cast<std::size_t>(kind)].flag;
  return flag.substr(0, flag.size() - std::string_view("ConsFlg").size());
}

backend_api::InsuredKey ResultOfQualificationConfirmation::key() const {
  return {InsurerNumber, InsuredCardSymbol, InsuredIdentificationNumber, InsuredBranchNumber};
}

RequestHeader read_request_header(Group header) {
  RequestHeader out;
  out.QualificationConfirmationDate = header.date("QualificationConfirmationDate", Need::kRequired);
  out.MedicalInstitutionCode = header.digits("MedicalInstitutionCode", 10, Need::kRequired);
  out.ArbitraryFileIdentifier = header.text("ArbitraryFileIdentifier");
  header.finish();
  return out;
}

ResultHeader read_result_header(Group header) {
  ResultHeader out;
  out.ProcessExecutionTime = header.time("ProcessExecutionTime", Need::kRequired);
  out.QualificationConfirmationDate = header.date("QualificationConfirmationDate");
  out.MedicalInstitutionCode = header.digits("MedicalInstitutionCode", 10, Need::kRequired);
  out.ArbitraryFileIdentifier = header.text("ArbitraryFileIdentifier");
  out.ReferenceClassification =
      static_cast<Reference>(header.code("ReferenceClassification", "12", Need::kOptional));
  out.SegmentOfResult =
      static_cast<Segment>(header.code("SegmentOfResult", "129", Need::kRequired, 1));
  out.ErrorCode = header.text("ErrorCode");
  out.ErrorMessage = header.text("ErrorMessage", Need::kOptional, 1000);
  out.CharacterCodeIdentifier =
      static_cast<CharacterCode>(header.code("CharacterCodeIdentifier", "01", Need::kRequired));
  header.finish();
  return out;
}

void write_header(xml::Writer& out, const RequestHeader& header) {
  out.open("MessageHeader");
  out.leaf("QualificationConfirmationDate", header.QualificationConfirmationDate);
  out.leaf("MedicalInstitutionCode", header.MedicalInstitutionCode);
  out.leaf("ArbitraryFileIdentifier", header.ArbitraryFileIdentifier);
  out.close("MessageHeader");
}

void write_header(xml::Writer& out, const ResultHeader& header) {
  out.open("MessageHeader");
  out.leaf("ProcessExecutionTime", header.ProcessExecutionTime);
  out.leaf("QualificationConfirmationDate", header.QualificationConfirmationDate);
  out.leaf("MedicalInstitutionCode", header.MedicalInstitutionCode);
  out.leaf("ArbitraryFileIdentifier", header.ArbitraryFileIdentifier);
  if (header.ReferenceClassification != Reference::kNone) {
    out.code("ReferenceClassification", static_cast<int>(header.ReferenceClassification));
  }
  out.code("SegmentOfResult", static_cast<int>(header.SegmentOfResult));
  out.leaf_if("ErrorCode", header.ErrorCode);
  out.leaf_if("ErrorMessage", header.ErrorMessage);
  out.code("CharacterCodeIdentifier", static_cast<int>(header.CharacterCodeIdentifier));
  out.close("MessageHeader");
}

void read_body(Group body, QualificationRequest& out) {
  read_search(body.group("QualificationConfirmSearchInfo", Need::kRequired), out.search,
              Need::kRequired);
  body.finish();
}

void read_body(Group body, QualificationResult& out) {
  out.ProcessingResultStatus =
      static_cast<ProcessingStatus>(body.code("ProcessingResultStatus", "12", Need::kRequired, 1));
  out.ProcessingResultCode = body.text("ProcessingResultCode");
  out.ProcessingResultMessage = body.text("ProcessingResultMessage", Need::kOptional, 1000);
  out.QualificationValidity =
      static_cast<Validity>(body.code("QualificationValidity", "123456", Need::kOptional));
  out.PrescriptionIssueSelect = read_digit(body, "PrescriptionIssueSelect", "12");
  if (Group search = body.group("QualificationConfirmSearchInfo", Need::kOptional);
      search.exists()) {
    out.search.emplace();
    read_search(std::move(search), *out.search, Need::kOptional);
  }
  Group list = body.group("ResultList", Need::kOptional);
  for (Group& result : list.groups("ResultOfQualificationConfirmation", kMaxResults)) {
    read_result(std::move(result), out.ResultList.emplace_back());
  }
  list.finish();
  body.finish();
}

void write_body(xml::Writer& out, const QualificationRequest& message) {
  write_search(out, message.search);
}

void write_body(xml::Writer& out, const QualificationResult& message) {
  out.code("ProcessingResultStatus", static_cast<int>(message.ProcessingResultStatus));
  out.leaf_if("ProcessingResultCode", message.ProcessingResultCode);
  out.leaf_if("ProcessingResultMessage", message.ProcessingResultMessage);
  if (message.QualificationValidity != Validity::kUnset) {
    out.code("QualificationValidity", static_cast<int>(message.QualificationValidity));
  }
  out.leaf_if("PrescriptionIssueSelect", message.PrescriptionIssueSelect);
  if (message.search) write_search(out, *message.search);
  if (message.ResultList.empty()) return;
  out.open("ResultList");
  for (const auto& result : message.ResultList) write_result(out, result);
  out.close("ResultList");
}

bool is_writable(const QualificationResult& message) {
  for (const auto& result : message.ResultList) {
    for (const Consent& consent : result.consents) {
      if (!consent.present && consent.flag != ConsFlg::kNo) return false;
    }
    if (!all_writable(result.ElderlyRecipientCertificateInfo) ||
        !all_writable(result.LimitApplicationCertificateRelatedInfo) ||
        !std::all_of(result.SpecificDiseasesCertificateList.begin(),
                     result.SpecificDiseasesCertificateList.end(), all_writable)) {
      return false;
    }
  }
  return true;
}

QualificationResult result_from(const backend_api::Eligibility& eligibility, ResultHeader header) {
  QualificationResult out;
  out.header = std::move(header);
  if (out.header.QualificationConfirmationDate.empty()) {
    out.header.QualificationConfirmationDate = eligibility.confirmation_date;
  }
  if (eligibility.validity.size() == 1 && eligibility.validity[0] >= '1' &&
      eligibility.validity[0] <= '6') {
    out.QualificationValidity = static_cast<Validity>(eligibility.validity[0] - '0');
  }
  if (out.QualificationValidity == Validity::kNone) return out;
  ResultOfQualificationConfirmation& result = out.ResultList.emplace_back();
  result.InsurerNumber = eligibility.insured.insurer_number;
  result.InsuredCardSymbol = eligibility.insured.symbol;
  result.InsuredIdentificationNumber = eligibility.insured.number;
  result.InsuredBranchNumber = eligibility.insured.branch;
  result.Name = eligibility.person.name;
  result.NameKana = eligibility.name_kana;
  result.Sex1 = eligibility.person.sex;
  result.Birthdate = eligibility.person.birth_date;
  result.Address = eligibility.person.address;
  result.InsurerName = eligibility.insurer_name;
  const bool granted = eligibility.consent == backend_api::ConsentRecord::kGranted;
  for (Consent& consent : result.consents) {
    consent.present = true;
    consent.flag = granted ? ConsFlg::kYes : ConsFlg::kNo;
    if (granted) {
      consent.ConsTime = eligibility.consent_time;
      consent.AvailableTime = eligibility.available_time;
    }
  }
  return out;
}

}  // namespace uketsuke::wire::oqs
