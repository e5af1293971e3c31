// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.28;

import {IGuard} from "./IGuard.sol";
import {IERC1271} from "./Protocols.sol";

/// EIP-712 digests of policies, and who signed them: an account's own key, or the account as a contract (ERC-1271).
library Signatures {
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant MARKET = keccak256("Market(uint8 protocol,address entry,bytes32 id)");
    bytes32 private constant POLICY = keccak256(
        "Policy(address guardian,uint8 access,uint40 expiry,uint32 cooldown,uint16 maxLossBps,bool mayClose,uint96 trigger,uint96 floor,uint96 ceiling,uint128 valuePerDay,address[] collaterals,address[] debts,address[] venues)"
    );
    bytes32 private constant SET_POLICY = keccak256(
        "SetPolicy(address account,Market market,Policy policy,uint256 nonce,uint256 deadline)Market(uint8 protocol,address entry,bytes32 id)Policy(address guardian,uint8 access,uint40 expiry,uint32 cooldown,uint16 maxLossBps,bool mayClose,uint96 trigger,uint96 floor,uint96 ceiling,uint128 valuePerDay,address[] collaterals,address[] debts,address[] venues)"
    );
    bytes32 private constant NAME = keccak256("plimsoll guard");
    bytes32 private constant VERSION = keccak256("1");
    bytes4 internal constant VALID = IERC1271.isValidSignature.selector;
    // Above half of the curve's order the other s of the same signature lies.
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    function digest(
        address account,
        IGuard.Market calldata market,
        IGuard.Policy calldata policy,
        uint256 nonce,
        uint256 deadline
    ) internal view returns (bytes32) {
        bytes32 domain = keccak256(abi.encode(DOMAIN, NAME, VERSION, block.chainid, address(this)));
        bytes32 content = keccak256(
            abi.encode(
                SET_POLICY,
                account,
                keccak256(abi.encode(MARKET, market.protocol, market.entry, market.id)),
                hashOf(policy),
                nonce,
                deadline
            )
        );
        return keccak256(abi.encodePacked("\x19\x01", domain, content));
    }

    function hashOf(IGuard.Policy calldata policy) private pure returns (bytes32) {
        bytes memory head = abi.encode(
            POLICY,
            policy.guardian,
            policy.access,
            policy.expiry,
            policy.cooldown,
            policy.maxLossBps,
            policy.mayClose,
            policy.trigger
        );
        bytes memory tail = abi.encode(
            policy.floor,
            policy.ceiling,
            policy.valuePerDay,
            keccak256(abi.encodePacked(policy.collaterals)),
            keccak256(abi.encodePacked(policy.debts)),
            keccak256(abi.encodePacked(policy.venues))
        );
        return keccak256(bytes.concat(head, tail));
    }

    /// The key first, also for accounts with code: one that delegates (EIP-7702) still has its key.
    function signed(address account, bytes32 hash, bytes calldata signature) internal view returns (bool) {
        if (recovers(account, hash, signature)) return true;
        if (account.code.length == 0 || account == address(this)) return false;
        (bool done, bytes memory result) =
            account.staticcall(abi.encodeCall(IERC1271.isValidSignature, (hash, signature)));
        return done && result.length >= 32 && bytes32(result) == bytes32(VALID);
    }

    function recovers(address account, bytes32 hash, bytes calldata signature) internal pure returns (bool) {
        if (signature.length != 65 || account == address(0)) return false;
        bytes32 r = bytes32(signature[0:32]);
        bytes32 s = bytes32(signature[32:64]);
        uint8 v = uint8(signature[64]);
        if (uint256(s) > HALF_ORDER || (v != 27 && v != 28)) return false;
        return ecrecover(hash, v, r, s) == account;
    }
}
