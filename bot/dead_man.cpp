// SPDX-License-Identifier: Apache-2.0
#include "bot/dead_man.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "bot/alerts.hpp"
#include "bot/log.hpp"
#include "chain/rpc/http_exchange.hpp"
#include "config/secrets.hpp"

namespace plimsoll::bot {

namespace {

constexpr auto kAnswerLimit = std::chrono::seconds(10);
constexpr auto kDiskLimit = std::chrono::seconds(10);
constexpr auto kRetry = std::chrono::seconds(1);  // between looks while the call is withheld
constexpr std::size_t kAnswerBytes = 64U << 10U;  // nobody reads it

}  // namespace

Result<std::unique_ptr<DeadMan>> DeadMan::make(boost::asio::any_io_executor executor, const config::Heartbeat& settings,
                                               DeadManServices services) {
    if (!settings.url) return std::unique_ptr<DeadMan>();
    std::string text = *settings.url;
    if (settings.secret) {
        const auto secret = config::read_secret(*settings.secret);
        if (!secret) return fail(secret.error(), "[heartbeat]");
        text = config::with_secret(std::move(text), *secret);
    }
    auto url = rpc::Url::parse(text);
    if (!url) return fail(std::move(url).error(), "[heartbeat] url");
    rpc::HttpWorkerOptions worker;
    worker.url = *std::move(url);
    worker.body_bytes = kAnswerBytes;
    worker.queued = 2;
    worker.connections = 1;
    worker.reuse = false;
    return std::unique_ptr<DeadMan>(
        new DeadMan(std::move(executor), std::move(worker), settings.every, std::move(services)));
}

DeadMan::DeadMan(boost::asio::any_io_executor executor, rpc::HttpWorkerOptions worker, std::chrono::seconds every,
                 DeadManServices services)
    : executor_(std::move(executor)),
      target_(worker.url.target),
      shown_(worker.url.shown()),
      every_(every),
      services_(std::move(services)),
      worker_(std::move(worker)),
      timer_(executor_) {}

void DeadMan::stop() {
    if (stopped_) return;
    stopped_ = true;
    timer_.cancel();
    worker_.stop();
}

void DeadMan::withhold(const std::string& reason) {
    if (withheld_.empty()) log::warn("the heartbeat is withheld", {{"reason", reason}});
    withheld_ = reason;
}

/// The writer answers when the disk has; a disk that hangs is one that does not work.
Task<Result<void>> DeadMan::disk_works() {
    struct Answer {
        explicit Answer(const boost::asio::any_io_executor& executor) : timer(executor) {}
        boost::asio::steady_timer timer;
        std::optional<Result<void>> result;
    };
    const auto answer = std::make_shared<Answer>(executor_);
    answer->timer.expires_after(kDiskLimit);
    services_.prove_disk([answer](Result<void> written) {
        answer->result = std::move(written);
        answer->timer.cancel();
    });
    if (!answer->result) co_await answer->timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    if (!answer->result) co_return fail(Errc::Timeout, "the disk does not answer");
    co_return *answer->result;
}

Task<void> DeadMan::call() {
    const auto reply = co_await rpc::http_get(executor_, worker_, target_, kAnswerLimit);
    if (stopped_) co_return;
    const bool taken = reply && reply->status >= 200 && reply->status < 300;
    if (taken) {
        services_.alerts->clear("", "heartbeat", "", "the heartbeat is taken again");
        co_return;
    }
    const std::string why = reply ? fmt::format("status {}", reply->status) : reply.error().message;
    services_.alerts->raise("", engine::AlertLevel::Warning, "heartbeat", "",
                            fmt::format("the heartbeat is not taken by {}: {}", shown_, why));
}

Task<void> DeadMan::run() {
    while (!stopped_) {
        auto trouble = services_.trouble();
        if (!trouble) {
            const auto written = co_await disk_works();
            if (!written) trouble = "the journal: " + written.error().message;
        }
        if (stopped_) co_return;
        if (trouble) {
            withhold(*trouble);
        } else {
            if (!withheld_.empty()) log::info("the heartbeat goes on");
            withheld_.clear();
            co_await call();
        }
        if (stopped_) co_return;
        timer_.expires_after(trouble ? std::min<std::chrono::seconds>(kRetry, every_) : every_);
        co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
}

}  // namespace plimsoll::bot
