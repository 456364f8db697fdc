#include "harness/bench/reader_presence.h"

#include "harness/bench/wording.h"
#include "harness/verdict/format.h"

namespace uketsuke::bench {
namespace {

using verdict::Text;

constexpr std::size_t kMostTold = 8;
// A reader may well have nothing to say for so long.
constexpr wire::Micros kSilenceUs = 20'000'000;

double seconds(wire::Micros us) { return static_cast<double>(us) / 1e6; }

}  // namespace

void ReaderPresence::gone(wire::Micros now_us) {
  if (step_ == 0) return;  // hands bring it into its first state
  if (!absences_.empty() && !absences_.back().until_us) return;
  if (absences_.size() == kMostTold) {
    ++left_out_;
    return;
  }
  absences_.push_back({now_us, step_, {}});
}

void ReaderPresence::arrived(wire::Micros now_us) {
  if (!absences_.empty() && !absences_.back().until_us) absences_.back().until_us = now_us;
}

Text ReaderPresence::told(const Text& why) const {
  Text text;
  for (const Absence& absence : absences_) {
    Text one = verdict::say("{:.3f} 秒 (手順 {}) に接続が切れ", "gone at {:.3f} s (step {})",
                            seconds(absence.from_us), absence.step);
    if (absence.until_us) {
      one = one + verdict::say("、{:.3f} 秒に戻った", ", back at {:.3f} s",
                               seconds(*absence.until_us));
    } else {
      one = one + Text("、戻らなかった", ", not back since");
      if (!why.empty()) one = one + Text("：", ": ") + why;
    }
    append(text, one);
  }
  if (left_out_ != 0) append(text, verdict::say("ほか {} 回", "{} more times", left_out_));
  return text.empty() ? text : Text("リーダーがいなかった：", "the reader was away: ") + text;
}

Text told_silence(wire::Micros heard_us, wire::Micros now_us) {
  if (now_us < heard_us + kSilenceUs) return {};
  return verdict::say("リーダーからの最後の応答は {:.3f} 秒、その後 {:.1f} 秒間何も届いていない",
                      "the last message from the reader came at {:.3f} s; nothing in the {:.1f} s "
                      "since then",
                      seconds(heard_us), seconds(now_us - heard_us));
}

}  // namespace uketsuke::bench
