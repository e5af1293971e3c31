// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

/// A file in which everything is right. Line 1 is "version = 1".
inline constexpr std::string_view kGoodFile = R"(version = 1
mode = "live"

[daemon]
data_dir = "/var/lib/plimsoll"
listen = "127.0.0.1:1876"
log_level = "info"
record = true
max_recording = "1 GiB"

[chain.ethereum]
id = 1
rpc = ["ws://127.0.0.1:8546", "https://rpc.example.org/{secret}"]
rpc_secret = { file = "/etc/plimsoll/rpc.key" }
max_head_age = "36s"
block_time = "12s"
confirmations = "1 block"

[market.lido]
chain = "ethereum"
protocol = "aave-v3"
addresses_provider = "0xcfBf336fe147D643B9Cb705648500e101504B16d"

[wallet.treasury]
address = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045"
mode = "live"
signer = { keystore = "/etc/plimsoll/treasury.json", passphrase = { credential = "treasury-pass" } }

[[wallet.treasury.position]]
name = "treasury-aave"
market = "aave-v3-core"
warn = "1.40"
trigger = "1.25"
target = "1.60"
strategies = ["repay-from-wallet"]
limits = { max_slippage = "0.5%", max_fee_per_gas = "300 gwei", max_gas_per_day = "0.5 ETH", cooldown = "2m" }

[[wallet.treasury.position]]
name = "treasury-lido"
market = "lido"
warn = "1.2"
trigger = "1.1"
target = "1.25"
strategies = ["repay-from-wallet"]
)";

/// The good file with one passage exchanged; the first occurrence of `from`, which must be there.
inline std::string with_change(std::string_view from, std::string_view to) {
    std::string out(kGoodFile);
    out.replace(out.find(from), from.size(), to);
    return out;
}
