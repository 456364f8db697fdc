#include "harness/bench/card_at_vpcd.h"

#include <algorithm>

#include "models/iso7816/reader_contactless.h"

namespace uketsuke::bench {

using wire::Bytes;

CardAtVpcd::CardAtVpcd(std::shared_ptr<const card::Profile> profile, std::uint64_t seed)
    : memory_(*profile), card_(profile, memory_, seed) {}

Bytes CardAtVpcd::atr() {
  const card::ProfileData& data = card_.profile().data;
  if (data.mute) return {};
  if (data.contact) return data.contact->atr;
  const Bytes atqb = card_.atqb();
  if (!data.contactless || atqb.size() != 12) return {};
  wire::iso7816::Atqb answer;  // 50, PUPI, application data, protocol info
  std::copy_n(atqb.begin() + 1, 4, answer.pupi.begin());
  std::copy_n(atqb.begin() + 5, 4, answer.application_data.begin());
  std::copy_n(atqb.begin() + 9, 3, answer.protocol_info.begin());
  return iso7816::contactless_atr(answer, data.contactless->mbli,
                                  data.contactless->pupi_as_application_data);
}

void CardAtVpcd::power_on() {
  power_off();
  card_.power_on();
}

void CardAtVpcd::reset() {
  if (card_.powered()) card_.warm_reset();
}

void CardAtVpcd::power_off() {
  if (card_.powered()) card_.power_off();
}

Bytes CardAtVpcd::transmit(wire::ByteView command) { return card_.transmit(command).response; }

}  // namespace uketsuke::bench
