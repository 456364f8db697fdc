#include "sim/wire/usb/configuration.h"

#include <fmt/format.h>

namespace uketsuke::wire::usb {
namespace {

// Minimum bLength of the descriptor types that the parser takes apart; 2 for all others.
std::size_t minimum_length(std::uint8_t type) {
  switch (static_cast<DescriptorType>(type)) {
    case DescriptorType::CONFIGURATION:
      return 9;
    case DescriptorType::INTERFACE:
      return 9;
    case DescriptorType::ENDPOINT:
      return 7;
    case DescriptorType::INTERFACE_ASSOCIATION:
      return 8;
    default:
      return 2;
  }
}

// The types above are read from their first bytes; what a device appends is not interpreted.
template <class T>
T head(Result<T> (*decode)(ByteView), ByteView bytes, std::size_t length) {
  Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
  cut[0] = static_cast<std::uint8_t>(length);
  return decode(cut).value();  // cannot fail: length and type were checked
}

void place(Configuration& tree, ByteView bytes) {
  switch (static_cast<DescriptorType>(bytes[1])) {
    case DescriptorType::INTERFACE:
      tree.interfaces.push_back({head(decode_interface, bytes, 9), {}, {}});
      return;
    case DescriptorType::INTERFACE_ASSOCIATION:
      tree.associations.push_back(head(decode_interface_association, bytes, 8));
      return;
    case DescriptorType::ENDPOINT:
      if (tree.interfaces.empty()) break;  // stray: kept as extra of the configuration
      tree.interfaces.back().endpoints.push_back({head(decode_endpoint, bytes, 7), {}});
      return;
    default:
      break;
  }
  if (tree.interfaces.empty()) {
    tree.extra.push_back(to_bytes(bytes));
  } else if (tree.interfaces.back().endpoints.empty()) {
    tree.interfaces.back().extra.push_back(to_bytes(bytes));
  } else {
    tree.interfaces.back().endpoints.back().extra.push_back(to_bytes(bytes));
  }
}

void append_all(Bytes& out, const std::vector<Bytes>& descriptors) {
  for (const Bytes& d : descriptors) out.insert(out.end(), d.begin(), d.end());
}

void append(Bytes& out, const Bytes& bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

}  // namespace

ByteView InterfaceNode::find_extra(std::uint8_t bDescriptorType) const {
  for (const Bytes& d : extra) {
    if (d.size() > 1 && d[1] == bDescriptorType) return d;
  }
  for (const EndpointNode& endpoint : endpoints) {
    for (const Bytes& d : endpoint.extra) {
      if (d.size() > 1 && d[1] == bDescriptorType) return d;
    }
  }
  return {};
}

const EndpointNode* InterfaceNode::find_endpoint(TransferType type, bool in) const {
  for (const EndpointNode& endpoint : endpoints) {
    const bool is_in_endpoint = (endpoint.descriptor.bEndpointAddress & 0x80) != 0;
    if ((endpoint.descriptor.bmAttributes & 3) == static_cast<std::uint8_t>(type) &&
        is_in_endpoint == in) {
      return &endpoint;
    }
  }
  return nullptr;
}

const InterfaceNode* Configuration::find_interface(std::uint8_t number,
                                                   std::uint8_t alternate) const {
  for (const InterfaceNode& node : interfaces) {
    if (node.descriptor.bInterfaceNumber == number &&
        node.descriptor.bAlternateSetting == alternate) {
      return &node;
    }
  }
  return nullptr;
}

Result<Configuration> decode_whole_configuration(ByteView bytes) {
  if (bytes.size() < kConfigurationDescriptorLength) {
    return DecodeError{DecodeErrc::kTooShort, bytes.size(), "configuration"};
  }
  if (bytes[1] != static_cast<std::uint8_t>(DescriptorType::CONFIGURATION) &&
      bytes[1] != static_cast<std::uint8_t>(DescriptorType::OTHER_SPEED_CONFIGURATION)) {
    return DecodeError{DecodeErrc::kBadValue, 1, "bDescriptorType"};
  }
  const std::size_t total = bytes[2] | bytes[3] << 8;
  if (total > bytes.size()) return DecodeError{DecodeErrc::kLengthMismatch, 2, "wTotalLength"};
  if (total < bytes.size()) return DecodeError{DecodeErrc::kTooLong, total, "wTotalLength"};
  Configuration tree;
  for (std::size_t at = 0; at < total;) {
    const std::size_t length = bytes[at];
    if (length < 2) return DecodeError{DecodeErrc::kBadValue, at, "bLength"};
    if (length > total - at) return DecodeError{DecodeErrc::kLengthMismatch, at, "bLength"};
    const ByteView descriptor = bytes.subspan(at, length);
    const std::size_t minimum =
        at == 0 ? kConfigurationDescriptorLength : minimum_length(descriptor[1]);
    if (length < minimum) return DecodeError{DecodeErrc::kTooShort, at, "bLength"};
    if (at == 0) {
      tree.descriptor = head(decode_configuration, descriptor, kConfigurationDescriptorLength);
    } else {
      place(tree, descriptor);
    }
    at += length;
  }
  return tree;
}

Result<Bytes> encode(const Configuration& configuration, DescriptorType type) {
  Bytes out = encode(configuration.descriptor, type);
  append_all(out, configuration.extra);
  std::vector<InterfaceAssociation> associations = configuration.associations;  // still to write
  for (const InterfaceNode& node : configuration.interfaces) {
    for (auto it = associations.begin(); it != associations.end();) {
      if (it->bFirstInterface == node.descriptor.bInterfaceNumber) {
        append(out, encode(*it));
        it = associations.erase(it);
      } else {
        ++it;
      }
    }
    append(out, encode(node.descriptor));
    append_all(out, node.extra);
    for (const EndpointNode& endpoint : node.endpoints) {
      append(out, encode(endpoint.descriptor));
      append_all(out, endpoint.extra);
    }
  }
  for (const InterfaceAssociation& association : associations) append(out, encode(association));
  if (out.size() > 0xFFFF) return DecodeError{DecodeErrc::kUnrepresentable, 0, "wTotalLength"};
  out[2] = static_cast<std::uint8_t>(out.size());
  out[3] = static_cast<std::uint8_t>(out.size() >> 8);
  return out;
}

std::string describe(const Configuration& configuration) {
  std::string text = describe(configuration.descriptor);
  for (const InterfaceNode& node : configuration.interfaces) {
    text += "; " + describe(node.descriptor);
    for (const EndpointNode& endpoint : node.endpoints)
      text += ", " + describe(endpoint.descriptor);
  }
  return text;
}

}  // namespace uketsuke::wire::usb
