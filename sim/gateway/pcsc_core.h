// The threads of a PC/SC route.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sim/gateway/pcsc_route.h"
#include "sim/gateway/pcsc_session.h"

namespace uketsuke::gateway {

class PcscRoute::Core : public std::enable_shared_from_this<PcscRoute::Core> {
 public:
  Core(std::string wanted, PcscSettings settings);

  // Any thread.
  void begin(Report report);
  void ask(wire::session::Request request);
  std::string name() const;
  void silence();  // nothing is reported any more when it returns
  void stop(std::uint32_t within_ms);

 private:
  using Clock = std::chrono::steady_clock;
  using Milliseconds = std::chrono::milliseconds;
  struct Seen {  // what the reader showed last
    bool known = false, card = false;
    std::uint32_t changes = 0;  // pcscd's count of insertions and removals
  };

  template <class Body>
  void spawn(Body body);  // a thread that keeps this alive
  void work(std::uint64_t generation);
  void supervise();
  void give_up();  // with the lock: the request under way
  void watch();
  bool enter(long& context);  // into pcscd
  void leave(long& context);
  void look(long& context);
  void arrive(long context, const std::string& reader);
  void gone();
  void wait_for_change(long& context);
  void take_state(std::uint32_t state);
  void refuse(const char* kind, std::uint32_t after_ms, Clock::time_point since, RouteFailed why);
  bool pause(std::uint32_t ms);  // false: it is time to stop
  void report(SessionRouteEvent event);

  const std::string wanted_;
  const PcscSettings settings_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  int threads_ = 0;
  long watching_ = 0;           // context that waits, to be cancelled
  std::string reader_;          // empty: not there
  std::uint64_t epoch_ = 0;     // counts departures of the reader
  std::deque<wire::session::Request> waiting_;
  std::optional<wire::session::Request> under_way_;
  Clock::time_point under_way_since_;
  std::uint64_t generation_ = 0;  // of the thread that works; others were given up
  int given_up_ = 0;
  std::mutex report_mutex_;
  Report report_;

  // The watching thread's.
  Clock::time_point begin_, refused_since_;
  std::string refusal_;
  bool told_ = false, seen_reader_ = false;
  Seen seen_;
};

}  // namespace uketsuke::gateway
