// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "chain/rpc/relay.hpp"
#include "config/settings.hpp"

namespace plimsoll::bot {

/// The relay of this section. Errors name it: those of reading its identity, Errc::Range for what is no private key.
Result<std::shared_ptr<rpc::Relay>> open_relay(const config::Relay& settings);

/// The relays of `chain`. Errc::Refused when one signs its requests with the key of a wallet: `used` are the addresses
/// that wallets sign with.
Result<std::vector<std::shared_ptr<rpc::Relay>>> open_relays(const config::Settings& settings,
                                                             const config::Chain& chain,
                                                             const std::vector<Address>& used);

}  // namespace plimsoll::bot
