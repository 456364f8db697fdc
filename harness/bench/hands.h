// What people do at the reader - panel, slot, plug, PIN pad - whoever they are: people of the
// model, or hands outside (an operator, a vendor's program, a served reader).
#pragma once

#include <string>

#include "harness/verdict/verdict.h"
#include "sim/wire/panel/message.h"

namespace uketsuke::bench {

// What became of a deed. Both texts empty: it was done.
struct Done {
  verdict::Text impossible;  // the desk does not allow it: no card there, no such slot
  verdict::Text undecided;   // nobody did it, or nobody can tell: inconclusive
  std::string by;            // on whose word it was done; empty: the model's own doing
};

class Hands {
 public:
  virtual ~Hands() = default;
  // No card, face authentication, initial screen, plugged in: as the reader is before a patient
  // comes.
  virtual Done begin() = 0;
  virtual Done put(const wire::panel::Input& input) = 0;
  virtual Done put_twice(const wire::panel::Input& input) = 0;  // at one instant
  // face: how the printed face lies under the optics: "seen", "hidden", "misread". `with`: a
  // second card at the same time; empty: none.
  virtual Done place(const std::string& holder, const std::string& with,
                     const std::string& face) = 0;
  virtual Done place_second(const std::string& holder) = 0;
  virtual Done remove(const std::string& holder) = 0;  // empty: the card that lies there
  virtual Done unplug() = 0;
  virtual Done plug() = 0;
  virtual bool plugged() const = 0;
  virtual Done compare(bool match) = 0;
  // The reader's own pad waits for digits.
  virtual bool pad_asks() const = 0;
  virtual Done type_on_pad(const std::string& digits) = 0;
  // Whose card lies there; empty: none.
  virtual std::string lying() const = 0;
  // The panel's screens come back by themselves; else a person is asked.
  virtual bool sees_panel() const = 0;
  virtual bool are_people() const = 0;  // who are not to be asked in vain
  virtual Done confirm(const verdict::Text& question) = 0;
};

}  // namespace uketsuke::bench
