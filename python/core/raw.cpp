#include "python/core/raw.h"

#include <algorithm>

#include "python/core/ccid_fields.h"
#include "python/core/driven.h"
#include "python/core/program.h"
#include "python/core/seconds.h"

namespace uketsuke::python {
namespace {

namespace py = pybind11;
using bench::RawAccess;
using scenario::Source;
using wire::usb::Transfer;
using wire::usb::TransferType;

// What is not simulated takes real time, however fast the simulated goes; to the end of the case's
// time at most.
wire::Micros patience(bench::World& world, wire::Micros limit_us, wire::Micros left_us) {
  const bench::Outside* outside = world.config().outside.get();
  const double speed = outside == nullptr ? 1 : std::max(1.0, outside->pace.speed);
  const double limit =
      std::min(static_cast<double>(limit_us) * speed, static_cast<double>(left_us));
  return static_cast<wire::Micros>(limit);
}

// work(raw, limit_us)
template <class Work>
auto with_raw(ScriptBench& bench, double within, const Source& source, Work&& work) {
  const wire::Micros limit_us = micros(within);
  return driven(bench, source, [&] {
    decltype(work(std::declval<RawAccess&>(), limit_us)) result{};
    bench.drive([&](bench::World& world) {
      result = work(*world.raw(), patience(world, limit_us, bench.left_us()));
    });
    return result;
  });
}

wire::usb::Completion transfer(ScriptBench& bench, Transfer transfer, double within,
                               const Source& source) {
  return with_raw(bench, within, source, [&](RawAccess& raw, wire::Micros limit_us) {
    return raw.usb(std::move(transfer), limit_us);
  });
}

py::bytes usb_control(ScriptBench& bench, std::uint8_t bmRequestType, std::uint8_t bRequest,
                      std::uint16_t wValue, std::uint16_t wIndex, const py::bytes& data,
                      std::uint16_t wLength, double within, const std::string& file, int line) {
  Transfer one;
  one.type = TransferType::kControl;
  one.setup = {bmRequestType, bRequest, wValue, wIndex, wLength};
  one.data = bytes_from(data, "data");
  one.length = wLength;
  return plain_bytes(transfer(bench, std::move(one), within, {file, line}).data);
}

std::uint32_t usb_out(ScriptBench& bench, std::uint8_t endpoint, const py::bytes& data,
                      double within, const std::string& file, int line) {
  Transfer one;
  one.bEndpointAddress = endpoint;
  one.data = bytes_from(data, "data");
  return transfer(bench, std::move(one), within, {file, line}).actual_length;
}

py::bytes usb_in(ScriptBench& bench, std::uint8_t endpoint, std::uint32_t length, bool interrupt,
                 double within, const std::string& file, int line) {
  Transfer one;
  one.type = interrupt ? TransferType::kInterrupt : TransferType::kBulk;
  one.bEndpointAddress = endpoint;
  one.length = length;
  return plain_bytes(transfer(bench, std::move(one), within, {file, line}).data);
}

void usb_reset(ScriptBench& bench, double within, const std::string& file, int line) {
  with_raw(bench, within, {file, line}, [&](RawAccess& raw, wire::Micros limit_us) {
    raw.reset(limit_us);
    return true;
  });
}

// By whoever stands at the reader, as the acts plug_reader and unplug_reader, but no step.
void usb_plug(ScriptBench& bench, bool plug, const std::string& file, int line) {
  const bench::Done done = driven(bench, Source{file, line}, [&] {
    bench::Done told;
    bench.drive([&](bench::World& world) {
      told = plug ? world.hands().plug() : world.hands().unplug();
      world.simulation().run_for(0);
    });
    return told;
  });
  const verdict::Text& why = done.impossible.empty() ? done.undecided : done.impossible;
  if (!why.empty()) throw ScriptError(why);
}

py::bytes ccid_send(ScriptBench& bench, const py::bytes& message, double within,
                    const std::string& file, int line) {
  const wire::Bytes bytes = bytes_from(message, "message");
  const auto work = [&](RawAccess& raw, wire::Micros limit_us) {
    return raw.ccid(bytes, limit_us);
  };
  return plain_bytes(with_raw(bench, within, {file, line}, work));
}

py::bytes card_connect(ScriptBench& bench, std::uint8_t slot, double within,
                       const std::string& file, int line) {
  const auto work = [&](RawAccess& raw, wire::Micros limit_us) {
    return raw.connect(slot, limit_us);
  };
  return plain_bytes(with_raw(bench, within, {file, line}, work));
}

void card_disconnect(ScriptBench& bench, std::uint8_t slot, double within,
                     const std::string& file, int line) {
  with_raw(bench, within, {file, line}, [&](RawAccess& raw, wire::Micros limit_us) {
    raw.disconnect(slot, limit_us);
    return true;
  });
}

py::bytes card_transmit(ScriptBench& bench, std::uint8_t slot, const py::bytes& command,
                        double within, const std::string& file, int line) {
  const wire::Bytes bytes = bytes_from(command, "command");
  const auto work = [&](RawAccess& raw, wire::Micros limit_us) {
    return raw.transmit(slot, bytes, limit_us);
  };
  return plain_bytes(with_raw(bench, within, {file, line}, work));
}

}  // namespace

void register_raw(py::module_& module) {
  const auto bench = py::arg("bench");
  const auto within = py::arg("within");
  const auto file = py::arg("file"), line = py::arg("line");
  module.def("usb_control", usb_control, bench, py::arg("bmRequestType"), py::arg("bRequest"),
             py::arg("wValue"), py::arg("wIndex"), py::arg("data"), py::arg("wLength"), within,
             file, line);
  module.def("usb_out", usb_out, bench, py::arg("endpoint"), py::arg("data"), within, file, line);
  module.def("usb_in", usb_in, bench, py::arg("endpoint"), py::arg("length"),
             py::arg("interrupt"), within, file, line);
  module.def("usb_reset", usb_reset, bench, within, file, line);
  module.def("usb_plug", usb_plug, bench, py::arg("plug"), file, line);
  module.def("ccid_send", ccid_send, bench, py::arg("message"), within, file, line);
  module.def(
      "ccid_bytes", [](const py::dict& fields) { return plain_bytes(ccid_bytes(fields)); },
      py::arg("fields"));
  module.def(
      "ccid_fields",
      [](const py::bytes& message) { return ccid_fields(bytes_from(message, "message")); },
      py::arg("message"));
  module.def("card_connect", card_connect, bench, py::arg("slot"), within, file, line);
  module.def("card_disconnect", card_disconnect, bench, py::arg("slot"), within, file, line);
  module.def("card_transmit", card_transmit, bench, py::arg("slot"), py::arg("command"), within,
             file, line);
}

}  // namespace uketsuke::python
