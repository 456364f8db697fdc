#include "harness/cli/bound_reader.h"

#include "harness/run/find.h"
#include "sim/gateway/real_card_process.h"

namespace uketsuke::cli {

bind::Bindings reader_bindings(const std::string& bench, const std::vector<std::string>& binds) {
  bind::Bindings bindings = bind::load_bindings(bench, binds);
  if (bindings.reader.is_model()) {
    throw run::RunError(run::RunError::Kind::kUsage,
                        {"リーダーを指定してください（例 --bind reader=usb:1209:0001）",
                         "name the reader (--bind reader=usb:1209:0001)"});
  }
  if (bindings.reader.kind == "exec") {
    throw run::RunError(run::RunError::Kind::kUsage,
                        {"exec: のリーダーは run でしか使えません",
                         "a reader that is a program (exec:) can only be used by run"});
  }
  return bindings;
}

void beware_of_cards(Console& console) {
  for (const gateway::Warning& warning : gateway::forbid_core_dumps())
    console.error({warning.ja, warning.en});
  for (const gateway::Warning& warning : gateway::pcscd_log_warnings())
    console.error({warning.ja, warning.en});
}

}  // namespace uketsuke::cli
