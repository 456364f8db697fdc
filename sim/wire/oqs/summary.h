// 救急用サマリー, and what the ordinary view returns: sections of dated entries. The layout of the
// real document is not public; sections and windows: 医療保険部会 189回 (W18002,
// facts/domain.md 4).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/wire/bytes.h"

namespace uketsuke::wire::oqs {

enum class Section : std::uint8_t {
  kConsultations,   // 受診歴
  kPrescriptions,   // 電子処方箋 (emergency: dispensing data only)
  kDrugs,           // 薬剤
  kOperations,      // 手術
  kTreatments,      // 診療
  kDialysis,        // 透析
  kHealthCheckups,  // 健診 (emergency: the date of the examination only)
};
constexpr std::size_t kSections = 7;
std::string_view to_string(Section);      // "consultations", ...
std::string_view japanese_name(Section);  // "受診歴", ...

struct Entry {
  std::string date, institution, text;
};  // date yyyyMMdd; personal data
struct SummarySection {
  Section section = Section::kConsultations;
  std::string from, to;
  std::vector<Entry> entries;
};
struct Summary {
  bool emergency = true;         // 救急用サマリー, or what the ordinary view shows
  std::string name, birth_date;  // of the patient; personal data
  std::string created;           // yyyyMMddHHmmss
  std::vector<SummarySection> sections;
};

// backend_api::ViewReturned::summary_json. Errors as for the backend_api codec.
std::string to_json(const Summary& summary);
Result<Summary> summary_from_json(std::string_view json);

}  // namespace uketsuke::wire::oqs
