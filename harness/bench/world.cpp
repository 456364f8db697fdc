#include "harness/bench/world.h"

#include <fmt/format.h>

#include <utility>

#include "harness/bench/bound_hands.h"
#include "harness/bench/describers.h"
#include "harness/bench/model_hands.h"
#include "harness/bench/program_hands.h"

namespace uketsuke::bench {
namespace {

const generic_reader::Profile& ccid_profile(const WorldConfig& config) {
  return config.face_reader ? config.face.reader : config.generic;
}

}  // namespace

trace::Tap* World::keep(std::unique_ptr<trace::Tap> tap) {
  taps_.push_back(std::move(tap));
  return taps_.back().get();
}

void World::add_session(const std::string& role) {
  const auto tap = [this](trace::Way way) {
    return keep(endpoints_ ? endpoints_->session_tap(session_conversation_, way)
                           : std::make_unique<trace::ApduTap>(session_conversation_, way));
  };
  const auto taps = [&tap] {
    return channel::SessionTaps{describe_card_command, describe_card_response,
                                tap(trace::Way::kToCard), tap(trace::Way::kFromCard)};
  };
  session_ = std::make_unique<channel::SessionChannel>(context_, "terminal", role, taps());
  if (config_.raw) raw_ = std::make_unique<RawAccess>(context_, *session_, taps());
}

void World::add_model_reader(const std::string& role) {
  ReaderOnWires on_wires{role, "terminal", &ccid_profile(config_), nullptr};
  if (config_.face_reader) on_wires.face = &config_.face;
  wires_ = std::make_unique<ReaderWires>(context_, on_wires);
  add_session(role);
  if (config_.face_reader) {
    face_ = std::make_unique<face_reader::FaceReaderModule>("face_reader", context_, config_.face,
                                                            usb(), slot(), reader_panel_);
  } else {
    generic_ = std::make_unique<generic_reader::GenericReaderModule>(
        "generic_reader", context_, config_.generic, usb(), wires_->slots(), role);
  }
  host_port::PortSetup setup;
  setup.identifies_cards = config_.identifies_cards;
  if (raw_) setup.shared = raw_->share(usb());
  port_ = std::make_unique<host_port::HostPortModule>("port", context_, usb(), *session_,
                                                      "terminal", setup);
  if (raw_) raw_->beside(*port_);
  hands_ = std::make_unique<ModelHands>(*this);
  if (config_.face_reader && config_.panel) bind_panel_program();
}

void World::bind_panel_program() {
  hands_ = std::make_unique<ProgramHands>(simulation_, std::move(hands_), config_.panel);
  reader_panel_.on_change([this] {
    simulation_.ask_outside(
        [this, display = reader_panel_.display()] { config_.panel->shown(display); });
  });
  config_.panel->meet(reader_panel_);
}

void World::bind_reader(const std::string& role) {
  Outside& outside = *config_.outside;
  simulation_.pace(outside.pace, outside.inbox);
  if (outside.watcher) simulation_.watch(outside.watcher);
  endpoints_ = std::make_unique<OutsideEndpoints>(outside.simulated_cards);
  add_session(role);
  outside_reader_ = std::make_unique<OutsideReader>(context_, outside, *endpoints_, *session_,
                                                    role, !outside.releases.empty(), raw_.get());
  bind_hands();
}

void World::bind_hands() {
  Outside& outside = *config_.outside;
  panel_hands_ = std::make_unique<gateway::HandsGatewayModule>(
      "panel_hands", context_, outside.inbox, std::move(outside.panel_hands), &reader_panel_);
  if (outside.card_hands) {
    card_hands_ = std::make_unique<gateway::HandsGatewayModule>(
        "card_hands", context_, outside.inbox, std::move(outside.card_hands), nullptr);
  }
  hands_ = std::make_unique<BoundHands>(simulation_, *panel_hands_,
                                        card_hands_ ? *card_hands_ : *panel_hands_, reader_panel_,
                                        config_.face_reader);
  // What the device itself shows spares people an answer.
  session_->watch([this](const wire::session::Event& event) {
    namespace session = wire::session;
    std::optional<gateway::DeviceSign> sign;
    if (std::holds_alternative<session::CardPresent>(event))
      sign = gateway::DeviceSign::kCardPresent;
    if (std::holds_alternative<session::CardAbsent>(event))
      sign = gateway::DeviceSign::kCardAbsent;
    if (std::holds_alternative<session::ReaderArrived>(event))
      sign = gateway::DeviceSign::kAttached;
    if (std::holds_alternative<session::ReaderGone>(event)) sign = gateway::DeviceSign::kDetached;
    if (!sign) return;
    if (*sign == gateway::DeviceSign::kAttached) presence_.arrived(simulation_.now_us());
    if (*sign == gateway::DeviceSign::kDetached) presence_.gone(simulation_.now_us());
    panel_hands_->device_showed(*sign);
    if (card_hands_) card_hands_->device_showed(*sign);
  });
}

void World::add_terminal() {
  const auto network_tap = [this] {
    return keep(std::make_unique<trace::DescribedTap>(wire::backend_api::describe_masked));
  };
  terminal_network_ = std::make_unique<channel::NetworkChannel>(
      context_, "terminal", config_.network, nullptr, network_tap(), network_tap());
  ehr_network_ = std::make_unique<channel::NetworkChannel>(context_, "ehr", config_.network,
                                                           nullptr, network_tap(), network_tap());
  folder_ = std::make_unique<channel::FolderChannel>(context_, config_.folder_noticed_us,
                                                      describe_oqs_file);
  host_port::LinkPort* link = port_.get();
  if (outside_reader_) link = outside_reader_->link();
  terminal::Wires wires{{}, config_.face_reader ? link : nullptr, terminal_panel_,
                        *terminal_network_, *folder_};
  wires.sessions[config_.face_reader ? terminal::kFaceReader : terminal::kGenericReader] =
      session_.get();
  terminal_ = std::make_unique<terminal::TerminalModule>("terminal", context_, config_.terminal,
                                                         wires);
}

void World::add_others() {
  backend_ = std::make_unique<backend::BackendModule>(
      "backend", context_, config_.backend,
      std::vector<backend::Client>{{terminal_network_.get(), backend::Sender::kTerminal},
                                   {ehr_network_.get(), backend::Sender::kEhr}},
      config_.start, config_.backend_work_us);
  ehr_ = std::make_unique<ehr::EhrModule>("ehr", context_, config_.ehr, ehr_panel_, *ehr_network_,
                                          *folder_, config_.start);
  people_ = std::make_unique<people::PeopleModule>(
      "people", context_,
      std::vector<channel::PanelChannel*>{&reader_panel_, &terminal_panel_, &ehr_panel_});
  if (bound()) return;
  std::uint64_t card_seed = config_.seed;
  for (const CardOnDesk& card : config_.cards) {
    cards_.emplace_back(card.holder, std::make_unique<card::CardModule>(
                                         sc_core::sc_gen_unique_name("card"), context_,
                                         card.profile, ++card_seed, card.program));
  }
}

World::World(WorldConfig config)
    : config_(std::move(config)), faults_(config_.faults),
      context_{simulation_, journal_, faults_}, reader_panel_(context_, "face_reader"),
      terminal_panel_(context_, "terminal"), ehr_panel_(context_, "ehr") {
  const std::string role = config_.face_reader ? "face_reader" : "generic_reader";
  if (!faults_.empty()) {
    later_ = std::make_unique<channel::Later>("later", simulation_);
    faults_.on_later([this](std::uint64_t delay_us, fault::Layer::Action action) {
      later_->after(delay_us, std::move(action));
    });
  }
  if (config_.outside) {
    bind_reader(role);
  } else {
    add_model_reader(role);
  }
  add_terminal();
  add_others();
  if (!bound()) usb().attach();
}

World::~World() {
  simulation_.activate();
  if (config_.panel) config_.panel->leave();
  if (config_.outside) config_.outside->inbox->close();
}

wire::oqs::Seconds World::now() const {
  return config_.start + static_cast<wire::oqs::Seconds>(simulation_.now_us() / 1'000'000);
}

card::CardModule* World::card(const std::string& holder) {
  for (const auto& [name, module] : cards_)
    if (name == holder) return module.get();
  return nullptr;
}

card::CardModule* World::placed_card() {
  for (const auto& [name, module] : cards_)
    if (module->placed()) return module.get();
  return nullptr;
}

verdict::Text World::lacks() const {
  return outside_reader_ ? outside_reader_->lacks(config_.face_reader) : verdict::Text{};
}

verdict::Text World::absences() const {
  if (!outside_reader_) return {};
  verdict::Text told = presence_.told(outside_reader_->absence());
  if (!told.empty()) return told;
  const auto heard_us = outside_reader_->last_heard_us();
  return heard_us ? told_silence(*heard_us, simulation_.now_us()) : verdict::Text{};
}

std::string World::reader_name() const {
  if (!outside_reader_) return "model:" + config_.reader_profile;
  const gateway::UsbIdentity identity = outside_reader_->usb_identity();
  if (outside_reader_->last_heard_us().value_or(0) == 0) return {};
  return fmt::format("{:04x}:{:04x}:{:04x}{}{}", identity.idVendor, identity.idProduct,
                     identity.bcdDevice, identity.serial.empty() ? "" : ":", identity.serial);
}

const std::string& World::printed_number_b(const std::string& holder) const {
  static const std::string kNone;
  for (const CardOnDesk& card : config_.cards)
    if (card.holder == holder) return card.printed_number_b;
  return kNone;
}

std::uint32_t World::anomalies() const {
  const std::uint32_t drivers = port_ ? port_->anomalies() : outside_reader_->anomalies();
  return drivers + (face_ ? face_->link_faults() : 0) + reader_panel_.undecodable() +
         terminal_panel_.undecodable() + ehr_panel_.undecodable();
}

std::vector<std::string> World::waiting() const {
  std::vector<std::string> who;
  if (terminal_network_->open() != 0) who.emplace_back("terminal: backend");
  if (ehr_network_->open() != 0) who.emplace_back("ehr: backend");
  if (ehr_->ehr().waiting()) who.emplace_back("ehr: answer to a request");
  if (terminal_->terminal().waiting_for_reader()) who.emplace_back("terminal: reader");
  if (face_ != nullptr && face_->panel().state() == face_reader::State::kPasscodeCheck)
    who.emplace_back("face_reader: passcode check");
  return who;
}

}  // namespace uketsuke::bench
