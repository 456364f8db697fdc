// What Python says about results: words, counts, exit code.
#pragma once

#include <pybind11/pybind11.h>

namespace uketsuke::python {

// language() -> "ja" | "en": of the environment, as the command line's.
// in_language(text, language) -> str
// headline(result, language) -> str: the line of a run on a terminal, without its end.
// explain(result, language) -> str: what stands below it; empty after a plain pass.
// summarize(results) -> dict: counts, verdict, exit_code, text.
// verdicts() -> {word: (ja, en)} in rising order.
void register_results(pybind11::module_& module);

}  // namespace uketsuke::python
