// Screens as data: what a panel (face-auth reader) or a program (terminal, EHR) shows and offers.
// The words come from files under scenarios/screens; behaviour knows only ids.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace uketsuke::wire::panel {

struct Text { std::string ja, en; };
// id is the identifier of the glossary; label the words; aliases more spellings of the seed.
struct Control {
  enum class Kind { kButton, kField, kSecretField, kTick };
  Kind kind = Kind::kButton;
  std::string id;
  Text label;
  std::vector<std::string> aliases;
  std::string seed;        // seed id ("P3-1"), empty if the seed has none
  std::string assumption;  // "A-16" where the words are ours, empty if the seed gives them
};
struct Message { std::string id; Text text; std::string seed, assumption; };
struct Screen {
  std::string id;  // "initial"
  Text title;
  std::vector<Control> controls;
  std::string seed, assumption;
};
struct ScreenSet {
  std::string device;  // "face_reader", "terminal", "ehr"
  std::vector<Screen> screens;
  std::vector<Message> messages;

  const Screen* find_screen(std::string_view id) const;
  const Message* find_message(std::string_view id) const;
  // By id, label in either language or alias, on that screen; nullptr: no such control there.
  const Control* find_control(std::string_view screen_id, std::string_view id_or_words) const;
};

}  // namespace uketsuke::wire::panel
