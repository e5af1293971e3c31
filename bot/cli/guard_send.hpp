// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "bot/app/guard_desk.hpp"
#include "bot/cli/commands.hpp"
#include "bot/guard/sender.hpp"

/// What the commands about the guard share: keys, questions, printing.
namespace plimsoll::bot::cli {

/// A keystore and its passphrase from wherever `sending` says. Errc::Refused without a keystore, with the mend.
Result<std::shared_ptr<keys::Signer>> account_signer(const GuardSending& sending);
/// The signer of the wallet in the configuration.
Result<WalletSigner> configured_signer(const config::Wallet& wallet);
/// Its address, as the settings say of a service, or read from the keystore without opening it where it says so.
Result<Address> configured_address(const config::Wallet& wallet);

/// Everything is said by now: sends the steps, prints what became of them, or prints them unsigned.
struct Delivery {
    const Globals& globals;
    const GuardSending& sending;
    const config::Chain& chain;
    Wei max_fee;
    Address account;            // whose setup it is: a Safe's batch is for it
    std::string name;           // of the batch
    WalletSigner sender = {};   // not for printing
    keys::Signer* authority{};  // signs delegations
    Bytes guard_code = {};
};
/// Errc::Refused when the user did not say yes, or there is nobody to ask.
Task<Result<void>> deliver(rpc::Eth& eth, std::vector<SetupStep> steps, Delivery delivery);

/// Only printing: nobody signs.
inline bool prints(const GuardSending& sending) {
    return sending.print || sending.safe;
}

/// Says what failed and gives the exit code for it.
ExitCode failed(const Globals& globals, const Error& error);

}  // namespace plimsoll::bot::cli
