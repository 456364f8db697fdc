#include "harness/cli/claims_command.h"

#include <filesystem>

#include "harness/bench/assets.h"
#include "harness/bench/make_outside.h"
#include "harness/bind/device_lock.h"
#include "harness/cli/bound_reader.h"
#include "harness/conformance/bound_desk.h"
#include "harness/conformance/claims_file.h"
#include "harness/conformance/descriptor_file.h"
#include "harness/conformance/descriptor_rules.h"
#include "harness/conformance/enumerate.h"
#include "harness/conformance/model_desk.h"
#include "harness/conformance/unknown_name.h"
#include "harness/run/find.h"
#include "harness/verdict/format.h"
#include "harness/verdict/summary.h"
#include "harness/yaml/yaml.h"
#include "sim/gateway/broken.h"

namespace uketsuke::cli {
namespace {

using conformance::ReaderBytes;
using run::RunError;
using verdict::say;
using verdict::Text;

constexpr const char* kModel = "model:";

[[noreturn]] void refuse(RunError::Kind kind, Text text) { throw RunError(kind, std::move(text)); }

ReaderBytes whole(const conformance::Enumerated& found) {
  if (!found.problem.empty())
    refuse(RunError::Kind::kEnvironment,
           say("リーダーの記述子を読めません：{}（uketsuke doctor、uketsuke readers）",
               "the reader's descriptors cannot be read: {} (uketsuke doctor, uketsuke readers)",
               found.problem));
  return found.bytes;
}

ReaderBytes of_model(const std::string& name, const bench::Assets& assets) {
  try {
    conformance::ModelDesk desk(assets, conformance::desk_config(assets, name));
    return whole(conformance::identify(desk));
  } catch (const conformance::UnknownName& unknown) {
    refuse(RunError::Kind::kUsage, unknown.text());
  }
}

ReaderBytes of_bound(const ClaimsCommand& command, const bench::Assets& assets, Console& console) {
  std::vector<std::string> binds = command.binds;
  binds.push_back("reader=" + command.reader);
  const bind::Bindings bindings = reader_bindings(command.bench, binds);
  if (bindings.reader.kind == "pcsc")
    refuse(RunError::Kind::kUsage,
           {"pcsc: では記述子を読めません（usb: か usbip: を使います）",
            "descriptors cannot be read through pcsc: (use usb: or usbip:)"});
  const bind::DeviceLock lock(bindings);
  beware_of_cards(console);
  try {
    conformance::BenchState state;
    conformance::BoundDesk desk(bench::make_outside(bindings, assets.catalog, console.language()),
                                state, "", /*served=*/false);
    return whole(conformance::identify(desk));
  } catch (const gateway::Broken& broken) {
    refuse(RunError::Kind::kEnvironment, {broken.ja(), broken.what()});
  }
}

// A file if there is one of that name, or if the name can be nothing else.
bool is_file(const std::string& reader) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(reader, ignored) || reader.find(':') == std::string::npos;
}

ReaderBytes of_file(const std::string& path) {
  try {
    return conformance::load_descriptor_file(path);
  } catch (const yaml::Error& error) {
    refuse(RunError::Kind::kUsage, yaml::to_text(error));
  }
}

ReaderBytes bytes_of(const ClaimsCommand& command, run::Executor& executor, Console& console) {
  if (is_file(command.reader)) return of_file(command.reader);
  const auto assets = bench::load_assets(executor.data_folder());
  if (command.reader.rfind(kModel, 0) == 0)
    return of_model(command.reader.substr(std::string(kModel).size()), *assets);
  return of_bound(command, *assets, console);
}

// A draft tells fields of the class descriptor: of what is not there it would tell zeros.
bool is_whole(const conformance::DescriptorFacts& descriptors) {
  return descriptors.has_class_descriptor &&
         descriptors.class_bytes.size() >= wire::ccid::kClassDescriptorLength;
}

}  // namespace

int claims_command(const ClaimsCommand& command, run::Executor& executor, Console& console) {
  const conformance::DescriptorFacts descriptors =
      conformance::read_descriptors(bytes_of(command, executor, console));
  const auto known =
      conformance::load_known_bad(executor.data_folder() + "/conformance/known_bad_firmware.yaml");
  for (const conformance::DescriptorFinding& finding :
       conformance::check_descriptors(descriptors, nullptr, &known))
    console.error(conformance::to_text(finding));
  if (!is_whole(descriptors)) {
    const bool file = is_file(command.reader);
    refuse(file ? RunError::Kind::kUsage : RunError::Kind::kEnvironment,
           say("{}：54 バイトの CCID クラス記述子がそろっていないため、下書きを作れません{}",
               "{}: without the whole CCID class descriptor (54 bytes) no draft can be made{}",
               command.reader,
               file ? Text("（configuration: に GET_DESCRIPTOR で得た全バイトを書きます）",
                           "; write after configuration: all bytes that GET_DESCRIPTOR gives")
                    : Text()));
  }
  console.print(conformance::draft_claims(descriptors));
  return verdict::kExitPass;
}

}  // namespace uketsuke::cli
