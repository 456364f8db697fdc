// The journal of a run: every message on every wire and every record of a role, in order, with
// simulated time. Secrets are masked before they get here: the bytes of a masked range are not
// kept. Text is made only when somebody reads: a message keeps its bytes and its wire's describing
// function.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/wire/bytes.h"

namespace uketsuke::trace {

// Bytes [offset, offset + length) of a message.
struct MaskRange { std::uint32_t offset = 0, length = 0; };

// One direction of one wire. Describe gives one line of decoded fields from (masked) bytes.
using Describe = std::string (*)(wire::ByteView bytes);
struct Pipe {
  std::string_view wire;  // static strings: "usb", "field", "session", ...
  std::string name;       // "bulk-out 02", "slot 0"
  std::string from, to;   // roles: "terminal", "face_reader"
  Describe describe = nullptr;
};
using PipeId = std::uint16_t;

// One record as it was kept, for programs that read a journal; views hold until the next record.
struct Entry {
  std::uint64_t time_ns = 0;
  const Pipe* pipe = nullptr;  // null: a note
  std::string_view role;       // notes: who
  std::string_view event;      // notes: identifier
  std::string_view text;       // notes: fields
  wire::ByteView bytes;        // messages: masked bytes are zero
  std::string_view decoded;    // messages: as the tap gave it, often empty (see decoded())
  std::string_view remark;     // messages: what a fault did
};

class Journal {
 public:
  PipeId add_pipe(Pipe pipe);

  // A message that passed; masked ranges are overwritten before anything is kept. `remark` says
  // what a fault did to it ("drop", "corrupt bit 3 of byte 5"), empty otherwise; `decoded`, if not
  // empty, stands in place of the pipe's description.
  void message(PipeId pipe, std::uint64_t time_ns, wire::ByteView bytes,
               const std::vector<MaskRange>& masks, std::string_view remark = {},
               std::string_view decoded = {});
  // Something a role recorded: event is an identifier ("identity_recorded"), text its fields.
  void note(std::string_view role, std::uint64_t time_ns, std::string_view event, std::string text);

  // From now on each record is handed to `sink`, at index 0, when it is complete, and forgotten:
  // for programs that run without end. What was kept before is forgotten, too. The sink reads the
  // journal (entry, json_line, ...) and writes nothing into it.
  using Sink = std::function<void(const Journal& journal, std::size_t index)>;
  void hand_to(Sink sink);

  std::size_t size() const { return records_.size(); }
  Entry entry(std::size_t index) const;
  // The decoded fields of a message, in one line; empty for a note.
  std::string decoded(std::size_t index) const;
  // One JSON object, without line end.
  std::string json_line(std::size_t index) const;
  // One line for people: time, wire, from > to, decoded fields, hex.
  std::string text_line(std::size_t index) const;
  // The last `count` messages and notes as text_line.
  std::vector<std::string> tail(std::size_t count) const;
  // SHA-256 (hex) over time, pipe, masked bytes and notes of every record.
  std::string digest() const;
  // True if a note of that event exists; the count of them.
  std::size_t count_notes(std::string_view event) const;

 private:
  struct Record {
    std::uint64_t time_ns;
    std::uint32_t begin, length;            // in bytes_ (messages) or text_ (notes)
    std::uint32_t mask_begin, mask_length;  // in masks_
    std::uint32_t extra_begin, extra_length;  // remark or event, in text_
    std::uint32_t decoded_length;             // follows the remark in text_
    PipeId pipe;                              // kNote: a note
    std::uint16_t role;                       // notes: index into roles_
  };
  static constexpr PipeId kNote = 0xFFFF;
  std::string_view text(std::uint32_t begin, std::uint32_t length) const;
  std::string hex(const Record& record) const;
  std::string described(const Record& record) const;
  void finished() {
    if (sink_) hand_over();
  }
  void hand_over();
  void forget();

  Sink sink_;  // empty: everything is kept
  std::vector<Pipe> pipes_;
  std::vector<std::string> roles_;
  std::vector<Record> records_;
  wire::Bytes bytes_;
  std::string text_;
  std::vector<MaskRange> masks_;
};

}  // namespace uketsuke::trace
