#include "sim/wire/oqs/file_name.h"

#include <array>

#include "sim/wire/oqs/calendar.h"

namespace uketsuke::wire::oqs {
namespace {

constexpr std::size_t kMaxToken = 64;
constexpr std::string_view kExtension = ".xml";

struct Row {
  FileKind kind;
  std::string_view prefix, interface_id;
  FileKind answer;
};
// The face row stands before the row whose prefix it begins with.
constexpr std::array<Row, 9> kRows = {{
    {FileKind::kQualificationRequest, "OQSsiquc01req_", "OQS-IF-001",
     FileKind::kQualificationResult},
    {FileKind::kFaceResult, "OQSsiquc01res_face_", "face", FileKind::kFaceResult},
    {FileKind::kQualificationResult, "OQSsiquc01res_", "OQS-IF-002",
     FileKind::kQualificationResult},
    {FileKind::kEmergencyViewRequest, "UKTsiemv01req_", "OQS-IF-047",
     FileKind::kEmergencyViewResult},
    {FileKind::kEmergencyViewResult, "UKTsiemv01res_", "OQS-IF-048",
     FileKind::kEmergencyViewResult},
    {FileKind::kPasscodeRequest, "UKTsivpc01req_", "OQS-IF-049", FileKind::kPasscodeResult},
    {FileKind::kPasscodeResult, "UKTsivpc01res_", "OQS-IF-050", FileKind::kPasscodeResult},
    {FileKind::kOrdinaryViewRequest, "YZKsiquc01req_", "YZKsiquc01req",
     FileKind::kOrdinaryViewResult},
    {FileKind::kOrdinaryViewResult, "YZKsiquc01res_", "YZKsiquc01res",
     FileKind::kOrdinaryViewResult},
}};

const Row& row_of(FileKind kind) {
  for (const Row& row : kRows) {
    if (row.kind == kind) return row;
  }
  return kRows[0];
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

bool is_token(std::string_view token) {
  if (token.empty() || token.size() > kMaxToken || token.front() == '.') return false;
  for (const char c : token) {
    const bool good = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                      c == '=' || c == '+' || c == '-' || c == '.' || c == '_';
    if (!good) return false;
  }
  return true;
}

// "<token>_<yyyyMMddHHmmss>" of a face file.
bool split_face(std::string_view rest, FileName& out) {
  const std::size_t line = rest.rfind('_');
  if (line == std::string_view::npos) return false;
  out.token = rest.substr(0, line);
  out.time = rest.substr(line + 1);
  return is_token(out.token) && is_time(out.time);
}

}  // namespace

std::string_view to_string(FileKind kind) { return row_of(kind).interface_id; }

bool is_request(FileKind kind) { return row_of(kind).answer != kind; }

Result<FileName> parse_file_name(std::string_view name) {
  constexpr std::size_t kMaxName = 19 + kMaxToken + 15 + 4;
  if (name.size() > kMaxName) return DecodeError{DecodeErrc::kTooLong, kMaxName, "file name"};
  if (name.size() <= kExtension.size() ||
      name.substr(name.size() - kExtension.size()) != kExtension) {
    return DecodeError{DecodeErrc::kUnknownType, 0, "extension"};
  }
  const std::string_view stem = name.substr(0, name.size() - kExtension.size());
  for (const Row& row : kRows) {
    if (!starts_with(stem, row.prefix)) continue;
    const std::string_view rest = stem.substr(row.prefix.size());
    FileName out;
    out.kind = row.kind;
    if (row.kind == FileKind::kFaceResult) {
      if (split_face(rest, out)) return out;
      return DecodeError{DecodeErrc::kBadValue, row.prefix.size(), "token and time"};
    }
    if (!is_token(rest)) return DecodeError{DecodeErrc::kBadValue, row.prefix.size(), "token"};
    out.token = rest;
    return out;
  }
  return DecodeError{DecodeErrc::kUnknownType, 0, "prefix"};
}

Result<std::string> build_file_name(const FileName& name) {
  if (!is_token(name.token)) return DecodeError{DecodeErrc::kUnrepresentable, 0, "token"};
  const bool face = name.kind == FileKind::kFaceResult;
  if (face ? !is_time(name.time) : !name.time.empty()) {
    return DecodeError{DecodeErrc::kUnrepresentable, 0, "time"};
  }
  // Would be read back as a face file.
  if (name.kind == FileKind::kQualificationResult && starts_with(name.token, "face_")) {
    return DecodeError{DecodeErrc::kUnrepresentable, 0, "token"};
  }
  std::string out(row_of(name.kind).prefix);
  out += name.token;
  if (face) out += "_" + name.time;
  out += kExtension;
  return out;
}

FileName answer_name(const FileName& request) {
  return FileName{row_of(request.kind).answer, request.token, request.time};
}

}  // namespace uketsuke::wire::oqs
