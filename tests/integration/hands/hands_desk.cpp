// A hands port with a desk of one card and a panel whose screens are named by the buttons, for
// test_hands_server.py. Prints the port, ends when standard input ends. Controls: "never" is not
// answered, "pad" makes the pad ask; "flood" changes the screen 2,000 times.
#include <iostream>
#include <string>

#include "sim/gateway/broken.h"
#include "sim/gateway/hands_server.h"

namespace {

namespace gateway = uketsuke::gateway;
namespace panel = uketsuke::wire::panel;

class Desk : public gateway::ServedHands {
 public:
  std::vector<gateway::ServedReader> readers() const override {
    return {{"face_reader", {"press", "enter", "place", "remove", "show"}},
            {"generic", {"place", "remove", "pad_pin", "pad_asks"}}};
  }
  void watch(Seen seen) override {
    seen_ = std::move(seen);
    show("initial");
  }
  void perform(std::size_t reader, gateway::Deed deed, Done done) override {
    if (const auto* input = std::get_if<panel::Input>(&deed)) {
      const auto* press = std::get_if<panel::Press>(input);
      if (press != nullptr && press->control == "never") return;
      if (press != nullptr && press->control == "pad") seen_(1, gateway::PadAsks{true, 0});
      const int times = press != nullptr && press->control == "flood" ? 2'000 : 1;
      for (int i = 0; i < times; ++i)
        show(press != nullptr ? press->control : std::get<panel::Enter>(*input).control);
    } else if (std::holds_alternative<gateway::PlaceCard>(deed)) {
      if (there_[reader]) return done(missed("カードがある", "a card lies there"));
      there_[reader] = true;
    } else if (std::holds_alternative<gateway::RemoveCard>(deed)) {
      if (!there_[reader]) return done(missed("カードがない", "no card lies there"));
      there_[reader] = false;
    }
    done(gateway::Attested{0, "served reader"});
  }

 private:
  static gateway::Missed missed(std::string ja, std::string en) {
    return {0, gateway::Missed::Why::kNotPossible, std::move(ja), std::move(en)};
  }
  void show(const std::string& screen) {
    if (seen_) seen_(0, panel::Output{panel::Display{screen, "", {}, {{"secret", "918273"}}}});
  }
  Seen seen_;
  bool there_[2] = {};
};

}  // namespace

int main(int, char** argv) {
  Desk desk;
  gateway::HandsServerSettings settings;
  settings.address = gateway::parse_tcp_address(argv[1]).value();
  settings.name = "desk";
  settings.hello_ms = 1'000;
  try {
    gateway::HandsServer server(settings, desk);
    std::cout << to_string(server.address()) << std::endl;
    std::cin.get();
  } catch (const gateway::RouteBroken& broken) {
    std::cout << broken.ja() << " | " << broken.what() << std::endl;
    return 4;
  }
  return 0;
}
