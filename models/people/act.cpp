#include "models/people/act.h"

#include <algorithm>
#include <array>

namespace uketsuke::people {
namespace {

struct Person {
  std::string_view id, japanese;
};
constexpr std::array<Person, 6> kNamed = {{
    {"patient", "患者"},
    {"family", "家族の方"},
    {"aide", "介助者"},
    {"reception_staff", "受付職員"},
    {"hospital_staff", "医療機関職員"},
    {"physician", "医師"},
}};

const Person* find(std::string_view who) {
  const auto it = std::find_if(kNamed.begin(), kNamed.end(),
                               [&](const Person& person) { return person.id == who; });
  return it == kNamed.end() ? nullptr : &*it;
}

}  // namespace

bool is_named_in_seed(std::string_view who) { return find(who) != nullptr; }

std::string_view japanese_name(std::string_view who) {
  const Person* person = find(who);
  return person == nullptr ? std::string_view() : person->japanese;
}

const std::vector<std::string_view>& who_named_in_seed() {
  static const std::vector<std::string_view> kWho = [] {
    std::vector<std::string_view> out;
    for (const Person& person : kNamed) out.push_back(person.id);
    return out;
  }();
  return kWho;
}

std::string_view to_string(Deed deed) {
  switch (deed) {
    case Deed::kPress:
      return "press";
    case Deed::kEnter:
      return "enter";
    case Deed::kTick:
      return "tick";
    case Deed::kPlaceCard:
      return "place_card";
    case Deed::kRemoveCard:
      return "remove_card";
    case Deed::kComparePhoto:
      return "compare_photo";
    case Deed::kShowFace:
      return "show_face";
    case Deed::kJudge:
      return "judge";
  }
  return "?";
}

std::string_view to_string(VisualExample example) {
  switch (example) {
    case VisualExample::kNone:
      return "none";
    case VisualExample::kOnArrival:
      return "on_arrival";
    case VisualExample::kBeforeCheck:
      return "before_check";
  }
  return "?";
}

std::string_view to_string(PhotoComparison comparison) {
  switch (comparison) {
    case PhotoComparison::kMatch:
      return "match";
    case PhotoComparison::kMismatch:
      return "mismatch";
    case PhotoComparison::kUndecided:
      return "undecided";
  }
  return "?";
}

std::optional<PhotoComparison> photo_comparison_of(std::string_view word) {
  for (const auto value :
       {PhotoComparison::kMatch, PhotoComparison::kMismatch, PhotoComparison::kUndecided}) {
    if (to_string(value) == word) return value;
  }
  return std::nullopt;
}

std::string describe(const Act& act) {
  std::string out = "who=" + act.who + " does=" + std::string(to_string(act.what));
  if (!act.on.empty()) out += " on=" + act.on;
  if (act.photo) out += " photo=" + std::string(to_string(*act.photo));
  if (act.example != VisualExample::kNone) {
    out += " example=" + std::string(to_string(act.example));
  }
  if (!act.step.empty()) out += " step=" + act.step;
  return out;
}

// P2: ① 医療機関職員, ② 受付職員.
VisualExample example_of(std::string_view who) {
  if (who == "hospital_staff") return VisualExample::kOnArrival;
  if (who == "reception_staff") return VisualExample::kBeforeCheck;
  return VisualExample::kNone;
}

std::vector<Act> Attendance::photo_comparisons() const {
  std::vector<Act> out;
  std::copy_if(acts_.begin(), acts_.end(), std::back_inserter(out),
               [](const Act& act) { return act.what == Deed::kComparePhoto; });
  return out;
}

bool Attendance::compared_and_placed_by_one(std::string_view step) const {
  for (const Act& compared : acts_) {
    if (compared.what != Deed::kComparePhoto || compared.step != step) continue;
    if (std::any_of(acts_.begin(), acts_.end(), [&](const Act& placed) {
          return placed.what == Deed::kPlaceCard && placed.step == step &&
                 placed.who == compared.who;
        })) {
      return true;
    }
  }
  return false;
}

}  // namespace uketsuke::people
