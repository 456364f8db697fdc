#include "models/backend/parameters.h"

namespace uketsuke::backend {

// In the order of wire::oqs::Section: 受診歴, 電子処方箋, 薬剤, 手術, 診療, 透析, 健診.
Windows emergency_windows() {
  return {{{3, 0}, {0, 45}, {3, 0}, {60, 0}, {3, 0}, {3, 0}, {60, 0}}};
}

Windows ordinary_windows() {
  return {{{60, 0}, {0, 100}, {60, 0}, {60, 0}, {60, 0}, {60, 0}, {60, 0}}};
}

std::string_view to_string(Binding binding) {
  switch (binding) {
    case Binding::kLenient: return "lenient";
    case Binding::kInstitution: return "institution";
    case Binding::kStrict: return "strict";
  }
  return "?";
}

}  // namespace uketsuke::backend
