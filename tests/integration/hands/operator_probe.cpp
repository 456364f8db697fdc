// The operator's hands for test_operator.py: deeds come on standard input as lines of the hands
// protocol, "sign NUMBER" is what the device shows; what is reported goes to standard output, a
// line each: attested ID BY | missed ID WHY JA | EN.
// Usage: operator_probe ja|en SECONDS
#include <fmt/format.h>

#include <cstdlib>
#include <iostream>

#include "harness/console/operator_hands.h"
#include "harness/scenario/catalog.h"
#include "sim/wire/hands/codec.h"

namespace {

namespace console = uketsuke::console;
namespace gateway = uketsuke::gateway;
namespace hands = uketsuke::wire::hands;

void print(const gateway::HandsEvent& event) {
  if (const auto* e = std::get_if<gateway::Attested>(&event))
    std::cout << fmt::format("attested {} {}", e->id, e->by) << std::endl;
  if (const auto* e = std::get_if<gateway::Missed>(&event)) {
    const char* why[] = {"not_possible", "time_out", "no_operator", "unknown"};
    std::cout << fmt::format("missed {} {} {} | {}", e->id, why[static_cast<int>(e->why)], e->ja,
                             e->en)
              << std::endl;
  }
}

}  // namespace

int main(int, char** argv) {
  const auto catalog = uketsuke::scenario::load_catalog(UKETSUKE_SOURCE_DIR "/scenarios");
  console::OperatorSettings settings;
  settings.language = uketsuke::verdict::language_from(argv[1]).value();
  settings.seconds = static_cast<std::uint32_t>(std::atoi(argv[2]));
  settings.words.screens = catalog.screens_of("face_reader");
  settings.words.card = [](const std::string& holder) -> uketsuke::verdict::Text {
    if (holder == "hanako") return {"青いシール", "blue sticker"};
    return {};
  };
  console::OperatorHands operator_hands(settings);
  operator_hands.start(print);
  for (std::string line; std::getline(std::cin, line);) {
    if (line.rfind("sign ", 0) == 0) {
      operator_hands.device_showed(static_cast<console::Sign>(std::atoi(line.c_str() + 5)));
      continue;
    }
    auto read = hands::decode(line, [](const hands::Id&) { return std::nullopt; });
    auto& request = std::get<hands::Request>(std::get<hands::Message>(read));
    operator_hands.ask(
        {std::get<std::uint64_t>(request.id), std::get<hands::Deed>(request.call.body)});
  }
  return 0;
}
