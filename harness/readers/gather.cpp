#include "harness/readers/gather.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <tuple>

#include "harness/run/find.h"
#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"
#include "sim/gateway/pcsc_readers.h"
#include "sim/gateway/usb_devices.h"
#include "sim/gateway/usbip_operation.h"
#include "sim/wire/ccid/descriptor.h"

namespace uketsuke::readers {
namespace {

using verdict::say;
using verdict::Text;

void add_usb(Listing& listing) {
  std::vector<gateway::UsbDevice> devices;
  try {
    devices = gateway::list_usb_devices();
  } catch (const std::exception& error) {
    listing.notes.push_back(
        {Route::kUsb, say("USB を調べられません：{}", "USB cannot be looked at: {}", error.what())});
    return;
  }
  for (const gateway::UsbDevice& device : devices) {
    Reader reader;
    reader.route = Route::kUsb;
    reader.name = device.manufacturer;
    if (!device.product.empty()) reader.name += (reader.name.empty() ? "" : " ") + device.product;
    reader.idVendor = device.identity.idVendor;
    reader.idProduct = device.identity.idProduct;
    reader.bcdDevice = device.identity.bcdDevice;
    reader.serial = device.identity.serial;
    reader.place = device.identity.port;
    std::sscanf(device.node.c_str(), "/dev/bus/usb/%d/%d", &reader.bus, &reader.number);
    reader.smart_card = !device.ccid.empty();
    for (const gateway::CcidInterface& ccid : device.ccid) {
      reader.slots += ccid.slots;
      reader.pin_pad = reader.pin_pad || ccid.pin_pad;
      if (reader.exchange_level.find(ccid.exchange_level) == std::string::npos)
        reader.exchange_level += (reader.exchange_level.empty() ? "" : ", ") + ccid.exchange_level;
    }
    listing.readers.push_back(std::move(reader));
  }
}

void add_pcsc(Listing& listing) {
  const auto answer = gateway::list_pcsc_readers();
  if (const auto* trouble = std::get_if<gateway::PcscTrouble>(&answer)) {
    listing.notes.push_back(
        {Route::kPcsc, trouble->no_service
                           ? Text("pcscd が動いていません", "no pcscd runs")
                           : say("pcscd に聞けません：{}", "pcscd cannot be asked: {}",
                                 trouble->what)});
    return;
  }
  for (const auto& found : std::get<std::vector<gateway::PcscReader>>(answer)) {
    Reader reader;
    reader.route = Route::kPcsc;
    reader.name = found.name;
    reader.slots = 1;  // PC/SC has one name a slot
    reader.smart_card = true;
    reader.card = found.card;
    if (found.usb) std::tie(reader.bus, reader.number) = *found.usb;
    listing.readers.push_back(std::move(reader));
    if (found.exclusive)
      listing.notes.push_back({Route::kPcsc, say("{} は他のプログラムが占有しています",
                                                 "{} is in exclusive use by another program",
                                                 found.name)});
  }
}

gateway::TcpAddress server_of(const std::string& text) {
  const bool has_port = text.find(':') != std::string::npos;
  const auto address = gateway::parse_tcp_address(
      has_port ? text : fmt::format("{}:{}", text, wire::usbip::kDefaultPort));
  if (!address)
    throw run::RunError(run::RunError::Kind::kUsage,
                        say("--usbip は HOST または HOST:PORT です：{}",
                            "--usbip wants HOST or HOST:PORT: {}", yaml::shortened(text)));
  return *address;
}

bool add_usbip(Listing& listing, const gateway::TcpAddress& server) {
  gateway::UsbipLimits limits;
  limits.allow_remote = true;  // it was named; a list touches no reader
  const auto answer = gateway::usbip_list(server, limits);
  if (const auto* trouble = std::get_if<gateway::UsbipTrouble>(&answer)) {
    listing.notes.push_back({Route::kUsbip, {trouble->ja, trouble->en}});
    return false;
  }
  const auto& devices = std::get<std::vector<wire::usbip::ListedDevice>>(answer);
  for (const wire::usbip::ListedDevice& listed : devices) {
    Reader reader;
    reader.route = Route::kUsbip;
    reader.idVendor = listed.device.idVendor;
    reader.idProduct = listed.device.idProduct;
    reader.bcdDevice = listed.device.bcdDevice;
    reader.place = gateway::to_string(server) + "/" + listed.device.busid;
    reader.smart_card = std::any_of(
        listed.interfaces.begin(), listed.interfaces.end(),
        [](const auto& i) { return i.bInterfaceClass == wire::ccid::kInterfaceClass; });
    listing.readers.push_back(std::move(reader));
  }
  if (devices.empty())
    listing.notes.push_back({Route::kUsbip, say("{} は何も提供していません", "{} offers nothing",
                                                gateway::to_string(server))});
  return true;
}

}  // namespace

Gathered gather(const Wanted& wanted) {
  std::vector<gateway::TcpAddress> servers;
  for (const std::string& text : wanted.usbip) servers.push_back(server_of(text));
  Gathered gathered;
  add_usb(gathered.listing);
  add_pcsc(gathered.listing);
  for (const auto& server : servers)
    if (!add_usbip(gathered.listing, server)) gathered.server_failed = true;
  finish(gathered.listing);
  if (!wanted.all) keep_readers(gathered.listing);
  return gathered;
}

}  // namespace uketsuke::readers
