// One direction of one wire: what is sent is journalled, meets the faults laid over the wire, and
// arrives in the receiver's mailbox after its time on the wire.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "sim/fault/fault.h"
#include "sim/kernel/mailbox.h"
#include "sim/kernel/simulation.h"
#include "sim/trace/journal.h"
#include "sim/trace/tap.h"

namespace uketsuke::channel {

// What all wires of a world share.
struct Context {
  kernel::Simulation& simulation;
  trace::Journal& journal;
  fault::Layer& faults;
};

using trace::Tap;

template <class T>
class Line {
 public:
  // `bytes` gives the message's bytes within an item. `tap` may be null; it must outlive the line.
  Line(Context& context, trace::Pipe pipe, kernel::Mailbox<T>& receiver, wire::Bytes& (*bytes)(T&),
       Tap* tap = nullptr)
      : context_(context), pipe_(pipe), id_(context.journal.add_pipe(std::move(pipe))),
        receiver_(&receiver), bytes_(bytes), tap_(tap) {}

  // Another receiver from now on (another card in the slot).
  void connect(kernel::Mailbox<T>& receiver) { receiver_ = &receiver; }
  // What a cut wire means (detach) is the channel's business.
  void on_cut(std::function<void()> cut) { cut_ = std::move(cut); }

  // Returns what became of it, for channels that answer the sender.
  fault::Fate send(T item, std::uint64_t delay_ns) {
    wire::Bytes& bytes = bytes_(item);
    fault::Fate fate;
    if (!context_.faults.empty())
      fate = context_.faults.pass(pipe_.wire, pipe_.name, pipe_.from, bytes);
    masks_.clear();
    std::string decoded;
    if (tap_ != nullptr && !fate.remark.empty()) tap_->distrust();
    if (tap_ != nullptr) decoded = tap_->mask(bytes, masks_);
    context_.journal.message(id_, context_.simulation.now_ns(), bytes, masks_, fate.remark,
                             decoded);
    if (!fate.lost && !fate.stalled)
      deliver(std::move(item), delay_ns + fate.delay_us * 1000, fate);
    if (fate.cut && cut_) cut_();
    return fate;
  }

 private:
  void deliver(T item, std::uint64_t delay_ns, const fault::Fate& fate) {
    if (fate.behind_next && !held_) {
      held_ = std::move(item);
      return;
    }
    for (std::uint32_t copy = 1; copy < fate.copies; ++copy) receiver_->post(item, delay_ns);
    receiver_->post(std::move(item), delay_ns);
    if (held_) {
      receiver_->post(std::move(*held_), delay_ns);
      held_.reset();
    }
  }

  Context& context_;
  trace::Pipe pipe_;
  trace::PipeId id_;
  kernel::Mailbox<T>* receiver_;
  wire::Bytes& (*bytes_)(T&);
  Tap* tap_;
  std::function<void()> cut_;
  std::optional<T> held_;
  std::vector<trace::MaskRange> masks_;
};

}  // namespace uketsuke::channel
