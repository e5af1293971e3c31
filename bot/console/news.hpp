// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "bot/console/board.hpp"
#include "bot/http_server.hpp"

namespace plimsoll::console {

/// One page that is kept up to date: it is told what has changed, and asks for what it shows. However much happens
/// while a message is on its way, the next one says all of it, so a slow reader costs no memory.
///
///     event: change
///     data: {"now_ms":..., "topics":["positions","chains"], "heads":[{"chain":"ethereum","number":1,"timestamp":2}]}
class News : public http::Stream {
  public:
    News(std::shared_ptr<const Board> board, std::function<std::int64_t()> now_ms)
        : board_(std::move(board)), now_ms_(std::move(now_ms)) {}
    std::string take() override;

  private:
    std::shared_ptr<const Board> board_;
    std::function<std::int64_t()> now_ms_;
    std::optional<Revisions> told_;
};

}  // namespace plimsoll::console
