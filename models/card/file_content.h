// Contents of the card's files, built from the fields of a profile. Layouts: facts/domain.md 1.5
// (public, read from cards).
#pragma once

#include "models/card/profile.h"
#include "sim/wire/bytes.h"

namespace uketsuke::card {

// BER-TLV as the card writes it: tag of two bytes, shortest length. The tags FF10, DF11 ... DF1E of
// real cards have numbers below 31 in the long form, which ISO/IEC 7816-4 (and our wire codec)
// refuses.
void append_object(wire::Bytes& bytes, std::uint16_t tag, wire::ByteView value);

// JPKI 0006: a serialised CK_TOKEN_INFO of 160 bytes; its name "JPKIAPICCTOKEN2" says My Number
// Card.
wire::Bytes token_info();
// JPKI 0008: 8F 8F 00, or 00 8F 00 without sign certificate (the latter assumed, A-02).
wire::Bytes certificate_availability(bool sign, bool auth);

// The functions below sign with the issuer's key: PKCS #1 v1.5 with SHA-256 over all objects before
// the signature. Without an issuer the signature is 256 zero bytes.
wire::Bytes age_record(const ProfileData& data);  // card face 0001
// Card face 0002. The signature covers the digests of DF22-24, DF25-26 and DF27; that they are
// simply put one after another is assumed.
wire::Bytes card_face(const ProfileData& data);
wire::Bytes face_basic_info(const ProfileData& data);        // card face 0003
wire::Bytes personal_number_image(const ProfileData& data);  // card face 0005
wire::Bytes personal_number_text(const ProfileData& data);   // card text 0001, 17 bytes with filler
wire::Bytes four_items(const ProfileData& data);             // card text 0002
wire::Bytes text_hashes(const ProfileData& data);            // card text 0003
wire::Bytes text_basic_info();                               // card text 0005
wire::Bytes session_public_key(const ProfileData& data);     // card text 0006
wire::Bytes signed_public_key(const ProfileData& data);      // card text 0007
wire::Bytes common_record(const ProfileData& data);          // common 0001, record 1

}  // namespace uketsuke::card
