// bench_latency [COUNT]: from the write of a USB/IP device's answer to its delivery on the kernel's
// thread, which is paced by the wall clock and busy with something every millisecond. The answer to
// an IN transfer bears the time (CLOCK_MONOTONIC) at which the device wrote it.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "sim/gateway/tcp.h"
#include "sim/gateway/usbip_client.h"
#include "sim/kernel/mailbox.h"
#include "sim/kernel/module.h"
#include "sim/wire/usbip/message.h"

namespace {

using namespace uketsuke;
namespace usbip = wire::usbip;

std::uint64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

// A device that answers each transfer some milliseconds later, with the time of its answer.
class Device {
 public:
  Device() : listener_(std::get<gateway::FileDescriptor>(gateway::tcp_listen({"127.0.0.1", 0},
                                                                             false))) {
    thread_ = std::thread([this] { serve(); });
  }
  ~Device() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  gateway::UsbipTarget target() const {
    return {{"127.0.0.1", gateway::tcp_port(listener_.get())}, "1-1"};
  }

 private:
  static bool receive(int fd, wire::Bytes& bytes) {
    return ::recv(fd, bytes.data(), bytes.size(), MSG_WAITALL) ==
           static_cast<ssize_t>(bytes.size());
  }
  void serve() {
    pollfd watched{listener_.get(), POLLIN, 0};
    ::poll(&watched, 1, -1);
    const gateway::FileDescriptor client = gateway::tcp_accept(listener_.get());
    wire::Bytes request(usbip::kOpHeaderLength + usbip::kBusIdLength);
    if (!client) return;
    ::fcntl(client.get(), F_SETFL, 0);  // waits, as a thread of its own may
    if (!receive(client.get(), request)) return;
    usbip::Device device;
    device.busid = "1-1";
    device.busnum = 1;
    device.devnum = 2;
    device.speed = 2;
    const wire::Bytes reply = usbip::encode_import_reply(device);
    ::send(client.get(), reply.data(), reply.size(), MSG_NOSIGNAL);
    std::minstd_rand random;
    std::uniform_int_distribution<int> pause_us(300, 3000);
    wire::Bytes header(usbip::kHeaderLength);
    while (receive(client.get(), header)) {
      const auto pdu = usbip::decode(header);
      const auto* submit = pdu ? std::get_if<usbip::CmdSubmit>(&*pdu) : nullptr;
      if (submit == nullptr) return;
      std::this_thread::sleep_for(std::chrono::microseconds(pause_us(random)));
      usbip::RetSubmit answer;
      answer.basic.seqnum = submit->basic.seqnum;
      answer.actual_length = sizeof(std::uint64_t);
      wire::Bytes bytes = usbip::encode(answer);
      bytes.resize(bytes.size() + sizeof(std::uint64_t));
      const std::uint64_t now = monotonic_ns();
      std::memcpy(bytes.data() + bytes.size() - sizeof now, &now, sizeof now);
      if (::send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) return;
    }
  }

  gateway::FileDescriptor listener_;
  std::thread thread_;
};

// Takes completions as a gateway does, and asks for the next one.
class Model : public kernel::Module {
 public:
  Model(sc_core::sc_module_name name, kernel::Simulation& simulation, gateway::UsbRoute& route)
      : Module(name, simulation), route_(route), came_(simulation), beat_(simulation) {
    listen({&came_.event(), &beat_.event()});
    beat_.post(0, 1'000'000);
  }
  void take(gateway::RouteEvent event) { came_.post(std::move(event), 0); }
  std::vector<std::uint64_t> delays;

 private:
  void wake() override {
    beat_.drain([this](int) { beat_.post(0, 1'000'000); });
    came_.drain([this](const gateway::RouteEvent& event) {
      const auto* host = std::get_if<wire::usb::HostEvent>(&event);
      if (host == nullptr) return;
      if (const auto* done = std::get_if<wire::usb::Completion>(host)) {
        std::uint64_t written = 0;
        if (done->data.size() == sizeof written) {
          std::memcpy(&written, done->data.data(), sizeof written);
          delays.push_back(monotonic_ns() - written);
        }
      }
      wire::usb::Transfer next;
      next.id = ++id_;
      next.type = wire::usb::TransferType::kInterrupt;
      next.bEndpointAddress = 0x83;
      next.length = sizeof(std::uint64_t);
      route_.submit(next);
    });
  }
  gateway::UsbRoute& route_;
  kernel::Mailbox<gateway::RouteEvent> came_;
  kernel::Mailbox<int> beat_;
  std::uint64_t id_ = 0;
};

double ms(const std::vector<std::uint64_t>& sorted, double part) {
  const auto index = static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1));
  return static_cast<double>(sorted[index]) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 2000;
  Device device;
  const auto inbox = std::make_shared<kernel::Inbox>();
  kernel::Simulation simulation;
  gateway::UsbipClient route(device.target());
  Model model("model", simulation, route);
  simulation.run_for(0);
  simulation.pace({}, inbox);
  route.start([&model, inbox](gateway::RouteEvent event) {
    inbox->post([&model, event = std::move(event)]() mutable { model.take(std::move(event)); });
  });
  simulation.run_until([&] { return model.delays.size() >= count; }, 60'000'000);
  inbox->close();
  std::vector<std::uint64_t>& delays = model.delays;
  if (delays.size() < count || count == 0) return 1;
  std::sort(delays.begin(), delays.end());
  fmt::print("{:.3f} {:.3f} {:.3f}\n", ms(delays, 0.5), ms(delays, 0.99), ms(delays, 1));
  return 0;
}
