// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bot/notify/message.hpp"
#include "bot/notify/queue.hpp"
#include "config/settings.hpp"

namespace plimsoll::bot::notify {

/// A configured channel that can send. Each has a thread of its own, so one that hangs holds up none but itself.
class Channel {
  public:
    using Done = std::function<void(Verdict)>;

    virtual ~Channel() = default;
    /// To its `reader`: the lane of that number. Never waits; `done` is called once, on the executor, within
    /// kAnswerLimit and some.
    virtual void send(std::size_t reader, const Bundle& bundle, Done done) = 0;
    /// Ends what is under way.
    virtual void stop() = 0;
};

inline constexpr std::chrono::milliseconds kAnswerLimit = std::chrono::seconds(10);

/// Reads its secret. Errors name the section; they never repeat a secret.
Result<std::unique_ptr<Channel>> open_channel(const boost::asio::any_io_executor& executor,
                                              const config::AlertChannel& settings);

/// Its readers: one, or one per chat.
std::vector<LaneRule> lanes_of(const config::AlertChannel& settings);

}  // namespace plimsoll::bot::notify
