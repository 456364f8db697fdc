#include "harness/bench/world.h"

#include <fmt/format.h>

#include <utility>

#include "harness/bench/describers.h"
#include "sim/wire/ccid/descriptor.h"

namespace uketsuke::bench {
namespace {

using wire::field::Medium;

constexpr std::uint32_t kApduLevels = 0x00020000 | 0x00040000;  // CCID 1.1, 5.1 dwFeatures

const generic_reader::Profile& ccid_profile(const WorldConfig& config) {
  return config.face_reader ? config.face.reader : config.generic;
}

std::uint16_t bulk_packet_size(wire::usb::Speed speed) {
  return speed == wire::usb::Speed::kHigh ? 512 : 64;  // USB 2.0, 5.8.3
}

}  // namespace

trace::Tap* World::keep(std::unique_ptr<trace::Tap> tap) {
  taps_.push_back(std::move(tap));
  return taps_.back().get();
}

channel::UsbConfig World::usb_config() {
  const generic_reader::Profile& profile = ccid_profile(config_);
  const ccid_function::Endpoints& ccid = profile.ccid.endpoints;
  const std::uint16_t bulk = bulk_packet_size(profile.speed);
  const bool tpdu = (profile.ccid.descriptor.dwFeatures & kApduLevels) == 0;
  usb_conversations_.resize(profile.ccid.slots.size());
  const auto ccid_tap = [&](trace::Way way) {
    return keep(std::make_unique<trace::CcidTap>(usb_conversations_, way, tpdu));
  };

  channel::UsbConfig usb;
  usb.device = config_.face_reader ? "face_reader" : "generic_reader";
  usb.speed = profile.speed;
  usb.describe_control = describe_control_out;
  usb.describe_control_in = describe_control_in;
  usb.endpoints.push_back({ccid.bulk_out, bulk, 0, false, "ccid bulk-out", describe_ccid_out,
                           ccid_tap(trace::Way::kToCard)});
  usb.endpoints.push_back({ccid.bulk_in, bulk, 0, false, "ccid bulk-in", describe_ccid_in,
                           ccid_tap(trace::Way::kFromCard)});
  if (ccid.interrupt_in != 0) {
    usb.endpoints.push_back({ccid.interrupt_in, 64, profile.interrupt_bInterval, true,
                             "ccid interrupt", describe_ccid_interrupt, nullptr});
  }
  if (config_.face_reader) {
    const cdc_acm_function::CdcAcmParameters& link = config_.face.link;
    usb.endpoints.push_back({link.out_endpoint, link.max_packet_size, 0, false, "link bulk-out",
                             nullptr, keep(std::make_unique<trace::LinkTap>())});
    usb.endpoints.push_back({link.in_endpoint, link.max_packet_size, 0, false, "link bulk-in",
                             nullptr, keep(std::make_unique<trace::LinkTap>())});
    usb.endpoints.push_back({link.notification_endpoint, 64, 16, true, "link interrupt", nullptr,
                             nullptr});
  }
  return usb;
}

void World::add_field(std::size_t slot, Medium medium, const std::string& role) {
  const bool contactless = medium == Medium::kContactless;
  conversations_.push_back(std::make_unique<trace::CardConversation>());
  trace::CardConversation& conversation = *conversations_.back();
  slots_.push_back(std::make_unique<channel::FieldChannel>(
      context_, role, fmt::format("slot {}", slot),
      contactless ? describe_contactless : describe_contact,
      keep(std::make_unique<trace::FieldTap>(conversation, trace::Way::kToCard, contactless)),
      keep(std::make_unique<trace::FieldTap>(conversation, trace::Way::kFromCard, contactless))));
  // The face-auth reader sees a card lie there; another contactless reader polls.
  if (contactless && !config_.face_reader) slots_.back()->notices_by_answer();
}

void World::add_session(const std::string& role) {
  conversations_.push_back(std::make_unique<trace::CardConversation>());
  trace::CardConversation& conversation = *conversations_.back();
  session_ = std::make_unique<channel::SessionChannel>(
      context_, "terminal", role, describe_card_command, describe_card_response,
      keep(std::make_unique<trace::ApduTap>(conversation, trace::Way::kToCard)),
      keep(std::make_unique<trace::ApduTap>(conversation, trace::Way::kFromCard)));
}

World::World(WorldConfig config)
    : config_(std::move(config)), faults_(config_.faults),
      context_{simulation_, journal_, faults_}, reader_panel_(context_, "face_reader"),
      terminal_panel_(context_, "terminal"), ehr_panel_(context_, "ehr") {
  const generic_reader::Profile& profile = ccid_profile(config_);
  const std::string role = config_.face_reader ? "face_reader" : "generic_reader";
  medium_ = profile.ccid.slots.front().medium;
  if (!faults_.empty()) {
    later_ = std::make_unique<channel::Later>("later", simulation_);
    faults_.on_later([this](std::uint64_t delay_us, fault::Layer::Action action) {
      later_->after(delay_us, std::move(action));
    });
  }
  usb_ = std::make_unique<channel::UsbChannel>(context_, usb_config());
  std::vector<channel::FieldChannel*> slots;
  for (std::size_t i = 0; i < profile.ccid.slots.size(); ++i) {
    add_field(i, profile.ccid.slots[i].medium, role);
    slots.push_back(slots_.back().get());
  }
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
                                                            *usb_, *slots.front(),
                                                            reader_panel_);
  } else {
    generic_ = std::make_unique<generic_reader::GenericReaderModule>(
        "generic_reader", context_, config_.generic, *usb_, slots, role);
  }
  port_ =
      std::make_unique<host_port::HostPortModule>("port", context_, *usb_, *session_, "terminal");
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
  usb_->attach();
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
