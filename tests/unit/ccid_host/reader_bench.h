// A whole host on a fake reader: USB device, USB host and CCID host around a FakeReader.
#pragma once

#include <string>

#include "models/ccid_host/reader.h"
#include "sim/wire/ccid/descriptor.h"
#include "sim/wire/ccid/interrupt.h"
#include "tests/unit/ccid_host/fake_reader.h"
#include "tests/unit/usb_host/loop.h"

namespace uketsuke {

struct ReaderBench {
  explicit ReaderBench(std::uint32_t dwFeatures, std::uint32_t dwMaxMessage = 271,
                       bool interrupt = true, std::uint8_t slots = 1,
                       ccid_host::CcidHostParameters host_parameters = {})
      : slot_count(slots),
        reader(host_parameters),
        device(parameters(dwFeatures, dwMaxMessage, interrupt, slots), {&fake}),
        host({}, {&reader}),
        loop(host, device) {}

  static usb_device::DeviceParameters parameters(std::uint32_t dwFeatures, std::uint32_t max,
                                                 bool interrupt, std::uint8_t slots) {
    wire::ccid::ClassDescriptor d;
    d.dwFeatures = dwFeatures;
    d.dwMaxCCIDMessageLength = max;
    d.bPINSupport = 1;
    d.bMaxSlotIndex = static_cast<std::uint8_t>(slots - 1);
    usb_device::InterfaceParameters i;
    i.descriptor = {0, 0, 0, 0x0B, 0, 0, 0};
    i.class_descriptors = {encode(d)};
    i.endpoints = {{0x01, 2, 64, 0}, {0x82, 2, 64, 0}};
    if (interrupt) i.endpoints.push_back({0x83, 3, 8, 24});
    usb_device::DeviceParameters p;
    p.device.idVendor = 0x1209;
    p.device.idProduct = 3;
    p.device.iProduct = 1;
    p.strings = {{1, "test reader"}};
    usb_device::FunctionParameters f;
    f.interfaces = {i};
    p.functions = {f};
    return p;
  }
  void ask(const wire::session::Request& request) {
    loop.from_host(host.admit(0, reader.handle(request)));
  }
  void notify(bool present, bool changed = true, std::uint8_t slot = 0) {
    wire::ccid::RDR_to_PC_NotifySlotChange m{wire::Bytes(1)};
    for (std::size_t other = 0; other < slot_count; ++other)
      set_slot_icc_state(m, other, {fake.present, false});
    set_slot_icc_state(m, slot, {present, changed});
    loop.from_device(device.admit({wire::usb::InData{0x83, encode(m)}}));
  }
  // Events since the last call, one word each; "!" is an anomaly.
  std::string events() {
    using namespace wire::session;
    std::string text;
    for (const ccid_host::HostEvent& event : reader.take_events()) {
      if (const auto* a = std::get_if<ccid_host::Anomaly>(&event)) {
        text += "! ";
        anomaly = a->what;
        continue;
      }
      const Event& e = std::get<Event>(event);
      if (const auto* r = std::get_if<ReaderArrived>(&e)) arrived = *r, text += "arrived ";
      if (std::holds_alternative<ReaderGone>(e)) text += "gone ";
      if (std::holds_alternative<CardPresent>(e)) text += "present ";
      if (std::holds_alternative<CardAbsent>(e)) text += "absent ";
      if (const auto* c = std::get_if<Connected>(&e)) {
        text += c->protocol == Protocol::kT1 ? "T=1 " : "T=0 ";
      }
      if (const auto* r = std::get_if<Response>(&e)) text += wire::to_hex(r->response) + " ";
      if (std::holds_alternative<Disconnected>(e)) text += "disconnected ";
      if (const auto* f = std::get_if<Failed>(&e)) {
        text += "failed" + std::to_string(static_cast<int>(f->failure)) + " ";
        what = f->what;
      }
    }
    return text;
  }
  static std::string failed(wire::session::Failure failure) {
    return "failed" + std::to_string(static_cast<int>(failure)) + " ";
  }
  // Attached, connected, queues and logs empty.
  void connect() {
    loop.attach();
    ask(wire::session::Connect{});
    events();
    fake.log.clear();
    fake.commands.clear();
  }

  std::size_t slot_count;  // at most 4
  FakeReader fake;
  ccid_host::Reader reader;
  usb_device::Device device;
  usb_host::Host host;
  Loop loop;
  wire::session::ReaderArrived arrived;
  std::string anomaly, what;
};

}  // namespace uketsuke
