// SPDX-License-Identifier: Apache-2.0
// What an EthPool hears of its nodes besides their answers.
#include "chain/rpc/eth_pool.hpp"

namespace plimsoll::rpc {

/// What the clients find out; they may be gone before the pool is, or after it.
void EthPool::listen() {
    for (std::size_t i = 0; i < clients_.size(); ++i) {
        clients_[i]->tell_news([weak = weak_from_this(), i](NodeNews news) {
            if (const auto self = weak.lock()) self->hear(i, std::move(news));
        });
    }
}

void EthPool::hear(std::size_t index, NodeNews news) {
    if (stopped_) return;
    if (news.rest.count() > 0) election_.rest(index, std::chrono::steady_clock::now() + news.rest, news.text);
    if (options_.news) options_.news(clients_[index]->endpoint().stats().url, news);
}

std::string EthPool::trouble() const {
    std::string out;
    for (std::size_t i = 0; i < clients_.size(); ++i) {
        if (!roles(i).read && !roles(i).follow) continue;
        const auto stats = clients_[i]->endpoint().stats();
        if (stats.state == "live") return {};
        out += (out.empty() ? "" : "; ") + stats.url + " " + stats.state;
        if (!stats.last_error.empty()) out += ", " + stats.last_error;
    }
    return out;
}

/// Of credentials, a certificate or another chain: the connection is tried again at its own slow pace.
void EthPool::denied(std::size_t index, std::string text) {
    NodeNews news;
    news.kind = NodeNews::Kind::Denied;
    news.text = std::move(text);
    hear(index, std::move(news));
}

/// It may only be late: spared for a shorter time than one whose words cannot be true.
void EthPool::left_out(std::size_t index, std::string text) {
    NodeNews news;
    news.kind = NodeNews::Kind::Lied;
    news.text = std::move(text);
    news.rest = std::chrono::minutes(1);
    hear(index, std::move(news));
}

}  // namespace plimsoll::rpc
