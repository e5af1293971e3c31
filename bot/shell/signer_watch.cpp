// SPDX-License-Identifier: Apache-2.0
#include "bot/shell/signer_watch.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>

namespace plimsoll::bot {

namespace {

constexpr std::chrono::seconds kPeriod{30};
constexpr std::chrono::seconds kPeriodInTrouble{5};
constexpr const char* kKind = "signer-unreachable";

bool is_of_the_service(Errc code) {
    return code == Errc::Io || code == Errc::Timeout || code == Errc::Refused;
}

}  // namespace

SignerWatch::SignerWatch(const boost::asio::any_io_executor& executor, const Signers& signers, AlertDesk& alerts)
    : alerts_(alerts), timer_(executor) {
    for (const auto& [wallet, signer] : signers) {
        if (signer.service) watched_.push_back({wallet, signer.service, false, {}});
    }
}

void SignerWatch::stop() {
    stopped_ = true;
    timer_.cancel();
}

/// A service that does not answer for one wallet is not asked for the others: each would wait out its time.
Task<bool> SignerWatch::round() {
    std::map<std::string, std::string> down;
    bool good = true;
    for (auto& one : watched_) {
        const auto known = down.find(one.service->shown());
        std::string trouble = known == down.end() ? std::string() : known->second;
        if (known == down.end()) {
            const auto answered = co_await one.service->check();
            if (stopped_) co_return good;
            if (!answered) trouble = answered.error().message;
            if (!answered && is_of_the_service(answered.error().code)) down.emplace(one.service->shown(), trouble);
        }
        one.asked = true;
        one.trouble = trouble;
        good = good && trouble.empty();
        if (trouble.empty())
            alerts_.clear("", kKind, one.wallet, "The signing service answers and has the key.");
        else
            alerts_.raise("", engine::AlertLevel::Critical, kKind, one.wallet,
                          "Nothing can be signed for this wallet: " + trouble);
    }
    co_return good;
}

Task<void> SignerWatch::run() {
    while (!stopped_ && !watched_.empty()) {
        const bool good = co_await round();
        if (stopped_) co_return;
        timer_.expires_after(good ? kPeriod : kPeriodInTrouble);
        co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
}

std::vector<http::Check> SignerWatch::checks() const {
    std::vector<http::Check> out;
    for (const auto& one : watched_) {
        http::Check line;
        line.name = "signer " + one.wallet;
        line.ok = one.asked && one.trouble.empty();
        line.detail = !one.asked ? "not yet asked" : one.trouble.empty() ? one.service->shown() : one.trouble;
        out.push_back(std::move(line));
    }
    return out;
}

}  // namespace plimsoll::bot
