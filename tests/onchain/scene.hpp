// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tests/onchain/node.hpp"

namespace plimsoll::onchain {

/// What a test does to the chain is gone when it ends.
class Scene {
  public:
    explicit Scene(Node& node) : node_(node), snapshot_(node.snapshot()) {}
    ~Scene();
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;

  private:
    Node& node_;
    std::string snapshot_;
};

}  // namespace plimsoll::onchain
