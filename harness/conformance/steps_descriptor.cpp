// Steps that read descriptors and hold them against the rules on them.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include "harness/conformance/claims.h"
#include "harness/conformance/descriptor_rules.h"
#include "harness/conformance/run.h"
#include "harness/conformance/step.h"
#include "harness/conformance/step_args.h"
#include "harness/verdict/format.h"
#include "sim/wire/ccid/class_request.h"
#include "sim/wire/usb/setup_packet.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;
using wire::usb::DescriptorType;

constexpr std::uint16_t kEnglish = 0x0409;
constexpr std::uint16_t kDeviceBytes = 18, kHeadBytes = 9, kQualifierBytes = 10, kStringBytes = 255;
constexpr int kListEntries = 256;  // room for every count that fits into its byte, and one more

Bytes get_descriptor(Run& run, DescriptorType type, std::uint8_t index, std::uint16_t language,
                     std::uint16_t length) {
  ControlDeed deed;
  deed.setup = wire::usb::get_descriptor(static_cast<std::uint8_t>(type), index, language, length);
  const Reply reply = run.perform(deed);
  return reply.ended == Ended::kDone ? reply.data : Bytes{};
}

// A configuration of either type, as long as its head says.
Bytes get_configuration(Run& run, DescriptorType type) {
  const Bytes head = get_descriptor(run, type, 0, 0, kHeadBytes);
  if (head.size() < 4) return head;
  return get_descriptor(run, type, 0, 0, static_cast<std::uint16_t>(head[2] | head[3] << 8));
}

// A list of CCID 5.3.2 or 5.3.3. Neither an answer nor a stall is a deviation of its own.
std::optional<Bytes> get_list(Run& run, wire::ccid::bRequest request, bool& stalled) {
  ControlDeed deed;
  const auto interface = static_cast<std::uint16_t>(run.fact("interface"));
  deed.setup = {0xA1, static_cast<std::uint8_t>(request), 0, interface, kListEntries * 4};
  const Reply reply = run.perform(deed);
  run.judge(reply.ended == Ended::kDone || reply.ended == Ended::kStalled,
            say("{} に値か STALL", "values or STALL to {}", wire::ccid::to_string(request)),
            Text(std::string(to_string(reply.ended))));
  stalled = reply.ended == Ended::kStalled;
  if (reply.ended == Ended::kDone) return reply.data;
  return std::nullopt;
}

bool is_any(const std::string& id, std::initializer_list<const char*> ids) {
  return std::any_of(ids.begin(), ids.end(), [&id](const char* other) { return id == other; });
}

// `DSC-05`, or {case: DSC-25, known_bad: known_bad_firmware.yaml}.
class RuleStep : public Step {
 public:
  explicit RuleStep(const yaml::Node& node) {
    if (node.is_scalar()) {
      rule_ = node.as_string();
    } else {
      yaml::Mapping mapping(node);
      rule_ = mapping.require("case").as_string();
      if (const yaml::Node key = mapping.find("known_bad")) {
        const std::filesystem::path folder = std::filesystem::path(key.mark().file).parent_path();
        const std::filesystem::path name(key.as_string());
        if (name.has_parent_path())
          yaml::fail(
              key, {"同じフォルダーのファイル名を書きます", "a file of the same folder is needed"});
        known_bad_ = std::make_shared<KnownBadList>(load_known_bad((folder / name).string()));
      }
      mapping.done();
    }
    if (!judges(rule_))
      yaml::fail(node, say("記述子の規則ではありません：{}", "no rule on descriptors: {}", rule_) +
                           yaml::hint(rule_, descriptor_cases()));
  }
  bool asserts() const override { return true; }
  void run(Run& run) const override {
    const DescriptorFacts found = read_descriptors(read(run));
    const Claims claims = claims_of(run.facts());
    for (const DescriptorFinding& finding :
         check_descriptor(rule_, found, &claims, known_bad_.get()))
      tell(run, found.bytes, finding);
  }

 private:
  ReaderBytes read(Run& run) const {
    ReaderBytes bytes;
    bytes.speed = run.desk().speed();
    bytes.device = get_descriptor(run, DescriptorType::DEVICE, 0, 0, kDeviceBytes);
    bytes.configuration = get_configuration(run, DescriptorType::CONFIGURATION);
    if (is_any(rule_, {"DSC-09", "DSC-11"}))
      bytes.clock_frequencies =
          get_list(run, wire::ccid::bRequest::kGET_CLOCK_FREQUENCIES, bytes.clocks_stalled);
    if (is_any(rule_, {"DSC-10", "DSC-11"}))
      bytes.data_rates = get_list(run, wire::ccid::bRequest::kGET_DATA_RATES, bytes.rates_stalled);
    if (rule_ == "USB-14") {
      bytes.qualifier =
          get_descriptor(run, DescriptorType::DEVICE_QUALIFIER, 0, 0, kQualifierBytes);
      bytes.other_speed_configuration =
          get_configuration(run, DescriptorType::OTHER_SPEED_CONFIGURATION);
    }
    return bytes;
  }
  static void tell(Run& run, const ReaderBytes& bytes, const DescriptorFinding& finding) {
    wire::ByteView whole = finding.bytes;
    auto offset = std::optional<std::uint32_t>(0);
    if (finding.where == "configuration") whole = bytes.configuration;
    if (finding.where == "device") whole = bytes.device;
    if (finding.where == "other speed configuration") whole = bytes.other_speed_configuration;
    if (finding.where.empty()) offset = std::nullopt;
    if (whole.size() != finding.bytes.size()) offset = static_cast<std::uint32_t>(finding.offset);
    Text got = finding.got;
    if (!finding.where.empty())
      got = got + say("（{} の {} バイト目）", " ({} byte {})", finding.where, finding.offset);
    if (!finding.seen_elsewhere.empty()) got = got + Text("。", "; ") + finding.seen_elsewhere;
    if (finding.fails)
      run.judge(false, finding.expected, got, whole, offset);
    else
      run.advise(false, finding.expected, got, whole, offset);
  }

  std::string rule_;
  std::shared_ptr<const KnownBadList> known_bad_;
};

// Device, configuration and strings as they were when the device was identified.
class AgainStep : public Step {
 public:
  explicit AgainStep(const yaml::Node& node) {
    if (node.is_null() || (node.is_mapping() && node.size() == 0)) return;
    yaml::Mapping mapping(node);
    if (const yaml::Node key = mapping.find("strings")) strings_ = key.as_bool();
    mapping.done();
  }
  bool asserts() const override { return true; }
  void run(Run& run) const override {
    const ReaderBytes& before = run.subject().descriptors.bytes;
    compare(run, "device", before.device,
            get_descriptor(run, DescriptorType::DEVICE, 0, 0, kDeviceBytes));
    compare(run, "configuration", before.configuration,
            get_configuration(run, DescriptorType::CONFIGURATION));
    if (!strings_) return;
    for (const auto& [index, text] : before.strings) {
      const Bytes read = get_descriptor(run, DescriptorType::STRING, index, kEnglish, kStringBytes);
      const auto decoded = wire::usb::decode_string(read);
      const std::string now = decoded ? wire::usb::to_utf8(*decoded) : std::string();
      run.judge(now == text, say("文字列 {}：{}", "string {}: {}", index, text), Text(now), read);
    }
  }

 private:
  static void compare(Run& run, const char* where, const Bytes& before, const Bytes& now) {
    for (const DescriptorFinding& finding : check_repeated(where, before, now))
      run.judge(false, Text(std::string(where) + ": ") + finding.expected, finding.got, now,
                static_cast<std::uint32_t>(finding.offset));
  }
  bool strings_ = true;
};

template <class S>
std::unique_ptr<Step> read(const yaml::Node& node) {
  return std::make_unique<S>(node);
}

}  // namespace

const std::vector<StepKind>& descriptor_steps() {
  static const std::vector<StepKind> kKinds = {
      {"descriptor_rule",
       {"記述子を読み、記述子の規則に照らす", "reads descriptors and holds them against a rule"},
       "descriptor_rule: DSC-05",
       read<RuleStep>},
      {"descriptors_again",
       {"記述子を読み直し、識別したときと同じか調べる",
        "reads descriptors again: they have to be what they were when the device was identified"},
       "descriptors_again: {strings: true}",
       read<AgainStep>},
  };
  return kKinds;
}

}  // namespace uketsuke::conformance
