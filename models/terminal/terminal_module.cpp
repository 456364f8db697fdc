#include "models/terminal/terminal_module.h"

#include <utility>

namespace uketsuke::terminal {
namespace {

std::string text_of(const std::vector<std::pair<std::string, std::string>>& values) {
  std::string text;
  for (const auto& [key, value] : values) {
    if (!text.empty()) text += ' ';
    text += key + '=' + value;
  }
  return text;
}

}  // namespace

TerminalModule::TerminalModule(sc_core::sc_module_name name, channel::Context& context,
                               Parameters parameters, Wires wires)
    : Module(name, context.simulation), context_(context), wires_(wires),
      parameters_(std::move(parameters)), terminal_(std::make_unique<Terminal>(parameters_)),
      link_(context.simulation),
      start_(context.simulation) {
  std::vector<const sc_core::sc_event*> sources{
      &wires_.panel.to_device().event(), &link_.event(), &start_.event(),
      &wires_.network.to_client().event(), &wires_.folder.to_terminal().event()};
  for (channel::SessionChannel* session : wires_.sessions)
    if (session != nullptr) sources.push_back(&session->to_program().event());
  if (wires_.link_port != nullptr) wires_.link_port->connect_link(link_);
  listen(sources);
  start_.post(Start{});
}

void TerminalModule::take(const Event& event) {
  perform(terminal_->handle(event, context_.simulation.now_us()));
}

void TerminalModule::take_link(link_host::LinkEvent event) {
  if (std::holds_alternative<link_host::LinkUp>(event)) {
    take(LinkUp{});
  } else if (std::holds_alternative<link_host::LinkDown>(event)) {
    take(LinkDown{});
  } else if (std::holds_alternative<link_host::RequestTimedOut>(event)) {
    take(LinkTimedOut{});
  } else if (auto* received = std::get_if<link_host::Received>(&event)) {
    take(std::move(received->message));
  }
}

void TerminalModule::power_off() {
  on_ = false;
  timers_.clear();
  context_.journal.note("terminal", context_.simulation.now_ns(), "power_off", {});
  wires_.panel.show(panel::Display{});
}

void TerminalModule::power_on() {
  ignore_everything();
  on_ = true;
  parameters_.sign_in_at_start.reset();
  // What came before is known by its numbers: on the network and in the folder.
  parameters_.first_request_id = terminal_->next_request_id();
  parameters_.files_written = terminal_->reception().files_written();
  terminal_ = std::make_unique<Terminal>(parameters_);
  context_.journal.note("terminal", context_.simulation.now_ns(), "power_on", {});
  start_.post(Start{});
}

void TerminalModule::ignore_everything() {
  wires_.panel.take([](const panel::Input&) {});
  for (channel::SessionChannel* session : wires_.sessions)
    if (session != nullptr) session->to_program().drain([](const session::Event&) {});
  link_.drain([](const link_host::LinkEvent&) {});
  wires_.network.to_client().drain(
      [this](const network::Response& response) { wires_.network.settle(response.id); });
  timers_.drain([](wire::TimerExpired) {});
}

void TerminalModule::wake() {
  if (!on_) return ignore_everything();
  start_.drain([this](Start start) { take(start); });
  wires_.panel.take([this](panel::Input input) { take(std::move(input)); });
  for (std::uint8_t reader = 0; reader < kReaderCount; ++reader) {
    if (wires_.sessions[reader] == nullptr) continue;
    wires_.sessions[reader]->to_program().drain([this, reader](session::Event event) {
      take(FromReader{reader, std::move(event)});
    });
  }
  link_.drain([this](link_host::LinkEvent event) { take_link(std::move(event)); });
  wires_.network.to_client().drain([this](network::Response response) {
    if (wires_.network.settle(response.id)) take(std::move(response));
  });
  wires_.folder.to_terminal().drain([this](channel::FolderFile file) {
    take(FileArrived{std::move(file.name), std::move(file.bytes)});
  });
  timers_.drain([this](wire::TimerExpired expired) { take(expired); });
}

void TerminalModule::perform(Actions actions) {
  for (Action& action : actions) {
    if (auto* ask = std::get_if<ToReader>(&action)) {
      if (wires_.sessions[ask->reader] != nullptr)
        wires_.sessions[ask->reader]->ask(std::move(ask->request));
    } else if (auto* request = std::get_if<LinkRequest>(&action)) {
      if (wires_.link_port != nullptr)
        wires_.link_port->link_commands().post(host_port::LinkAsk{std::move(request->body)});
    } else if (auto* reply = std::get_if<LinkRespond>(&action)) {
      if (wires_.link_port != nullptr) {
        wires_.link_port->link_commands().post(
            host_port::LinkReply{reply->seq, std::move(reply->body)});
      }
    } else if (auto* query = std::get_if<network::Request>(&action)) {
      wires_.network.request(std::move(*query));
    } else if (auto* file = std::get_if<WriteFile>(&action)) {
      wires_.folder.write_from_terminal(
          {std::string(to_string(file->folder)), std::move(file->name), std::move(file->content)});
    } else if (const auto* display = std::get_if<panel::Display>(&action)) {
      wires_.panel.show(*display);
    } else if (const auto* refused = std::get_if<panel::Refused>(&action)) {
      wires_.panel.show(*refused);
    } else if (const auto* start = std::get_if<wire::StartTimer>(&action)) {
      timers_.start(*start);
    } else if (const auto* stop = std::get_if<wire::StopTimer>(&action)) {
      timers_.stop(*stop);
    } else if (auto* record = std::get_if<Record>(&action)) {
      context_.journal.note("terminal", context_.simulation.now_ns(), record->name,
                            text_of(record->values));
      records_.push_back(std::move(*record));
    }
  }
}

}  // namespace uketsuke::terminal
