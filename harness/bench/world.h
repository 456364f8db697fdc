// One desk: a kernel, the wires, and the roles on them. Built for one scenario, run, thrown away.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/bench/hands.h"
#include "harness/bench/outside.h"
#include "harness/bench/outside_reader.h"
#include "harness/bench/panel_program.h"
#include "harness/bench/raw_access.h"
#include "harness/bench/reader_presence.h"
#include "harness/bench/reader_wires.h"
#include "models/backend/backend_module.h"
#include "models/card/card_module.h"
#include "models/ehr/ehr_module.h"
#include "models/face_reader/face_reader_module.h"
#include "models/generic_reader/generic_reader_module.h"
#include "models/people/people_module.h"
#include "models/terminal/terminal_module.h"
#include "sim/channel/folder_channel.h"
#include "sim/channel/later.h"
#include "sim/channel/network_channel.h"
#include "sim/channel/session_channel.h"
#include "sim/fault/fault.h"
#include "sim/gateway/hands_gateway_module.h"
#include "sim/trace/taps.h"

namespace uketsuke::bench {

struct CardOnDesk {
  std::string holder;
  std::string printed_number_b;  // secret: verification number B, as the optics see it
  std::shared_ptr<const card::Profile> profile;
  std::shared_ptr<card::Outside> program;  // answers in its place; nullptr: nobody
};

struct WorldConfig {
  bool face_reader = true;                 // else the generic one
  std::string reader_profile = "face_reader";  // its name
  generic_reader::Profile generic;
  face_reader::Profile face;
  std::vector<CardOnDesk> cards;
  terminal::Parameters terminal;
  backend::Parameters backend;
  ehr::Parameters ehr;
  wire::oqs::Seconds start = 0;            // local time when simulated time is 0
  wire::Micros backend_work_us = 30'000;   // per request
  wire::Micros folder_noticed_us = 200'000;
  channel::NetworkConfig network;
  std::vector<fault::Rule> faults;
  std::uint64_t seed = 1;
  bool identifies_cards = false;     // as a bound reader's host does it (sim/guard)
  std::shared_ptr<Outside> outside;  // nullptr: all are models. Taken by the first world.
  // At the panel of a face-auth reader that is a model; nullptr: people of the model.
  std::shared_ptr<PanelProgram> panel;
  bool raw = false;  // a script may use the reader beside the terminal
};

class World {
 public:
  explicit World(WorldConfig config);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  kernel::Simulation& simulation() { return simulation_; }
  trace::Journal& journal() { return journal_; }
  const fault::Layer& faults() const { return faults_; }
  // Faults start and stop by it: a step of the scenario begins (from 1).
  void begin_step(std::uint32_t step) {
    faults_.begin_step(step);
    presence_.begin_step(step);
  }
  wire::oqs::Seconds now() const;

  bool has_face_reader() const { return config_.face_reader; }
  // The reader and its slot are models, or nullptr.
  face_reader::FaceReaderModule* face() { return face_.get(); }
  generic_reader::GenericReaderModule* generic() { return generic_.get(); }
  terminal::TerminalModule& terminal() { return *terminal_; }
  backend::BackendModule& backend() { return *backend_; }
  ehr::EhrModule& ehr() { return *ehr_; }
  people::PeopleModule& people() { return *people_; }
  // verdict::ScenarioResult::reader.
  std::string reader_name() const;
  // What people see and press.
  // Without a face-auth reader nobody answers.
  channel::PanelChannel& reader_panel() { return reader_panel_; }
  channel::PanelChannel& terminal_panel() { return terminal_panel_; }
  channel::PanelChannel& ehr_panel() { return ehr_panel_; }
  // Of a reader that is a model only.
  channel::UsbChannel& usb() { return wires_->usb(); }
  channel::FieldChannel& slot() { return wires_->slot(0); }
  wire::field::Medium medium() const { return wires_->medium(0); }
  // nullptr: no card of that person is at hand.
  card::CardModule* card(const std::string& holder);
  // The card that lies on the reader; nullptr: none.
  card::CardModule* placed_card();
  const std::string& printed_number_b(const std::string& holder) const;
  channel::SessionChannel& session() { return *session_; }
  // nullptr unless the configuration says so.
  RawAccess* raw() { return raw_.get(); }
  // Whoever stands at the reader.
  Hands& hands() { return *hands_; }
  bool bound() const { return wires_ == nullptr; }  // the reader is no model
  // A bound reader is looked for from now on: when the hands have brought it to its beginning.
  void start_reader() {
    if (outside_reader_) outside_reader_->start();
  }
  bool slot_told() const { return !outside_reader_ || outside_reader_->slot_told(); }
  // What was not seen of a bound reader, in words; empty: nothing.
  verdict::Text hidden() const {
    return outside_reader_ ? outside_reader_->hidden() : verdict::Text{};
  }
  // When the bound reader was not there, or how long it has been silent, in words; empty: it was
  // always there.
  verdict::Text absences() const;
  // What the scenario wants and the bound reader has not, in words; empty: nothing.
  verdict::Text lacks() const;
  // Things that receivers found wrong with bytes they got.
  std::uint32_t anomalies() const;
  const WorldConfig& config() const { return config_; }
  // Who waits for a machine now, "terminal: backend"; waiting for people is not meant.
  std::vector<std::string> waiting() const;

 private:
  void add_session(const std::string& role);
  void add_model_reader(const std::string& role);
  void bind_reader(const std::string& role);
  void bind_hands();
  void bind_panel_program();
  void add_terminal();
  void add_others();
  trace::Tap* keep(std::unique_ptr<trace::Tap> tap);

  WorldConfig config_;
  kernel::Simulation simulation_;  // first of what lives in its context, destroyed last
  trace::Journal journal_;
  fault::Layer faults_;
  ReaderPresence presence_;
  channel::Context context_;
  std::unique_ptr<channel::Later> later_;  // nullptr: no faults
  trace::CardConversation session_conversation_;
  std::vector<std::unique_ptr<trace::Tap>> taps_;

  channel::PanelChannel reader_panel_, terminal_panel_, ehr_panel_;
  std::unique_ptr<ReaderWires> wires_;  // nullptr: the reader is bound
  std::unique_ptr<channel::SessionChannel> session_;
  std::unique_ptr<RawAccess> raw_;
  std::unique_ptr<channel::NetworkChannel> terminal_network_, ehr_network_;
  std::unique_ptr<channel::FolderChannel> folder_;
  std::unique_ptr<generic_reader::GenericReaderModule> generic_;
  std::unique_ptr<face_reader::FaceReaderModule> face_;
  std::unique_ptr<OutsideEndpoints> endpoints_;
  std::unique_ptr<OutsideReader> outside_reader_;  // nullptr: the reader is a model
  std::unique_ptr<gateway::HandsGatewayModule> panel_hands_, card_hands_;
  std::unique_ptr<host_port::HostPortModule> port_;  // nullptr: the reader is bound
  std::unique_ptr<terminal::TerminalModule> terminal_;
  std::unique_ptr<backend::BackendModule> backend_;
  std::unique_ptr<ehr::EhrModule> ehr_;
  std::unique_ptr<people::PeopleModule> people_;
  std::vector<std::pair<std::string, std::unique_ptr<card::CardModule>>> cards_;
  std::unique_ptr<Hands> hands_;
};

}  // namespace uketsuke::bench
