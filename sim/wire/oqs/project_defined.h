// The adapter to interfaces whose layouts are not public; everything here is this project's own
// definition, and a correction of it touches this file and project_defined.cpp only:
//   A-10  OQS-IF-047/048 資格確認要求/結果 (救急時医療情報閲覧): prefix UKTsiemv01, layout
//   A-11  OQS-IF-049/050 目視確認用パスコード取得要求/結果: prefix UKTsivpc01, layout
//   A-13  the document of the emergency summary: element EmergencySummary
//   A-52  who views in an ordinary request (YZKsiquc01): element ViewerIdentifier, and its result
// Headers have the shape of OQS-IF-001/002; the consent code is OQSCD016 of the public list.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/wire/oqs/qualification.h"
#include "sim/wire/oqs/summary.h"

namespace uketsuke::wire::oqs {

// The EHR asks for a view of one patient. Emergency (IF-047) or ordinary (YZKsiquc01).
struct ViewRequest {
  RequestHeader header;
  bool emergency = true;  // which of the two interfaces
  backend_api::InsuredKey patient;
  std::string ViewerIdentifier;  // the clinician's id in the EHR
  // Emergency interface only.
  bool EmergencyMode = true;                 // 救急時モードでの要求 (P2): "1" or "0"
  ConsFlg consent = ConsFlg::kUnobtainable;  // 3 同意取得困難 or 1 同意あり
  // Ordinary interface only (facts/domain.md 2.6).
  std::string StartDate, EndDate;  // yyyyMMdd or empty
};
// The terminal answers (IF-048). Refused: every reason of the backend, A-12.
struct ViewResult {
  ResultHeader header;  // kAbnormal when refused; ErrorCode is the first reason
  bool emergency = true;
  backend_api::InsuredKey patient;
  ConsFlg consent = ConsFlg::kUnobtainable;  // emergency only: echoed
  std::vector<std::string> reasons;          // identifiers; at most 20; empty when returned
  std::optional<Summary> summary;            // there when returned
};
struct PasscodeRequest {
  RequestHeader header;
};                       // IF-049
struct PasscodeResult {  // IF-050
  ResultHeader header;
  std::string VisualPasscode;  // secret; empty if refused (ErrorCode tells)
};

// Statement of the request <-> OQSCD016.
ConsFlg cons_flg(backend_api::ConsentStatement statement);
backend_api::ConsentStatement statement_of(
    ConsFlg flag);  // anything but kYes: consent_unobtainable

}  // namespace uketsuke::wire::oqs
