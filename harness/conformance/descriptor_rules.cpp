#include "harness/conformance/descriptor_rules.h"

#include "harness/conformance/descriptor_judge.h"

namespace uketsuke::conformance {
namespace {

using detail::Judge;
using detail::say;
using verdict::Text;

struct Row {
  const char* case_id;
  bool fails;
  detail::Rule rule;
};

const std::vector<Row>& rows() {
  using namespace detail;
  static const std::vector<Row> kRows = {
      {"DSC-01", false, check_presence},        {"DSC-02", true, check_position},
      {"DSC-03", false, check_interface_class}, {"DSC-04", false, check_release},
      {"DSC-05", false, check_busy_slots},      {"DSC-06", false, check_voltages},
      {"DSC-07", false, check_protocols},       {"DSC-08", false, check_clocks},
      {"DSC-09", false, check_clock_list},      {"DSC-10", false, check_rate_list},
      {"DSC-11", false, check_membership},      {"DSC-12", false, check_ifsd},
      {"DSC-13", true, check_levels},           {"DSC-14", false, check_apdu_level},
      {"DSC-15", false, check_negotiation},     {"DSC-16", true, check_message_length},
      {"DSC-17", false, check_room_for_apdu},   {"DSC-18", true, check_pin_support},
      {"DSC-19", false, check_layout},          {"DSC-20", true, check_wakeup},
      {"DSC-21", false, check_endpoints},       {"DSC-22", false, check_activation},
      {"DSC-23", false, check_classes},         {"DSC-25", true, check_firmware},
      {"USB-01", false, check_configuration},   {"USB-14", false, check_other_speed},
  };
  return kRows;
}

}  // namespace

std::vector<DescriptorFinding> check_descriptor(std::string_view case_id,
                                                const DescriptorFacts& descriptors,
                                                const Claims* claims,
                                                const KnownBadList* known_bad) {
  for (const Row& row : rows()) {
    if (row.case_id != case_id) continue;
    Judge judge{case_id, row.fails, descriptors, claims, known_bad, {}, {}};
    row.rule(judge);
    return std::move(judge.found);
  }
  return {};
}

const std::vector<std::string>& descriptor_cases() {
  static const std::vector<std::string> kCases = [] {
    std::vector<std::string> ids;
    for (const Row& row : rows()) ids.emplace_back(row.case_id);
    return ids;
  }();
  return kCases;
}

bool judges(std::string_view case_id) {
  const auto& cases = descriptor_cases();
  return std::find(cases.begin(), cases.end(), case_id) != cases.end();
}

std::vector<DescriptorFinding> check_descriptors(const DescriptorFacts& descriptors,
                                                 const Claims* claims,
                                                 const KnownBadList* known_bad) {
  std::vector<DescriptorFinding> all;
  for (const std::string& id : descriptor_cases()) {
    for (DescriptorFinding& finding : check_descriptor(id, descriptors, claims, known_bad))
      all.push_back(std::move(finding));
  }
  return all;
}

std::vector<DescriptorFinding> check_repeated(const std::string& where, ByteView first,
                                              ByteView again) {
  const std::size_t shorter = std::min(first.size(), again.size());
  std::size_t at = 0;
  while (at < shorter && first[at] == again[at]) ++at;
  if (at == first.size() && at == again.size()) return {};
  const Text got = at < shorter
                       ? say("{} バイト目が {} でなく {}", "byte {0} is {2} instead of {1}", at,
                             detail::hex8(first[at]), detail::hex8(again[at]))
                       : say("{} バイトでなく {} バイト", "{1} bytes instead of {0}", first.size(),
                             again.size());
  DescriptorFinding finding{"DSC-24", true, {"前と同じ内容", "the same as before"}, got, where, at,
                            {},       {}};
  if (at < again.size()) finding.bytes.push_back(again[at]);
  return {finding};
}

}  // namespace uketsuke::conformance
