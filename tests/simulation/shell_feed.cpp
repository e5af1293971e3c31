// SPDX-License-Identifier: Apache-2.0
// The feed, after chain/feed/follower.cpp: heads of the endpoint that is followed, missing parents, logs, age.
#include <algorithm>

#include "tests/simulation/shell_asking.hpp"

namespace plimsoll::sim {

namespace {

constexpr Ms kRetry = 100;
constexpr Ms kRetryMax = 2'000;

bool wants(const LogFilter& filter, const Log& log) {
    const auto in = [](const auto& list, const auto& one) {
        return list.empty() || std::find(list.begin(), list.end(), one) != list.end();
    };
    return in(filter.addresses, log.address) && (filter.topics0.empty() || in(filter.topics0, log.topics.at(0)));
}

}  // namespace

rpc::Header Shell::header_of(const Block& block) {
    rpc::Header header;
    header.ref = block.ref;
    header.gas_used = block.gas_used;
    header.gas_limit = kGasLimit;
    return header;
}

void Shell::announced(std::size_t node, const Block& head) {
    if (!engine_) return;
    const std::chrono::seconds known(host() / 1'000);
    election_->head(node, head.ref.number, steady(), rpc::believable(head.ref.timestamp, known));
    const bool followed = node == election_->current();
    if (followed) {
        // A subscription keeps what was said while something is asked for; of slow blocks the newest stands for all.
        if (!fast()) heard_.clear();
        heard_.push_back(header_of(head));
        heard_at_ = agenda_.now();
    }
    judge_endpoints();
    if (followed) rest();
}

void Shell::connection(std::size_t node, bool up) {
    if (!engine_) return;
    if (up)
        election_->up(node);
    else
        election_->down(node, steady());
    judge_endpoints();
}

void Shell::judge_endpoints() {
    const auto change = election_->judge(steady());
    if (!change) return;
    witness_.followed(nodes_[change->to]->name(), change->why);
    want_look_ = tracker_.delivered() != nullptr || want_look_;
    rest();
}

/// Takes in what has been heard, when nothing is being asked.
void Shell::rest() {
    if (!engine_ || busy_) return;
    const bool pauses = agenda_.now() < retry_at_;
    if (fast() && !pauses && std::exchange(want_look_, false)) return look();  // before older heads
    if (pauses && !(fast() && !heard_.empty())) {                              // fast ones are taken in, in a pause too
        agenda_.after(retry_at_ - agenda_.now(), [this, life = life_] {
            if (life == life_) rest();
        });
        return;
    }
    if (!heard_.empty()) {
        const rpc::Header header = std::move(heard_.front());
        heard_.pop_front();
        head(header);
        return;
    }
    if (std::exchange(want_look_, false)) return look();
    if (tracker_.step()) advance();
}

void Shell::look() {
    busy_ = true;
    ask<HeaderDone>(
        [](Node& node) {
            return HeaderDone{{}, header_of(node.head())};
        },
        [this](const HeaderDone& done) {
            busy_ = false;
            if (!done.header) {
                want_look_ = true;
                return pause();
            }
            pause_ = 0;
            heard_at_ = agenda_.now();
            head(*done.header);
        });
}

void Shell::head(const rpc::Header& header) {
    if (tracker_.delivered() == nullptr) return restart(header);
    const feed::Verdict verdict = tracker_.offer(header);
    settle(verdict, header);
}

void Shell::settle(const feed::Verdict& verdict, const rpc::Header& header) {
    if (const auto* gap = std::get_if<feed::Gap>(&verdict)) {
        busy_ = true;
        ask<HeaderDone>(
            [parent = gap->parent](Node& node) {
                const Block* block = node.block(parent);
                if (block == nullptr) return HeaderDone{"header not found", {}};
                return HeaderDone{{}, header_of(*block)};
            },
            [this, header](const HeaderDone& done) {
                busy_ = false;
                if (!done.header) {
                    const bool waits = std::exchange(want_look_, true);
                    return waits && fast() ? rest() : pause();
                }
                const feed::Verdict next = tracker_.offer_parent(*done.header);
                settle(next, header);
            });
        return;
    }
    if (std::holds_alternative<feed::Unjoinable>(verdict)) return restart(header);
    rest();
}

void Shell::restart(const rpc::Header& header) {
    tracker_.restart(header.ref);
    deliver(engine::Restarted{header.ref});
    judge_age();
    rest();
}

void Shell::advance() {
    const auto step = tracker_.step();
    if (const auto* rollback = std::get_if<feed::HeadTracker::Rollback>(&*step)) {
        const auto event = engine::Reorg{rollback->ancestor, rollback->removed};
        tracker_.done();
        deliver(event);
        return rest();
    }
    const auto header = std::get<rpc::Header>(*step);
    const std::uint64_t revision = revision_;
    // The bloom spares the question where it excludes the filter: here it is exact.
    const Block* block = nodes_.front()->any_block(header.ref.hash);
    const bool may = revision > 0 && std::any_of(block->logs.begin(), block->logs.end(),
                                                 [&](const Log& log) { return wants(filter_, log); });
    if (!may) return added(header, {}, revision);
    busy_ = true;
    ask<LogsDone>(
        [hash = header.ref.hash, filter = filter_](Node& node) {
            LogsDone done;
            const Block* of = node.block(hash);
            if (of == nullptr) {
                done.error = "unknown block";
                return done;
            }
            for (const auto& log : of->logs) {
                if (wants(filter, log)) done.logs.push_back(log);
            }
            return done;
        },
        [this, header, revision](LogsDone done) {
            busy_ = false;
            if (!done.error.empty()) {
                want_look_ = true;
                return pause();
            }
            const auto now = tracker_.step();  // heads were taken in meanwhile: the block may have been replaced
            const auto* same = now ? std::get_if<rpc::Header>(&*now) : nullptr;
            if (same == nullptr || same->ref.hash != header.ref.hash) return rest();
            added(header, std::move(done.logs), revision);
        });
}

void Shell::added(const rpc::Header& header, std::vector<Log> logs, std::uint64_t revision) {
    tracker_.done();
    pause_ = 0;
    clock_->heard(config_.chain, header.ref.timestamp, config_.head_age_max_ms);
    deliver(engine::BlockAdded{header.ref, std::move(logs), revision});
    judge_age();
    rest();
}

void Shell::pause() {
    pause_ = std::clamp(pause_ * 2, kRetry, kRetryMax);
    retry_at_ = agenda_.now() + pause_;
    judge_age();
    rest();
}

/// Tells Stale or Live where that has changed; after long silence the newest head is asked for.
void Shell::judge_age() {
    if (!engine_) return;
    const auto* newest = tracker_.delivered();
    const Ms age = newest == nullptr ? 0 : wall() - static_cast<Ms>(newest->timestamp) * 1'000;
    const bool fresh = newest != nullptr && age <= config_.head_age_max_ms;
    const bool silent = agenda_.now() - heard_at_ >= config_.head_age_max_ms * 5 / 6;
    if (newest != nullptr || silent) {
        const bool tell = !told_ || live_ != fresh;
        told_ = true;
        live_ = fresh;
        if (tell && fresh) deliver(engine::FeedLive{});
        if (tell && !fresh) deliver(engine::FeedStale{"the newest block is " + std::to_string(age / 1'000) + " s old"});
    }
    if (!silent || !engine_) return;
    heard_at_ = agenda_.now();
    want_look_ = true;
    rest();
}

}  // namespace plimsoll::sim
