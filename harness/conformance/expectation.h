// What an answer of a CCID has to look like, as data.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/conformance/run.h"
#include "harness/conformance/step_args.h"

namespace uketsuke::conformance {

class Expectation {
 public:
  // Keys: nothing, status, error, icc, type, slot, seq, data, ends, length, chain, clock, rfu,
  // protocol, within_ms, extensions, any_of. Throws yaml::Error.
  static Expectation read(const yaml::Node& node);

  struct Mismatch {
    Text expected, got;
    std::optional<std::uint32_t> offset;
  };
  // The first thing that is not as expected; none: all is.
  std::optional<Mismatch> compare(const Answer& answer, const Run& run) const;
  bool wants_nothing() const { return nothing_; }
  // What of the answer's form it says itself.
  Run::Form form() const {
    return {type_.empty() && any_of_.empty(), !slot_ && any_of_.empty(), !seq_ && any_of_.empty()};
  }
  bool has_alternatives() const { return !any_of_.empty(); }

 private:
  std::optional<Mismatch> compare_status(const Answer& answer, const Run& run) const;
  std::optional<Mismatch> compare_content(const Answer& answer, const Run& run) const;
  std::optional<Mismatch> compare_time(const Answer& answer, const Run& run) const;
  Text status_words(const Run& run) const;

  bool nothing_ = false;
  std::optional<std::string> status_;  // ok, failed, any
  std::vector<Number> errors_;
  std::vector<std::string> icc_;
  std::vector<Number> type_;
  std::optional<Number> slot_, seq_;
  std::vector<BytePattern> data_, ends_;
  std::optional<Range> length_, chain_, clock_, rfu_, protocol_, within_ms_, extensions_;
  std::vector<Expectation> any_of_;
};

// One line for people: the message decoded, or its bytes.
Text decoded(const Answer& answer);

}  // namespace uketsuke::conformance
