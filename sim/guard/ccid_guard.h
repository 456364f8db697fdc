// In front of a USB device with CCID functions that is not simulated: nothing reaches the device
// that this guard has not let pass. It reassembles APDUs from PC_to_RDR_XfrBlock at every exchange
// level and asks the CardGuard of the slot before the first byte of a command passes.
//
// Refused: PC_to_RDR_Secure, PC_to_RDR_Escape, messages of unknown type, messages that do not fill
// their transfer exactly, vendor requests, OUT data to endpoints that are neither those of a CCID
// nor of a CDC data interface, readers at character level, and whatever cannot be parsed. What a
// reader does with a card of its own accord (a face-auth reader asked over CDC) is not seen here.
// Sources: USB Device Class: Smart Card CCID, Rev 1.1 (2005-04-22); USB 2.0, 9.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/guard/card_guard.h"
#include "sim/guard/judgement.h"
#include "sim/guard/release.h"
#include "sim/wire/usb/configuration.h"
#include "sim/wire/usb/transfer.h"

namespace uketsuke::guard {

class CcidGuard {
 public:
  explicit CcidGuard(std::vector<Release> releases = {});
  // For a reader of ours that is served elsewhere with none but simulated cards, by the word of the
  // bench file (`simulated: true` of every card): everything passes.
  struct NoRealCard {};
  explicit CcidGuard(NoRealCard);
  ~CcidGuard();

  // ---- what a gateway needs: ask before every transfer, tell how each one that passed ended.
  // The guard learns the configuration from the answers to GET_DESCRIPTOR and SET_CONFIGURATION.
  Judgement submit(const wire::usb::Transfer& transfer);
  // Of a transfer that passed. OUT and not completed whole: see out_failed().
  void completed(const wire::usb::Transfer& transfer, const wire::usb::Completion& completion);
  // The device left, or its port was reset: everything is forgotten but the releases.
  void disconnected();

  // ---- the parts of it, for a gateway that does not move Transfers
  // The configuration that is in force: endpoints, exchange level, slots. Every slot is inactive.
  void configured(const wire::usb::Configuration& configuration);
  // endpoint: bEndpointAddress, bit 7 clear.
  Judgement out(std::uint8_t endpoint, wire::ByteView bytes);
  // An OUT transfer that passed did not end as it should, and what the device has of it is not
  // known: until the reader has answered a later message only messages without data pass.
  void out_failed(std::uint8_t endpoint);
  // endpoint: bEndpointAddress, bit 7 set. Bulk and interrupt.
  void in(std::uint8_t endpoint, wire::ByteView bytes);
  // data: OUT data stage.
  Judgement control(const wire::usb::SetupPacket& setup, wire::ByteView data);

  // The guard of a slot; null if there is no such CCID interface or slot.
  const CardGuard* slot(std::uint8_t interface, std::uint8_t slot) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace uketsuke::guard
