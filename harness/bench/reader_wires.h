// The wires of one reader that is simulated: its usb and one field for each slot, with the taps
// that follow what passes on them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/face_reader/face_reader.h"
#include "models/generic_reader/profile.h"
#include "sim/channel/field_channel.h"
#include "sim/channel/usb_channel.h"
#include "sim/trace/taps.h"

namespace uketsuke::bench {

struct ReaderOnWires {
  std::string role;                              // "face_reader", "generic_reader"
  std::string host = "terminal";                 // who is at the other end of its cable
  const generic_reader::Profile* ccid = nullptr;  // the CCID reader, or that part of it
  const face_reader::Profile* face = nullptr;     // nullptr: a generic reader
};

class ReaderWires {
 public:
  ReaderWires(channel::Context& context, const ReaderOnWires& reader);
  ~ReaderWires();
  ReaderWires(const ReaderWires&) = delete;
  ReaderWires& operator=(const ReaderWires&) = delete;

  channel::UsbChannel& usb() { return *usb_; }
  channel::FieldChannel& slot(std::size_t index) { return *slots_.at(index); }
  std::vector<channel::FieldChannel*> slots() const;
  wire::field::Medium medium(std::size_t index) const { return media_.at(index); }

 private:
  channel::UsbConfig usb_config(const ReaderOnWires& reader);
  void add_field(channel::Context& context, const ReaderOnWires& reader,
                 wire::field::Medium medium);
  trace::Tap* keep(std::unique_ptr<trace::Tap> tap);

  std::vector<trace::CardConversation> usb_conversations_;
  std::vector<std::unique_ptr<trace::CardConversation>> conversations_;
  std::vector<std::unique_ptr<trace::Tap>> taps_;
  std::vector<wire::field::Medium> media_;
  std::unique_ptr<channel::UsbChannel> usb_;
  std::vector<std::unique_ptr<channel::FieldChannel>> slots_;
};

}  // namespace uketsuke::bench
