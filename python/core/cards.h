// Cards of Python (uketsuke/cards.py): they answer command APDUs in place of a modelled one.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <string>

#include "models/card/outside.h"

namespace uketsuke::python {

// CardPort: what a card of Python knows of the modelled one.
void register_cards(pybind11::module_& module);

// Holding the GIL: of a uketsuke.Card, which is told its CardPort.
std::shared_ptr<card::Outside> make_card(const pybind11::object& card);
// Who answers, for reports: the class's name, or the card's own.
std::string name_of_card(const card::Outside& card);

}  // namespace uketsuke::python
