#include "harness/cli/certify_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "harness/bind/device_lock.h"
#include "harness/certify/certify.h"
#include "harness/certify/scripts.h"
#include "harness/cli/bound_reader.h"
#include "harness/cli/publish_command.h"
#include "harness/cli/running.h"
#include "harness/conformance/claims_file.h"
#include "harness/conformance/folded.h"
#include "harness/conformance/unknown_name.h"
#include "harness/evidence/publish.h"
#include "harness/input/input_file.h"
#include "harness/report/atomic_file.h"
#include "harness/run/find.h"
#include "harness/verdict/format.h"
#include "harness/verdict/summary.h"
#include "harness/yaml/yaml.h"
#include "sim/gateway/broken.h"

namespace uketsuke::cli {
namespace {

using conformance::CaseOutcome;
using verdict::say;
using verdict::Text;

constexpr const char* kModel = "model:";
constexpr const char* kMutant = "mutant:";

[[noreturn]] void usage(const Text& text) {
  throw report::ReportError(report::ReportError::Kind::kUsage, text);
}

std::string file_bytes(const std::string& path) {
  Text why;
  const auto bytes = input::read_file_or_stdin(path, yaml::Limits{}.max_bytes, why);
  if (!bytes) usage(say("{}：{}", "{}: {}", path, why));
  return *bytes;
}

// A name that nothing has is somebody's slip, no failure of the program.
template <class F>
auto known(F&& make) {
  try {
    return make();
  } catch (const yaml::Error&) {
    throw;
  } catch (const report::ReportError&) {
    throw;
  } catch (const gateway::Broken& broken) {
    throw report::ReportError(
        report::ReportError::Kind::kEnvironment,
        Text(broken.ja(), broken.what()) + Text("（uketsuke doctor、uketsuke readers）",
                                                " (uketsuke doctor, uketsuke readers)"));
  } catch (const conformance::UnknownName& unknown) {
    usage(unknown.text());
  } catch (const std::runtime_error& error) {
    usage(Text(error.what()));
  }
}

certify::Desks desks_of(const CertifyCommand& command, const std::string& data,
                        std::optional<bind::DeviceLock>& lock, Console& console) {
  const auto assets = bench::load_assets(data);
  const bool ours = command.reader.rfind(kModel, 0) == 0 || command.reader.rfind(kMutant, 0) == 0;
  if (ours && (!command.bench.empty() || !command.binds.empty()))
    usage(say("{} に --bench と --bind は使えない（実機かサービスのリーダーに使う）",
              "{} takes neither --bench nor --bind: they go with a reader that is bound",
              command.reader));
  if (command.reader.rfind(kModel, 0) == 0) {
    return known([&] {
      return certify::model_desks(assets, data, command.reader.substr(std::string(kModel).size()));
    });
  }
  if (command.reader.rfind(kMutant, 0) == 0) {
    return known([&] {
      return certify::mutant_desks(assets, data,
                                   command.reader.substr(std::string(kMutant).size()));
    });
  }
  if (assets->readers.count(command.reader) != 0 || command.reader == "face_reader")
    usage(say("{0} は model:{0} と書く", "write model:{0}", command.reader));
  std::vector<std::string> binds = command.binds;
  if (!command.reader.empty()) binds.push_back("reader=" + command.reader);
  if (binds.empty() && command.bench.empty())
    usage({"--reader が必要（usb:…、usbip:…、model:名前）",
           "--reader is needed (usb:..., usbip:..., model:NAME)"});
  const bind::Bindings bindings = reader_bindings(command.bench, binds);
  lock.emplace(bindings);
  if (bindings.may_have_real_card()) beware_of_cards(console);
  certify::Desks desks = certify::bound_desks(assets, bindings, console.language());
  desks.binds = binds;
  return desks;
}

void show(const conformance::CaseResult& result, Console& console) {
  const CaseOutcome outcome = conformance::outcome_of(result);
  if (outcome == CaseOutcome::kPass || outcome == CaseOutcome::kNotApplicable) return;
  const auto language = console.language();
  console.print(fmt::format("{:<8} {}  {}\n", result.id,
                            in_language(conformance::describe(outcome), language),
                            in_language(result.title, language)));
  for (const conformance::FoldedFinding& one : conformance::folded(result.findings)) {
    const conformance::Finding& finding = *one.first;
    const Text kind = finding.warning ? Text("警告", "warning") : Text("逸脱", "deviation");
    console.print(fmt::format(
        "    {}{}{}\n", in_language(kind, language),
        finding.file.empty() ? "" : fmt::format(" ({}:{})", finding.file, finding.line),
        in_language(conformance::times_text(one.times), language)));
    console.print(fmt::format(
        "    {} {}\n      {}: {}\n      {}: {}\n", finding.rule,
        in_language(finding.rule_text, language),
        in_language({"期待", "expected"}, language), in_language(finding.expected, language),
        in_language({"実際", "got"}, language), in_language(finding.got, language)));
    if (!finding.got_hex.empty()) console.print("      " + finding.got_hex + "\n");
  }
  for (const auto& [warning, times] : conformance::folded(result.warnings))
    console.print("    " + in_language(*warning + conformance::times_text(times), language) + "\n");
  if (!result.reason.empty()) console.print("    " + in_language(result.reason, language) + "\n");
  for (const Text& rung : result.recovery)
    console.print("    " + in_language(rung, language) + "\n");
  console.flush();
}

void list(const conformance::Plan& plan, Console& console) {
  for (const conformance::Planned& planned : plan.cases) {
    console.print(fmt::format(
        "  {:<8} {:>6.1f} s  {}{}\n", planned.of->id, planned.seconds,
        in_language(planned.of->title, console.language()),
        planned.not_applicable.empty()
            ? ""
            : in_language(say("  対象外：{}", "  not applicable: {}", planned.not_applicable),
                          console.language())));
  }
}

// What a script did with another device is listed at once: it does not count, and its author may
// have meant this one.
void show_scripts(const std::vector<conformance::CaseResult>& scripts, Console& console) {
  for (const conformance::CaseResult& one : scripts) {
    show(one, console);
    if (certify::is_of_another_device(one)) console.line(Text(one.id + "  ") + one.not_applicable);
  }
}

void show_end(const conformance::CertifyResult& result, const std::string& out, Console& console) {
  std::string totals;
  for (const auto& [outcome, count] : result.totals.of)
    totals += fmt::format("{}{} {}", totals.empty() ? "" : ", ",
                          in_language(conformance::describe(outcome), console.language()), count);
  console.print(totals + "\n");
  console.line(result.conclusion_text);
  console.line(say("証跡：{}", "bundle: {}", out));
}

certify::Settings settings_of(const CertifyCommand& command, const std::string& data,
                              std::optional<bind::DeviceLock>& lock, Console& console) {
  certify::Settings settings;
  settings.data_folder = data;
  if (command.claims.empty())
    usage({"--claims が必要（uketsuke claims READER > claims.yaml で下書きを作り、確かめる）",
           "--claims is needed (uketsuke claims READER > claims.yaml drafts one; confirm it)"});
  settings.claims_text = file_bytes(command.claims);
  try {
    settings.claims = conformance::load_claims_text(settings.claims_text, command.claims);
  } catch (const yaml::Error& error) {
    usage(yaml::to_text(error));
  }
  settings.desks = desks_of(command, data, lock, console);
  settings.only = command.only;
  settings.waivers = command.waivers;
  settings.scripts = command.scripts;
  settings.today = utc_day(wall_clock());
  settings.out = command.out;
  settings.resume = command.resume;
  settings.rerun_failed = command.rerun_failed;
  return settings;
}

std::unique_ptr<evidence::SigningKey> key_of(const CertifyCommand& command) {
  if (command.sign_key.empty() && command.sign_cert.empty()) return nullptr;
  return std::make_unique<evidence::SigningKey>(
      evidence::KeyFiles{command.sign_key, command.sign_cert, command.chain,
                         command.passphrase_file},
      wall_clock());
}

}  // namespace

int certify_command(const CertifyCommand& command, run::Executor& executor, Console& console) {
  if (command.out.empty() && (!command.plan || command.resume || command.rerun_failed))
    usage({"--out が必要", "--out is needed"});
  // What would be found out after half an hour of cases is told before them.
  if (!command.public_copy.empty())
    evidence::check_public_folder(command.out, command.public_copy);
  std::optional<bind::DeviceLock> lock;
  const auto key = key_of(command);
  certify::Settings settings = settings_of(command, executor.data_folder(), lock, console);
  certify::Certify run = known([&] { return certify::Certify(std::move(settings)); });
  const bool goes_on = command.resume || command.rerun_failed;
  if (goes_on && command.plan) run.look_back();
  if (!command.plan) run.open();
  console.line(goes_on ? conformance::describe_rest(run.rest(), run.done_before())
                       : conformance::describe(run.plan()));
  console.flush();
  if (command.plan) {
    list(goes_on ? run.rest() : run.plan(), console);
    return verdict::kExitPass;
  }
  if (run.has_nothing_to_do() && !key) {
    console.line(say("やり直す項目はありません。{} はそのままです",
                     "there is nothing to be run again; {} stays as it is", command.out));
    return conformance::exit_code(run.result());
  }
  const StopSignals signals;
  certify::Events events;
  events.stop = signals.counter();
  events.on_begin = [&](std::size_t done, std::size_t of, const conformance::Case& next) {
    console.status(fmt::format("{}/{} {} {}", done, of, next.id,
                               in_language(next.title, console.language())));
  };
  events.on_result = [&](const conformance::CaseResult& result) { show(result, console); };
  try {
    run.run(events);
    console.status("");
    if (!run.gone().empty()) {
      console.error(say("リーダーに届かなくなったので止めた：{}。直してから、--resume を付けて同じ命令",
                        "stopped, the reader cannot be reached any more: {}. When that is mended, "
                        "the same command with --resume goes on",
                        run.gone()));
      return verdict::kExitError;
    }
    if (run.result().interrupted) {
      console.line(say("中断しました。続き：--resume を付けて同じ命令", "interrupted; the same command "
                       "with --resume goes on"));
      return verdict::kExitError;
    }
    show_scripts(run.scripts(), console);
    run.finish(key.get(), wall_clock());
  } catch (const report::ReportError& error) {
    console.error(error.text() + say("。済んだ項目は {} にある（続きは --resume）",
                                     ". What was done is kept in {} (--resume goes on)",
                                     command.out));
    return verdict::kExitError;
  }
  show_end(run.result(), command.out, console);
  if (!command.public_copy.empty())
    publish_command({command.out, command.public_copy}, console);
  return conformance::exit_code(run.result());
}

}  // namespace uketsuke::cli
