// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>

#include "bot/notify/chat.hpp"
#include "chain/rpc/http_worker.hpp"
#include "chain/rpc/task.hpp"
#include "config/settings.hpp"

namespace plimsoll::bot::notify {

/// Listens to a bot's chats by long polling (core.telegram.org/bots/api#getupdates) and answers there. Whatever becomes
/// of it, nobody waits.
class TelegramPoll {
  public:
    /// Errors are those of the secret and the URL.
    static Result<std::unique_ptr<TelegramPoll>> make(const boost::asio::any_io_executor& executor,
                                                      const config::AlertChannel& settings, ChatServices services);

    /// Until stop().
    Task<void> run();
    void stop();

  private:
    TelegramPoll(const boost::asio::any_io_executor& executor, const config::AlertChannel& settings,
                 rpc::HttpWorkerOptions poll, rpc::HttpWorkerOptions say, ChatServices services);
    /// What failed; empty: nothing.
    Task<std::string> poll();
    void say(const std::string& chat, std::string text);

    boost::asio::any_io_executor executor_;
    std::string name_;
    std::vector<std::string> chats_;
    std::string target_;  // of getUpdates, with the token
    rpc::HttpWorker poll_;
    rpc::HttpWorker say_;
    Chat chat_;
    boost::asio::steady_timer timer_;
    std::int64_t next_ = 0;
    std::string trouble_;
    bool strangers_told_ = false;
    bool stopped_ = false;
};

}  // namespace plimsoll::bot::notify
