// A way to hands and eyes at a reader that is not simulated here: a served reader's hands port, a
// vendor's program, an operator at the console.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>

#include "sim/gateway/usb_route.h"
#include "sim/wire/hands/message.h"
#include "sim/wire/panel/message.h"

namespace uketsuke::gateway {

// What hands are asked to do: wire/hands/message.h, where these are defined (they travel on the
// hands protocol). Each is answered by exactly one Attested or Missed of its id.
using wire::hands::Begin;
using wire::hands::ComparePhoto;
using wire::hands::Confirm;
using wire::hands::Deed;
using wire::hands::PadAsks;
using wire::hands::PadPin;
using wire::hands::PlaceCard;
using wire::hands::PlaceSecondCard;
using wire::hands::Plug;
using wire::hands::RemoveCard;
using wire::hands::Unplug;

struct HandsRequest {
  std::uint64_t id = 0;
  Deed deed;
};

// It was done; `by` says on whose word: "served reader", "program ./panel.py", "operator".
struct Attested { std::uint64_t id = 0; std::string by; };
struct Missed {
  enum class Why {
    kNotPossible,  // the reader refuses it (no card there, a screen without that button)
    kTimeOut,      // nobody did it in time: inconclusive
    kNoOperator,   // no terminal to ask anybody: inconclusive
    kUnknown,      // these hands cannot do such a thing: inconclusive
  };
  std::uint64_t id = 0;
  Why why = Why::kNotPossible;
  std::string ja, en;
};
// What the panel shows, by itself and at each change.
struct Shown { wire::panel::Output output; };
using HandsEvent = std::variant<Attested, Missed, Shown, PadAsks, RouteFailed>;

// What the device shows by itself, so that nobody has to say it.
enum class DeviceSign { kCardPresent, kCardAbsent, kAttached, kDetached };

class HandsRoute {
 public:
  using Report = std::function<void(HandsEvent)>;  // called from any thread, one at a time

  virtual ~HandsRoute() = default;
  virtual void start(Report report) = 0;
  virtual void ask(HandsRequest request) = 0;  // never waits
  // Whoever attests deeds may take it for an answer. Any thread.
  virtual void device_showed(DeviceSign) {}
  // What the panel shows is reported by itself (Shown). False: whoever wants to know has to ask.
  virtual bool sees_panel() const { return true; }
  // Somebody has to get up for each deed: not to be asked in vain.
  virtual bool is_person() const { return false; }
  virtual std::string name() const = 0;        // "hands:127.0.0.1:3500", "exec:./panel.py"
};

}  // namespace uketsuke::gateway
