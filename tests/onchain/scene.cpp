// SPDX-License-Identifier: Apache-2.0
#include "tests/onchain/scene.hpp"

#include <cstdio>
#include <cstdlib>

namespace plimsoll::onchain {

Scene::~Scene() {
    try {
        node_.revert(snapshot_);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "the chain cannot be put back: %s\n", error.what());
        std::abort();
    }
}

}  // namespace plimsoll::onchain
