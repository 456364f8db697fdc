// OQS-IF-001 資格確認要求 and OQS-IF-002 資格確認結果, and the face reception file, which has the
// shape of a result. Members keep the elements' names. Empty string: element absent or empty (both
// are read as empty; encode leaves out what is empty, except where the layout needs the element).
// Source: facts/domain.md 2.3, 2.4 (public samples); official tables of error codes: A-12.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/wire/network/backend_api.h"
#include "sim/wire/oqs/values.h"

namespace uketsuke::wire::oqs {

struct RequestHeader {
  std::string QualificationConfirmationDate;      // yyyyMMdd, 資格確認日
  std::string MedicalInstitutionCode;             // 10 digits
  std::string ArbitraryFileIdentifier;            // echoed in the answer
  CharacterCode encoding = CharacterCode::kUtf8;  // of the declaration; no element in a request
};

struct ResultHeader {
  std::string ProcessExecutionTime;  // yyyyMMddHHmmss
  std::string QualificationConfirmationDate;
  std::string MedicalInstitutionCode;
  std::string ArbitraryFileIdentifier;
  Reference ReferenceClassification = Reference::kNone;
  Segment SegmentOfResult = Segment::kNormal;
  std::string ErrorCode, ErrorMessage;                           // identifiers of ours
  CharacterCode CharacterCodeIdentifier = CharacterCode::kUtf8;  // must agree with the declaration
};

// InsurerNumber is held without padding; on the wire it is padded on the left with blanks to 8.
struct QualificationConfirmSearchInfo {
  std::string InsurerNumber, InsuredCardSymbol, InsuredIdentificationNumber, InsuredBranchNumber;
  std::string Birthdate;                                  // yyyyMMdd
  std::string LimitApplicationCertificateRelatedConsFlg;  // OQSCD001: "", "0", "1"
  std::string ArbitraryIdentifier;
};

struct QualificationRequest {
  RequestHeader header;
  QualificationConfirmSearchInfo search;
};

// One of the four consent kinds. ConsFlg 1 needs ConsTime, and AvailableTime = ConsTime + 24 h; any
// other value has neither (facts/domain.md 7, item 3).
struct Consent {
  bool present = false;  // the elements are there at all
  ConsFlg flag = ConsFlg::kNo;
  std::string ConsTime, AvailableTime;
};
enum class ConsentKind : std::uint8_t {
  kSpecificHealthCheckups,
  kPharmacists,
  kDiagnosis,
  kOperation
};
constexpr std::size_t kConsentKinds = 4;
std::string_view to_string(ConsentKind);  // "SpecificHealthCheckupsInfo", ...: <X> of <X>ConsFlg

// A group whose inner elements are passed on as they are: name and text.
using Leaves = std::vector<std::pair<std::string, std::string>>;

struct ResultOfQualificationConfirmation {
  std::string InsuredCardClassification;  // OQSCD010
  std::string InsurerNumber, InsuredCardSymbol, InsuredIdentificationNumber, InsuredBranchNumber;
  std::string PersonalFamilyClassification;  // OQSCD009
  std::string InsuredName, Name, NameOfOther, NameKana, NameOfOtherKana;
  std::string Sex1, Sex2;  // OQSCD007
  std::string Birthdate, Address, PostNumber;
  std::string QualificationDate, DisqualificationDate, InsuredCertificateIssuanceDate;
  std::string InsuredCardValidDate, InsuredCardExpirationDate, InsuredPartialContributionRatio;
  std::string PreschoolClassification, ReasonOfLoss, InsurerName;
  Leaves ElderlyRecipientCertificateInfo;
  std::string LimitApplicationCertificateRelatedConsFlg, LimitApplicationCertificateRelatedConsTime;
  Leaves LimitApplicationCertificateRelatedInfo;
  std::string SpecificDiseasesCertificateRelatedConsFlg, SpecificDiseasesCertificateRelatedConsTime;
  std::vector<Leaves> SpecificDiseasesCertificateList;
  std::array<Consent, kConsentKinds> consents;  // by ConsentKind
  std::string ReferenceNumber;                  // at most 50 characters

  backend_api::InsuredKey key() const;
};

struct QualificationResult {
  ResultHeader header;
  ProcessingStatus ProcessingResultStatus = ProcessingStatus::kNormal;
  std::string ProcessingResultCode, ProcessingResultMessage;
  Validity QualificationValidity = Validity::kUnset;
  std::string PrescriptionIssueSelect;  // "", "1", "2"
  std::optional<QualificationConfirmSearchInfo> search;
  std::vector<ResultOfQualificationConfirmation> ResultList;  // at most 20
};

// What the backend answered, as a result or face file: the one consent of the reader stands for the
// four kinds (包括同意, facts/domain.md 3.3; A-16).
QualificationResult result_from(const backend_api::Eligibility& eligibility, ResultHeader header);

}  // namespace uketsuke::wire::oqs
