// One line of the hands protocol: a JSON-RPC 2.0 object in UTF-8 (RFC 8259). Both sides of a
// connection use it. What arrives may be hostile: depth, lengths and numbers are limited.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "sim/wire/hands/message.h"
#include "sim/wire/result.h"

namespace uketsuke::wire::hands {

// "press", "place_second", "show", "link.set_mode", "card.transmit", ...; of a Body that never
// travels (CardFaceSeen, a response of the link): "".
std::string method_of(const Body& body);
// The name in Welcome::can that covers it: the method, or "link", "card" for theirs.
std::string capability_of(const Body& body);

// What an answer belongs to: as much of the request as its answer's shape depends on.
enum class Asked { kHello, kDeed, kLinkHello, kLinkPasscode, kLinkOther, kCardOn, kCardTransmit,
                   kCardOff };
std::optional<Asked> asked_of(const Body& body);  // empty: that is not answered

// A line without its line end. kUnrepresentable: text that is no UTF-8 or has control characters, a
// value beyond its limit, or a body that does not travel that way.
Result<std::string> encode(const Message& message);
// An answer to a line that could not be read, whose id nobody knows ("id": null).
Result<std::string> encode_unreadable(const Error& error);

// Why a line is none; answered with `code` if it was, or may have been, a request.
struct Problem {
  Code code = Code::kParseError;
  std::optional<Id> id;  // if it could be read
  bool answer = false;   // it was an answer, which is not answered
  std::string what;      // "params.score: not a number from 0 to 1000"
};
// What the own request of that id asked; empty: there is no such open request.
using Open = std::function<std::optional<Asked>(const Id& id)>;
// `line` with or without its line end (LF or CR LF). Members that are not known are ignored. An
// answer with id null and an error is a Problem (the other side could not read a line of ours).
std::variant<Message, Problem> decode(std::string_view line, const Open& open);

// One line for people: method and what is no secret; what was typed, photos, PIN and APDU data are
// left out.
std::string describe(const Message& message);

// Cuts a byte stream into lines. Holds what was pushed until next() took it.
class LineCutter {
 public:
  void push(std::string_view bytes) { bytes_.append(bytes); }
  // The next whole line without its line end; empty: none yet. An empty line is skipped.
  std::optional<std::string> next();
  // After next() gave none: the line is longer than kMaxLine; nothing more can be read.
  bool too_long() const { return bytes_.size() - begin_ >= kMaxLine; }
  bool rest() const { return bytes_.size() > begin_; }  // half a line

 private:
  std::string bytes_;
  std::size_t begin_ = 0;
};

}  // namespace uketsuke::wire::hands
