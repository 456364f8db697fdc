// Simulated time as Python gives it.
#pragma once

#include "sim/wire/timer.h"

namespace uketsuke::python {

// Throws ScriptError for what is no time that a bench can run.
wire::Micros micros(double seconds);

}  // namespace uketsuke::python
