#include "harness/conformance/waivers.h"

#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"
#include "sim/wire/oqs/calendar.h"

namespace uketsuke::conformance {
namespace {

using verdict::say;

bool is_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  std::string digits(text.substr(0, 4));
  digits.append(text.substr(5, 2)).append(text.substr(8));
  return wire::oqs::is_date(digits);
}

class Loader {
 public:
  Loader(const std::set<std::string>& known, const std::string& today)
      : known_(known.begin(), known.end()), today_(today) {}

  std::vector<Waiver> load(const yaml::Document& document) {
    yaml::Mapping top(document.root());
    const auto version = top.require("uketsuke_waivers");
    if (version.as_int() != 1)
      problem(version, {"この版の uketsuke が読めるのは 1 だけです", "this uketsuke reads 1 only"});
    const auto list = top.require("waivers");
    for (std::size_t i = 0; i < list.size(); ++i) read(list.at(i));
    const auto unread = top.unread();
    problems_.insert(problems_.end(), unread.begin(), unread.end());
    if (!problems_.empty()) throw yaml::Error(problems_);
    return std::move(waivers_);
  }

 private:
  void problem(const yaml::Node& at, Text what) {
    problems_.push_back(yaml::problem_at(at, std::move(what)));
  }

  std::string words(yaml::Mapping& map, const char* key) {
    const auto node = map.require(key);
    auto text = node.as_string();
    if (text.find_first_not_of(" \t\n") == std::string::npos)
      problem(node, say("{} が空です", "{} is empty", key));
    return text;
  }

  void read(const yaml::Node& node) {
    yaml::Mapping map(node);
    Waiver waiver{words(map, "id"), words(map, "reason"), words(map, "expiry"),
                  words(map, "approver")};
    const auto unread = map.unread();
    problems_.insert(problems_.end(), unread.begin(), unread.end());
    check_id(map.require("id"), waiver.id);
    const auto expiry = map.require("expiry");
    if (!is_day(waiver.expiry)) {
      problem(expiry, say("{}：日付ではありません（YYYY-MM-DD）", "{}: not a day (YYYY-MM-DD)",
                          yaml::shortened(waiver.expiry)));
    } else if (waiver.expiry < today_) {
      problem(expiry, say("{} の免除は {} に期限が切れました（今日は {}）",
                          "the waiver of {} expired on {} (today is {})",
                          yaml::shortened(waiver.id), waiver.expiry, today_));
    }
    waivers_.push_back(std::move(waiver));
  }

  void check_id(const yaml::Node& node, const std::string& id) {
    bool is_known = false;
    for (const auto& name : known_) is_known = is_known || name == id;
    if (!is_known) {
      problem(node, say("試験項目 {} はありません", "there is no case {}", yaml::shortened(id)) +
                        yaml::hint(id, known_));
    }
    for (const auto& other : waivers_) {
      if (other.id == id) problem(node, say("{} が二つあります", "{} is there twice", id));
    }
  }

  std::vector<std::string> known_;
  std::string today_;
  std::vector<Waiver> waivers_;
  std::vector<yaml::Problem> problems_;
};

}  // namespace

std::vector<Waiver> load_waivers(const std::string& path, const std::set<std::string>& known,
                                 const std::string& today) {
  return Loader(known, today).load(yaml::load_file(path));
}

}  // namespace uketsuke::conformance
