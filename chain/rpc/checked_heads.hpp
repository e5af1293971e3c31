// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "chain/rpc/endpoint.hpp"
#include "chain/rpc/header_check.hpp"
#include "chain/rpc/node_news.hpp"

namespace plimsoll::rpc {

/// Errc::Mismatch for a forged header, Errc::Decode for one with fields left out; `tell` hears of a forged one and of
/// what cannot be checked. Without a check everything is right.
Result<void> check_header(HeaderCheck* check, const TellNews& tell, JsonValue block, const Header& header);

/// A newHeads subscription that passes on what is true.
class CheckedHeads final : public Subscription {
  public:
    CheckedHeads(std::unique_ptr<Subscription> heads, std::shared_ptr<HeaderCheck> check,
                 std::shared_ptr<TellNews> tell)
        : heads_(std::move(heads)), check_(std::move(check)), tell_(std::move(tell)) {}

    Task<Result<SubscriptionNote>> next() override;
    void interrupt() override { heads_->interrupt(); }
    void renew() override { heads_->renew(); }

  private:
    std::unique_ptr<Subscription> heads_;
    std::shared_ptr<HeaderCheck> check_;
    std::shared_ptr<TellNews> tell_;
};

}  // namespace plimsoll::rpc
