// The panel wire between people and something with a screen: the face-auth reader's panel, the
// terminal, the EHR. People press and read; what they typed and what a screen shows beyond its ids
// is not journalled.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/channel/line.h"
#include "sim/wire/panel/message.h"

namespace uketsuke::channel {

class PanelPersonPort : public virtual sc_core::sc_interface {
 public:
  virtual void put(const wire::panel::Input& input) = 0;
};
class PanelDevicePort : public virtual sc_core::sc_interface {
 public:
  virtual void show(const wire::panel::Output& output) = 0;
};

class PanelChannel : public PanelPersonPort, public PanelDevicePort {
 public:
  PanelChannel(Context& context, std::string device);
  void put(const wire::panel::Input& input) override;
  void show(const wire::panel::Output& output) override;

  // Device side: bytes, to be decoded by take().
  kernel::Mailbox<wire::Bytes>& to_device() { return to_device_; }
  // Hands every input that arrived to `receive`; what does not decode is noted and counted.
  template <class F>
  void take(F&& receive) {
    to_device_.drain([&](const wire::Bytes& bytes) {
      if (auto input = decoded(bytes)) receive(std::move(*input));
    });
  }

  // Person side: read() takes in what arrived; then what is seen, and what was refused, in order.
  kernel::Mailbox<wire::Bytes>& to_person() { return to_person_; }
  void read();
  // Called in read() at each change of what is shown; display() is the new one.
  void on_change(std::function<void()> changed) { changed_ = std::move(changed); }
  const wire::panel::Display& display() const { return display_; }
  const std::vector<wire::panel::Refused>& refused() const { return refused_; }
  std::uint32_t undecodable() const { return undecodable_; }
  // Whether anything that people see has changed since their last input (or they made none).
  bool reacted() const { return reacted_; }

 private:
  std::optional<wire::panel::Input> decoded(const wire::Bytes& bytes);

  // Describes and masks: words after the ids are for the eyes of the person.
  class PanelTap : public Tap {
   public:
    explicit PanelTap(trace::Describe describe) : describe_(describe) {}
    std::string mask(wire::ByteView bytes, std::vector<trace::MaskRange>& ranges) override;

   private:
    trace::Describe describe_;
  };

  Context& context_;
  std::string device_;
  kernel::Mailbox<wire::Bytes> to_device_, to_person_;
  PanelTap input_tap_, output_tap_;
  Line<wire::Bytes> inputs_, outputs_;
  std::function<void()> changed_;
  wire::panel::Display display_;
  std::vector<wire::panel::Refused> refused_;
  std::uint32_t undecodable_ = 0;
  bool reacted_ = true;
  std::optional<wire::panel::Output> last_;  // what the device shows
  bool repaints_ = false;
};

}  // namespace uketsuke::channel
