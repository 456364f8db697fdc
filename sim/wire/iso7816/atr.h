// Answer to reset: ISO/IEC 7816-3:2006, 8.2. Not modelled: the meaning of historical bytes
// (ISO/IEC 7816-4). Inverse convention: bytes are given already decoded, TS is 3F.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/wire/bytes.h"

namespace uketsuke::wire::iso7816 {

inline constexpr std::uint8_t kTsDirect = 0x3B;
inline constexpr std::uint8_t kTsInverse = 0x3F;
inline constexpr std::size_t kMaxAtrSize = 33;  // TS and at most 32 characters (8.2.1)

enum class Edc : std::uint8_t { kLrc, kCrc };
std::string_view to_string(Edc edc);

// TAi, TBi, TCi, TDi of one i.
struct InterfaceBytes {
  std::optional<std::uint8_t> ta, tb, tc, td;
};

// Specific mode, TA2 (8.3).
struct SpecificMode {
  std::uint8_t protocol = 0;    // b4..b1
  bool may_change = false;      // b8 = 0: capable of changing to negotiable mode
  bool implicit_fi_di = false;  // b5 = 1: F and D are not those of TA1
};

// Class indicator and clock stop, first TA for T=15 (8.3).
struct ClassIndicator {
  std::uint8_t clock_stop = 0;  // 0 not supported, 1 state L, 2 state H, 3 no preference
  bool class_a = true, class_b = false, class_c = false;
};

struct Atr {
  std::uint8_t ts = kTsDirect;
  std::vector<InterfaceBytes> groups;  // groups[0] holds TA1..TD1
  Bytes historical;
  std::optional<std::uint8_t> tck;

  // Protocols in the order offered, T=0 if no TD says otherwise; T=15 is not one.
  std::vector<std::uint8_t> offered_protocols() const;
  bool offers(std::uint8_t protocol) const;
  std::uint8_t first_protocol() const { return offered_protocols().front(); }
  std::uint8_t fi_index() const;  // of TA1; default 1
  std::uint8_t di_index() const;  // of TA1; default 1
  std::uint8_t n() const;         // extra guard time, TC1; default 0
  std::uint8_t wi() const;        // T=0, TC2; default 10
  std::uint8_t ifsc() const;      // T=1, first TA; default 32
  std::uint8_t cwi() const;       // T=1, first TB; default 13
  std::uint8_t bwi() const;       // T=1, first TB; default 4
  Edc edc() const;                // T=1, first TC; default LRC
  std::optional<SpecificMode> specific_mode() const;
  std::optional<ClassIndicator> class_indicator() const;
};

// Tables 7 and 8 (8.3): clock rate conversion Fi, f(max) in Hz, baud rate adjustment Di.
// nullopt for values that are reserved for future use.
std::optional<std::uint16_t> fi_of_index(std::uint8_t fi_index);
std::optional<std::uint32_t> fmax_of_index(std::uint8_t fi_index);
std::optional<std::uint8_t> di_of_index(std::uint8_t di_index);

// Structure, length and TCK. Errors: kBadValue TS; kTooShort with the field that is missing ("TCK"
// for a missing TCK); kTooLong bytes after the end or more than 32 characters; kBadChecksum TCK.
Result<Atr> decode_atr_structure(ByteView bytes);
// The same, and kReservedValue for what 8.3, 10.2 and 11.4 reserve (TA1, TDi protocol, TA2, WI,
// IFSC, BWI, first TC for T=1, class indicator). The offset is that of the byte.
Result<Atr> decode_atr(ByteView bytes);
// Refuses: TD that does not announce the next group, more than 15 historical bytes, more than 32
// characters, a TCK that is missing, wrong or not due.
Result<Bytes> encode_atr(const Atr& atr);
std::string describe(const Atr& atr);

// How many bytes the ATR has in all as far as the bytes so far tell; at least bytes.size() + 1
// while it is not complete. nullopt: TS is neither 3B nor 3F, or it would be longer than 33 bytes.
std::optional<std::size_t> atr_size_so_far(ByteView bytes);

// Builds a valid ATR: sets Y(i+1), TCK. Order of calls = order of the groups.
class AtrBuilder {
 public:
  AtrBuilder& inverse_convention();
  AtrBuilder& ta1(std::uint8_t value);
  AtrBuilder& tb1(std::uint8_t value);
  AtrBuilder& tc1(std::uint8_t value);
  // Opens the next group: TDi names `protocol`, and the bytes of group i+1.
  AtrBuilder& protocol(std::uint8_t protocol, std::optional<std::uint8_t> ta = {},
                       std::optional<std::uint8_t> tb = {}, std::optional<std::uint8_t> tc = {});
  AtrBuilder& historical(ByteView bytes);
  Result<Bytes> build() const;

 private:
  Atr atr_;
};

}  // namespace uketsuke::wire::iso7816
