// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/checked_heads.hpp"

#include "chain/rpc/decode.hpp"

namespace plimsoll::rpc {

std::string_view to_string(NodeNews::Kind kind) {
    switch (kind) {
        case NodeNews::Kind::Lied:
            return "lied";
        case NodeNews::Kind::Odd:
            return "odd";
        case NodeNews::Kind::Limited:
            return "limited";
        case NodeNews::Kind::Denied:
            return "denied";
        case NodeNews::Kind::Differ:
            return "differ";
        case NodeNews::Kind::Budget:
            return "budget";
        case NodeNews::Kind::Final:
            return "final";
    }
    return "unknown";
}

namespace {

void say(const TellNews& tell, NodeNews::Kind kind, std::string text) {
    if (!tell || text.empty()) return;
    NodeNews news;
    news.kind = kind;
    news.text = std::move(text);
    if (kind == NodeNews::Kind::Lied) news.rest = kRestOfLiar;
    tell(std::move(news));
}

}  // namespace

Result<void> check_header(HeaderCheck* check, const TellNews& tell, JsonValue block, const Header& header) {
    if (check == nullptr) return {};
    auto [verdict, why] = check->judge(block, header);
    switch (verdict) {
        case HeaderCheck::Verdict::Verified:
            return {};
        case HeaderCheck::Verdict::Unknown:
            say(tell, NodeNews::Kind::Odd, std::move(why));
            return {};
        case HeaderCheck::Verdict::Incomplete:
            return fail(Errc::Decode, std::move(why));
        case HeaderCheck::Verdict::Forged:
            say(tell, NodeNews::Kind::Lied, why);
            return fail(Errc::Mismatch, std::move(why));
    }
    return {};
}

Task<Result<SubscriptionNote>> CheckedHeads::next() {
    for (;;) {
        auto note = co_await heads_->next();
        if (!note || note->kind != SubscriptionNote::Kind::Item) co_return note;
        const auto header = decode_header(note->item.value());
        if (!header) co_return note;  // the feed counts it
        const auto right = check_header(check_.get(), *tell_, note->item.value(), *header);
        if (right) co_return note;
        if (right.error().code == Errc::Mismatch) continue;
        note->kind = SubscriptionNote::Kind::Began;
        note->item = Answer();
        co_return note;
    }
}

}  // namespace plimsoll::rpc
