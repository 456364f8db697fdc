// A desk in virtual time: a reader of scenarios/readers on its wires, cards for its slots, and a
// probe in the host's place. A fresh world each time.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/bench/assets.h"
#include "harness/bench/reader_wires.h"
#include "harness/bench/test_card_file.h"
#include "harness/conformance/deed.h"
#include "harness/conformance/probe_usb.h"
#include "harness/conformance/value.h"
#include "models/card/card_module.h"
#include "models/face_reader/face_reader_module.h"
#include "models/generic_reader/generic_reader_module.h"
#include "models/test_card/test_card_module.h"
#include "sim/channel/mutated_usb_port.h"
#include "sim/fault/mutator.h"

namespace uketsuke::conformance {

// The reader that stands on the desk; `face` is set for the face-auth reader.
struct DeskConfig {
  generic_reader::Profile reader;
  std::shared_ptr<const face_reader::Profile> face;
  std::vector<std::string> cards;  // that can be placed: holders, test cards, "any"
  std::shared_ptr<const std::map<std::string, bench::TestCardFile>> test_cards;
  std::uint64_t seed = 1;
  std::vector<fault::Mutation> mutations;  // how the reader deviates on its wires
};
// Of scenarios/readers, or "face_reader". Throws std::runtime_error with the names there are.
DeskConfig desk_config(const bench::Assets& assets, const std::string& reader);

// What the bench of such a desk has (hands, test cards, probe), and what of the reader its
// descriptors do not say (media of the slots, pad, display).
Facts model_facts(const DeskConfig& config);

class ModelDesk : public Desk {
 public:
  // assets outlive it.
  ModelDesk(const bench::Assets& assets, DeskConfig config);
  ~ModelDesk() override;
  ModelDesk(const ModelDesk&) = delete;
  ModelDesk& operator=(const ModelDesk&) = delete;

  Reply perform(const Deed& deed) override;
  wire::usb::Speed speed() const override { return config_.reader.speed; }
  bool has_address() const override { return false; }
  const trace::Journal& journal() const { return journal_; }

 private:
  struct Card {
    std::unique_ptr<card::CardModule> module;
    std::unique_ptr<test_card::TestCardModule> test;
    std::function<bool(channel::FieldChannel&, wire::field::Medium)> place;
    std::function<void()> take;
  };
  void build();
  channel::UsbHostPort& deviating(channel::UsbHostPort& port);
  void add_card(const std::string& name);
  void add_test_card(const std::string& name, const bench::TestCardFile& file);
  Reply place(const PlaceDeed& deed);
  Reply remove(const RemoveDeed& deed);
  Reply plug(const PlugDeed& deed);
  Reply pad(const PadDeed& deed);
  Reply field(const FieldDeed& deed);
  Reply face_pad(const PadDeed& deed);
  Reply now(Ended ended = Ended::kDone, verdict::Text text = {});

  const bench::Assets& assets_;
  DeskConfig config_;
  kernel::Simulation simulation_;  // first of what lives in its context, destroyed last
  trace::Journal journal_;
  fault::Layer faults_;
  channel::Context context_;
  channel::PanelChannel panel_;
  std::unique_ptr<bench::ReaderWires> wires_;
  std::unique_ptr<generic_reader::GenericReaderModule> generic_;
  std::unique_ptr<face_reader::FaceReaderModule> face_;
  std::unique_ptr<fault::Mutator> mutator_;
  std::unique_ptr<channel::MutatedUsbPort> mutated_;
  std::unique_ptr<ProbeUsb> probe_;
  std::map<std::string, Card> cards_;
  std::map<std::uint8_t, std::string> lying_;  // slot -> card
};

}  // namespace uketsuke::conformance
