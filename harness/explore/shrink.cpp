#include "harness/explore/shrink.h"

#include <algorithm>
#include <utility>

namespace uketsuke::explore {
namespace {

constexpr std::size_t kMostPlays = 3000;

// What stands for another act and is simpler; the act itself if nothing is.
Do simpler(Do act) {
  switch (act) {
    case Do::kPlaceTaro:
    case Do::kPlaceRevoked: return Do::kPlaceHanako;
    case Do::kEnterOldPasscode:
    case Do::kEnterShortPasscode: return Do::kEnterWrongPasscode;
    case Do::kDateYesterday: return Do::kDateToday;
    case Do::kDateNonsense: return Do::kDateTomorrow;
    case Do::kPressGranted: return Do::kPressDeclined;
    case Do::kAskEmergencyTaro: return Do::kAskEmergencyHanako;
    case Do::kAskOrdinaryTaro: return Do::kAskOrdinaryHanako;
    default: return act;
  }
}

class Shrinker {
 public:
  Shrinker(Player& player, Sequence sequence, const Disagreement& first)
      : player_(player), best_{std::move(sequence), first, 0} {}

  Shrunk run() {
    cut();
    bool smaller = true;
    while (smaller && best_.plays < kMostPlays) {
      smaller = drop();
      smaller = simplify() || smaller;
    }
    return best_;
  }

 private:
  // Takes the candidate if it disagrees in the same way.
  bool take(Sequence candidate) {
    const Graph& graph = player_.graph();
    if (best_.plays >= kMostPlays ||
        !possible(graph.model(), graph.state(candidate.start), candidate.acts)) {
      return false;
    }
    ++best_.plays;
    const Played played = player_.play(candidate, nullptr);
    if (!played.disagreement || played.disagreement->what != best_.disagreement.what) return false;
    best_.sequence = std::move(candidate);
    best_.disagreement = *played.disagreement;
    cut();
    return true;
  }

  // What comes after the disagreement was never played.
  void cut() {
    auto& acts = best_.sequence.acts;
    acts.resize(std::min(acts.size(), best_.disagreement.act + 1));
  }

  bool drop() {
    bool any = false;
    for (std::size_t size = std::max<std::size_t>(1, best_.sequence.acts.size() / 2); size > 0;
         size /= 2) {
      for (std::size_t from = 0; from < best_.sequence.acts.size();) {
        Sequence candidate = best_.sequence;
        auto& acts = candidate.acts;
        const auto first = acts.begin() + static_cast<std::ptrdiff_t>(from);
        acts.erase(first, first + static_cast<std::ptrdiff_t>(std::min(size, acts.size() - from)));
        if (take(std::move(candidate))) any = true;
        else from += size;
      }
    }
    return any;
  }

  bool simplify() {
    bool any = false;
    const Graph& graph = player_.graph();
    for (std::size_t which = 0; which < graph.starts(); ++which) {
      if (graph.start(which) == best_.sequence.start) break;  // the first ones are the simplest
      Sequence candidate = best_.sequence;
      candidate.start = graph.start(which);
      if (take(std::move(candidate))) any = true;
    }
    Sequence plain = best_.sequence;
    plain.setting = {};
    const Setting& now = best_.sequence.setting;
    if ((!now.two_factors || !now.permission || now.reader != 0) && take(std::move(plain)))
      any = true;
    for (std::size_t i = 0; i < best_.sequence.acts.size(); ++i) {
      Sequence candidate = best_.sequence;
      candidate.acts[i] = simpler(candidate.acts[i]);
      if (candidate.acts[i] != best_.sequence.acts[i] && take(std::move(candidate))) any = true;
    }
    return any;
  }

  Player& player_;
  Shrunk best_;
};

}  // namespace

Shrunk shrink(Player& player, Sequence sequence, const Disagreement& first) {
  return Shrinker(player, std::move(sequence), first).run();
}

}  // namespace uketsuke::explore
