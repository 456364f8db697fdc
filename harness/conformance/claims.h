// What a vendor states about a reader (ICS), as data. The file: harness/conformance/claims_file.h,
// schema scenarios/schema/claims.schema.json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/conformance/descriptor_facts.h"
#include "harness/conformance/descriptor_finding.h"

namespace uketsuke::conformance {

struct SlotClaim {
  std::string medium = "contact";  // contact, contactless, sam
  bool removable = true;           // the card can be taken out by hand
  bool motor = false;              // the reader moves the card itself
};

// What a file does not say is not claimed, and nothing is held against it.
struct Claims {
  bool confirmed = false;  // a person of the vendor has read it
  std::string vendor, product, firmware;  // empty: not claimed
  std::optional<std::string> reader_class;  // "ccid", "class_ff"
  std::vector<SlotClaim> slots;             // empty: not claimed
  std::optional<std::int64_t> max_slots_busy;
  std::optional<bool> t0, t1;
  std::optional<bool> volts_5, volts_3, volts_1_8;
  std::optional<std::string> exchange_level;  // "character", "tpdu", "short", "extended"
  std::optional<bool> auto_parameters, auto_activation, auto_voltage, auto_clock, auto_baud,
      auto_negotiation, auto_pps, auto_ifsd;
  std::optional<bool> pin_verify, pin_modify;
  std::optional<bool> display;
  std::optional<std::int64_t> display_lines, display_columns;
  std::optional<bool> interrupt, wakeup, clock_stop, nad;
  std::optional<bool> escape_vendor;     // Escape does something of the vendor's own
  std::optional<std::uint16_t> vendor_id, product_id;
  std::optional<std::string> usb_speed;  // "full", "high": the highest that it can
  std::optional<bool> self_powered, has_serial;
  // A face-authentication reader, and what of the reception procedures it does itself.
  std::optional<bool> face, face_visual_mode, face_passcode, face_consent_screens, face_next_gen;
  std::vector<std::string> requirement_packs;  // "2020", "2025"

  bool contact() const;      // some slot; without slots in the claims: true
  bool contactless() const;  // some slot
  bool removable() const;    // some slot; without slots in the claims: true
  std::optional<bool> pinpad() const;
};

// Every claim that the descriptors contradict: case id "claims/exchange_level" and so on. A
// failure, but for a firmware version that is no number and for what an assumption says of
// face-auth readers: warnings.
std::vector<DescriptorFinding> check_claims(const Claims& claims,
                                            const DescriptorFacts& descriptors);

// class ("ccid", "class_ff"), contact, contactless, removable, motor, pinpad, display, face,
// face_*, escape_vendor, max_slots_busy, confirmed, pack_2020 and so on for packs named. What is
// not claimed is taken from the descriptors, or false. medium_0 and so on of the slots claimed
// ("contact", "contactless", "sam"); claimed_pin_verify, claimed_pin_modify, claimed_display,
// claimed_interrupt only where the claims say it.
void add_claims(const Claims& claims, Facts& facts);
// What claims alone tell, for a reader that is not at hand: the facts of facts_of that they state
// (slots, level, t0, auto_*, ...), and those of add_claims. What they do not state is not there.
Facts facts_of(const Claims& claims);
// What rules on descriptors ask of claims, out of facts that add_claims made.
Claims claims_of(const Facts& facts);

}  // namespace uketsuke::conformance
