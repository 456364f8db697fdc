// The hands protocol (ours; sim/gateway/README.md, "Hands protocol"): what is asked of hands and
// eyes at a reader that is not simulated here, what they answer and report; and, for a program that
// plays a whole reader, the messages of its reader link and of its card session.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sim/wire/panel/message.h"
#include "sim/wire/reader_link/message.h"
#include "sim/wire/session/message.h"

namespace uketsuke::wire::hands {

inline constexpr unsigned kProtocol = 1;

// ---- what hands are asked to do (bench to hands)
struct PlaceCard {
  std::string card;           // "hanako": the bench file says which physical card that is
  std::string face = "seen";  // printed face under the optics: "seen", "hidden", "misread"
};
struct PlaceSecondCard { std::string card; };
struct RemoveCard { std::string card; };  // empty: the one that lies there
struct ComparePhoto { bool match = true; };
struct Unplug {};
struct Plug {};
struct PadPin { std::string digits; };  // secret: typed on the reader's own pad
// The reader as it is before a patient comes: no card, face authentication, initial screen, plugged
// in. A served reader is switched off and on again.
struct Begin {};
// Any question to a person; answered by yes or no.
struct Confirm { std::string ja, en; };
// Of panel::Input CardFaceSeen never travels: PlaceCard has the same effect without the number.
using Deed = std::variant<panel::Input, PlaceCard, PlaceSecondCard, RemoveCard, ComparePhoto,
                          Unplug, Plug, PadPin, Begin, Confirm>;

// ---- the first request of the bench; nothing before its answer
struct Hello {
  unsigned protocol = kProtocol;  // the highest that the bench speaks
  std::string name;               // "uketsuke 0.1.0"
};
// ---- what hands report by themselves
// The device waits for digits on its own pad (or no longer).
struct PadAsks { bool asks = true; std::uint8_t slot = 0; };

// What a line asks or reports. panel::Output: show, refused. reader_link: requests and events.
// session::Event: ReaderArrived, ReaderGone, CardPresent, CardAbsent.
using Body = std::variant<Hello, Deed, panel::Output, PadAsks, reader_link::Body, session::Request,
                          session::Event>;
struct Call {
  Body body;
  std::string reader;  // which one, where several are served; empty: the only or first one
};

// ---- answers
struct Welcome {
  unsigned protocol = kProtocol;     // the one that is spoken from now on
  std::string name;                  // of the program
  std::vector<std::string> can;      // methods, and the groups "link" and "card"
  std::vector<std::string> readers;  // empty: one without a name
  double speed = 0;                  // simulated seconds in a second there; 0: not told
};
struct Did { std::string by; };  // on whose word: "served reader", "robot arm 2"
enum class Code : int {
  kNotPossible = 1,  // the reader refuses it (no card there, no second slot)
  kTimeOut = 2,      // nobody did it in time
  kNoOperator = 3,   // nobody is there to do it
  kUnknown = 4,      // these hands cannot do such a thing
  kRefused = 5,      // reader link: the response `refused`, reason in data
  // session::Failure: kFirstFailure + its number
  kFirstFailure = 20,
  // JSON-RPC 2.0, 5.1
  kParseError = -32700, kInvalidRequest = -32600, kMethodNotFound = -32601,
  kInvalidParams = -32602, kInternalError = -32603,
};
struct Error {
  int code = static_cast<int>(Code::kNotPossible);
  std::string message;  // one sentence in English
  std::string ja, en;   // for the report; may be empty
  std::string reason;   // of kRefused
};
// reader_link: responses. session::Event: Connected, Response, Disconnected, Failed; their slot is
// that of the request.
using Outcome = std::variant<Welcome, Did, reader_link::Body, session::Event, Error>;

// JSON-RPC ids: a whole number up to 2^53 - 1, or a string of at most kMaxWord bytes.
using Id = std::variant<std::uint64_t, std::string>;

struct Request { Id id; Call call; };
struct Notification { Call call; };
struct Answer { Id id; Outcome outcome; };
using Message = std::variant<Request, Notification, Answer>;

// ---- limits of a line; whatever is beyond is refused
inline constexpr std::size_t kMaxLine = 256 * 1024;  // bytes with the line end
inline constexpr unsigned kMaxNesting = 8;           // of objects and arrays; messages need 4
inline constexpr std::size_t kMaxWord = 200;         // bytes of an id, a name, a control
inline constexpr std::size_t kMaxText = 2000;        // bytes of a text, a typed text, a value
inline constexpr std::size_t kMaxList = 100;         // of can, readers, values, items
inline constexpr std::uint64_t kMaxNumber = (std::uint64_t{1} << 53) - 1;

}  // namespace uketsuke::wire::hands
