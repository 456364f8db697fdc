#include "tests/integration/pcsc/pcsc_mutants.h"

#include <atomic>
#include <chrono>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "harness/conformance/pcsc/pcsc_deed.h"

namespace uketsuke {
namespace {

using gateway::PcscCalls;
using Code = PcscCalls::Code;
using Length = PcscCalls::Length;
using Buffer = PcscCalls::Buffer;
namespace scard = conformance::scard;
using Clock = std::chrono::steady_clock;

// One call in place of another: `change` gets what came back.
using Transmitted = std::function<Code(Code, const std::uint8_t* command, Length size,
                                       Buffer response, Length room, Length& length)>;

PcscCalls after_transmit(PcscCalls calls, Transmitted change) {
  const auto good = calls.transmit;
  calls.transmit = [good, change](long card, Length protocol, const std::uint8_t* command,
                                  Length size, Buffer response, Length& length) {
    const Length room = length;
    const Code code = good(card, protocol, command, size, response, length);
    return change(code, command, size, response, room, length);
  };
  return calls;
}

PcscCalls after_change(PcscCalls calls,
                       std::function<Code(Code, std::vector<gateway::PcscState>&)> change) {
  const auto good = calls.get_status_change;
  calls.get_status_change = [good, change](long context, Length timeout,
                                           std::vector<gateway::PcscState>& states) {
    return change(good(context, timeout, states), states);
  };
  return calls;
}

PcscCalls after_attribute(PcscCalls calls,
                          std::function<Code(Code, Length, Buffer, Length&)> change) {
  const auto good = calls.get_attrib;
  calls.get_attrib = [good, change](long card, Length id, Buffer value, Length& length) {
    const Code code = good(card, id, value, length);
    return change(code, id, value, length);
  };
  return calls;
}

PcscCalls second_exclusive_succeeds(PcscCalls calls) {
  const auto good = calls.connect;
  calls.connect = [good](long context, const char* reader, Length share, Length protocols,
                         long& card, Length& active) {
    const Code code = good(context, reader, share, protocols, card, active);
    return code == scard::kSharingViolation && share == scard::kShareExclusive ? scard::kSuccess
                                                                              : code;
  };
  return calls;
}

PcscCalls any_protocol_is_taken(PcscCalls calls) {
  const auto good = calls.connect;
  calls.connect = [good](long context, const char* reader, Length share, Length protocols,
                         long& card, Length& active) {
    const Code code = good(context, reader, share, protocols, card, active);
    return code == scard::kProtoMismatch
               ? good(context, reader, share, scard::kAny, card, active)
               : code;
  };
  return calls;
}

PcscCalls reset_is_not_told(PcscCalls calls) {
  const auto good = calls.transmit;
  const auto reconnect = calls.reconnect;
  calls.transmit = [good, reconnect](long card, Length protocol, const std::uint8_t* command,
                                     Length size, Buffer response, Length& length) {
    const Length room = length;
    const Code code = good(card, protocol, command, size, response, length);
    if (code != scard::kResetCard) return code;
    Length active = 0;
    reconnect(card, scard::kShareShared, scard::kAny, scard::kLeave, active);
    length = room;
    return good(card, protocol, command, size, response, length);
  };
  return calls;
}

PcscCalls transactions_do_nothing(PcscCalls calls) {
  calls.begin_transaction = [](long) { return scard::kSuccess; };
  calls.end_transaction = [](long, Length) { return scard::kSuccess; };
  return calls;
}

PcscCalls an_end_too_many_succeeds(PcscCalls calls) {
  const auto good = calls.end_transaction;
  calls.end_transaction = [good](long card, Length how) {
    const Code code = good(card, how);
    return code == scard::kNotTransacted ? scard::kSuccess : code;
  };
  return calls;
}

PcscCalls a_release_ends_every_transaction(PcscCalls calls) {
  auto held = std::make_shared<std::set<long>>();
  const auto begin = calls.begin_transaction, release = calls.release_context;
  const auto end = calls.end_transaction;
  calls.begin_transaction = [=](long card) {
    const Code code = begin(card);
    if (code == scard::kSuccess) held->insert(card);
    return code;
  };
  calls.release_context = [=](long context) {
    for (const long card : *held) end(card, scard::kLeave);
    held->clear();
    return release(context);
  };
  return calls;
}

PcscCalls events_are_not_counted(PcscCalls calls) {
  return after_change(calls, [](Code code, std::vector<gateway::PcscState>& states) {
    for (auto& state : states) state.event &= 0xFFFFU;
    return code;
  });
}

PcscCalls cancelling_is_a_time_out(PcscCalls calls) {
  return after_change(calls, [](Code code, std::vector<gateway::PcscState>&) {
    return code == scard::kCancelled ? scard::kTimeout : code;
  });
}

PcscCalls an_insertion_is_lost(PcscCalls calls) {
  auto most = std::make_shared<std::atomic<std::uint32_t>>(0);
  return after_change(calls, [most](Code code, std::vector<gateway::PcscState>& states) {
    for (auto& state : states) {
      const std::uint32_t count = state.event >> 16U;
      if (*most == 0) *most = count + 6;
      if (count >= *most) state.event = (state.event & 0xFFFFU) | *most << 16U;
    }
    return code;
  });
}

PcscCalls a_reader_never_goes(PcscCalls calls) {
  return after_change(calls, [](Code code, std::vector<gateway::PcscState>& states) {
    for (auto& state : states)
      state.event &= ~(scard::kStateUnknown | scard::kStateUnavailable);
    const bool gone = code == scard::kUnknownReader || code == scard::kReaderUnavailable;
    return gone ? scard::kTimeout : code;
  });
}

PcscCalls no_vendor_name(PcscCalls calls) {
  return after_attribute(calls, [](Code code, Length id, Buffer, Length& length) {
    if (id != scard::kVendorName) return code;
    length = 0;
    return scard::kUnsupportedFeature;
  });
}

PcscCalls another_atr(PcscCalls calls) {
  return after_attribute(calls, [](Code code, Length id, Buffer value, Length& length) {
    if (code == scard::kSuccess && id == scard::kAtrString && length > 2) value[2] ^= 0x10U;
    return code;
  });
}

PcscCalls one_byte_beyond_the_buffer(PcscCalls calls) {
  return after_transmit(calls, [](Code code, const std::uint8_t*, Length, Buffer response,
                                  Length room, Length& length) {
    if (code == scard::kSuccess && length == room) response[length] ^= 0xFFU;
    return code;
  });
}

PcscCalls too_small_is_cut_off(PcscCalls calls) {
  return after_transmit(calls, [](Code code, const std::uint8_t*, Length, Buffer, Length room,
                                  Length& length) {
    if (code != scard::kInsufficientBuffer) return code;
    length = room;
    return scard::kSuccess;
  });
}

PcscCalls stuck_after_a_malformed_apdu(PcscCalls calls) {
  auto stuck = std::make_shared<std::atomic<bool>>(false);
  return after_transmit(calls, [stuck](Code code, const std::uint8_t* command, Length size,
                                       Buffer, Length, Length&) {
    if (size < 4 || (command[1] == 0xA4 && size == 6)) *stuck = true;
    return *stuck ? scard::kCommError : code;
  });
}

PcscCalls removal_is_not_told(PcscCalls calls) {
  return after_transmit(calls, [](Code code, const std::uint8_t*, Length, Buffer, Length, Length&) {
    return code == scard::kRemovedCard ? scard::kNotTransacted : code;
  });
}

PcscCalls an_answer_of_another_thread(PcscCalls calls) {
  struct Kept {
    std::mutex mutex;
    wire::Bytes answer;
    int count = 0;
  };
  auto kept = std::make_shared<Kept>();
  return after_transmit(calls, [kept](Code code, const std::uint8_t*, Length, Buffer response,
                                      Length room, Length& length) {
    const std::lock_guard<std::mutex> lock(kept->mutex);
    if (code != scard::kSuccess) return code;
    if (++kept->count % 20 == 0 && kept->answer.size() <= room) {
      std::memcpy(response, kept->answer.data(), kept->answer.size());
      length = kept->answer.size();
    } else {
      kept->answer.assign(response, response + length);
    }
    return code;
  });
}

PcscCalls after_control(PcscCalls calls,
                        std::function<void(Length, Buffer, Length, Length&)> change) {
  const auto good = calls.control;
  calls.control = [good, change](long card, Length number, const std::uint8_t* in, Length size,
                                 Buffer out, Length room, Length& length) {
    const Code code = good(card, number, in, size, out, room, length);
    if (code == scard::kSuccess) change(number, out, room, length);
    return code;
  };
  return calls;
}

PcscCalls a_pin_pad_that_is_not_there(PcscCalls calls) {
  return after_control(calls, [](Length number, Buffer out, Length room, Length& length) {
    if (number != scard::kGetFeatureRequest || length + 6 > room) return;
    const std::uint8_t entry[] = {0x06, 0x04, 0x42, 0x33, 0x00, 0x06};
    std::memcpy(out + length, entry, sizeof entry);
    length += sizeof entry;
  });
}

PcscCalls another_vendor(PcscCalls calls) {
  return after_control(calls, [](Length number, Buffer out, Length, Length& length) {
    if (number == scard::kGetFeatureRequest) return;
    for (Length at = 0; at + 2 < length; at += 2U + out[at + 1])
      if (out[at] == 0x0B) out[at + 2] ^= 0x01U;
  });
}

PcscCalls a_wrong_tck(PcscCalls calls) {
  const auto good = calls.status;
  calls.status = [good](long card, char* name, Length& name_length, Length& state,
                        Length& protocol, Buffer atr, Length& atr_length) {
    const Code code = good(card, name, name_length, state, protocol, atr, atr_length);
    if (code == scard::kSuccess && atr_length > 0) atr[atr_length - 1] ^= 0x01U;
    return code;
  };
  return calls;
}

PcscCalls no_uid(PcscCalls calls) {
  return after_transmit(calls, [](Code code, const std::uint8_t* command, Length, Buffer response,
                                  Length, Length& length) {
    if (code != scard::kSuccess || command[0] != 0xFF) return code;
    response[0] = 0x6A;
    response[1] = 0x81;
    length = 2;
    return code;
  });
}

PcscCalls fails_every(PcscCalls calls, int times) {
  auto count = std::make_shared<std::atomic<int>>(0);
  const auto good = calls.connect;
  calls.connect = [=](long context, const char* reader, Length share, Length protocols, long& card,
                      Length& active) {
    if (++*count % times == 0) return scard::kUnresponsiveCard;
    return good(context, reader, share, protocols, card, active);
  };
  return calls;
}

PcscCalls cut_off_at_256(PcscCalls calls) {
  return after_transmit(calls, [](Code code, const std::uint8_t*, Length, Buffer response, Length,
                                  Length& length) {
    if (code != scard::kSuccess || length <= 258) return code;
    std::memmove(response + 256, response + length - 2, 2);
    length = 258;
    return code;
  });
}

PcscCalls tired_after_a_while(PcscCalls calls) {
  auto last = std::make_shared<std::optional<Clock::time_point>>();
  return after_transmit(calls, [last](Code code, const std::uint8_t*, Length, Buffer, Length,
                                      Length&) {
    const bool late = *last && Clock::now() - **last > std::chrono::seconds(1);
    *last = Clock::now();
    return late ? scard::kUnpoweredCard : code;
  });
}

}  // namespace

const std::vector<PcscMutant>& pcsc_mutants() {
  static const std::vector<PcscMutant> kMutants{
      {"second exclusive succeeds", "PCS-01", false, false, second_exclusive_succeeds},
      {"any protocol is taken", "PCS-02", false, false, any_protocol_is_taken},
      {"reset is not told", "PCS-03", false, false, reset_is_not_told},
      {"transactions do nothing", "PCS-04", false, false, transactions_do_nothing},
      {"an end too many succeeds", "PCS-04", false, false, an_end_too_many_succeeds},
      {"a release ends every transaction", "PCS-05", false, false,
       a_release_ends_every_transaction},
      {"events are not counted", "PCS-06", false, false, events_are_not_counted},
      {"cancelling is a time-out", "PCS-06", false, false, cancelling_is_a_time_out},
      {"an insertion is lost", "PCS-07", false, false, an_insertion_is_lost},
      {"no vendor name", "PCS-08", false, true, no_vendor_name},
      {"another ATR", "PCS-08", false, false, another_atr},
      {"one byte beyond the buffer", "PCS-09", false, false, one_byte_beyond_the_buffer},
      {"too small is cut off", "PCS-09", false, false, too_small_is_cut_off},
      {"stuck after a malformed APDU", "PCS-10", false, false, stuck_after_a_malformed_apdu},
      {"removal is not told", "PCS-11", false, false, removal_is_not_told},
      {"a reader never goes", "PCS-12", false, false, a_reader_never_goes},
      {"an answer of another thread", "PCS-13", false, false, an_answer_of_another_thread},
      {"a PIN pad that is not there", "PCS-14", false, false, a_pin_pad_that_is_not_there},
      {"another vendor", "PCS-15", false, false, another_vendor},
      {"a wrong TCK", "PCS-16", true, true, a_wrong_tck},
      {"no UID", "PCS-16", true, true, no_uid},
      {"fails every third time", "PCS-17", true, true,
       [](PcscCalls calls) { return fails_every(std::move(calls), 3); }},
      {"cut off at 256", "PCS-18", false, true, cut_off_at_256},
      {"eight of ten", "PCS-19", true, false,
       [](PcscCalls calls) { return fails_every(std::move(calls), 5); }},
      {"tired after a while", "PCS-20", false, false, tired_after_a_while},
  };
  return kMutants;
}

}  // namespace uketsuke
