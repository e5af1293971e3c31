// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "bot/engine/engine_config.hpp"
#include "bot/shell/wallet_signer.hpp"
#include "config/settings.hpp"

namespace plimsoll::bot {

using Signers = std::map<std::string, WalletSigner>;  // by wallet name

/// The signer of one wallet that has one: opens its keystore, or reads the certificates for its service and asks it
/// nothing yet. Errc::Mismatch when a keystore holds another address than the wallet's, unless a guard stands between
/// them.
Result<WalletSigner> open_signer(const config::Wallet& wallet);

/// Of every wallet that is live, and of no other, each with the policy of its configuration; errors name the wallet.
Result<Signers> open_signers(const config::Settings& settings);

/// After a reload: other positions and limits.
void renew_policies(const Signers& signers, const config::Settings& settings);

/// Whose key signs for a wallet that has a signer: what the settings say of a service, else what the keystore file
/// claims. Nothing where it claims nothing.
std::optional<Address> claimed_signer(const config::Wallet& wallet);

/// Whose key signs for each wallet under a guard: the opened signer's, or the claimed one where it was not opened. A
/// wallet of which neither is known is left out.
engine::SenderAddresses sender_addresses(const config::Settings& settings, const Signers& signers);

}  // namespace plimsoll::bot
