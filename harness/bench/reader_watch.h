// A bound reader without terminal, backend and scenario: whoever puts a card on it sees it
// connected and identified. For `uketsuke identify` and `uketsuke monitor`.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "harness/bench/outside.h"
#include "harness/bench/outside_reader.h"
#include "sim/channel/session_channel.h"
#include "sim/fault/fault.h"
#include "sim/kernel/module.h"
#include "sim/trace/journal.h"

namespace uketsuke::bench {

class ReaderWatch {
 public:
  struct Seen {
    std::optional<wire::session::ReaderArrived> reader;
    bool card = false;       // one lies there
    wire::Bytes atr;         // of the card that was connected last
    std::string failure;     // why it could not be connected; empty: it was
    bool connected = false;  // and identified, as far as it answered
  };

  // sink: gets every record of the journal as it comes; may be empty.
  ReaderWatch(std::shared_ptr<Outside> outside, trace::Journal::Sink sink);
  ~ReaderWatch();
  ReaderWatch(const ReaderWatch&) = delete;
  ReaderWatch& operator=(const ReaderWatch&) = delete;

  // Until `done(seen)`, or `seconds` of the wall clock have passed (false). Throws
  // gateway::RouteBroken.
  bool run(const std::function<bool(const Seen&)>& done, double seconds);
  const Seen& seen() const;
  // nullptr: no card was identified.
  const guard::Identification* identification() const { return reader_->identification(); }
  // From any thread: run() looks at `done` again.
  void wake() { outside_->inbox->post([] {}); }

 private:
  class Program;

  std::shared_ptr<Outside> outside_;
  kernel::Simulation simulation_;  // first of what lives in its context, destroyed last
  trace::Journal journal_;
  fault::Layer faults_;
  channel::Context context_;
  OutsideEndpoints endpoints_;
  trace::CardConversation conversation_;
  std::unique_ptr<trace::Tap> command_tap_, response_tap_;
  channel::SessionChannel session_;
  std::unique_ptr<OutsideReader> reader_;
  std::unique_ptr<Program> program_;
};

}  // namespace uketsuke::bench
