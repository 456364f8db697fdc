#include "harness/bench/world.h"

#include <utility>

#include "harness/bench/describers.h"

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
  session_ = std::make_unique<channel::SessionChannel>(
      context_, "terminal", role, describe_card_command, describe_card_response,
      keep(std::make_unique<trace::ApduTap>(session_conversation_, trace::Way::kToCard)),
      keep(std::make_unique<trace::ApduTap>(session_conversation_, trace::Way::kFromCard)));
}

World::World(WorldConfig config)
    : config_(std::move(config)), faults_(config_.faults),
      context_{simulation_, journal_, faults_}, reader_panel_(context_, "face_reader"),
      terminal_panel_(context_, "terminal"), ehr_panel_(context_, "ehr") {
  const generic_reader::Profile& profile = ccid_profile(config_);
  const std::string role = config_.face_reader ? "face_reader" : "generic_reader";
  if (!faults_.empty()) {
    later_ = std::make_unique<channel::Later>("later", simulation_);
    faults_.on_later([this](std::uint64_t delay_us, fault::Layer::Action action) {
      later_->after(delay_us, std::move(action));
    });
  }
  ReaderOnWires on_wires{role, "terminal", &profile, nullptr};
  if (config_.face_reader) on_wires.face = &config_.face;
  wires_ = std::make_unique<ReaderWires>(context_, on_wires);
  add_session(role);
  const auto network_tap = [this] {
    return keep(std::make_unique<trace::DescribedTap>(wire::backend_api::describe_masked));
  };
  terminal_network_ = std::make_unique<channel::NetworkChannel>(
      context_, "terminal", config_.network, nullptr, network_tap(), network_tap());
  ehr_network_ = std::make_unique<channel::NetworkChannel>(context_, "ehr", config_.network,
                                                           nullptr, network_tap(), network_tap());
  folder_ = std::make_unique<channel::FolderChannel>(context_, config_.folder_noticed_us,
                                                      describe_oqs_file);

  if (config_.face_reader) {
    face_ = std::make_unique<face_reader::FaceReaderModule>("face_reader", context_, config_.face,
                                                            usb(), slot(), reader_panel_);
  } else {
    generic_ = std::make_unique<generic_reader::GenericReaderModule>(
        "generic_reader", context_, config_.generic, usb(), wires_->slots(), role);
  }
  port_ =
      std::make_unique<host_port::HostPortModule>("port", context_, usb(), *session_, "terminal");
  terminal::Wires wires{{}, config_.face_reader ? port_.get() : nullptr, terminal_panel_,
                        *terminal_network_, *folder_};
  wires.sessions[config_.face_reader ? terminal::kFaceReader : terminal::kGenericReader] =
      session_.get();
  terminal_ = std::make_unique<terminal::TerminalModule>("terminal", context_, config_.terminal,
                                                         wires);
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
  std::uint64_t card_seed = config_.seed;
  for (const CardOnDesk& card : config_.cards) {
    cards_.emplace_back(card.holder, std::make_unique<card::CardModule>(
                                         sc_core::sc_gen_unique_name("card"), context_,
                                         card.profile, ++card_seed));
  }
  usb().attach();
}

World::~World() { simulation_.activate(); }

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

std::uint32_t World::anomalies() const {
  return port_->anomalies() + (face_ ? face_->link_faults() : 0) + reader_panel_.undecodable() +
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
