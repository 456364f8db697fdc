#include "tests/matrix/card_desk.h"

#include <algorithm>
#include <array>
#include <sstream>

#include "harness/yaml/yaml.h"
#include "models/crypto/digest.h"
#include "tests/unit/card/card_fixture.h"

namespace uketsuke::matrix {
namespace {

using card::Application;
using wire::Bytes;

constexpr std::array<card::ReferenceId, 10> kReferences = {{
    {Application::kJpki, 0x0018}, {Application::kJpki, 0x001B},
    {Application::kCardFace, 0x0011}, {Application::kCardFace, 0x0012},
    {Application::kCardFace, 0x0013}, {Application::kCardText, 0x0011},
    {Application::kCardText, 0x0012}, {Application::kCardText, 0x0014},
    {Application::kCardText, 0x0015}, {Application::kJuki, 0x001C},
}};

// "00 A4 [fill 2] [file NAME FROM COUNT]"; nullopt with [signature].
std::optional<Bytes> parse_command(const std::string& text) {
  Bytes bytes;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (word == "[signature]") return std::nullopt;
    if (word == "[fill") {
      std::size_t count = 0;
      words >> count >> word;
      bytes.insert(bytes.end(), count, 0x01);
    } else if (word == "[file") {
      std::size_t from = 0, count = 0;
      words >> word >> from >> count;
      const Bytes file = fixtures::bytes(word);
      bytes.insert(bytes.end(), file.begin() + static_cast<std::ptrdiff_t>(from),
                   file.begin() + static_cast<std::ptrdiff_t>(from + count));
      words >> word;
    } else {
      const Bytes part = wire::from_hex(word).value();
      bytes.insert(bytes.end(), part.begin(), part.end());
    }
  }
  return bytes;
}

// One private operation for each challenge: every desk gets the same ones.
const Bytes& signature_of(const Bytes& challenge) {
  static const auto key = fixtures::key("terminal_key.pem");
  static std::map<Bytes, Bytes> known;
  Bytes& signature = known[challenge];
  if (signature.empty()) {
    signature = key->sign_pkcs1(crypto::sha256_digest_info_of(challenge)).value();
  }
  return signature;
}

bool is_bytes(const std::string& text) {
  return text.size() > 2 && std::isxdigit(static_cast<unsigned char>(text[0])) != 0 &&
         std::isxdigit(static_cast<unsigned char>(text[1])) != 0 && text[2] == ' ';
}

}  // namespace

CardScript load_card_script(const std::string& path) {
  CardScript script;
  const yaml::Document document = yaml::load_file(path);
  yaml::Mapping top(document.root());
  const yaml::Node events = top.require("events");
  for (std::size_t i = 0; i < events.size(); ++i) {
    const std::string name = events.key(i).as_string();
    const std::string text = events.value(i).as_string();
    script.events[name] = text;
    const std::string bytes = text.substr(0, text.find(','));
    if (!is_bytes(bytes)) continue;
    if (auto command = parse_command(bytes)) script.commands[name] = std::move(*command);
  }
  const yaml::Node states = top.require("states");
  for (std::size_t i = 0; i < states.size(); ++i) {
    const std::string text = states.value(i).as_string();
    std::istringstream words(text.substr(text.find(':') + 1));
    CardScript::State state;
    for (std::string word; words >> word;) {
      if (word.front() == '[') {
        state.profile = word.substr(1, word.size() - 2);
      } else {
        state.events.push_back(word);
      }
    }
    script.states[states.key(i).as_string()] = std::move(state);
  }
  return script;
}

Profiles card_profiles() {
  using card_fixture::Fixture;
  Profiles profiles;
  profiles[""] = card_fixture::shared_hanako();
  profiles["damaged"] = Fixture::changed([](card::ProfileData& d) { d.mute = true; });
  profiles["no_pin"] =
      Fixture::changed([](card::ProfileData& d) { d.behaviour.without_pin = true; });
  profiles["fails_first"] = Fixture::changed([](card::ProfileData& d) {
    d.behaviour.first_command_after_power_down_fails = true;
  });
  profiles["other"] = Fixture::changed([](card::ProfileData& d) {
    d.kind = card::Kind::kForeign;
    d.foreign_aid = {0xF0, 0x01, 0x02, 0x03, 0x04};
    d.foreign_content = Bytes(16, 0x55);
  });
  return profiles;
}

CardDesk::CardDesk(const CardScript& script, const Profiles& profiles, const std::string& state)
    : script_(script), profile_(script.states.at(state).profile), rig_(profiles.at(profile_)) {
  for (const std::string& event : script.states.at(state).events) happen(event);
  saved_card_ = rig_.card;
  saved_memory_ = rig_.memory;
  saved_challenge_ = challenge_;
}

Outcome CardDesk::attempt(const std::string& event) {
  rig_.card = *saved_card_;
  rig_.memory = *saved_memory_;
  challenge_ = saved_challenge_;
  Outcome outcome;
  outcome.said = happen(event);
  if (std::string changed = counters_changed(*saved_memory_); !changed.empty()) {
    outcome.said.push_back(std::move(changed));
  }
  outcome.next = region();
  return outcome;
}

Bytes CardDesk::send(const Bytes& command) {
  Bytes response = way_ ? way_(command) : rig_.card.transmit(command).response;
  const bool asked = command.size() > 1 && command[1] == 0x84 && response.size() > 2;
  if (asked) challenge_.assign(response.begin(), response.end() - 2);
  return response;
}

Bytes CardDesk::command_of(const std::string& event) const {
  const auto ready = script_.commands.find(event);
  if (ready != script_.commands.end()) return ready->second;
  std::string text = script_.events.at(event);
  const std::size_t at = text.find("[signature]");
  Bytes bytes = parse_command(text.substr(0, at)).value();
  const Bytes& signature = signature_of(challenge_);
  bytes.insert(bytes.end(), signature.begin(), signature.end());
  return bytes;
}

std::vector<std::string> CardDesk::happen(const std::string& event) {
  if (event == "power_on" || event == "warm_reset" || event == "power_off") {
    const bool was_on = rig_.card.powered();
    if (event == "power_on") rig_.card.power_on();
    if (event == "warm_reset" && was_on) rig_.card.warm_reset();
    if (event == "power_off") rig_.card.power_off();
    if (rig_.card.mute()) return {};
    if (rig_.card.powered()) return {"atr"};
    return was_on ? std::vector<std::string>{"off"} : std::vector<std::string>{};
  }
  const Bytes response = send(command_of(event));
  if (event == "power_lost_verifying") rig_.card.power_lost_while_working();
  if (response.size() < 2) return {};
  std::vector<std::string> said;
  if (response.size() > 2) said.push_back("data " + std::to_string(response.size() - 2));
  std::string word = wire::to_hex(wire::ByteView(response).last(2));
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  said.push_back(std::move(word));
  return said;
}

std::string CardDesk::counters_changed(const card::PersistentState& before) const {
  for (const card::ReferenceId& id : kReferences) {
    const auto* old = before.find(id);
    const auto* now = rig_.memory.find(id);
    if (old == nullptr || old->tries_left == now->tries_left) continue;
    const Bytes file = {0x00, static_cast<std::uint8_t>(id.file)};
    std::string name = wire::to_hex(file);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return name + " " + std::to_string(now->tries_left) + " left";
  }
  return {};
}

// Asks a copy: the card stays as it is. No probe writes what outlives power.
std::uint16_t CardDesk::probe(const char* command) {
  return probe(wire::from_hex(command).value());
}
std::uint16_t CardDesk::probe(const Bytes& command) {
  card::Card copy = rig_.card;
  const Bytes response = copy.transmit(command).response;
  if (response.size() < 2) return 0;
  return static_cast<std::uint16_t>(response[response.size() - 2] << 8 | response.back());
}

// CHANGE REFERENCE DATA refuses a value of one digit: 6A80 after VERIFY, else 6982 or 6984.
bool CardDesk::verified(std::uint8_t short_identifier) {
  const Bytes command = {0x00, 0x24, 0x01, static_cast<std::uint8_t>(0x80 | short_identifier),
                         0x01, 0x31};
  return probe(command) == 0x6A80;
}

// "", "certificate" (free), "sign_certificate" (protected), "pin", "key", "record", "internal".
std::string CardDesk::current_file() {
  const std::uint16_t query = probe("00200080");
  if ((query & 0xFFF0) == 0x63C0) return "pin";
  const std::uint16_t read = probe("00b0000001");
  if (read == 0x6986) return "";
  if (read == 0x9000 || read == 0x6B00) return "certificate";
  if (read == 0x6982) return "sign_certificate";
  const std::uint16_t record = probe("00b2010400");
  if (record == 0x9000 || record == 0x6982) return "record";
  const std::uint16_t sign = probe("802a0080010101");
  const bool in_common = rig_.card.selected() == Application::kCommon;
  const bool key = in_common ? probe("0088008001"
                                     "0101") == 0x6700
                             : sign == 0x6982 || sign == 0x6700;
  return key ? "key" : "internal";
}

std::string CardDesk::region() {
  if (rig_.card.mute()) return "damaged";
  if (!rig_.card.powered()) return "off";
  if (profile_ == "fails_first" && probe("00b0000001") == 0x6F00) return "first_command";
  const Application application = rig_.card.selected();
  const bool asks = application == Application::kCommon || application == Application::kJuki ||
                    application == Application::kOther;
  const bool on_file = asks && !current_file().empty();
  switch (application) {
    case Application::kCardManager: return profile_ == "other" ? "other_card" : "manager";
    case Application::kJpki: return region_of_jpki();
    case Application::kCardFace: return region_of_face();
    case Application::kCardText: return region_of_text();
    case Application::kCommon: return on_file ? "common_on_" + current_file() : "common";
    case Application::kJuki: {
      const std::uint16_t read = probe("00b2011400");
      return read == 0x9000 ? "juki_verified" : on_file ? "juki_on_file" : "juki";
    }
    case Application::kOther: return on_file ? "other_on_file" : "other_selected";
  }
  return "?";
}

std::string CardDesk::region_of_jpki() {
  if (profile_ == "no_pin") return "no_pin_card";
  // The longest chain that the card takes, as one part: there is no room for it after another one.
  static const Bytes kLong =
      wire::from_hex("90a200c1000800" + std::string(2 * 2048, '0')).value();
  if (probe(kLong) == 0x6700) return "jpki_chaining";
  if (rig_.card.terminal_authenticated()) return "jpki_terminal";
  if (probe("008200000101") == 0x6700) return "jpki_challenge";
  {
    // With a challenge of its own: is there a key?
    const card::Card kept = rig_.card;
    rig_.card.transmit(wire::from_hex("0084000008").value());
    const bool key = probe("008200000101") == 0x6700;
    rig_.card = kept;
    if (key) return "jpki_certificate";
  }
  if (verified(0x18)) return "jpki_pin_verified";
  if (verified(0x1B)) return "jpki_sign_verified";
  const std::uint16_t left = probe("00200098");
  if (left == 0x63C0) return "jpki_pin_blocked";
  if (left == 0x63C1) return "jpki_last_try";
  const std::string file = current_file();
  return file.empty() ? "jpki" : "jpki_on_" + file;
}

std::string CardDesk::region_of_face() {
  if (probe("00b0850001") == 0x9000) return "face_a_verified";
  if (probe("00b0820001") == 0x9000) return "face_b_verified";
  if (probe("00b0810001") == 0x9000) return "face_birth_verified";
  return current_file().empty() ? "face" : "face_on_file";
}

std::string CardDesk::region_of_text() {
  if (verified(0x11)) return "text_pin_verified";
  if (verified(0x14)) return "text_a_verified";
  if (verified(0x15)) return "text_b_verified";
  return current_file().empty() ? "text" : "text_on_file";
}

}  // namespace uketsuke::matrix
