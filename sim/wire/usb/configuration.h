// A whole configuration as the device sends it (USB 2.0, 9.4.3 and 9.6.3-9.6.5), as a tree.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sim/wire/usb/descriptor.h"
#include "sim/wire/usb/transfer.h"

namespace uketsuke::wire::usb {

struct EndpointNode {
  EndpointDescriptor descriptor;
  std::vector<Bytes> extra;  // class-specific and unknown descriptors that follow it
};
struct InterfaceNode {  // one alternate setting
  InterfaceDescriptor descriptor;
  std::vector<Bytes> extra;  // class-specific and unknown descriptors before its first endpoint
  std::vector<EndpointNode> endpoints;
  // The first extra descriptor with this type, also one that stands behind an endpoint (several
  // real readers put their class descriptor there); empty if there is none.
  ByteView find_extra(std::uint8_t bDescriptorType) const;
  const EndpointNode* find_endpoint(TransferType type, bool in) const;
};
struct Configuration {
  ConfigurationDescriptor descriptor;
  std::vector<Bytes> extra;  // before the first interface, except associations
  std::vector<InterfaceAssociation> associations;
  std::vector<InterfaceNode> interfaces;  // in the order sent; alternate settings are entries
  const InterfaceNode* find_interface(std::uint8_t number, std::uint8_t alternate = 0) const;
};

// Reads wTotalLength bytes. Unknown descriptor types are kept as extra. Errors with the offset of
// the descriptor: kBadValue bLength 0 or 1, kTooShort a known descriptor shorter than its type
// needs, kLengthMismatch a descriptor that overruns the bytes or a wTotalLength that exceeds them,
// kTooLong bytes after wTotalLength, kBadValue the first descriptor is no configuration.
// That counts (bNumInterfaces, bNumEndpoints) agree is a rule for checkers, not for this parser.
Result<Configuration> decode_whole_configuration(ByteView bytes);

// The tree as bytes; wTotalLength is computed, counts are taken as they are. kUnrepresentable: more
// than 65535 bytes.
Result<Bytes> encode(const Configuration& configuration,
                     DescriptorType type = DescriptorType::CONFIGURATION);

std::string describe(const Configuration& configuration);

}  // namespace uketsuke::wire::usb
