// The step `rates`: SetDataRateAndClockFrequency with what the reader lists, or with what it does
// not (CCID 5.3.2, 5.3.3, 6.1.14).
#include <algorithm>
#include <utility>

#include "harness/conformance/run.h"
#include "harness/conformance/step.h"
#include "harness/conformance/step_args.h"
#include "harness/verdict/format.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;
namespace ccid = wire::ccid;
using List = std::vector<std::uint32_t>;

constexpr std::uint8_t kGetClockFrequencies = 0x02, kGetDataRates = 0x03;
constexpr std::size_t kMaxPairs = 64;  // that are tried

bool contains(const List& list, std::uint32_t value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

class RatesStep : public Step {
 public:
  explicit RatesStep(const yaml::Node& node) {
    yaml::Mapping mapping(node);
    listed_ = mapping.require("listed").as_bool();
    mapping.done();
  }
  bool asserts() const override { return true; }
  void run(Run& run) const override {
    const List clocks = list(run, kGetClockFrequencies, "dwDefaultClock", "dwMaximumClock");
    const List rates = list(run, kGetDataRates, "dwDataRate", "dwMaxDataRate");
    if (!listed_) return odd(run, clocks, rates);
    std::size_t pairs = 0;
    for (const std::uint32_t clock : clocks) {
      for (const std::uint32_t rate : rates) {
        if (++pairs > kMaxPairs) return;
        const auto [got_clock, got_rate] = set(run, clock, rate);
        run.judge(got_clock == clock && got_rate == rate,
                  say("{} kHz、{} bps", "{} kHz, {} bps", clock, rate),
                  say("{} kHz、{} bps", "{} kHz, {} bps", got_clock, got_rate), run.last().bytes,
                  10);
      }
    }
  }

 private:
  // What the reader lists; if it lists nothing, default and maximum of its descriptor.
  static List list(Run& run, std::uint8_t request, const char* least, const char* most) {
    ControlDeed deed;
    deed.setup.bmRequestType = 0xA1;
    deed.setup.bRequest = request;
    deed.setup.wIndex = static_cast<std::uint16_t>(run.fact("interface"));
    deed.setup.wLength = 1024;
    const Reply reply = run.perform(deed);
    List values;
    if (reply.ended == Ended::kDone) {
      wire::ByteReader reader(reply.data);
      while (reader.left() >= 4) values.push_back(reader.read_u32le("value"));
    }
    if (values.empty()) {
      values = {static_cast<std::uint32_t>(run.fact(least)),
                static_cast<std::uint32_t>(run.fact(most))};
    }
    return values;
  }
  static std::pair<std::uint32_t, std::uint32_t> set(Run& run, std::uint32_t clock,
                                                     std::uint32_t rate) {
    ccid::PC_to_RDR_SetDataRateAndClockFrequency message;
    message.bSlot = run.slot();
    message.bSeq = run.next_seq();
    message.dwClockFrequency = clock;
    message.dwDataRate = rate;
    const Answer answer = run.exchange(ccid::CommandMessage(message));
    const bool done =
        ccid::command_status(answer.bStatus) == ccid::bmCommandStatus::kProcessed;
    run.judge(done && answer.data().size() == 8,
              {"使われるクロックと速度（8 バイト）", "clock and rate in use (8 bytes)"},
              say("bStatus {:02X}h bError {:02X}h、{} バイト",
                  "bStatus {:02X}h bError {:02X}h, {} bytes", answer.bStatus, answer.bError,
                  answer.data().size()),
              answer.bytes, 7);
    wire::ByteReader reader(answer.data());
    const std::uint32_t got_clock = reader.read_u32le("dwClockFrequency");
    return {got_clock, reader.read_u32le("dwDataRate")};
  }
  // Values that no reader has: the answer is one that it has.
  static void odd(Run& run, const List& clocks, const List& rates) {
    const std::pair<std::uint32_t, std::uint32_t> wanted[] = {
        {1, 1}, {clocks.front() + 1, rates.front() + 1}, {0xFFFFFFFF, 0xFFFFFFFF}, {0, 0}};
    const std::uint32_t low = *std::min_element(rates.begin(), rates.end());
    const std::uint32_t high = *std::max_element(rates.begin(), rates.end());
    const bool listed = run.fact("bNumDataRatesSupported") > 0;
    for (const auto& [clock, rate] : wanted) {
      const auto [got_clock, got_rate] = set(run, clock, rate);
      run.judge(contains(clocks, got_clock),
                {"リーダーが挙げるクロック", "a clock that the reader lists"},
                say("{} kHz", "{} kHz", got_clock), run.last().bytes, 10);
      const bool possible =
          listed ? contains(rates, got_rate) : got_rate >= low && got_rate <= high;
      run.judge(possible, {"リーダーが挙げる速度", "a rate that the reader lists"},
                say("{} bps", "{} bps", got_rate), run.last().bytes, 14);
    }
  }
  bool listed_ = true;
};

}  // namespace

const std::vector<StepKind>& rate_steps() {
  static const std::vector<StepKind> kKinds = {
      {"rates",
       {"SetDataRateAndClockFrequency を、リーダーが挙げる値か挙げない値で送る",
        "sends SetDataRateAndClockFrequency with values that the reader lists, or does not"},
       "rates: {listed: true}",
       [](const yaml::Node& node) -> std::unique_ptr<Step> {
         return std::make_unique<RatesStep>(node);
       }},
  };
  return kKinds;
}

}  // namespace uketsuke::conformance
