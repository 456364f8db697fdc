// What reaches a module: items with the instant at which they arrive, in order of arrival.
// The owner makes an SC_METHOD sensitive to event() and calls drain() in it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/kernel/simulation.h"

namespace uketsuke::kernel {

template <class T>
class Mailbox {
 public:
  explicit Mailbox(Simulation& simulation) : simulation_(simulation) {}

  // Arrives `delay_ns` from now; items of one instant arrive in the order of posting.
  void post(T item, std::uint64_t delay_ns = 0) {
    const std::uint64_t at = simulation_.now_ns() + delay_ns;
    const auto place = std::upper_bound(
        items_.begin(), items_.end(), at,
        [](std::uint64_t when, const Item& other) { return when < other.at_ns; });
    items_.insert(place, Item{at, std::move(item)});
    event_.notify(from_ns(delay_ns));
  }

  // Hands every item that is due to `receive`, including those posted meanwhile for this instant.
  template <class F>
  void drain(F&& receive) {
    while (!items_.empty() && items_.front().at_ns <= simulation_.now_ns()) {
      simulation_.count_event();
      T item = std::move(items_.front().item);
      items_.erase(items_.begin());
      receive(std::move(item));
    }
    if (!items_.empty()) event_.notify(from_ns(items_.front().at_ns - simulation_.now_ns()));
  }

  // Forgets what has not arrived yet (a plug pulled, a restart).
  void clear() { items_.clear(); }
  template <class Predicate>
  void remove_if(Predicate gone) {
    items_.erase(std::remove_if(items_.begin(), items_.end(),
                                [&](const Item& item) { return gone(item.item); }),
                 items_.end());
  }
  bool empty() const { return items_.empty(); }
  const sc_core::sc_event& event() const { return event_; }

 private:
  struct Item {
    std::uint64_t at_ns;
    T item;
  };
  Simulation& simulation_;
  sc_core::sc_event event_;
  std::vector<Item> items_;
};

}  // namespace uketsuke::kernel
