#include "sim/wire/oqs/summary.h"

#include <array>
#include <nlohmann/json.hpp>

namespace uketsuke::wire::oqs {
namespace {

using Json = nlohmann::ordered_json;

struct Names {
  std::string_view id, japanese;
};
constexpr std::array<Names, kSections> kNames = {{
    {"consultations", "受診歴"},
    {"prescriptions", "電子処方箋"},
    {"drugs", "薬剤"},
    {"operations", "手術"},
    {"treatments", "診療"},
    {"dialysis", "透析"},
    {"health_checkups", "健診"},
}};
constexpr std::size_t kMaxJson = 768 * 1024;
constexpr std::size_t kMaxEntries = 1000;
constexpr std::size_t kMaxText = 2000;

// Reads members of one object; the first error stays.
struct Reader {
  const Json& object;
  DecodeError& error;
  bool& ok;

  void fail(DecodeErrc code, const char* member) {
    if (ok) error = DecodeError{code, 0, member};
    ok = false;
  }
  const Json* find(const char* member) {
    if (!ok || !object.is_object()) return fail(DecodeErrc::kBadValue, member), nullptr;
    const auto it = object.find(member);
    if (it == object.end()) return fail(DecodeErrc::kTooShort, member), nullptr;
    return &*it;
  }
  void text(const char* member, std::string& out) {
    const Json* value = find(member);
    if (value == nullptr) return;
    const auto* string = value->get_ptr<const Json::string_t*>();
    if (string == nullptr) return fail(DecodeErrc::kBadValue, member);
    if (string->size() > kMaxText) return fail(DecodeErrc::kTooLong, member);
    out = *string;
  }
  const Json* array(const char* member, std::size_t max) {
    const Json* value = find(member);
    if (value == nullptr) return nullptr;
    if (!value->is_array()) return fail(DecodeErrc::kBadValue, member), nullptr;
    if (value->size() > max) return fail(DecodeErrc::kTooLong, member), nullptr;
    return value;
  }
};

bool section_of(std::string_view id, Section& out) {
  for (std::size_t i = 0; i < kSections; ++i) {
    if (kNames[i].id == id) {
      out = static_cast<Section>(i);
      return true;
    }
  }
  return false;
}

void read_section(Reader from, SummarySection& out) {
  std::string id;
  from.text("section", id);
  if (from.ok && !section_of(id, out.section)) from.fail(DecodeErrc::kBadValue, "section");
  from.text("from", out.from);
  from.text("to", out.to);
  const Json* entries = from.array("entries", kMaxEntries);
  if (entries == nullptr) return;
  for (const Json& item : *entries) {
    Reader reader{item, from.error, from.ok};
    Entry& entry = out.entries.emplace_back();
    reader.text("date", entry.date);
    reader.text("institution", entry.institution);
    reader.text("text", entry.text);
    if (from.ok && item.size() != 3) from.fail(DecodeErrc::kUnknownType, "entries");
  }
  if (from.ok && from.object.size() != 4) from.fail(DecodeErrc::kUnknownType, "sections");
}

// The deepest summary is document, sections, section, entries, entry.
bool depth_is_fine(std::string_view text) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) i += text[i] == '\\';
    } else if (text[i] == '{' || text[i] == '[') {
      if (++depth > 6) return false;
    } else if ((text[i] == '}' || text[i] == ']') && depth > 0) {
      --depth;
    }
  }
  return true;
}

}  // namespace

std::string_view to_string(Section section) { return kNames[static_cast<std::size_t>(section)].id; }

std::string_view japanese_name(Section section) {
  return kNames[static_cast<std::size_t>(section)].japanese;
}

std::string to_json(const Summary& summary) {
  Json sections = Json::array();
  for (const SummarySection& section : summary.sections) {
    Json entries = Json::array();
    for (const Entry& entry : section.entries) {
      entries.push_back(
          Json{{"date", entry.date}, {"institution", entry.institution}, {"text", entry.text}});
    }
    sections.push_back(Json{{"section", to_string(section.section)},
                            {"from", section.from},
                            {"to", section.to},
                            {"entries", std::move(entries)}});
  }
  const Json document = {{"document", summary.emergency ? "emergency_summary" : "ordinary_view"},
                         {"name", summary.name},
                         {"birth_date", summary.birth_date},
                         {"created", summary.created},
                         {"sections", std::move(sections)}};
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Summary> summary_from_json(std::string_view text) {
  if (text.size() > kMaxJson) return DecodeError{DecodeErrc::kTooLong, kMaxJson, "summary"};
  if (!depth_is_fine(text)) return DecodeError{DecodeErrc::kBadValue, 0, "depth"};
  const Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return DecodeError{DecodeErrc::kBadValue, 0, "summary"};
  DecodeError error{};
  bool ok = true;
  Reader reader{json, error, ok};
  Summary out;
  std::string document;
  reader.text("document", document);
  out.emergency = document == "emergency_summary";
  if (ok && !out.emergency && document != "ordinary_view") {
    reader.fail(DecodeErrc::kBadValue, "document");
  }
  reader.text("name", out.name);
  reader.text("birth_date", out.birth_date);
  reader.text("created", out.created);
  if (const Json* sections = reader.array("sections", 2 * kSections)) {
    for (const Json& section : *sections) {
      read_section(Reader{section, error, ok}, out.sections.emplace_back());
      if (!ok) break;
    }
  }
  if (ok && json.size() != 5) reader.fail(DecodeErrc::kUnknownType, "summary");
  if (!ok) return error;
  return out;
}

}  // namespace uketsuke::wire::oqs
