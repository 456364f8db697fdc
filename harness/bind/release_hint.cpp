#include "harness/bind/release_hint.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/verdict/format.h"

namespace uketsuke::bind {

verdict::Text release_hint(const Bindings& bindings) {
  std::string reader = "reader=" + bindings.reader.text();
  if (reader.find(' ') != std::string::npos) reader = "'" + reader + "'";
  const bool released = std::any_of(bindings.cards.begin(), bindings.cards.end(),
                                    [](const BoundCard& card) { return !card.key.empty(); });
  if (released) {
    return verdict::say(
        "。使用許可のあるカードかどうかは uketsuke identify --bind {} で確かめられます。"
        "許可があっても送らないコマンドと may_lock は sim/guard/README.md を参照",
        ". Whether this is a card of the bench file, `uketsuke identify --bind {}` tells; what is "
        "refused of a released card, and may_lock: sim/guard/README.md",
        reader);
  }
  return verdict::say(
      "。テストカードなら、uketsuke identify --bind {} が示す行をベンチファイルに書き、"
      "--bench で渡すと使えます（本番のカードは使えません。sim/guard/README.md）",
      ". For a test card, put the lines that `uketsuke identify --bind {}` prints into a bench "
      "file and name it with --bench (a production card is never released; sim/guard/README.md)",
      reader);
}

}  // namespace uketsuke::bind
