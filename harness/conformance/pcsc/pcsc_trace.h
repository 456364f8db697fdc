// What passed in a PC/SC case, line by line, and the case on it again. One JSON object a line:
//   {"case": "PCS-01", "kind": "pcsc", "reader": "...", "hands": true}
//   {"by": "main", "do": {"call": "SCardConnect", ...}, "got": {"code": "00000000", ...}}
// Lines of one thread are in its order; those of several stand as the calls returned.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "harness/conformance/pcsc/pcsc_deed.h"
#include "harness/conformance/trace.h"

namespace uketsuke::conformance {

// What a case is told of the bench; it is in the first line.
struct PcscSetting {
  std::string id;      // of the case
  std::string reader;  // as pcscd names it
  bool hands = false;
  bool person = false;  // the hands are somebody's who has to be asked
  bool simulated = false;
  double speed = 1;    // of the card's time, if it is simulated
};

class PcscTrace {
 public:
  explicit PcscTrace(const PcscSetting& setting);
  // Any thread. Returns the number of the line, from 1.
  std::uint64_t add(const std::string& actor, const PcscDeed& deed, const PcscReply& reply);
  std::string text() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

class RecordingPcscDesk : public PcscDesk {
 public:
  RecordingPcscDesk(PcscDesk& desk, PcscTrace& trace) : desk_(desk), trace_(trace) {}
  PcscReply perform(const std::string& actor, const PcscDeed& deed) override;
  bool is_live() const override { return desk_.is_live(); }
  void await_waiting(const std::string& actor, std::uint32_t ms) override {
    desk_.await_waiting(actor, ms);
  }
  void is_over(const std::string& actor) override { desk_.is_over(actor); }

 private:
  PcscDesk& desk_;
  PcscTrace& trace_;
};

// Bytes from outside: everything is checked. Throws TraceMismatch for what is no such trace, and
// when a thread does something else than what is recorded.
class ReplayPcscDesk : public PcscDesk {
 public:
  explicit ReplayPcscDesk(const std::string& text);
  const PcscSetting& setting() const { return setting_; }
  bool finished() const;  // nothing is left
  PcscReply perform(const std::string& actor, const PcscDeed& deed) override;
  bool is_live() const override { return false; }
  void await_waiting(const std::string&, std::uint32_t) override {}
  void is_over(const std::string&) override {}

 private:
  struct Line {
    std::string deed;
    PcscReply reply;
  };
  struct Queue {
    std::vector<Line> lines;
    std::size_t at = 0;
  };
  PcscSetting setting_;
  std::map<std::string, Queue> actors_;
};

}  // namespace uketsuke::conformance
