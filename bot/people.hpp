// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bot/notify/dispatcher.hpp"
#include "bot/notify/telegram_poll.hpp"
#include "bot/operator.hpp"

namespace plimsoll::console {
class Board;
}

namespace plimsoll::bot {

class ChainShell;
namespace control {
class ControlSocket;
}

/// What a new process finds in the journal of its dealings with people.
struct PeopleMemory {
    notify::Queue::Memory messages;
    std::vector<journal::WalletPause> pauses;
    std::vector<journal::WalletDry> dry;
};
/// `instance`: as the daemon's, in the keys of alerts.
Result<PeopleMemory> recall_people(journal::Journal& journal, const std::string& instance, std::int64_t now_ms);

struct PeopleServices {
    const config::Settings* settings = nullptr;  // in force; may change with a reload
    const config::Settings* filed = nullptr;     // the same as the file says, before the operator's word
    std::function<void()> dry_changed;           // as OperatorServices
    const std::vector<std::unique_ptr<ChainShell>>* chains = nullptr;
    journal::JournalWriter* journal = nullptr;
    metrics::Metrics* metrics = nullptr;
    AlertDesk* alerts = nullptr;
    console::Board* board = nullptr;
    std::function<std::int64_t()> now_ms;
};

/// Whom the daemon talks with: the channels that take its alerts, the chats and commands that ask, and what an operator
/// may say.
class People {
  public:
    /// Opens every channel; errors name the section. `talks`: false in a process that looks once and ends.
    static Result<std::unique_ptr<People>> make(const boost::asio::any_io_executor& executor, PeopleServices services,
                                                PeopleMemory memory, bool talks);
    ~People();

    Operator& operators() { return *operator_; }
    /// What is open and what waits; nothing in a process that talks with nobody.
    notify::AlertsNow alerts() const;
    /// `which`: id or key of one that is open (Errc::NotFound: none is called so); empty: all. How many were not yet.
    Result<std::size_t> acknowledge(const std::string& which, const std::string& by);

    /// Shows on the board what an order has changed, before its giver is answered.
    Operator::Done showing(Operator::Done done);

    /// About once a second.
    void at_second();
    void stop();

  private:
    explicit People(boost::asio::any_io_executor executor, PeopleServices services);
    Result<void> open(PeopleMemory memory, bool talks);
    notify::ChatServices chat_services();
    void open_control();
    void show();
    void plan(const std::string& name, notify::ChatServices::Said said);

    boost::asio::any_io_executor executor_;
    PeopleServices services_;
    std::unique_ptr<Operator> operator_;
    std::unique_ptr<notify::Dispatcher> dispatcher_;
    std::vector<std::unique_ptr<notify::TelegramPoll>> chats_;
    std::unique_ptr<control::ControlSocket> control_;
    std::optional<std::uint64_t> shown_revision_;  // of the alerts on the board
    boost::asio::thread_pool planner_{1};          // asks nodes for a plan beside the loop, one at a time
    bool planning_ = false;
};

/// How all that is watched stands, the nearest to liquidation first; of at most kStatusPositions.
std::string status_text(const config::Settings& settings, const std::vector<std::unique_ptr<ChainShell>>& chains,
                        const Operator& who, std::int64_t now_ms);
inline constexpr std::size_t kStatusPositions = 10;

}  // namespace plimsoll::bot
