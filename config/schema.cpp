// SPDX-License-Identifier: Apache-2.0
#include "config/schema.hpp"

#include <sstream>

#include "config/value_cast.hpp"

namespace plimsoll::config {

namespace {

constexpr U256 kGwei{1'000'000'000};
constexpr U256 kEth = U256::literal("1'000'000'000'000'000'000");
constexpr std::uint64_t kSecond = 1'000;
constexpr std::uint64_t kMinute = 60 * kSecond;
constexpr std::uint64_t kDay = 1'440 * kMinute;

constexpr Setting<Settings> kTop[] = {
    setting<&Settings::mode>({
        .key = "mode",
        .kind = Kind::Choice,
        .choices = "dry-run|live",
        .example = "\"live\"",
        .text = "dry-run decides and records but sends nothing. live sends, for wallets that say live too and have a "
                "signer.",
        .restart = true,
    }),
};

constexpr Setting<Daemon> kDaemon[] = {
    setting<&Daemon::data_dir>({
        .key = "data_dir",
        .kind = Kind::Path,
        .example = "\"/var/lib/plimsoll\"",
        .text = "Folder of the journal and the recordings, readable by the daemon's user alone.",
        .restart = true,
    }),
    setting<&Daemon::listen>({
        .key = "listen",
        .kind = Kind::Listen,
        .example = "\"127.0.0.1:1876\"",
        .text = "Address and port of metrics, health and readiness. They are open to whoever reaches them: keep it on "
                "loopback.",
        .restart = true,
    }),
    setting<&Daemon::log_format>({
        .key = "log_format",
        .kind = Kind::Choice,
        .choices = "text|json",
        .example = "\"json\"",
        .text = "Form of the log lines on standard error.",
        .restart = true,
    }),
    setting<&Daemon::log_level>({
        .key = "log_level",
        .kind = Kind::Choice,
        .choices = "trace|debug|info|warn|error",
        .example = "\"info\"",
        .text = "Lines below this level are not written.",
        .restart = true,
    }),
    setting<&Daemon::record>({
        .key = "record",
        .kind = Kind::Bool,
        .example = "true",
        .text = "Record every event and command into data_dir, for `plimsoll replay`.",
        .restart = true,
    }),
    setting<&Daemon::recording_bytes_max>({
        .key = "max_recording",
        .kind = Kind::Amount,
        .unit = Unit::Size,
        .least = U256{1ULL << 20U},
        .most = U256{1ULL << 40U},
        .example = "\"1 GiB\"",
        .text = "A recording ends at this size; the daemon goes on.",
        .restart = true,
    }),
};

constexpr Setting<Chain> kChain[] = {
    setting<&Chain::id>({
        .key = "id",
        .kind = Kind::Count,
        .need = Need::Required,
        .least = U256{1},
        .most = U256{(1ULL << 53U) - 1},
        .example = "1",
        .text = "Chain id (EIP-155). Endpoints that answer another one are not used.",
        .restart = true,
    }),
    setting<&Chain::rpc>({
        .key = "rpc",
        .kind = Kind::Urls,
        .need = Need::Required,
        .most = U256{8},
        .example = "[\"ws://127.0.0.1:8546\", \"https://rpc.example.org/{secret}\"]",
        .text = "Nodes in order of preference, at least one ws:// or wss://. An API key is written {secret} and named "
                "by rpc_secret.",
        .restart = true,
    }),
    setting<&Chain::rpc_secret>({
        .key = "rpc_secret",
        .kind = Kind::Secret,
        .need = Need::Optional,
        .example = "{ file = \"/etc/plimsoll/rpc.key\" }",
        .text = "Stands in for {secret} in the URLs.",
        .restart = true,
    }),
    setting<&Chain::head_age_max>({
        .key = "max_head_age",
        .kind = Kind::Amount,
        .unit = Unit::Duration,
        .least = U256{kSecond},
        .most = U256{60 * kMinute},
        .example = "\"36s\"",
        .text = "An older head is stale: the daemon alerts and spends nothing until it is fresh.",
        .restart = true,
    }),
    setting<&Chain::block_time>({
        .key = "block_time",
        .kind = Kind::Amount,
        .unit = Unit::Duration,
        .least = U256{100},
        .most = U256{10 * kMinute},
        .example = "\"12s\"",
        .text = "Usual time between blocks.",
        .restart = true,
    }),
    setting<&Chain::call_deadline>({
        .key = "call_deadline",
        .kind = Kind::Amount,
        .unit = Unit::Duration,
        .least = U256{100},
        .most = U256{2 * kMinute},
        .example = "\"5s\"",
        .text = "A request without an answer after this time has failed, its outcome unknown.",
        .restart = true,
    }),
    setting<&Chain::audit_interval>({
        .key = "audit_interval",
        .kind = Kind::Amount,
        .unit = Unit::Blocks,
        .least = U256{1},
        .most = U256{100'000},
        .example = "\"50 blocks\"",
        .text = "Within this many blocks every account is compared with the contract's own answer once. Always before "
                "acting.",
    }),
    setting<&Chain::confirmations>({
        .key = "confirmations",
        .kind = Kind::Amount,
        .unit = Unit::Blocks,
        .least = U256{1},
        .most = U256{256},
        .example = "\"1 block\"",
        .text = "Blocks, the including one counted, after which a receipt settles an incident.",
        .restart = true,
    }),
    setting<&Chain::replace_after>({
        .key = "replace_after",
        .kind = Kind::Amount,
        .unit = Unit::Blocks,
        .least = U256{1},
        .most = U256{256},
        .example = "\"2 blocks\"",
        .text = "A transaction that is not included after this many blocks is replaced with a higher fee.",
        .restart = true,
    }),
};

constexpr Setting<Market> kMarket[] = {
    setting<&Market::chain>({
        .key = "chain",
        .kind = Kind::Name,
        .need = Need::Required,
        .example = "\"ethereum\"",
        .text = "Name of the [chain.NAME] it is on.",
        .restart = true,
    }),
    setting<&Market::protocol>({
        .key = "protocol",
        .kind = Kind::Choice,
        .need = Need::Required,
        .choices = "aave-v3",
        .example = "\"aave-v3\"",
        .text = "Rules of the market. Its exact version is found out from the contracts.",
        .restart = true,
    }),
    setting<&Market::addresses_provider>({
        .key = "addresses_provider",
        .kind = Kind::Address,
        .need = Need::Required,
        .example = "\"0x2f39d218133AFaB8F2B819B1066c7E434Ad94E9e\"",
        .text = "The PoolAddressesProvider; everything else is discovered from it.",
        .restart = true,
    }),
};

constexpr Setting<Wallet> kWallet[] = {
    setting<&Wallet::address>({
        .key = "address",
        .kind = Kind::Address,
        .need = Need::Required,
        .example = "\"0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045\"",
        .text = "The account whose positions are watched.",
        .restart = true,
    }),
    setting<&Wallet::mode>({
        .key = "mode",
        .kind = Kind::Choice,
        .choices = "dry-run|live",
        .example = "\"live\"",
        .text = "live lets the daemon sign for this wallet, if the file says live too.",
        .restart = true,
    }),
};

constexpr Setting<Signer> kSigner[] = {
    setting<&Signer::keystore>({
        .key = "keystore",
        .kind = Kind::Path,
        .need = Need::Required,
        .example = "\"/etc/plimsoll/treasury.json\"",
        .text = "Keystore V3 file of the wallet's key, mode 0600 or stricter.",
        .restart = true,
    }),
    setting<&Signer::passphrase>({
        .key = "passphrase",
        .kind = Kind::Secret,
        .need = Need::Required,
        .example = "{ file = \"/etc/plimsoll/treasury.pass\" }",
        .text = "Passphrase of the keystore.",
        .restart = true,
    }),
};

constexpr Setting<Position> kPosition[] = {
    setting<&Position::name>({
        .key = "name",
        .kind = Kind::Name,
        .need = Need::Required,
        .example = "\"treasury-aave\"",
        .text = "Unique; used in every command, log line and alert.",
    }),
    setting<&Position::market>({
        .key = "market",
        .kind = Kind::Name,
        .need = Need::Required,
        .example = "\"aave-v3-core\"",
        .text = "Name of a [market.NAME] or of a known market.",
    }),
    setting<&Position::warn>({
        .key = "warn",
        .kind = Kind::Amount,
        .unit = Unit::Factor,
        .need = Need::Required,
        .least = kWad,
        .most = U256::literal("100'000'000'000'000'000'000"),
        .example = "\"1.40\"",
        .text = "Alert when the health factor is below. At or above trigger.",
    }),
    setting<&Position::trigger>({
        .key = "trigger",
        .kind = Kind::Amount,
        .unit = Unit::Factor,
        .need = Need::Required,
        .least = kWad,
        .most = U256::literal("100'000'000'000'000'000'000"),
        .example = "\"1.25\"",
        .text = "Act when the health factor is below. Above 1, where liquidation begins.",
    }),
    setting<&Position::target>({
        .key = "target",
        .kind = Kind::Amount,
        .unit = Unit::Factor,
        .need = Need::Required,
        .least = kWad,
        .most = U256::literal("100'000'000'000'000'000'000"),
        .example = "\"1.60\"",
        .text = "Restore the health factor to this. Above trigger.",
    }),
    setting<&Position::strategies>({
        .key = "strategies",
        .kind = Kind::Choices,
        .need = Need::Required,
        .most = U256{8},
        .choices = "repay-from-wallet",
        .example = "[\"repay-from-wallet\"]",
        .text = "What may be done, in order of preference.",
    }),
};

constexpr Setting<Limits> kLimits[] = {
    setting<&Limits::max_slippage_bps>({
        .key = "max_slippage",
        .kind = Kind::Amount,
        .unit = Unit::Percent,
        .most = U256{5'000},
        .example = "\"0.5%\"",
        .text = "The most a swap may lose against an independent price.",
    }),
    setting<&Limits::max_fee_per_gas>({
        .key = "max_fee_per_gas",
        .kind = Kind::Amount,
        .unit = Unit::Fee,
        .least = U256{1},
        .most = *checked_mul(U256{1'000'000}, kGwei),
        .example = "\"300 gwei\"",
        .text = "Ceiling of a bid. It lowers bids; it never stops rebroadcasting.",
    }),
    setting<&Limits::max_gas_per_day>({
        .key = "max_gas_per_day",
        .kind = Kind::Amount,
        .unit = Unit::Coin,
        .most = *checked_mul(U256{1'000'000}, kEth),
        .example = "\"0.5 ETH\"",
        .text = "Gas money within 24 hours. ETH stands for the chain's own coin.",
    }),
    setting<&Limits::max_value_per_action>({
        .key = "max_value_per_action",
        .kind = Kind::Amount,
        .unit = Unit::Usd,
        .need = Need::Optional,
        .least = U256{1},
        .most = U256::literal("100'000'000'000'000'000'000"),
        .example = "\"25000 USD\"",
        .text = "Value moved by one action, at the protocol's prices. Without it there is no such limit.",
    }),
    setting<&Limits::max_value_per_day>({
        .key = "max_value_per_day",
        .kind = Kind::Amount,
        .unit = Unit::Usd,
        .need = Need::Optional,
        .least = U256{1},
        .most = U256::literal("100'000'000'000'000'000'000"),
        .example = "\"100000 USD\"",
        .text = "Value moved within 24 hours. Without it there is no such limit.",
    }),
    setting<&Limits::cooldown>({
        .key = "cooldown",
        .kind = Kind::Amount,
        .unit = Unit::Duration,
        .most = U256{kDay},
        .example = "\"2m\"",
        .text = "Time after an action before the next one on the same position. Whole seconds.",
    }),
    setting<&Limits::allowed_contracts>({
        .key = "allowed_contracts",
        .kind = Kind::Addresses,
        .need = Need::Optional,
        .most = U256{64},
        .example = "[\"0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48\"]",
        .text = "Contracts that may be called besides the market's own.",
    }),
};

}  // namespace

template <>
std::span<const Setting<Settings>> settings_of<Settings>() {
    return kTop;
}
template <>
std::span<const Setting<Daemon>> settings_of<Daemon>() {
    return kDaemon;
}
template <>
std::span<const Setting<Chain>> settings_of<Chain>() {
    return kChain;
}
template <>
std::span<const Setting<Market>> settings_of<Market>() {
    return kMarket;
}
template <>
std::span<const Setting<Wallet>> settings_of<Wallet>() {
    return kWallet;
}
template <>
std::span<const Setting<Signer>> settings_of<Signer>() {
    return kSigner;
}
template <>
std::span<const Setting<Position>> settings_of<Position>() {
    return kPosition;
}
template <>
std::span<const Setting<Limits>> settings_of<Limits>() {
    return kLimits;
}

std::vector<std::string> choices_of(const Rule& rule) {
    std::vector<std::string> out;
    std::istringstream in{std::string(rule.choices)};
    for (std::string choice; std::getline(in, choice, '|');) out.push_back(choice);
    return out;
}

}  // namespace plimsoll::config
