// What passed between a case and the desk, line by line: kept in the evidence, and run again by
// `uketsuke verify`. One JSON object a line:
//   {"desk": 1, "speed": "full", "has_address": false}      a new desk begins
//   {"n": 3, "do": {"out": 1, "data": "65.."}, "got": {"ended": "done", "from": 100, "to": 160}}
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/conformance/deed.h"

namespace uketsuke::conformance {

class Trace {
 public:
  // A line for each desk and deed, and what the message says for people.
  void begin_desk(const Desk& desk);
  void add(const Deed& deed, const Reply& reply);
  std::size_t size() const { return lines_.size(); }
  // JSON lines with "\n" each.
  std::string text() const;
  void forget() { lines_.clear(); }
  void keep(bool keep) { keeps_ = keep; }
  bool keeps() const { return keeps_; }

 private:
  bool keeps_ = true;
  std::vector<std::string> lines_;
};

// Deeds go to the desk behind it, and into the trace.
class RecordingDesk : public Desk {
 public:
  RecordingDesk(std::unique_ptr<Desk> desk, Trace& trace);
  Reply perform(const Deed& deed) override;
  wire::usb::Speed speed() const override { return desk_->speed(); }
  bool has_address() const override { return desk_->has_address(); }
  std::uint64_t trace_line() const override {
    return trace_.keeps() ? trace_.size() : desk_->trace_line();  // of the trace that is replayed
  }
  bool keeps_card_data() const override { return desk_->keeps_card_data(); }

 private:
  Reply without_card_data(const Deed& deed, Reply reply) const;
  bool exchanging_ = false;  // the last message was a command to the card

  std::unique_ptr<Desk> desk_;
  Trace& trace_;
};

// A trace that does not belong to the case that asks.
class TraceMismatch : public std::runtime_error {
 public:
  explicit TraceMismatch(verdict::Text text)
      : std::runtime_error(text.en), text_(std::move(text)) {}
  const verdict::Text& text() const { return text_; }

 private:
  verdict::Text text_;
};

// A recorded trace as desks. Bytes from outside: everything is checked.
class Replay {
 public:
  static constexpr std::size_t kMaxBytes = 64U << 20U;
  // Throws TraceMismatch: not such a trace.
  explicit Replay(const std::string& text);
  ~Replay();
  // The next desk of the trace; asked for a deed that is not the recorded one it throws
  // TraceMismatch.
  std::unique_ptr<Desk> next_desk();
  bool finished() const;  // nothing is left
  bool masked() const;    // some data was not kept: verdicts that rest on it cannot be computed

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
  friend class ReplayDesk;
};

}  // namespace uketsuke::conformance
