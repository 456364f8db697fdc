// A desk for others: readers that are simulated, their slots, panel and cards, without terminal and
// backend. Foreign hosts have the plugs (USB/IP, an emulated usbfs), foreign hands press and place.
// Simulated time follows the wall clock; nothing that happens is kept, so that it runs without end.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/bench/assets.h"
#include "harness/bench/reader_wires.h"
#include "harness/bench/served_panel.h"
#include "harness/bench/served_usb.h"
#include "models/card/card_module.h"
#include "models/face_reader/face_reader_module.h"
#include "models/generic_reader/generic_reader_module.h"
#include "models/test_card/test_card_module.h"
#include "sim/fault/fault.h"

namespace uketsuke::bench {

struct ServedDeskConfig {
  // Names of scenarios/readers; "face_reader", at most once, is the face-auth reader.
  std::vector<std::string> readers{"face_reader"};
  std::vector<std::string> cards{"hanako"};  // holders, or names of test cards:
  std::map<std::string, std::shared_ptr<const test_card::Parameters>> test_cards;
  kernel::PacerSettings pace;
  std::uint64_t seed = 1;
  trace::Journal::Sink journal;  // gets every record; empty: they are forgotten
};

// What became of something that hands did.
enum class HandsOutcome {
  kDone,
  kNoSuchReader,  // no such number, or it has no panel, no pad, no such slot
  kNoSuchCard,    // no card of that holder is at hand; none lies there
  kRefused,       // the slot is taken, the card has no such interface, it is plugged already
};

class ServedDesk {
 public:
  // Throws std::runtime_error for a reader, or card, that there is not.
  ServedDesk(const Assets& assets, ServedDeskConfig config);
  ~ServedDesk();
  ServedDesk(const ServedDesk&) = delete;
  ServedDesk& operator=(const ServedDesk&) = delete;

  // ---- any thread
  // Done on the kernel's thread, in order; dropped after the desk has gone.
  void post(kernel::Inbox::Work work) { inbox_->post(std::move(work)); }
  const std::shared_ptr<kernel::Inbox>& inbox() const { return inbox_; }
  void stop();  // run() returns
  std::size_t readers() const { return readers_.size(); }
  const generic_reader::Profile& profile(std::size_t reader) const;  // of a face reader: CCID part
  bool is_face(std::size_t reader) const;
  // The plug of a reader, for a front with threads of its own; the last one made has it.
  std::unique_ptr<gateway::UsbRoute> usb(std::size_t reader);

  // ---- the kernel's thread: the one that calls run(); work posted is done there
  // Until stop(). Throws what a model threw.
  void run();
  kernel::Simulation& simulation() { return simulation_; }

  // Hands. What they do arrives in this instant.
  HandsOutcome put(const wire::panel::Input& input);  // at the panel of the face-auth reader
  // `face` is what its optics see of the card's printed face: "seen", "hidden", "misread".
  HandsOutcome place(const std::string& holder, const std::string& face = "seen",
                     std::size_t reader = 0, std::size_t slot = 0);
  HandsOutcome place_beside(const std::string& holder, std::size_t reader = 0,
                            std::size_t slot = 0);
  // holder empty: the one that lies there; reader: not on another one.
  HandsOutcome remove(const std::string& holder, std::optional<std::size_t> reader = {});
  HandsOutcome unplug(std::size_t reader);
  HandsOutcome plug(std::size_t reader);
  void power_on(std::size_t reader);  // after it was off: nothing is remembered
  HandsOutcome enter_on_pad(const std::string& digits, std::size_t reader = 0);
  HandsOutcome cancel_on_pad(std::size_t reader = 0);

  // Eyes; called on the kernel's thread, must be quick. on_panel is called at once with what is
  // shown. Nothing of it is journalled: it may hold secrets.
  void on_panel(ServedPanel::Listener listener);
  using PadListener = std::function<void(std::size_t reader, std::uint8_t slot, bool asks)>;
  void on_pad(PadListener listener) { on_pad_ = std::move(listener); }

 private:
  struct Reader {
    const generic_reader::Profile* profile = nullptr;
    std::unique_ptr<ReaderWires> wires;
    std::unique_ptr<generic_reader::GenericReaderModule> generic;
    std::unique_ptr<face_reader::FaceReaderModule> face;
    std::unique_ptr<ServedUsb> usb;
  };
  struct Card {
    std::string holder, printed_number_b;
    std::unique_ptr<card::CardModule> module;  // nullptr: it is a test card
    std::unique_ptr<test_card::TestCardModule> test;
    std::size_t reader = 0;  // that it lies on, if it lies somewhere

    bool placed() const { return module ? module->placed() : test->placed(); }
    bool take() const { return module ? module->take() : test->take(); }
    bool place(channel::FieldChannel& slot, wire::field::Medium medium) const {
      return module ? module->place(slot, medium) : test->place(slot, medium);
    }
  };
  void add_reader(const Assets& assets, const std::string& name);
  void add_card(const Assets& assets, const std::string& holder);
  Card* card(const std::string& holder);
  const Reader* find(std::size_t reader, std::size_t slot) const;

  ServedDeskConfig config_;
  std::shared_ptr<kernel::Inbox> inbox_ = std::make_shared<kernel::Inbox>();
  bool stopped_ = false;
  kernel::Simulation simulation_;  // first of what lives in its context, destroyed last
  trace::Journal journal_;
  fault::Layer faults_;
  channel::Context context_;
  channel::PanelChannel panel_;
  ServedPanel panel_eyes_;
  face_reader::Profile face_profile_;
  PadListener on_pad_;
  std::vector<Reader> readers_;
  std::vector<Card> cards_;
};

}  // namespace uketsuke::bench
