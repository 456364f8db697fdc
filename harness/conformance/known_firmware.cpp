#include "harness/conformance/known_firmware.h"

#include "harness/conformance/yaml_number.h"

namespace uketsuke::conformance {
namespace {

std::uint16_t read_id(const yaml::Node& node) {
  return static_cast<std::uint16_t>(yaml_number(node, 0xFFFF));
}

KnownBadList load(const yaml::Document& file) {
  yaml::Mapping top(file.root());
  top.require("uketsuke").as_int(1, 1);
  KnownBadList list;
  list.source = top.require("source").as_string();
  const yaml::Node rows = top.require("firmware");
  top.done();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    yaml::Mapping row(rows.at(i));
    list.entries.push_back({read_id(row.require("idVendor")), read_id(row.require("idProduct")),
                            read_id(row.require("fixed_in")), row.require("product").as_string()});
    row.done();
  }
  return list;
}

}  // namespace

const KnownBadFirmware* KnownBadList::find(std::uint16_t vendor, std::uint16_t product,
                                           std::uint16_t bcdDevice) const {
  for (const KnownBadFirmware& entry : entries) {
    if (entry.idVendor == vendor && entry.idProduct == product && bcdDevice < entry.fixed_in)
      return &entry;
  }
  return nullptr;
}

KnownBadList load_known_bad(const std::string& path) { return load(yaml::load_file(path)); }
KnownBadList load_known_bad_text(std::string_view text, const std::string& name) {
  return load(yaml::load_text(text, name));
}

}  // namespace uketsuke::conformance
