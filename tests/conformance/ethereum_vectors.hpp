// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "chain/types/bytes.hpp"

/// The files of npm @ethersproject/testcases, and our own of tests/data/ethereum.
namespace plimsoll::test::ethereum {

using Json = nlohmann::json;

/// "accounts" of testcases. Fails the test, naming the mend, when bot/setup has not installed it.
Json testcases(std::string_view name);
/// Of tests/data/ethereum, gzip or plain.
Json own(std::string_view file);

Bytes hex(const Json& value);

/// Counts cases and prints one line at the end: "accounts: 1038 cases: 1038 checksums, 7 left out (why)".
class Tally {
  public:
    explicit Tally(std::string name) : name_(std::move(name)) {}
    Tally(const Tally&) = delete;
    Tally& operator=(const Tally&) = delete;
    ~Tally();

    void count(const std::string& what) { ++counts_[what]; }
    std::size_t of(const std::string& what) const {
        const auto at = counts_.find(what);
        return at == counts_.end() ? 0 : at->second;
    }

  private:
    std::string name_;
    std::map<std::string, std::size_t> counts_;
};

}  // namespace plimsoll::test::ethereum
