// Firmware that is known to be faulty: data of scenarios/conformance/known_bad_firmware.yaml.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace uketsuke::conformance {

struct KnownBadFirmware {
  std::uint16_t idVendor = 0, idProduct = 0;
  std::uint16_t fixed_in = 0;  // bcdDevice of the first version that is not known to be faulty
  std::string product;
};

struct KnownBadList {
  std::string source;  // where the values are from
  std::vector<KnownBadFirmware> entries;
  // nullptr: not listed, or a version from which on it is good.
  const KnownBadFirmware* find(std::uint16_t vendor, std::uint16_t product,
                               std::uint16_t bcdDevice) const;
};

// Throws yaml::Error.
KnownBadList load_known_bad(const std::string& path);
KnownBadList load_known_bad_text(std::string_view text, const std::string& name);

}  // namespace uketsuke::conformance
