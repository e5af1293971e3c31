// SPDX-License-Identifier: Apache-2.0
#include "bot/notify/telegram_poll.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "bot/log.hpp"
#include "bot/notify/message.hpp"
#include "chain/rpc/http_exchange.hpp"
#include "config/secrets.hpp"

namespace plimsoll::bot::notify {

namespace {

constexpr auto kHold = std::chrono::seconds(25);  // Telegram answers when something comes, or after this
constexpr auto kPollLimit = kHold + std::chrono::seconds(10);
constexpr auto kSayLimit = std::chrono::seconds(10);
constexpr auto kShortestPause = std::chrono::milliseconds(1'000);
constexpr auto kLongestPause = std::chrono::milliseconds(60'000);
constexpr std::size_t kAnswers = 16;  // on their way; more are not said

rpc::HttpWorkerOptions options_of(rpc::Url url, const config::AlertChannel& settings) {
    rpc::HttpWorkerOptions out;
    out.ca_file = settings.ca.value_or("");
    out.url = std::move(url);
    out.body_bytes = 1U << 20U;
    out.queued = kAnswers;
    out.connections = 1;
    out.reuse = false;
    return out;
}

}  // namespace

Result<std::unique_ptr<TelegramPoll>> TelegramPoll::make(const boost::asio::any_io_executor& executor,
                                                         const config::AlertChannel& settings, ChatServices services) {
    const std::string section = "[alert." + settings.name + "]";
    Target target;
    target.url = settings.url.value_or("");
    auto secret = config::read_secret(*settings.secret);
    if (!secret) return fail(std::move(secret).error(), section + " secret");
    target.secret = std::string(secret->text());
    auto poll = rpc::Url::parse(telegram_url(target, "getUpdates"));
    auto say = rpc::Url::parse(telegram_url(target, "sendMessage"));
    if (!poll || !say) return fail(Errc::Decode, section + " url or secret: no URL comes of them");
    return std::unique_ptr<TelegramPoll>(new TelegramPoll(executor, settings, options_of(*std::move(poll), settings),
                                                          options_of(*std::move(say), settings), std::move(services)));
}

TelegramPoll::TelegramPoll(const boost::asio::any_io_executor& executor, const config::AlertChannel& settings,
                           rpc::HttpWorkerOptions poll, rpc::HttpWorkerOptions say, ChatServices services)
    : executor_(executor),
      name_(settings.name),
      chats_(settings.chats),
      target_(poll.url.target),
      poll_(std::move(poll)),
      say_(std::move(say)),
      chat_(std::move(services), settings.commands == "act"),
      timer_(executor) {}

void TelegramPoll::stop() {
    if (stopped_) return;
    stopped_ = true;
    timer_.cancel();
    poll_.stop();
    say_.stop();
}

void TelegramPoll::say(const std::string& chat, std::string text) {
    if (stopped_) return;
    Target target;
    target.chat = chat;
    Notice notice;
    notice.alert.level = engine::AlertLevel::Warning;
    notice.alert.text = std::move(text);
    const Request request = telegram_request(target, Bundle{"", {notice}});
    const auto answered = [name = name_](const Result<rpc::HttpReply>& reply) {
        const auto verdict = reply ? judge_telegram({reply->status, reply->body, reply->retry_after})
                                   : Verdict{Took::Later, reply.error().message};
        if (verdict.took != Took::Yes)
            log::warn("an answer was not taken", {{"channel", name}, {"reason", verdict.why}});
    };
    if (!say_.post(request.body, kSayLimit, answered)) log::warn("too many answers wait", {{"channel", name_}});
}

Task<std::string> TelegramPoll::poll() {
    const std::string target =
        fmt::format("{}?timeout={}&offset={}&allowed_updates=%5B%22message%22%5D", target_, kHold.count(), next_);
    const auto reply = co_await rpc::http_get(executor_, poll_, target, kPollLimit);
    if (stopped_) co_return "";
    if (!reply) co_return reply.error().message;
    if (reply->status != 200) co_return judge_telegram({reply->status, reply->body, reply->retry_after}).why;
    const auto updates = parse_updates(reply->body, chats_);
    if (!updates) co_return updates.error().message;
    next_ = std::max(next_, updates->next.value_or(0));
    if (updates->strangers > 0 && !strangers_told_) {
        strangers_told_ = true;
        log::warn("a chat that is not configured wrote to the bot: ignored", {{"channel", name_}});
    }
    for (const auto& command : updates->commands) {
        log::info("asked", {{"channel", name_}, {"chat", command.chat}, {"command", words_of(command.verb)}});
        chat_.obey(command, [this, chat = command.chat](std::string text) { say(chat, std::move(text)); });
    }
    co_return "";
}

Task<void> TelegramPoll::run() {
    auto pause = kShortestPause;
    while (!stopped_) {
        const std::string trouble = co_await poll();
        if (stopped_) co_return;
        if (trouble != trouble_ && !trouble.empty())
            log::warn("the chat cannot be heard", {{"channel", name_}, {"reason", trouble}});
        trouble_ = trouble;
        pause = trouble.empty() ? kShortestPause : std::min(2 * pause, kLongestPause);
        timer_.expires_after(trouble.empty() ? std::chrono::milliseconds(100) : pause);
        co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
}

}  // namespace plimsoll::bot::notify
