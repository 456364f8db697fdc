// The bytes between parent and worker, and of the result store. Frames are a length (u32, little
// endian) and that many bytes, of which the first is the type. Both ends are the same binary, so
// there are no versions; but a worker may be broken in any way, so decoding is bounds-checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "harness/run/executor.h"
#include "harness/verdict/result.h"

namespace uketsuke::run {

constexpr std::size_t kMaxFrameBytes = 8 * 1024 * 1024;

// A part of the runs of one Selected. Runs are numbered variant by variant, and within a variant
// repetition by repetition: ordinal = variant * repeat + repetition.
struct Slice {
  std::uint32_t item = 0;   // place in the selection
  std::uint32_t first = 0;  // ordinal
  std::uint32_t limit = 0;  // at most so many
  Selected selected;
};

// Parent to worker.
struct Config {
  Options options;
  std::uint32_t repeat = 1;
  bool fail_fast = false;
};

// Worker to parent. For each slice: Loading, Total, for each run Started and Finished, SliceDone.
struct Loading {
  std::uint32_t item = 0;
};
struct Total {
  std::uint32_t item = 0;
  std::uint32_t count = 0;  // of all ordinals of the item
};
struct Started {
  std::uint32_t item = 0;
  std::uint32_t ordinal = 0;
  Selected selected;  // of this variant
};
struct Finished {
  std::uint32_t item = 0;
  std::uint32_t ordinal = 0;
  verdict::Verdict verdict = verdict::Verdict::kNone;
  std::string result;  // encode(ScenarioResult)
};
struct SliceDone {
  std::uint32_t item = 0;
};
// Between Started and Finished, if they are to be told.
struct StepBegun {
  std::uint32_t item = 0;
  Step step;
};

using Message =
    std::variant<Config, Slice, Loading, Total, Started, Finished, SliceDone, StepBegun>;

// A result too big for a frame loses its wire_tail, then its steps, and says so in a warning.
std::string encode(const verdict::ScenarioResult& result);
std::optional<verdict::ScenarioResult> decode_result(std::string_view bytes);

// Appends the whole frame.
void append_frame(std::string& out, const Message& message);
std::optional<Message> decode_message(std::string_view frame);  // without the length

// Cuts frames out of a stream.
class FrameReader {
 public:
  void push(std::string_view bytes) { buffer_.append(bytes); }
  // The next complete frame without its length, valid until the next push(); nullopt: none yet.
  std::optional<std::string_view> next();
  bool broken() const { return broken_; }  // a length that no frame has

 private:
  std::string buffer_;
  std::size_t position_ = 0;
  bool broken_ = false;
};

}  // namespace uketsuke::run
