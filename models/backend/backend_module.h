// Shell of the backend: answers the terminal's and the EHR's requests after its working time.
#pragma once

#include <vector>

#include "models/backend/backend.h"
#include "sim/channel/network_channel.h"
#include "sim/kernel/module.h"

namespace uketsuke::backend {

struct Client {
  channel::NetworkChannel* network = nullptr;
  Sender sender = Sender::kTerminal;
};

class BackendModule : public kernel::Module {
 public:
  // start: local time when simulated time is 0 (sim/wire/oqs/calendar.h).
  BackendModule(sc_core::sc_module_name name, channel::Context& context, Parameters parameters,
                std::vector<Client> clients, Seconds start, wire::Micros work_time_us);

  Backend& backend() { return backend_; }
  const std::vector<Record>& records() const { return records_; }
  Seconds now() const;

 private:
  void wake() override;

  channel::Context& context_;
  Backend backend_;
  std::vector<Client> clients_;
  Seconds start_;
  wire::Micros work_time_us_;
  std::vector<Record> records_;
  // Answers on their way out: the backend worked that long on them.
  struct Outgoing { std::size_t client; wire::network::Response response; };
  kernel::Mailbox<Outgoing> outgoing_;
};

}  // namespace uketsuke::backend
