#include "harness/explore/generator.h"

#include <algorithm>

#include "harness/explore/random.h"

namespace uketsuke::explore {
namespace {

constexpr std::uint32_t kShortest = 11, kSpread = 6;  // acts before the last questions of the EHR
constexpr std::uint32_t kMostReceptions = 2;          // in the part that is random
constexpr std::uint32_t kTriedInVain = 7;
constexpr std::uint32_t kAtEnd = 2;  // questions of the EHR at the end

// Of the random part: what goes on is likelier than what breaks off or waits.
std::uint32_t weight(const Graph& graph, std::uint32_t transition) {
  const Do act = graph.act(transition);
  if (graph.end(transition) == graph.from(transition)) return graph.refused(transition) ? 1 : 2;
  switch (act) {
    case Do::kWait: return 1;
    case Do::kSignOut:
    case Do::kPressCancel:
    case Do::kClickBack:
    case Do::kPlaceRevoked: return 3;
    case Do::kPlaceHanako: return 16;
    default: return 10;
  }
}

}  // namespace

std::uint32_t patience(Screen screen) {
  switch (screen) {
    case Screen::kFaceCapture:
    case Screen::kPinEntry: return 4;
    case Screen::kPasscodeEntry:
    case Screen::kPlaceCard:
    case Screen::kReading:
    case Screen::kAuthMethod:
    case Screen::kConsent: return 8;
    default: return 1000;
  }
}

// A sequence while it is being made.
class Generator::Walk {
 public:
  Walk(const Graph& graph, Random& random, Sequence& sequence)
      : graph_(graph), random_(random), sequence_(sequence) {}

  void begin(std::uint32_t state) { sequence_.start = state_ = state; }
  std::uint32_t state() const { return state_; }
  std::size_t length() const { return sequence_.acts.size(); }
  void take(std::uint32_t transition);
  void follow(const std::vector<std::uint32_t>& way);
  void try_in_vain(std::uint32_t visit, std::uint32_t most);
  void leave(std::uint32_t visit);
  void wander(std::size_t length);
  void ask_at_end();

 private:
  std::vector<std::uint32_t> transitions(bool loops) const;
  std::uint32_t left() const {
    const std::uint32_t limit = patience(graph_.state(state_).screen);
    return held_ < limit ? limit - held_ : 0;
  }
  void ask_early();
  std::uint32_t choose();

  const Graph& graph_;
  Random& random_;
  Sequence& sequence_;
  std::uint32_t state_ = 0;
  std::uint32_t held_ = 0;  // acts since the reader's screen changed
  std::uint32_t receptions_ = 0;
  bool ending_ = false;
  Card identified_ = Card::kNone;
};

void Generator::Walk::take(std::uint32_t transition) {
  const Screen before = graph_.state(state_).screen;
  sequence_.acts.push_back(graph_.act(transition));
  if (graph_.identifies(transition)) identified_ = graph_.state(graph_.end(transition)).card;
  if (!graph_.state(state_).served && graph_.state(graph_.end(transition)).served) ++receptions_;
  state_ = graph_.end(transition);
  held_ = graph_.state(state_).screen == before ? held_ + 1 : 0;
}

std::vector<std::uint32_t> Generator::Walk::transitions(bool loops) const {
  std::vector<std::uint32_t> all;
  for (std::size_t act = 0; act < graph_.model().alphabet().size(); ++act) {
    const std::uint32_t transition = graph_.transition(state_, act);
    if (transition != Graph::kNone && (graph_.end(transition) == state_) == loops)
      all.push_back(transition);
  }
  return all;
}

void Generator::Walk::follow(const std::vector<std::uint32_t>& way) {
  for (const std::uint32_t transition : way) {
    if (random_.percent(12)) try_in_vain(random_.below(1000), 1);
    take(transition);
  }
}

// What leads nowhere from here, a few at a time: the visit says which. Waiting comes last.
void Generator::Walk::try_in_vain(std::uint32_t visit, std::uint32_t most) {
  const std::vector<std::uint32_t> loops = transitions(true);
  const auto count =
      std::min({most, left(), static_cast<std::uint32_t>(loops.size())});
  for (std::uint32_t i = 0; i < count; ++i)
    take(loops[(std::size_t{visit} * count + i) % loops.size()]);
}

void Generator::Walk::leave(std::uint32_t visit) {
  const std::vector<std::uint32_t> ways = transitions(false);
  if (!ways.empty()) take(ways[visit % ways.size()]);
}

std::uint32_t Generator::Walk::choose() {
  std::uint32_t all = 0;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> choices;  // weight so far, transition
  const bool hurry = left() <= (ending_ ? kAtEnd : 0);
  for (const bool loops : {false, true}) {
    for (const std::uint32_t transition : transitions(loops)) {
      const Screen to = graph_.state(graph_.end(transition)).screen;
      if (hurry && to == graph_.state(state_).screen) continue;
      if (card_of(graph_.act(transition)) != Card::kNone && receptions_ >= kMostReceptions)
        continue;
      all += weight(graph_, transition);
      choices.emplace_back(all, transition);
    }
  }
  if (all == 0) return Graph::kNone;
  const std::uint32_t drawn = random_.below(all);
  return std::find_if(choices.begin(), choices.end(),
                      [&](const auto& choice) { return drawn < choice.first; })
      ->second;
}

void Generator::Walk::wander(std::size_t length) {
  while (this->length() < length) {
    if (random_.percent(3) && left() > 1) ask_early();
    const std::uint32_t transition = choose();
    if (transition == Graph::kNone) return;
    take(transition);
  }
}

void Generator::Walk::ask_early() {
  static constexpr Do kAsks[] = {Do::kJudgeNotNecessary, Do::kAskEmergencyHanako,
                                 Do::kAskEmergencyTaro, Do::kAskOrdinaryHanako,
                                 Do::kAskOrdinaryTaro};
  sequence_.acts.push_back(kAsks[random_.below(std::size(kAsks))]);
  ++held_;
}

// The views at the end: mostly of who was received last. Nobody is left waiting meanwhile.
void Generator::Walk::ask_at_end() {
  ending_ = true;
  if (left() <= kAtEnd) wander(length() + 1);
  bool taro = identified_ == Card::kTaro;
  if (random_.percent(10)) taro = !taro;
  const bool both = random_.percent(25);
  const bool emergency = random_.percent(60);
  if (both || !emergency)
    sequence_.acts.push_back(taro ? Do::kAskOrdinaryTaro : Do::kAskOrdinaryHanako);
  if (both || emergency)
    sequence_.acts.push_back(taro ? Do::kAskEmergencyTaro : Do::kAskEmergencyHanako);
}

Sequence Generator::make(std::uint64_t seed, std::uint64_t k) const {
  Random random(seed, graph_.model().name(), k);
  Sequence sequence;
  Walk walk(graph_, random, sequence);
  const std::size_t length = kShortest + random.below(kSpread);
  sequence.setting.two_factors = !random.percent(10);
  sequence.setting.permission = !random.percent(5);
  sequence.setting.reader = static_cast<std::uint8_t>(random.below(kGenericReaders));
  std::uint32_t begin = 0;
  if (k % 3 != 2) {
    const std::uint64_t number = k / 3 * 2 + k % 3;
    const std::uint64_t place = (number + seed) % classes_.states();
    const auto visit = static_cast<std::uint32_t>(number / classes_.states());
    const auto way = graph_.way_to(classes_.nearest(place), begin);
    walk.begin(begin);
    walk.follow(way);
    walk.try_in_vain(visit, kTriedInVain);
    walk.leave(visit);
  } else {
    const auto& all = graph_.identifying();
    const std::uint32_t wanted = all[random.below(static_cast<std::uint32_t>(all.size()))];
    const auto way = graph_.way_to(graph_.from(wanted), begin);
    walk.begin(begin);
    walk.follow(way);
    walk.take(wanted);
  }
  walk.wander(length);
  walk.ask_at_end();
  return sequence;
}

}  // namespace uketsuke::explore
