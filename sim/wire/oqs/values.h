// Code values of the OQS XML messages, as the elements' texts carry them. Source: public
// integrations of the 外部インターフェイス仕様書 (facts/domain.md 2.5); names of the code lists in
// the comments.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace uketsuke::wire::oqs {

enum class CharacterCode : std::uint8_t { kUtf8 = 0, kShiftJis = 1 };                    // OQSCD005
enum class Reference : std::uint8_t { kNone = 0, kMyNumberCard = 1, kInsuredCard = 2 };  // OQSCD002
enum class Segment : std::uint8_t { kNormal = 1, kProcessing = 2, kAbnormal = 9 };       // OQSCD003
enum class ProcessingStatus : std::uint8_t { kNormal = 1, kError = 2 };                  // OQSCD004
enum class Validity : std::uint8_t {                                                     // OQSCD006
  kUnset = 0,
  kValid = 1,
  kInvalid = 2,
  kInvalidNewExists = 3,
  kNone = 4,
  kSeveral = 5,
  kValidUnregistered = 6,
};
// OQSCD016: 2 in visit and online interfaces only, 3 in the emergency interface only.
enum class ConsFlg : std::uint8_t { kNo = 0, kYes = 1, kExpired = 2, kUnobtainable = 3 };

std::string_view to_string(CharacterCode);     // "UTF-8", "Shift_JIS"
std::string_view to_string(Reference);         // "none", "my_number_card", "insured_card"
std::string_view to_string(Segment);           // "normal", "processing", "abnormal"
std::string_view to_string(ProcessingStatus);  // "normal", "error"
std::string_view to_string(Validity);          // "valid", ...
std::string_view to_string(ConsFlg);           // "no", "yes", "expired", "unobtainable"

}  // namespace uketsuke::wire::oqs
