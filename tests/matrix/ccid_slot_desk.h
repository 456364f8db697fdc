// A CCID function on the desk of the matrix tests: brought into a state by events of
// ccid_slot.yaml; what it says is put into the words of the table.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/matrix/table.h"
#include "tests/unit/ccid_function/bench.h"

namespace uketsuke::matrix {

struct SlotScript {
  struct State {
    std::string reader;
    std::vector<std::string> events;
  };
  std::map<std::string, State> states;
  std::map<std::string, wire::Bytes> messages;  // of the events that are bulk-OUT messages
};
SlotScript load_slot_script(const std::string& path);

class SlotDesk {
 public:
  // The reader has `slot_table`.
  SlotDesk(const SlotScript& script, const std::string& state,
           const ccid_function::SlotTable& slot_table);
  Outcome attempt(const std::string& event);
  // As the table names it, whatever else is under way: SlotState after the way into the state.
  ccid_function::SlotState slot_state() const { return bench_->function.slot_state(0); }

 private:
  void happen(const std::string& event, bool on_the_way);
  void happen_to_card(const std::string& event);
  void request(const std::string& event);
  void forget();
  std::vector<std::string> said(const std::string& event);
  std::string word_of(const wire::Bytes& response, std::uint8_t own_seq, bool& answered) const;
  std::string region();
  std::string ready_region();
  wire::Bytes answer_to(const char* message);

  const SlotScript& script_;
  std::string state_, reader_;
  std::unique_ptr<ccid_function::Bench> bench_;
  std::string control_;
  bool time_passed_ = false;
  std::uint64_t malformed_ = 0;
};

}  // namespace uketsuke::matrix
