// Timings and parameters of the roles.
#include <fmt/format.h>

#include <charconv>
#include <map>
#include <memory>
#include <type_traits>
#include <utility>

#include "harness/campaign/changes.h"

namespace uketsuke::campaign {
namespace {

using bench::WorldConfig;

using At = std::function<void(WorldConfig&, const std::function<void(void*)>&)>;

// A number: twice, half, a tenth more, or its neighbour.
template <class T>
T other_number(T value, std::size_t choice) {
  const T more = static_cast<T>(value + std::max<T>(1, static_cast<T>(value / 10)));
  if (value == 0) return static_cast<T>(1);
  switch (choice) {
    case 0:
      return static_cast<T>(value * 2) > value ? static_cast<T>(value * 2) : more;
    case 1:
      return static_cast<T>(value / 2);
    case 2:
      return more;
    default:
      return static_cast<T>(value - 1);
  }
}

constexpr const char* kChoices[] = {"twice", "half", "a tenth more", "one less"};

class Builder {
 public:
  explicit Builder(std::vector<Field>& fields) : fields_(fields) {}

  // visit: calls what it is given with each object that has the field.
  template <class Visit, class Get>
  void number(const std::string& name, Visit visit, Get get) {
    const auto draw = [=](Random& random) {
      const std::size_t choice = random.below(std::size(kChoices));
      return SeededChange{name, kChoices[choice], {}, [=](WorldConfig& config) {
                            visit(config, [&](auto& object) {
                              auto& value = get(object);
                              value = other_number(value, choice);
                            });
                          }};
    };
    const auto exact = [=](std::string_view text) -> std::optional<SeededChange> {
      std::uint32_t number = 0;
      const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
      if (result.ec != std::errc() || result.ptr != text.data() + text.size()) return std::nullopt;
      return SeededChange{name, std::string(text), {}, [=](WorldConfig& config) {
                            visit(config, [&](auto& object) {
                              auto& value = get(object);
                              value = static_cast<std::decay_t<decltype(value)>>(number);
                            });
                          }};
    };
    fields_.push_back({name, draw, exact});
  }

  template <class Visit, class Get>
  void flag(const std::string& name, Visit visit, Get get) {
    const auto draw = [=](Random&) {
      return SeededChange{name, "the other way", {}, [=](WorldConfig& config) {
                            visit(config, [&](auto& object) {
                              auto& value = get(object);
                              value = !value;
                            });
                          }};
    };
    const auto exact = [=](std::string_view text) -> std::optional<SeededChange> {
      if (text != "true" && text != "false") return std::nullopt;
      const bool to = text == "true";
      return SeededChange{name, std::string(text), {}, [=](WorldConfig& config) {
                            visit(config, [&](auto& object) { get(object) = to; });
                          }};
    };
    fields_.push_back({name, draw, exact});
  }

  template <class Visit, class Get>
  void text(const std::string& name, Visit visit, Get get) {
    const auto change = [=](const std::string& what, bool more) {
      return SeededChange{name, what, {}, [=](WorldConfig& config) {
                            visit(config, [&](auto& object) {
                              auto& value = get(object);
                              value = more ? value + "x" : what;
                            });
                          }};
    };
    fields_.push_back({name, [=](Random&) { return change("another text", true); },
                       [=](std::string_view to) -> std::optional<SeededChange> {
                         if (to == "another text") return std::nullopt;
                         return change(std::string(to), false);
                       }});
  }

  template <class Visit, class Set>
  void other(const std::string& name, const std::string& what, Visit visit, Set set) {
    fields_.push_back({name, [=](Random&) {
                         return SeededChange{name, what, {}, [=](WorldConfig& config) {
                                               visit(config, [&](auto& object) { set(object); });
                                             }};
                       }});
  }

 private:
  std::vector<Field>& fields_;
};

constexpr auto kSelf = [](WorldConfig& config, const auto& act) { act(config); };
constexpr auto kPanel = [](WorldConfig& config, const auto& act) { act(config.face.panel); };
constexpr auto kTerminal = [](WorldConfig& config, const auto& act) { act(config.terminal); };
constexpr auto kBackend = [](WorldConfig& config, const auto& act) { act(config.backend); };
constexpr auto kEhr = [](WorldConfig& config, const auto& act) { act(config.ehr); };
constexpr auto kCcid = [](WorldConfig& config, const auto& act) {
  act(config.generic.ccid);
  act(config.face.reader.ccid);
};
constexpr auto kReader = [](WorldConfig& config, const auto& act) {
  act(config.generic);
  act(config.face.reader);
};
// Cards are shared: each is copied before it is changed.
constexpr auto kCards = [](WorldConfig& config, const auto& act) {
  for (bench::CardOnDesk& card : config.cards) {
    auto copy = std::make_shared<card::Profile>(*card.profile);
    act(copy->data);
    card.profile = std::move(copy);
  }
};

#define UKETSUKE_AT(expression) \
  [](auto& object) -> auto& { return object.expression; }

void add_card(Builder& add) {
  add.number("timing/card/command_us", kCards, UKETSUKE_AT(timing.command_us));
  add.number("timing/card/read_us_per_byte", kCards, UKETSUKE_AT(timing.read_us_per_byte));
  add.number("timing/card/verify_us", kCards, UKETSUKE_AT(timing.verify_us));
  add.number("timing/card/private_key_us", kCards, UKETSUKE_AT(timing.private_key_us));
  add.number("timing/card/public_key_us", kCards, UKETSUKE_AT(timing.public_key_us));
  add.number("parameter/card/retry_limits.auth_pin", kCards,
             UKETSUKE_AT(behaviour.retry_limits.auth_pin));
  add.number("parameter/card/retry_limits.verification_b", kCards,
             UKETSUKE_AT(behaviour.retry_limits.verification_b));
  add.flag("parameter/card/select_application_clears_status", kCards,
           UKETSUKE_AT(behaviour.select_application_clears_status));
  add.flag("parameter/card/terminal_authentication", kCards,
           UKETSUKE_AT(behaviour.terminal_authentication));
  add.flag("parameter/card/query_of_verified_key_is_9000", kCards,
           UKETSUKE_AT(behaviour.query_of_verified_key_is_9000));
  add.flag("parameter/card/first_command_after_power_down_fails", kCards,
           UKETSUKE_AT(behaviour.first_command_after_power_down_fails));
}

void add_panel(Builder& add) {
  add.number("timing/face_reader/passcode_entry_us", kPanel, UKETSUKE_AT(passcode_entry_us));
  add.number("timing/face_reader/passcode_check_us", kPanel, UKETSUKE_AT(passcode_check_us));
  add.number("timing/face_reader/place_card_us", kPanel, UKETSUKE_AT(place_card_us));
  add.number("timing/face_reader/reading_us", kPanel, UKETSUKE_AT(reading_us));
  add.number("timing/face_reader/auth_method_us", kPanel, UKETSUKE_AT(auth_method_us));
  add.number("timing/face_reader/card_face_scan_us", kPanel, UKETSUKE_AT(card_face_scan_us));
  add.number("timing/face_reader/face_capture_us", kPanel, UKETSUKE_AT(face_capture_us));
  add.number("timing/face_reader/consent_us", kPanel, UKETSUKE_AT(consent_us));
  add.number("timing/face_reader/completion_us", kPanel, UKETSUKE_AT(completion_us));
  add.flag("parameter/face_reader/passcode_switch", kPanel, UKETSUKE_AT(passcode_switch));
  add.number("parameter/face_reader/passcode_min_digits", kPanel, UKETSUKE_AT(passcode_min_digits));
  add.number("parameter/face_reader/passcode_max_digits", kPanel, UKETSUKE_AT(passcode_max_digits));
  add.number("parameter/face_reader/face_threshold", kPanel, UKETSUKE_AT(face_threshold));
  add.number("parameter/face_reader/face_tries", kPanel, UKETSUKE_AT(face_tries));
  add.flag("parameter/face_reader/completion_before_consent", kPanel,
           UKETSUKE_AT(completion_before_consent));
  add.flag("parameter/face_reader/return_at_card_removal", kPanel,
           UKETSUKE_AT(return_at_card_removal));
  add.text("parameter/face_reader/model", kPanel, UKETSUKE_AT(model));
  add.text("parameter/face_reader/firmware", kPanel, UKETSUKE_AT(firmware));
}

void add_terminal(Builder& add) {
  add.number("timing/terminal/step_timeout_us", kTerminal, UKETSUKE_AT(card.step_timeout_us));
  add.number("timing/terminal/pin_timeout_s", kTerminal, UKETSUKE_AT(card.pin_timeout_s));
  add.number("timing/terminal/question_timeout_us", kTerminal, UKETSUKE_AT(question_timeout_us));
  add.number("parameter/terminal/challenge_length", kTerminal, UKETSUKE_AT(card.challenge_length));
  add.number("parameter/terminal/max_object_bytes", kTerminal, UKETSUKE_AT(card.max_object_bytes));
  add.flag("parameter/terminal/disconnect_at_end", kTerminal, UKETSUKE_AT(card.disconnect_at_end));
  add.number("parameter/terminal/max_ehr_requests", kTerminal, UKETSUKE_AT(max_ehr_requests));
  add.number("parameter/terminal/auth_method_rounds", kTerminal, UKETSUKE_AT(auth_method_rounds));
  add.flag("parameter/terminal/completion_before_consent", kTerminal,
           UKETSUKE_AT(completion_before_consent));
  add.flag("parameter/terminal/eligibility_needs_card", kTerminal,
           UKETSUKE_AT(eligibility_needs_card));
  add.flag("parameter/terminal/visual_needs_form", kTerminal, UKETSUKE_AT(visual_needs_form));
  add.flag("parameter/terminal/allow_future_date", kTerminal, UKETSUKE_AT(allow_future_date));
  add.flag("parameter/terminal/administrator_for_reader_operation", kTerminal,
           UKETSUKE_AT(administrator_for_reader_operation));
  add.flag("parameter/terminal/check_eligibility_when_declined", kTerminal,
           UKETSUKE_AT(check_eligibility_when_declined));
  add.other("parameter/terminal/consent_items", "one more", kTerminal,
            [](auto& terminal) { terminal.consent_items.emplace_back("treatment"); });
  add.other("parameter/terminal/first_screen", "account_management", kTerminal,
            [](auto& terminal) { terminal.first_screen = terminal::ScreenId::kAccountManagement; });
}

void add_backend(Builder& add) {
  add.number("timing/backend/passcode_lifetime", kBackend, UKETSUKE_AT(passcode_lifetime));
  add.number("timing/backend/transaction_lifetime", kBackend, UKETSUKE_AT(transaction_lifetime));
  add.number("timing/backend/expired_certificate_grace_months", kBackend,
             UKETSUKE_AT(expired_certificate_grace_months));
  add.number("timing/backend/consent_lifetime", kBackend, UKETSUKE_AT(consent_lifetime));
  add.number("timing/backend/emergency_window", kBackend, UKETSUKE_AT(emergency_window));
  add.number("timing/backend/two_factor_window", kBackend, UKETSUKE_AT(two_factor_window));
  add.number("parameter/backend/passcode_digits", kBackend, UKETSUKE_AT(passcode_digits));
  add.number("parameter/backend/passcode_tries", kBackend, UKETSUKE_AT(passcode_tries));
  add.number("parameter/backend/two_factors", kBackend, UKETSUKE_AT(two_factors));
  add.flag("parameter/backend/require_visual_confirmation", kBackend,
           UKETSUKE_AT(require_visual_confirmation));
  for (const backend::Binding binding :
       {backend::Binding::kLenient, backend::Binding::kInstitution, backend::Binding::kStrict}) {
    if (binding == backend::Parameters().binding) continue;
    add.other(fmt::format("parameter/backend/binding/{}", to_string(binding)), "this one", kBackend,
              [binding](auto& backend) { backend.binding = binding; });
  }
  for (std::size_t i = 0; i < backend::Windows().size(); ++i) {
    const auto section = wire::oqs::to_string(static_cast<wire::oqs::Section>(i));
    const auto window = [&](const char* which, auto get) {
      const std::string base = fmt::format("timing/backend/{}/{}", which, section);
      add.number(
          base + "/months", kBackend, [=](auto& b) -> auto& { return get(b)[i].months; });
      add.number(
          base + "/days", kBackend, [=](auto& b) -> auto& { return get(b)[i].days; });
    };
    window("emergency", UKETSUKE_AT(emergency));
    window("ordinary", UKETSUKE_AT(ordinary));
  }
}

void add_rest(Builder& add) {
  add.number("timing/ehr/answer_timeout_us", kEhr, UKETSUKE_AT(answer_timeout_us));
  add.flag("parameter/ehr/require_permission", kEhr, UKETSUKE_AT(require_permission));
  add.flag("parameter/ehr/require_two_factor", kEhr, UKETSUKE_AT(require_two_factor));
  add.flag("parameter/ehr/report_two_factor", kEhr, UKETSUKE_AT(report_two_factor));
  add.flag("parameter/ehr/send_emergency_mode", kEhr, UKETSUKE_AT(send_emergency_mode));
  add.other("parameter/ehr/path", "network", kEhr,
            [](auto& ehr) { ehr.path = ehr::Path::kNetwork; });
  add.other("parameter/ehr/encoding", "Shift_JIS", kEhr,
            [](auto& ehr) { ehr.encoding = wire::oqs::CharacterCode::kShiftJis; });
  add.number("timing/wire/backend_work_us", kSelf, UKETSUKE_AT(backend_work_us));
  add.number("timing/wire/folder_noticed_us", kSelf, UKETSUKE_AT(folder_noticed_us));
  add.number("timing/wire/network.latency_us", kSelf, UKETSUKE_AT(network.latency_us));
  add.number("timing/wire/network.time_out_us", kSelf, UKETSUKE_AT(network.time_out_us));
  add.number("timing/reader/power_off_us", kCcid, UKETSUKE_AT(power_off_us));
  add.number("timing/reader/time_extension_period_us", kCcid,
             UKETSUKE_AT(time_extension_period_us));
  add.number("timing/reader/default_pin_timeout_s", kCcid, UKETSUKE_AT(default_pin_timeout_s));
  add.number("timing/reader/interrupt_bInterval", kReader, UKETSUKE_AT(interrupt_bInterval));
  add.number("parameter/reader/atr_parity_retries", kCcid, UKETSUKE_AT(atr_parity_retries));
  add.number("parameter/reader/default_pin_min", kCcid, UKETSUKE_AT(default_pin_min));
  add.number("parameter/reader/default_pin_max", kCcid, UKETSUKE_AT(default_pin_max));
  add.flag("parameter/reader/accepts_empty_xfr_block", kCcid, UKETSUKE_AT(accepts_empty_xfr_block));
  add.flag("parameter/reader/accepts_four_byte_tpdu", kCcid, UKETSUKE_AT(accepts_four_byte_tpdu));
  add.flag("parameter/reader/answers_get_uid", kCcid, UKETSUKE_AT(answers_get_uid));
  add.flag("parameter/reader/refuses_rfu", kCcid, UKETSUKE_AT(refuses_rfu));
}

#undef UKETSUKE_AT

}  // namespace

void add_parameter_fields(std::vector<Field>& fields) {
  Builder add(fields);
  add_card(add);
  add_panel(add);
  add_terminal(add);
  add_backend(add);
  add_rest(add);
}

}  // namespace uketsuke::campaign
