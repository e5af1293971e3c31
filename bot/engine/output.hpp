// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "bot/engine/command.hpp"

namespace plimsoll::engine {

/// Commands of one step, in order, and the numbering of requests over the engine's life.
class Output {
  public:
    template <class C>
    void put(C command) {
        commands_.emplace_back(std::move(command));
    }
    RequestId next() { return ++last_; }
    std::vector<Command> take() { return std::exchange(commands_, {}); }

  private:
    std::vector<Command> commands_;
    RequestId last_ = 0;
};

}  // namespace plimsoll::engine
