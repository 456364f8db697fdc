#include "sim/wire/oqs/values.h"

namespace uketsuke::wire::oqs {

std::string_view to_string(CharacterCode value) {
  return value == CharacterCode::kUtf8 ? "UTF-8" : "Shift_JIS";
}

std::string_view to_string(Reference value) {
  switch (value) {
    case Reference::kNone:
      return "none";
    case Reference::kMyNumberCard:
      return "my_number_card";
    case Reference::kInsuredCard:
      return "insured_card";
  }
  return "?";
}

std::string_view to_string(Segment value) {
  switch (value) {
    case Segment::kNormal:
      return "normal";
    case Segment::kProcessing:
      return "processing";
    case Segment::kAbnormal:
      return "abnormal";
  }
  return "?";
}

std::string_view to_string(ProcessingStatus value) {
  return value == ProcessingStatus::kNormal ? "normal" : "error";
}

std::string_view to_string(Validity value) {
  switch (value) {
    case Validity::kUnset:
      return "unset";
    case Validity::kValid:
      return "valid";
    case Validity::kInvalid:
      return "invalid";
    case Validity::kInvalidNewExists:
      return "invalid_new_exists";
    case Validity::kNone:
      return "none";
    case Validity::kSeveral:
      return "several";
    case Validity::kValidUnregistered:
      return "valid_unregistered";
  }
  return "?";
}

std::string_view to_string(ConsFlg value) {
  switch (value) {
    case ConsFlg::kNo:
      return "no";
    case ConsFlg::kYes:
      return "yes";
    case ConsFlg::kExpired:
      return "expired";
    case ConsFlg::kUnobtainable:
      return "unobtainable";
  }
  return "?";
}

}  // namespace uketsuke::wire::oqs
