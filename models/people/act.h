// What people do at the desk, as data: who, what, and how a photo comparison went. Nothing here is
// a ground for refusal: who may act is an open list (家族の方や介助者、職員等, P2; A-37), and the
// two examples of visual confirmation are examples (参考例, P2). The seed's P3-3 is two acts of two
// people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/wire/oqs/calendar.h"

namespace uketsuke::people {

// Who the seed names. Any other word is welcome and kept as it is.
bool is_named_in_seed(std::string_view who);
std::string_view japanese_name(std::string_view who);  // "受付職員"; empty for others
const std::vector<std::string_view>& who_named_in_seed();

enum class Deed : std::uint8_t {
  kPress,
  kEnter,
  kTick,
  kPlaceCard,
  kRemoveCard,
  kComparePhoto,
  kShowFace,
  kJudge
};
std::string_view to_string(Deed);

// P2: 目視確認方法の例① hospital staff when the patient arrives, ② reception staff before the
// check.
enum class VisualExample : std::uint8_t { kNone, kOnArrival, kBeforeCheck };
std::string_view to_string(VisualExample);  // "none", "on_arrival", "before_check"
enum class PhotoComparison : std::uint8_t { kMatch, kMismatch, kUndecided };
std::string_view to_string(PhotoComparison);
std::optional<PhotoComparison> photo_comparison_of(std::string_view word);

struct Act {
  std::string who;  // "family", "reception_staff", or any word
  Deed what = Deed::kPress;
  std::string on;                                // control, card or patient
  VisualExample example = VisualExample::kNone;  // kComparePhoto only
  std::optional<PhotoComparison> photo;          // kComparePhoto only
  std::string step;                              // "P3-3"
  std::uint64_t at_us = 0;
};
std::string describe(const Act& act);

// Which example a comparison is, by who compares; kNone if neither (and that is no fault).
VisualExample example_of(std::string_view who);

// Keeps acts in order. Every act is accepted.
class Attendance {
 public:
  void add(Act act) { acts_.push_back(std::move(act)); }
  const std::vector<Act>& acts() const { return acts_; }
  std::vector<Act> photo_comparisons() const;
  // Did the same person compare and place in step `step`? Recorded, never refused.
  bool compared_and_placed_by_one(std::string_view step) const;

 private:
  std::vector<Act> acts_;
};

}  // namespace uketsuke::people
