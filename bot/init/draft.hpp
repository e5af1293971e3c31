// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bot/init/find.hpp"
#include "bot/init/proposal.hpp"
#include "bot/outlook/course.hpp"

/// The configuration that `plimsoll init` proposes, in numbers and as a file.
namespace plimsoll::bot::init {

struct DraftChain {
    std::string name;
    ChainId id{};
    std::vector<std::string> rpc;                // as they may be written: a key is {secret}
    std::optional<std::string> secret_file;      // path, where one of them has {secret}
    std::optional<std::uint64_t> block_time_ms;  // measured
};

struct DraftPosition {
    std::string name;
    std::string chain;
    std::size_t wallet{};  // place in Draft::wallets
    Found found;
    Levels levels;
    bool chosen{};  // the owner named trigger or target
    std::optional<outlook::Course> course;
    std::optional<std::uint32_t> to_trigger;      // part by which the course goes until then; none: never by it alone
    std::optional<std::uint32_t> to_liquidation;  // likewise

    bool dollars() const { return found.market.protocol == "aave-v3"; }
};

struct DraftWallet {
    std::string name;
    Address address;
};

struct Draft {
    std::string data_dir;
    std::vector<DraftChain> chains;
    std::vector<DraftWallet> wallets;
    std::vector<DraftPosition> positions;
    std::optional<std::string> keystore;         // path
    std::optional<std::string> passphrase_file;  // path
    std::optional<std::string> console_token;    // path of its file
};

/// The position with proposed levels and what they mean in prices. `wallet` is its wallet's place.
Result<DraftPosition> draft_position(const Draft& draft, const std::string& chain, Found found, Wad trigger,
                                     Wad target);

/// Other levels for a position: zero leaves what is proposed.
Result<void> relevel(DraftPosition& position, Wad trigger, Wad target);

/// In one line: "acts when WETH falls to 2,310.00 USD, 14.0 % below now; liquidation at 2,105.00 USD, 21.6 % below".
std::string meaning(const DraftPosition& position);
/// What is held and owed: "100 WETH against 12,500 USDC, health factor 1.3200".
std::string holdings(const DraftPosition& position);

/// The file: comments say what each line means for these positions. Dry-run throughout; no secret is in it.
std::string to_toml(const Draft& draft);

}  // namespace plimsoll::bot::init
