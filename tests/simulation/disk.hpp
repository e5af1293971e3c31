// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "bot/engine/event.hpp"
#include "tests/simulation/agenda.hpp"
#include "tests/simulation/random.hpp"

namespace plimsoll::sim {

/// The journal's file and the thread that writes it: one commit at a time, in the order asked, each whole or not at
/// all, and gone with the power unless it was synced. It refuses what bot/journal refuses.
class Disk {
  public:
    enum class Health : std::uint8_t {
        Good,
        Full,      // nothing can be written
        Doubtful,  // the sync fails: what was written may be there or not
    };

    Disk(Agenda& agenda, Random random) : agenda_(agenda), random_(random) {}

    Health health = Health::Good;
    Ms sync_takes = 2;

    using Done = std::function<void(std::string error)>;
    void write(std::vector<engine::JournalRecord> records, Done done);
    /// The process is gone, or the power: what is not synced survives or not, and nobody is told.
    void crash();

    /// All that survives a loss of power now.
    const std::vector<engine::JournalRecord>& synced() const { return synced_; }
    bool holds(const Hash32& attempt, const Bytes& raw) const;
    bool ended(const engine::JournalRecord& record) const;
    /// What a process that starts now is given (engine::Started), after bot/shell/memory.cpp. `wall` is its clock.
    engine::Started begin_life(Ms wall);
    /// Too many lives ended by a crash: until then nothing new may be signed. By the clock of the process.
    Ms safe_until() const { return safe_until_; }
    void clock_went_back(Ms by) { safe_until_ -= by; }
    /// Refusals that were the engine's fault.
    std::vector<std::string> refused;

  private:
    using Step = std::pair<std::string, std::uint32_t>;  // incident and number
    struct Commit {
        std::vector<engine::JournalRecord> records;
        Done done;
    };
    void begin();
    void finish(bool survives, const std::string& error);
    std::string keep(const std::vector<engine::JournalRecord>& records);
    std::string refusal(const engine::JournalRecord& record, bool& known) const;
    void forget_old();

    Agenda& agenda_;
    Random random_;
    std::vector<engine::JournalRecord> synced_;
    std::map<std::pair<Step, bool>, engine::Spending> spendings_;  // at its end, and found after it
    std::set<Step> reverted_;
    std::set<Step> ended_;
    std::set<Step> abandoned_;
    std::map<Address, Nonce> next_nonces_;  // never used
    std::deque<Ms> lives_;                  // begun, and ended by a crash; newest first
    Ms safe_until_ = 0;
    std::deque<Commit> waiting_;
    bool busy_ = false;
    std::uint64_t life_ = 0;
};

}  // namespace plimsoll::sim
