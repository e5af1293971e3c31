// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bot/notify/open_alerts.hpp"
#include "chain/types/result.hpp"

/// What may be asked in a chat, and what is answered. Pure; bot/notify/telegram_poll.hpp fetches and sends.
namespace plimsoll::bot::notify {

struct ChatCommand {
    std::string chat;
    std::string verb;                // "pause", in small letters, without the slash and the bot's name
    std::vector<std::string> words;  // behind it
    std::int64_t time_s{};           // when it was written

    bool operator==(const ChatCommand&) const = default;
};

struct ChatUpdates {
    std::optional<std::int64_t> next;  // what to ask for the next time; none: nothing new came
    std::vector<ChatCommand> commands;
    std::size_t strangers = 0;  // messages of chats that are not ours: ignored, and not answered
};

/// An answer of getUpdates. Of the chats that are configured alone; what is edited, forwarded or no command is left
/// out.
Result<ChatUpdates> parse_updates(std::string_view body, const std::vector<std::string>& chats);

struct ChatServices {
    using Said = std::function<void(std::string)>;
    std::function<std::string()> status;
    /// Asks the nodes, and may take seconds.
    std::function<void(const std::string& position, Said said)> plan;
    std::function<std::vector<std::string>()> wallets;
    std::function<void(const std::string& wallet, std::optional<std::chrono::milliseconds> span, const std::string& by,
                       std::function<void(Result<void>)> done)>
        pause;
    std::function<void(const std::string& wallet, const std::string& by, std::function<void(Result<void>)> done)>
        resume;
    /// `which`: id or key of one that is open (Errc::NotFound: none is called so); empty: all. How many they are.
    std::function<Result<std::size_t>(const std::string& which, const std::string& by)> acknowledge;
    std::function<AlertsNow()> alerts;
    std::function<std::int64_t()> now_ms;
    std::string name = {};  // of this daemon, before each answer; empty: nothing is
};

class Chat {
  public:
    /// `acts`: /pause and /resume are obeyed too.
    Chat(ChatServices services, bool acts) : services_(std::move(services)), acts_(acts) {}

    /// `said` gets one answer, at once or later. A command that is older than kOldest is not obeyed: who wrote it may
    /// think otherwise by now.
    void obey(const ChatCommand& command, const ChatServices::Said& said);

    static constexpr std::int64_t kOldestS = 300;

  private:
    void answer(const ChatCommand& command, const ChatServices::Said& said);
    void pause(const ChatCommand& command, const ChatServices::Said& said);
    void resume(const ChatCommand& command, const ChatServices::Said& said);
    std::optional<std::string> wallet_of(std::vector<std::string>& words, std::string& wrong) const;
    void acknowledge(const ChatCommand& command, const ChatServices::Said& said);
    std::string open() const;
    std::string help() const;

    ChatServices services_;
    bool acts_;
};

}  // namespace plimsoll::bot::notify
