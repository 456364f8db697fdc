// Mutations: a device that deviates, as data. An interceptor stands on a wire and changes, holds
// back, swallows or makes up messages; the model behind it knows nothing of it. Beside fault.h: a
// fault is something that happens to a good device, a mutation is what a bad device does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/wire/bytes.h"
#include "sim/wire/result.h"

namespace uketsuke::fault {

// One direction of a wire. Control messages: out is the setup packet (8 bytes) and its data stage,
// in the data that comes back. Field signals: 01h and the class (power on), 02h (warm reset), 03h.
enum class MutationPipe : std::uint8_t {
  kControlOut, kControlIn, kBulkOut, kBulkIn, kInterrupt, kFieldDown, kFieldUp, kFieldSignal,
};
inline constexpr std::size_t kMutationPipes = 8;
std::string_view to_string(MutationPipe pipe);
std::optional<MutationPipe> mutation_pipe_from(std::string_view text);
bool is_field(MutationPipe pipe);
// From the host to the device or from the reader to the card.
bool goes_down(MutationPipe pipe);

// A byte and which of its bits count.
struct PatternByte {
  std::uint8_t value = 0, mask = 0xFF;
};
struct Pattern {
  std::int32_t at = 0;  // below 0: counted from the end of the message
  std::vector<PatternByte> bytes;
};
// "6f ?? 4?": a nibble that is ? does not count. Error: kBadValue with the offset of the character.
wire::Result<std::vector<PatternByte>> parse_pattern(std::string_view text);
bool matches(const Pattern& pattern, wire::ByteView bytes);

// USB 2.0, 9.3: of a control request. A field that is empty may have any value.
struct SetupPattern {
  std::optional<std::uint8_t> bmRequestType, bRequest;
  std::optional<std::uint16_t> wValue, wIndex, wLength;
};

// Which messages. Everything that is set has to hold.
struct Selector {
  MutationPipe pipe = MutationPipe::kBulkIn;
  std::vector<Pattern> patterns;
  std::vector<Pattern> unless;  // a message with one of these is not taken
  // The command that this answers has these (bulk_in: by slot and number; else the last one).
  std::vector<Pattern> command;
  SetupPattern setup;                     // control only
  std::optional<std::uint32_t> length, shortest, longest, multiple_of;
  bool full_packet = false;               // a whole number of packets, and not empty
  bool largest = false;                   // as long as the longest message of the device
};

enum class Since : std::uint8_t { kAttached, kConfigured };
// Which of the messages that the selector takes. Counting starts anew with each trigger.
struct Schedule {
  std::uint32_t after = 0;   // so many go untouched
  std::uint32_t count = 0;   // so many are touched; 0: no limit
  std::uint32_t every = 1;   // of those that are left every n-th, the first one included
  std::uint32_t one_in = 0;  // of those one in n, drawn by the seed; 0: all
  std::optional<Selector> trigger;  // nothing before such a message was seen (later than it)
  std::uint32_t trigger_count = 1;  // so many of them
  std::optional<Selector> until;    // nothing from such a message on
  std::uint64_t within_us = 0;      // only so long after ...; 0: always
  Since since = Since::kAttached;
  std::uint64_t command_older_us = 0;  // only so long after the last command or later; 0: always
};

// A byte of a message that is made up: itself, or one of the last command.
struct TemplateByte {
  enum class Kind : std::uint8_t { kLiteral, kSlot, kSeq, kOfCommand } kind = Kind::kLiteral;
  std::uint8_t value = 0;  // kLiteral; kOfCommand: the offset
};
// "81 00 00 00 00 00 {slot} {seq} {command:7}". Error: kBadValue with the offset of the character.
wire::Result<std::vector<TemplateByte>> parse_template(std::string_view text);

struct Edit {
  enum class Kind : std::uint8_t {
    kSet,           // `bytes` at `at`
    kXor,           // with `bytes` at `at`
    kAdd,           // `value` to the byte at `at` (modulo 256)
    kCopy,          // `length` bytes at `at` from `from` of the command (`before`: the one before)
    kSwap,          // the bytes at `at` and `from`
    kTruncate,      // to `length`
    kRemoveLast,    // `length` bytes at the end
    kInsert,        // `bytes` at `at`
    kErase,         // `length` bytes at `at`
    kAppend,        // `bytes`
    kPad,           // to `length` with `value`
    kReplace,       // everything by `bytes`
    kRepairLength,  // dwLength: bytes 1 to 4 fit what follows the header of 10
    kRepairLrc,     // the last byte: exclusive or of the others (ISO/IEC 7816-3:2006, 11.4.4)
    kInverse,       // every byte as the other convention reads it (ISO/IEC 7816-3:2006, 8.1)
  };
  Kind kind = Kind::kSet;
  std::int32_t at = 0, from = 0;  // below 0: from the end
  std::uint32_t length = 1;
  std::uint8_t value = 0;
  bool before = false;
  std::vector<TemplateByte> bytes;
};

struct MadeUp {
  MutationPipe pipe = MutationPipe::kBulkIn;
  std::vector<TemplateByte> bytes;
  std::uint64_t delay_us = 0;
};
enum class Hang : std::uint8_t { kNo, kBulk, kAll };  // bulk and interrupt pipes, or control too

struct Mutation {
  std::string name;  // for remarks; may be empty
  Selector match;
  Schedule when;
  std::vector<Edit> edits;  // in this order; what lies outside of the message is left out
  bool drop = false;
  bool stall = false;       // usb
  bool hold = false;        // goes behind the next message of its pipe (usb)
  bool join = false;        // no message of its own: prefixed to the next one (usb; a lost ZLP)
  std::uint32_t copies = 0; // more of the same
  std::uint64_t delay_us = 0;
  Hang hang = Hang::kNo;    // from this message on, it included; usb
  bool hang_ends_at_reset = false;
  std::vector<std::uint16_t> parity;    // field: characters whose parity is wrong now
  bool hide_parity = false;             // field up: wrong parity is not noticed
  std::vector<MadeUp> made_up;          // sent beside it; with `drop`: instead of it
};

// What is wrong with a mutation as such ("hold: not on the field"); empty: nothing.
std::string problem_of(const Mutation& mutation);

}  // namespace uketsuke::fault
