#include "models/terminal/desk.h"

#include <algorithm>
#include <iterator>

#include "sim/wire/oqs/calendar.h"

namespace uketsuke::terminal {

std::string_view to_string(Folder folder) {
  switch (folder) {
    case Folder::kRes: return "res";
    case Folder::kFace: return "face";
    case Folder::kTrash: return "trash";
  }
  return "?";
}

Desk::Desk(Parameters parameters)
    : parameters_(std::move(parameters)),
      start_seconds_(wire::oqs::seconds_of(parameters_.start_time).value_or(0)) {
  next_backend_id_ = parameters_.first_request_id;
  values_["reader_mode"] = "unknown";
}

Actions Desk::take() {
  flush();
  return std::move(out_);
}

void Desk::flush() {
  if (!dirty_) return;
  out_.push_back(panel::Display{std::string(to_string(screen_)), message_, values_, secrets_});
  dirty_ = unseen_message_ = false;
}

std::string Desk::now() const {
  return wire::oqs::time_of(start_seconds_ + static_cast<std::int64_t>(now_us_ / 1'000'000));
}

std::string Desk::today() const { return now().substr(0, 8); }

void Desk::record(std::string name, std::vector<std::pair<std::string, std::string>> values) {
  out_.push_back(Record{std::move(name), std::move(values)});
}

void Desk::ask_backend(Owner owner, const backend_api::Request& request, std::uint64_t tag) {
  const std::uint64_t id = next_backend_id_++;
  backend_pending_[id] = BackendAnswer{owner, tag};
  out_.push_back(network::Request{id, backend_api::encode(request)});
}

std::optional<Desk::BackendAnswer> Desk::match(const network::Response& response) {
  const auto it = backend_pending_.find(response.id);
  if (it == backend_pending_.end()) return std::nullopt;
  const BackendAnswer answer = it->second;
  backend_pending_.erase(it);
  return answer;
}

void Desk::set_link(bool up) {
  link_up_ = up;
  link_queue_.clear();
}

void Desk::ask_reader(Owner owner, link::Body body, std::uint64_t tag) {
  link_queue_.push_back(LinkPending{owner, std::move(body), tag});
  if (link_queue_.size() == 1) out_.push_back(LinkRequest{link_queue_.front().body});
}

Desk::LinkPending Desk::finish_link_request() {
  if (link_queue_.empty()) return {};
  LinkPending done = std::move(link_queue_.front());
  link_queue_.pop_front();
  if (!link_queue_.empty()) out_.push_back(LinkRequest{link_queue_.front().body});
  return done;
}

void Desk::withdraw_waiting(Owner owner) {
  if (link_queue_.empty()) return;
  const auto waiting = std::next(link_queue_.begin());
  link_queue_.erase(std::remove_if(waiting, link_queue_.end(),
                                   [&](const LinkPending& one) { return one.owner == owner; }),
                    link_queue_.end());
}

bool Desk::waits_for_link(Owner owner) const {
  return std::any_of(link_queue_.begin(), link_queue_.end(),
                     [&](const LinkPending& pending) { return pending.owner == owner; });
}

void Desk::show(ScreenId screen, std::string message) {
  if (unseen_message_) flush();  // a message is never lost
  screen_ = screen;
  message_ = std::move(message);
  unseen_message_ = !message_.empty();
  secrets_.clear();
  for (auto it = values_.begin(); it != values_.end();) {
    const bool stays = it->first == "account" || it->first == "reader_mode";
    it = stays ? std::next(it) : values_.erase(it);
  }
  dirty_ = true;
}

void Desk::say(std::string message) {
  if (unseen_message_) flush();
  message_ = std::move(message);
  unseen_message_ = !message_.empty();
  values_.erase("code");
  dirty_ = true;
}

void Desk::set_value(const std::string& key, std::string value) {
  values_[key] = std::move(value);
  dirty_ = true;
}

void Desk::set_secret(const std::string& key, std::string value) {
  secrets_[key] = std::move(value);
  set_value(key, "****");
}

void Desk::clear_value(const std::string& key) {
  if (values_.erase(key) > 0) dirty_ = true;
}

backend_api::Answer answer_of(const network::Response& response) {
  if (response.outcome == network::Outcome::kNoAnswer) return backend_api::Refusal{"no_answer"};
  auto answer = backend_api::decode_answer(response.body);
  if (!answer) return backend_api::Refusal{"bad_answer"};
  return std::move(*answer);
}

}  // namespace uketsuke::terminal
