#include "harness/conformance/descriptor_finding.h"

#include "harness/verdict/format.h"

namespace uketsuke::conformance {

using verdict::say;
using verdict::Text;

namespace {

constexpr std::size_t kShown = 16;

std::string shown(const wire::Bytes& bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size() && i < kShown; ++i)
    text += fmt::format("{}{:02x}", i == 0 ? "" : " ", bytes[i]);
  return bytes.size() > kShown ? text + " …" : text;
}

}  // namespace

Text to_text(const DescriptorFinding& finding) {
  Text text = say("{} {}：{}のはずが{}", "{} {}: expected {}; got {}",
                  finding.fails ? Text("不合格", "failure") : Text("警告", "warning"),
                  finding.case_id, finding.expected, finding.got);
  if (!finding.bytes.empty())
    text = text + say("（{} の {} バイト目：{}）", " ({} byte {}: {})", finding.where,
                      finding.offset, shown(finding.bytes));
  if (!finding.seen_elsewhere.empty()) text = text + say("。{}", "; {}", finding.seen_elsewhere);
  return text;
}

}  // namespace uketsuke::conformance
