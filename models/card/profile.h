// What distinguishes one card from another: its data, as fields, and what the model was told about
// questions that no public source answers (named A-nn, see
// scenarios/requirements/assumptions.yaml).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "models/card/file_system.h"
#include "models/crypto/cv_certificate.h"
#include "models/crypto/rsa.h"
#include "sim/wire/bytes.h"
#include "sim/wire/timer.h"

namespace uketsuke::card {

enum class Kind : std::uint8_t {
  kMyNumberCard,
  kForeign,  // an ordinary ISO/IEC 7816 card with one application of its own
};

// Retry limits. JPKI: OpenSC. The others are assumed.
struct RetryLimits {
  std::uint8_t auth_pin = 3;
  std::uint8_t sign_pin = 5;
  std::uint8_t verification_a = 10;
  std::uint8_t verification_b = 10;
  std::uint8_t birth_date = 10;
  std::uint8_t text_pin = 3;
  std::uint8_t juki_pin = 3;
};

struct CommandTable;  // command_table.h

struct Behaviour {
  RetryLimits retry_limits;
  // a card for face authentication has no sign certificate, says so in EF 0008, and its PIN
  // is blocked from the start.
  bool without_pin = false;
  wire::Bytes fci;                               // answer of SELECT with P2 = 00
  bool select_application_clears_status = true;
  bool terminal_authentication = true;  // 80 A2, GET CHALLENGE, EXTERNAL AUTHENTICATE
  // The retry query of a key that is verified answers 9000; seen on some cards (myna-card,
  // card.rs).
  bool query_of_verified_key_is_9000 = false;
  // The first command after SCARD_UNPOWER_CARD answers 6F00; seen on one card (myna-card, pcsc.rs).
  bool first_command_after_power_down_fails = false;
  std::shared_ptr<const CommandTable> commands;  // null: standard_command_table()
};

// How long the card works on a command, in microseconds. No public measurement.
struct Timing {
  wire::Micros command_us = 2'000;        // every command
  wire::Micros read_us_per_byte = 10;     // beside command_us
  wire::Micros verify_us = 20'000;        // two writes to non-volatile memory
  wire::Micros private_key_us = 250'000;  // RSA-2048 private operation
  wire::Micros public_key_us = 15'000;    // RSA-2048 public operation
};

struct Contact {
  wire::Bytes atr;
};

// ISO/IEC 14443-3:2018, 7.9 (Type B). Values of real cards: facts/domain.md 1.7.
struct Contactless {
  wire::Bytes pupi = {0x00, 0x54, 0x53, 0x54};              // 4 bytes; used unless random_pupi
  bool random_pupi = false;                                 // drawn anew at every activation
  wire::Bytes application_data = {0x00, 0x00, 0x05, 0xE0};  // 4 bytes
  wire::Bytes protocol_info = {0xB3, 0x81, 0xA1};           // 3 bytes
  std::uint8_t mbli = 0;                                    // of the answer to ATTRIB
  // Stands for readers that build the ATR from the PUPI: the ATR differs at every activation.
  bool pupi_as_application_data = false;
};

// Who signs the data objects of the card face and card text applications (the municipality), and
// the card-verifiable certificates of its key that EF 0004 of the two applications holds (7F21).
struct Issuer {
  std::shared_ptr<const crypto::RsaPrivateKey> key;
  wire::Bytes face_certificate, text_certificate;
};
// Whose certificates for terminals the card accepts (EF 0016).
struct TerminalCa {
  crypto::KeyId key_id{};
  std::shared_ptr<const crypto::RsaPublicKey> key;
};

struct ProfileData {
  std::string id;  // "hanako"
  Kind kind = Kind::kMyNumberCard;
  bool mute = false;  // a damaged chip: no answer to reset, no answer at all
  std::optional<Contact> contact;
  std::optional<Contactless> contactless;
  // ---- printed and stored text. Dates YYYYMMDD.
  std::string name, address, birth_date,
      sex;                                 // UTF-8; U+3000 between family and given name; "1", "2"
  std::string personal_number;             // 12 digits, also verification number A
  std::string expiry, security_code;       // 8 digits, 4 digits
  std::string municipality = "00000";      // 5 digits
  std::string serial = "999999000000000";  // 15 digits, in the record of the common application
  wire::Bytes photo;                       // JPEG 2000 in a JP2 container
  // ---- reference data; empty: the key is blocked from the start
  std::string auth_pin, sign_pin, text_pin, juki_pin;
  // Tries already used up elsewhere when the card enters the scenario, e.g. 3 of auth_pin.
  std::uint8_t auth_pin_tries_used = 0, sign_pin_tries_used = 0, verification_b_tries_used = 0;
  // ---- certificates (DER) and keys; null or empty: not on this card
  wire::Bytes auth_certificate, auth_ca_certificate, sign_certificate, sign_ca_certificate;
  std::shared_ptr<const crypto::RsaPrivateKey> auth_key, sign_key;
  std::shared_ptr<const crypto::RsaPrivateKey> card_key;  // internal authentication, card's own key
  Issuer issuer;
  TerminalCa terminal_ca;
  // ---- kForeign
  wire::Bytes foreign_aid, foreign_content;  // content of its EF 0001
  Behaviour behaviour;
  Timing timing;
};

// 14 digits: birth date YYMMDD with the year of the Japanese era, Gregorian year of expiry,
// security code (facts/domain.md 1.2). Error kBadValue: not dates and digits, or born before Meiji.
wire::Result<std::string> verification_number_b(const std::string& birth_date,
                                                const std::string& expiry,
                                                const std::string& security_code);

// A card as it is shared by all worlds: immutable.
struct Profile {
  ProfileData data;
  std::string verification_a, verification_b, birth_key;  // secrets derived from data
  FileSystem files;
};

// Checks the fields, derives secrets and builds the files (some are signed by the issuer: a few
// milliseconds). Error kBadValue names the field.
wire::Result<std::shared_ptr<const Profile>> make_profile(ProfileData data);

}  // namespace uketsuke::card
