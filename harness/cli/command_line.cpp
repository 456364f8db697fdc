// The only file that includes CLI11, beside command_line_conformance.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <memory>

#include "harness/campaign/regress/regress_files.h"
#include "harness/cli/command.h"
#include "harness/cli/command_line_conformance.h"
#include "harness/cli/language.h"
#include "harness/verdict/format.h"
#include "harness/verdict/summary.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::cli {
namespace {

using verdict::Language;
using verdict::Text;

constexpr unsigned kMaxJobs = 512;
constexpr std::uint64_t kMaxSequences = 1'000'000'000;
constexpr std::uint32_t kMaxRepeat = 1'000'000;
constexpr double kMaxWallLimitS = 7 * 24 * 3600.0;

// --lang is needed before anything is parsed: help and errors are in that language, too.
std::optional<Language> named_language(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    std::string_view name;
    if (argument == "--lang" && i + 1 < argc) name = argv[i + 1];
    if (argument.substr(0, 7) == "--lang=") name = argument.substr(7);
    if (const auto language = verdict::language_from(name)) return language;
  }
  return std::nullopt;
}

// What kind of mistake a command line has: CLI11's own words, which follow, are English.
const char* japanese_kind(const CLI::ParseError& error) {
  switch (static_cast<CLI::ExitCodes>(error.get_exit_code())) {
    case CLI::ExitCodes::ExtrasError: return "知らない引数です";
    case CLI::ExitCodes::RequiredError: return "必要な引数がありません";
    case CLI::ExitCodes::RequiresError: return "一緒に必要な引数がありません";
    case CLI::ExitCodes::ExcludesError: return "一緒に使えない引数です";
    case CLI::ExitCodes::ArgumentMismatch: return "値の数が合いません";
    case CLI::ExitCodes::ConversionError:
    case CLI::ExitCodes::ValidationError: return "値が使えません";
    default: return "引数が正しくありません";
  }
}

// CLI11 would take -1 for the greatest number there is.
std::optional<std::uint64_t> seed_from(const std::string& text) {
  std::uint64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

std::string is_seed(const std::string& text) {
  return seed_from(text) ? "" : "not a number from 0 to 18446744073709551615: " + text;
}

// "nan" is a number to CLI11, and within every range.
std::string no_nan(std::string& text) {
  return text.find_first_of("nN") == std::string::npos ? std::string() : text + " is no number";
}

class Parser {
 public:
  explicit Parser(Language language)
      : language_(language),
        app_(say({"uketsuke：オンライン資格確認の受付フローの模擬と適合性試験",
                  "uketsuke: simulates and tests the reception flow of online eligibility "
                  "verification"}),
             "uketsuke") {
    app_.set_version_flag("--version", std::string("uketsuke ") + UKETSUKE_VERSION);
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.add_option("--lang", language_name_, say({"表示言語（ja、en、both。省略時は環境変数 LANG など。"
                                                  "report.html は省略時は両方）",
                                                  "language of messages (default: LC_ALL, LANG) "
                                                  "and of report.html (default: both)"}))
        ->check(CLI::IsMember({"ja", "en", "both"}));
    app_.footer(
        say({"終了コード：0 逸脱なし、1 逸脱あり、2 判定不能または対象外のみ、3 基準と相違、"
             "4 試験環境の異常または中断、5 使い方の誤り（該当なしを含む）。"
             "check と list：0 問題なし、1 問題あり、4 読めないファイルあり",
             "exit codes: 0 no deviation found, 1 deviation, 2 inconclusive or nothing "
             "applicable, 3 differs from the baseline, 4 error of bench or harness, or "
             "interrupted, 5 usage (nothing selected is one). check and list: 0 no problem, "
             "1 problems, 4 a file could not be read"}));
    add_run();
    add_regress();
    add_sweep();
    add_explore();
    add_serve();
    conformance_ = std::make_unique<ConformanceParser>(
        app_, [this](const Text& text) { return say(text); });
    add_readers();
    add_doctor();
    add_bound_tools();
    add_others();
  }

  ParsedLine parse(int argc, char** argv) {
    ParsedLine line;
    line.language = language_;
    if (const auto wrong = unknown_command(argc, argv); !wrong.empty()) return usage(wrong);
    if (const auto wrong = binds_in_vain(argc, argv); !wrong.empty()) return usage(wrong);
    try {
      app_.parse(argc, argv);
      if (config_limit_->count() != 0 && run_.config.in_process) {
        return usage(say(
            {"--wall-limit は --in-process と一緒に使えません（ワーカーなしでは止められません）",
             "--wall-limit and --in-process exclude each other: without workers "
             "nothing can be ended"}));
      }
      line.command = command();
    } catch (const CLI::ParseError& error) {
      std::ostringstream out;
      std::ostringstream err;
      const bool is_answer = app_.exit(error, out, err) == 0;  // --help, --version
      if (!is_answer) return usage(say(told(error)));
      line.text = out.str();
    }
    return line;
  }

 private:
  ParsedLine usage(const std::string& what) const {
    ParsedLine line;
    line.language = language_;
    line.exit_code = verdict::kExitUsage;
    line.text = "uketsuke: " + say({"使い方の誤り：", "usage: "}) + what + "\n";
    return line;
  }

  // The command that was named, or nullptr.
  const CLI::App* named_command() const {
    const auto named = app_.get_subcommands();
    return named.empty() ? nullptr : named.front();
  }

  Text told(const CLI::ParseError& error) const {
    const CLI::App* command = named_command();
    const std::string what = error.what();
    Text text = Text(japanese_kind(error) + std::string("："), "") + Text(what);
    const auto begin = what.find(" --");
    const bool unknown =
        error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
    if (unknown && begin != std::string::npos && command != nullptr) {
      std::vector<std::string> names;
      for (const CLI::App* app : {command, static_cast<const CLI::App*>(&app_)})
        for (const CLI::Option* option : app->get_options())
          for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
      const auto end = what.find_first_of(" =", begin + 1);
      text = text + yaml::hint(what.substr(begin + 1, end - begin - 1), names);
    }
    const std::string help =
        command == nullptr ? "uketsuke --help" : "uketsuke " + command->get_name() + " --help";
    return text + verdict::say("（書き方：{}）", " ({} tells how it is written)", help);
  }

  // Campaigns are of models; what to say to whoever wants to bind something in one.
  std::string binds_in_vain(int argc, char** argv) const {
    const std::vector<std::string> words(argv + 1, argv + argc);
    const auto is = [](const std::string& word, std::string_view option) {
      return word == option || word.compare(0, option.size() + 1, std::string(option) + "=") == 0;
    };
    const auto binds = [&](const std::string& word) {
      return is(word, "--bind") || is(word, "--bench");
    };
    if (std::none_of(words.begin(), words.end(), binds)) return {};
    for (const char* campaign : {"sweep", "explore", "regress"}) {
      if (std::find(words.begin(), words.end(), campaign) == words.end()) continue;
      return say(verdict::say("{} はモデルだけで行います。実物を結ぶのは run だけです"
                              "（uketsuke run --bind ...、--bench ...）",
                              "{} is done with models only; it is run that binds a device "
                              "(uketsuke run --bind ..., --bench ...)",
                              campaign));
    }
    return {};
  }

  // The first word that is no option has to be a command; what to say if it is none.
  std::string unknown_command(int argc, char** argv) {
    std::vector<std::string> names;
    for (const auto* command : app_.get_subcommands([](CLI::App*) { return true; })) {
      names.push_back(command->get_name());
    }
    bool is_question = false;
    for (int i = 1; i < argc; ++i) {
      const std::string word = argv[i];
      if (word == "--lang") ++i;
      is_question = is_question || word == "--help" || word == "-h" || word == "--version";
      if (!word.empty() && word[0] == '-') continue;
      if (std::find(names.begin(), names.end(), word) != names.end()) return {};
      return say(verdict::say("コマンド {} はありません", "there is no command {}",
                              word.empty() ? "\"\"" : yaml::shortened(word)) +
                 yaml::hint(word, names));
    }
    if (is_question) return {};
    return say(Text("コマンドがありません", "a command is missing") + yaml::hint("", names));
  }

  std::string say(const Text& text) const { return in_language(text, language_); }

  void add_paths(CLI::App* command, std::vector<std::string>& paths) {
    command->add_option("PATHS", paths,
                        say({"シナリオのファイルまたはフォルダー（省略時 scenarios）",
                             "scenario files or folders (default: scenarios)"}));
  }

  void add_filters(CLI::App* command, run::Filters& filters) {
    command
        ->add_option("--tag", filters.tags,
                     say({"このタグを持つもの（複数指定はすべてを持つもの）",
                          "only scenarios with this tag (with all of them if repeated)"}))
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command
        ->add_option("--only", filters.only,
                     say({"この名前のもの（* ? 可、複数指定はいずれか）",
                          "only the scenario of this name (* and ?; any of them if repeated)"}))
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }

  void add_run() {
    auto& config = run_.config;
    run_app_ = app_.add_subcommand("run", say({"シナリオを実行する", "run scenarios"}));
    add_paths(run_app_, run_.paths);
    add_filters(run_app_, config.options.filters);
    run_app_->add_option("-j,--jobs", config.jobs, say({"並列数", "worker processes"}))
        ->check(CLI::Range(1U, kMaxJobs));
    add_release(run_app_, release_,
                {"このリリースで実行する（属さないシナリオは対象外）",
                 "run under this release (scenarios that do not hold for it: not applicable)"});
    run_app_->add_option("--seed", seed_, say({"乱数の種", "random seed"}))->check(is_seed);
    run_app_
        ->add_option("--repeat", config.repeat,
                     say({"各シナリオの回数（種は 1 ずつ増える）",
                          "run each scenario N times (the seed grows by one each time)"}))
        ->check(CLI::Range(std::uint32_t{1}, kMaxRepeat));
    run_app_->add_flag(
        "--fail-fast", config.fail_fast,
        say({"最初の逸脱または異常で終える", "end at the first deviation or error"}));
    run_app_
        ->add_option("--out", run_.out,
                     say({"結果のフォルダー（省略時 uketsuke-out/日時）",
                          "folder of the results (default: uketsuke-out/TIME)"}))
        ->check([this](const std::string& text) {
          return text.empty() ? say({"フォルダーの名前が空です", "the name of the folder is empty"})
                              : "";
        });
    add_bindings(run_app_, run_.binds, run_.bench);
    config_limit_ =
        run_app_
            ->add_option(
                "--wall-limit", wall_limit_s_,
                say({"1 シナリオの実時間の上限（秒）", "seconds of real time for one scenario"}))
            ->check(CLI::Range(0.001, kMaxWallLimitS) & CLI::Validator(no_nan, ""));
    run_app_->add_flag(
        "--keep-journals", keep_journals_,
        say({"逸脱のなかったシナリオの記録も残す", "keep the journals of passes, too"}));
    run_app_->add_flag("--steps", steps_,
                       say({"手順が始まるたびに 1 行を表示する", "a line for each step as it begins"}));
    run_app_->add_flag("--in-process", config.in_process,
                       say({"ワーカーを使わない（計測用。実時間の上限なし）",
                            "without workers (for measurements; no limit of real time)"}));
  }

  void add_bindings(CLI::App* command, std::vector<std::string>& binds, std::string& bench) {
    command
        ->add_option("--bind", binds,
                     say({"モデルの代わりに結ぶもの（例 reader=usb:1209:0001、panel=operator）",
                          "what takes a model's place (reader=usb:1209:0001, panel=operator)"}))
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    command->add_option("--bench", bench,
                        say({"結ぶものとカードを書いたファイル（YAML）",
                             "file that says what is bound and which cards are at hand (YAML)"}));
  }

  void add_bound_tools() {
    identify_app_ = app_.add_subcommand(
        "identify", say({"リーダーに置いたカードを識別し、テストカードの使用許可の書き方を示す",
                         "identify the card on a reader, and tell how a test card is released"}));
    add_bindings(identify_app_, identify_.binds, identify_.bench);
    identify_app_->add_option("--holder", identify_.holder,
                              say({"シナリオでの持ち主", "whom it stands for in scenarios"}));
    identify_app_
        ->add_option("--seconds", identify_.seconds,
                     say({"カードを待つ時間（秒）", "how long the card is waited for"}))
        ->check(CLI::Range(0.1, kMaxWallLimitS) & CLI::Validator(no_nan, ""));
    monitor_app_ = app_.add_subcommand(
        "monitor", say({"リーダーとのやり取りを解読して表示する（Ctrl-C で終了）",
                        "show what passes to and from a reader, decoded (ends with Ctrl-C)"}));
    add_bindings(monitor_app_, monitor_.binds, monitor_.bench);
    monitor_app_
        ->add_option("--seconds", monitor_.seconds,
                     say({"終わるまでの時間（秒）", "seconds after which it ends"}))
        ->check(CLI::Range(0.1, kMaxWallLimitS) & CLI::Validator(no_nan, ""));
  }

  void add_release(CLI::App* command, std::string& release, const Text& what) {
    command->add_option("--release", release, say(what));
  }

  void add_regress() {
    auto& config = regress_.config;
    regress_app_ = app_.add_subcommand(
        "regress", say({"リリースの挙動を基準と比べる（シードに対する当方のモデルを固定するもの）",
                        "compare what a release does with its baseline (this pins our model of the "
                        "seed, not the ministry's system)"}));
    add_paths(regress_app_, regress_.paths);
    add_filters(regress_app_, config.options.filters);
    regress_app_
        ->add_option("--release", regress_.release, say({"リリース", "release, e.g. 2024-12"}))
        ->required();
    regress_app_->add_flag(
        "--accept", regress_.accept,
        say({"今の挙動を基準とする（手で書いた期待は変えない）",
             "make what happens now the baseline (what was typed by hand stays)"}));
    regress_app_->add_option("-j,--jobs", config.jobs, say({"並列数", "worker processes"}))
        ->check(CLI::Range(1U, kMaxJobs));
    regress_app_->add_option("--out", regress_.out,
                             say({"結果のフォルダー（省略時 uketsuke-out/日時）",
                                  "folder of the results (default: uketsuke-out/TIME)"}));
    regress_app_
        ->add_option("--today", regress_.today,
                     say({"既知の逸脱の期限を判定する日 (YYYY-MM-DD)",
                          "the day for which known deviations may have expired (YYYY-MM-DD)"}))
        ->check([](const std::string& text) {
          return campaign::is_day(text) ? std::string() : text + " is no day (YYYY-MM-DD)";
        });
    regress_app_->add_flag(
        "--in-process", config.in_process,
        say({"ワーカーを使わない（計測用）", "without workers (for measurements)"}));
  }

  void add_explore() {
    explore_app_ = app_.add_subcommand(
        "explore", say({"操作の系列を生成し、参照モデルと比べる",
                        "play generated sequences of acts against reference models"}));
    explore_app_->add_option("--model", explore_.model, say({"手順", "procedure"}))
        ->check(CLI::IsMember({"p3", "p4", "p5", "all"}));
    explore_app_->add_option("--seed", explore_seed_, say({"乱数の種", "random seed"}))
        ->check(is_seed);
    explore_app_
        ->add_option("--runs", explore_.runs, say({"手順ごとの系列の数", "sequences of each model"}))
        ->check(CLI::Range(std::uint64_t{1}, kMaxSequences));
    explore_app_->add_option("-j,--jobs", explore_.jobs, say({"並列数", "worker processes"}))
        ->check(CLI::Range(1U, kMaxJobs));
    explore_app_->add_option("--out", explore_.out,
                             say({"結果のフォルダー（省略時 uketsuke-out/日時）",
                                  "folder of the results (default: uketsuke-out/TIME)"}));
  }

  void add_sweep() {
    sweep_app_ = app_.add_subcommand(
        "sweep",
        say({"故障を一つずつ、各手順・各線の最初・途中・最後のメッセージに与える",
             "one fault at a time on the first, a middle and the last message of each step "
             "on each wire"}));
    add_paths(sweep_app_, sweep_.paths);
    add_filters(sweep_app_, sweep_.filters);
    sweep_app_->add_option("--faults", sweep_.faults,
                           say({"どの線にどの故障を与えるか（YAML、形式は下。省略時はすべて）",
                                "which faults on which wires (YAML, see below; default: every kind "
                                "on every wire)"}));
    sweep_app_->add_option("-j,--jobs", sweep_.jobs, say({"並列数", "worker processes"}))
        ->check(CLI::Range(1U, kMaxJobs));
    sweep_app_->add_option("--seed", sweep_seed_, say({"乱数の種", "random seed"}))->check(is_seed);
    sweep_app_->add_option("--out", sweep_.out,
                           say({"結果のフォルダー（省略時 uketsuke-out/日時）",
                                "folder of the results (default: uketsuke-out/TIME)"}));
    sweep_app_->footer(
        say({"--faults のファイル (故障のキーは uketsuke steps の「故障」):",
             "the file of --faults (keys of a fault: uketsuke steps, Faults):"}) +
        "\n  uketsuke_sweep: 1\n  title: {ja: 故障, en: faults}\n  at: [first, middle, last]\n"
        "  faults:\n    - {wires: [folder, network], kind: corrupt, bit: 83}\n"
        "    - {wires: [usb], pipe: bulk-in, kind: delay, delay_us: 700000}");
    sweep_app_->add_flag("--in-process", sweep_.in_process,
                         say({"ワーカーを使わない（計測用）", "without workers (for measurements)"}));
  }

  void add_serve() {
    serve_app_ = app_.add_subcommand(
        "serve", say({"当方のリーダーを他のプログラムに提供する（Ctrl-C で終了）",
                      "offer our readers to other programs (ends with Ctrl-C)"}));
    usbip_ = serve_app_->add_option(
        "--usbip", serve_usbip_,
        say({"USB/IP で提供するアドレスとポート（省略時 127.0.0.1:3240、ポート 0 は空きポート）",
             "offer them by USB/IP at ADDR:PORT (default: 127.0.0.1:3240; port 0: any free one)"}));
    usbip_->expected(0, 1);
    serve_app_->add_option("--hands", serve_.hands,
                           say({"画面とカード挿入口をハンズプロトコルで提供する [アドレス:]ポート"
                                "（sim/gateway/README.md）",
                                "offer panel and card slot by the hands protocol at [ADDR:]PORT "
                                "(sim/gateway/README.md)"}));
    serve_app_
        ->add_option("--reader", serve_.readers,
                     say({"リーダーの定義（face：顔認証付きリーダー。複数指定可）",
                          "profile of a reader (face: the face-auth reader; may be repeated)"}))
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    serve_app_->add_option("--cards", serve_.cards, say({"手元のカード", "cards at hand"}))
        ->delimiter(',');
    serve_app_->add_option("--place", serve_.place,
                           say({"最初のリーダーに初めから置くカード",
                                "card that lies on the first reader from the beginning"}));
    serve_app_
        ->add_option("--speed", serve_.speed,
                     say({"実時間 1 秒あたりの模擬時間（秒）", "simulated seconds in a second"}))
        ->check(CLI::Range(0.01, 1000.0) & CLI::Validator(no_nan, ""));
    serve_app_->add_option("--journal", serve_.journal,
                           say({"記録を書くファイル（1 行 1 件の JSON）",
                                "file for the journal (one JSON object a line)"}));
    vpcd_ = serve_app_->add_option(
        "--vpcd", serve_vpcd_,
        say({"カードを pcscd の仮想リーダー (vsmartcard の vpcd) に入れる（省略時 127.0.0.1:35963）",
             "put cards into pcscd's virtual reader (vsmartcard's vpcd) at HOST:PORT (default: "
             "127.0.0.1:35963)"}));
    vpcd_->expected(0, 1);
    for (const char* other : {"--reader", "--cards", "--place", "--speed", "--journal"})
      vpcd_->excludes(serve_app_->get_option(other));
    serve_app_
        ->add_option("--card", serve_.vpcd_cards,
                     say({"--vpcd のカード（省略時 hanako。複数指定は次のスロットへ）",
                          "card of --vpcd (default: hanako; repeated: into the next slots)"}))
        ->expected(1)
        ->needs(vpcd_)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    serve_app_->add_flag("--maker-ids", serve_.maker_ids,
                         say({"実在のメーカーの USB ID を持つ定義も許す（隔離した試験環境だけで）",
                              "allow profiles with USB ids of real makers, too (only in a test "
                              "system that is apart)"}));
  }

  void add_readers() {
    readers_app_ = app_.add_subcommand(
        "readers", say({"使えるリーダーの一覧（USB、PC/SC、USB/IP）と --bind の書き方",
                        "readers that are there (USB, PC/SC, USB/IP), and how to --bind each"}));
    readers_app_
        ->add_option("--usbip", readers_.usbip,
                     say({"この USB/IP サーバーにも聞く（HOST[:PORT]、複数指定可）",
                          "ask this USB/IP server, too (HOST[:PORT], may be repeated)"}))
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    readers_app_->add_flag("--all", readers_.all,
                           say({"リーダーと名乗らない USB 機器も",
                                "USB devices that do not call themselves readers, too"}));
    readers_app_->add_flag("--json", readers_.json, say({"JSON で出力する", "print JSON"}));
    readers_app_->footer(
        say({"終了コード：0 あり、1 なし、4 指定のサーバーが答えない",
             "exit codes: 0 there is one, 1 there is none, 4 a named server does not answer"}));
  }

  void add_doctor() {
    doctor_app_ = app_.add_subcommand(
        "doctor", say({"本物のリーダーを使う前の点検（何が妨げになり、どうすればよいか）",
                       "what is in the way of a real reader on this machine, and its remedy"}));
    doctor_app_->add_option("--device", doctor_.device,
                            say({"リーダーとして調べる USB 機器 (VID:PID)",
                                 "a USB device to be taken for a reader (VID:PID)"}));
    doctor_app_->add_flag("--json", doctor_.json, say({"JSON で出力する", "print JSON"}));
    // Tests plant trouble in a tree of their own (tests/python/test_doctor.py).
    doctor_app_->add_option("--root", doctor_.root)->group("");
    doctor_app_->footer(say({"終了コード：0 妨げなし、1 することがある",
                             "exit codes: 0 nothing is in the way, 1 there is something to do"}));
  }

  void add_others() {
    check_app_ =
        app_.add_subcommand("check", say({"シナリオの書き方を確かめる", "check scenarios"}));
    add_paths(check_app_, check_.paths);
    list_app_ = app_.add_subcommand("list", say({"シナリオの一覧", "list scenarios"}));
    add_paths(list_app_, list_.paths);
    add_filters(list_app_, list_.filters);
    add_release(list_app_, list_.filters.release,
                {"このリリースに属するもの", "only what belongs to this release"});
    steps_app_ = app_.add_subcommand("steps", say({"手順の語彙", "the vocabulary of steps"}));
    schema_app_ =
        app_.add_subcommand("schema", say({"JSON Schema を表示する", "print a JSON Schema"}));
    schema_app_->add_option("OF", schema_.of, "scenario, results, certify")
        ->check(CLI::IsMember({"scenario", "results", "certify"}));
    new_app_ = app_.add_subcommand("new", say({"新しいシナリオを作る", "make a new scenario"}));
    new_app_->add_option("NAME", new_.name, say({"名前または書き込み先", "name or path"}))
        ->required();
  }

  Command command() {
    run_.config.options.wall_limit_ms = static_cast<std::uint32_t>(wall_limit_s_ * 1000);
    run_.config.options.random_seed = *seed_from(seed_);
    if (steps_) run_.config.options.extra["steps"] = "told";
    if (keep_journals_) run_.config.options.extra["journal"] = "all";
    if (!release_.empty()) run_.config.options.extra["release"] = release_;
    if (regress_app_->parsed()) return regress_;
    sweep_.seed = *seed_from(sweep_seed_);
    explore_.seed = *seed_from(explore_seed_);
    if (explore_app_->parsed()) return explore_;
    if (sweep_app_->parsed()) return sweep_;
    if (serve_app_->parsed()) {
      if (usbip_->count() != 0) serve_.usbip = serve_usbip_;
      if (vpcd_->count() != 0) serve_.vpcd = serve_vpcd_;
      return serve_;
    }
    if (check_app_->parsed()) return check_;
    if (list_app_->parsed()) return list_;
    if (steps_app_->parsed()) return StepsCommand{};
    if (schema_app_->parsed()) return schema_;
    if (new_app_->parsed()) return new_;
    if (readers_app_->parsed()) return readers_;
    if (doctor_app_->parsed()) return doctor_;
    if (identify_app_->parsed()) return identify_;
    if (monitor_app_->parsed()) return monitor_;
    if (auto conformance = conformance_->command()) return *conformance;
    return run_;
  }

  Language language_;
  CLI::App app_;
  std::string language_name_;
  double wall_limit_s_ = 0;
  std::string seed_ = "1";
  std::string release_;
  bool keep_journals_ = false;
  bool steps_ = false;
  RegressCommand regress_;
  RunCommand run_;
  SweepCommand sweep_;
  ExploreCommand explore_;
  ServeCommand serve_;
  std::string serve_usbip_, serve_vpcd_;
  CLI::Option* usbip_ = nullptr;
  CLI::Option* vpcd_ = nullptr;
  std::string explore_seed_ = "1";
  std::string sweep_seed_ = "1";
  CheckCommand check_;
  ListCommand list_;
  SchemaCommand schema_;
  NewCommand new_;
  DoctorCommand doctor_;
  ReadersCommand readers_;
  IdentifyCommand identify_;
  MonitorCommand monitor_;
  CLI::Option* config_limit_ = nullptr;
  CLI::App* run_app_ = nullptr;
  CLI::App* regress_app_ = nullptr;
  CLI::App* sweep_app_ = nullptr;
  CLI::App* explore_app_ = nullptr;
  CLI::App* serve_app_ = nullptr;
  CLI::App* check_app_ = nullptr;
  CLI::App* list_app_ = nullptr;
  CLI::App* steps_app_ = nullptr;
  CLI::App* schema_app_ = nullptr;
  CLI::App* new_app_ = nullptr;
  CLI::App* doctor_app_ = nullptr;
  CLI::App* readers_app_ = nullptr;
  CLI::App* identify_app_ = nullptr;
  CLI::App* monitor_app_ = nullptr;
  std::unique_ptr<ConformanceParser> conformance_;
};

}  // namespace

ParsedLine parse(int argc, char** argv) {
  const auto named = named_language(argc, argv);
  ParsedLine line = Parser(named.value_or(language_of_environment())).parse(argc, argv);
  line.report_language = named.value_or(Language::kBoth);
  return line;
}

}  // namespace uketsuke::cli
