// One program's view of one PC/SC reader, by blocking calls: for a thread that may wait.
#pragma once

#include <string>
#include <vector>

#include "sim/gateway/pcsc_faults.h"
#include "sim/wire/session/message.h"

namespace uketsuke::gateway {

// What a reader tells of itself, by the driver's properties (PC/SC Part 10, 2.6.14) and attributes
// (Part 3, 4.4); 0 or empty: it does not tell.
struct PcscProperties {
  std::string name;  // of the reader that is asked
  std::uint16_t idVendor = 0, idProduct = 0, bcdDevice = 0;
  std::string serial;
  std::string exchange_level;  // "short APDU", "extended APDU"
  bool pin_pad = false;
};

class PcscSession {
 public:
  explicit PcscSession(bool exclusive) : exclusive_(exclusive) {}
  ~PcscSession() { close(); }
  PcscSession(const PcscSession&) = delete;
  PcscSession& operator=(const PcscSession&) = delete;

  // Answers as session/message.h says: Connected, Response, Disconnected or Failed. T=0: response
  // bytes that the card holds ready are fetched (ISO/IEC 7816-3:2006, 12.2.1).
  wire::session::Event perform(const wire::session::Request& request, const std::string& reader);
  // Takes the card's power away (if it has the card) and leaves pcscd.
  void close();

 private:
  using Event = wire::session::Event;
  Event connect(const std::string& reader);
  Event transmit(const wire::Bytes& command);
  Event reset(wire::session::Disposition kind);
  Event disconnect(wire::session::Disposition disposition);
  Event connected();
  Event failed(const char* call, long code);
  long reason_of(long code);
  long exchange(const wire::Bytes& command, wire::Bytes& response);

  const bool exclusive_;
  long context_ = 0, card_ = 0;  // 0: none
  unsigned long protocol_ = 0;
  bool removed_ = false;  // the card that was connected
};

// With an established context. Opens the reader (without power to its card).
void ask_properties(long context, PcscProperties& reader);
// SCardListReaders. Returns its code; none is no error.
long pcsc_reader_names(long context, std::vector<std::string>& names);

}  // namespace uketsuke::gateway
