// SPDX-License-Identifier: Apache-2.0
#include "config/durations.hpp"
#include "config/schema.hpp"
#include "config/value_cast.hpp"

namespace plimsoll::config {

namespace {

constexpr U256 kGwei{1'000'000'000};
constexpr U256 kEth = U256::literal("1'000'000'000'000'000'000");

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
    setting<&Wallet::guard>({
        .key = "guard",
        .kind = Kind::Choice,
        .need = Need::Optional,
        .choices = "allowance|self|module",
        .example = "\"allowance\"",
        .text =
            "How the chain's guard reaches what the wallet owns: by token allowances (Morpho: an authorisation), as "
            "the code of the account itself (EIP-7702), or as a module of a Safe. The signer's key is then the "
            "guardian's. Without it the signer is the wallet's own key.",
        .restart = true,
    }),
};

constexpr Setting<Signer> kSigner[] = {
    setting<&Signer::keystore>({
        .key = "keystore",
        .kind = Kind::Path,
        .need = Need::Optional,
        .example = "\"/etc/plimsoll/treasury.json\"",
        .text = "Keystore V3 file of the wallet's key, with a guard of the guardian's, mode 0600 or stricter.",
        .restart = true,
    }),
    setting<&Signer::passphrase>({
        .key = "passphrase",
        .kind = Kind::Secret,
        .need = Need::Optional,
        .example = "{ file = \"/etc/plimsoll/treasury.pass\" }",
        .text = "Passphrase of the keystore.",
        .restart = true,
    }),
    setting<&Signer::remote>({
        .key = "remote",
        .kind = Kind::Url,
        .need = Need::Optional,
        .example = "\"https://signer.internal:9000\"",
        .text =
            "Instead of a keystore: a service that signs by eth_signTransaction, as Web3Signer does. Plain http only "
            "for 127.0.0.1.",
        .restart = true,
    }),
    setting<&Signer::address>({
        .key = "address",
        .kind = Kind::Address,
        .need = Need::Optional,
        .example = "\"0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045\"",
        .text =
            "Whose key the service signs with: the guardian's under a guard, else the wallet's own, which need not be "
            "written.",
        .restart = true,
    }),
    setting<&Signer::ca>({
        .key = "ca",
        .kind = Kind::Path,
        .need = Need::Optional,
        .example = "\"/etc/plimsoll/signer-ca.pem\"",
        .text = "Authorities (PEM) that the service's certificate may be from, and no others; the system's without it.",
        .restart = true,
    }),
    setting<&Signer::certificate>({
        .key = "certificate",
        .kind = Kind::Path,
        .need = Need::Optional,
        .example = "\"/etc/plimsoll/client.pem\"",
        .text = "Certificate (PEM) that is shown to the service. Needed with https.",
        .restart = true,
    }),
    setting<&Signer::key>({
        .key = "key",
        .kind = Kind::Path,
        .need = Need::Optional,
        .example = "\"/etc/plimsoll/client.key\"",
        .text = "Its key (PEM, not encrypted), mode 0600 or stricter. Needed with https.",
        .restart = true,
    }),
    setting<&Signer::timeout>({
        .key = "timeout",
        .kind = Kind::Amount,
        .unit = Unit::Duration,
        .need = Need::Optional,
        .least = U256{100},
        .most = U256{60'000},
        .example = "\"2s\"",
        .text = "The service's time for one signature, a second try included; 2s without it.",
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
        .choices = "repay-from-wallet|top-up-from-wallet|repay-with-supplied|repay-with-collateral|swap-collateral|"
                   "swap-debt|reconfigure|close",
        .example = "[\"repay-from-wallet\"]",
        .text = "What may be done, in order of preference. repay-with-collateral, swap-collateral, swap-debt and close "
                "need the wallet's guard.",
    }),
    setting<&Position::collateral_order>({
        .key = "collateral_order",
        .kind = Kind::Addresses,
        .need = Need::Optional,
        .most = U256{16},
        .example = "[\"0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\"]",
        .text = "Collateral that is sold first, in this order; all else after it.",
    }),
    setting<&Position::debt_order>({
        .key = "debt_order",
        .kind = Kind::Addresses,
        .need = Need::Optional,
        .most = U256{16},
        .example = "[\"0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48\"]",
        .text = "Debt that is repaid first, in this order; all else after it.",
    }),
    setting<&Position::swap_into>({
        .key = "swap_into",
        .kind = Kind::Addresses,
        .need = Need::Optional,
        .most = U256{16},
        .example = "[\"0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48\"]",
        .text = "Assets that swap-collateral and swap-debt may end in. Without any: those that the position has.",
    }),
    setting<&Position::close_below>({
        .key = "close_below",
        .kind = Kind::Amount,
        .unit = Unit::Factor,
        .need = Need::Optional,
        .least = kWad,
        .most = U256::literal("100'000'000'000'000'000'000"),
        .example = "\"1.05\"",
        .text = "At or below this health factor the whole position is closed. Below trigger.",
    }),
    setting<&Position::close_at_price>({
        .key = "close_at_price",
        .kind = Kind::Prices,
        .unit = Unit::Usd,
        .need = Need::Optional,
        .least = U256{1},
        .most = U256{16},
        .example = "{ \"0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\" = \"1500 USD\" }",
        .text = "When an asset's price at the protocol's oracle is at or below this, the whole position is closed.",
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
        .text =
            "Value moved by one action, at the protocol's prices. On Morpho Blue, which counts in the loan token, USD "
            "stands for one of it. Without it there is no such limit.",
    }),
    setting<&Limits::max_value_per_day>({
        .key = "max_value_per_day",
        .kind = Kind::Amount,
        .unit = Unit::Usd,
        .need = Need::Optional,
        .least = U256{1},
        .most = U256::literal("100'000'000'000'000'000'000"),
        .example = "\"100000 USD\"",
        .text = "Value moved within 24 hours, in the same unit. Without it there is no such limit. What reverted "
                "counts nothing, until a reorganisation lets it succeed.",
    }),
    setting<&Limits::max_cost_per_action>({
        .key = "max_cost_per_action",
        .kind = Kind::Amount,
        .unit = Unit::Usd,
        .need = Need::Optional,
        .least = U256{1},
        .most = U256::literal("100'000'000'000'000'000'000"),
        .example = "\"500 USD\"",
        .text = "The most that swaps, fees and gas of one action may cost together, however near liquidation is. What "
                "a plan may cost grows with what the liquidation would, up to this.",
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

}  // namespace plimsoll::config
