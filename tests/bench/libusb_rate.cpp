// libusb_rate USB-DEVICE COUNT APDU: the CCID driver of the bench over LibusbRoute sends the APDU
// COUNT times to the card, after SELECT of JPKI. Prints APDUs a second.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "sim/gateway/libusb_route.h"
#include "tests/integration/libusb/live_reader.h"

int main(int argc, char** argv) {
  using namespace uketsuke;
  if (argc != 4) return 5;
  auto selector = gateway::parse_usb_selector(argv[1]);
  live::LiveReader reader(std::make_unique<gateway::LibusbRoute>(
      std::get<gateway::UsbSelector>(std::move(selector))));
  const auto present = [&reader] { return reader.count<wire::session::CardPresent>() > 0; };
  const wire::Bytes command = wire::from_hex(argv[3]).value();
  if (!reader.wait(present) || reader.connect().empty()) return 1;
  reader.transmit(wire::from_hex("00a4040c0ad392f000260100000001").value());
  const long count = std::strtol(argv[2], nullptr, 10);
  const auto begin = std::chrono::steady_clock::now();
  for (long i = 0; i < count; ++i)
    if (reader.transmit(command).size() < 2) return 1;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::printf("%.1f\n", static_cast<double>(count) / took.count());
}
