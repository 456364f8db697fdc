// An object of Python whose __init__ was never called has nothing of ours in it: pybind11 would
// hand out memory that nobody made. Each class that is bound has a type_caster of this base, before
// the class is used (core/driven.h, core/panels.cpp).
#pragma once

#include <pybind11/pybind11.h>

#include <string>

#include "python/core/errors.h"

namespace uketsuke::python {

template <class T>
struct InitialisedCaster : pybind11::detail::type_caster_base<T> {
  // Throws ArgumentError if the object was not initialised.
  bool load(pybind11::handle source, bool convert) {
    if (source && pybind11::isinstance<T>(source)) need_initialised(source);
    return pybind11::detail::type_caster_base<T>::load(source, convert);
  }

 private:
  static void need_initialised(pybind11::handle source) {
    const auto* type = pybind11::detail::get_type_info(typeid(T));
    auto* instance = reinterpret_cast<pybind11::detail::instance*>(source.ptr());
    if (instance->get_value_and_holder(type).holder_constructed()) return;
    const std::string name = pybind11::str(pybind11::type::handle_of(source).attr("__name__"));
    throw ArgumentError({name + " は初期化されていません。super().__init__() を呼んでください",
                         name + " was never initialised: call super().__init__()"});
  }
};

}  // namespace uketsuke::python
