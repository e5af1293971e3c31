// SPDX-License-Identifier: Apache-2.0
#include "bot/notify/dispatcher.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <utility>

#include "bot/journal/writer.hpp"
#include "bot/log.hpp"
#include "bot/metrics.hpp"

namespace plimsoll::bot::notify {

namespace {

constexpr auto kStep = std::chrono::milliseconds(250);
constexpr std::uint32_t kStepsOfLook = 4;
constexpr std::size_t kPendingMost = 8'192;  // rows while the disk does not take them

constexpr std::int64_t kDiskPauseMs = 5'000;  // after a write that failed

}  // namespace

class Dispatcher::Sink : public AlertSink {
  public:
    explicit Sink(Dispatcher& dispatcher) : dispatcher_(dispatcher) {}
    std::string_view channel() const override { return "queue"; }
    void deliver(const AlertMessage& message, std::function<void(Result<void>)> done) override {
        dispatcher_.take(message);
        done({});
    }

  private:
    Dispatcher& dispatcher_;
};

Result<std::unique_ptr<Dispatcher>> Dispatcher::make(const boost::asio::any_io_executor& executor,
                                                     const std::vector<config::AlertChannel>& channels,
                                                     Queue::Memory memory, DispatcherServices services) {
    std::vector<LaneRule> rules;
    std::vector<std::unique_ptr<Channel>> opened;
    std::vector<Way> ways;
    for (const auto& settings : channels) {
        TRY(auto channel, open_channel(executor, settings));
        auto its = lanes_of(settings);
        for (std::size_t reader = 0; reader < its.size(); ++reader) {
            ways.push_back({channel.get(), reader});
            rules.push_back(std::move(its[reader]));
        }
        opened.push_back(std::move(channel));
    }
    std::unique_ptr<Dispatcher> out(new Dispatcher(executor, std::move(rules), std::move(memory), std::move(services)));
    out->channels_ = std::move(opened);
    out->ways_ = std::move(ways);
    return out;
}

Dispatcher::Dispatcher(const boost::asio::any_io_executor& executor, std::vector<LaneRule> rules, Queue::Memory memory,
                       DispatcherServices services)
    : services_(std::move(services)),
      rules_(std::move(rules)),
      queue_(rules_, std::move(memory), services_.now_ms()),
      timer_(executor) {}
Dispatcher::~Dispatcher() = default;

std::unique_ptr<AlertSink> Dispatcher::sink() {
    return std::make_unique<Sink>(*this);
}

void Dispatcher::take(const AlertMessage& message) {
    const std::int64_t now = services_.now_ms();
    Notice notice;
    notice.alert = {message.level, message.kind, message.position, message.text, message.resolved, message.event};
    notice.chain = message.chain;
    notice.key = message.dedup_key;
    notice.raised_ms = now;
    queue_.take(notice, now);
    pump();
}

void Dispatcher::pump() {
    if (stopped_) return;
    for (auto& parcel : queue_.due(services_.now_ms())) {
        Bundle bundle{services_.instance, parcel.notices};
        const Way way = ways_[parcel.lane];
        way.channel->send(way.reader, bundle, [this, parcel](const Verdict& verdict) {
            if (stopped_) return;
            queue_.answered(parcel, verdict, services_.now_ms());
            if (verdict.took != Took::Yes) {
                log::warn("alert not taken", {{"channel", rules_[parcel.lane].name}, {"reason", verdict.why}});
                for (const auto& notice : parcel.notices)
                    services_.metrics->alert(level_word(notice.alert.level), rules_[parcel.lane].name, "failed");
            }
            flush();
        });
    }
    flush();
}

void Dispatcher::count(const journal::DeliveryRow& row) {
    if (row.waits() || row.state == "needless") return;
    services_.metrics->alert(level_word(row.alert.level), row.channel, row.state);
    if (row.state != "sent")
        log::error("alert given up", {{"channel", row.channel},
                                      {"kind", row.alert.kind},
                                      {"state", row.state},
                                      {"reason", row.note},
                                      {"tries", row.tries}});
}

/// One write at a time, so that records of a rescue wait for one of them at most.
void Dispatcher::flush() {
    auto fresh = queue_.take_changes();
    for (const auto& row : fresh.rows) count(row);
    pending_.add(std::move(fresh));
    if (pending_.rows.size() > kPendingMost)
        pending_.rows.erase(pending_.rows.begin(), pending_.rows.end() - static_cast<std::ptrdiff_t>(kPendingMost));
    const std::int64_t now = services_.now_ms();
    if (writing_ || pending_.empty() || services_.journal == nullptr || now < write_after_ms_) return;
    writing_ = true;
    const auto batch = std::make_shared<Queue::Changes>(std::exchange(pending_, {}));
    const auto write = [batch](journal::Journal& journal) -> Result<void> {
        if (!batch->rows.empty()) TRY_VOID(journal.put_deliveries(batch->rows));
        for (const auto& key : batch->forgotten) TRY_VOID(journal.forget_acknowledged(key));
        for (const auto& row : batch->acknowledged) TRY_VOID(journal.acknowledge(row));
        return {};
    };
    services_.journal->write(write, [this, batch](const Result<void>& written) {
        writing_ = false;
        if (written) {
            if (!stopped_) flush();
            return;
        }
        write_after_ms_ = services_.now_ms() + kDiskPauseMs;
        // What is newer of the same row comes after it, and wins.
        batch->add(std::exchange(pending_, {}));
        pending_ = std::move(*batch);
    });
}

/// That a channel does not work is told through the others.
void Dispatcher::look() {
    constexpr std::uint32_t kFailures = 3;
    constexpr std::int64_t kPatienceMs = 30'000;
    constexpr double kMs = 1'000;
    std::map<std::string, std::pair<bool, std::string>> channels;  // fails, why
    const auto all = lanes();
    for (std::size_t l = 0; l < all.size(); ++l) {
        const auto& lane = all[l];
        services_.metrics->alert_channel_tried(lane.name, static_cast<double>(lane.last_taken_ms) / kMs,
                                               static_cast<double>(rules_[l].test_every_ms) / kMs);
        services_.metrics->alert_channel(lane.name, lane.waiting, lane.failures == 0);
        auto& [fails, why] = channels[lane.channel];
        fails = fails || lane.failures > 0;
        if (lane.failures < kFailures || lane.failing_ms < kPatienceMs) continue;
        why = fmt::format("{} takes no messages for {}: {}. {} wait and are tried again; other channels go on",
                          lane.name, duration_text(lane.failing_ms), lane.why, lane.waiting);
    }
    for (const auto& [channel, state] : channels) {
        if (!state.second.empty())
            services_.alerts->raise("", engine::AlertLevel::Warning, "alert-channel", channel, state.second);
        else if (!state.first)
            services_.alerts->clear("", "alert-channel", channel, "takes messages again");
    }
}

/// So that a way that is closed is found before it is needed, and silence means something.
void Dispatcher::test() {
    const std::int64_t now = services_.now_ms();
    for (const std::size_t lane : queue_.tests_due(now))
        queue_.test(lane,
                    test_notice(services_.instance, services_.name, rules_[lane].name,
                                services_.positions ? services_.positions() : 0, now),
                    now);
}

Task<void> Dispatcher::run() {
    for (std::uint32_t step = 0; !stopped_; ++step) {
        if (step % kStepsOfLook == 0) {
            test();
            look();
        }
        pump();
        timer_.expires_after(kStep);
        co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
}

void Dispatcher::stop() {
    if (stopped_) return;
    flush();
    stopped_ = true;
    timer_.cancel();
    for (const auto& channel : channels_) channel->stop();
}

std::size_t Dispatcher::acknowledge(const std::string& by) {
    const std::size_t count = queue_.acknowledge(by, services_.now_ms());
    flush();
    return count;
}

bool Dispatcher::acknowledge(const std::string& which, const std::string& by) {
    const bool found = queue_.acknowledge(which, by, services_.now_ms());
    flush();
    return found;
}

}  // namespace plimsoll::bot::notify
