// What reaches the terminal and what it does: plain data between the behaviour and its shell.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sim/wire/network/envelope.h"
#include "sim/wire/panel/message.h"
#include "sim/wire/reader_link/message.h"
#include "sim/wire/session/message.h"
#include "sim/wire/timer.h"

namespace uketsuke::terminal {

namespace panel = wire::panel;
namespace session = wire::session;
namespace link = wire::reader_link;
namespace network = wire::network;

inline constexpr std::uint8_t kGenericReader = 0;
inline constexpr std::uint8_t kFaceReader = 1;  // the CCID function of the face-auth reader
inline constexpr std::size_t kReaderCount = 2;

// ---- events
struct Start {};  // the program starts; signs in by itself if the parameters say so
struct FromReader { std::uint8_t reader = kGenericReader; session::Event event; };
// The reader link: requests, events, and responses to the terminal's request under way.
struct LinkUp {};
struct LinkDown {};
struct LinkTimedOut {};  // the terminal's request under way got no response
// A file appeared, whole, in req/.
struct FileArrived { std::string name; wire::Bytes content; };
using Event = std::variant<Start, panel::Input, FromReader, LinkUp, LinkDown, LinkTimedOut,
                           link::Message, network::Response, FileArrived, wire::TimerExpired>;

// ---- actions
struct ToReader { std::uint8_t reader = kGenericReader; session::Request request; };
// At most one LinkRequest is under way: the next one is sent after its response or LinkTimedOut.
struct LinkRequest { link::Body body; };
struct LinkRespond { std::uint16_t seq = 0; link::Body body; };
enum class Folder : std::uint8_t { kRes, kFace, kTrash };
std::string_view to_string(Folder folder);  // "res", "face", "trash"
struct WriteFile { Folder folder = Folder::kRes; std::string name; wire::Bytes content; };
// A note for the journal and for expectations; never holds a secret or personal data.
struct Record {
  std::string name;
  std::vector<std::pair<std::string, std::string>> values;
};
using Action =
    std::variant<ToReader, LinkRequest, LinkRespond, network::Request, WriteFile, panel::Display,
                 panel::Refused, wire::StartTimer, wire::StopTimer, Record>;
using Actions = std::vector<Action>;

}  // namespace uketsuke::terminal
