// A card on the desk of the matrix tests: brought into a state by events of card.yaml, and told
// apart by what it answers (a state of the table is a region of what a card can be).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/card/card.h"
#include "tests/matrix/table.h"

namespace uketsuke::matrix {

// What card.yaml says of its events and states, beyond the cells.
struct CardScript {
  struct State {
    std::string profile;               // "", or the word in brackets
    std::vector<std::string> events;  // that lead there
  };
  std::map<std::string, State> states;
  std::map<std::string, std::string> events;
  std::map<std::string, wire::Bytes> commands;  // of the events that are bytes without [signature]
};
CardScript load_card_script(const std::string& path);

using Profiles = std::map<std::string, std::shared_ptr<const card::Profile>>;
Profiles card_profiles();  // by the words in brackets

// All events of one state, one after another.
class CardDesk {
 public:
  CardDesk(const CardScript& script, const Profiles& profiles, const std::string& state);
  Outcome attempt(const std::string& event);

  // How commands of events reach the card; default: Card::transmit. Probes never go this way.
  using Way = std::function<wire::Bytes(const wire::Bytes& command)>;
  void go(Way way) { way_ = std::move(way); }
  card::Card& card() { return rig_.card; }

 private:
  struct Rig {
    Rig(std::shared_ptr<const card::Profile> profile)
        : memory(*profile), card(std::move(profile), memory, 1) {}
    card::PersistentState memory;
    card::Card card;
  };
  wire::Bytes send(const wire::Bytes& command);
  std::vector<std::string> happen(const std::string& event);
  wire::Bytes command_of(const std::string& event) const;
  std::uint16_t probe(const char* command);
  std::uint16_t probe(const wire::Bytes& command);
  std::string region();
  std::string region_of_jpki();
  std::string region_of_face();
  std::string region_of_text();
  std::string current_file();
  bool verified(std::uint8_t short_identifier);
  std::string counters_changed(const card::PersistentState& before) const;

  const CardScript& script_;
  Way way_;
  std::string profile_;
  Rig rig_;
  wire::Bytes challenge_;  // last one, for [signature]
  std::optional<card::Card> saved_card_;
  std::optional<card::PersistentState> saved_memory_;
  wire::Bytes saved_challenge_;
};

}  // namespace uketsuke::matrix
