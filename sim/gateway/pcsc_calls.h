// The calls of libpcsclite as a table, so that something can stand between: a recorder, a layer
// that deviates. PC/SC Workgroup Specifications, Part 5; names and values as in winscard.h. Types
// are those of pcsc-lite on Linux (LONG and DWORD are `long`), codes its low 32 bits.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/wire/bytes.h"

namespace uketsuke::gateway {

struct PcscState {
  std::string reader;
  std::uint32_t current = 0, event = 0;  // the count of events is in the upper 16 bits
  wire::Bytes atr;
};

// Lengths: in what there is room for, out what the call says. Buffers may be nullptr.
struct PcscCalls {
  using Code = std::uint32_t;
  using Length = unsigned long;
  using Buffer = std::uint8_t*;
  std::function<Code(long& context)> establish_context;
  std::function<Code(long context)> release_context;
  std::function<Code(long context, char* names, Length& length)> list_readers;
  std::function<Code(long context, const char* reader, Length share, Length protocols, long& card,
                     Length& active)>
      connect;
  std::function<Code(long card, Length share, Length protocols, Length initialization,
                     Length& active)>
      reconnect;
  std::function<Code(long card, Length disposition)> disconnect;
  std::function<Code(long card)> begin_transaction;
  std::function<Code(long card, Length disposition)> end_transaction;
  std::function<Code(long card, char* name, Length& name_length, Length& state, Length& protocol,
                     Buffer atr, Length& atr_length)>
      status;
  std::function<Code(long context, Length timeout_ms, std::vector<PcscState>& states)>
      get_status_change;
  std::function<Code(long context)> cancel;
  std::function<Code(long card, Length protocol, const std::uint8_t* command, Length size,
                     Buffer response, Length& length)>
      transmit;
  std::function<Code(long card, Length control, const std::uint8_t* in, Length size, Buffer out,
                     Length room, Length& length)>
      control;
  std::function<Code(long card, Length attribute, Buffer value, Length& length)> get_attrib;
};

// Those of the library itself. Any thread.
PcscCalls libpcsclite();

}  // namespace uketsuke::gateway
