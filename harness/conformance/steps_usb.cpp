// Steps of USB 2.0, chapter 9, and of the plug.
#include <utility>

#include "harness/conformance/enumerate.h"
#include "harness/conformance/run.h"
#include "harness/conformance/step.h"
#include "harness/conformance/step_args.h"
#include "harness/verdict/format.h"
#include "sim/wire/usb/setup_packet.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;

// {type: 0x80, request: 6, value: 0x0100, index: 0, length: 18, data: BYTES,
//  expect: {stall: true} | {length: RANGE, data: PATTERN}}
class ControlStep : public Step {
 public:
  explicit ControlStep(const yaml::Node& node) {
    yaml::Mapping mapping(node);
    type_ = Number::read(mapping.require("type"));
    request_ = Number::read(mapping.require("request"));
    value_ = Number::read_or(mapping, "value", 0);
    index_ = Number::read_or(mapping, "index", 0);
    if (const yaml::Node key = mapping.find("data")) data_ = ByteSource::read(key);
    if (const yaml::Node key = mapping.find("length")) length_ = Number::read(key);
    if (const yaml::Node key = mapping.find("remember")) remember_ = key.as_string();
    if (const yaml::Node key = mapping.find("expect")) {
      judges_ = true;
      yaml::Mapping expect(key);
      if (const yaml::Node inner = expect.find("stall")) stall_ = inner.as_bool();
      if (const yaml::Node inner = expect.find("may_stall")) may_stall_ = inner.as_bool();
      if (const yaml::Node inner = expect.find("length")) wanted_length_ = Range::read(inner);
      if (const yaml::Node inner = expect.find("data")) wanted_ = BytePattern::read(inner);
      expect.done();
    }
    mapping.done();
  }
  bool asserts() const override { return judges_; }
  void run(Run& run) const override {
    const Facts& facts = run.facts();
    ControlDeed deed;
    deed.setup.bmRequestType = type_.byte(facts);
    deed.setup.bRequest = request_.byte(facts);
    deed.setup.wValue = static_cast<std::uint16_t>(value_.value(facts));
    deed.setup.wIndex = static_cast<std::uint16_t>(index_.value(facts));
    deed.data = data_.bytes(facts);
    deed.setup.wLength = static_cast<std::uint16_t>(
        length_ ? length_->value(facts) : static_cast<std::int64_t>(deed.data.size()));
    const Reply reply = run.perform(deed);
    if (!remember_.empty()) run.facts()[remember_] = hex(reply.data, reply.data.size());
    if (judges_) judge(run, deed, reply);
  }

 private:
  void judge(Run& run, const ControlDeed& deed, const Reply& reply) const {
    const Text request(wire::usb::describe(deed.setup));
    if (may_stall_ && reply.ended == Ended::kStalled) return;
    const Ended wanted = stall_ ? Ended::kStalled : Ended::kDone;
    run.judge(reply.ended == wanted, say("{}：{}", "{}: {}", request, to_string(wanted)),
              Text(std::string(to_string(reply.ended))), reply.data);
    const auto size = static_cast<std::int64_t>(reply.data.size());
    run.judge(size <= deed.setup.wLength || stall_,
              say("{} バイト以下", "at most {} bytes", deed.setup.wLength),
              say("{} バイト", "{} bytes", size), reply.data);
    if (wanted_length_)
      run.judge(wanted_length_->holds(size, run.facts()),
                request + say("：{} バイト", ": {} bytes", wanted_length_->words(run.facts())),
                say("{} バイト", "{} bytes", size), reply.data);
    if (wanted_)
      run.judge(wanted_->matches(reply.data), request + Text(": " + wanted_->text()),
                hex(reply.data), reply.data);
  }

  Number type_, request_, value_, index_;
  ByteSource data_;
  std::optional<Number> length_;
  std::string remember_;
  bool judges_ = false, stall_ = false, may_stall_ = false;
  std::optional<Range> wanted_length_;
  std::optional<BytePattern> wanted_;
};

// Reset, address, descriptors, configuration; judges that the descriptors are those of before.
class EnumerateStep : public Step {
 public:
  explicit EnumerateStep(const yaml::Node& node) {
    if (node.is_null() || (node.is_mapping() && node.size() == 0)) return;
    yaml::Mapping mapping(node);
    if (const yaml::Node key = mapping.find("reset")) reset_ = key.as_bool();
    mapping.done();
  }
  bool asserts() const override { return true; }
  void run(Run& run) const override {
    if (reset_) {
      const Reply reply = run.perform(ResetDeed{});
      run.judge(reply.ended == Ended::kDone,
                {"リセットの後も装置がある", "the device is there after the reset"},
                Text(std::string(to_string(reply.ended))));
    }
    const Enumerated found = enumerate(run);
    run.judge(found.problem.empty(), {"列挙できる", "the device can be enumerated"}, found.problem);
    const ReaderBytes& before = run.subject().descriptors.bytes;
    run.judge(found.bytes.device == before.device,
              "device descriptor " + hex(before.device), hex(found.bytes.device),
              found.bytes.device);
    run.judge(found.bytes.configuration == before.configuration,
              "configuration " + hex(before.configuration), hex(found.bytes.configuration),
              found.bytes.configuration);
  }

 private:
  bool reset_ = true;
};

class PlugStep : public Step {
 public:
  explicit PlugStep(const yaml::Node& node) : in_(node.as_bool()) {}
  bool asserts() const override { return in_; }
  void run(Run& run) const override {
    PlugDeed deed;
    deed.in = in_;
    const Reply reply = run.perform(deed, /*may_leave=*/!in_);
    run.judge(reply.ended == Ended::kDone,
              in_ ? Text("差し込むとバスに現れる", "plugged in, it appears on the bus")
                  : Text("抜くとバスから消える", "unplugged, it leaves the bus"),
              Text(std::string(to_string(reply.ended))));
  }

 private:
  bool in_;
};

class ResetStep : public Step {
 public:
  explicit ResetStep(const yaml::Node&) {}
  bool asserts() const override { return true; }
  void run(Run& run) const override {
    const Reply reply = run.perform(ResetDeed{});
    run.judge(reply.ended == Ended::kDone,
              {"リセットの後も装置がある", "the device is there after the reset"},
              Text(std::string(to_string(reply.ended))));
  }
};

template <class S>
std::unique_ptr<Step> read(const yaml::Node& node) {
  return std::make_unique<S>(node);
}

}  // namespace

const std::vector<StepKind>& usb_steps() {
  static const std::vector<StepKind> kKinds = {
      {"control",
       {"コントロール要求を送り、応答を調べる", "sends a control request and judges the answer"},
       "control: {type: 0x80, request: 6, value: 0x4200, length: 18, expect: {stall: true}}",
       read<ControlStep>},
      {"enumerate",
       {"リセットして列挙し、記述子が同じか調べる",
        "resets and enumerates; the descriptors have to be the same"},
       "enumerate: {reset: true}", read<EnumerateStep>},
      {"bus_reset", {"バスをリセットする", "resets the bus"}, "bus_reset: {}", read<ResetStep>},
      {"plugged", {"ケーブルを抜く、差す", "pulls the plug, or puts it in"}, "plugged: false",
       read<PlugStep>},
  };
  return kKinds;
}

}  // namespace uketsuke::conformance
