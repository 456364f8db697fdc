// Bus 1 of a machine that does not exist: umockdev's testbed with one device on each port.
#pragma once

#include <umockdev-1.0/umockdev.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/usbfs/node.h"

namespace uketsuke::usbfs {

class Bus {
 public:
  Bus();   // throws std::runtime_error outside of umockdev-wrapper
  ~Bus();  // its clients have ended by then: they do not survive it
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  // The next port, from 1. `drivers`: see Node. The device appears when it is enumerated.
  void add(std::unique_ptr<gateway::UsbRoute> route, std::map<unsigned, std::string> drivers = {});
  void tick();
  std::size_t ports() const { return ports_.size(); }
  bool present(std::size_t port) const;  // from 0
  Counters counters(std::size_t port) const { return ports_.at(port)->port->counters(); }
  // The node of what is, or was last, on the port; nullptr: nothing ever was.
  std::shared_ptr<Node> node(std::size_t port) const;

 private:
  struct OnPort {
    std::unique_ptr<Port> port;
    std::map<unsigned, std::string> drivers;
    std::shared_ptr<Node> node;  // of what is there now, or was last
    std::string path;            // in sysfs; empty: nothing is there
  };
  void publish(OnPort& at, std::size_t number, const Port::Description& description);
  void withdraw(OnPort& at);

  UMockdevTestbed* testbed_;
  mutable std::mutex mutex_;
  unsigned next_device_ = 2;  // 1 is the root hub
  std::vector<std::shared_ptr<Node>> nodes_;  // all that ever were: clients may hold them
  std::vector<std::unique_ptr<OnPort>> ports_;
};

}  // namespace uketsuke::usbfs
