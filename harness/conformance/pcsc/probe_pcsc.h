// Raw calls of libpcsclite, one at a time in each of a case's threads: exact buffers with marked
// bytes behind them, a limit for each call, hands, and the guard where a real card may lie.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/conformance/pcsc/pcsc_deed.h"
#include "sim/gateway/hands_route.h"

namespace uketsuke::conformance {

// How often somebody asked the run to end. Any thread.
using AskedToEnd = std::function<int()>;

// Deeds of hands, waited for.
class PcscHands {
 public:
  // nullptr: nobody is there. `cards`: as hands know "first", "second", "test".
  PcscHands(std::unique_ptr<gateway::HandsRoute> route, std::vector<std::string> cards,
            AskedToEnd asked = {});
  ~PcscHands();
  bool there() const { return route_ != nullptr; }
  bool is_person() const { return route_ != nullptr && route_->is_person(); }
  PcscReply perform(const PcscDeed& deed);

 private:
  struct Answers {
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::uint64_t, gateway::HandsEvent> events;
    std::optional<gateway::RouteFailed> failed;
  };
  std::optional<gateway::Deed> deed_of(const PcscDeed& deed) const;

  std::vector<std::string> cards_;
  AskedToEnd asked_;
  std::shared_ptr<Answers> answers_ = std::make_shared<Answers>();
  std::unique_ptr<gateway::HandsRoute> route_;
  std::uint64_t next_ = 1;
};

class ProbePcsc : public PcscDesk {
 public:
  static constexpr std::chrono::milliseconds kGrace{2'000};
  // simulated: whatever lies in the reader is a card of ours; else what is not known to be
  // harmless is refused, and what cards answer is not kept but for length and SW.
  // When somebody asks to end, calls that wait are cancelled, those that do not come back within
  // kGrace (at once, if they ask again) are left behind as timed out, and the case's own thread
  // gets gateway::RouteBroken of whatever it does.
  ProbePcsc(gateway::PcscCalls calls, PcscHands& hands, bool simulated, AskedToEnd asked = {});
  ~ProbePcsc() override;  // releases every context

  PcscReply perform(const std::string& actor, const PcscDeed& deed) override;
  bool is_live() const override { return true; }
  void await_waiting(const std::string& actor, std::uint32_t ms) override;
  void is_over(const std::string& actor) override;

 private:
  using Clock = std::chrono::steady_clock;
  struct Shared;  // outlives a call that does not return
  static PcscReply call(Shared& shared, const PcscDeed& deed);
  PcscReply with_limit(const PcscDeed& deed);
  PcscReply holder_dies(const PcscDeed& deed);
  PcscReply hand_over(const PcscDeed& deed);
  bool is_ending() const { return asked_ && asked_() > 0; }
  bool gives_up(std::chrono::milliseconds limit, std::chrono::steady_clock::time_point begin);
  void wait(std::chrono::milliseconds time);
  std::uint64_t now_us() const;

  std::shared_ptr<Shared> shared_;
  PcscHands& hands_;
  bool simulated_;
  AskedToEnd asked_;
  Clock::time_point begin_ = Clock::now();
  std::mutex mutex_;
  std::optional<Clock::time_point> cancelled_;  // when what waits was
  std::condition_variable changed_;
  std::map<std::string, Clock::time_point> calling_;  // actors that are in a call, since when
  std::set<std::string> over_;
};

}  // namespace uketsuke::conformance
