#include "models/backend/backend_module.h"

#include <string>
#include <utility>

namespace uketsuke::backend {

BackendModule::BackendModule(sc_core::sc_module_name name, channel::Context& context,
                             Parameters parameters, std::vector<Client> clients, Seconds start,
                             wire::Micros work_time_us)
    : Module(name, context.simulation), context_(context), backend_(std::move(parameters)),
      clients_(std::move(clients)), start_(start), work_time_us_(work_time_us),
      outgoing_(context.simulation) {
  std::vector<const sc_core::sc_event*> sources{&outgoing_.event()};
  for (const Client& client : clients_) sources.push_back(&client.network->to_server().event());
  listen(sources);
}

Seconds BackendModule::now() const {
  return start_ + static_cast<Seconds>(context_.simulation.now_us() / 1'000'000);
}

void BackendModule::wake() {
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    clients_[i].network->to_server().drain([this, i](const wire::network::Request& request) {
      Backend::Response answer = backend_.handle(request, clients_[i].sender, now());
      for (Record& record : answer.records) {
        context_.journal.note("backend", context_.simulation.now_ns(), name_of(record),
                              describe(record));
        records_.push_back(std::move(record));
      }
      outgoing_.post({i, std::move(answer.response)}, work_time_us_ * 1000);
    });
  }
  outgoing_.drain([this](Outgoing outgoing) {
    clients_[outgoing.client].network->answer(std::move(outgoing.response));
  });
}

}  // namespace uketsuke::backend
