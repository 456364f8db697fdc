// Names of the files in req/, res/ and face/ (facts/domain.md 2.1):
// <prefix>req_<token>.xml, <prefix>res_<token>.xml,
// OQSsiquc01res_face_<token>_<yyyyMMddHHmmss>.xml.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/wire/result.h"

namespace uketsuke::wire::oqs {

enum class FileKind : std::uint8_t {
  kQualificationRequest,  // OQSsiquc01req_, OQS-IF-001
  kQualificationResult,   // OQSsiquc01res_, OQS-IF-002
  kFaceResult,            // OQSsiquc01res_face_
  kEmergencyViewRequest,  // UKTsiemv01req_, OQS-IF-047
  kEmergencyViewResult,   // UKTsiemv01res_, OQS-IF-048
  kPasscodeRequest,       // UKTsivpc01req_, OQS-IF-049
  kPasscodeResult,        // UKTsivpc01res_, OQS-IF-050
  kOrdinaryViewRequest,   // YZKsiquc01req_
  kOrdinaryViewResult,    // YZKsiquc01res_
};
std::string_view to_string(FileKind);  // "OQS-IF-001", ...
bool is_request(FileKind kind);

struct FileName {
  FileKind kind = FileKind::kQualificationRequest;
  std::string token;  // 1 to 64 of A-Z a-z 0-9 = + - . _ ; not starting with '.'
  std::string time;   // kFaceResult: yyyyMMddHHmmss; otherwise empty
};

// Errors: kUnknownType (prefix), kBadValue (token, time), kTooLong. Never accepts a path.
Result<FileName> parse_file_name(std::string_view name);
Result<std::string> build_file_name(const FileName& name);
// The name under which a request is answered: same token, res for req. Only for requests.
FileName answer_name(const FileName& request);

}  // namespace uketsuke::wire::oqs
