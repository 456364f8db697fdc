// What passes between a person and something with a screen: the panel of the face-auth reader, the
// terminal, the EHR.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>

namespace uketsuke::wire::panel {

// Person to device. `control` is an id of the screen data (the words were resolved before).
struct Press { std::string control; };
struct Enter { std::string control; std::string text; };  // text of a kSecretField is a secret
struct Tick { std::string control; bool on = true; };
// The person stands before the camera. score: likeness with the photo of the card, 0..1000.
struct ShowFace { std::uint16_t score = 0; };
// What the device's optics see of the card's printed face when it lies on the reader.
struct CardFaceSeen { std::string verification_number_b; };  // secret; empty: not readable
using Input = std::variant<Press, Enter, Tick, ShowFace, CardFaceSeen>;

// Device to person: the whole of what is shown, sent at each change.
struct Display {
  std::string screen;   // id
  std::string message;  // id, may be empty
  // What fields, ticks and read-outs show (secrets as "****").
  std::map<std::string, std::string> values;
  // Read-outs only for the eyes of the person at the screen (an issued passcode); never journalled.
  std::map<std::string, std::string> secrets;
};
// An input that the present screen does not offer; `why` in both languages is made by the harness.
struct Refused { std::string control; std::string reason; };
using Output = std::variant<Display, Refused>;

}  // namespace uketsuke::wire::panel
