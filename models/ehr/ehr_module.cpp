#include "models/ehr/ehr_module.h"

#include <string>
#include <utility>

namespace uketsuke::ehr {

EhrModule::EhrModule(sc_core::sc_module_name name, channel::Context& context, Parameters parameters,
                     channel::PanelChannel& panel, channel::NetworkChannel& network,
                     channel::FolderChannel& folder, oqs::Seconds start)
    : Module(name, context.simulation),
      context_(context),
      ehr_(std::move(parameters)),
      panel_(panel),
      network_(network),
      folder_(folder),
      start_(start) {
  listen({&panel_.to_device().event(), &network_.to_client().event(), &folder_.to_ehr().event()});
  perform(ehr_.start());
}

void EhrModule::take(const Event& event) {
  const auto now = start_ + static_cast<oqs::Seconds>(context_.simulation.now_us() / 1'000'000);
  perform(ehr_.handle(event, now));
}

void EhrModule::wake() {
  panel_.take([this](panel::Input input) { take(std::move(input)); });
  network_.to_client().drain([this](wire::network::Response response) {
    if (network_.settle(response.id)) take(std::move(response));
  });
  folder_.to_ehr().drain([this](channel::FolderFile file) {
    const Folder folder = file.folder == "face" ? Folder::kFace : Folder::kRes;
    take(FileArrived{folder, std::move(file.name), std::move(file.bytes)});
  });
  timers_.drain([this](wire::TimerExpired expired) { take(expired); });
}

void EhrModule::perform(Actions actions) {
  const auto note = [this](std::string_view event, std::string text) {
    context_.journal.note("ehr", context_.simulation.now_ns(), event, std::move(text));
  };
  for (Action& action : actions) {
    if (auto* file = std::get_if<WriteFile>(&action)) {
      folder_.write_from_ehr(
          {std::string(to_string(file->folder)), std::move(file->name), std::move(file->bytes)});
    } else if (auto* request = std::get_if<wire::network::Request>(&action)) {
      network_.request(std::move(*request));
    } else if (const auto* display = std::get_if<panel::Display>(&action)) {
      panel_.show(*display);
    } else if (const auto* refused = std::get_if<panel::Refused>(&action)) {
      panel_.show(*refused);
    } else if (const auto* start = std::get_if<wire::StartTimer>(&action)) {
      timers_.start(*start);
    } else if (const auto* stop = std::get_if<wire::StopTimer>(&action)) {
      timers_.stop(*stop);
    } else if (auto* record = std::get_if<Record>(&action)) {
      note(name_of(*record), describe(*record));
      records_.push_back(std::move(*record));
    }
  }
}

}  // namespace uketsuke::ehr
