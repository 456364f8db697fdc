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
      : context_(context),
        fault_pipe_(context.faults.add_pipe(pipe.wire, pipe.name, pipe.from, pipe.to)),
        id_(context.journal.add_pipe(std::move(pipe))), receiver_(&receiver), bytes_(bytes),
        tap_(tap) {}

  // Another receiver from now on (another card in the slot).
  void connect(kernel::Mailbox<T>& receiver) { receiver_ = &receiver; }
  // What a cut wire means (detach) is the channel's business; so is joining it again when the fault
  // is over.
  void on_cut(std::function<void()> cut, std::function<void()> join = {}) {
    cut_ = std::move(cut);
    join_ = std::move(join);
  }
  // What else in an item follows from its bytes, after a fault has touched them.
  void on_touched(std::function<void(T&)> mend) { mend_ = std::move(mend); }
  // A second copy of a message is the channel's business (see Fate.copies).
  void copies_nothing() { copies_ = false; }
  // What a fault holds back is lost (the wire was cut).
  void forget() {
    held_.reset();
    ++held_number_;
  }

  // Returns what became of it, for channels that answer the sender.
  fault::Fate send(T item, std::uint64_t delay_ns) {
    wire::Bytes& bytes = bytes_(item);
    fault::Fate fate = context_.faults.pass(fault_pipe_, bytes, context_.simulation.now_us());
    const bool touched = !fate.remark.empty();
    if (touched && mend_) mend_(item);
    masks_.clear();
    std::string decoded;
    if (tap_ != nullptr && touched) tap_->distrust();
    if (tap_ != nullptr) decoded = tap_->mask(bytes, masks_);
    context_.journal.message(id_, context_.simulation.now_ns(), bytes, masks_, fate.remark,
                             decoded);
    finish(std::move(item), delay_ns, fate);
    return fate;
  }

  // The same for an item without bytes, which the journal shows as a note of its sender. `note` is
  // called before the item arrives, with what a fault did to it.
  template <class Note>
  fault::Fate send_noted(T item, std::uint64_t delay_ns, Note&& note) {
    wire::Bytes nothing;
    const fault::Fate fate =
        context_.faults.pass(fault_pipe_, nothing, context_.simulation.now_us());
    note(fate.remark);
    finish(std::move(item), delay_ns, fate);
    return fate;
  }

 private:
  void finish(T item, std::uint64_t delay_ns, const fault::Fate& fate) {
    if (!fate.lost && !fate.stalled)
      deliver(std::move(item), delay_ns + fate.delay_us * 1000, fate);
    if (fate.cut_by == fault::kNoRule || !cut_) return;
    cut_();
    if (join_) context_.faults.when_over(fate.cut_by, context_.simulation.now_us(), join_);
  }

  void deliver(T item, std::uint64_t delay_ns, const fault::Fate& fate) {
    if (fate.hold_us != 0 && !held_) {
      held_ = std::move(item);
      context_.faults.later(delay_ns / 1000 + fate.hold_us, [this, number = ++held_number_] {
        if (held_ && number == held_number_) release(0);
      });
      return;
    }
    if (copies_)
      for (std::uint32_t copy = 1; copy < fate.copies; ++copy) receiver_->post(item, delay_ns);
    receiver_->post(std::move(item), delay_ns);
    if (held_) release(delay_ns);
  }

  void release(std::uint64_t delay_ns) {
    receiver_->post(std::move(*held_), delay_ns);
    held_.reset();
  }

  Context& context_;
  fault::PipeId fault_pipe_;
  trace::PipeId id_;
  kernel::Mailbox<T>* receiver_;
  wire::Bytes& (*bytes_)(T&);
  Tap* tap_;
  std::function<void()> cut_, join_;
  std::function<void(T&)> mend_;
  bool copies_ = true;
  std::optional<T> held_;
  std::uint64_t held_number_ = 0;
  std::vector<trace::MaskRange> masks_;
};

}  // namespace uketsuke::channel
